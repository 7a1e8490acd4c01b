//! The one way to call another service by HTTP: with time limits, without redirects, without proxies from the
//! environment, encrypted unless the other side is this machine.

use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, DATE, HeaderMap, RETRY_AFTER};
use reqwest::{Client, RequestBuilder, StatusCode, Url};
use shared::words::UnixMillis;
use url::Host;

/// A connection that takes longer will not come.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Standard Webhooks ask for 15 to 30 seconds.
const TOTAL_TIMEOUT: Duration = Duration::from_secs(20);
/// Answers are short JSON documents; of a longer one only so much is read.
const MAX_ANSWER_BYTES: usize = 64 * 1024;
/// Nobody may ask to wait longer than this.
const MAX_RETRY_AFTER: Duration = Duration::from_hours(24);

/// Makes a client. Each neighbour has its own, hence its own connections.
pub fn client() -> Result<Client, reqwest::Error> {
    crate::crypto::install();
    Client::builder()
        .user_agent(concat!("imper-verification/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(TOTAL_TIMEOUT)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// True when the content type says JSON and the body is JSON.
    pub is_json: bool,
    /// The beginning of the body. May hold secrets: never log it whole.
    pub body: Vec<u8>,
    /// How long the other side asks to wait.
    pub retry_after: Option<Duration>,
    /// The other side's time, if it says so.
    pub date: Option<UnixMillis>,
}

/// Begins a POST.
///
/// # Errors
/// When the URL is not one that we may call; the text says why.
pub fn post(client: &Client, url: &str) -> Result<RequestBuilder, String> {
    callable(url).map(|url| client.post(url))
}

/// Begins a GET.
///
/// # Errors
/// When the URL is not one that we may call; the text says why.
pub fn get(client: &Client, url: &str) -> Result<RequestBuilder, String> {
    callable(url).map(|url| client.get(url))
}

fn callable(url: &str) -> Result<Url, String> {
    let url = Url::parse(url).map_err(|error| format!("its URL cannot be read: {error}"))?;
    if is_callable(&url) {
        Ok(url)
    } else {
        Err("its URL is not https".into())
    }
}

/// True when what is sent to this URL stays between us and the other side: https, or this very machine.
pub fn is_callable(url: &Url) -> bool {
    let local = match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    url.scheme() == "https" || (url.scheme() == "http" && local)
}

/// Sends a request and reads the answer.
///
/// # Errors
/// When there is none; the text says why, without the URL.
pub async fn send(request: RequestBuilder, now: UnixMillis) -> Result<Answer, String> {
    let mut response = request.send().await.map_err(|error| describe(&error))?;
    let status = response.status();
    let retry_after = retry_after(response.headers(), now);
    let date = date(response.headers());
    let says_json = response
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.to_ascii_lowercase().starts_with("application/json"));
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| describe(&error))? {
        body.extend_from_slice(&chunk);
        if body.len() > MAX_ANSWER_BYTES {
            break;
        }
    }
    let is_json = says_json && serde_json::from_slice::<serde::de::IgnoredAny>(&body).is_ok();
    Ok(Answer {
        status,
        is_json,
        body,
        retry_after,
        date,
    })
}

fn date(headers: &HeaderMap) -> Option<UnixMillis> {
    let text = headers.get(DATE)?.to_str().ok()?;
    let date = jiff::fmt::rfc2822::parse(text.trim()).ok()?;
    Some(UnixMillis(date.timestamp().as_millisecond()))
}

/// Seconds, or a date.
fn retry_after(headers: &HeaderMap, now: UnixMillis) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let seconds = if let Ok(seconds) = text.parse::<u64>() {
        seconds
    } else {
        let until = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
        u64::try_from(until.as_second().saturating_sub(now.unix_seconds())).unwrap_or(0)
    };
    Some(Duration::from_secs(seconds).min(MAX_RETRY_AFTER))
}

/// What went wrong, by its innermost cause. The URL is left out: it may carry a secret.
pub fn describe(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return format!("there was no answer within {} seconds", TOTAL_TIMEOUT.as_secs());
    }
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    let what = if error.is_connect() {
        "there is no connection"
    } else {
        "the connection broke"
    };
    // Without an inner cause the text would be the outer one, with the URL.
    if error.url().is_some() && std::error::Error::source(error).is_none() {
        what.into()
    } else {
        format!("{what}: {cause}")
    }
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    #[tokio::test]
    async fn only_this_machine_is_called_without_encryption() {
        let client = client().unwrap();
        for good in [
            "https://acme.service-now.com/x",
            "http://127.0.0.1:1/x",
            "http://localhost:1",
            "http://[::1]:1/",
        ] {
            assert!(post(&client, good).is_ok(), "{good}");
        }
        for bad in [
            "http://acme.service-now.com/x",
            "ftp://localhost/",
            "http://localhost.evil.example/",
            "nonsense",
        ] {
            assert!(post(&client, bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_wait_is_read_as_seconds_or_as_a_date() {
        let now = UnixMillis(784_111_777_000);
        let read = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, HeaderValue::from_static(text));
            retry_after(&headers, now)
        };
        assert_eq!(read("120"), Some(Duration::from_mins(2)));
        assert_eq!(
            read("Sun, 06 Nov 1994 08:50:37 GMT"),
            Some(Duration::from_mins(1))
        );
        assert_eq!(read("Sun, 06 Nov 1994 08:00:00 GMT"), Some(Duration::ZERO));
        assert_eq!(read("99999999999"), Some(MAX_RETRY_AFTER));
        assert_eq!(read("soon"), None);
        assert_eq!(retry_after(&HeaderMap::new(), now), None);
    }

    #[tokio::test]
    async fn a_refused_connection_is_described_without_the_url() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/secret-path", listener.local_addr().unwrap());
        drop(listener);
        let error = send(post(&client().unwrap(), &url).unwrap(), UnixMillis(0))
            .await
            .unwrap_err();
        assert!(error.starts_with("there is no connection: "), "{error}");
        assert!(!error.contains("secret-path"), "{error}");
    }
}
