//! What goes out: what waits, what was given up and may be tried again, and which ways are open.

use std::collections::BTreeMap;

use rusqlite::Transaction;

use super::{Action, Admin};
use crate::delivery::circuit::{Neighbour, State};
use crate::service::{Service, ServiceError, dead_letters};
use crate::store::StoreError;
use crate::store::console::audit::{self, Entry};
use crate::store::console::outbox as rows;
use crate::verification::VerificationId;

pub use crate::store::console::outbox::{Behind, GivenUp, Waiting};

/// Rows on one page.
pub const GIVEN_UP_ROWS: u32 = 50;
/// Rows that one press tries again. More would hold up the page; what is left can be tried after it.
const MOST_AT_ONCE: u32 = 200;

/// Everything that the page shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Traffic {
    /// What has not left yet, by kind.
    pub waiting: Vec<Waiting>,
    /// How many were given up, by kind.
    pub kinds: Vec<(String, u32)>,
    /// A page of what was given up, the newest first.
    pub given_up: Vec<GivenUp>,
    /// There are older ones.
    pub has_older: bool,
    /// Each way out, and how it stands.
    pub ways: Vec<Way>,
}

/// A way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    /// Where it leads.
    pub neighbour: Neighbour,
    /// Whether it is open.
    pub state: State,
    /// The last failure, empty if the last attempt was answered.
    pub why: String,
}

/// What became of a wish to try again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retried {
    /// Are tried again.
    pub revived: u32,
    /// Are of no use any more, or were not there.
    pub useless: u32,
}

/// The traffic of the administrator's instance.
pub async fn traffic(
    service: &Service,
    admin: Admin<'_>,
    kind: Option<String>,
    behind: Option<Behind>,
) -> Result<Traffic, ServiceError> {
    let instance = admin.session().user.instance.clone();
    let ways = ways(service, admin);
    let mut traffic = service
        .store
        .read(move |tx| {
            Ok::<_, ServiceError>(Traffic {
                waiting: rows::waiting(tx, &instance)?,
                kinds: rows::count_given_up(tx, &instance)?,
                given_up: rows::list_given_up(tx, &instance, kind.as_deref(), behind, GIVEN_UP_ROWS + 1)?,
                has_older: false,
                ways,
            })
        })
        .await?;
    let size = usize::try_from(GIVEN_UP_ROWS).unwrap_or(usize::MAX);
    traffic.has_older = traffic.given_up.len() > size;
    traffic.given_up.truncate(size);
    Ok(traffic)
}

/// The ways that messages of the administrator's instance take: the channels, which all instances share, and its own
/// ServiceNow.
pub fn ways(service: &Service, admin: Admin<'_>) -> Vec<Way> {
    let known: BTreeMap<Neighbour, (State, String)> = service
        .circuits
        .list()
        .into_iter()
        .map(|circuit| (circuit.neighbour, (circuit.state, circuit.why)))
        .collect();
    let own = Neighbour::Instance(admin.session().user.instance.clone());
    let channels = service.config.channels().into_iter().map(Neighbour::Channel);
    channels
        .chain([own])
        .map(|neighbour| {
            let (state, why) = known
                .get(&neighbour)
                .cloned()
                .unwrap_or((State::Closed, String::new()));
            Way {
                neighbour,
                state,
                why,
            }
        })
        .collect()
}

/// Tries one row again.
///
/// # Errors
/// When something fails. That the row is gone, of no use or another instance's is no error: [`Retried::useless`].
pub async fn retry_one(
    service: &Service,
    admin: Admin<'_>,
    id: i64,
    client_address: &str,
) -> Result<Retried, ServiceError> {
    let user = admin.session().user.clone();
    let (instance, by, now) = (user.instance.clone(), user.name.clone(), service.now());
    let client_address = client_address.to_owned();
    let note = move |tx: &Transaction<'_>, of: &VerificationId| -> Result<(), StoreError> {
        let entry = Entry {
            instance: Some(&user.instance),
            user: Some((user.id, &user.name)),
            action: Action::DeliveryRetried,
            subject: of.as_str(),
            client_address: &client_address,
        };
        audit::append(tx, entry, now)
    };
    match dead_letters::retry_noting(service, Some(instance), id, &by, note).await {
        Ok(()) => Ok(Retried {
            revived: 1,
            useless: 0,
        }),
        Err(ServiceError::NotFound | ServiceError::Outdated) => Ok(Retried {
            revived: 0,
            useless: 1,
        }),
        Err(error) => Err(error),
    }
}

/// Tries all rows of one kind again, the oldest first, each in a transaction of its own.
pub async fn retry_kind(
    service: &Service,
    admin: Admin<'_>,
    kind: String,
    client_address: &str,
) -> Result<Retried, ServiceError> {
    let instance = admin.session().user.instance.clone();
    let ids = service
        .store
        .read(move |tx| rows::ids_of_given_up(tx, &instance, &kind, MOST_AT_ONCE).map_err(ServiceError::from))
        .await?;
    let mut all = Retried::default();
    for id in ids {
        let one = retry_one(service, admin, id, client_address).await?;
        all.revived += one.revived;
        all.useless += one.useless;
    }
    Ok(all)
}
