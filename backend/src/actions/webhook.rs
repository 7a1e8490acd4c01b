//! Orders as signed webhooks, for whatever else performs actions.
//!
//! The order is posted as JSON, signed as Standard Webhooks describe; its `webhook-id` is the receipt's id, and equal
//! ids mean equal orders. The answer is one of
//!
//! - `200 {"state": "performed", "summary": …}`,
//! - `200 {"state": "failed", "summary": …, "nothing_changed": true}`,
//! - `202`: the receipt follows within 15 minutes as `POST /callbacks/action`, signed with the same secret.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use secrecy::ExposeSecret as _;
use serde::Deserialize;
use serde_json::json;
use shared::words::Action;

use super::settings::WebhookSettings;
use super::{Answer, Connector, Order, Task};
use crate::delivery::http;
use crate::ports::Clock;
use crate::servicenow::signature::{ID_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER, sign};
use crate::verification::grant::{End, Reason};

/// A summary of another system is cut to this.
const MAX_SUMMARY: usize = 200;

/// See the module.
pub struct Webhook {
    settings: WebhookSettings,
    client: Result<reqwest::Client, String>,
    clock: Arc<dyn Clock>,
}

/// What became of an order, in an answer or in a later receipt.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub struct Report {
    /// How it went.
    pub state: ReportState,
    /// One sentence for agent and work note: no password, no address.
    #[serde(default)]
    pub summary: String,
    /// Of a failure: it is certain that nothing changed.
    #[serde(default)]
    pub nothing_changed: bool,
}

/// How an order went.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum ReportState {
    /// Done.
    Performed,
    /// Not done.
    Failed,
}

impl Report {
    fn words(&self, otherwise: &str) -> String {
        let clean = self
            .summary
            .chars()
            .map(|letter| if letter.is_control() { ' ' } else { letter });
        let cut: String = clean.take(MAX_SUMMARY).collect();
        let cut = cut.trim();
        if cut.is_empty() {
            otherwise.to_owned()
        } else {
            cut.to_owned()
        }
    }

    /// The end of the execution of `action` that it is about.
    pub fn into_end(self, action: Action) -> End {
        let refusal = match action {
            // Another password may do.
            Action::PasswordReset => Reason::Policy,
            Action::AccountUnlock | Action::MfaReset => Reason::Declined,
        };
        match self.state {
            ReportState::Performed => End::Performed {
                summary: self.words("The action was performed."),
                answer: "performed".into(),
            },
            ReportState::Failed => End::Failed {
                summary: self.words("The action failed."),
                answer: "failed".into(),
                reason: self.nothing_changed.then_some(refusal),
            },
        }
    }
}

impl Webhook {
    /// Prepares it; connects to nothing yet.
    pub fn new(settings: WebhookSettings, clock: Arc<dyn Clock>) -> Self {
        Self {
            settings,
            client: http::client().map_err(|error| error.to_string()),
            clock,
        }
    }

    async fn order(&self, order: &Order) -> Result<Answer, Answer> {
        let set_up = |why: String| Answer::refused(Reason::SetUp, why);
        let client = self.client.as_ref().map_err(|why| set_up(why.clone()))?;
        let id = order.receipt.as_str();
        let mut body = json!({
            "type": "action.ordered",
            "id": id,
            "action": order.task.action().as_str(),
            "ticket": order.ticket_number,
            "requester": {
                "sys_id": order.subject.sys_id,
                "user_name": order.subject.user_name,
                "email": order.subject.email,
            },
            "released": order.is_released,
        });
        if let Task::ResetPassword(password) = &order.task {
            body["new_password"] = password.expose_secret().into();
        }
        let body = zeroize::Zeroizing::new(body.to_string());
        let now = self.clock.now();
        let signed =
            sign(&self.settings.secret, id, now, &body).map_err(|error| set_up(error.to_string()))?;
        let request = http::post(client, self.settings.url.as_str())
            .map_err(set_up)?
            .header("content-type", "application/json")
            .header(ID_HEADER, id)
            .header(TIMESTAMP_HEADER, signed.timestamp)
            .header(SIGNATURE_HEADER, signed.signature)
            .body(body.to_string());
        let answer = http::send(request, now).await.map_err(|why| {
            if why.starts_with("there is no connection") {
                Answer::refused(Reason::Unreachable, why)
            } else {
                Answer::Unknown { answer: why }
            }
        })?;
        let told = answer.status.as_u16().to_string();
        match answer.status.as_u16() {
            202 => Ok(Answer::Promised),
            200 => Ok(read(&answer.body, &told, order.task.action())),
            // Nothing was ordered: the address, the signature or the order is not accepted.
            400..=428 | 430..=499 => Err(Answer::refused(Reason::SetUp, told)),
            429 | 503 => Err(Answer::refused(Reason::Busy, told)),
            _ => Err(Answer::Unknown { answer: told }),
        }
    }
}

fn read(body: &[u8], told: &str, action: Action) -> Answer {
    let Ok(report) = serde_json::from_slice::<Report>(body) else {
        return Answer::Unknown {
            answer: format!("{told} with an answer that cannot be read"),
        };
    };
    match report.into_end(action) {
        End::Performed { summary, answer } => Answer::Done { summary, answer },
        End::Failed {
            summary,
            answer,
            reason,
        } => match reason {
            Some(reason) => Answer::refused(reason, format!("{answer}: {summary}")),
            None => Answer::Partly { summary, answer },
        },
        _ => Answer::Unknown {
            answer: told.to_owned(),
        },
    }
}

impl Connector for Webhook {
    fn perform<'a>(&'a self, order: &'a Order) -> BoxFuture<'a, Answer> {
        Box::pin(async { self.order(order).await.unwrap_or_else(|answer| answer) })
    }
}

#[cfg(test)]
mod tests;
