//! What the instance is, and the keys between it and this service.

use askama::Template;
use secrecy::ExposeSecret as _;
use warp::http::StatusCode;
use warp::reply::Response;

use super::super::pages::{self, Failure, Frame};
use super::super::request::{Form, Request};
use super::super::saved::check_form;
use super::super::words::{When, when};
use crate::config::Instance;
use crate::delivery::circuit::Neighbour;
use crate::service::Service;
use crate::service::console::keys::{
    KeyProblem, KeysPage, Purpose, abort_rotation, begin_rotation, finish_rotation, keys_page,
};
use crate::service::console::{Admin, Session};
use crate::store::instance_keys::LiveKey;
use shared::words::UnixMillis;

const PATH: &str = "/console/admin/instance";

#[derive(Template)]
#[template(path = "console/admin/instance.html")]
struct Page {
    frame: Frame,
    id: String,
    company: String,
    url: String,
    public_url: String,
    client_id: String,
    channels: Vec<ChannelLine>,
    instance_health: String,
    connectors: Vec<ConnectorLine>,
    last_event: Option<When>,
    rotations: Vec<Rotation>,
}

/// One channel that links are sent by.
struct ChannelLine {
    name: &'static str,
    health: String,
}

/// One connector.
struct ConnectorLine {
    name: String,
    kind: &'static str,
    actions: String,
}

/// The keys of one purpose.
struct Rotation {
    purpose: &'static str,
    title: &'static str,
    about: &'static str,
    keys: Vec<KeyLine>,
    /// The new key, while it is one.
    new: Option<String>,
    needs_confirmation: bool,
    steps: Vec<String>,
    problem: Option<String>,
}

/// One key that is valid.
struct KeyLine {
    kid: String,
    what: &'static str,
    origin: String,
    used: Option<When>,
    shows_use: bool,
}

impl From<KeyProblem> for Failure {
    fn from(problem: KeyProblem) -> Self {
        match problem {
            KeyProblem::Service(error) => error.into(),
            KeyProblem::Store(error) => Self::Internal(error.to_string()),
            KeyProblem::Seal(error) => Self::Internal(error.to_string()),
            entered => Self::Refused(entered.to_string()),
        }
    }
}

/// Shows the instance.
pub async fn show(service: &Service, session: &Session, frame: Frame) -> Result<Response, Failure> {
    page(service, session, frame, None).await
}

/// Why a key was not replaced.
struct Wrong {
    purpose: Purpose,
    words: String,
    /// The administrator may vouch for what could not be proven.
    may_vouch: bool,
}

async fn page(
    service: &Service,
    session: &Session,
    frame: Frame,
    wrong: Option<Wrong>,
) -> Result<Response, Failure> {
    let keys = keys_page(service, Admin::of(session)?).await?;
    let instance = service.instance(&session.user.instance)?;
    let now = service.now();
    let circuits = service.circuits.list();
    let health = |of: &Neighbour| {
        let mut known = circuits.iter();
        let found = known.find(|one| one.neighbour == *of);
        found.map_or_else(
            || "no trouble known".to_owned(),
            |one| format!("cannot be used at the moment: {}", one.why),
        )
    };
    let status = if wrong.is_some() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    let rotations = [Purpose::Tokens, Purpose::Events]
        .map(|purpose| {
            let wrong = wrong.as_ref().filter(|wrong| wrong.purpose == purpose);
            rotation(purpose, instance, &keys, wrong, now)
        })
        .into();
    let page = Page {
        frame,
        id: instance.id.to_string(),
        company: instance.company.clone(),
        url: instance.url.clone(),
        public_url: service.config.server.public_url.clone(),
        client_id: instance.callback.client_id.clone(),
        channels: service
            .config
            .channels()
            .into_iter()
            .map(|channel| ChannelLine {
                name: channel.label(),
                health: health(&Neighbour::Channel(channel)),
            })
            .collect(),
        instance_health: health(&Neighbour::Instance(instance.id.clone())),
        connectors: connectors(instance),
        last_event: keys.last_event.map(|at| when(at, now)),
        rotations,
    };
    pages::render(status, &page)
}

fn connectors(of: &Instance) -> Vec<ConnectorLine> {
    let lines = of.connectors.iter().map(|(name, settings)| {
        let actions: Vec<&str> = of
            .actions
            .iter()
            .filter(|(_, action)| action.connector == *name)
            .map(|(action, _)| action.label())
            .collect();
        ConnectorLine {
            name: name.clone(),
            kind: settings.kind(),
            actions: if actions.is_empty() {
                "no action".into()
            } else {
                actions.join(", ")
            },
        }
    });
    lines.collect()
}

