//! Runs rows of the outbox side by side: in order within a lane, and so that one slow neighbour does not hold up the
//! others.

use std::collections::HashMap;
use std::sync::Arc;

use shared::words::{Channel, UnixMillis};
use tokio::task::{Id, JoinError, JoinSet};
use tracing::Instrument as _;

use super::pace::Paces;
use super::{Parts, attempt};
use crate::config::Sms;
use crate::delivery::circuit::{Admission, Neighbour};
use crate::service::outgoing::Held;
use crate::service::{ServiceError, outgoing};
use crate::store::outbox::{Due, Message};

/// Messages that run at once by one channel: as many as the mail server gets connections.
const MOST_MESSAGES: usize = 6;
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

fn neighbour(due: &Due) -> Neighbour {
    match due.message {
        Message::Link { channel, .. }
        | Message::Code { channel, .. }
        | Message::Notice { channel, .. }
        | Message::Warning { channel, .. }
        | Message::Enrolled { channel, .. }
        | Message::Approval { channel, .. }
        | Message::Test { channel, .. } => Neighbour::Channel(channel),
        Message::Event { .. } => Neighbour::Instance(due.instance.clone()),
    }
}

const fn most(neighbour: &Neighbour) -> usize {
    match neighbour {
        Neighbour::Channel(_) => MOST_MESSAGES,
        Neighbour::Instance(_) => MOST_PER_INSTANCE,
    }
}

/// What a due row may do now.
enum Turn {
    Start,
    /// There is no place; it stays due.
    Later,
    /// Its neighbour cannot be used; it waits.
    Hold {
        until: UnixMillis,
        why: String,
    },
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
    paces: Paces,
}

impl Dispatcher {
    pub(super) fn new(parts: Arc<Parts>) -> Self {
        Self {
            parts,
            tasks: JoinSet::new(),
            running: HashMap::new(),
            resting: HashMap::new(),
            paces: Paces::default(),
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
            let (mut started, mut held) = (false, Vec::new());
            for row in due {
                match self.turn(&row, now) {
                    Turn::Start => {
                        self.start(row);
                        started = true;
                    }
                    Turn::Later => {}
                    Turn::Hold { until, why } => held.push(Held { row, until, why }),
                }
            }
            // Rows that are held are no longer due: there may be others behind them.
            if !held.is_empty() {
                outgoing::hold(&self.parts.service, held).await?;
                continue;
            }
            // Many rows of one slow neighbour may stand before those of the others.
            if is_all || started || limit >= LAST_READ {
                break;
            }
            limit *= 4;
        }
        Ok(())
    }

    fn turn(&mut self, row: &Due, now: UnixMillis) -> Turn {
        let known =
            self.resting.contains_key(&row.id) || self.running.values().any(|other| other.id == row.id);
        if known || self.running.len() >= MOST {
            return Turn::Later;
        }
        let with = neighbour(row);
        let beside = self
            .running
            .values()
            .filter(|other| neighbour(other) == with)
            .count();
        if beside >= most(&with) {
            return Turn::Later;
        }
        let service = &self.parts.service;
        if let Admission::Wait { until, why } = service.circuits.admit(&with, now) {
            return Turn::Hold { until, why };
        }
        let per_second = match with {
            Neighbour::Channel(Channel::Email) => service.config.smtp.per_second,
            Neighbour::Channel(Channel::Sms) => service.config.sms.as_ref().and_then(Sms::per_second),
            Neighbour::Instance(_) => None,
        };
        if per_second.is_some_and(|per_second| !self.paces.admit(&with, per_second, now)) {
            service.circuits.unused(&with, now);
            return Turn::Later;
        }
        Turn::Start
    }

    fn start(&mut self, row: Due) {
        let span = tracing::info_span!(
            "delivery",
            instance = %row.instance,
            verification = %row.verification,
            outbox.id = row.id,
            outbox.kind = row.message.kind(),
        );
        let (parts, due, with) = (Arc::clone(&self.parts), row.clone(), neighbour(&row));
        let task = self
            .tasks
            .spawn(async move { attempt::make(&parts, due, with).await }.instrument(span));
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
                let service = &self.parts.service;
                service.circuits.unused(&neighbour(&row), service.now());
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
