//! The facts that generated files take from progenitor's output: a change of the output changes the file.

use proc_macro2::TokenStream;

use crate::bundle::{Bundle, bundle};
use crate::document::{Document, document};
use crate::output::Output;
use crate::source::parse;
use crate::{emit, model, progenitor};

const ROOT: &str = "openapi: 3.0.3\ninfo: {title: Things, version: '1'}\npaths: {}\n";
const THING: &str = include_str!("tests/thing.yaml");

const TYPES: &str = "src/generated/website/thing/types.rs";
const METHODS: &str = "src/generated/website/thing/methods.rs";
const REQUESTS: &str = "src/generated/website/thing/requests.rs";
const EVENTS: &str = "src/generated/events/list.rs";

/// A change of progenitor's output, and the code that is generated then.
struct Case {
    /// The fact that is taken.
    fact: &'static str,
    /// A part of the output, which it has once, and its replacement.
    change: [&'static str; 2],
    file: &'static str,
    /// A part of the file with the change; the file does not have it without.
    expected: &'static str,
}

const CASES: &[Case] = &[
    Case {
        fact: "the description of a type",
        change: ["A thing of a website.", "Something else."],
        file: TYPES,
        expected: "/// Something else.\n#[derive(Debug, Clone, PartialEq)]\n#[non_exhaustive]\npub struct Thing {",
    },
    Case {
        fact: "the description of a field",
        change: ["The name of the thing.", "Something else."],
        file: TYPES,
        expected: "/// Something else.\n    pub name: String,",
    },
    Case {
        fact: "the identifier of a field",
        change: ["pub user_name :", "pub nickname :"],
        file: TYPES,
        expected: "pub nickname: Option<String>,",
    },
    Case {
        fact: "the name of a field in JSON",
        change: ["rename = \"userName\"", "rename = \"nickname\""],
        file: TYPES,
        expected: "`Thing` has no field `userName`",
    },
    Case {
        fact: "the type of a field",
        change: [
            "pub weight : :: std :: option :: Option < u32 > , # [serde (flatten)]",
            "pub weight : :: std :: option :: Option < f64 > , # [serde (flatten)]",
        ],
        file: TYPES,
        expected: "pub weight: Option<f64>,",
    },
    Case {
        fact: "whether a field is optional",
        change: ["pub names : Names", "# [serde (default)] pub names : Names"],
        file: TYPES,
        expected: "pub names: Option<Vec<String>>,",
    },
    Case {
        fact: "the type that a named schema stands for",
        change: [
            "pub struct Names (pub :: std :: vec :: Vec < :: std :: string :: String >)",
            "pub struct Names (pub :: std :: vec :: Vec < u64 >)",
        ],
        file: TYPES,
        expected: "pub names: Vec<u64>,",
    },
    Case {
        fact: "the variant of a value of an enum",
        change: [
            "# [serde (rename = \"dark-blue\")] DarkBlue",
            "# [serde (rename = \"dark-blue\")] Navy",
        ],
        file: TYPES,
        expected: "Navy = \"dark-blue\",",
    },
    Case {
        fact: "the value of a variant",
        change: [
            "# [serde (rename = \"red\")] Red",
            "# [serde (rename = \"rot\")] Red",
        ],
        file: TYPES,
        expected: "Red = \"rot\",",
    },
    Case {
        fact: "the variant of a form of a union",
        change: [
            "Text (:: std :: string :: String) , Circle (Circle)",
            "Words (:: std :: string :: String) , Circle (Circle)",
        ],
        file: TYPES,
        expected: "/// A text.\n    Words(String),",
    },
    Case {
        fact: "the content of a form of a union",
        change: [
            "Text (:: std :: string :: String) , Circle (Circle)",
            "Text (u64) , Circle (Circle)",
        ],
        file: TYPES,
        expected: "/// A text.\n    Text(u64),",
    },
    Case {
        fact: "the tag of a form of a tagged union",
        change: [
            "# [serde (rename = \"picture\")]",
            "# [serde (rename = \"image\")]",
        ],
        file: TYPES,
        expected: "Picture(Circle) = \"image\",",
    },
    Case {
        fact: "the description of a form of a tagged union",
        change: [
            "Picture\\n\\nA picture as label.",
            "Picture\\n\\nSomething else.",
        ],
        file: TYPES,
        expected: "/// Something else.\n    Picture(Circle),",
    },
    Case {
        fact: "the summary of an operation",
        change: ["Change Thing\\n\\nChanges", "Alter Thing\\n\\nChanges"],
        file: METHODS,
        expected: "/// Alter Thing\n",
    },
    Case {
        fact: "the description of an operation",
        change: [
            "Change Thing\\n\\nChanges a thing.",
            "Change Thing\\n\\nSomething else.",
        ],
        file: METHODS,
        expected: "/// Something else.\n",
    },
    Case {
        fact: "the description of an argument",
        change: ["- `reason`: The reason.", "- `reason`: Something else."],
        file: METHODS,
        expected: "/// - `reason`: Something else.",
    },
    Case {
        fact: "the name of an argument",
        change: ["(& 'a self , website_id :", "(& 'a self , site :"],
        file: METHODS,
        expected: "site: &str,",
    },
    Case {
        fact: "the type of an argument",
        change: ["reason : & 'a str", "reason : u64"],
        file: METHODS,
        expected: "reason: u64,",
    },
    Case {
        fact: "the parameter of the query that an argument sets",
        change: [
            "new (\"reason\" , & reason)",
            "new (\"reason\" , & dry_run)",
        ],
        file: METHODS,
        expected: "the method of `website.change_thing` has no argument for",
    },
    Case {
        fact: "whether an argument is optional",
        change: ["reason : & 'a str", "reason : Option < & 'a str >"],
        file: REQUESTS,
        expected: "pub fn reason(self, reason: &str) -> Self {",
    },
    Case {
        fact: "the type of a flag",
        change: ["dry_run : Option < & 'a bool >", "dry_run : Option < u32 >"],
        file: REQUESTS,
        expected: "pub fn dry_run(self, dry_run: u32) -> Self {",
    },
    Case {
        fact: "the fields of a body",
        change: [
            "pub struct WebsiteChangeThingBody { # [doc = \"The new name.\"] pub name",
            "pub struct WebsiteChangeThingBody { # [doc = \"The new name.\"] # [serde (default)] pub name",
        ],
        file: REQUESTS,
        expected: "pub fn name(self, name: &str) -> Self {",
    },
    Case {
        fact: "the body of an operation",
        change: [
            "body : & 'a types :: WebsiteChangeThingBody",
            "body : & 'a types :: Circle",
        ],
        file: METHODS,
        expected: "`Circle` has no field `name`",
    },
    Case {
        fact: "the response of an operation",
        change: [
            "pub struct WebsiteChangeThingResponse { # [serde (skip_serializing_if = \"::std::option::Option::is_none\")] pub data : :: std :: option :: Option < Thing >",
            "pub struct WebsiteChangeThingResponse { # [serde (skip_serializing_if = \"::std::option::Option::is_none\")] pub data : :: std :: option :: Option < Circle >",
        ],
        file: REQUESTS,
        expected: "request!(ChangeThing(Request<Circle>));",
    },
    Case {
        fact: "the payload of an event",
        change: [
            "pub struct XWebhooksThingChangedBody { # [serde (skip_serializing_if = \"::std::option::Option::is_none\")] pub data : :: std :: option :: Option < Thing >",
            "pub struct XWebhooksThingChangedBody { # [serde (skip_serializing_if = \"::std::option::Option::is_none\")] pub data : :: std :: option :: Option < Circle >",
        ],
        file: EVENTS,
        expected: "ThingChanged(Box<Circle>),",
    },
    Case {
        fact: "the description of an event",
        change: ["Sent when a thing has changed.", "Something else."],
        file: EVENTS,
        expected: "/// Something else.\n",
    },
];

/// Generates from a description and progenitor's output. Returns an error as a file of that text.
fn generate(bundle: &Bundle, document: &Document, tokens: &str, file: &str) -> String {
    let tokens: TokenStream = tokens.parse().unwrap();
    let files = Output::read(tokens)
        .and_then(|output| model::model(bundle, document, &output))
        .map(|api| emit::emit(&api, document).unwrap_or_else(|error| panic!("{error}")));
    match files {
        Ok(mut files) => files.remove(file).unwrap_or_default(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn generated_files_take_their_facts_from_progenitors_output() {
    let root = parse("openapi.yaml", ROOT).unwrap();
    let bundle = bundle(&[root, parse("website/thing.yaml", THING).unwrap()]).unwrap();
    let document = document(&bundle).unwrap();
    let tokens = progenitor::tokens(&document).unwrap().to_string();
    for case in CASES {
        let Case {
            fact,
            change: [part, replacement],
            file,
            expected,
        } = case;
        assert_eq!(tokens.matches(part).count(), 1, "{fact}: {part}");
        let before = generate(&bundle, &document, &tokens, file);
        let after = generate(&bundle, &document, &tokens.replace(part, replacement), file);
        assert!(!before.contains(expected), "{fact}:\n{before}");
        assert!(after.contains(expected), "{fact}:\n{after}");
    }
}
