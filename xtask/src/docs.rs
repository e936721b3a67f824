//! Renders the description as a page for the browser, with Redoc.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::Command;

use crisp_codegen::bundle::Bundle;
use serde_json::{Value, json};

/// The last Redoc that is a plain script: version 3 sends telemetry, and does not run from a file.
const REDOC: &str = "redoc@2.5.4";
/// The archive that npm writes.
const ARCHIVE: &str = "redoc-2.5.4.tgz";
/// The files to extract: the script, and the licence texts that must accompany it.
const FILES: [&str; 3] = [
    "package/LICENSE",
    "package/bundles/redoc.standalone.js",
    "package/bundles/redoc.standalone.js.LICENSE.txt",
];

/// The page. Its policy blocks all network requests; Redoc would load its logo.
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

/// Writes the page and its assets into a folder.
pub(crate) fn write(bundle: &Bundle, out: &Path) -> Result<(), Box<dyn Error>> {
    let redoc = out.join("redoc");
    fs::create_dir_all(&redoc)
        .map_err(|error| format!("{} can't be created: {error}", redoc.display()))?;
    run(Command::new("npm")
        .args(["pack", "--silent", "--prefer-offline", REDOC])
        .current_dir(&redoc))?;
    run(Command::new("tar")
        .args(["-xzf", ARCHIVE, "--strip-components=1"])
        .args(FILES)
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

/// Runs a program. The error has its output.
fn run(command: &mut Command) -> Result<(), String> {
    let name = command.get_program().display().to_string();
    let output = command.output().map_err(|error| {
        format!("`{name}` can't be run: {error}\nhelp: npm (of Node.js) and tar are required; install the missing one")
    })?;
    if output.status.success() {
        return Ok(());
    }
    let errors = String::from_utf8_lossy(&output.stderr);
    Err(format!("{command:?}: {}\n{errors}", output.status))
}

/// Returns the page with the document embedded: a page that is opened as a file can't load another file.
fn page(document: &Value) -> String {
    let title = document["info"]["title"].as_str().unwrap_or_default();
    let mut document = document.clone();
    name_events(&mut document);
    PAGE.replace("{title}", &title.replace('&', "&amp;").replace('<', "&lt;"))
        // In JSON, `<` occurs only in strings, where the escape is equivalent. It could end the script.
        .replace("{document}", &document.to_string().replace('<', r"\u003c"))
}

/// Adds the name to the description of each event, as Redoc shows only the summary, and removes the security
/// requirement, which Redoc would show for deliveries.
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

    /// Returns the document embedded in a page.
    fn embedded(page: &str) -> Value {
        let (_, text) = page.split_once("Redoc.init(").unwrap();
        let mut values = serde_json::Deserializer::from_str(text).into_iter();
        values.next().unwrap().unwrap()
    }

    #[test]
    fn the_page_contains_the_document() {
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
    fn the_page_refers_only_to_its_assets() {
        let script = FILES[1].replacen("package", "src=\"redoc", 1);
        assert_eq!(PAGE.matches("src=").count(), 1);
        assert!(PAGE.contains(&script));
        for mark in ["href=", "url(", "import", "//"] {
            assert!(!PAGE.contains(mark), "{mark}");
        }
        assert!(PAGE.contains("content=\"default-src 'none';"));
    }

    #[test]
    fn texts_are_escaped_in_markup() {
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
        assert!(error.contains("install the missing one"), "{error}");
    }

    #[test]
    fn the_error_of_a_failed_program_has_its_output() {
        let error = run(Command::new("tar").args(["-xzf", "no-such-archive"])).unwrap_err();
        assert!(error.contains("no-such-archive"), "{error}");
    }
}
