//! What a due row means now: the message, made from the state at the last moment.

use std::sync::Arc;

use shared::words::{Action, ActionState, UnixMillis};

use super::super::{Service, ServiceError, actions, console, factors, warning};
use super::approval::{self, ApprovalMessage};
use crate::config::Branding;
use crate::delivery;
use crate::locale::Locale;
use crate::store::outbox::{Due, Message};
use crate::store::{grants, verifications};
use crate::verification::checks::on_file_code;
use crate::verification::enrolment::Factor;
use crate::verification::grant::ReceiptId;
use crate::verification::{Destination, InstanceId, State, Verification};

/// A message ready to leave. Secrets are derived here, at the last moment.
#[derive(Debug)]
pub enum Prepared {
    /// The link, to the destination.
    Link(LinkMessage),
    /// A code, to the contact on file.
    Code(CodeMessage),
    /// An action was performed: to a contact on file.
    Notice(NoticeMessage),
    /// A factor was enrolled: to a contact on file.
    Enrolled(EnrolledMessage),
    /// Somebody said that the verification was not theirs: to a contact on file.
    Warning(Envelope),
    /// Is this request genuine: to the manager on file.
    Approval(ApprovalMessage),
    /// A template with sample data, to whom an administrator named.
    Test(TestMessage),
    /// A signed event, to the instance.
    Event {
        /// The tenant.
        instance: InstanceId,
        /// `webhook-id`.
        id: String,
        /// The JSON body, exactly as it is signed and posted.
        body: String,
    },
}

/// What both messages say, so that the requester can recognise the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// Where it goes.
    pub to: Destination,
    /// The requester's language on file, else the company's.
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
    pub message_key: String,
    /// Minutes until the link or code ends, counted from when it was made.
    pub minutes: i64,
    /// When the link or code ends.
    pub ends_at: UnixMillis,
}

/// The link.
pub struct LinkMessage {
    /// See [`Envelope`].
    pub envelope: Envelope,
    /// The whole link. Secret: never log it.
    pub url: String,
    /// True when it replaces an earlier link.
    pub replaces_earlier: bool,
}

/// The code.
pub struct CodeMessage {
    /// See [`Envelope`].
    pub envelope: Envelope,
    /// Six digits. Secret: never log it.
    pub code: String,
}

/// The notice that an action was performed.
pub struct NoticeMessage {
    /// See [`Envelope`].
    pub envelope: Envelope,
    /// The link of “this was not me”. Secret: never log it.
    pub url: String,
    /// False when it is not known whether the action was carried out.
    pub is_certain: bool,
}

/// The notice that a factor was enrolled.
pub struct EnrolledMessage {
    /// See [`Envelope`].
    pub envelope: Envelope,
    /// The link of “this was not me”. Secret: never log it.
    pub url: String,
    /// What was enrolled.
    pub factor: Factor,
}

/// A template with sample data.
pub struct TestMessage(pub Box<delivery::Message>);

impl std::fmt::Debug for TestMessage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TestMessage").finish_non_exhaustive()
    }
}

impl std::fmt::Debug for EnrolledMessage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EnrolledMessage")
            .field("envelope", &self.envelope)
            .field("factor", &self.factor)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for NoticeMessage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NoticeMessage")
            .field("envelope", &self.envelope)
            .field("is_certain", &self.is_certain)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for LinkMessage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LinkMessage")
            .field("envelope", &self.envelope)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for CodeMessage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CodeMessage")
            .field("envelope", &self.envelope)
            .finish_non_exhaustive()
    }
}

