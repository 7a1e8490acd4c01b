//! `/verify/enrol`: adding a passkey, an authenticator app or recovery codes right after a pass.

use askama::Template;
use warp::http::StatusCode;
use warp::reply::Response;

use super::json;
use crate::locale::{Locale, Strong, Texts};
use crate::service::error::LinkProblem;
use crate::service::factors::{self, Added, AppToAdd, Browser, Offer};
use crate::verification::enrolment::Factor;
use crate::web::assets::{FACTORS_JS, ICON, PORTAL_CSS, PORTAL_JS};
use crate::web::html;
use crate::web::portal::form::Form;
use crate::web::portal::guard::TOKEN_FIELD;
use crate::web::portal::pages::{self, Frame};
use crate::web::portal::refusal::Refusal;
use crate::web::portal::session::posted_session;
use crate::web::portal::{Visit, guard};

#[derive(Template)]
#[template(path = "portal/enrol.html")]
struct EnrolPage<'a> {
    frame: Frame,
    t: Texts,
    offer: &'a Offer,
    form_token: String,
    error: Option<String>,
}

#[derive(Template)]
#[template(path = "portal/enrol_app.html")]
struct AppPage<'a> {
    frame: Frame,
    t: Texts,
    app: &'a AppToAdd,
    form_token: String,
    error: Option<String>,
}

#[derive(Template)]
#[template(path = "portal/added.html")]
struct AddedPage<'a> {
    frame: Frame,
    t: Texts,
    added: &'a Added,
    heading: String,
}

/// A session and the browser that holds it.
struct Visitor {
    session: String,
    device: Option<String>,
}

impl Visitor {
    fn of(visit: &Visit, session: String) -> Self {
        Self {
            session,
            device: guard::device(&visit.headers),
        }
    }

    fn looking(visit: &Visit) -> Result<Self, Refusal> {
        let session = guard::session(&visit.headers).ok_or(LinkProblem::NoSession)?;
        Ok(Self::of(visit, session))
    }

    fn posting(visit: &Visit, form: &Form) -> Result<Self, Refusal> {
        Ok(Self::of(visit, posted_session(visit, form)?))
    }

    fn browser(&self) -> Browser<'_> {
        Browser {
            session: &self.session,
            device: self.device.as_deref(),
        }
    }

    fn form_token(&self, visit: &Visit) -> String {
        guard::form_token(&visit.service.config.keys, &self.session)
    }
}

/// What can be added.
pub async fn show(visit: &Visit) -> Result<Response, Refusal> {
    let visitor = Visitor::looking(visit)?;
    let offer = factors::offer(&visit.service, visitor.browser()).await?;
    Ok(page(visit, &visitor, &offer, None))
}

fn page(visit: &Visit, visitor: &Visitor, offer: &Offer, error: Option<fn(Texts) -> String>) -> Response {
    let frame = Frame::of(visit, &offer.request);
    let status = match error {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    pages::render(
        status,
        &EnrolPage {
            t: frame.t,
            offer,
            form_token: visitor.form_token(visit),
            error: error.map(|words| words(frame.t)),
            frame,
        },
    )
}

/// What the browser needs to make a passkey, for the script.
pub async fn passkey_options(visit: &Visit, form: &Form) -> Result<Response, Refusal> {
    let visitor = Visitor::posting(visit, form)?;
    Ok(json(
        factors::ask_to_add_passkey(&visit.service, visitor.browser()).await?,
    ))
}

/// Adds a passkey.
pub async fn passkey(visit: &Visit, form: &Form) -> Result<Response, Refusal> {
    let visitor = Visitor::posting(visit, form)?;
    let (service, browser) = (&visit.service, visitor.browser());
    let added = factors::add_passkey(service, browser, form.get("credential")).await?;
    if let Some(added) = added {
        return Ok(show_added(visit, &added));
    }
    let offer = factors::offer(service, browser).await?;
    Ok(page(visit, &visitor, &offer, Some(Texts::enrol_not_done)))
}

/// Makes the key of an app, and goes on to its page.
pub async fn begin_app(visit: &Visit, form: &Form) -> Result<Response, Refusal> {
    let visitor = Visitor::posting(visit, form)?;
    factors::begin_app(&visit.service, visitor.browser()).await?;
    Ok(html::see_other("/verify/enrol/app"))
}

/// The key of the app that waits for its first code.
pub async fn show_app(visit: &Visit) -> Result<Response, Refusal> {
    let visitor = Visitor::looking(visit)?;
    let waiting = factors::app_to_add(&visit.service, visitor.browser()).await?;
    Ok(match waiting {
        Some(app) => app_page(visit, &visitor, &app, false),
        None => html::see_other("/verify/enrol"),
    })
}

fn app_page(visit: &Visit, visitor: &Visitor, app: &AppToAdd, is_wrong: bool) -> Response {
    let frame = Frame::of(visit, &app.offer.request);
    let (status, error) = if is_wrong {
        (StatusCode::UNPROCESSABLE_ENTITY, Some(frame.t.add_app_wrong()))
    } else {
        (StatusCode::OK, None)
    };
    pages::render(
        status,
        &AppPage {
            t: frame.t,
            app,
            form_token: visitor.form_token(visit),
            error,
            frame,
        },
    )
}

/// Confirms an app by its first code.
pub async fn app(visit: &Visit, form: &Form) -> Result<Response, Refusal> {
    let visitor = Visitor::posting(visit, form)?;
    let (service, browser) = (&visit.service, visitor.browser());
    if let Some(added) = factors::add_app(service, browser, form.get("code")).await? {
        return Ok(show_added(visit, &added));
    }
    Ok(match factors::app_to_add(service, browser).await? {
        Some(app) => app_page(visit, &visitor, &app, true),
        None => html::see_other("/verify/enrol"),
    })
}

/// Makes recovery codes.
pub async fn codes(visit: &Visit, form: &Form) -> Result<Response, Refusal> {
    let visitor = Visitor::posting(visit, form)?;
    Ok(
        match factors::make_codes(&visit.service, visitor.browser()).await? {
            Some(added) => show_added(visit, &added),
            None => html::see_other("/verify/enrol"),
        },
    )
}

/// What was added. The answer to the form itself and not a page of its own, because recovery codes are shown this once.
fn show_added(visit: &Visit, added: &Added) -> Response {
    let frame = Frame::of(visit, &added.offer.request);
    let t = frame.t;
    let heading = match added.factor {
        Factor::Passkey => t.added_passkey(),
        Factor::AuthenticatorApp => t.added_app(),
        Factor::RecoveryCodes => t.added_codes(),
    };
    pages::render(
        StatusCode::OK,
        &AddedPage {
            frame,
            t,
            added,
            heading,
        },
    )
}
