//! The credentials of a token, and their removal from text.

use std::str::FromStr;

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD};
use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret as _, SecretString};

use crate::error::Error;

/// The tier of a token, sent as `X-Crisp-Tier`. It determines which routes the token can call.
///
/// See <https://docs.crisp.chat/guides/rest-api/authentication/>.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Tier {
    /// A token from the Marketplace: every website on which the plugin is installed, within the
    /// scopes of the token.
    Plugin,
    /// A token created in the Crisp app: one workspace.
    Website,
    /// The session of an operator.
    User,
}

impl Tier {
    /// Returns the value of the header: `plugin`, `website` or `user`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Plugin => "plugin",
            Self::Website => "website",
            Self::User => "user",
        }
    }
}

impl FromStr for Tier {
    type Err = Error;

    /// Parses `plugin`, `website` or `user`.
    ///
    /// # Errors
    /// [`Error::Config`] for any other text.
    fn from_str(name: &str) -> Result<Self, Error> {
        [Self::Plugin, Self::Website, Self::User]
            .into_iter()
            .find(|tier| tier.as_str() == name)
            // The message does not repeat the text: it may be a key in the wrong place.
            .ok_or_else(|| {
                Error::config(
                    "credentials",
                    "the tier must be `plugin`, `website` or `user`",
                )
            })
    }
}

pub(crate) struct Credentials {
    pub(crate) tier: Tier,
    pub(crate) authorization: HeaderValue,
    #[cfg(feature = "rtm")]
    pub(crate) identifier: String,
    key: SecretString,
    /// The texts that reveal the key in Base64.
    encoded: Vec<SecretString>,
}

impl Credentials {
    // The messages do not repeat the values: an identifier can be a key in the wrong place.
    pub(super) fn new(tier: Tier, identifier: &str, key: &SecretString) -> Result<Self, Error> {
        let invalid = |message: &str| Err(Error::config("credentials", message));
        let secret = key.expose_secret();
        for (part, name) in [(identifier, "identifier"), (secret, "key")] {
            if part.is_empty() {
                return invalid(&format!("the {name} is empty"));
            }
            if part.contains(|c: char| c.is_control() || c.is_whitespace()) {
                return invalid(&format!(
                    "the {name} contains a space or a line break: trim it"
                ));
            }
        }
        if identifier.contains(':') {
            return invalid("the identifier contains a colon: pass identifier and key separately");
        }
        let encoded = BASE64_STANDARD.encode(format!("{identifier}:{secret}"));
        let Ok(mut authorization) = HeaderValue::try_from(format!("Basic {encoded}")) else {
            return invalid("cannot be sent as a header");
        };
        authorization.set_sensitive(true);
        Ok(Self {
            tier,
            authorization,
            #[cfg(feature = "rtm")]
            identifier: identifier.to_owned(),
            key: key.clone(),
            encoded: base64_forms(secret, encoded),
        })
    }

    #[cfg(feature = "rtm")]
    pub(crate) fn key(&self) -> &str {
        self.key.expose_secret()
    }

    /// Removes the key from `text`: as it is, percent-encoded, and in Base64.
    pub(crate) fn redact(&self, text: &str) -> String {
        let mut text = self.redact_plain(text);
        for secret in &self.encoded {
            let secret = secret.expose_secret();
            if text.contains(secret) {
                text = text.replace(secret, REDACTED);
            }
        }
        text
    }

    fn redact_plain(&self, text: &str) -> String {
        let key = self.key.expose_secret();
        if key.len() < MIN_SECRET {
            return text.to_owned();
        }
        let mut redacted = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(character) = rest.chars().next() {
            rest = match strip_key(rest.as_bytes(), key.as_bytes()) {
                Some(length) => {
                    redacted.push_str(REDACTED);
                    &rest[length..]
                }
                None => {
                    redacted.push(character);
                    &rest[character.len_utf8()..]
                }
            };
        }
        redacted
    }
}

const REDACTED: &str = "[redacted]";

/// A shorter key is a placeholder, and may be part of any word.
const MIN_SECRET: usize = 8;

/// Returns the length of the key at the start of `text`, of which each byte may be percent-encoded.
/// There are several sets of characters that are encoded, so any mix is recognized.
fn strip_key(text: &[u8], key: &[u8]) -> Option<usize> {
    let mut length = 0;
    for byte in key {
        let rest = &text[length..];
        length += match rest.first()? {
            first if first == byte => 1,
            b'%' => {
                let digits = std::str::from_utf8(rest.get(1..3)?).ok()?;
                if u8::from_str_radix(digits, 16) != Ok(*byte) {
                    return None;
                }
                3
            }
            _ => return None,
        };
    }
    Some(length)
}

/// Returns the texts that reveal the key in Base64, alone or within a longer text, the longest first.
fn base64_forms(key: &str, authorization: String) -> Vec<SecretString> {
    let mut forms = vec![authorization];
    // The digits depend on the position of the key in the encoded text, modulo 3. Those that also
    // depend on the text before and after the key are omitted.
    for before in 0..3 {
        let mut text = vec![0; before];
        text.extend_from_slice(key.as_bytes());
        let from = (before * 8).div_ceil(6);
        let to = text.len() * 8 / 6;
        for engine in [&BASE64_STANDARD_NO_PAD, &BASE64_URL_SAFE_NO_PAD] {
            forms.extend(engine.encode(&text).get(from..to).map(str::to_owned));
        }
    }
    forms.retain(|form| form.len() >= MIN_SECRET);
    forms.sort_unstable_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    forms.dedup();
    forms.into_iter().map(SecretString::from).collect()
}
