//! What stands in an email: headers, a text part and an HTML part that say the same.

use std::time::{Duration, SystemTime};

use askama::Template;
use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, MultiPart, SinglePart};
use shared::words::{Action, UnixMillis};

use crate::config::{Branding, Colour, Logo};
use crate::delivery::words::{enrolled, name};
use crate::delivery::{Content, Message};
use crate::locale::{Strong, Texts};

/// Buttons and links, unless the company has a colour of its own.
const BLUE: Colour = Colour([0x1d, 0x4e, 0xd8]);
/// The same on a dark page.
const LIGHT_BLUE: Colour = Colour([0x8f, 0xb0, 0xff]);
/// The card that a message is written on, where the reader prefers dark pages. The same as in the template.
const DARK_CARD: Colour = Colour([0x1c, 0x20, 0x27]);
/// The attachment that holds the logo.
const LOGO_ID: &str = "logo";

/// Why an email could not be written. Holds no address.
#[derive(Debug, thiserror::Error)]
pub enum MessageError {
    /// A template.
    #[error("a template failed: {0}")]
    Template(#[from] askama::Error),
    /// The recipient.
    #[error("the address cannot be used")]
    Address,
    /// The parts.
    #[error("it cannot be put together")]
    Parts,
    /// The logo.
    #[error("the logo's media type cannot be used")]
    Logo,
}

/// What all templates show. Names are cleaned here; escaping is the templates' part.
pub(in crate::delivery) struct Facts {
    company: String,
    support_contact: String,
    /// The same for plain text. A phone number has no direction of its own: among words from right to left its groups
    /// would change places.
    support_line: String,
    agent: String,
    ticket: String,
    /// What the ticket asks for, as a label; empty if nothing predefined.
    action: String,
    life: String,
    /// Says that nothing is behind the message; empty on a real one.
    test: String,
    /// Where the logo is, if there is one.
    logo: Option<String>,
    /// Of buttons and links; white can be read on it.
    colour: Colour,
    /// The same on a dark page.
    dark_colour: Colour,
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

#[derive(Template)]
#[template(path = "mail/warning.txt")]
struct WarningText<'a> {
    t: Texts,
    facts: &'a Facts,
}

#[derive(Template)]
#[template(path = "mail/warning.html")]
struct WarningHtml<'a> {
    t: Texts,
    facts: &'a Facts,
}

#[derive(Template)]
#[template(path = "mail/approval.txt")]
struct ApprovalText<'a> {
    t: Texts,
    facts: &'a Facts,
    requester: &'a str,
    url: &'a str,
    replaces_earlier: bool,
}

#[derive(Template)]
#[template(path = "mail/approval.html")]
struct ApprovalHtml<'a> {
    t: Texts,
    facts: &'a Facts,
    requester: &'a str,
    url: &'a str,
    replaces_earlier: bool,
}

/// Subject, text part and HTML part.
pub(in crate::delivery) struct Rendered {
    pub subject: String,
    pub text: String,
    pub html: String,
}

/// Writes the words of a message. `logo` is where its reader finds the logo.
pub(in crate::delivery) fn render(message: &Message, logo: Option<&str>) -> Result<Rendered, askama::Error> {
    let t = Texts::of(message.language);
    let support_contact = name(&message.support_contact);
    let facts = Facts {
        company: name(&message.company),
        support_line: if t.dir() == "rtl" {
            format!("\u{2066}{support_contact}\u{2069}")
        } else {
            support_contact.clone()
        },
        support_contact,
        agent: name(&message.agent_name),
        ticket: name(&message.ticket_number),
        action: message
            .action
            .map_or_else(String::new, |action| t.action_label(action)),
        life: t.duration(message.minutes),
        test: if message.is_test {
            t.test_notice()
        } else {
            String::new()
        },
        logo: logo.map(str::to_owned),
        colour: message.branding.colour.unwrap_or(BLUE),
        dark_colour: message
            .branding
            .colour
            .map_or(LIGHT_BLUE, |own| own.readable_on(DARK_CARD)),
    };
    let facts = &facts;
    let mut rendered = write(t, facts, &message.content, message.action)?;
    if message.is_test {
        rendered.subject = t.test_message(&rendered.subject);
        rendered.text = format!("{}\n\n{}", facts.test, rendered.text);
    }
    Ok(rendered)
}

fn write(
    t: Texts,
    facts: &Facts,
    content: &Content,
    action: Option<Action>,
) -> Result<Rendered, askama::Error> {
    Ok(match content {
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
        Content::Notice { url, is_certain } => notice(t, facts, &t.notice(action, *is_certain), url)?,
        Content::Enrolled { url, factor } => notice(t, facts, &enrolled(t, *factor), url)?,
        Content::Warning => Rendered {
            subject: format!("{}: {}", facts.company, t.warning_heading()),
            text: WarningText { t, facts }.render()?,
            html: WarningHtml { t, facts }.render()?,
        },
        Content::Approval {
            url,
            requester,
            replaces_earlier,
        } => {
            let (requester, replaces_earlier) = (&name(requester), *replaces_earlier);
            let text = ApprovalText {
                t,
                facts,
                requester,
                url,
                replaces_earlier,
            };
            let html = ApprovalHtml {
                t,
                facts,
                requester,
                url,
                replaces_earlier,
            };
            Rendered {
                subject: t.approval_mail_subject(&facts.company, requester, &facts.ticket),
                text: text.render()?,
                html: html.render()?,
            }
        }
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
pub(in crate::delivery) fn build(
    message: &Message,
    from: &Mailbox,
    host: &str,
    now: UnixMillis,
) -> Result<lettre::Message, MessageError> {
    let branding: &Branding = &message.branding;
    let (source, attachment) = match &branding.logo {
        None => (None, None),
        Some(Logo::Url(url)) => (Some(url.to_string()), None),
        Some(Logo::Embedded { media_type, bytes }) => {
            let kind = ContentType::parse(media_type).map_err(|_| MessageError::Logo)?;
            let logo = Attachment::new_inline(LOGO_ID.into()).body(bytes.clone(), kind);
            (Some(format!("cid:{LOGO_ID}")), Some(logo))
        }
    };
    let Rendered { subject, text, html } = render(message, source.as_deref())?;
    let parts = match attachment {
        None => MultiPart::alternative_plain_html(text, html),
        Some(logo) => MultiPart::alternative()
            .singlepart(SinglePart::plain(text))
            .multipart(
                MultiPart::related()
                    .singlepart(SinglePart::html(html))
                    .singlepart(logo),
            ),
    };
    let to = message.to.address().parse().map_err(|_| MessageError::Address)?;
    let sender = branding.sender_name.clone().or_else(|| from.name.clone());
    let date = SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(now.0).unwrap_or(0));
    lettre::Message::builder()
        .from(Mailbox::new(sender, from.email.clone()))
        .to(Mailbox::new(None, to))
        .date(date)
        .message_id(Some(format!("<{}@{host}>", message.key)))
        .subject(subject)
        .header(AutoSubmitted)
        .header(AutoResponseSuppress)
        .header(ContentLanguage(message.language.tag()))
        .multipart(parts)
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

/// Exchange does not read RFC 3834 ([MS-OXCMAIL], 2.2.3.2.14): the same wish in its words.
#[derive(Clone)]
struct AutoResponseSuppress;

impl Header for AutoResponseSuppress {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("X-Auto-Response-Suppress")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "All".into())
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
