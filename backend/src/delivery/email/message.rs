//! What stands in an email: headers, a text part and an HTML part that say the same.

use std::time::{Duration, SystemTime};

use askama::Template;
use lettre::message::header::{Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use shared::words::UnixMillis;

use crate::delivery::words::{enrolled, name};
use crate::delivery::{Content, Message};
use crate::locale::{Strong, Texts};

/// Why an email could not be written. Holds no address.
#[derive(Debug, thiserror::Error)]
pub(super) enum MessageError {
    #[error("a template failed: {0}")]
    Template(#[from] askama::Error),
    #[error("the address cannot be used")]
    Address,
    #[error("it cannot be put together")]
    Parts,
}

/// What all templates show. Names are cleaned here; escaping is the templates' part.
pub(super) struct Facts {
    company: String,
    support_contact: String,
    agent: String,
    ticket: String,
    /// What the ticket asks for, as a label; empty if nothing predefined.
    action: String,
    life: String,
}

#[derive(Template)]
#[template(path = "mail/link.txt")]
struct LinkText<'a> {
    t: Texts,
    facts: &'a Facts,
    url: &'a str,
    replaces_earlier: bool,
}

#[derive(Template)]
#[template(path = "mail/link.html")]
struct LinkHtml<'a> {
    t: Texts,
    facts: &'a Facts,
    url: &'a str,
    replaces_earlier: bool,
}

#[derive(Template)]
#[template(path = "mail/code.txt")]
struct CodeText<'a> {
    t: Texts,
    facts: &'a Facts,
    code: &'a str,
}

#[derive(Template)]
#[template(path = "mail/code.html")]
struct CodeHtml<'a> {
    t: Texts,
    facts: &'a Facts,
    code: &'a str,
}

#[derive(Template)]
#[template(path = "mail/notice.txt")]
struct NoticeText<'a> {
    t: Texts,
    facts: &'a Facts,
    what: &'a str,
    url: &'a str,
}

#[derive(Template)]
#[template(path = "mail/notice.html")]
struct NoticeHtml<'a> {
    t: Texts,
    facts: &'a Facts,
    what: &'a str,
    url: &'a str,
}

/// Subject, text part and HTML part.
pub(super) struct Rendered {
    pub subject: String,
    pub text: String,
    pub html: String,
}

/// Writes the words of a message.
pub(super) fn render(message: &Message) -> Result<Rendered, askama::Error> {
    let t = Texts::of(message.language);
    let facts = Facts {
        company: name(&message.company),
        support_contact: name(&message.support_contact),
        agent: name(&message.agent_name),
        ticket: name(&message.ticket_number),
        action: message
            .action
            .map_or_else(String::new, |action| t.action_label(action)),
        life: t.duration(message.minutes),
    };
    let facts = &facts;
    Ok(match &message.content {
        Content::Link {
            url,
            replaces_earlier,
        } => {
            let replaces_earlier = *replaces_earlier;
            let text = LinkText {
                t,
                facts,
                url,
                replaces_earlier,
            };
            let html = LinkHtml {
                t,
                facts,
                url,
                replaces_earlier,
            };
            Rendered {
                subject: t.mail_link_subject(&facts.company, &facts.ticket),
                text: text.render()?,
                html: html.render()?,
            }
        }
        Content::Notice { url, is_certain } => notice(t, facts, &t.notice(message.action, *is_certain), url)?,
        Content::Enrolled { url, factor } => notice(t, facts, &enrolled(t, *factor), url)?,
        // The code itself stays out of the subject, which locked screens show.
        Content::Code { code } => Rendered {
            subject: t.mail_code_subject(&facts.company, &facts.ticket),
            text: CodeText { t, facts, code }.render()?,
            html: CodeHtml { t, facts, code }.render()?,
        },
    })
}

/// What was done to the account of whoever reads it, and how to say that it was not them.
fn notice(t: Texts, facts: &Facts, what: &str, url: &str) -> Result<Rendered, askama::Error> {
    Ok(Rendered {
        subject: format!("{}: {what}", facts.company),
        text: NoticeText { t, facts, what, url }.render()?,
        html: NoticeHtml { t, facts, what, url }.render()?,
    })
}

/// Puts the email together. Each repetition of a message has the same Message-ID, so that a mailbox can tell.
pub(super) fn build(
    message: &Message,
    from: &Mailbox,
    host: &str,
    now: UnixMillis,
) -> Result<lettre::Message, MessageError> {
    let Rendered { subject, text, html } = render(message)?;
    let to = message.to.address().parse().map_err(|_| MessageError::Address)?;
    let date = SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(now.0).unwrap_or(0));
    lettre::Message::builder()
        .from(from.clone())
        .to(Mailbox::new(None, to))
        .date(date)
        .message_id(Some(format!("<{}@{host}>", message.key)))
        .subject(subject)
        .header(AutoSubmitted)
        .header(ContentLanguage(message.language.tag()))
        .multipart(MultiPart::alternative_plain_html(text, html))
        .map_err(|_| MessageError::Parts)
}

/// RFC 3834: no out-of-office reply, please.
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".into())
    }
}

/// RFC 3282: the language of the message.
#[derive(Clone)]
struct ContentLanguage(&'static str);

impl Header for ContentLanguage {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Content-Language")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Err("this header is only written".into())
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), self.0.into())
    }
}
