//! The tables of what the wrappers type.

use std::collections::BTreeMap;
use std::fs;

/// A value that a wrapper types in an answer, a body, an event or a query.
#[derive(Clone)]
pub(crate) struct Fact {
    /// The operation or event.
    pub(crate) place: String,
    /// The way to the value, without the marks of what is optional.
    pub(crate) path: String,
    /// The same, to be followed.
    pub(crate) steps: Vec<Step>,
    /// The types of the value on the wire.
    pub(crate) types: Vec<String>,
    /// The wrappers with this type.
    pub(crate) wrappers: String,
}

/// One step on the way to a value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Step {
    /// To a property, which may be missing if it is optional.
    Property { name: String, optional: bool },
    /// To the items of a list.
    Items,
    /// To the values of a map.
    Values,
}

/// Every fact of a table, the shapes that it names written out.
pub(crate) fn facts(table: &str) -> Vec<Fact> {
    let mut shapes = BTreeMap::<_, Vec<_>>::new();
    for [shape, row @ ..] in rows::<4>("shapes") {
        shapes.entry(shape).or_default().push(row);
    }
    let mut facts = Vec::new();
    for [place, row @ ..] in rows::<4>(table) {
        expand(&shapes, &place, "", &row, &mut facts);
    }
    facts
}

fn expand(
    shapes: &BTreeMap<String, Vec<[String; 3]>>,
    place: &str,
    at: &str,
    [path, types, wrappers]: &[String; 3],
    facts: &mut Vec<Fact>,
) {
    let path = at.to_owned() + path.strip_suffix('.').unwrap_or(path);
    match types.strip_prefix('@') {
        Some(shape) => {
            for row in &shapes[shape] {
                expand(shapes, place, &path, row, facts);
            }
        }
        None => facts.push(Fact {
            place: place.to_owned(),
            steps: steps(&path),
            path: path.replace('?', ""),
            types: types.split('|').map(str::to_owned).collect(),
            wrappers: wrappers.clone(),
        }),
    }
}

/// The steps of a path such as `.meta?.segments[]`.
fn steps(path: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    for part in path.replace("[]", ".[]").split('.').skip(1) {
        steps.push(match part {
            "[]" => Step::Items,
            "*" => Step::Values,
            name => Step::Property {
                name: name.trim_end_matches('?').to_owned(),
                optional: name.ends_with('?'),
            },
        });
    }
    steps
}

/// The rows of a table; `#` begins a comment, and a row may leave out its last columns.
pub(crate) fn rows<const COLUMNS: usize>(table: &str) -> Vec<[String; COLUMNS]> {
    let file = format!("{}/tests/wrappers/{table}.tsv", env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(&file).unwrap();
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let mut columns = line.split('\t').map(str::to_owned);
            let row = std::array::from_fn(|_| columns.next().unwrap_or_default());
            assert_eq!(columns.next(), None, "{file}: too many columns: {line}");
            row
        })
        .collect()
}
