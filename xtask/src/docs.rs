//! The description as a page to browse, drawn by Redoc.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::Command;

use crisp_codegen::bundle::Bundle;
use serde_json::{Value, json};

/// The last Redoc that is a plain script: one of version 3 reports its use, and does not run from a file.
const REDOC: &str = "redoc@2.5.4";
/// What npm calls the archive of it.
const ARCHIVE: &str = "redoc-2.5.4.tgz";
/// What is taken out of the archive, without the folder around everything: the script, and what its licence asks to
/// go with it.
const TAKEN: [&str; 3] = [
    "package/LICENSE",
    "package/bundles/redoc.standalone.js",
    "package/bundles/redoc.standalone.js.LICENSE.txt",
];

/// The page. Its policy keeps the browser from asking anyone for anything; Redoc would load its logo.
const PAGE: &str = r#"<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; worker-src blob:">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>body { margin: 0 }</style>
<div id="docs"></div>
<script src="redoc/bundles/redoc.standalone.js"></script>
<script>
Redoc.init({document}, {
  downloadDefinitionUrl: "openapi.json",
  expandResponses: "200,201,202",
  schemaDefinitionsTagName: "Schemas",
  showExtensions: ["x-crisp-tiers", "x-crisp-scopes", "x-crisp-slug-path"],
}, document.getElementById("docs"));
</script>
</html>
"#;

/// Writes the page, and all it needs, into a folder.
pub(crate) fn write(bundle: &Bundle, out: &Path) -> Result<(), Box<dyn Error>> {
    let redoc = out.join("redoc");
    fs::create_dir_all(&redoc)
        .map_err(|error| format!("{} can't be made: {error}", redoc.display()))?;
    run(Command::new("npm")
        .args(["pack", "--silent", "--prefer-offline", REDOC])
        .current_dir(&redoc))?;
    run(Command::new("tar")
        .args(["-xzf", ARCHIVE, "--strip-components=1"])
        .args(TAKEN)
        .current_dir(&redoc))?;
    fs::remove_file(redoc.join(ARCHIVE))?;
    for (name, text) in [
        ("index.html", page(&bundle.document)),
        ("openapi.json", bundle.to_json()),
    ] {
        let path = out.join(name);
        fs::write(&path, text)
            .map_err(|error| format!("{} can't be written: {error}", path.display()))?;
    }
    Ok(())
}

/// Runs another program; what it says is told only if it fails.
fn run(command: &mut Command) -> Result<(), String> {
    let name = command.get_program().display().to_string();
    let output = command.output().map_err(|error| {
        format!("`{name}` can't be run: {error}\nhelp: the docs take npm (of Node.js) and tar; install what is missing")
    })?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!("{command:?}: {}\n{said}", output.status))
}

/// The page, with the document in it: a page that is opened as a file may not load another.
fn page(document: &Value) -> String {
    let title = document["info"]["title"].as_str().unwrap_or_default();
    let mut document = document.clone();
    name_events(&mut document);
    PAGE.replace("{title}", &title.replace('&', "&amp;").replace('<', "&lt;"))
        // In JSON `<` stands only in texts, where this is the same; it could end the script.
        .replace("{document}", &document.to_string().replace('<', r"\u003c"))
}

/// Redoc shows an event by its summary, and takes a delivery for a request that needs a token: tell the name, drop the
/// token.
fn name_events(document: &mut Value) {
    let events = document
        .get_mut("x-webhooks")
        .and_then(Value::as_object_mut);
    for (name, item) in events.into_iter().flatten() {
        if let Some(event) = item.get_mut("post").and_then(Value::as_object_mut) {
            let description = event.get("description").and_then(Value::as_str);
            let description = format!("`{name}`\n\n{}", description.unwrap_or_default());
            event.insert("description".to_owned(), description.into());
            event.insert("security".to_owned(), json!([]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document() -> Value {
        json!({
            "info": {"title": "Cats & <dogs>", "description": "</script><script src=\"https://else.example\">"},
            "x-webhooks": {
                "cat:fed": {"post": {"summary": "Cat Fed", "description": "Sent when a cat was fed."}},
                "cat:odd": {"post": "{title}"},
            },
        })
    }

    /// The document in a page.
    fn embedded(page: &str) -> Value {
        let (_, text) = page.split_once("Redoc.init(").unwrap();
        let mut values = serde_json::Deserializer::from_str(text).into_iter();
        values.next().unwrap().unwrap()
    }

    #[test]
    fn the_page_holds_the_document() {
        let document = document();
        let mut embedded = embedded(&page(&document));
        let event = &mut embedded["x-webhooks"]["cat:fed"]["post"];
        let description = event["description"].take();
        assert_eq!(description, "`cat:fed`\n\nSent when a cat was fed.");
        assert_eq!(event["security"].take(), json!([]));
        assert_eq!(event["summary"], "Cat Fed");
        for at in ["/info", "/x-webhooks/cat:odd"] {
            assert_eq!(embedded.pointer(at), document.pointer(at), "{at}");
        }
    }

    #[test]
    fn the_page_refers_only_to_files_beside_it() {
        let script = TAKEN[1].replacen("package", "src=\"redoc", 1);
        assert_eq!(PAGE.matches("src=").count(), 1);
        assert!(PAGE.contains(&script));
        for mark in ["href=", "url(", "import", "//"] {
            assert!(!PAGE.contains(mark), "{mark}");
        }
        assert!(PAGE.contains("content=\"default-src 'none';"));
    }

    #[test]
    fn no_text_is_taken_for_markup() {
        let page = page(&document());
        assert_eq!(page.matches("</script>").count(), 2);
        assert!(page.contains("<title>Cats &amp; &lt;dogs></title>"));
    }

    #[test]
    fn a_missing_program_is_named() {
        let error = run(&mut Command::new("no-such-program")).unwrap_err();
        assert!(
            error.starts_with("`no-such-program` can't be run: "),
            "{error}"
        );
        assert!(error.contains("install what is missing"), "{error}");
    }

    #[test]
    fn a_program_that_fails_is_quoted() {
        let error = run(Command::new("tar").args(["-xzf", "no-such-archive"])).unwrap_err();
        assert!(error.contains("no-such-archive"), "{error}");
    }
}
