//! News from carriers about messages that they had accepted: arrived, or not.

use rusqlite::Transaction;
use serde_json::{Value, json};

use super::outgoing::{code_failed, link_failed};
use super::{Service, ServiceError, portal, record};
use crate::store::{factors, grants, verifications};
use crate::verification::grant::ReceiptId;
use crate::verification::{Session, Verification, VerificationId};

/// Which message the news is about: the key that was handed over with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MessageKey {
    /// The link after so many resends.
    Link(VerificationId, u8),
    /// The code of this number.
    Code(VerificationId, u8),
    /// The notice of an execution to this contact.
    Notice(ReceiptId, u8),
    /// The notice of an enrolment to this contact.
    Enrolled(String, u8),
    /// The warning to this contact.
    Warning(VerificationId, u8),
    /// The request of this number to the manager.
    Approval(VerificationId, u8),
}

impl MessageKey {
    /// Reads a key as [`super::outgoing`] makes it: `link-VER…-0`, `code-VER…-1`, `notice-RCP…-0`,
    /// `enrolled-ENR…-0`, `warning-VER…-0`, `approval-VER…-1`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let (kind, id, number) = (parts.next()?, parts.next()?, parts.next()?.parse().ok()?);
        let key = match kind {
            "link" => Self::Link(VerificationId::parse(id)?, number),
            "code" => Self::Code(VerificationId::parse(id)?, number),
            "notice" => Self::Notice(ReceiptId::parse(id)?, number),
            "enrolled" if id.starts_with("ENR") => Self::Enrolled(id.to_owned(), number),
            "warning" => Self::Warning(VerificationId::parse(id)?, number),
            "approval" => Self::Approval(VerificationId::parse(id)?, number),
            _ => return None,
        };
        parts.next().is_none().then_some(key)
    }
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It arrived.
    Delivered,
    /// The recipient's provider puts it off; the carrier goes on trying.
    Deferred,
    /// The recipient reported it as unwanted. It had arrived.
    Complained,
    /// It did not arrive, and will not: a sentence for the agent. One of this program's own, because a free text of a
    /// carrier may hold the address.
    Undelivered(&'static str),
}

impl Fate {
    /// The second part of the evidence's name.
    const fn word(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Deferred => "deferred",
            Self::Complained => "complained",
            Self::Undelivered(_) => "refused",
        }
    }
}

/// Why it did not arrive, as carriers name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// Nobody has this address or number.
    UnknownRecipient,
    /// The mailbox takes no more.
    MailboxFull,
    /// The recipient or their provider blocks it.
    Blocked,
    /// The phone or server could not be reached in time.
    Unreachable,
    /// Anything else.
    Other,
}

impl Why {
    /// A sentence for the agent.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::UnknownRecipient => "Nobody has this address or number.",
            Self::MailboxFull => "The mailbox is full.",
            Self::Blocked => "The recipient's provider blocked the message.",
            Self::Unreachable => "The phone or mail server could not be reached.",
            Self::Other => "The message did not arrive.",
        }
    }
}

/// Takes the news. Repeated, late and outdated news changes nothing but the evidence.
pub async fn take(service: &Service, key: MessageKey, fate: Fate) -> Result<(), ServiceError> {
    let context = service.clone();
    let id = service
        .store
        .write(move |tx| {
            let of = find(tx, &key)?.ok_or(ServiceError::NotFound)?;
            let id = of.id.clone();
            match key {
                MessageKey::Link(_, resends) if of.link.resends == resends => {
                    about_link(&context, tx, of, fate)?;
                }
                MessageKey::Code(_, number) if asks_for_code(of.session(), number) => {
                    about_code(&context, tx, of, number, fate)?;
                }
                MessageKey::Link(..) | MessageKey::Code(..) => {}
                MessageKey::Notice(receipt, contact) => {
                    let body = json!({ "receipt": receipt.as_str(), "contact": contact });
                    news(&context, tx, &of, "notice", fate, body)?;
                }
                MessageKey::Enrolled(enrolment, contact) => {
                    let body = json!({ "enrolment": enrolment, "contact": contact });
                    news(&context, tx, &of, "notice", fate, body)?;
                }
                MessageKey::Warning(_, contact) => {
                    news(&context, tx, &of, "warning", fate, json!({ "contact": contact }))?;
                }
                MessageKey::Approval(_, number) => about_approval(&context, tx, of, number, fate)?,
            }
            Ok::<_, ServiceError>(id)
        })
        .await?;
    service.announce(&id);
    Ok(())
}

