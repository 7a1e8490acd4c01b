//! What destinations of the push are told: each decided verification, and each entry of the console's log if wanted, in
//! order and at least once. A batch is fixed before it is first sent, and sent until it is taken.

use rusqlite::Transaction;
use shared::words::UnixMillis;

use super::console::Admin;
use super::console::export;
use super::{Service, ServiceError};
use crate::delivery::circuit::{backoff, spread};
use crate::ports::random;
use crate::push::Event;
use crate::push::settings::Settings;
use crate::store::StoreError;
use crate::store::push::{self, State, Stream};
use crate::verification::InstanceId;

/// Events of one batch.
const BATCH: u32 = 200;
/// After the first failure a destination is left alone for up to this time, and up to twice as long after each further …
const BASE_MILLIS: i64 = 2_000;
/// … but never longer than this: it may have come back.
const CAP_MILLIS: i64 = 300_000;
/// No wait is shorter.
const FLOOR_MILLIS: i64 = 500;

/// What is to be done for a destination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// Nothing at the moment.
    Nothing,
    /// Send this.
    Batch(Batch),
}

/// Events that are handed over together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// The same for each repetition.
    pub id: String,
    /// Oldest first; never empty.
    pub events: Vec<Event>,
    stream: Stream,
    to: i64,
}

const fn streams(settings: &Settings) -> &'static [Stream] {
    if settings.audit {
        &[Stream::Verifications, Stream::Audit]
    } else {
        &[Stream::Verifications]
    }
}

/// The next batch for a destination. One that is seen for the first time is told what happens from now on.
pub async fn next(
    service: &Service,
    instance: &InstanceId,
    settings: &Settings,
) -> Result<Next, ServiceError> {
    for stream in streams(settings).iter().copied() {
        let found = look(service, instance, settings, stream).await?;
        let Some((state, events)) = found else {
            begin(service, instance, &settings.name, stream).await?;
            continue;
        };
        let Some((to, _)) = events.last() else {
            if let Some(to) = state.sending_to {
                // Retention has erased the rest of the batch: there is nothing left to tell of it.
                settle(service, instance, &settings.name, stream, (to, 0)).await?;
            }
            continue;
        };
        let to = state.sending_to.unwrap_or(*to);
        if state.sending_to.is_none() {
            fix(service, instance, &settings.name, stream, to).await?;
        }
        let name = &settings.name;
        return Ok(Next::Batch(Batch {
            id: format!(
                "push_{instance}_{name}_{}_{}_{to}",
                stream.as_str(),
                state.sent_to + 1
            ),
            events: events.into_iter().map(|(_, event)| event).collect(),
            stream,
            to,
        }));
    }
    Ok(Next::Nothing)
}

type Numbered = Vec<(i64, Event)>;

/// The state of a stream, and what is to be told next, unless it is too early. `None` for a stream never seen.
async fn look(
    service: &Service,
    instance: &InstanceId,
    settings: &Settings,
    stream: Stream,
) -> Result<Option<(State, Numbered)>, ServiceError> {
    let (instance, name, form) = (instance.clone(), settings.name.clone(), settings.form);
    let (now, public_url) = (service.now(), service.config.server.public_url.clone());
    service
        .store
        .read(move |tx| {
            let Some(state) = push::find(tx, &instance, &name, stream)? else {
                return Ok(None);
            };
            if now < state.next_at {
                return Ok(Some((
                    State {
                        sending_to: None,
                        ..state
                    },
                    Vec::new(),
                )));
            }
            let range = (state.sent_to, state.sending_to.unwrap_or(i64::MAX));
            let limit = state.sending_to.map_or(BATCH, |_| u32::MAX);
            let mut events = Vec::new();
            match stream {
                Stream::Verifications => {
                    for (number, row) in push::decided(tx, &instance, range, limit)? {
                        let record = export::Record::new(&row, &instance, &public_url);
                        events.push((number, export::event(&record, form)?));
                    }
                }
                Stream::Audit => {
                    for entry in push::logged(tx, &instance, range, limit)? {
                        let number = entry.id;
                        events.push((number, export::audit_event(entry, &instance, form)?));
                    }
                }
            }
            Ok::<_, ServiceError>(Some((state, events)))
        })
        .await
}

