//! Tickets that were resolved without verification, as the console lists them.

use shared::words::UnixMillis;

use super::Session;
use crate::service::{Service, ServiceError};
use crate::store::bypasses::{self, Narrowing, Pull};
use crate::verification::bypass::Bypass;

/// One page of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BypassPage {
    /// The last resolved first.
    pub rows: Vec<Bypass>,
    /// There are more behind them.
    pub has_more: bool,
    /// Who can be chosen: `sys_id` and name.
    pub agents: Vec<(String, String)>,
    /// How the reading from ServiceNow stands; `None` before the first attempt.
    pub pull: Option<Pull>,
}

/// Lists those of the session's instance, up to `rows` of them.
pub async fn bypass_rows(
    service: &Service,
    session: &Session,
    of: Narrowing,
    rows: u32,
) -> Result<BypassPage, ServiceError> {
    let instance = session.user.instance.clone();
    service
        .store
        .read(move |tx| {
            let mut found = bypasses::list(tx, &instance, &of, rows.saturating_add(1))?;
            let size = usize::try_from(rows).unwrap_or(usize::MAX);
            let has_more = found.len() > size;
            found.truncate(size);
            Ok::<_, ServiceError>(BypassPage {
                rows: found,
                has_more,
                agents: bypasses::agents(tx, &instance)?,
                pull: bypasses::find_pull(tx, &instance)?,
            })
        })
        .await
}

/// The first time that a ticket of the session's instance was resolved without verification since a moment.
pub async fn bypass_of_ticket(
    service: &Service,
    session: &Session,
    ticket_sys_id: String,
    since: UnixMillis,
) -> Result<Option<Bypass>, ServiceError> {
    let instance = session.user.instance.clone();
    service
        .store
        .read(move |tx| {
            bypasses::find_of_ticket(tx, &instance, &ticket_sys_id, since).map_err(ServiceError::from)
        })
        .await
}
