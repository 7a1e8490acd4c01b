//! The users of the console.

use askama::Template;
use secrecy::ExposeSecret as _;
use warp::Stream;
use warp::http::StatusCode;
use warp::reply::Response;

use super::super::pages::{self, Failure, Frame};
use super::super::request::{Form, Request};
use super::super::routes::Page;
use super::super::saved;
use super::super::steps::sentence;
use super::super::words::{When, when};
use crate::service::console::{
    self, Account, AddUserError, Admin, By, Change, ChangeError, Client, Kind, NewUser, Role, Session,
};
use crate::service::{Service, ServiceError};

const PATH: &str = "/console/admin/users";

#[derive(Template)]
#[template(path = "console/admin/users.html")]
struct List {
    frame: Frame,
    lines: Vec<Line>,
    done: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "console/admin/new_user.html")]
struct New {
    frame: Frame,
    name: String,
    roles: Vec<RoleChoice>,
    problem: Option<String>,
}

#[derive(Template)]
#[template(path = "console/admin/user.html")]
struct One {
    frame: Frame,
    line: Line,
    roles: Vec<RoleChoice>,
    problem: Option<String>,
    /// Asked for once more before it happens.
    confirm: Option<Confirm>,
}

#[derive(Template)]
#[template(path = "console/admin/initial_password.html")]
struct Initial {
    frame: Frame,
    heading: String,
    name: String,
    password: String,
}

/// What is asked for once more.
struct Confirm {
    value: &'static str,
    question: String,
    consequence: &'static str,
    button: &'static str,
}

struct RoleChoice {
    value: &'static str,
    label: &'static str,
    about: &'static str,
    chosen: bool,
}

/// One user, from the view of the page.
struct Line {
    href: String,
    name: String,
    role: &'static str,
    is_company: bool,
    kind: &'static str,
    factors: String,
    last: Option<When>,
    added: When,
    state: (&'static str, &'static str),
    is_active: bool,
    is_oneself: bool,
    sessions: u32,
}

fn roles(chosen: Role) -> Vec<RoleChoice> {
    let choice = |role: &Role| RoleChoice {
        value: role.as_str(),
        label: role.label(),
        about: match role {
            Role::Viewer => "reads verifications, without private data",
            Role::Analyst => "reads everything about verifications, and exports",
            Role::Admin => {
                "also reads the audit log and looks after this administration; needs a second factor"
            }
        },
        chosen: *role == chosen,
    };
    Role::ALL.iter().map(choice).collect()
}

fn line(service: &Service, session: &Session, of: Account) -> Line {
    let now = service.now();
    let mut factors = Vec::new();
    if of.has_app {
        factors.push("App".to_owned());
    }
    match of.passkeys {
        0 => {}
        1 => factors.push("Passkey".to_owned()),
        many => factors.push(format!("{many} passkeys")),
    }
    let is_company = of.user.kind == Kind::Company;
    let has_none = factors.is_empty();
    let state = match (of.is_active, of.initial_until) {
        (false, _) => ("failed", "Disabled"),
        (true, Some(until)) if until <= now => ("attention", "Initial password expired"),
        (true, Some(_)) => ("pending", "Has not signed in yet"),
        (true, None) => ("passed", "Active"),
    };
    Line {
        href: format!("{PATH}/{}", of.user.id),
        role: of.user.role.label(),
        is_company,
        kind: of.user.kind.label(),
        factors: match (is_company, has_none) {
            (true, _) => "At the company".into(),
            (false, true) if of.user.role == Role::Admin => "None; set up at the next sign-in".into(),
            (false, true) => "None".into(),
            (false, false) => factors.join(", "),
        },
        last: of.last_sign_in_at.map(|at| when(at, now)),
        added: when(of.created_at, now),
        state,
        is_active: of.is_active,
        is_oneself: of.user.id == session.user.id,
        sessions: of.sessions,
        name: of.user.name,
    }
}

/// Answers on any page about users.
pub async fn answer<S, B>(
    service: &Service,
    request: &Request,
    session: &Session,
    frame: Frame,
    (page, part): (Page, &str),
    body: S,
) -> Result<Response, Failure>
where
    S: Stream<Item = Result<B, warp::Error>>,
    B: warp::Buf,
{
    match page {
        Page::NewUser => ask(session, frame, None),
        Page::AddUser => add(service, request, session, frame, request.form(body).await?).await,
        Page::User => show(service, session, frame, part).await,
        Page::ChangeUser => {
            let form = request.form(body).await?;
            change(service, request, session, frame, (part, form)).await
        }
        _ => list(service, request, session, frame).await,
    }
}

/// Lists the users.
async fn list(
    service: &Service,
    request: &Request,
    session: &Session,
    frame: Frame,
) -> Result<Response, Failure> {
    let client = Client::default();
    let by = By::Admin(Admin::of(session)?, &client);
    let users = console::users(service, by).await?;
    let page = List {
        frame,
        lines: users
            .into_iter()
            .map(|user| line(service, session, user))
            .collect(),
        done: (request.query == "removed").then_some("The user is removed."),
    };
    pages::render(StatusCode::OK, &page)
}

