//! The policy: what is in force, what was before, a draft and what it would change, and the way back.

mod diff;
mod draft;
mod version;

use askama::Template;
use warp::http::StatusCode;
use warp::reply::Response;

use super::super::pages::{self, Failure, Frame};
use super::super::words::{When, when};
use crate::service::Service;
use crate::service::console::policy::{PolicyPage, PolicyProblem, policy_page};
use crate::service::console::{Admin, Session};
use crate::service::policies::{Known, Origin};
use crate::store::policies::Activation;
use shared::words::UnixMillis;

pub use draft::{activate, discard, edit, replay, review, save};
pub use version::{roll_back, show_version};

/// Longest form: a policy, in which every character may have been escaped.
pub const MAX_FORM_BYTES: usize = 3 * crate::service::console::policy::MAX_TEXT + 4096;

/// Where the page is.
const PATH: &str = "/console/admin/policy";
/// Characters of a digest that are enough to tell policies apart at a glance.
const SHORT_DIGEST: usize = 12;

/// A policy in words.
struct About {
    version: String,
    digest: String,
    origin: String,
    activated: Option<Activated>,
}

/// An activation in words.
struct Activated {
    number: i64,
    when: When,
    who: String,
    note: String,
    what: String,
    short_digest: String,
    is_active: bool,
    href: String,
}

impl Activated {
    fn new(of: &Activation, newest: i64, now: UnixMillis) -> Self {
        Self {
            number: of.number,
            when: when(of.at, now),
            who: if of.user.is_empty() {
                "Command line".into()
            } else {
                of.user.clone()
            },
            note: of.note.clone(),
            what: if of.text.is_some() {
                of.version.clone()
            } else {
                format!("{}, from the configuration", of.version)
            },
            short_digest: of.digest.chars().take(SHORT_DIGEST).collect(),
            is_active: of.number == newest,
            href: href(of.number),
        }
    }
}

impl About {
    fn new(of: &Known, newest: i64, now: UnixMillis) -> Self {
        let activation = of.activation.as_ref();
        Self {
            version: of.policy.version.clone(),
            digest: of.digest(),
            origin: origin(&of.origin),
            activated: activation.map(|activation| Activated::new(activation, newest, now)),
        }
    }
}

fn origin(of: &Origin) -> String {
    match of {
        Origin::Shipped => "Shipped with this program".into(),
        Origin::File(path) => format!("The file {path}, which the configuration names"),
        Origin::Console => "This console".into(),
    }
}

fn href(number: i64) -> String {
    format!("{PATH}/versions/{number}")
}

impl From<PolicyProblem> for Failure {
    fn from(problem: PolicyProblem) -> Self {
        match problem {
            PolicyProblem::Service(error) => error.into(),
            PolicyProblem::Store(error) => Self::Internal(error.to_string()),
            entered => Self::Refused(entered.to_string()),
        }
    }
}

#[derive(Template)]
#[template(path = "console/admin/policy/index.html")]
struct Page {
    frame: Frame,
    active: About,
    text: String,
    is_overriding: bool,
    configured: About,
    history: Vec<Activated>,
    draft_saved: Option<When>,
}

/// Shows the policy in force, and those before it.
pub async fn show(service: &Service, session: &Session, frame: Frame) -> Result<Response, Failure> {
    let PolicyPage {
        active,
        configured,
        history,
        draft,
    } = policy_page(service, Admin::of(session)?).await?;
    let (now, newest) = (service.now(), active.number());
    let page = Page {
        frame,
        is_overriding: active.origin == Origin::Console,
        text: active.text.to_string(),
        active: About::new(&active, newest, now),
        configured: About::new(&configured, newest, now),
        history: history
            .iter()
            .map(|activation| Activated::new(activation, newest, now))
            .collect(),
        draft_saved: draft.map(|draft| when(draft.saved_at, now)),
    };
    pages::render(StatusCode::OK, &page)
}
