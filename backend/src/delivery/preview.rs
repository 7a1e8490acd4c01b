//! What a message looks like, without sending it: for whoever looks after the texts and the branding.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::email::message::{self, MessageError};
use super::sms::{length, text};
use super::{Message, words};
use crate::config::Logo;

/// An email as its reader sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmailPreview {
    /// The subject.
    pub subject: String,
    /// The plain-text part.
    pub text: String,
    /// The HTML part. A logo from a file stands in it as a `data:` URL, where the email itself carries it as an
    /// attachment: browsers do not know `cid:`.
    pub html: String,
}

/// A text message as its reader sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextPreview {
    /// The text.
    pub text: String,
    /// In how many segments it travels; each is paid for.
    pub segments: u32,
    /// `gsm-7` or `ucs-2`.
    pub encoding: &'static str,
}

/// Writes the email that `message` would become.
///
/// # Errors
/// When a template fails.
pub fn preview_email(message: &Message) -> Result<EmailPreview, MessageError> {
    let logo = message.branding.logo.as_ref().map(|logo| match logo {
        Logo::Embedded { media_type, bytes } => {
            format!("data:{media_type};base64,{}", STANDARD.encode(bytes))
        }
        Logo::Url(url) => url.to_string(),
    });
    let message::Rendered { subject, text, html } = message::render(message, logo.as_deref())?;
    Ok(EmailPreview { subject, text, html })
}

/// Writes the text message that `message` would become, sent by the service at `public_url`.
pub fn preview_text(message: &Message, public_url: &str) -> TextPreview {
    let text = text::write(message, &words::host(public_url));
    let length = length::measure(&text);
    TextPreview {
        text,
        segments: length.segments,
        encoding: length.encoding.name(),
    }
}
