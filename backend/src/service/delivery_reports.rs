//! News from carriers about messages that they had accepted: arrived, or not.

use serde_json::json;

use super::outgoing::{code_failed, link_failed};
use super::{Service, ServiceError, record};
use crate::store::verifications;
use crate::verification::{Session, VerificationId};

/// Which message the news is about: the key that was handed over with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageKey {
    verification: VerificationId,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// The link after so many resends.
    Link(u8),
    /// The code of this number.
    Code(u8),
}

impl MessageKey {
    /// Reads a key as [`super::outgoing`] makes it: `link-VER…-0`, `code-VER…-1`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let (kind, id, number) = (parts.next()?, parts.next()?, parts.next()?.parse().ok()?);
        let kind = match (kind, parts.next()) {
            ("link", None) => Kind::Link(number),
            ("code", None) => Kind::Code(number),
            _ => return None,
        };
        Some(Self {
            verification: VerificationId::parse(id)?,
            kind,
        })
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
    /// Name of the evidence.
    const fn kind(self, of: &str) -> &'static str {
        match (self, of.as_bytes()) {
            (Self::Complained, b"link") => "link.complained",
            (Self::Complained, _) => "code.complained",
            (_, b"link") => "link.deferred",
            (..) => "code.deferred",
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
    let id = key.verification.clone();
    service
        .store
        .write(move |tx| {
            let found = verifications::find_in_any_instance(tx, &key.verification)?;
            let verification = found.ok_or(ServiceError::NotFound)?;
            let is_current = match key.kind {
                Kind::Link(resends) => verification.link.resends == resends,
                Kind::Code(number) => asks_for_code(verification.session(), number),
            };
            if !is_current {
                return Ok(());
            }
            match (key.kind, fate) {
                (Kind::Link(_), Fate::Delivered) => {
                    let before = verification.delivery.clone();
                    let link = verification.link.id;
                    let delivered = verification.link_delivered(link, context.now());
                    if delivered.delivery != before {
                        record(&context, tx, &delivered, "link.delivered", &json!({}))?;
                        verifications::update(tx, &delivered)?;
                    }
                }
                (Kind::Code(number), Fate::Delivered) => {
                    record(
                        &context,
                        tx,
                        &verification,
                        "code.delivered",
                        &json!({ "number": number }),
                    )?;
                }
                (Kind::Link(_), Fate::Deferred | Fate::Complained) => {
                    record(&context, tx, &verification, fate.kind("link"), &json!({}))?;
                }
                (Kind::Code(number), Fate::Deferred | Fate::Complained) => {
                    record(
                        &context,
                        tx,
                        &verification,
                        fate.kind("code"),
                        &json!({ "number": number }),
                    )?;
                }
                (Kind::Link(_), Fate::Undelivered(reason)) => {
                    let link = verification.link.id;
                    link_failed(
                        &context,
                        tx,
                        verification,
                        link,
                        reason,
                        &json!({ "reason": reason }),
                    )?;
                }
                (Kind::Code(number), Fate::Undelivered(reason)) => {
                    code_failed(&context, tx, verification, number, &json!({ "reason": reason }))?;
                }
            }
            Ok::<_, ServiceError>(())
        })
        .await?;
    service.announce(&id);
    Ok(())
}

fn asks_for_code(session: Option<&Session>, number: u8) -> bool {
    session
        .and_then(Session::current_check)
        .and_then(|check| check.detail.on_file_code())
        .is_some_and(|code| code.code_number == number)
}
