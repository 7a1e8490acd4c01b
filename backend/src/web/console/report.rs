//! Signed reports, to keep outside the console: `report.json` is what was signed, `report.html` the same to read, print
//! or attach. The page stands alone: it needs no other file, and its one style sheet is in it.

use askama::Template;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use warp::http::{HeaderValue, StatusCode, header};
use warp::reply::Response;

use super::pages::Failure;
use super::request::Request;
use crate::keys::sha256_hex;
use crate::service::Service;
use crate::service::console::Analyst;
use crate::service::signed_report::{self, SignedReport};
use crate::verification::VerificationId;
use crate::verification::statement::Statement;
use crate::web::html;

/// In which form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// The signed document.
    Json,
    /// The page for people.
    Html,
}

/// Issues the report of `id`, if it belongs to the session's instance and is decided.
pub async fn show(
    service: &Service,
    request: &Request,
    analyst: Analyst<'_>,
    id: &str,
    form: Form,
) -> Result<Response, Failure> {
    let id = VerificationId::parse(id).ok_or(Failure::NotFound)?;
    let name = id.to_string();
    let report = signed_report::for_session(service, analyst, id, request.client.clone()).await?;
    match form {
        Form::Json => Ok(download(&name, report.sealed.file)),
        Form::Html => {
            let page = page(&report).map_err(|error| Failure::Internal(error.to_string()))?;
            Ok(standalone(page))
        }
    }
}

fn download(name: &str, file: String) -> Response {
    let mut response = html::page(StatusCode::OK, file);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    // The name is made of the id, which is letters and digits.
    if let Ok(disposition) = HeaderValue::from_str(&format!("attachment; filename=\"{name}-report.json\"")) {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    response
}

/// The style sheet is named by its digest: still nothing else inline, and no script at all.
fn standalone(page: String) -> Response {
    let style = page
        .split_once("<style>")
        .and_then(|(_, rest)| rest.split_once("</style>"))
        .map_or("", |(style, _)| style);
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, style.as_bytes());
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{}'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'",
        STANDARD.encode(digest)
    );
    let mut response = html::page(StatusCode::OK, page);
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        response
            .headers_mut()
            .insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

#[derive(Template)]
#[template(path = "console/report.html")]
struct Page<'a> {
    report: &'a Statement,
    key_id: &'a str,
    signature: &'a str,
    digest: String,
}

/// The page for people.
///
/// # Errors
/// When the page cannot be written, which does not happen to a page that compiles.
pub fn page(of: &SignedReport) -> askama::Result<String> {
    Page {
        report: &of.statement,
        key_id: &of.sealed.signature.key_id,
        signature: &of.sealed.signature.value,
        digest: sha256_hex(of.sealed.file.as_bytes()),
    }
    .render()
}

impl Page<'_> {
    /// Class of the meaning of the whole.
    fn tone(&self) -> &'static str {
        super::badge::risk(self.report.verification.risk_level).tone
    }

    /// `2026-11-22 10:04:31 UTC`: for people, but exact.
    fn time(at: &str) -> String {
        let whole = at.split_once('.').map_or(at, |(whole, _)| whole);
        let whole = whole.trim_end_matches('Z');
        format!("{} UTC", whole.replace('T', " "))
    }

    fn weight(weight: i16) -> String {
        match weight {
            0 => "0".into(),
            1.. => format!("+{weight}"),
            // A minus sign, not a hyphen: it is as wide as the plus.
            _ => format!("−{}", weight.unsigned_abs()),
        }
    }
}
