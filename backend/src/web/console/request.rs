//! One request to the console, and its form.

use std::net::{IpAddr, SocketAddr};
use std::pin::pin;

use futures_util::TryStreamExt as _;
use warp::http::{HeaderMap, Method, header};
use warp::{Buf, Stream};

use super::pages::Failure;
use crate::web::client;

/// Forms of the console are a few short fields.
const MAX_FORM_BYTES: usize = 4 * 1024;

/// Longest query in the log, in characters.
const MAX_SUBJECT: usize = 300;

/// One request.
pub struct Request {
    /// Its method.
    pub method: Method,
    /// Its path below `/console/`.
    pub path: String,
    /// Its query, as it came.
    pub query: String,
    /// Its headers.
    pub headers: HeaderMap,
    /// Where it came from. IPv6 clients count by their network, of which each has a whole /64 to themselves.
    pub client: String,
}

impl Request {
    /// Puts the parts together.
    pub fn new(
        method: Method,
        path: &str,
        query: String,
        headers: HeaderMap,
        peer: Option<SocketAddr>,
        proxies: &[IpAddr],
    ) -> Self {
        let address = client::of(&headers, peer, proxies);
        Self {
            method,
            path: path.to_owned(),
            query,
            headers,
            client: address.map_or_else(|| "unknown".into(), network),
        }
    }

    /// The value of a query field, the first if it is given twice.
    pub fn field(&self, name: &str) -> Option<String> {
        let mut fields = url::form_urlencoded::parse(self.query.as_bytes());
        fields
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    }

    /// What the log says that a page was about: the part of its path that differs, and its query. What was searched for
    /// may be a person's name, and the log is kept for good, so that it is left out.
    pub fn subject(&self, part: &str) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in url::form_urlencoded::parse(self.query.as_bytes()) {
            let value = if name == "q" { "...".into() } else { value };
            query.append_pair(&name, &value);
        }
        let query: String = query.finish().chars().take(MAX_SUBJECT).collect();
        [part, &query].join(" ").trim().to_owned()
    }

    /// Reads the form of a POST. A form that another site sends is refused here already, where the browser says so.
    pub async fn form<S, B>(&self, body: S) -> Result<Form, Failure>
    where
        S: Stream<Item = Result<B, warp::Error>>,
        B: Buf,
    {
        self.form_up_to(MAX_FORM_BYTES, body).await
    }

    /// Reads a form of at most `most` bytes.
    pub async fn form_up_to<S, B>(&self, most: usize, body: S) -> Result<Form, Failure>
    where
        S: Stream<Item = Result<B, warp::Error>>,
        B: Buf,
    {
        self.check_origin()?;
        if !self.is_urlencoded() {
            return Err(Failure::MediaType);
        }
        Ok(Form::urlencoded(&read(body, most).await?))
    }

    /// Refuses what another site sends, where the browser says so.
    pub fn check_origin(&self) -> Result<(), Failure> {
        let site = self.headers.get("sec-fetch-site");
        if site.is_some_and(|site| site != "same-origin") {
            return Err(Failure::Forged);
        }
        Ok(())
    }

    /// What the body is said to be.
    pub fn media_type(&self) -> &str {
        self.headers
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .unwrap_or("")
    }

    /// True for a form without a file.
    pub fn is_urlencoded(&self) -> bool {
        let kind = self.media_type().split(';').next().map(str::trim);
        kind == Some("application/x-www-form-urlencoded")
    }
}

/// Reads a body of at most so many bytes.
pub async fn read<S, B>(body: S, most: usize) -> Result<Vec<u8>, Failure>
where
    S: Stream<Item = Result<B, warp::Error>>,
    B: Buf,
{
    let mut body = pin!(body);
    let mut bytes = Vec::new();
    while let Some(mut chunk) = body.try_next().await.map_err(|_| Failure::Unreadable)? {
        if bytes.len() + chunk.remaining() > most {
            return Err(Failure::TooLarge);
        }
        while chunk.has_remaining() {
            let part = chunk.chunk().len();
            bytes.extend_from_slice(chunk.chunk());
            chunk.advance(part);
        }
    }
    Ok(bytes)
}

fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            format!("{}/64", std::net::Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

/// The fields of a form.
pub struct Form(Vec<(String, String)>);

impl Form {
    /// Puts the fields together.
    pub const fn new(fields: Vec<(String, String)>) -> Self {
        Self(fields)
    }

    /// Reads the fields of a form without a file.
    pub fn urlencoded(bytes: &[u8]) -> Self {
        Self(url::form_urlencoded::parse(bytes).into_owned().collect())
    }

    /// The value of a field, empty if it is missing.
    pub fn get(&self, name: &str) -> &str {
        self.0
            .iter()
            .find(|(key, _)| key == name)
            .map_or("", |(_, value)| value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ipv6_client_counts_by_its_network() {
        assert_eq!(
            network("2001:db8:1:2:3:4:5:6".parse().unwrap()),
            "2001:db8:1:2::/64"
        );
        assert_eq!(network("::ffff:203.0.113.9".parse().unwrap()), "203.0.113.9");
    }
}
