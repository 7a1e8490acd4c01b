//! Ring 2: the neighbours that carry messages to requesters. Email through a mail server, text messages through a
//! gateway. Nothing here knows the database or retries by itself: it says what became of one attempt.

pub mod circuit;
pub mod dkim;
mod email;
pub mod http;
mod preview;
pub mod sms;
#[cfg(test)]
pub(crate) mod smtp_double;
mod words;

use std::sync::Arc;
use std::time::Duration;

use shared::words::{Action, Channel, UnixMillis};

use crate::config::{Branding, Config};
use crate::locale::Locale;
use crate::verification::Destination;
use crate::verification::enrolment::Factor;

pub use email::message::MessageError;
pub use preview::{EmailPreview, TextPreview, preview_email, preview_text};

/// One message to a requester.
#[derive(Clone)]
pub struct Message {
    /// Where it goes.
    pub to: Destination,
    /// The language of whoever reads it.
    pub language: Locale,
    /// The company, as requesters know it.
    pub company: String,
    /// How to reach the service desk on a known way.
    pub support_contact: String,
    /// The company's colour, logo and sender's name.
    pub branding: Arc<Branding>,
    /// The agent who asks.
    pub agent_name: String,
    /// The ticket's number.
    pub ticket_number: String,
    /// What the ticket asks for.
    pub action: Option<Action>,
    /// Equal for each repetition of this one message, so that receivers can tell a duplicate.
    pub key: String,
    /// Minutes until what it carries ends, counted from when it was made.
    pub minutes: i64,
    /// When what it carries ends.
    pub ends_at: UnixMillis,
    /// True for a sample with nothing behind it: the message says so.
    pub is_test: bool,
    /// What it carries.
    pub content: Content,
}

/// The secret part of a message. No `Debug`: it must not reach a log.
#[derive(Clone)]
pub enum Content {
    /// The link that begins a verification.
    Link {
        /// The whole link.
        url: String,
        /// True when an earlier link no longer works because of it.
        replaces_earlier: bool,
    },
    /// An action was performed.
    Notice {
        /// The whole link of “this was not me”.
        url: String,
        /// False when it is not known whether the action was carried out.
        is_certain: bool,
    },
    /// Somebody said that the verification was not theirs.
    Warning,
    /// A factor was enrolled.
    Enrolled {
        /// The whole link of “this was not me”.
        url: String,
        /// What was enrolled.
        factor: Factor,
    },
    /// To the manager on file: is this request genuine?
    Approval {
        /// The whole link of the page with the answer.
        url: String,
        /// Whom it is about.
        requester: String,
        /// True when an earlier link no longer works because of it.
        replaces_earlier: bool,
    },
    /// A code that the requester enters on the page they have open.
    Code {
        /// Six digits.
        code: String,
    },
}

/// What became of one attempt to hand something over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The other side took it.
    Accepted,
    /// It failed for now.
    Retry {
        /// The other side asks to wait at least so long.
        after: Option<Duration>,
        /// A sentence without address and secret.
        why: String,
        /// What the failure is about.
        about: About,
    },
    /// It will never be taken.
    Refused {
        /// A sentence for the agent, without address and secret.
        why: String,
    },
}

/// What a failure is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// This message or its recipient: others may pass.
    Message,
    /// The neighbour itself: others would fail too.
    Neighbour,
}

impl Outcome {
    /// This message failed for now, and nobody said how long to wait.
    pub fn retry(why: impl Into<String>) -> Self {
        Self::Retry {
            after: None,
            why: why.into(),
            about: About::Message,
        }
    }

    /// The neighbour cannot be used now.
    pub fn down(why: impl Into<String>) -> Self {
        Self::down_for(None, why)
    }

    /// The neighbour cannot be used now and may have said for how long.
    pub fn down_for(after: Option<Duration>, why: impl Into<String>) -> Self {
        Self::Retry {
            after,
            why: why.into(),
            about: About::Neighbour,
        }
    }

    /// It will never be taken.
    pub fn refused(why: impl Into<String>) -> Self {
        Self::Refused { why: why.into() }
    }
}

/// Why messages cannot be sent with this configuration.
#[derive(Debug, thiserror::Error)]
pub enum DeliveryError {
    /// The settings of the mail server.
    #[error("smtp: {0}")]
    Smtp(String),
    /// The HTTP client.
    #[error("the HTTP client cannot be made: {0}")]
    Http(#[from] reqwest::Error),
}

/// Hands messages over, each by the channel of its destination.
pub struct Delivery {
    email: email::Email,
    sms: Option<sms::TextMessages>,
}

impl Delivery {
    /// Prepares the ways out. Connects to nothing yet. Must be called inside a Tokio runtime.
    pub fn new(config: &Config) -> Result<Self, DeliveryError> {
        crate::crypto::install();
        let host = words::host(&config.server.public_url);
        let sms = match &config.sms {
            Some(settings) => Some(sms::TextMessages::new(settings, config, host.clone())?),
            None => None,
        };
        Ok(Self {
            email: email::Email::new(&config.smtp, host)?,
            sms,
        })
    }

    /// Makes one attempt at `now`.
    pub async fn send(&self, message: &Message, now: UnixMillis) -> Outcome {
        match (message.to.channel(), &self.sms) {
            (Channel::Email, _) => self.email.send(message, now).await,
            (Channel::Sms, Some(texts)) => texts.send(message, now).await,
            (Channel::Sms, None) => Outcome::refused("Text messages are not set up. Use an email address."),
        }
    }
}
