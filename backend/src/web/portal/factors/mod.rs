//! Passkeys, authenticator apps and recovery codes: the questions about them, and adding them after a pass.

mod answer;
mod enrol;

use warp::http::{HeaderValue, StatusCode, header};
use warp::reply::Response;

pub use answer::question;

use super::Visit;
use super::action::{AlarmPage, alarmed};
use super::form::Form;
use super::pages::{self, Frame};
use super::refusal::Refusal;
use crate::service::factors;
use crate::web::html;

/// The paths of this module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Path<'a> {
    /// What `navigator.credentials.get` needs.
    PasskeyOptions,
    /// An answer by passkey.
    Passkey,
    /// An answer by authenticator app.
    App,
    /// An answer by recovery code.
    Recovery,
    /// What can be added.
    Enrol,
    /// What `navigator.credentials.create` needs.
    EnrolOptions,
    /// Adds a passkey.
    EnrolPasskey,
    /// Makes the key of an app.
    BeginApp,
    /// Shows the key of an app, and confirms the app by its first code.
    EnrolApp,
    /// Makes recovery codes.
    Codes,
    /// “This was not me”.
    Alarm(&'a str),
}

impl<'a> Path<'a> {
    /// Reads the segments of a path.
    pub fn parse(head: [&'a str; 3]) -> Option<Self> {
        match head {
            ["verify", "passkey", ""] => Some(Self::Passkey),
            ["verify", "passkey", "options"] => Some(Self::PasskeyOptions),
            ["verify", "app", ""] => Some(Self::App),
            ["verify", "recovery", ""] => Some(Self::Recovery),
            ["verify", "enrol", ""] => Some(Self::Enrol),
            ["verify", "enrol", "options"] => Some(Self::EnrolOptions),
            ["verify", "enrol", "passkey"] => Some(Self::EnrolPasskey),
            ["verify", "enrol", "begin-app"] => Some(Self::BeginApp),
            ["verify", "enrol", "app"] => Some(Self::EnrolApp),
            ["verify", "enrol", "codes"] => Some(Self::Codes),
            ["alarm", "factor", token] if !token.is_empty() => Some(Self::Alarm(token)),
            _ => None,
        }
    }

    /// The `Allow` header of a path.
    pub const fn allowed(self) -> &'static str {
        match self {
            Self::Enrol => "GET, HEAD",
            Self::EnrolApp | Self::Alarm(_) => "GET, HEAD, POST",
            _ => "POST",
        }
    }

    /// Where the switch of languages leads back to.
    pub fn way_back(self) -> String {
        match self {
            Self::Enrol | Self::EnrolPasskey | Self::Codes => "/verify/enrol".to_owned(),
            Self::EnrolApp => "/verify/enrol/app".to_owned(),
            Self::Alarm(token) => format!("/alarm/factor/{token}"),
            _ => "/verify".to_owned(),
        }
    }
}

/// GET.
pub async fn read(visit: &Visit, path: Path<'_>) -> Result<Response, Refusal> {
    match path {
        Path::Enrol => enrol::show(visit).await,
        Path::EnrolApp => enrol::show_app(visit).await,
        Path::Alarm(token) => {
            let alarm = factors::look_at_alarm(&visit.service, token).await?;
            let frame = Frame::of(visit, &alarm.request);
            if alarm.is_repeated {
                return Ok(alarmed(frame, &alarm.request));
            }
            let page = AlarmPage {
                t: frame.t,
                frame,
                form_token: "",
            };
            Ok(pages::render(StatusCode::OK, &page))
        }
        _ => Err(Refusal::NothingHere),
    }
}

/// POST.
pub async fn write(visit: &Visit, path: Path<'_>, form: &Form) -> Result<Response, Refusal> {
    match path {
        Path::PasskeyOptions => answer::passkey_options(visit, form).await,
        Path::Passkey => answer::passkey(visit, form).await,
        Path::App => answer::app(visit, form).await,
        Path::Recovery => answer::recovery(visit, form).await,
        Path::EnrolOptions => enrol::passkey_options(visit, form).await,
        Path::EnrolPasskey => enrol::passkey(visit, form).await,
        Path::BeginApp => enrol::begin_app(visit, form).await,
        Path::EnrolApp => enrol::app(visit, form).await,
        Path::Codes => enrol::codes(visit, form).await,
        Path::Alarm(token) => {
            let alarm = factors::alarm(&visit.service, token).await?;
            Ok(alarmed(Frame::of(visit, &alarm.request), &alarm.request))
        }
        Path::Enrol => Err(Refusal::NothingHere),
    }
}

/// What a script asks for.
fn json(body: String) -> Response {
    let mut response = html::page(StatusCode::OK, body);
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
