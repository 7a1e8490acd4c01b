//! Messages as requesters see them, and sending one to try it out.

use shared::words::Channel;
use url::Url;
use warp::http::{HeaderValue, StatusCode, header};
use warp::reply::Response;

use crate::config::Logo;
use crate::locale::Locale;
use crate::service::Service;
use crate::service::console::test_messages::{self, Fate, Test, TestProblem};
use crate::service::console::{Admin, Session};
use crate::service::templates::{self, Preview, Template};
use crate::web::console::badge::{self, Badge};
use crate::web::console::filters::Choice;
use crate::web::console::pages::{self, Failure, Frame};
use crate::web::console::request::{Form, Request};
use crate::web::console::saved::check_form;
use crate::web::console::view::with_query;
use crate::web::console::words::{When, when};
use crate::web::html;

const PATH: &str = "/console/admin/messages";
const FRAME_PATH: &str = "/console/admin/messages/frame";

/// An email brings its own styles and its logo, and nothing else may run, load or leave from it.
const FRAME_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; \
     frame-ancestors 'self'; base-uri 'none'; sandbox";

#[derive(askama::Template)]
#[template(path = "console/admin/messages.html")]
struct Page {
    frame: Frame,
    notice: bool,
    templates: Vec<Choice>,
    languages: Vec<Choice>,
    template: &'static str,
    language: Locale,
    title: String,
    source: String,
    sender: String,
    preview: Preview,
    /// How long the text message is, in words.
    length: String,
    /// The logo lies elsewhere, so that the preview cannot show it.
    logo_elsewhere: Option<String>,
    has_gateway: bool,
    channel: Channel,
    address: String,
    wrong: Option<String>,
    tests: Vec<TestLine>,
}

/// A test message.
struct TestLine {
    what: String,
    to: String,
    at: When,
    badge: Badge,
    detail: String,
}

/// Which message is looked at.
#[derive(Clone, Copy)]
struct Chosen {
    template: Template,
    language: Locale,
}

impl Chosen {
    fn new(template: &str, language: &str) -> Self {
        Self {
            template: Template::parse(template).unwrap_or(Template::Link),
            language: Locale::from_tag(language).unwrap_or_default(),
        }
    }

    fn of(request: &Request) -> Self {
        let field = |name| request.field(name).unwrap_or_default();
        Self::new(&field("template"), &field("language"))
    }

    fn query(self) -> String {
        format!("template={}&language={}", self.template, self.language.tag())
    }
}

const fn label(template: Template) -> &'static str {
    match template {
        Template::Link => "Verification link",
        Template::LinkAgain => "Verification link, sent again",
        Template::Code => "Code to a contact on file",
        Template::Notice => "Notice that an action was performed",
        Template::Enrolled => "Notice that a factor was enrolled",
        Template::Warning => "Warning that a request was not theirs",
        Template::Approval => "Question to the manager",
    }
}

impl TestLine {
    fn new(of: Test, now: shared::words::UnixMillis) -> Self {
        let (tone, icon, word, detail) = match of.fate {
            Fate::Waiting(why) => ("pending", badge::PLANE, "On its way", why.unwrap_or_default()),
            Fate::Accepted => ("passed", badge::TICK, "Accepted", String::new()),
            Fate::GivenUp(why) => ("failed", badge::CROSS, "Given up", why),
        };
        Self {
            what: format!("{}, {}", label(of.template), of.language.own_name()),
            to: of.to,
            at: when(of.at, now),
            badge: Badge { tone, icon, word },
            detail,
        }
    }
}

/// What was typed into the form, and what is wrong with it.
struct Typed {
    channel: Channel,
    address: String,
    wrong: Option<String>,
}

/// Shows a message.
pub async fn show(
    service: &Service,
    request: &Request,
    session: &Session,
    frame: Frame,
) -> Result<Response, Failure> {
    let typed = Typed {
        channel: Channel::Email,
        address: String::new(),
        wrong: None,
    };
    let is_sent = request.field("sent").is_some();
    page(service, session, frame, Chosen::of(request), typed, is_sent).await
}

