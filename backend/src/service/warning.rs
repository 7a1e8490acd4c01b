//! When somebody says that a verification was not theirs, every contact on file hears of it: whoever reads the link may
//! not be the person whom the ticket names (ASVS 6.3.5, NIST SP 800-63B-4, 4.6). The message carries no link: there is
//! nothing left to stop.

use rusqlite::Transaction;
use serde_json::json;

use super::outgoing::{self, Prepared};
use super::{Service, ServiceError, actions, record};
use crate::store::outbox::{self, Due, Message};
use crate::verification::Verification;

/// A warning is of use for a day.
const LIFE_MINUTES: i64 = 24 * 60;

/// Queues a warning for every contact on file that can be reached.
pub(super) fn queue(service: &Service, tx: &Transaction<'_>, of: &Verification) -> Result<(), ServiceError> {
    for (number, contact) in actions::contacts(service, of)?.into_iter().enumerate() {
        let number = u8::try_from(number).unwrap_or(u8::MAX);
        let lane = format!("warning:{}:{number}", of.id);
        let message = Message::Warning {
            contact: number,
            channel: contact.channel(),
        };
        outbox::add(tx, &of.instance, &of.id, &lane, &message, service.now())?;
        let body = json!({ "contact": contact.masked() });
        record(service, tx, of, "warning.queued", &body)?;
    }
    Ok(())
}

/// The warning for contact number `contact`. `None` when that contact is gone.
pub(super) fn prepare(
    service: &Service,
    due: &Due,
    of: &Verification,
    contact: u8,
) -> Result<Option<Prepared>, ServiceError> {
    let mut contacts = actions::contacts(service, of)?.into_iter();
    let Some(to) = contacts.nth(usize::from(contact)) else {
        return Ok(None);
    };
    let key = format!("warning-{}-{contact}", of.id);
    let ends_at = due.since.plus_seconds(LIFE_MINUTES * 60);
    let envelope = outgoing::envelope(service, of, to, key, LIFE_MINUTES, ends_at)?;
    Ok(Some(Prepared::Warning(envelope)))
}
