//! Ring 2: the database. The only place with SQL.
//!
//! One thread writes; what is queued while it commits is committed together (group commit), with
//! `synchronous=FULL`. Each unit of work runs in a savepoint of its own: it is kept whole or not at all, and its
//! caller hears of it only after the commit. A few read-only connections serve readers.

pub mod approvals;
pub mod bypasses;
mod connection;
pub mod console;
pub mod evidence;
pub mod factors;
pub mod grants;
pub mod instance_keys;
pub mod origins;
pub mod outbox;
pub mod policies;
pub mod portal;
pub mod push;
pub mod retention;
pub mod sign_ins;
pub mod tokens;
pub mod verifications;

use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use rusqlite::{Connection, Transaction};
use tokio::sync::oneshot;

/// What can go wrong in the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// SQLite said no.
    #[error("database: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// A stored record cannot be read back.
    #[error("a stored {what} cannot be read: {error}")]
    Corrupt {
        /// Which kind of record.
        what: &'static str,
        /// Why.
        error: String,
    },
    /// A statement touched another number of rows than it must.
    #[error("{what}: {affected} rows were touched instead of one")]
    RowCount {
        /// What was to be done.
        what: &'static str,
        /// How many rows it was.
        affected: usize,
    },
    /// The file was written by a newer version of the service.
    #[error("the database has schema version {found}, newer than the {known} that this version knows")]
    Newer {
        /// In the file.
        found: i32,
        /// Known here.
        known: i32,
    },
    /// The schema could not be brought up to date.
    #[error("the database could not be migrated: {0}")]
    Migration(String),
    /// The store has been closed.
    #[error("the database is closed")]
    Closed,
}

type Job = Box<dyn FnOnce(&Transaction<'_>) -> Completion + Send>;
/// Tells the caller how it went: `true` when the batch was committed.
type Completion = Result<Box<dyn FnOnce(bool) + Send>, Box<dyn FnOnce(bool) + Send>>;

/// At most so many units of work share one commit; more would make the first of them wait.
const MAX_BATCH: usize = 256;
/// Read-only connections. Reads are short, and the machine this is measured on has two cores.
const READERS: usize = 4;

/// The database of the service. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    path: PathBuf,
    jobs: Mutex<Option<mpsc::Sender<Job>>>,
    writer: Mutex<Option<JoinHandle<()>>>,
    readers: Vec<Mutex<Connection>>,
    next_reader: std::sync::atomic::AtomicUsize,
}

impl Store {
    /// Opens (and if need be creates and migrates) the database file.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let writer = connection::open_writer(path)?;
        let readers = (0..READERS)
            .map(|_| connection::open_reader(path).map(Mutex::new))
            .collect::<Result<Vec<_>, _>>()?;
        let (sender, receiver) = mpsc::channel();
        let thread = std::thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || run_writer(writer, &receiver))
            .map_err(|error| StoreError::Migration(error.to_string()))?;
        Ok(Self {
            inner: Arc::new(Inner {
                path: path.to_owned(),
                jobs: Mutex::new(Some(sender)),
                writer: Mutex::new(Some(thread)),
                readers,
                next_reader: std::sync::atomic::AtomicUsize::new(0),
            }),
        })
    }

    /// The database file.
    pub fn path(&self) -> &Path {
        &self.inner.path
    }

    /// Runs one unit of work: all of it is committed, or none. An `Err` from `work` rolls back.
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&Transaction<'_>) -> Result<T, E> + Send + 'static,
    {
        let (answer, heard) = oneshot::channel::<Result<T, E>>();
        let job: Job = Box::new(move |transaction| match work(transaction) {
            Ok(value) => Ok(Box::new(move |committed| {
                // A caller that has gone away no longer needs to know.
                let _ = answer.send(if committed {
                    Ok(value)
                } else {
                    Err(StoreError::Closed.into())
                });
            })),
            Err(error) => Err(Box::new(move |_| {
                let _ = answer.send(Err(error));
            })),
        });
        {
            let jobs = self.inner.jobs.lock().map_err(|_| StoreError::Closed)?;
            let sender = jobs.as_ref().ok_or(StoreError::Closed)?;
            sender.send(job).map_err(|_| StoreError::Closed)?;
        }
        heard.await.map_err(|_| StoreError::Closed)?
    }

    /// Reads from a consistent snapshot, off the async threads.
    pub async fn read<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&Transaction<'_>) -> Result<T, E> + Send + 'static,
    {
        let inner = Arc::clone(&self.inner);
        let task = tokio::task::spawn_blocking(move || {
            let turn = inner
                .next_reader
                .fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            let mut connection = inner.readers[turn % inner.readers.len()]
                .lock()
                .map_err(|_| StoreError::Closed)?;
            let transaction = connection.transaction().map_err(StoreError::from)?;
            work(&transaction)
        });
        task.await.map_err(|_| StoreError::Closed)?
    }

    /// Like [`Store::read`], over a connection of its own: for what takes long, so that no page waits for it.
    pub async fn read_apart<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&Transaction<'_>) -> Result<T, E> + Send + 'static,
    {
        let inner = Arc::clone(&self.inner);
        let task = tokio::task::spawn_blocking(move || {
            let mut connection = connection::open_reader(&inner.path)?;
            let transaction = connection.transaction().map_err(StoreError::from)?;
            work(&transaction)
        });
        task.await.map_err(|_| StoreError::Closed)?
    }

    /// Finishes what is queued and closes the writer. Later writes fail with [`StoreError::Closed`].
    pub fn close(&self) {
        if let Ok(mut jobs) = self.inner.jobs.lock() {
            jobs.take();
        }
        let thread = self.inner.writer.lock().ok().and_then(|mut writer| writer.take());
        if let Some(thread) = thread
            && thread.join().is_err()
        {
            tracing::error!("the writer thread ended in a panic");
        }
    }
}

