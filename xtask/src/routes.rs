//! Prints the operations as a table.

use std::fmt::Write;

use crisp_codegen::bundle::{Bundle, Operation};

/// Returns a table with a row for each operation and aligned columns.
pub(crate) fn table(bundle: &Bundle) -> String {
    let rows: Vec<_> = bundle
        .operations()
        .map(|operation| row(&operation))
        .collect();
    let mut widths = [0; 6];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    let mut table = String::new();
    for row in &rows {
        let mut line = String::new();
        for (width, cell) in widths.iter().zip(row) {
            // Writing to a string can't fail.
            let _ = write!(line, "{cell:width$}  ");
        }
        table.push_str(line.trim_end());
        table.push('\n');
    }
    table
}

fn row(operation: &Operation<'_>) -> [String; 6] {
    let text = |key| operation.text(key).unwrap_or_default().to_owned();
    let tiers = operation
        .value
        .get("x-crisp-tiers")
        .and_then(|tiers| tiers.as_array());
    let tiers: Vec<_> = tiers
        .into_iter()
        .flatten()
        .filter_map(|tier| tier.as_str())
        .collect();
    let deprecated = operation
        .value
        .get("deprecated")
        .and_then(|deprecated| deprecated.as_bool());
    [
        operation.method.to_uppercase(),
        operation.path.to_owned(),
        text("operationId"),
        text("summary"),
        tiers.join(","),
        if deprecated == Some(true) {
            "deprecated".to_owned()
        } else {
            String::new()
        },
    ]
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crisp_codegen::source::parse;

    pub(crate) fn bundle() -> Bundle {
        let root = "
openapi: 3.0.3
info: {title: Test, version: '1'}
paths:
  /website:
    head: {operationId: website.check, summary: Check, x-crisp-tiers: [user, plugin]}
  /website/{website_id}:
    delete: {operationId: website.delete_website, summary: Delete A Website, deprecated: true, x-crisp-tiers: [user]}
    get: {}
";
        crisp_codegen::bundle::bundle(&[parse("openapi.yaml", root).unwrap()]).unwrap()
    }

    #[test]
    fn columns_are_aligned() {
        assert_eq!(
            table(&bundle()),
            "\
HEAD    /website               website.check           Check             user,plugin
DELETE  /website/{website_id}  website.delete_website  Delete A Website  user         deprecated
GET     /website/{website_id}
"
        );
    }
}
