//! The document as a page: rendered here, without scripts, in the look of the console.

use askama::Template;
use serde_json::Value;

use crate::web::assets;

#[derive(Template)]
#[template(path = "api.html")]
struct Page {
    css: &'static str,
    icon: &'static str,
    title: String,
    version: String,
    description: String,
    server: String,
    groups: Vec<Group>,
    schemas: Vec<SchemaView>,
}

/// The operations of one tag.
struct Group {
    name: String,
    anchor: String,
    description: String,
    operations: Vec<OperationView>,
}

/// One operation.
struct OperationView {
    id: String,
    method: String,
    path: String,
    summary: String,
    description: String,
    scope: Option<String>,
    parameters: Vec<Field>,
    body: Option<Kind>,
    answers: Vec<AnswerView>,
}

/// One answer.
struct AnswerView {
    status: String,
    description: String,
    media: Vec<String>,
    kind: Option<Kind>,
}

/// One schema.
struct SchemaView {
    name: String,
    description: String,
    values: Vec<String>,
    fields: Vec<Field>,
}

/// A parameter, or a field of a schema.
struct Field {
    name: String,
    place: String,
    kind: Kind,
    required: bool,
    description: String,
}

/// A type in words, with the schema that it leads to.
#[derive(Default)]
struct Kind {
    before: String,
    schema: Option<String>,
    after: String,
}

/// Makes the page of a document.
///
/// # Errors
/// When it cannot be written, which does not happen to a page that compiles.
pub fn page(document: &Value) -> askama::Result<String> {
    let group = |tag: &Value| Group {
        anchor: text(&tag["name"]).to_lowercase().replace(' ', "-"),
        operations: operations(document, &text(&tag["name"])),
        name: text(&tag["name"]),
        description: prose(&tag["description"]),
    };
    Page {
        css: assets::CONSOLE_CSS.href(),
        icon: assets::ICON.href(),
        title: text(&document["info"]["title"]),
        version: text(&document["info"]["version"]),
        description: prose(&document["info"]["description"]),
        server: text(&document["servers"][0]["url"]),
        groups: array(&document["tags"]).iter().map(group).collect(),
        schemas: entries(&document["components"]["schemas"])
            .map(|(name, schema)| schema_view(name, schema))
            .collect(),
    }
    .render()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Markdown's marks of code say nothing on a page that does not know them.
fn prose(value: &Value) -> String {
    text(value).replace('`', "")
}

fn array(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn entries(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn operations(document: &Value, tag: &str) -> Vec<OperationView> {
    let mut found = Vec::new();
    for (path, item) in entries(&document["paths"]) {
        for (method, operation) in entries(item).filter(|(name, _)| *name != "parameters") {
            if !array(&operation["tags"]).iter().any(|one| one == tag) {
                continue;
            }
            let parameters = array(&item["parameters"])
                .iter()
                .chain(array(&operation["parameters"]));
            let security = array(&operation["security"]);
            let scope = security.first().and_then(|one| entries(one).next());
            found.push(OperationView {
                id: text(&operation["operationId"]),
                method: method.to_uppercase(),
                path: path.clone(),
                summary: text(&operation["summary"]),
                description: prose(&operation["description"]),
                scope: scope.and_then(|(_, scopes)| Some(scopes[0].as_str()?.to_owned())),
                parameters: parameters.map(parameter).collect(),
                body: entries(&operation["requestBody"]["content"])
                    .next()
                    .map(|(_, content)| kind(&content["schema"])),
                answers: entries(&operation["responses"])
                    .map(|(status, answer)| answer_view(document, status, answer))
                    .collect(),
            });
        }
    }
    found
}

fn parameter(of: &Value) -> Field {
    Field {
        name: text(&of["name"]),
        place: text(&of["in"]),
        kind: kind(&of["schema"]),
        required: of["required"] == true,
        description: prose(&of["description"]),
    }
}

fn answer_view(document: &Value, status: &str, of: &Value) -> AnswerView {
    let of = match of["$ref"].as_str() {
        Some(place) => document.pointer(place.trim_start_matches('#')).unwrap_or(of),
        None => of,
    };
    let mut contents = entries(&of["content"]).peekable();
    AnswerView {
        status: status.to_owned(),
        description: prose(&of["description"]),
        kind: contents.peek().map(|(_, content)| kind(&content["schema"])),
        media: contents.map(|(media, _)| media.clone()).collect(),
    }
}

fn schema_view(name: &str, of: &Value) -> SchemaView {
    let required = array(&of["required"]);
    SchemaView {
        name: name.to_owned(),
        description: prose(&of["description"]),
        values: array(&of["enum"]).iter().map(text).collect(),
        fields: entries(&of["properties"])
            .map(|(field, schema)| Field {
                name: field.clone(),
                place: String::new(),
                kind: kind(schema),
                required: required.iter().any(|one| one == field.as_str()),
                description: prose(&schema["description"]),
            })
            .collect(),
    }
}

/// A type in words.
fn kind(schema: &Value) -> Kind {
    if let Some(place) = schema["$ref"].as_str() {
        return Kind {
            schema: place.rsplit('/').next().map(str::to_owned),
            ..Kind::default()
        };
    }
    let alternatives = array(&schema["oneOf"]);
    if let Some(real) = alternatives.iter().find(|one| one["type"] != "null") {
        let mut kind = kind(real);
        kind.after.push_str(" or null");
        return kind;
    }
    let types: Vec<String> = match &schema["type"] {
        Value::String(one) => vec![one.clone()],
        several => array(several).iter().map(text).collect(),
    };
    if types.first().is_some_and(|one| one == "array") {
        let items = kind(&schema["items"]);
        return Kind {
            before: format!("list of {}", items.before),
            ..items
        };
    }
    let mut before = types.join(" or ");
    let values: Vec<String> = array(&schema["enum"])
        .iter()
        .map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
        .collect();
    if !values.is_empty() {
        before = values.join(", ");
    }
    Kind {
        before,
        ..Kind::default()
    }
}