fn rotation(
    purpose: Purpose,
    instance: &Instance,
    keys: &KeysPage,
    wrong: Option<&Wrong>,
    now: UnixMillis,
) -> Rotation {
    let is_tokens = purpose == Purpose::Tokens;
    let live: &[LiveKey] = if is_tokens { &keys.tokens } else { &keys.events };
    let used = |kid: &str| keys.uses.get(kid).map(|at| when(*at, now));
    let mut lines: Vec<KeyLine> = live
        .iter()
        .map(|key| KeyLine {
            kid: key.kid.clone(),
            what: if key.is_current { "valid" } else { "new, valid too" },
            origin: format!(
                "made here {} by {}",
                when(key.begun_at, now).relative,
                key.begun_by
            ),
            used: used(&key.kid),
            shows_use: is_tokens,
        })
        .collect();
    if !live.iter().any(|key| key.is_current) {
        let configured = |kid: String, what: String| KeyLine {
            used: used(&kid),
            kid,
            what: "valid",
            origin: what,
            shows_use: is_tokens,
        };
        if is_tokens {
            lines.extend(
                instance
                    .agent_keys
                    .iter()
                    .map(|(kid, key)| configured(kid.clone(), format!("configuration, {:?}", key.algorithm))),
            );
        } else {
            lines.push(configured("webhook secret".into(), "configuration".into()));
        }
    }
    let new = live.iter().find(|key| !key.is_current).map(|key| key.kid.clone());
    let is_seen = is_tokens && new.as_ref().is_some_and(|kid| keys.uses.contains_key(kid));
    Rotation {
        purpose: purpose.as_str(),
        title: if is_tokens {
            "Key of agent tokens"
        } else {
            "Secret of events"
        },
        about: if is_tokens {
            "The instance signs with it what an agent's browser shows to this service. Old tokens live at most five minutes."
        } else {
            "This service signs with it every result that it sends to the instance. While there are two, each result carries both signatures, and the instance takes a result if either holds. The old one is ended when the instance has taken a ping that the new one alone has signed."
        },
        steps: new.as_ref().map_or_else(Vec::new, |kid| steps(purpose, kid)),
        keys: lines,
        new,
        // Of a secret of events the instance itself is asked, and people only if it does not answer.
        needs_confirmation: if is_tokens {
            !is_seen
        } else {
            wrong.is_some_and(|wrong| wrong.may_vouch)
        },
        problem: wrong.map(|wrong| wrong.words.clone()),
    }
}

/// What is to be done in ServiceNow while there are two keys.
fn steps(purpose: Purpose, kid: &str) -> Vec<String> {
    match purpose {
        Purpose::Tokens => vec![
            "In ServiceNow open imper.ai Verification > Properties. If the secret stands in a credential behind the alias Token secret, change it there instead of in the property.".into(),
            format!("Set Key ID (x_imper_verify.key_id) to {kid} and Token secret (x_imper_verify.token_secret) to the new secret, in one go, and save."),
            "Run imper.ai Verification > Test connection. This page then shows when the new key was last used.".into(),
            "Finish here. The old key is refused from then on.".into(),
        ],
        Purpose::Events => vec![
            "In ServiceNow open imper.ai Verification > Properties. If the secret stands in a credential behind the alias Webhook secret, change it there instead of in the property.".into(),
            "In Webhook secret (x_imper_verify.webhook_secret) enter the new secret in front of the old one, with a space between them, and save. Results are taken with either.".into(),
            "Finish here. This service then posts a ping that the new secret alone has signed. If the instance takes it, results are signed with the new secret alone from then on; if not, nothing changes and this page says why.".into(),
            "Take the old secret out of the property.".into(),
        ],
    }
}

#[derive(Template)]
#[template(path = "console/admin/new_key.html")]
struct NewKeyPage {
    frame: Frame,
    kid: String,
    secret: String,
    is_tokens: bool,
    steps: Vec<String>,
}

fn purpose(part: &str) -> Result<Purpose, Failure> {
    Purpose::parse(part).ok_or(Failure::NotFound)
}

/// Makes a new key and shows it, this once: going on to another page would need it to be kept in clear.
pub async fn begin(
    service: &Service,
    request: &Request,
    session: &Session,
    frame: Frame,
    (part, form): (&str, Form),
) -> Result<Response, Failure> {
    check_form(service, session, &form)?;
    let (purpose, admin) = (purpose(part)?, Admin::of(session)?);
    match begin_rotation(service, admin, purpose, request.client.clone()).await {
        Ok(key) => {
            let page = NewKeyPage {
                frame,
                steps: steps(purpose, &key.kid),
                kid: key.kid,
                secret: key.secret.expose_secret().to_owned(),
                is_tokens: purpose == Purpose::Tokens,
            };
            pages::render(StatusCode::OK, &page)
        }
        Err(problem) => refused(service, session, frame, purpose, problem).await,
    }
}

/// Makes the new key the only one.
pub async fn finish(
    service: &Service,
    request: &Request,
    session: &Session,
    frame: Frame,
    (part, form): (&str, Form),
) -> Result<Response, Failure> {
    check_form(service, session, &form)?;
    let (purpose, admin) = (purpose(part)?, Admin::of(session)?);
    let (kid, confirmed) = (form.get("kid").to_owned(), form.get("confirm") == "yes");
    let client = request.client.clone();
    match finish_rotation(service, admin, (purpose, kid), confirmed, client).await {
        Ok(()) => Ok(pages::see_other(PATH)),
        Err(problem) => refused(service, session, frame, purpose, problem).await,
    }
}

/// Takes the new key back.
pub async fn abort(
    service: &Service,
    request: &Request,
    session: &Session,
    frame: Frame,
    (part, form): (&str, Form),
) -> Result<Response, Failure> {
    check_form(service, session, &form)?;
    let (purpose, admin) = (purpose(part)?, Admin::of(session)?);
    let kid = form.get("kid").to_owned();
    match abort_rotation(service, admin, (purpose, kid), request.client.clone()).await {
        Ok(()) => Ok(pages::see_other(PATH)),
        Err(problem) => refused(service, session, frame, purpose, problem).await,
    }
}

/// The page again, with what was wrong beside the keys that it is about.
async fn refused(
    service: &Service,
    session: &Session,
    frame: Frame,
    purpose: Purpose,
    problem: KeyProblem,
) -> Result<Response, Failure> {
    match problem {
        KeyProblem::Begun
        | KeyProblem::Changed
        | KeyProblem::Unconfirmed
        | KeyProblem::Refused(_)
        | KeyProblem::Unasked(_) => {
            let wrong = Wrong {
                purpose,
                words: problem.to_string(),
                may_vouch: matches!(problem, KeyProblem::Unasked(_)),
            };
            page(service, session, frame, Some(wrong)).await
        }
        other => Err(other.into()),
    }
}
