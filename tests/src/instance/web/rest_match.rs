//! Finding the scripted REST resource for a path.

use std::collections::BTreeMap;

use crate::instance::core::{Core, lock};
use crate::instance::store::Row;

/// A resource with the parameters that its path carries.
pub struct Found {
    /// The `sys_ws_operation` record.
    pub operation: Row,
    /// The `sys_ws_definition` record.
    pub definition: Row,
    /// `{name}` parts of the path.
    pub parameters: BTreeMap<String, String>,
}

/// Why there is none.
pub enum Missing {
    /// No resource has this path.
    Path,
    /// One has, with other methods.
    Method,
}

/// The resource for a method and a path.
pub fn find(core: &Core, method: &str, path: &str) -> Result<Found, Missing> {
    let store = lock(&core.store);
    let mut seen = false;
    let mut found: Option<(usize, Found)> = None;
    for operation in store
        .all("sys_ws_operation")
        .into_iter()
        .filter(|row| row.is_true("active"))
    {
        let definition = store
            .get("sys_ws_definition", operation.get("web_service_definition"))
            .filter(|definition| definition.is_true("active"));
        let Some(definition) = definition else { continue };
        let version = store.get("sys_ws_version", operation.get("web_service_version"));
        if version.is_some_and(|version| !version.is_true("active")) {
            continue;
        }
        // The path without a version leads to the default version.
        let default = version.is_none_or(|version| version.is_true("is_default"));
        let candidates = [
            Some(operation.get("operation_uri")),
            default.then(|| operation.get("default_operation_uri")),
        ];
        for pattern in candidates
            .into_iter()
            .flatten()
            .filter(|pattern| !pattern.is_empty())
        {
            let Some(parameters) = matches(pattern, path) else {
                continue;
            };
            seen = true;
            if operation.get("http_method") != method {
                continue;
            }
            // A literal path wins over one with parameters.
            if found.as_ref().is_none_or(|(count, _)| parameters.len() < *count) {
                let count = parameters.len();
                let operation = operation.clone();
                found = Some((
                    count,
                    Found {
                        operation,
                        definition: definition.clone(),
                        parameters,
                    },
                ));
            }
        }
    }
    match found {
        Some((_, found)) => Ok(found),
        None if seen => Err(Missing::Method),
        None => Err(Missing::Path),
    }
}

fn matches(pattern: &str, path: &str) -> Option<BTreeMap<String, String>> {
    let (pattern, path) = (pattern.trim_matches('/'), path.trim_matches('/'));
    let (wanted, given): (Vec<&str>, Vec<&str>) = (pattern.split('/').collect(), path.split('/').collect());
    if wanted.len() != given.len() {
        return None;
    }
    let mut parameters = BTreeMap::new();
    for (want, have) in wanted.into_iter().zip(given) {
        match want.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            Some(name) => {
                parameters.insert(name.to_owned(), decode(have));
            }
            None if want == have => {}
            None => return None,
        }
    }
    Some(parameters)
}

fn decode(segment: &str) -> String {
    // A plus sign in a path is a plus sign.
    let query = format!("v={}", segment.replace('+', "%2B"));
    url::form_urlencoded::parse(query.as_bytes())
        .next()
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_decoded_segments() {
        let found = matches("/api/x/y/{id}/part", "/api/x/y/a%20b+c/part").unwrap();
        assert_eq!(found["id"], "a b+c");
        assert!(matches("/api/x/{id}", "/api/x/1/2").is_none());
    }
}
