//! `/verify/other`: "I cannot do this now". Lists the other ways of the current step.

use askama::Template;
use shared::words::CheckKind;
use warp::http::StatusCode;
use warp::reply::Response;

use super::form::Form;
use super::guard::TOKEN_FIELD;
use super::pages::{self, Frame};
use super::refusal::Refusal;
use super::{Visit, guard, notices};
use crate::locale::{Locale, Strong, Texts};
use crate::service::error::LinkProblem;
use crate::service::portal::{self, Step};
use crate::web::assets::{ICON, PORTAL_CSS, PORTAL_JS};
use crate::web::html;

/// The value of the field `way` for “none of these”.
const NONE: &str = "none";

#[derive(Template)]
#[template(path = "portal/other_way.html")]
struct OtherWayPage {
    frame: Frame,
    t: Texts,
    /// Name of the check, and what it asks.
    ways: Vec<(&'static str, String)>,
    none_next: String,
    form_token: String,
}

/// The other ways. Where nothing is asked there are none.
pub async fn show(visit: &Visit) -> Result<Response, Refusal> {
    let session = guard::session(&visit.headers).ok_or(LinkProblem::NoSession)?;
    let page = portal::page(&visit.service, &session).await?;
    if matches!(page.step, Step::Finished(_) | Step::Action(_)) {
        return Ok(html::see_other("/verify"));
    }
    let frame = Frame::of(visit, &page.request);
    let t = frame.t;
    let ways = page.other_ways.iter();
    Ok(pages::render(
        StatusCode::OK,
        &OtherWayPage {
            frame,
            t,
            ways: ways
                .map(|&kind| (kind.as_str(), notices::check(t, kind, &page.request)))
                .collect(),
            none_next: t.other_way_none_next(&page.request.agent_name, &page.request.company),
            form_token: guard::form_token(&visit.service.config.keys, &session),
        },
    ))
}

/// Goes on with the way that was chosen. What cannot be read changes nothing.
pub async fn choose(visit: &Visit, form: &Form) -> Result<Response, Refusal> {
    let service = &visit.service;
    let session = guard::posted_session(&visit.headers, form, &service.config.keys)?;
    match (form.get("way"), CheckKind::parse(form.get("way"))) {
        (NONE, _) => {
            portal::give_up(service, &session).await?;
        }
        (_, Some(kind)) => {
            portal::choose(service, &session, kind).await?;
        }
        _ => return Ok(html::see_other("/verify/other")),
    }
    Ok(html::see_other("/verify"))
}
