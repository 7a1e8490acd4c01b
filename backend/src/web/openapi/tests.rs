use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{document, page};
use crate::service::console::tokens::Scope;
use crate::testing::{caller, service};
use crate::web::console::tests::fixture::{failed, passed};
use crate::web::data::routes;

const URL: &str = "https://verify.example.com";

fn pointer<'a>(document: &'a Value, place: &str) -> &'a Value {
    let found = document.pointer(place.strip_prefix('#').unwrap());
    found.unwrap_or_else(|| panic!("{place} leads nowhere"))
}

/// Every value below `value`, itself included.
fn all(value: &Value) -> Vec<&Value> {
    let below: Vec<&Value> = match value {
        Value::Array(items) => items.iter().collect(),
        Value::Object(fields) => fields.values().collect(),
        _ => Vec::new(),
    };
    std::iter::once(value)
        .chain(below.into_iter().flat_map(all))
        .collect()
}

/// Method and path of every operation.
fn operations(document: &Value) -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item
            .as_object()
            .unwrap()
            .keys()
            .filter(|key| *key != "parameters")
        {
            found.insert((method.to_uppercase(), path.clone()));
        }
    }
    found
}

#[test]
fn the_document_is_openapi_3_1() {
    let document = document(URL);
    assert_eq!(document["openapi"], "3.1.0");
    let schema = include_str!("../../../testdata/openapi-3.1.schema.json");
    let schema: Value = serde_json::from_str(schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let mistakes: Vec<String> = validator
        .iter_errors(&document)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(mistakes.is_empty(), "{mistakes:#?}");
    // It would find one.
    let mut wrong = document.clone();
    wrong["paths"]["/api/v1/verifications"]["post"]["responses"]["201"]["description"] = Value::Null;
    assert!(!validator.is_valid(&wrong));
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        assert!(jsonschema::draft202012::meta::is_valid(schema), "{name}");
    }
    let mut ids = BTreeSet::new();
    for (method, path) in operations(&document) {
        let item = &document["paths"][&path];
        let operation = &item[method.to_lowercase()];
        let id = operation["operationId"].as_str().unwrap();
        assert!(ids.insert(id.to_owned()), "{id} is there twice");
        let tag = operation["tags"][0].as_str().unwrap();
        assert!(
            document["tags"]
                .as_array()
                .unwrap()
                .iter()
                .any(|one| one["name"] == tag)
        );
        for scheme in operation["security"][0].as_object().unwrap().keys() {
            assert!(document["components"]["securitySchemes"][scheme].is_object());
        }
        // Every part in braces is a parameter of the path, and the reverse.
        let parts: Vec<&str> = path
            .split('/')
            .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
            .collect();
        let parameters = [&item["parameters"], &operation["parameters"]];
        let parameters: Vec<&Value> = parameters
            .iter()
            .filter_map(|list| list.as_array())
            .flatten()
            .collect();
        let in_path: Vec<&str> = parameters
            .iter()
            .filter(|one| one["in"] == "path")
            .map(|one| one["name"].as_str().unwrap())
            .collect();
        assert_eq!(parts, in_path, "{path}");
        for one in &parameters {
            assert!(one["schema"].is_object(), "{path} {one}");
            assert!(
                one["in"] == "path" || !one["description"].as_str().unwrap().is_empty(),
                "{path} {one}"
            );
            assert!(jsonschema::draft202012::meta::is_valid(&one["schema"]));
        }
        for (status, answer) in operation["responses"].as_object().unwrap() {
            assert!(status.parse::<u16>().is_ok_and(|code| (200..500).contains(&code)));
            let answer = match answer["$ref"].as_str() {
                Some(place) => pointer(&document, place),
                None => answer,
            };
            assert!(!answer["description"].as_str().unwrap().is_empty());
        }
    }
    for value in all(&document) {
        if let Some(place) = value["$ref"].as_str() {
            pointer(&document, place);
        }
    }
    // Every field says what it means.
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        assert!(schema["description"].is_string(), "{name}");
    }
}