async fn page(
    service: &Service,
    session: &Session,
    frame: Frame,
    chosen: Chosen,
    typed: Typed,
    notice: bool,
) -> Result<Response, Failure> {
    let Chosen { template, language } = chosen;
    let instance = &session.user.instance;
    let look = service.look(instance)?;
    let preview = templates::preview(&service.config, instance, &look, template, language)?;
    let from = &service.config.smtp.from;
    let sender = lettre::message::Mailbox::new(
        look.branding.sender_name.clone().or_else(|| from.name.clone()),
        from.email.clone(),
    );
    let text = &preview.text;
    let segments = match text.segments {
        1 => "One message".to_owned(),
        more => format!("{more} messages, each paid for"),
    };
    let now = service.now();
    let page = Page {
        frame,
        notice,
        templates: Template::ALL
            .into_iter()
            .map(|one| Choice {
                value: one.to_string(),
                label: label(one).into(),
                chosen: one == template,
            })
            .collect(),
        languages: Locale::ALL
            .into_iter()
            .map(|one| Choice {
                value: one.tag().into(),
                label: one.own_name().into(),
                chosen: one == language,
            })
            .collect(),
        template: template.as_str(),
        language,
        title: format!("{} in {}", label(template), language.own_name()),
        source: with_query(FRAME_PATH, &chosen.query()),
        sender: sender.to_string(),
        length: format!(
            "{segments}, {} characters, {}",
            text.text.chars().count(),
            text.encoding.to_uppercase()
        ),
        preview,
        logo_elsewhere: match &look.branding.logo {
            Some(Logo::Url(url)) => Url::host_str(url).map(str::to_owned),
            _ => None,
        },
        has_gateway: service.config.sms.is_some(),
        channel: typed.channel,
        address: typed.address,
        tests: test_messages::tests(service, Admin::of(session)?)
            .await?
            .into_iter()
            .map(|test| TestLine::new(test, now))
            .collect(),
        wrong: typed.wrong,
    };
    let status = if page.wrong.is_some() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    let mut response = pages::render(status, &page)?;
    let policy = format!("{}; frame-src 'self'", html::CONTENT_SECURITY_POLICY);
    let policy = HeaderValue::from_str(&policy).map_err(|error| Failure::Internal(error.to_string()))?;
    response
        .headers_mut()
        .insert(header::CONTENT_SECURITY_POLICY, policy);
    Ok(response)
}

/// The HTML part of an email, for the frame of the page and for nothing else.
pub fn frame(service: &Service, request: &Request, session: &Session) -> Result<Response, Failure> {
    let Chosen { template, language } = Chosen::of(request);
    let instance = &session.user.instance;
    let look = service.look(instance)?;
    let preview = templates::preview(&service.config, instance, &look, template, language)?;
    let mut response = html::page(StatusCode::OK, preview.email.html);
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(FRAME_POLICY),
    );
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN"));
    Ok(response)
}

/// Sends a test message.
pub async fn send(
    service: &Service,
    request: &Request,
    session: &Session,
    frame: Frame,
    form: Form,
) -> Result<Response, Failure> {
    check_form(service, session, &form)?;
    let chosen = Chosen::new(form.get("template"), form.get("language"));
    let channel = if form.get("channel") == Channel::Sms.as_str() {
        Channel::Sms
    } else {
        Channel::Email
    };
    let what = (chosen.template, chosen.language);
    let to = (channel, form.get("address"));
    let sent = test_messages::send_test(service, Admin::of(session)?, what, to, request.client.clone()).await;
    let wrong = match sent {
        Ok(()) => {
            let query = format!("{}&sent=1", chosen.query());
            return Ok(pages::see_other(&with_query(PATH, &query)));
        }
        Err(TestProblem::Service(error)) => return Err(error.into()),
        Err(problem) => problem.to_string(),
    };
    let typed = Typed {
        channel,
        address: form.get("address").to_owned(),
        wrong: Some(wrong),
    };
    page(service, session, frame, chosen, typed, false).await
}
