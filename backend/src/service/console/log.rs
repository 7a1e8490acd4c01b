//! The console's own log.

use super::{Action, Admin, Logged, Narrowing, Session};
use crate::service::{Service, ServiceError};
use crate::store::console::audit::{self, Entry};

/// Rows on one page of the log.
pub const LOG_ROWS: u32 = 100;

/// One page of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogPage {
    /// Newest first.
    pub entries: Vec<Logged>,
    /// There are older ones.
    pub has_older: bool,
}

/// Logs what somebody did. Whoever calls this answers only after it: no entry, no page.
pub async fn log(
    service: &Service,
    session: &Session,
    action: Action,
    subject: String,
    client_address: String,
) -> Result<(), ServiceError> {
    let (user, now) = (session.user.clone(), service.now());
    service
        .store
        .write(move |tx| {
            let entry = Entry {
                instance: Some(&user.instance),
                user: Some((user.id, &user.name)),
                action,
                subject: &subject,
                client_address: &client_address,
            };
            audit::append(tx, entry, now).map_err(ServiceError::from)
        })
        .await
}

/// Reads the log of the administrator's instance.
pub async fn read_log(
    service: &Service,
    admin: Admin<'_>,
    narrowing: Narrowing,
) -> Result<LogPage, ServiceError> {
    read_log_rows(service, admin, narrowing, LOG_ROWS).await
}

/// The same, with up to `rows` entries.
pub async fn read_log_rows(
    service: &Service,
    admin: Admin<'_>,
    narrowing: Narrowing,
    rows: u32,
) -> Result<LogPage, ServiceError> {
    let instance = admin.session().user.instance.clone();
    let mut entries = service
        .store
        .read(move |tx| {
            audit::list_entries(tx, &instance, &narrowing, rows.saturating_add(1)).map_err(ServiceError::from)
        })
        .await?;
    let size = usize::try_from(rows).unwrap_or(usize::MAX);
    let has_older = entries.len() > size;
    entries.truncate(size);
    Ok(LogPage { entries, has_older })
}
