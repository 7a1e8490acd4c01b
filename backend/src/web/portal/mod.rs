//! The hosted portal: where the requester completes a verification. Server-rendered, one question a page, and it
//! works without scripts.
//!
//! | path | GET | POST |
//! |---|---|---|
//! | `/v/{token}` | landing page; counts an opening | |
//! | `/v/{token}/begin` | | spends the link, sets the cookie |
//! | `/v/{token}/not-me` | asks once more | stops it |
//! | `/verify` | the current question, or the end | |
//! | `/verify/state` | what the script compares to see that the page has changed | |
//! | `/verify/number`, `/verify/code` | | an answer |
//! | `/verify/code/resend` | | a new code |
//! | `/verify/other` | the other ways of this step | chooses one, or says that there is none |
//! | `/verify/sign-in` | | goes to the identity provider |
//! | `/verify/sign-in/{instance}` | the provider sent the browser back | takes its answer |
//! | `/verify/manager` | | asks the manager on file |
//! | `/approve/{token}` | asks the manager | their answer |
//! | `/verify/not-me` | asks once more | stops it, or takes the permission back |
//! | `/verify/passkey`, `/verify/app`, `/verify/recovery` | | an answer |
//! | `/verify/enrol` and below | what can be added after a pass | adds it |
//! | `/verify/action` | | performs the action that a pass permits |
//! | `/verify/action/strength` | | says how strong a password is |
//! | `/alarm/{token}` | asks once more | “this was not me”, from the notice after an action |
//! | `/alarm/factor/{token}` | asks once more | “this was not me”, from the message after an enrolment |
//! | `/language` | | remembers the language |
//!
//! Every word comes from `locales/`, in the language that `language.rs` chooses; a page gets it as `t` in its template.
//!
//! Paths are read by [`Route`] rather than by a chain of filters, so that everything below them, wrong
//! methods and unknown paths included, is answered with a page for people.

mod action;
mod approval;
mod factors;
mod form;
mod guard;
mod language;
mod link;
mod notices;
mod other_way;
mod pages;
mod refusal;
mod session;
mod sign_in;

use std::net::IpAddr;
use std::sync::Arc;

use warp::Filter as _;
use warp::filters::BoxedFilter;
use warp::http::{HeaderMap, Method, StatusCode};
use warp::hyper::body::Bytes;
use warp::path::FullPath;
use warp::reply::Response;

use self::form::Form;
use self::refusal::Refusal;
use super::throttle::Throttle;
use super::{MAX_BODY_BYTES, client, html};
use crate::service::Service;

/// All routes under `/v`, `/verify`, `/alarm`, `/approve` and `/language`.
pub fn routes(service: &Service) -> BoxedFilter<(Response,)> {
    let throttle = Arc::new(Throttle::per_minute(service.config.server.answers_per_minute));
    let service = service.clone();
    let context = warp::any().map(move || service.clone());
    let visit = warp::path("v")
        .or(warp::path("verify"))
        .unify()
        .or(warp::path("language"))
        .unify()
        .or(warp::path("alarm"))
        .unify()
        .or(warp::path("approve"))
        .unify()
        .and(context)
        .and(warp::path::full())
        .and(warp::header::headers_cloned())
        .and(warp::addr::remote())
        .map(|service: Service, path, headers: HeaderMap, peer| Visit {
            address: client::of(&headers, peer, &service.config.server.trusted_proxies),
            service,
            path,
            headers,
        });
    let query = warp::query::raw().or(warp::any().map(String::new)).unify();
    let reading = visit
        .clone()
        .and(warp::get().or(warp::head()).unify())
        .and(warp::method())
        .and(query)
        .then(read);
    let writing = visit
        .and(warp::post())
        .and(warp::body::content_length_limit(MAX_BODY_BYTES))
        .and(warp::body::bytes())
        .then(move |visit, body| write(visit, body, Arc::clone(&throttle)));
    reading.or(writing).unify().boxed()
}

/// What every handler gets.
struct Visit {
    service: Service,
    path: FullPath,
    headers: HeaderMap,
    /// The address of the other side, if it is known.
    address: Option<IpAddr>,
}

