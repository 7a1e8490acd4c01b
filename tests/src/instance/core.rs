//! The state that all parts share, and the context that every execution carries.

use std::collections::{BTreeSet, HashMap};
use std::fmt::Write as _;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_lc_rs::{digest, rand};

use super::error::InstanceError;
use super::records::Job;
use super::store::{Row, Store, Values};

/// Login name of the platform itself.
pub const SYSTEM: &str = "system";

/// Milliseconds since 1970.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// Everything the instance holds.
pub struct Core {
    /// Base URL, without a trailing slash.
    pub url: String,
    /// Where time comes from.
    pub clock: Clock,
    /// The database.
    pub store: Mutex<Store>,
    /// What was refused, and what crossed a scope.
    pub log: Mutex<Log>,
    /// Clear text of two-way encrypted values, by what the database holds instead.
    pub vault: Mutex<HashMap<String, String>>,
    /// Who may log in and who is logged in.
    pub logins: Mutex<Logins>,
    /// Update sets in the order of their commits.
    pub committed: Mutex<Vec<Committed>>,
    /// Asleep: every request is answered with a page that says so.
    pub hibernating: AtomicBool,
}

/// A committed update set, and what it takes to undo it.
#[derive(Debug)]
pub struct Committed {
    /// Name of the set.
    pub name: String,
    /// Every row that it touched, as it was before.
    pub before: Vec<Before>,
}

/// A row before a commit: table, `sys_id`, and the row if there was one.
pub type Before = (String, String, Option<Row>);

/// What tests want to know afterwards.
#[derive(Debug, Default)]
pub struct Log {
    /// Calls that the instance does not emulate.
    pub unsupported: Vec<String>,
    /// Uses of tables of another scope that no privilege record covers.
    pub cross_scope: BTreeSet<String>,
}

/// Sessions, passwords and OAuth.
#[derive(Debug, Default)]
pub struct Logins {
    /// Password digest by `sys_id` of the user.
    pub passwords: HashMap<String, String>,
    /// Sessions by cookie value.
    pub sessions: HashMap<String, Session>,
    /// OAuth clients by id.
    pub clients: HashMap<String, Client>,
    /// Access tokens: user and end of life in milliseconds.
    pub tokens: HashMap<String, (String, i64)>,
}

/// One signed-in browser.
#[derive(Debug, Clone)]
pub struct Session {
    /// `sys_id` of the user.
    pub user: String,
    /// The value that pages know as `g_ck`.
    pub token: String,
    /// Messages for the next page.
    pub messages: Vec<(String, String)>,
}

/// An OAuth application registration.
#[derive(Debug, Clone)]
pub struct Client {
    /// Digest of the secret.
    pub secret: String,
    /// `sys_id` of the application user.
    pub user: String,
}

/// Locks, and goes on with what is there when another thread panicked meanwhile.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Core {
    /// Milliseconds now.
    pub fn now_millis(&self) -> i64 {
        (self.clock)()
    }

    /// Now, as the database writes it.
    pub fn now(&self) -> String {
        format_time(self.now_millis())
    }

    /// Now, as HTTP writes it.
    pub fn http_date(&self) -> String {
        jiff::Timestamp::from_millisecond(self.now_millis())
            .map(|time| time.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string())
            .unwrap_or_default()
    }

    /// Keeps a refusal for the tests to read.
    pub fn refuse(&self, what: &str) {
        tracing::warn!(what, "not emulated");
        lock(&self.log).unsupported.push(what.to_owned());
    }

    /// Writes a system log entry.
    pub fn syslog(&self, level: &str, source: &str, message: &str) {
        tracing::debug!(level, source, message, "instance log");
        let Ok(sys_id) = random_id() else { return };
        let row = [
            ("sys_id", sys_id.as_str()),
            ("level", level),
            ("source", source),
            ("message", message),
            ("sys_created_on", &self.now()),
        ];
        let values: Values = row
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect();
        lock(&self.store).put("syslog", values);
    }

    /// Replaces clear text by what the database shows of it.
    pub fn encrypt(&self, clear: &str) -> Result<String, InstanceError> {
        if clear.is_empty() || lock(&self.vault).contains_key(clear) {
            return Ok(clear.to_owned());
        }
        let cipher = format!("ENC1:{}{}", random_id()?, random_id()?);
        lock(&self.vault).insert(cipher.clone(), clear.to_owned());
        Ok(cipher)
    }

    /// Clear text of a value, which is the value itself when it was never encrypted.
    pub fn decrypt(&self, value: &str) -> String {
        lock(&self.vault)
            .get(value)
            .cloned()
            .unwrap_or_else(|| value.to_owned())
    }

    /// Roles of a user, contained ones included.
    pub fn roles(&self, user: &str) -> BTreeSet<String> {
        let store = lock(&self.store);
        let mut pending: Vec<String> = store
            .find("sys_user_has_role", "user", user)
            .into_iter()
            .map(|row| row.get("role").to_owned())
            .collect();
        let mut seen = BTreeSet::new();
        let mut names = BTreeSet::new();
        while let Some(role) = pending.pop() {
            if !seen.insert(role.clone()) {
                continue;
            }
            if let Some(row) = store.get("sys_user_role", &role) {
                names.insert(row.get("name").to_owned());
            }
            pending.extend(
                store
                    .find("sys_user_role_contains", "role", &role)
                    .iter()
                    .map(|r| r.get("contains").to_owned()),
            );
        }
        names
    }

    /// Login name of a user by `sys_id`.
    pub fn login_name(&self, user: &str) -> String {
        if user.is_empty() {
            return "guest".to_owned();
        }
        let store = lock(&self.store);
        store
            .get("sys_user", user)
            .map_or_else(|| user.to_owned(), |row| row.get("user_name").to_owned())
    }
}

