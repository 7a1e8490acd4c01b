//! Views that users keep for themselves.

use rusqlite::Transaction;
use shared::words::UnixMillis;

use super::{Action, SavedView, Session, User};
use crate::service::{Service, ServiceError};
use crate::store::StoreError;
use crate::store::console::audit::{self, Entry};
use crate::store::console::views as store;

/// Longest name of a view, in characters.
const MAX_NAME: usize = 60;
/// Longest query of a view, in bytes.
const MAX_QUERY: usize = 1000;
/// Views of one user: more would not be found again.
const MAX_VIEWS: u32 = 50;

/// Why a view was not saved.
#[derive(Debug, thiserror::Error)]
pub enum ViewProblem {
    /// Not a name.
    #[error("Give the view a name of 1 to {MAX_NAME} characters.")]
    Name,
    /// Filters that fill the page's address.
    #[error("This view has too many filters to be saved.")]
    Query,
    /// Too many.
    #[error("You have {MAX_VIEWS} views already. Remove one first.")]
    TooMany,
    /// Something failed.
    #[error(transparent)]
    Service(#[from] ServiceError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The user's views, by name.
pub async fn views(service: &Service, session: &Session) -> Result<Vec<SavedView>, ServiceError> {
    let user = session.user.id;
    service
        .store
        .read(move |tx| store::list_views(tx, user).map_err(ServiceError::from))
        .await
}

/// Saves a view, in place of the user's view of the same name. `query` is the canonical query of the table's address.
pub async fn save_view(
    service: &Service,
    session: &Session,
    name: &str,
    query: String,
    client_address: String,
) -> Result<(), ViewProblem> {
    let name = name.trim().to_owned();
    if name.is_empty() || name.chars().count() > MAX_NAME || name.chars().any(char::is_control) {
        return Err(ViewProblem::Name);
    }
    if query.len() > MAX_QUERY {
        return Err(ViewProblem::Query);
    }
    let (user, now) = (session.user.clone(), service.now());
    service
        .store
        .write(move |tx| {
            store::put_view(tx, user.id, &name, &query, now)?;
            if store::count_views(tx, user.id)? > MAX_VIEWS {
                return Err(ViewProblem::TooMany);
            }
            log(tx, &user, Action::ViewSaved, &name, &client_address, now)?;
            Ok(())
        })
        .await
}

/// Removes one of the user's views.
pub async fn remove_view(
    service: &Service,
    session: &Session,
    id: i64,
    client_address: String,
) -> Result<(), ServiceError> {
    let (user, now) = (session.user.clone(), service.now());
    service
        .store
        .write(move |tx| {
            let name = store::remove_view(tx, user.id, id)?.ok_or(ServiceError::NotFound)?;
            log(tx, &user, Action::ViewRemoved, &name, &client_address, now)?;
            Ok(())
        })
        .await
}

fn log(
    tx: &Transaction<'_>,
    user: &User,
    action: Action,
    subject: &str,
    client_address: &str,
    now: UnixMillis,
) -> Result<(), StoreError> {
    let entry = Entry {
        instance: Some(&user.instance),
        user: Some((user.id, &user.name)),
        action,
        subject,
        client_address,
    };
    audit::append(tx, entry, now)
}
