//! Runs rows of the outbox side by side: in order within a lane, and so that one slow neighbour does not hold up the
//! others.

use std::collections::HashMap;
use std::sync::Arc;

use shared::words::UnixMillis;
use tokio::task::{Id, JoinError, JoinSet};
use tracing::Instrument as _;

use super::{Parts, attempt};
use crate::service::{ServiceError, outgoing};
use crate::store::outbox::{Due, Message};
use crate::verification::InstanceId;

/// Messages to requesters that run at once.
const MOST_MESSAGES: usize = 8;
/// Events that run at once for one instance: its integration user shares the instance with people.
const MOST_PER_INSTANCE: usize = 4;
/// Rows that run at once.
const MOST: usize = 32;
/// Due rows read at first. When none of them may run now, more are read.
const FIRST_READ: u32 = 64;
/// Due rows read at most.
const LAST_READ: u32 = 16_384;
/// A row that brought its task down, or could not be written back, is left alone for so long.
const AFTER_FAULT_SECONDS: i64 = 60;
/// A row that brings its task down each time is given up after so many attempts.
const MOST_FAULTS: u32 = 10;

/// With whom a row deals. Each neighbour has its own limit.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Neighbour {
    Requesters,
    Instance(InstanceId),
}

impl Neighbour {
    fn of(due: &Due) -> Self {
        match due.message {
            Message::Link { .. } | Message::Code { .. } => Self::Requesters,
            Message::Event { .. } => Self::Instance(due.instance.clone()),
        }
    }

    const fn most(&self) -> usize {
        match self {
            Self::Requesters => MOST_MESSAGES,
            Self::Instance(_) => MOST_PER_INSTANCE,
        }
    }
}

/// How a task ended.
pub(super) type Finished = Result<(Id, Result<(), ServiceError>), JoinError>;

/// The rows that run now.
pub(super) struct Dispatcher {
    parts: Arc<Parts>,
    tasks: JoinSet<Result<(), ServiceError>>,
    running: HashMap<Id, Due>,
    /// Rows that are left alone for now, by id, and until when.
    resting: HashMap<i64, UnixMillis>,
}

impl Dispatcher {
    pub(super) fn new(parts: Arc<Parts>) -> Self {
        Self {
            parts,
            tasks: JoinSet::new(),
            running: HashMap::new(),
            resting: HashMap::new(),
        }
    }

    /// Starts every row that is due and has a place.
    pub(super) async fn fill(&mut self) -> Result<(), ServiceError> {
        let now = self.parts.service.now();
        self.resting.retain(|_, until| *until > now);
        let mut limit = FIRST_READ;
        while self.running.len() < MOST {
            let due = outgoing::due(&self.parts.service, limit).await?;
            let is_all = due.len() < usize::try_from(limit).unwrap_or(usize::MAX);
            let mut started = false;
            for row in due {
                if self.may_run(&row) {
                    self.start(row);
                    started = true;
                }
            }
            // Many rows of one slow neighbour may stand before those of the others.
            if is_all || started || limit >= LAST_READ {
                break;
            }
            limit *= 4;
        }
        Ok(())
    }

    fn may_run(&self, row: &Due) -> bool {
        let known =
            self.resting.contains_key(&row.id) || self.running.values().any(|other| other.id == row.id);
        if known || self.running.len() >= MOST {
            return false;
        }
        let neighbour = Neighbour::of(row);
        self.running
            .values()
            .filter(|other| Neighbour::of(other) == neighbour)
            .count()
            < neighbour.most()
    }

    fn start(&mut self, row: Due) {
        let span = tracing::info_span!(
            "delivery",
            instance = %row.instance,
            verification = %row.verification,
            outbox.id = row.id,
            outbox.kind = row.message.kind(),
        );
        let (parts, due) = (Arc::clone(&self.parts), row.clone());
        let task = self
            .tasks
            .spawn(async move { attempt::make(&parts, due).await }.instrument(span));
        self.running.insert(task.id(), row);
    }

    /// Waits for a row to end; `None` when none runs. May be dropped while it waits.
    pub(super) async fn next(&mut self) -> Option<Finished> {
        self.tasks.join_next_with_id().await
    }

    /// Notes that a row has ended. One that was not written back stays due, so it has to rest.
    pub(super) async fn settle(&mut self, finished: Finished) {
        match finished {
            Ok((id, result)) => {
                let row = self.running.remove(&id);
                if let (Err(error), Some(row)) = (result, row) {
                    tracing::error!(%error, outbox.id = row.id, "a row of the outbox could not be handled");
                    self.rest(&row);
                }
            }
            Err(error) => {
                tracing::error!(%error, "a delivery ended in a fault of this program");
                let Some(row) = self.running.remove(&error.id()) else {
                    return;
                };
                self.rest(&row);
                if let Err(error) = self.after_fault(row).await {
                    tracing::error!(%error, "a row of the outbox could not be put off");
                }
            }
        }
    }

    async fn after_fault(&self, row: Due) -> Result<(), ServiceError> {
        let service = &self.parts.service;
        let why = "A fault in this service.".to_owned();
        if row.attempts + 1 >= MOST_FAULTS {
            return attempt::give_up(service, row, why).await;
        }
        let at = service.now().plus_seconds(AFTER_FAULT_SECONDS);
        attempt::try_again(service, row, at, why).await
    }

    fn rest(&mut self, row: &Due) {
        let until = self.parts.service.now().plus_seconds(AFTER_FAULT_SECONDS);
        self.resting.insert(row.id, until);
    }
}