/// Asks for a new user. `wrong` is what was typed, and why it cannot be.
fn ask(session: &Session, frame: Frame, wrong: Option<(&Form, String)>) -> Result<Response, Failure> {
    Admin::of(session)?;
    let (status, name, role, problem) = match wrong {
        Some((form, why)) => (
            StatusCode::UNPROCESSABLE_ENTITY,
            form.get("name").to_owned(),
            Role::parse(form.get("role")),
            Some(why),
        ),
        None => (StatusCode::OK, String::new(), None, None),
    };
    let page = New {
        frame,
        name,
        roles: roles(role.unwrap_or(Role::Analyst)),
        problem,
    };
    pages::render(status, &page)
}

/// Adds a user, and shows their initial password.
async fn add(
    service: &Service,
    request: &Request,
    session: &Session,
    frame: Frame,
    form: Form,
) -> Result<Response, Failure> {
    saved::check_form(service, session, &form)?;
    let client = request.who();
    let by = By::Admin(Admin::of(session)?, &client);
    let Some(role) = Role::parse(form.get("role")) else {
        return ask(session, frame, Some((&form, "Choose a role.".into())));
    };
    let new = NewUser {
        name: form.get("name").to_owned(),
        role,
        is_emergency: false,
    };
    match console::create_user(service, by, new).await {
        Ok((user, initial)) => {
            let heading = format!("{} is added", user.name);
            initial_password(frame, heading, user.name, initial.0.expose_secret())
        }
        Err(AddUserError::Store(error)) => Err(ServiceError::from(error).into()),
        Err(AddUserError::Entropy(error)) => Err(ServiceError::from(error).into()),
        Err(problem) => ask(session, frame, Some((&form, sentence(&problem.to_string())))),
    }
}

fn initial_password(
    frame: Frame,
    heading: String,
    name: String,
    password: &str,
) -> Result<Response, Failure> {
    let page = Initial {
        frame,
        heading,
        name,
        password: password.to_owned(),
    };
    pages::render(StatusCode::OK, &page)
}

/// Shows one user.
async fn show(service: &Service, session: &Session, frame: Frame, id: &str) -> Result<Response, Failure> {
    let account = find(service, session, id).await?;
    one(service, session, frame, account, (None, None))
}

async fn find(service: &Service, session: &Session, id: &str) -> Result<Account, Failure> {
    let client = Client::default();
    let by = By::Admin(Admin::of(session)?, &client);
    let id = id.parse().map_err(|_| Failure::NotFound)?;
    Ok(console::user(service, by, id).await?)
}

fn one(
    service: &Service,
    session: &Session,
    frame: Frame,
    account: Account,
    (problem, confirm): (Option<String>, Option<Confirm>),
) -> Result<Response, Failure> {
    let status = match problem {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    let page = One {
        frame,
        roles: roles(account.user.role),
        line: line(service, session, account),
        problem,
        confirm,
    };
    pages::render(status, &page)
}

/// Changes one user. What cannot be taken back is asked for once more.
async fn change(
    service: &Service,
    request: &Request,
    session: &Session,
    frame: Frame,
    (id, form): (&str, Form),
) -> Result<Response, Failure> {
    saved::check_form(service, session, &form)?;
    let account = find(service, session, id).await?;
    let change = match form.get("change") {
        "role" => Role::parse(form.get("role")).map(Change::Role),
        "disable" => Some(Change::Disable),
        "enable" => Some(Change::Enable),
        "reset" => Some(Change::Reset),
        "end-sessions" => Some(Change::EndSessions),
        "remove" => Some(Change::Remove),
        _ => None,
    };
    let Some(change) = change else {
        return Err(Failure::NotFound);
    };
    let name = account.user.name.clone();
    if form.get("confirmed") != "yes"
        && let Some(confirm) = confirmation(change, &name)
    {
        return one(service, session, frame, account, (None, Some(confirm)));
    }
    let client = request.who();
    let by = By::Admin(Admin::of(session)?, &client);
    match console::change_user(service, by, account.user.id, change).await {
        Ok(Some(initial)) => {
            let heading = format!("The sign-in of {name} is reset");
            initial_password(frame, heading, name, initial.0.expose_secret())
        }
        Ok(None) if change == Change::Remove => Ok(pages::see_other(&format!("{PATH}?removed"))),
        Ok(None) => Ok(pages::see_other(&format!("{PATH}/{}", account.user.id))),
        Err(ChangeError::Service(error)) => Err(error.into()),
        Err(problem) => one(
            service,
            session,
            frame,
            account,
            (Some(problem.to_string()), None),
        ),
    }
}

fn confirmation(change: Change, name: &str) -> Option<Confirm> {
    Some(match change {
        Change::Reset => Confirm {
            value: "reset",
            question: format!("Reset the sign-in of {name}?"),
            consequence: "Their password and all their second factors stop working, and they are signed out. You get an initial password to hand over. First make sure by another way that it is really they who ask.",
            button: "Reset sign-in",
        },
        Change::Remove => Confirm {
            value: "remove",
            question: format!("Remove {name}?"),
            consequence: "They are signed out, and their saved views are deleted. What they did stays in the audit log.",
            button: "Remove user",
        },
        Change::Disable => Confirm {
            value: "disable",
            question: format!("Disable {name}?"),
            consequence: "They are signed out and cannot sign in until you enable them again.",
            button: "Disable user",
        },
        Change::Role(_) | Change::Enable | Change::EndSessions => return None,
    })
}
