//! The table as a file, under the filters of its address.

use futures_util::{Stream, TryStreamExt as _};
use warp::Reply as _;
use warp::http::{HeaderValue, Method, StatusCode, header};
use warp::hyper::body::Bytes;
use warp::reply::Response;

use super::pages::Failure;
use super::request::Request;
use super::view::{View, day_word};
use crate::service::console::export::{self, Format};
use crate::service::console::{Analyst, Session};
use crate::service::{Service, ServiceError};
use crate::verification::InstanceId;
use crate::web::html;

/// Begins the file; the rest is made while it is taken.
pub fn stream(
    service: &Service,
    request: &Request,
    session: &Session,
    format: &str,
) -> Result<Response, Failure> {
    let format = Format::parse(format).ok_or(Failure::NotFound)?;
    let analyst = Analyst::of(session)?;
    let filter = View::read(&request.query).asked.filter;
    let pieces = export::stream(service, analyst, filter, format).map_ok(Bytes::from);
    Ok(file(service, &session.user.instance, format, request, pieces))
}

/// The answer that hands out a file while it is made.
pub fn file<S>(
    service: &Service,
    instance: &InstanceId,
    format: Format,
    request: &Request,
    pieces: S,
) -> Response
where
    S: Stream<Item = Result<Bytes, ServiceError>> + Send + Sync + 'static,
{
    let pieces = pieces.inspect_err(|error| tracing::error!(%error, "an export broke off"));
    let mut response = html::page(StatusCode::OK, String::new());
    if request.method != Method::HEAD {
        let headers = std::mem::take(response.headers_mut());
        response = warp::reply::stream(pieces).into_response();
        *response.headers_mut() = headers;
    }
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static(format.media_type()),
    );
    let name = format!(
        "attachment; filename=\"imper-verifications-{}-{}.{}\"",
        instance,
        day_word(service.now()),
        format.extension()
    );
    let name = HeaderValue::from_str(&name).unwrap_or(HeaderValue::from_static("attachment"));
    headers.insert(header::CONTENT_DISPOSITION, name);
    response
}