fn find(tx: &Transaction<'_>, key: &MessageKey) -> Result<Option<Verification>, ServiceError> {
    Ok(match key {
        MessageKey::Link(id, _)
        | MessageKey::Code(id, _)
        | MessageKey::Warning(id, _)
        | MessageKey::Approval(id, _) => verifications::find_in_any_instance(tx, id)?,
        MessageKey::Notice(receipt, _) => match grants::find_receipt(tx, receipt)? {
            Some((instance, id)) => verifications::lookup(tx, &instance, &id)?,
            None => None,
        },
        MessageKey::Enrolled(enrolment, _) => match factors::find_enrolment(tx, enrolment)? {
            Some((instance, id)) => verifications::lookup(tx, &instance, &id)?,
            None => None,
        },
    })
}

fn about_link(
    service: &Service,
    tx: &Transaction<'_>,
    of: Verification,
    fate: Fate,
) -> Result<(), ServiceError> {
    let link = of.link.id;
    match fate {
        Fate::Delivered => {
            let before = of.delivery.clone();
            let delivered = of.link_delivered(link, service.now());
            if delivered.delivery != before {
                news(service, tx, &delivered, "link", fate, json!({}))?;
                verifications::update(tx, &delivered)?;
            }
            Ok(())
        }
        Fate::Deferred | Fate::Complained => news(service, tx, &of, "link", fate, json!({})),
        Fate::Undelivered(reason) => link_failed(service, tx, of, link, reason, &json!({ "reason": reason })),
    }
}

fn about_code(
    service: &Service,
    tx: &Transaction<'_>,
    of: Verification,
    number: u8,
    fate: Fate,
) -> Result<(), ServiceError> {
    match fate {
        Fate::Delivered | Fate::Deferred | Fate::Complained => {
            news(service, tx, &of, "code", fate, json!({ "number": number }))
        }
        Fate::Undelivered(reason) => {
            let body = json!({ "number": number, "reason": reason });
            code_failed(service, tx, of, number, &body)
        }
    }
}

fn about_approval(
    service: &Service,
    tx: &Transaction<'_>,
    of: Verification,
    number: u8,
    fate: Fate,
) -> Result<(), ServiceError> {
    let current = portal::approval::request_of(&of).filter(|(current, ..)| *current == number);
    match (fate, current) {
        (Fate::Undelivered(reason), Some((.., link))) => {
            let body = json!({ "number": number, "reason": reason });
            portal::approval::undeliverable(service, tx, of, link, &body)
        }
        _ => news(service, tx, &of, "approval", fate, json!({ "number": number })),
    }
}

/// Records what became of a message.
fn news(
    service: &Service,
    tx: &Transaction<'_>,
    of: &Verification,
    message: &str,
    fate: Fate,
    mut body: Value,
) -> Result<(), ServiceError> {
    if let Fate::Undelivered(reason) = fate {
        body["reason"] = reason.into();
    }
    record(service, tx, of, &format!("{message}.{}", fate.word()), &body)
}

fn asks_for_code(session: Option<&Session>, number: u8) -> bool {
    session
        .and_then(Session::current_check)
        .and_then(|check| check.detail.on_file_code())
        .is_some_and(|code| code.code_number == number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_as_they_are_made_and_nothing_else_is() {
        let id = VerificationId::from_random([3; 8]);
        let receipt = ReceiptId::from_random([4; 16]);
        for (text, key) in [
            (format!("link-{id}-0"), MessageKey::Link(id.clone(), 0)),
            (format!("code-{id}-12"), MessageKey::Code(id.clone(), 12)),
            (
                format!("notice-{}-1", receipt.as_str()),
                MessageKey::Notice(receipt.clone(), 1),
            ),
            (
                "enrolled-ENR0-2".to_owned(),
                MessageKey::Enrolled("ENR0".into(), 2),
            ),
            (format!("warning-{id}-2"), MessageKey::Warning(id.clone(), 2)),
            (format!("approval-{id}-1"), MessageKey::Approval(id.clone(), 1)),
        ] {
            assert_eq!(MessageKey::parse(&text), Some(key), "{text}");
        }
        for bad in [
            String::new(),
            format!("link-{id}"),
            format!("link-{id}-0-0"),
            format!("link-{id}-256"),
            format!("link-{}-0", receipt.as_str()),
            format!("notice-{id}-0"),
            format!("enrolled-{id}-0"),
            format!("test-{id}-0"),
        ] {
            assert_eq!(MessageKey::parse(&bad), None, "{bad}");
        }
    }
}
