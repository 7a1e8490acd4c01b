//! “Your account”.

use askama::Template;
use warp::http::StatusCode;
use warp::reply::Response;

use super::enrol::{self, ACCOUNT};
use super::pages::{self, Failure, Frame};
use super::request::{Form, Request};
use super::words::{When, when};
use super::{routes, saved, sign_in, steps};
use crate::service::Service;
use crate::service::console::{self, AccountError, Client, Holder, Own, Role, Session, SignInError};
use crate::web::assets;

/// What is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The password.
    Password,
    /// An app is to be added.
    BeginApp,
    /// An app is confirmed by its first code.
    AddApp,
    /// The app goes.
    RemoveApp,
    /// A passkey is to be added.
    AskNewPasskey,
    /// A passkey is added.
    AddPasskey,
    /// A passkey goes.
    RemovePasskey,
    /// New recovery codes.
    Codes,
    /// Other sessions end.
    EndSessions,
}

#[derive(Template)]
#[template(path = "console/account.html")]
struct Page {
    frame: Frame,
    has_password: bool,
    needs_factor: bool,
    app: Option<When>,
    js: &'static str,
    can_have_passkeys: bool,
    passkeys: Vec<PasskeyLine>,
    codes_left: u32,
    sessions: Vec<SessionLine>,
    done: Option<&'static str>,
    /// Which form was wrong, and why.
    wrong: Option<(Change, String)>,
}

impl Page {
    /// True when there is a second factor.
    fn has_factor(&self) -> bool {
        self.app.is_some() || !self.passkeys.is_empty()
    }

    /// Why a form was refused, for the page to show beside it.
    fn problem(&self, of: Change) -> Option<&str> {
        let (wrong, why) = self.wrong.as_ref()?;
        (*wrong == of).then_some(why)
    }
}

struct PasskeyLine {
    digest: String,
    is_synced: bool,
    added: When,
    used: Option<When>,
}

struct SessionLine {
    mark: String,
    is_this: bool,
    browser: String,
    address: String,
    began: When,
    used: When,
}

/// Shows the account, or the app that waits for its first code.
pub async fn read(
    service: &Service,
    request: &Request,
    session: &Session,
    frame: Frame,
    page: routes::Page,
) -> Result<Response, Failure> {
    if page == routes::Page::AddApp {
        return enrol::show(service, session).await;
    }
    show(service, request, session, frame).await
}

async fn show(
    service: &Service,
    request: &Request,
    session: &Session,
    frame: Frame,
) -> Result<Response, Failure> {
    let done = match request.query.as_str() {
        "password" => Some("Your password is changed. All your other sessions have ended."),
        "app" => Some("Your authenticator app is set up. All your other sessions have ended."),
        "passkey" => Some("Your passkey is added. All your other sessions have ended."),
        "removed" => Some("It is removed. All your other sessions have ended."),
        "ended" => Some("The session has ended."),
        _ => None,
    };
    page(service, session, frame, (StatusCode::OK, done), None).await
}

