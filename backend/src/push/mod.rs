//! Destinations that are told what happened as it happens: signed webhooks and syslog over TLS.

pub mod settings;
mod syslog;
mod webhook;

use std::sync::Arc;
use std::time::Duration;

use shared::words::UnixMillis;

use settings::{Settings, Way};

/// A batch that is not taken within this time is sent again.
const WITHIN: Duration = Duration::from_secs(30);

/// One event, made for its destination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// When it happened.
    pub at: UnixMillis,
    /// What it is about, for the head of a syslog message: letters only.
    pub kind: &'static str,
    /// Somebody should look.
    pub is_warning: bool,
    /// One line, without its end.
    pub line: String,
}

/// A destination.
#[derive(Clone)]
pub struct Destination {
    way: Arc<Sender>,
}

enum Sender {
    Webhook(webhook::Webhook),
    Syslog(syslog::Syslog),
}

impl Destination {
    /// Prepares it; connects to nothing yet. `host` is the name of this service.
    ///
    /// # Errors
    /// When keys or certificates cannot be used; the text says which.
    pub fn new(settings: &Settings, host: &str) -> Result<Self, String> {
        let way = match &settings.way {
            Way::Webhook(webhook) => Sender::Webhook(webhook::Webhook::new(webhook)?),
            Way::Syslog(syslog) => Sender::Syslog(syslog::Syslog::new(syslog, host)?),
        };
        Ok(Self { way: Arc::new(way) })
    }

    /// Hands over a batch. Taken is taken by the other side, as far as its protocol can tell.
    ///
    /// # Errors
    /// In words, without addresses and secrets; then the whole batch is sent again.
    pub async fn send(&self, id: &str, events: &[Event], now: UnixMillis) -> Result<(), String> {
        let sending = async {
            match &*self.way {
                Sender::Webhook(webhook) => webhook.send(id, events, now).await,
                Sender::Syslog(syslog) => syslog.send(events).await,
            }
        };
        tokio::time::timeout(WITHIN, sending)
            .await
            .unwrap_or_else(|_| Err(format!("it did not answer within {} seconds", WITHIN.as_secs())))
    }
}