#[tokio::test]
async fn every_route_is_in_the_document_and_the_reverse() {
    let (_folder, service, _clock) = service();
    let routes = crate::web::public(&service);
    let documented = operations(&document(URL));
    let methods = ["GET", "POST", "PUT", "PATCH", "DELETE"];
    // Words that are routes, and words that are none, at every place of a path.
    let words = [
        "verifications",
        "overview",
        "agents",
        "audit",
        "events",
        "resend",
        "cancel",
        "release",
        "confirm",
        "report",
        "export",
        "tokens",
        "news",
        "send",
        "result",
    ];
    let mut paths: BTreeSet<String> = documented.iter().map(|(_, path)| path.clone()).collect();
    for base in ["/api/v1", "/api/v1/console"] {
        for one in words {
            paths.insert(format!("{base}/{one}"));
            paths.insert(format!("{base}/{one}/{{id}}"));
            for other in words {
                paths.insert(format!("{base}/{one}/{{id}}/{other}"));
                paths.insert(format!("{base}/{one}/{other}/{{format}}"));
            }
        }
    }
    let token = crate::web::data::tests::token(&service, "acme", "all", Scope::ALL).await;
    for path in &paths {
        for method in methods {
            let real = path.replace("{id}", "VER7K3M9QX2A4TN").replace("{format}", "csv");
            let mut request = warp::test::request().method(method).path(&real);
            let is_console = path.starts_with(routes::BASE);
            if is_console {
                // Without a token that is good, the data API says nothing, not even what exists.
                request = request.header("authorization", format!("Bearer {token}"));
            } else if method == "POST" {
                request = request.header("content-length", "0");
            }
            let answer = request.reply(&routes).await;
            let problem: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
            let exists = match answer.status().as_u16() {
                // What a verification that does not exist is answered is not what no route is answered.
                404 if is_console => routes::find(&real[routes::BASE.len()..]).is_some(),
                404 | 405 => false,
                401 if !is_console => problem["type"] == "urn:imper:problem:token-not-accepted",
                200 | 400 => true,
                // The limit of the token: the table says what would have come.
                429 => routes::find(&real[routes::BASE.len()..]).is_some() && method == "GET",
                other => panic!("{method} {path}: {other}"),
            };
            // `{id}` stands for whatever is no fixed word.
            let is_alias = !documented.contains(&(method.to_owned(), path.clone()))
                && documented.iter().any(|(of, pattern)| {
                    of == method && crate::web::console::routes::fits(pattern, &real).is_some()
                });
            assert_eq!(
                exists,
                documented.contains(&(method.to_owned(), path.clone())) || is_alias,
                "{method} {path}"
            );
        }
    }
    let table: BTreeSet<(String, String)> = routes::ALL
        .iter()
        .map(|route| ("GET".to_owned(), format!("{}{}", routes::BASE, route.path)))
        .collect();
    let console: BTreeSet<(String, String)> = documented
        .into_iter()
        .filter(|(_, path)| path.starts_with(routes::BASE))
        .collect();
    assert_eq!(table, console);
}

/// Checks a value against the schema at `place` of the document.
fn check(document: &Value, place: &str, value: &Value) {
    let mut schema = json!({ "$ref": place, "components": document["components"] });
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema".into();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let mistakes: Vec<String> = validator
        .iter_errors(value)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(mistakes.is_empty(), "{place}: {mistakes:#?} in {value:#}");
}

#[tokio::test]
async fn real_answers_are_as_the_document_says() {
    let (_folder, service, clock) = service();
    let id = passed(&service, &clock, "INC0010023").await;
    failed(&service, &clock, "INC0010024").await;
    let under_way = crate::web::console::tests::fixture::start(&service, "INC0010025").await;
    let document = document(URL);
    let routes = crate::web::public(&service);
    for (name, scopes) in [
        ("whole", Scope::ALL),
        (
            "plain",
            &[Scope::VerificationsRead, Scope::OverviewRead, Scope::AgentsRead][..],
        ),
    ] {
        let token = crate::web::data::tests::token(&service, "acme", name, scopes).await;
        for (path, schema) in [
            ("verifications".to_owned(), "VerificationPage"),
            ("verifications?limit=1".to_owned(), "VerificationPage"),
            (format!("verifications/{id}"), "VerificationDetails"),
            (format!("verifications/{under_way}"), "VerificationDetails"),
            ("overview".to_owned(), "OverviewFigures"),
            ("overview?days=91".to_owned(), "OverviewFigures"),
            ("agents".to_owned(), "AgentList"),
            ("audit".to_owned(), "AuditPage"),
            ("verifications?nonsense=1".to_owned(), "Problem"),
            ("nothing".to_owned(), "Problem"),
        ] {
            let answer = warp::test::request()
                .path(&format!("{}{path}", routes::BASE))
                .header("authorization", format!("Bearer {token}"))
                .reply(&routes)
                .await;
            let is_refused = name == "plain" && path == "audit";
            let schema = if is_refused { "Problem" } else { schema };
            assert_eq!(answer.status() == 200, schema != "Problem", "{path}");
            let value: Value = serde_json::from_slice(answer.body()).unwrap();
            check(&document, &format!("#/components/schemas/{schema}"), &value);
        }
    }
    for number in ["INC0010023", "INC0010024", "INC0010025", "INC0010099"] {
        let mut of = caller(service.now(), &format!("look-{number}"));
        of.claims.ticket.sys_id = crate::keys::sha256_hex(number.as_bytes())[..32].into();
        let list = crate::service::agent::list(&service, of).await.unwrap();
        check(
            &document,
            "#/components/schemas/TicketVerifications",
            &serde_json::to_value(list).unwrap(),
        );
    }
    check(
        &document,
        "#/components/schemas/SendLink",
        &serde_json::to_value(crate::testing::send_link()).unwrap(),
    );
}

#[test]
fn the_page_shows_every_call_and_every_schema() {
    let document = document(URL);
    let page = page::page(&document).unwrap();
    for (_, path) in operations(&document) {
        assert!(page.contains(&format!("<code>{path}</code>")), "{path}");
    }
    for name in document["components"]["schemas"].as_object().unwrap().keys() {
        assert!(page.contains(&format!("id=\"schema-{name}\"")), "{name}");
    }
    for link in page.split("href=\"#").skip(1) {
        let anchor = link.split('"').next().unwrap();
        assert!(
            page.contains(&format!("id=\"{anchor}\"")),
            "{anchor} leads nowhere"
        );
    }
    assert!(!page.contains("<script") && !page.contains("style="));
}