/// 32 random hexadecimal digits.
pub fn random_id() -> Result<String, InstanceError> {
    let mut bytes = [0u8; 16];
    rand::fill(&mut bytes).map_err(|_| InstanceError::Internal("no randomness".to_owned()))?;
    Ok(hex(&bytes))
}

/// Hexadecimal text of bytes.
pub fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
            let _ = write!(out, "{byte:02x}");
            out
        })
}

/// Digest under which a password or client secret is kept.
pub fn secret_digest(owner: &str, secret: &str) -> String {
    hex(digest::digest(&digest::SHA256, format!("{owner}\u{0}{secret}").as_bytes()).as_ref())
}

/// `YYYY-MM-DD HH:MM:SS` in UTC.
pub fn format_time(millis: i64) -> String {
    jiff::Timestamp::from_millisecond(millis)
        .map(|time| time.strftime("%Y-%m-%d %H:%M:%S").to_string())
        .unwrap_or_default()
}

/// Who runs something, in which application, and on whose behalf.
#[derive(Clone)]
pub struct Exec {
    /// The instance.
    pub core: Arc<Core>,
    /// `sys_id` of the user, empty for a guest, [`SYSTEM`] for the platform.
    pub user: String,
    /// Name of the scope whose script runs.
    pub scope: String,
    /// `g_ck` of the browser session, if there is one.
    pub token: Option<String>,
    /// How many rules deep this is.
    pub depth: u8,
    /// What the whole transaction collects.
    pub transaction: Arc<Mutex<Transaction>>,
}

/// State shared by everything that one request or call sets off.
#[derive(Default)]
pub struct Transaction {
    /// Calls refused so far; a script that swallows the error still fails.
    pub refused: Vec<String>,
    /// Async rules and events, which run when the outermost work is done.
    pub jobs: Vec<Job>,
    /// Messages for the person: level and text.
    pub messages: Vec<(String, String)>,
}

impl Exec {
    /// A new transaction.
    pub fn new(core: &Arc<Core>, user: &str, scope: &str) -> Self {
        Self {
            core: Arc::clone(core),
            user: user.to_owned(),
            scope: scope.to_owned(),
            token: None,
            depth: 0,
            transaction: Arc::default(),
        }
    }

    /// The same transaction, seen from another scope.
    #[must_use]
    pub fn in_scope(&self, scope: &str) -> Self {
        Self {
            scope: scope.to_owned(),
            ..self.clone()
        }
    }

    /// The same transaction, one rule deeper.
    #[must_use]
    pub fn deeper(&self) -> Self {
        Self {
            depth: self.depth + 1,
            ..self.clone()
        }
    }

    /// Whether this is the platform itself.
    pub fn is_system(&self) -> bool {
        self.user == SYSTEM
    }

    /// Whether the user has a role; `admin` has every role, as `gs.hasRole` says.
    pub fn has_role(&self, role: &str) -> bool {
        if self.is_system() {
            return true;
        }
        let roles = self.core.roles(&self.user);
        roles.contains("admin") || role.split(',').any(|one| roles.contains(one.trim()))
    }

    /// Whether the user has exactly this role, given or contained.
    pub fn has_role_exactly(&self, role: &str) -> bool {
        self.is_system() || self.core.roles(&self.user).contains(role)
    }

    /// Refuses loudly: in the log of the instance and in this transaction.
    pub fn refuse(&self, what: &str) -> InstanceError {
        self.core.refuse(what);
        lock(&self.transaction).refused.push(what.to_owned());
        InstanceError::Unsupported(what.to_owned())
    }

    /// Login name for audit fields.
    pub fn login_name(&self) -> String {
        if self.is_system() {
            SYSTEM.to_owned()
        } else {
            self.core.login_name(&self.user)
        }
    }

    /// Adds a message for the person.
    pub fn message(&self, level: &str, text: &str) {
        lock(&self.transaction)
            .messages
            .push((level.to_owned(), text.to_owned()));
    }

    /// Error messages so far, joined.
    pub fn error_text(&self) -> String {
        let transaction = lock(&self.transaction);
        let texts: Vec<&str> = transaction
            .messages
            .iter()
            .filter(|(level, _)| level == "error")
            .map(|(_, text)| text.as_str())
            .collect();
        texts.join("; ")
    }
}

/// Runs work on a thread with room for rules inside scripts inside rules.
pub fn on_deep_stack<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T, InstanceError> {
    std::thread::scope(|scope| {
        std::thread::Builder::new()
            .name("instance-script".to_owned())
            .stack_size(STACK)
            .spawn_scoped(scope, work)
            .map_err(|error| InstanceError::Internal(error.to_string()))?
            .join()
            .map_err(|_| InstanceError::Internal("a script thread panicked".to_owned()))
    })
}

/// Eight nested engines of 2 MB each, and as much again for the host side.
pub const STACK: usize = 64 * 1024 * 1024;
