//! What a company adds to the portal: its colour, as a small style sheet of its own, and its logo.
//!
//! Both are named by what they are and not by whose they are, so that browsers keep them for good, and their names tell
//! nobody which companies use this service.

use warp::Filter as _;
use warp::filters::BoxedFilter;
use warp::http::{HeaderValue, Method, StatusCode, header};
use warp::reply::Response;

use crate::config::{Accent, Colour};
use crate::service::Service;
use crate::service::look::Look;

/// Digits of the digest in a logo's name.
const DIGEST_DIGITS: usize = 16;

/// Where the style sheet of a colour is.
pub fn style_href(colour: Colour) -> String {
    format!("/brand/accent-{}.css", digits(colour))
}

/// Where a style sheet is that colours only what is in `.brand-sample`.
pub fn sample_href(colour: Colour) -> String {
    format!("/brand/sample-{}.css", digits(colour))
}

/// Where the logo of a look is, if this service has it.
pub fn logo_href(look: &Look) -> Option<String> {
    let digest = look.logo_digest.as_ref()?;
    Some(format!("/brand/logo-{}", &digest[..DIGEST_DIGITS]))
}

fn digits(colour: Colour) -> String {
    colour.to_string().replace('#', "")
}

/// The tokens of a colour, as `tokens.css` names them, in light and in dark.
fn style(colour: Colour, of: &str) -> String {
    let tokens = |Accent {
                      accent,
                      strong,
                      on,
                      soft,
                  }| {
        format!("--accent:{accent};--accent-strong:{strong};--on-accent:{on};--accent-soft:{soft};")
    };
    let (light, dark) = (tokens(Accent::light(colour)), tokens(Accent::dark(colour)));
    format!(
        "{of}{{{light}}}\n@media (prefers-color-scheme:dark){{{of}:not([data-theme=\"light\"]){{{dark}}}}}\n"
    )
}

/// All routes under `/brand`.
pub fn routes(service: &Service) -> BoxedFilter<(Response,)> {
    let service = service.clone();
    warp::path!("brand" / String)
        .and(warp::get().or(warp::head()).unify())
        .and(warp::method())
        .map(move |file: String, method: Method| {
            let found = find_style(&file).or_else(|| find_logo(&service, &file));
            reply(found, &method)
        })
        .boxed()
}

/// A file: its media type and its content.
type File = (&'static str, Vec<u8>);

fn find_style(file: &str) -> Option<File> {
    let name = file.strip_suffix(".css")?;
    let (digits, of) = match name.split_once('-')? {
        ("accent", digits) => (digits, ":root"),
        ("sample", digits) => (digits, ".brand-sample"),
        _ => return None,
    };
    let colour: Colour = format!("#{digits}").parse().ok()?;
    Some(("text/css; charset=utf-8", style(colour, of).into_bytes()))
}

fn find_logo(service: &Service, file: &str) -> Option<File> {
    let wanted = file
        .strip_prefix("logo-")
        .filter(|digest| digest.len() == DIGEST_DIGITS)?;
    let looks = service.looks.all();
    let is_it = |look: &Look| {
        let digest = look.logo_digest.as_ref();
        digest.is_some_and(|digest| digest.starts_with(wanted))
    };
    let (media_type, bytes) = looks.iter().find(|look| is_it(look))?.own_logo()?;
    Some((media_type, bytes.to_vec()))
}

fn reply(found: Option<File>, method: &Method) -> Response {
    let Some((media_type, bytes)) = found else {
        let mut response = Response::new(String::new().into());
        *response.status_mut() = StatusCode::NOT_FOUND;
        return response;
    };
    let length = bytes.len();
    let mut response = Response::new(if method == Method::HEAD {
        String::new().into()
    } else {
        bytes.into()
    });
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_LENGTH, length.into());
    for (name, value) in [
        (header::CONTENT_TYPE, media_type),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.insert(
        "cross-origin-resource-policy",
        HeaderValue::from_static("same-origin"),
    );
    response
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::config::{Branding, Logo};
    use crate::testing::service_with;
    use crate::verification::InstanceId;

    #[tokio::test]
    async fn a_style_and_a_logo_are_served_under_the_name_of_their_content_and_nothing_else_is() {
        let acme = InstanceId::parse("acme").unwrap();
        let (_folder, service, _clock) = service_with(|config| {
            config.instances.get_mut(&acme).unwrap().branding = Arc::new(Branding {
                colour: Some(Colour([0x7a, 0x00, 0x19])),
                logo: Some(Logo::Embedded {
                    media_type: "image/png",
                    bytes: b"\x89PNG".to_vec(),
                }),
                sender_name: None,
            });
        });
        let routes = routes(&service);
        let get = async |path: &str| warp::test::request().path(path).reply(&routes).await;
        let look = service.look(&acme).unwrap();
        let style = get(&style_href(look.branding.colour.unwrap())).await;
        assert_eq!(style.status(), 200);
        let text = String::from_utf8(style.body().to_vec()).unwrap();
        assert!(text.starts_with(":root{--accent:#7a0019;") && text.contains("prefers-color-scheme:dark"));
        let logo = get(&logo_href(&look).unwrap()).await;
        assert_eq!(
            (logo.status(), &logo.body()[..]),
            (StatusCode::OK, &b"\x89PNG"[..])
        );
        assert_eq!(logo.headers()["content-type"], "image/png");
        for answer in [&style, &logo] {
            assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
        }
        for path in [
            "/brand/logo-0000000000000000",
            "/brand/logo-",
            "/brand/acme",
            "/brand/accent-7a001.css",
            "/brand/accent-zzzzzz.css",
            "/brand/other-7a0019.css",
        ] {
            assert_eq!(get(path).await.status(), 404, "{path}");
        }
        let globex = service.look(&InstanceId::parse("globex").unwrap()).unwrap();
        assert_eq!(logo_href(&globex), None);
    }
}
