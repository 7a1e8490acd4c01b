//! Requests and responses as plain values.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use warp::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use warp::hyper::body::Bytes;

use crate::instance::error::InstanceError;

/// One request.
#[derive(Debug)]
pub struct Request {
    /// `GET`, `POST` …
    pub method: String,
    /// Path, still percent-encoded.
    pub path: String,
    /// Query string as it came.
    pub query_string: String,
    /// Decoded query parameters in order.
    pub query: Vec<(String, String)>,
    /// Headers by lower-case name.
    pub headers: BTreeMap<String, String>,
    /// Body.
    pub body: Bytes,
}

impl Request {
    /// Builds a request.
    pub fn new(method: &str, path: &str, query: &str, headers: &HeaderMap, body: Bytes) -> Self {
        let headers = headers
            .iter()
            .map(|(name, value)| {
                (
                    name.as_str().to_owned(),
                    String::from_utf8_lossy(value.as_bytes()).into_owned(),
                )
            })
            .collect();
        Self {
            method: method.to_owned(),
            path: path.to_owned(),
            query_string: query.to_owned(),
            query: pairs(query.as_bytes()),
            headers,
            body,
        }
    }

    /// First value of a query parameter.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// A header by lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// Content type without parameters.
    pub fn content_type(&self) -> String {
        self.header("content-type")
            .unwrap_or_default()
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_lowercase()
    }

    /// Fields of a form body.
    pub fn form(&self) -> Vec<(String, String)> {
        pairs(&self.body)
    }

    /// A cookie.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.header("cookie")?
            .split(';')
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value)
    }

    /// Whether the request only reads.
    pub fn is_read(&self) -> bool {
        matches!(self.method.as_str(), "GET" | "HEAD" | "OPTIONS")
    }
}

fn pairs(encoded: &[u8]) -> Vec<(String, String)> {
    url::form_urlencoded::parse(encoded)
        .map(|(key, value)| (key.into_owned(), value.into_owned()))
        .collect()
}

/// One response.
#[derive(Debug)]
pub struct Response {
    /// Status code.
    pub status: u16,
    /// Headers in order.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Vec<u8>,
}

impl Response {
    /// A response with a body of a type.
    pub fn new(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            headers: vec![("Content-Type".to_owned(), content_type.to_owned())],
            body: body.into(),
        }
    }

    /// A page.
    pub fn html(status: u16, body: String) -> Self {
        Self::new(status, "text/html;charset=UTF-8", body).with_header("Cache-Control", "no-cache,no-store")
    }

    /// A JSON document.
    pub fn json(status: u16, body: &Value) -> Self {
        Self::new(status, "application/json;charset=UTF-8", body.to_string())
    }

    /// The error body of the platform's REST services.
    pub fn api_error(status: u16, message: &str, detail: &str) -> Self {
        let detail = if detail.is_empty() {
            Value::Null
        } else {
            Value::from(detail)
        };
        Self::json(
            status,
            &json!({ "error": { "message": message, "detail": detail }, "status": "failure" }),
        )
    }

    /// The same for an error of the instance; the status says whose fault it is.
    pub fn from_error(error: &InstanceError) -> Self {
        match error {
            InstanceError::Unsupported(what) => Self::api_error(500, "Not emulated", what),
            InstanceError::Rejected { reason, .. } => Self::api_error(403, "Operation Failed", reason),
            InstanceError::NoSuchTable(table) => Self::api_error(400, &format!("Invalid table {table}"), ""),
            InstanceError::BadQuery { .. } | InstanceError::NoSuchField { .. } => {
                Self::api_error(400, "Bad Request", &error.to_string())
            }
            _ => Self::api_error(500, "Script or server error", &error.to_string()),
        }
    }

    /// A redirect after a form post.
    pub fn see_other(location: &str) -> Self {
        Self {
            status: 303,
            headers: vec![("Location".to_owned(), location.to_owned())],
            body: Vec::new(),
        }
    }

    /// Adds a header.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Turns it into warp's type; a header that HTTP cannot carry is left out.
    pub fn into_warp(self) -> warp::reply::Response {
        let mut response = warp::reply::Response::new(self.body.into());
        *response.status_mut() =
            StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        for (name, value) in self.headers {
            if let (Ok(name), Ok(value)) = (
                HeaderName::from_bytes(name.as_bytes()),
                HeaderValue::from_bytes(value.as_bytes()),
            ) {
                response.headers_mut().append(name, value);
            }
        }
        response
    }
}
