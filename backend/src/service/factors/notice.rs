//! After an enrolment the contacts on file are told, each with a link to say “this was not me”.

use rusqlite::Transaction;
use serde_json::json;

use super::super::{Service, ServiceError, actions, record};
use crate::keys::sha256_hex;
use crate::store::factors::{Enrolment, notices};
use crate::store::outbox::{self, Message};
use crate::verification::{Destination, Verification};

/// Queues a message for every contact on file that can be reached.
pub(super) fn queue(
    service: &Service,
    tx: &Transaction<'_>,
    of: &Verification,
    enrolment: &Enrolment,
) -> Result<(), ServiceError> {
    let now = service.now();
    for (number, contact) in actions::contacts(service, of)?.into_iter().enumerate() {
        let number = u8::try_from(number).unwrap_or(u8::MAX);
        let token = service.config.keys.enrolment_alarm_token(&enrolment.id, number);
        let digest = sha256_hex(token.as_bytes());
        notices::add_alarm(tx, of, &digest, now.plus_seconds(actions::LINK_SECONDS))?;
        let lane = format!("enrolled:{}:{number}", of.id);
        let message = Message::Enrolled {
            enrolment: enrolment.id.clone(),
            factor: enrolment.factor,
            contact: number,
            channel: contact.channel(),
        };
        outbox::add(tx, &of.instance, &of.id, &lane, &message, now)?;
        let body = json!({ "enrolment": enrolment.id, "contact": contact.masked() });
        record(service, tx, of, "notice.queued", &body)?;
    }
    Ok(())
}

/// Where message number `contact` goes, and its link. `None` when that contact is gone.
pub(in crate::service) fn notice_link(
    service: &Service,
    of: &Verification,
    enrolment: &str,
    contact: u8,
) -> Result<Option<(Destination, String)>, ServiceError> {
    let token = service.config.keys.enrolment_alarm_token(enrolment, contact);
    let url = format!("{}/alarm/factor/{token}", service.config.server.public_url);
    let contacts = actions::contacts(service, of)?;
    Ok(contacts
        .into_iter()
        .nth(usize::from(contact))
        .map(|contact| (contact, url)))
}
