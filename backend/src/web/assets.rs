//! Static files: embedded at compile time, served under `/assets/` with a digest of their content in the path, so
//! that browsers keep them for good and still see every change.
//!
//! To add one: declare a `static` with [`Asset::new`], put it into [`ALL`], and write `ASSET.href()` in the page.

use std::sync::OnceLock;

use warp::Filter as _;
use warp::filters::BoxedFilter;
use warp::http::{HeaderValue, Method, StatusCode, header};
use warp::reply::Response;

use crate::keys::sha256_hex;

const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

/// Digits of the digest in the path: enough that two versions of one file never meet.
const DIGEST_DIGITS: usize = 12;

/// Design tokens of all three surfaces.
const TOKENS: &str = include_str!("../../../shared/style/tokens.css");

/// Style of the portal.
pub static PORTAL_CSS: Asset = Asset::new(
    "portal",
    "css",
    CSS,
    &[
        TOKENS,
        include_str!("../../static/portal/frame.css"),
        include_str!("../../static/portal/controls.css"),
        include_str!("../../static/portal/questions.css"),
        include_str!("../../static/portal/results.css"),
        include_str!("../../static/portal/actions.css"),
    ],
);
/// Script of the portal: it only adds comfort.
pub static PORTAL_JS: Asset = Asset::new(
    "portal",
    "js",
    JS,
    &[include_str!("../../static/portal/portal.js")],
);
/// Script of the pages about passkeys and recovery codes.
pub static FACTORS_JS: Asset = Asset::new(
    "factors",
    "js",
    JS,
    &[include_str!("../../static/portal/factors.js")],
);
/// Style of the console.
pub static CONSOLE_CSS: Asset = Asset::new(
    "console",
    "css",
    CSS,
    &[TOKENS, include_str!("../../static/console/console.css")],
);
/// Script of the console: it only adds comfort.
pub static CONSOLE_JS: Asset = Asset::new(
    "console",
    "js",
    JS,
    &[include_str!("../../static/console/console.js")],
);
/// Icon in the browser's tab.
pub static ICON: Asset = Asset::new(
    "icon",
    "svg",
    SVG,
    &[include_str!("../../static/portal/icon.svg")],
);

/// Every file that is served.
static ALL: &[&Asset] = &[
    &PORTAL_CSS,
    &PORTAL_JS,
    &FACTORS_JS,
    &CONSOLE_CSS,
    &CONSOLE_JS,
    &ICON,
];

/// One file.
pub struct Asset {
    name: &'static str,
    extension: &'static str,
    content_type: &'static str,
    parts: &'static [&'static str],
    href: OnceLock<String>,
}

impl Asset {
    /// `name.extension`, made of `parts` one after the other.
    const fn new(
        name: &'static str,
        extension: &'static str,
        content_type: &'static str,
        parts: &'static [&'static str],
    ) -> Self {
        Self {
            name,
            extension,
            content_type,
            parts,
            href: OnceLock::new(),
        }
    }

    /// The path to write into pages: `/assets/portal.0a1b2c3d4e5f.css`.
    pub fn href(&self) -> &str {
        self.href.get_or_init(|| {
            let digest = sha256_hex(self.text().as_bytes());
            format!(
                "/assets/{}.{}.{}",
                self.name,
                &digest[..DIGEST_DIGITS],
                self.extension
            )
        })
    }

    /// The whole content.
    pub fn text(&self) -> String {
        self.parts.concat()
    }

    /// True for this file under any digest.
    fn is_named(&self, file: &str) -> bool {
        let rest = file
            .strip_prefix(self.name)
            .and_then(|rest| rest.strip_suffix(self.extension));
        rest.is_some_and(|rest| {
            rest.len() == DIGEST_DIGITS + 2 && rest.starts_with('.') && rest.ends_with('.')
        })
    }
}

/// All routes under `/assets`.
pub fn routes() -> BoxedFilter<(Response,)> {
    warp::path!("assets" / String)
        .and(warp::get().or(warp::head()).unify())
        .and(warp::method())
        .map(|file: String, method: Method| reply(&file, &method))
        .boxed()
}

fn reply(file: &str, method: &Method) -> Response {
    let Some(asset) = ALL.iter().find(|asset| asset.is_named(file)) else {
        let mut response = Response::new(String::new().into());
        *response.status_mut() = StatusCode::NOT_FOUND;
        return response;
    };
    // While versions are being exchanged, a page of one may ask the other: give what there is, but do not keep it.
    let is_exact = asset.href().strip_prefix("/assets/") == Some(file);
    let keep = if is_exact {
        "public, max-age=31536000, immutable"
    } else {
        "no-store"
    };
    let text = asset.text();
    let length = text.len();
    let mut response = Response::new(if method == Method::HEAD {
        String::new().into()
    } else {
        text.into()
    });
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_LENGTH, length.into());
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.content_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(
        "cross-origin-resource-policy",
        HeaderValue::from_static("same-origin"),
    );
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_file_is_kept_for_a_year_under_its_digest_and_not_under_another() {
        for asset in ALL {
            let exact = warp::test::request().path(asset.href()).reply(&routes()).await;
            assert_eq!(exact.status(), StatusCode::OK);
            assert_eq!(exact.headers()["content-type"], asset.content_type);
            assert_eq!(
                exact.headers()["cache-control"],
                "public, max-age=31536000, immutable"
            );
            assert_eq!(exact.headers()["x-content-type-options"], "nosniff");
            let other = format!("/assets/{}.000000000000.{}", asset.name, asset.extension);
            let stale = warp::test::request().path(&other).reply(&routes()).await;
            assert_eq!((stale.status(), stale.body()), (StatusCode::OK, exact.body()));
            assert_eq!(stale.headers()["cache-control"], "no-store");
        }
        for path in [
            "/assets/portal.css",
            "/assets/..%2fsecret",
            "/assets/portal.%c3%a90000000.css",
        ] {
            assert_eq!(
                warp::test::request().path(path).reply(&routes()).await.status(),
                StatusCode::NOT_FOUND,
                "{path}"
            );
        }
    }
}
