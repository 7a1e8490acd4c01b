//! How the service is doing: what an administrator looks at when something is wrong.

use askama::Template;
use warp::http::StatusCode;
use warp::reply::Response;

use super::delivery::{WayLine, way_line};
use crate::service::Service;
use crate::service::console::delivery;
use crate::service::console::health::{self, Finding, Light};
use crate::service::console::{Admin, Session};
use crate::web::console::badge::{self, Badge};
use crate::web::console::pages::{self, Failure, Frame};
use crate::web::console::request::{Form, Request};
use crate::web::console::saved::check_form;
use crate::web::console::words::{When, when};

const PATH: &str = "/console/admin/health";

#[derive(Template)]
#[template(path = "console/admin/health.html")]
struct Page {
    frame: Frame,
    notice: bool,
    whole: Badge,
    whole_words: String,
    findings: Vec<Line>,
    ways: Vec<WayLine>,
}

/// One finding.
struct Line {
    name: &'static str,
    badge: Badge,
    words: String,
    at: Option<When>,
    /// The page where more of it is.
    more: Option<(&'static str, &'static str)>,
    /// The chain can be verified now.
    can_walk: bool,
}

const fn light(light: Light) -> Badge {
    let (tone, icon, word) = match light {
        Light::Good => ("passed", badge::TICK, "Good"),
        Light::Attention => ("attention", badge::WARNING, "Worth a look"),
        Light::Bad => ("failed", badge::CROSS, "Broken"),
    };
    Badge { tone, icon, word }
}

impl Line {
    fn new(of: Finding, now: shared::words::UnixMillis) -> Self {
        Self {
            badge: light(of.light),
            at: of.at.map(|at| when(at, now)),
            more: match of.name {
                "Messages" | "Ways out" => Some((super::delivery::PATH, "Delivery")),
                "Resolved without verification" => Some((crate::web::console::bypasses::PATH, "Tickets")),
                _ => None,
            },
            can_walk: of.name == "Chain of evidence",
            name: of.name,
            words: of.words,
        }
    }
}

/// Shows the page.
pub async fn show(
    service: &Service,
    request: &Request,
    session: &Session,
    frame: Frame,
) -> Result<Response, Failure> {
    let admin = Admin::of(session)?;
    let findings = health::health(service, admin).await?;
    let now = service.now();
    let worst = findings.iter().map(|one| one.light).max().unwrap_or(Light::Good);
    let not_good = findings.iter().filter(|one| one.light != Light::Good).count();
    let page = Page {
        frame,
        notice: request.field("walking").is_some(),
        whole: light(worst),
        whole_words: match not_good {
            0 => "Everything is as it should be.".into(),
            1 => "One thing is not as it should be.".into(),
            more => format!("{more} things are not as they should be."),
        },
        ways: delivery::ways(service, admin)
            .iter()
            .map(|way| way_line(way, now))
            .collect(),
        findings: findings.into_iter().map(|one| Line::new(one, now)).collect(),
    };
    pages::render(StatusCode::OK, &page)
}

/// Begins to verify the chain of evidence.
pub async fn verify(
    service: &Service,
    request: &Request,
    session: &Session,
    form: Form,
) -> Result<Response, Failure> {
    check_form(service, session, &form)?;
    health::walk_chain(service, Admin::of(session)?, request.client.clone()).await?;
    Ok(pages::see_other(&format!("{PATH}?walking=1")))
}
