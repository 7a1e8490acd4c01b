//! Use cases of the console: its users, their sessions, the list of verifications and the details of one.
//!
//! Everything that is read is scoped by the instance of the session: what belongs to another tenant is answered
//! exactly like what does not exist.

mod accounts;
mod backoff;
mod password;

use crate::store::console::audit::{self, Action, Entry};
use crate::store::console::listing;
use crate::store::{evidence, grants, verifications};
use crate::verification::{Grant, Verification, VerificationId};

use super::{Service, ServiceError};

pub use accounts::{
    AddUserError, Credentials, Session, SessionCookie, SignInError, add_user, only_instance, session,
    sign_in, sign_out,
};
pub use password::PasswordProblem;

pub use crate::store::console::accounts::{Role, User};
pub use crate::store::console::listing::{Cursor, Delivery, Filter, Listed, Position};

/// Rows on one page of the list.
pub const PAGE_ROWS: u32 = 50;

/// One page of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Newest first.
    pub rows: Vec<Listed>,
    /// Where newer rows end, if there are any.
    pub newer: Option<Cursor>,
    /// Where older rows begin, if there are any.
    pub older: Option<Cursor>,
}

/// Everything about one verification.
#[derive(Clone, Debug)]
pub struct Details {
    /// The verification, with its decision and the facts behind it.
    pub verification: Verification,
    /// What happened, oldest first.
    pub evidence: Vec<evidence::Entry>,
    /// What was sent, oldest first.
    pub deliveries: Vec<Delivery>,
    /// What the pass has granted, if anything.
    pub grant: Option<Grant>,
}

/// The verifications of the session's instance, newest first.
pub async fn list(
    service: &Service,
    session: &Session,
    filter: Filter,
    position: Position,
) -> Result<Page, ServiceError> {
    let instance = session.user.instance.clone();
    service
        .store
        .read(move |tx| {
            let page = page(
                listing::list(tx, &instance, &filter, &position, PAGE_ROWS + 1)?,
                &position,
            );
            if matches!(position, Position::NewerThan(_)) && page.newer.is_none() {
                // The way up has reached the top: show a whole page of the newest instead of what is left over.
                let newest = listing::list(tx, &instance, &filter, &Position::Newest, PAGE_ROWS + 1)?;
                return Ok(self::page(newest, &Position::Newest));
            }
            Ok::<_, ServiceError>(page)
        })
        .await
}

/// Cuts one row more than a page has, which tells whether there is another page.
fn page(mut rows: Vec<Listed>, position: &Position) -> Page {
    let size = usize::try_from(PAGE_ROWS).unwrap_or(usize::MAX);
    let more = rows.len() > size;
    let upwards = matches!(position, Position::NewerThan(_));
    if more && upwards {
        rows.remove(0);
    }
    rows.truncate(size);
    let (has_newer, has_older) = match position {
        Position::Newest => (false, more),
        Position::OlderThan(_) => (true, more),
        Position::NewerThan(_) => (more, true),
    };
    let newer = rows.first().filter(|_| has_newer).map(Listed::cursor);
    let older = rows.last().filter(|_| has_older).map(Listed::cursor);
    Page { rows, newer, older }
}

/// One verification of the session's instance. That it was read is logged first: no entry, no details.
pub async fn details(
    service: &Service,
    session: &Session,
    id: VerificationId,
    client_address: String,
) -> Result<Details, ServiceError> {
    let instance = session.user.instance.clone();
    let details = service
        .store
        .read(move |tx| {
            let verification = verifications::lookup(tx, &instance, &id)?.ok_or(ServiceError::NotFound)?;
            Ok::<_, ServiceError>(Details {
                evidence: evidence::list(tx, &instance, &id)?,
                deliveries: listing::deliveries(tx, &instance, &id)?,
                grant: grants::find(tx, &instance, &id)?,
                verification,
            })
        })
        .await?;
    let (user, id, now) = (
        session.user.clone(),
        details.verification.id.clone(),
        service.now(),
    );
    service
        .store
        .write(move |tx| {
            let entry = Entry {
                instance: Some(&user.instance),
                user: Some((user.id, &user.name)),
                action: Action::DetailsRead,
                subject: id.as_str(),
                client_address: &client_address,
            };
            audit::append(tx, entry, now).map_err(ServiceError::from)
        })
        .await?;
    Ok(details)
}
