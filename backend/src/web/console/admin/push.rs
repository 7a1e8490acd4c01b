//! Destinations that are told what happened, and how far each has been told.

use askama::Template;
use shared::words::UnixMillis;
use warp::http::StatusCode;
use warp::reply::Response;

use super::Section;
use crate::push::settings::Way;
use crate::service::Service;
use crate::service::console::{Admin, Session};
use crate::service::push::{self, Standing};
use crate::store::push::State;
use crate::web::console::badge::{self, Badge};
use crate::web::console::pages::{self, Failure, Frame};
use crate::web::console::routes::Page;
use crate::web::console::words::{When, when};

/// The row of the administration.
pub const SECTION: Section = Section {
    pages: &[Page::Push],
    href: "/console/admin/push",
    label: "Push",
    about: "See which SIEMs are told of decisions as they happen, and whether they listen.",
};

#[derive(Template)]
#[template(path = "console/admin/push.html")]
struct List {
    frame: Frame,
    rows: Vec<Line>,
}

/// One destination.
struct Line {
    name: String,
    way: &'static str,
    /// Host and port, or scheme and host: the rest of an address may be a secret.
    place: String,
    form: &'static str,
    streams: Vec<StreamLine>,
}

/// One stream of a destination.
struct StreamLine {
    what: &'static str,
    standing: Badge,
    sent: i64,
    last: Option<When>,
    since: Option<When>,
    trouble: Option<(String, u32, When)>,
}

impl Line {
    fn new(of: Standing, now: UnixMillis) -> Self {
        let (way, place) = match &of.settings.way {
            Way::Webhook(webhook) => (
                "Signed webhook",
                url::Url::parse(&webhook.url)
                    .map(|url| url.origin().ascii_serialization())
                    .unwrap_or_default(),
            ),
            Way::Syslog(syslog) => ("Syslog over TLS", format!("{}:{}", syslog.host, syslog.port)),
        };
        let mut streams = vec![StreamLine::new("Decisions", of.verifications, now)];
        if of.settings.audit {
            streams.push(StreamLine::new("Audit log", of.audit, now));
        }
        Self {
            way,
            place,
            form: of.settings.form.label(),
            name: of.settings.name,
            streams,
        }
    }
}

impl StreamLine {
    fn new(what: &'static str, of: Option<State>, now: UnixMillis) -> Self {
        let Some(of) = of else {
            return Self {
                what,
                standing: Badge {
                    tone: "pending",
                    icon: badge::DOTS,
                    word: "Starting",
                },
                sent: 0,
                last: None,
                since: None,
                trouble: None,
            };
        };
        let standing = match (&of.last_error, of.last_at) {
            (Some(_), _) => Badge {
                tone: "failed",
                icon: badge::CROSS,
                word: "Not taken",
            },
            (None, Some(_)) => Badge {
                tone: "passed",
                icon: badge::TICK,
                word: "Taken",
            },
            (None, None) => Badge {
                tone: "pending",
                icon: badge::DOTS,
                word: "Nothing to tell yet",
            },
        };
        let (attempts, next_at) = (of.attempts, of.next_at);
        Self {
            what,
            standing,
            sent: of.sent,
            last: of.last_at.map(|at| when(at, now)),
            since: Some(when(of.since, now)),
            trouble: of
                .last_error
                .map(|why| (why, attempts, when(next_at.max(now), now))),
        }
    }
}

/// Shows the destinations.
pub async fn list(service: &Service, session: &Session, frame: Frame) -> Result<Response, Failure> {
    let now = service.now();
    let found = push::standing(service, Admin::of(session)?).await?;
    let rows = found.into_iter().map(|one| Line::new(one, now)).collect();
    pages::render(StatusCode::OK, &List { frame, rows })
}
