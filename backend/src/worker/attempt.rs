//! One attempt to deliver one row of the outbox.

use shared::words::UnixMillis;

use super::Parts;
use super::schedule::{self, Kind};
use crate::delivery::About;
use crate::delivery::circuit::Neighbour;
use crate::delivery::{Content, Message, Outcome};
use crate::ports::random;
use crate::service::outgoing::{
    self, ApprovalMessage, CodeMessage, EnrolledMessage, Envelope, LinkMessage, NoticeMessage, Prepared,
};
use crate::service::{Service, ServiceError, instance_keys};
use crate::store::outbox::{self, Due};

const INSTANCE_GONE: &str = "This instance is no longer set up.";
const NO_SECRET: &str =
    "No secret that signs events can be used: was the master key changed? See `backend keys use-config`.";

/// Makes the message, hands it over and notes what became of it.
pub(super) async fn make(parts: &Parts, due: Due, neighbour: Neighbour) -> Result<(), ServiceError> {
    let service = &parts.service;
    let prepared = match outgoing::prepare(service, &due).await {
        Ok(Some(prepared)) => prepared,
        Ok(None) => {
            tracing::debug!("the row no longer needs to be sent");
            service.circuits.unused(&neighbour, service.now());
            return outgoing::skipped(service, due).await;
        }
        Err(ServiceError::NotFound) => return give_up(service, due, INSTANCE_GONE.into()).await,
        Err(error) => {
            service.circuits.unused(&neighbour, service.now());
            return Err(error);
        }
    };
    let (kind, outcome) = match prepared {
        Prepared::Event { instance, id, body } => {
            let (outcome, ticket) = match service.instance(&instance) {
                Ok(instance) => match instance_keys::event_secrets(service, &instance.id).await {
                    Ok(secrets) if secrets.is_empty() => (Outcome::down(NO_SECRET.to_owned()), None),
                    Ok(secrets) => parts.client.deliver(instance, &secrets, (&id, &body)).await,
                    Err(error) => (Outcome::down(format!("{error}.")), None),
                },
                Err(_) => (Outcome::refused(INSTANCE_GONE), None),
            };
            if outcome == Outcome::Accepted {
                outgoing::note_ticket(service, &due, &body, ticket).await?;
            }
            (Kind::Event { since: due.since }, outcome)
        }
        Prepared::Link(link) => send(parts, link.into()).await,
        Prepared::Code(code) => send(parts, code.into()).await,
        Prepared::Notice(notice) => send(parts, notice.into()).await,
        Prepared::Warning(envelope) => send(parts, message(envelope, Content::Warning)).await,
        Prepared::Enrolled(enrolled) => send(parts, enrolled.into()).await,
        Prepared::Approval(approval) => send(parts, approval.into()).await,
        Prepared::Test(message) => send(parts, *message.0).await,
    };
    // Without random bytes there is no jitter; that is no reason not to try again.
    let jitter = random::<4>(service.entropy.as_ref()).map_or(u32::MAX, u32::from_be_bytes);
    match &outcome {
        Outcome::Retry {
            after,
            why,
            about: About::Neighbour,
        } => {
            service
                .circuits
                .failed(&neighbour, service.now(), *after, why, jitter);
        }
        _ => service.circuits.answered(&neighbour),
    }
    settle(service, due, kind, outcome, jitter).await
}

async fn send(parts: &Parts, message: Message) -> (Kind, Outcome) {
    tracing::debug!(destination = message.to.masked(), "handing a message over");
    let outcome = parts.delivery.send(&message, parts.service.now()).await;
    (
        Kind::Message {
            ends_at: message.ends_at,
        },
        outcome,
    )
}

async fn settle(
    service: &Service,
    due: Due,
    kind: Kind,
    outcome: Outcome,
    jitter: u32,
) -> Result<(), ServiceError> {
    match outcome {
        Outcome::Accepted => {
            tracing::info!(outbox.attempts = due.attempts + 1, "sent");
            count("outbox_sent_total", &due);
            outgoing::sent(service, due).await
        }
        Outcome::Refused { why } => give_up(service, due, why).await,
        Outcome::Retry { after, why, .. } => {
            match schedule::next(kind, due.attempts + 1, service.now(), after, jitter) {
                Some(at) => try_again(service, due, at, why).await,
                None => give_up(service, due, format!("It could not be sent in time. {why}")).await,
            }
        }
    }
}

/// Puts a row off.
pub(super) async fn try_again(
    service: &Service,
    due: Due,
    at: UnixMillis,
    why: String,
) -> Result<(), ServiceError> {
    let wait_seconds = service.now().seconds_until(at);
    tracing::warn!(
        outbox.attempts = due.attempts + 1,
        outbox.wait_seconds = wait_seconds,
        why,
        "not sent yet"
    );
    count("outbox_retried_total", &due);
    outgoing::retry(service, due, at, why).await
}

/// Ends a row that will never be taken.
pub(super) async fn give_up(service: &Service, due: Due, why: String) -> Result<(), ServiceError> {
    tracing::error!(outbox.attempts = due.attempts + 1, why, "given up");
    count("outbox_given_up_total", &due);
    outgoing::given_up(service, due, why).await
}

fn count(metric: &'static str, due: &outbox::Due) {
    metrics::counter!(metric, "kind" => due.message.kind()).increment(1);
}

fn message(envelope: Envelope, content: Content) -> Message {
    Message {
        to: envelope.to,
        language: envelope.language,
        company: envelope.company,
        support_contact: envelope.support_contact,
        branding: envelope.branding,
        agent_name: envelope.agent_name,
        ticket_number: envelope.ticket_number,
        action: envelope.action,
        key: envelope.message_key,
        minutes: envelope.minutes,
        ends_at: envelope.ends_at,
        is_test: false,
        content,
    }
}

impl From<LinkMessage> for Message {
    fn from(link: LinkMessage) -> Self {
        message(
            link.envelope,
            Content::Link {
                url: link.url,
                replaces_earlier: link.replaces_earlier,
            },
        )
    }
}

impl From<NoticeMessage> for Message {
    fn from(notice: NoticeMessage) -> Self {
        let content = Content::Notice {
            url: notice.url,
            is_certain: notice.is_certain,
        };
        message(notice.envelope, content)
    }
}

impl From<EnrolledMessage> for Message {
    fn from(enrolled: EnrolledMessage) -> Self {
        let content = Content::Enrolled {
            url: enrolled.url,
            factor: enrolled.factor,
        };
        message(enrolled.envelope, content)
    }
}

impl From<ApprovalMessage> for Message {
    fn from(approval: ApprovalMessage) -> Self {
        let content = Content::Approval {
            url: approval.url,
            requester: approval.requester,
            replaces_earlier: approval.replaces_earlier,
        };
        message(approval.envelope, content)
    }
}

impl From<CodeMessage> for Message {
    fn from(code: CodeMessage) -> Self {
        message(code.envelope, Content::Code { code: code.code })
    }
}
