//! Writes a document as YAML.

use saphyr::{Mapping, Scalar, ScalarStyle, Yaml, YamlEmitter};
use serde_json::Value;

/// The document as YAML, which reads back as the same document by YAML 1.2 and by YAML 1.1.
pub(super) fn write(document: &Value) -> String {
    let mut text = String::new();
    let mut emitter = YamlEmitter::new(&mut text);
    emitter.multiline(true);
    emitter
        .dump(&yaml(document))
        .expect("a string can always be written to");
    // The emitter starts with a marker that only a stream of several documents needs.
    let text = text.strip_prefix("---\n").unwrap_or(&text);
    format!("{}\n", text.trim_end())
}

/// The value as YAML. Keys that look like numbers, as `'200'`, stay text.
fn yaml(value: &Value) -> Yaml<'_> {
    match value {
        Value::Null => Yaml::Value(Scalar::Null),
        Value::Bool(value) => Yaml::Value(Scalar::Boolean(*value)),
        Value::Number(number) => match number.as_i64() {
            Some(integer) => Yaml::Value(Scalar::Integer(integer)),
            None => Yaml::Value(Scalar::FloatingPoint(
                number.as_f64().unwrap_or_default().into(),
            )),
        },
        Value::String(text) => yaml_text(text),
        Value::Array(items) => Yaml::Sequence(items.iter().map(yaml).collect()),
        Value::Object(map) => {
            let mut mapping = Mapping::new();
            for (key, value) in map {
                mapping.insert(yaml_text(key), yaml(value));
            }
            Yaml::Mapping(mapping)
        }
    }
}

/// Text. The emitter quotes what YAML 1.2 would take for something else; YAML 1.1, which is still widely read, has
/// dates and numbers with underscores as well, and all of these start with a digit.
fn yaml_text(text: &str) -> Yaml<'_> {
    if !text.starts_with(|first: char| first.is_ascii_digit()) || text.contains('\n') {
        return Yaml::Value(Scalar::String(text.into()));
    }
    // A JSON string is a YAML string in double quotes.
    let quoted = Value::from(text).to_string();
    let inner = quoted[1..quoted.len() - 1].to_owned();
    Yaml::Representation(inner.into(), ScalarStyle::DoubleQuoted, None)
}
