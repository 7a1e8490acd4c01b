//! Text messages: what stands in them, and the gateways that carry them.

pub(super) mod length;
pub(super) mod text;
pub mod twilio;
mod webhook;

use futures_util::future::BoxFuture;
use shared::words::UnixMillis;

use super::{DeliveryError, Message, Outcome, http};
use crate::config::{Config, Sms};

const UNREACHABLE: &str = "The text message service cannot be reached.";
const BROKEN: &str = "The text message service does not work at the moment.";
const MISCONFIGURED: &str =
    "Text messages cannot be sent at the moment. Use an email address, and tell your administrator.";

/// One text message, ready to be handed over.
struct Text {
    /// E.164.
    to: String,
    /// What the phone shows.
    body: String,
    /// Equal for each repetition of this one message.
    key: String,
    /// When what it carries ends: a later arrival is of no use.
    ends_at: UnixMillis,
}

/// Whoever carries text messages.
trait Gateway: Send + Sync {
    /// Makes one attempt.
    fn send<'a>(&'a self, text: &'a Text, now: UnixMillis) -> BoxFuture<'a, Outcome>;
}

/// The gateway that is set up.
pub(super) struct TextMessages {
    gateway: Box<dyn Gateway>,
    /// Our own host, to which codes are bound.
    host: String,
}

impl TextMessages {
    pub(super) fn new(settings: &Sms, config: &Config, host: String) -> Result<Self, DeliveryError> {
        let client = http::client()?;
        let gateway: Box<dyn Gateway> = match settings {
            Sms::Webhook(settings) => Box::new(webhook::Webhook::new(settings, client)),
            Sms::Twilio(settings) => {
                Box::new(twilio::Twilio::new(settings, client, &config.server.public_url))
            }
        };
        Ok(Self { gateway, host })
    }

    /// Makes one attempt.
    pub(super) async fn send(&self, message: &Message, now: UnixMillis) -> Outcome {
        let body = text::write(message, &self.host);
        let length = length::measure(&body);
        tracing::debug!(
            sms.segments = length.segments,
            sms.encoding = length.encoding.name(),
            "a text message was written"
        );
        metrics::counter!("sms_segments_total", "encoding" => length.encoding.name())
            .increment(length.segments.into());
        let text = Text {
            to: message.to.address().to_owned(),
            body,
            key: message.key.clone(),
            ends_at: message.ends_at,
        };
        self.gateway.send(&text, now).await
    }
}