/// The paths of the portal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Route<'a> {
    Landing(&'a str),
    Begin(&'a str),
    RefuseLink(&'a str),
    Current,
    State,
    Number,
    Code,
    Resend,
    OtherWay,
    SignIn,
    SignedIn(&'a str),
    AskManager,
    Approval(&'a str),
    RefuseSession,
    Perform,
    Strength,
    Alarm(&'a str),
    Factors(factors::Path<'a>),
    Language,
}

impl<'a> Route<'a> {
    fn parse(path: &'a str) -> Option<Self> {
        // Some mail programs add a slash to links.
        let path = path.strip_suffix('/').unwrap_or(path);
        let mut segments = path.split('/').skip(1);
        let head = [
            segments.next()?,
            segments.next().unwrap_or(""),
            segments.next().unwrap_or(""),
        ];
        if segments.next().is_some() {
            return None;
        }
        match head {
            ["v", token, ""] => Some(Self::Landing(token)),
            ["v", token, "begin"] => Some(Self::Begin(token)),
            ["v", token, "not-me"] => Some(Self::RefuseLink(token)),
            ["verify", "", ""] => Some(Self::Current),
            ["verify", "state", ""] => Some(Self::State),
            ["verify", "number", ""] => Some(Self::Number),
            ["verify", "code", ""] => Some(Self::Code),
            ["verify", "code", "resend"] => Some(Self::Resend),
            ["verify", "other", ""] => Some(Self::OtherWay),
            ["verify", "sign-in", ""] => Some(Self::SignIn),
            ["verify", "sign-in", instance] => Some(Self::SignedIn(instance)),
            ["verify", "manager", ""] => Some(Self::AskManager),
            ["approve", token, ""] => Some(Self::Approval(token)),
            ["verify", "not-me", ""] => Some(Self::RefuseSession),
            ["verify", "action", ""] => Some(Self::Perform),
            ["verify", "action", "strength"] => Some(Self::Strength),
            ["alarm", token, ""] => Some(Self::Alarm(token)),
            ["language", "", ""] => Some(Self::Language),
            _ => factors::Path::parse(head).map(Self::Factors),
        }
    }

    /// The `Allow` header of a path.
    const fn allowed(self) -> &'static str {
        match self {
            Self::Landing(_) | Self::Current | Self::State => "GET, HEAD",
            Self::Begin(_)
            | Self::Number
            | Self::Code
            | Self::Resend
            | Self::SignIn
            | Self::AskManager
            | Self::Perform
            | Self::Strength
            | Self::Language => "POST",
            Self::RefuseLink(_)
            | Self::RefuseSession
            | Self::OtherWay
            | Self::SignedIn(_)
            | Self::Approval(_)
            | Self::Alarm(_) => "GET, HEAD, POST",
            Self::Factors(path) => path.allowed(),
        }
    }
}

/// GET and HEAD.
async fn read(visit: Visit, method: Method, query: String) -> Response {
    let answer = match Route::parse(visit.path.as_str()) {
        Some(route) if route.allowed() == "POST" => Err(Refusal::Method(route.allowed())),
        // Mail scanners ask with HEAD. The answer is the same whatever the token is, and nothing is looked at.
        Some(_) if method == Method::HEAD => Ok(html::page(StatusCode::OK, String::new())),
        Some(Route::Landing(token)) => link::landing(&visit, token).await,
        Some(Route::RefuseLink(token)) => Ok(link::ask_to_refuse(&visit, token)),
        Some(Route::Current) => session::show(&visit, &query).await,
        Some(Route::State) => session::state(&visit).await,
        Some(Route::OtherWay) => other_way::show(&visit).await,
        Some(Route::RefuseSession) => session::ask_to_refuse(&visit).await,
        Some(Route::SignedIn(_)) => Ok(sign_in::back(&visit, &query)),
        Some(Route::Approval(token)) => approval::look(&visit, token).await,
        Some(Route::Alarm(token)) => action::look_at_alarm(&visit, token).await,
        Some(Route::Factors(path)) => factors::read(&visit, path).await,
        Some(_) | None => Err(Refusal::NothingHere),
    };
    answer.unwrap_or_else(|refusal| refusal::reply(&visit, refusal))
}

/// POST.
async fn write(visit: Visit, body: Bytes, throttle: Arc<Throttle>) -> Response {
    let answer = match Route::parse(visit.path.as_str()) {
        None => Err(Refusal::NothingHere),
        Some(route) if !route.allowed().contains("POST") => Err(Refusal::Method(route.allowed())),
        Some(_) if guard::is_foreign(&visit.headers, &visit.service.config.server.public_url) => {
            Err(Refusal::Foreign)
        }
        Some(route) if let Err(wait) = admit(&throttle, &visit, route) => Err(Refusal::TooOften(wait)),
        Some(route) => {
            let form = Form::parse(&body);
            wipe(body);
            match route {
                Route::Begin(token) => link::begin(&visit, token, &form).await,
                Route::RefuseLink(token) => link::refuse(&visit, token).await,
                Route::Number => session::answer_number(&visit, &form).await,
                Route::Code => session::answer_code(&visit, &form).await,
                Route::Resend => session::resend(&visit, &form).await,
                Route::OtherWay => other_way::choose(&visit, &form).await,
                Route::SignIn => sign_in::depart(&visit, &form).await,
                Route::SignedIn(instance) => sign_in::arrive(&visit, instance, &form).await,
                Route::AskManager => approval::ask(&visit, &form).await,
                Route::Approval(token) => approval::answer(&visit, token, &form).await,
                Route::RefuseSession => session::refuse(&visit, &form).await,
                Route::Perform => action::perform(&visit, &form).await,
                Route::Strength => action::strength(&visit, &form).await,
                Route::Alarm(token) => action::raise_alarm(&visit, token).await,
                Route::Factors(path) => factors::write(&visit, path, &form).await,
                Route::Language => Ok(language::switch(&form)),
                Route::Landing(_) | Route::Current | Route::State => Err(Refusal::NothingHere),
            }
        }
    };
    answer.unwrap_or_else(|refusal| refusal::reply(&visit, refusal))
}

/// Counts what is posted, whatever it is good for. The strength of a password is asked for while it is typed, and
/// tells nothing that could be guessed.
fn admit(throttle: &Throttle, visit: &Visit, route: Route<'_>) -> Result<(), u32> {
    match route {
        Route::Strength => Ok(()),
        _ => throttle.admit(visit.address),
    }
}

/// Overwrites a body that may hold a password, where nobody else holds it.
fn wipe(body: Bytes) {
    if let Ok(mut bytes) = body.try_into_mut() {
        zeroize::Zeroize::zeroize(bytes.as_mut());
    }
}

#[cfg(test)]
mod tests;