async fn write(
    service: &Service,
    work: impl FnOnce(&Transaction<'_>) -> Result<(), StoreError> + Send + 'static,
) -> Result<(), ServiceError> {
    service
        .store
        .write(move |tx| work(tx).map_err(ServiceError::from))
        .await
}

async fn begin(
    service: &Service,
    instance: &InstanceId,
    name: &str,
    stream: Stream,
) -> Result<(), ServiceError> {
    let (instance, name, now) = (instance.clone(), name.to_owned(), service.now());
    write(service, move |tx| push::begin(tx, &instance, &name, stream, now)).await
}

async fn fix(
    service: &Service,
    instance: &InstanceId,
    name: &str,
    stream: Stream,
    to: i64,
) -> Result<(), ServiceError> {
    let (instance, name) = (instance.clone(), name.to_owned());
    write(service, move |tx| push::sending(tx, &instance, &name, stream, to)).await
}

async fn settle(
    service: &Service,
    instance: &InstanceId,
    name: &str,
    stream: Stream,
    batch: (i64, usize),
) -> Result<(), ServiceError> {
    let (instance, name, now) = (instance.clone(), name.to_owned(), service.now());
    write(service, move |tx| {
        push::sent(tx, &instance, &name, stream, batch, now)
    })
    .await
}

/// Notes that a batch was taken.
pub async fn taken(
    service: &Service,
    instance: &InstanceId,
    settings: &Settings,
    batch: &Batch,
) -> Result<(), ServiceError> {
    let end = (batch.to, batch.events.len());
    settle(service, instance, &settings.name, batch.stream, end).await
}

/// Notes that a batch was not taken, and when it is sent again.
pub async fn refused(
    service: &Service,
    instance: &InstanceId,
    settings: &Settings,
    batch: &Batch,
    why: String,
) -> Result<(), ServiceError> {
    let (instance, name, stream) = (instance.clone(), settings.name.clone(), batch.stream);
    let (now, jitter) = (
        service.now(),
        u32::from_be_bytes(random::<4>(service.entropy.as_ref())?),
    );
    write(service, move |tx| {
        let attempts = push::find(tx, &instance, &name, stream)?.map_or(0, |state| state.attempts);
        let ceiling = backoff(BASE_MILLIS, CAP_MILLIS, attempts);
        let wait = FLOOR_MILLIS + spread(ceiling - FLOOR_MILLIS, jitter);
        let next_at = UnixMillis(now.0.saturating_add(wait));
        push::failed(tx, &instance, &name, stream, &why, next_at)
    })
    .await
}

/// One destination, for the page.
#[derive(Clone, Debug)]
pub struct Standing {
    /// Its settings.
    pub settings: Settings,
    /// Decided verifications; `None` until the service has seen it.
    pub verifications: Option<State>,
    /// Entries of the log, if they are sent.
    pub audit: Option<State>,
}

/// The destinations of the administrator's instance.
pub async fn standing(service: &Service, admin: Admin<'_>) -> Result<Vec<Standing>, ServiceError> {
    let id = admin.session().user.instance.clone();
    let settings = service.instance(&id)?.push.clone();
    service
        .store
        .read(move |tx| {
            settings
                .into_iter()
                .map(|one| {
                    Ok(Standing {
                        verifications: push::find(tx, &id, &one.name, Stream::Verifications)?,
                        audit: if one.audit {
                            push::find(tx, &id, &one.name, Stream::Audit)?
                        } else {
                            None
                        },
                        settings: one,
                    })
                })
                .collect::<Result<Vec<_>, ServiceError>>()
        })
        .await
}

#[cfg(test)]
mod tests;
