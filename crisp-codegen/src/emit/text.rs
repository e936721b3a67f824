//! Documentation as attributes: wrapped, with links to operations.

use heck::ToUpperCamelCase;
use proc_macro2::TokenStream;
use quote::quote;

use crate::api::{Access, Api, Doc, Operation};

/// The longest line of documentation, in characters.
const WIDTH: usize = 100;

/// Returns Markdown as `#[doc]` attributes.
pub(super) fn doc(api: &Api, markdown: &str) -> TokenStream {
    // A break in the middle of a word would break an address.
    let options = textwrap::Options::new(WIDTH)
        .break_words(false)
        .word_separator(textwrap::WordSeparator::AsciiSpace)
        .word_splitter(textwrap::WordSplitter::NoHyphenation);
    let mut lines = Vec::new();
    for paragraph in link(api, markdown).lines() {
        let indent = if paragraph.starts_with("- ") {
            "  "
        } else {
            ""
        };
        let wrapped = textwrap::wrap(paragraph, options.clone().subsequent_indent(indent));
        if wrapped.is_empty() {
            lines.push(String::new());
        }
        for line in wrapped {
            lines.push(format!(" {line}").trim_end().to_owned());
        }
    }
    quote!(#(#[doc = #lines])*)
}

/// Returns the documentation of an operation or event: summary, description, tiers, scopes and reference.
pub(super) fn with_access(doc: &Doc, access: &Access) -> String {
    let mut text = format!(
        "{}\n\n{}\n\nTiers: {}.",
        doc.summary,
        doc.description,
        access.tiers.join(", ")
    );
    if !access.scopes.is_empty() {
        let scopes = access.scopes.iter();
        let scopes: Vec<_> = scopes
            .map(|(scope, access)| format!("`{scope}` ({access})"))
            .collect();
        text.push_str(&format!(
            " Scopes of a plugin token: {}.",
            scopes.join(", ")
        ));
    }
    text.push_str(&format!(" [Reference]({})", access.reference));
    text
}

/// Returns the documentation of a method.
pub(super) fn method_doc(operation: &Operation) -> String {
    let mut text = with_access(&operation.doc, &operation.access);
    let required: Vec<_> = operation
        .arguments
        .iter()
        .filter(|argument| argument.required)
        .collect();
    if !required.is_empty() {
        text.push_str("\n\n# Arguments\n");
    }
    for argument in required {
        let description = argument.doc.replace('\n', " ");
        text.push_str(&format!("\n- `{}`: {description}", argument.ident));
    }
    text
}

/// Returns the documentation of a request that has setters.
pub(super) fn request(api: &Api, operation: &Operation) -> TokenStream {
    let method = format!(
        "{}::{}",
        operation.service.to_upper_camel_case(),
        operation.ident
    );
    let summary = &operation.doc.summary;
    doc(
        api,
        &format!("The request of [`{method}`](crate::services::{method}): {summary}."),
    )
}

/// Turns the ids of operations in backticks into links to their methods.
fn link(api: &Api, markdown: &str) -> String {
    let mut linked = String::new();
    let mut rest = markdown;
    while let Some((text, quoted)) = rest.split_once('`') {
        linked.push_str(text);
        let Some((code, after)) = quoted.split_once('`') else {
            linked.push('`');
            rest = quoted;
            continue;
        };
        match method(api, code) {
            Some(method) => linked.push_str(&format!("[`{method}`](crate::services::{method})")),
            None => linked.push_str(&format!("`{code}`")),
        }
        rest = after;
    }
    linked + rest
}

/// Returns the path of the method of an operation: `Website::get_website` of `website.get_website`.
pub(super) fn method(api: &Api, id: &str) -> Option<String> {
    let (service, name) = id.split_once('.')?;
    let known = api.operations().any(|operation| operation.id == id);
    known.then(|| format!("{}::{name}", service.to_upper_camel_case()))
}

/// Returns the id of the operation that replaces a deprecated one: the first that its description names.
pub(super) fn replacement(api: &Api, description: &str) -> Option<String> {
    let mut quoted = description.split('`').skip(1).step_by(2);
    quoted.find_map(|code| method(api, code))
}
