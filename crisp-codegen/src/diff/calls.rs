//! Operations as methods: what they take and give.

use serde_json::Value;

use super::view::ApiView;
use crate::bundle::Bundle;
use crate::model::{self, Body, Operation};
use crate::source::pointer;
use crate::{lower, rewrite};

/// An operation as a method.
pub(super) struct Call<'a> {
    pub(super) operation: &'a Operation,
    /// The cargo feature that it needs.
    pub(super) feature: String,
    pub(super) pointer: String,
    pub(super) node: &'a Value,
    /// The arguments, in the order of the method.
    pub(super) arguments: Vec<Argument<'a>>,
    /// The schema of what it gives, with its pointer; none where it gives nothing.
    pub(super) data: Option<(String, &'a Value)>,
    /// The type of what it gives.
    pub(super) answer: String,
}

/// A parameter, a field of an inline body, or a body that has a name.
pub(super) struct Argument<'a> {
    /// The identity of the argument within its operation: an argument in the path is identified by its position, all
    /// others by their name.
    pub(super) key: String,
    pub(super) name: &'a str,
    /// Its name in Rust, which matters where it is a setter.
    pub(super) ident: String,
    pub(super) required: bool,
    pub(super) ty: String,
    pub(super) pointer: String,
    pub(super) schema: &'a Value,
    pub(super) schema_pointer: String,
}

impl Call<'_> {
    /// The argument with a key.
    pub(super) fn argument(&self, key: &str) -> Option<&Argument<'_>> {
        self.arguments.iter().find(|argument| argument.key == key)
    }

    /// The name of the type that the method makes where it has setters, and the request that is in it.
    pub(super) fn request(&self) -> (Option<String>, String) {
        let setters = self.arguments.iter().any(|argument| !argument.required);
        let name = setters.then(|| rewrite::request_name(self.operation));
        let request = match self.answer.strip_prefix("Vec<") {
            Some(item) if self.operation.is_paged() => format!("PagedRequest<{item}"),
            _ => format!("Request<{}>", self.answer),
        };
        (name, request)
    }
}

/// Reads an operation.
pub(super) fn call<'a>(view: &ApiView<'a>, operation: &'a Operation, feature: String) -> Call<'a> {
    let document: &'a Value = &view.bundle.document;
    let node = &document["paths"][&operation.path][&operation.method];
    let at = pointer(&pointer("/paths", &operation.path), &operation.method);

    let idents = rewrite::argument_idents(operation);
    let ident = |index: usize| idents[index].trim_start_matches("r#").to_owned();
    let mut arguments = Vec::new();
    let parameters = model::parameters(view.bundle, &operation.path, &operation.method);
    for (position, (at, parameter)) in parameters.into_iter().enumerate() {
        let name = parameter["name"].as_str().unwrap_or_default();
        let key = if parameter["in"] == "path" {
            format!("path {position}")
        } else {
            format!("query {name}")
        };
        let carries = if parameter.get("x-crisp-value").is_some() {
            "x-crisp-value"
        } else {
            "schema"
        };
        arguments.push(Argument {
            key,
            name,
            ident: ident(position),
            required: parameter["required"] == true,
            ty: view.written(&lower::lower_parameter(view.bundle, parameter)),
            schema_pointer: pointer(&at, carries),
            schema: &parameter[carries],
            pointer: at,
        });
    }
    let body_at = pointer(&at, "requestBody");
    let (body_at, body) = view.bundle.follow(body_at, &node["requestBody"]);
    let schema = model::json_schema(body);
    let body_at = body_at + "/content/application~1json/schema";
    match &operation.body {
        Body::None => {}
        Body::Named { .. } => arguments.push(Argument {
            key: "body".to_owned(),
            name: "body",
            ident: "body".to_owned(),
            required: true,
            ty: view.ty(schema),
            pointer: body_at.clone(),
            schema,
            schema_pointer: body_at,
        }),
        Body::Fields(fields) => {
            for (field, (name, schema)) in fields.iter().zip(model::object(&schema["properties"])) {
                let ty = view.ty(schema);
                let at = pointer(&format!("{body_at}/properties"), name);
                arguments.push(Argument {
                    key: format!("field {name}"),
                    name,
                    ident: ident(arguments.len()),
                    required: field.required,
                    ty: if field.nullable {
                        format!("Option<{ty}>")
                    } else {
                        ty
                    },
                    pointer: at.clone(),
                    schema,
                    schema_pointer: at,
                });
            }
        }
    }

    let success = model::object(&node["responses"]).find(|(status, _)| status.starts_with('2'));
    let data = success.and_then(|(status, response)| {
        beside(
            view.bundle,
            pointer(&format!("{at}/responses"), status),
            response,
        )
    });
    let answer = match (operation.method.as_str(), &data) {
        ("head", _) => "bool".to_owned(),
        (_, Some((_, schema))) => view.ty(schema),
        (_, None) => "()".to_owned(),
    };
    Call {
        operation,
        feature,
        pointer: at,
        node,
        arguments,
        data,
        answer,
    }
}

/// The schema of `data` in a body, with its pointer.
pub(super) fn beside<'a>(
    bundle: &'a Bundle,
    at: String,
    body: &'a Value,
) -> Option<(String, &'a Value)> {
    let (at, body) = bundle.follow(at, body);
    let parts = model::json_schema(body)["allOf"].as_array()?;
    parts.iter().enumerate().find_map(|(index, part)| {
        let data = part["properties"].get("data")?;
        let at = format!("{at}/content/application~1json/schema/allOf/{index}/properties/data");
        Some((at, data))
    })
}