/// Makes the message of a row from the state as it is now. `None` when it no longer needs to be sent.
pub async fn prepare(service: &Service, due: &Due) -> Result<Option<Prepared>, ServiceError> {
    if let Message::Event { id, body } = &due.message {
        return Ok(Some(Prepared::Event {
            instance: due.instance.clone(),
            id: id.clone(),
            body: body.clone(),
        }));
    }
    if let Message::Test { .. } = &due.message {
        let message = console::test_messages::prepare(service, due)?;
        return Ok(message.map(|message| Prepared::Test(TestMessage(Box::new(message)))));
    }
    let (instance, id) = (due.instance.clone(), due.verification.clone());
    let found = service
        .store
        .read(move |tx| {
            let grant = grants::find(tx, &instance, &id)?;
            Ok::<_, ServiceError>(verifications::lookup(tx, &instance, &id)?.zip(Some(grant)))
        })
        .await?;
    let Some((verification, grant)) = found else {
        return Ok(None);
    };
    match &due.message {
        Message::Link { link, .. } => {
            let wanted = matches!(verification.state, State::Waiting)
                && verification.link.id == *link
                && verification.delivery.is_pending()
                && !verification.is_overdue(service.now());
            if !wanted {
                return Ok(None);
            }
            let token = service.config.keys.link_token(*link);
            let minutes = verification
                .link
                .expires_at
                .millis_since(verification.link.issued_at)
                / 60_000;
            let key = format!("link-{}-{}", verification.id, verification.link.resends);
            Ok(Some(Prepared::Link(LinkMessage {
                envelope: envelope(
                    service,
                    &verification,
                    verification.destination.clone(),
                    key,
                    minutes,
                    verification.link.expires_at,
                )?,
                url: format!("{}/v/{token}", service.config.server.public_url),
                replaces_earlier: verification.link.resends > 0,
            })))
        }
        Message::Code { number, .. } => prepare_code(service, &verification, *number),
        Message::Notice { receipt, contact, .. } => {
            let is_certain = grant.is_some_and(|grant| grant.word() == ActionState::Performed);
            prepare_notice(service, due, &verification, (receipt, *contact), is_certain)
        }
        Message::Enrolled {
            enrolment,
            factor,
            contact,
            ..
        } => prepare_enrolled(service, due, &verification, (enrolment, *factor), *contact),
        Message::Warning { contact, .. } => warning::prepare(service, due, &verification, *contact),
        Message::Approval { link, .. } => approval::prepare(service, &verification, *link),
        Message::Event { .. } | Message::Test { .. } => Ok(None),
    }
}

fn prepare_notice(
    service: &Service,
    due: &Due,
    of: &Verification,
    (receipt, contact): (&ReceiptId, u8),
    is_certain: bool,
) -> Result<Option<Prepared>, ServiceError> {
    let Some((to, url)) = actions::notice_link(service, of, receipt, contact)? else {
        return Ok(None);
    };
    let key = format!("notice-{}-{contact}", receipt.as_str());
    let ends_at = due.since.plus_seconds(actions::ALARM_MINUTES * 60);
    let envelope = envelope(service, of, to, key, actions::ALARM_MINUTES, ends_at)?;
    Ok(Some(Prepared::Notice(NoticeMessage {
        envelope,
        url,
        is_certain,
    })))
}

fn prepare_enrolled(
    service: &Service,
    due: &Due,
    of: &Verification,
    (enrolment, factor): (&str, Factor),
    contact: u8,
) -> Result<Option<Prepared>, ServiceError> {
    let Some((to, url)) = factors::notice_link(service, of, enrolment, contact)? else {
        return Ok(None);
    };
    let key = format!("enrolled-{enrolment}-{contact}");
    let ends_at = due.since.plus_seconds(actions::LINK_SECONDS);
    let envelope = envelope(service, of, to, key, actions::ALARM_MINUTES, ends_at)?;
    Ok(Some(Prepared::Enrolled(EnrolledMessage {
        envelope,
        url,
        factor,
    })))
}

fn prepare_code(
    service: &Service,
    verification: &Verification,
    number: u8,
) -> Result<Option<Prepared>, ServiceError> {
    let Some(session) = verification.session() else {
        return Ok(None);
    };
    let asked = session
        .current_check()
        .and_then(|check| check.detail.on_file_code())
        .filter(|code| code.code_number == number && code.is_valid_at(service.now()))
        .and_then(|code| code.contact.clone().zip(Some(code.issued_at)));
    let Some((contact, issued_at)) = asked else {
        return Ok(None);
    };
    let ends_at = issued_at.plus_seconds(on_file_code::CODE_LIFE_SECONDS);
    let minutes = on_file_code::CODE_LIFE_SECONDS / 60;
    let key = format!("code-{}-{number}", verification.id);
    Ok(Some(Prepared::Code(CodeMessage {
        envelope: envelope(service, verification, contact.destination, key, minutes, ends_at)?,
        code: service
            .config
            .keys
            .on_file_code(&verification.id, &session.cookie_digest, number),
    })))
}

pub(in crate::service) fn envelope(
    service: &Service,
    of: &Verification,
    to: Destination,
    message_key: String,
    minutes: i64,
    ends_at: UnixMillis,
) -> Result<Envelope, ServiceError> {
    let instance = service.instance(&of.instance)?;
    let look = service.look(&of.instance)?;
    Ok(Envelope {
        to,
        language: Locale::from_tag(&of.requester.language).unwrap_or(instance.default_language),
        company: look.company.clone(),
        support_contact: look.support_contact.clone(),
        branding: Arc::clone(&look.branding),
        agent_name: of.agent.name.clone(),
        ticket_number: of.ticket.number.clone(),
        action: of.action,
        message_key,
        minutes,
        ends_at,
    })
}