/// Writes a consistent copy of a database, which may be in use, to a file that does not exist yet.
pub fn backup(source: &Path, target: &Path) -> Result<(), StoreError> {
    let reader = connection::open_reader(source)?;
    let target = target.to_str().ok_or(StoreError::Corrupt {
        what: "file name",
        error: "it is not UTF-8".into(),
    })?;
    reader.execute("VACUUM INTO ?1", [target])?;
    Ok(())
}

/// Reads from a database beside the service, without changing anything. `None` when there is none yet, or when its
/// schema is not that of this version: then nothing can be said about it.
pub fn peek<T, E: From<StoreError>>(
    path: &Path,
    work: impl FnOnce(&Transaction<'_>) -> Result<T, E>,
) -> Result<Option<T>, E> {
    if !path.exists() {
        return Ok(None);
    }
    let mut connection = connection::open_reader(path)?;
    if !connection::is_current(&connection)? {
        return Ok(None);
    }
    let transaction = connection.transaction().map_err(StoreError::from)?;
    work(&transaction).map(Some)
}

fn run_writer(mut connection: Connection, jobs: &mpsc::Receiver<Job>) {
    while let Ok(first) = jobs.recv() {
        let mut batch = vec![first];
        batch.extend(jobs.try_iter().take(MAX_BATCH - 1));
        let mut done: Vec<Box<dyn FnOnce(bool) + Send>> = Vec::with_capacity(batch.len());
        let committed = match commit_batch(&mut connection, batch, &mut done) {
            Ok(()) => true,
            Err(error) => {
                tracing::error!(%error, "a batch was not committed");
                false
            }
        };
        for tell in done {
            tell(committed);
        }
    }
}

fn commit_batch(
    connection: &mut Connection,
    batch: Vec<Job>,
    done: &mut Vec<Box<dyn FnOnce(bool) + Send>>,
) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    for job in batch {
        transaction.execute_batch("SAVEPOINT unit")?;
        match job(&transaction) {
            Ok(tell) => {
                transaction.execute_batch("RELEASE unit")?;
                done.push(tell);
            }
            Err(tell) => {
                transaction.execute_batch("ROLLBACK TO unit; RELEASE unit")?;
                tell(false);
            }
        }
    }
    transaction.commit()
}

/// Exactly one row must have been touched.
fn exactly_one(what: &'static str, affected: usize) -> Result<(), StoreError> {
    if affected == 1 {
        Ok(())
    } else {
        Err(StoreError::RowCount { what, affected })
    }
}

/// Reads a stored JSON text.
fn from_json<T: serde::de::DeserializeOwned>(what: &'static str, text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::Corrupt {
        what,
        error: error.to_string(),
    })
}

/// Writes JSON for storage.
fn to_json<T: serde::Serialize>(what: &'static str, value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Corrupt {
        what,
        error: error.to_string(),
    })
}

#[cfg(test)]
mod tests;