async fn page(
    service: &Service,
    session: &Session,
    frame: Frame,
    (status, done): (StatusCode, Option<&'static str>),
    wrong: Option<(Change, String)>,
) -> Result<Response, Failure> {
    let own = console::own(service, session).await?;
    let now = service.now();
    let line = |of: &console::OwnSession| SessionLine {
        mark: Own::mark(of).to_owned(),
        is_this: of.cookie_digest == session.cookie_digest,
        browser: of.browser.clone(),
        address: of.client_address.clone(),
        began: when(of.created_at, now),
        used: when(of.last_seen_at, now),
    };
    let passkey = |of: &console::Passkey| PasskeyLine {
        digest: of.digest.clone(),
        is_synced: of.is_synced,
        added: when(of.added_at, now),
        used: of.last_used_at.map(|at| when(at, now)),
    };
    let page = Page {
        frame,
        has_password: session.user.kind.has_password(),
        needs_factor: session.user.role == Role::Admin,
        app: own.app_added_at.map(|at| when(at, now)),
        js: assets::FACTORS_JS.href(),
        can_have_passkeys: console::can_have_passkeys(service, &session.user),
        passkeys: own.passkeys.iter().map(passkey).collect(),
        codes_left: own.codes_left,
        sessions: own.sessions.iter().map(line).collect(),
        done,
        wrong,
    };
    pages::render(status, &page)
}

/// Changes something.
pub async fn change(
    service: &Service,
    request: &Request,
    session: &Session,
    frame: Frame,
    (what, form): (Change, Form),
) -> Result<Response, Failure> {
    saved::check_form(service, session, &form)?;
    let client = request.who();
    let error = match changed(service, session, &client, what, &form).await? {
        Ok(response) => return Ok(response),
        Err(error) => error,
    };
    let (status, why, wait) = match error {
        AccountError::Service(error) | AccountError::Confirm(SignInError::Service(error)) => {
            return Err(error.into());
        }
        AccountError::Confirm(SignInError::Refused) => (
            StatusCode::UNPROCESSABLE_ENTITY,
            "This is not your present password. Enter it again.".to_owned(),
            None,
        ),
        AccountError::Confirm(other) => sign_in::refusal(&other),
        other => (
            StatusCode::UNPROCESSABLE_ENTITY,
            steps::sentence(&other.to_string()),
            None,
        ),
    };
    let mut response = page(service, session, frame, (status, None), Some((what, why))).await?;
    sign_in::retry_after(&mut response, wait);
    Ok(response)
}

/// The answer to a form; the inner error is for its owner to read.
async fn changed(
    service: &Service,
    session: &Session,
    client: &Client,
    what: Change,
    form: &Form,
) -> Result<Result<Response, AccountError>, Failure> {
    let password = || form.get("password").into();
    let done = |entry: console::Entry, query: &str| steps::go_on(&entry, &format!("{ACCOUNT}?{query}"));
    Ok(match what {
        Change::Password if form.get("new") != form.get("again") => {
            return Ok(Err(AccountError::NotTheSame));
        }
        Change::Password => {
            let new = form.get("new").into();
            let changed = console::change_password(service, session, password(), new, client).await;
            changed.map(|entry| done(entry, "password"))
        }
        Change::BeginApp => console::begin_app(service, &Holder::Session(session), password(), client)
            .await
            .map(|()| pages::see_other("/console/account/app")),
        Change::AddApp => {
            let next = format!("{ACCOUNT}?app");
            let code = form.get("code");
            return enrol::confirm(service, Holder::Session(session), &next, code, client)
                .await
                .map(Ok);
        }
        Change::AskNewPasskey => {
            return enrol::ask_new_passkey(service, &Holder::Session(session))
                .await
                .map(Ok);
        }
        Change::AddPasskey => {
            let (holder, credential) = (Holder::Session(session), form.get("credential"));
            match console::add_passkey(service, &holder, password(), credential, client).await {
                Ok(Some(added)) => {
                    let next = format!("{ACCOUNT}?passkey");
                    return enrol::show_added(service, &holder, added, &next).map(Ok);
                }
                Ok(None) => Err(AccountError::NoPasskey),
                Err(error) => Err(error),
            }
        }
        Change::RemovePasskey => {
            let passkey = form.get("passkey");
            console::remove_passkey(service, session, password(), passkey, client)
                .await
                .map(|entry| done(entry, "removed"))
        }
        Change::RemoveApp => console::remove_app(service, session, password(), client)
            .await
            .map(|entry| done(entry, "removed")),
        Change::Codes => match console::make_codes(service, session, password(), client).await {
            Ok(codes) => {
                let heading = "Your new recovery codes";
                let user = &session.user;
                return enrol::show_codes(service, &user.instance, &user.name, (heading, codes), ACCOUNT)
                    .map(Ok);
            }
            Err(error) => Err(error),
        },
        Change::EndSessions => {
            let mark = Some(form.get("session")).filter(|mark| !mark.is_empty());
            console::end_session(service, session, mark, client)
                .await
                .map(|()| pages::see_other(&format!("{ACCOUNT}?ended")))
                .map_err(AccountError::from)
        }
    })
}
