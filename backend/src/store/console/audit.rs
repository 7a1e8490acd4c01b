//! The console's audit log: who signed in, who looked at what, and who took something along. Triggers keep it
//! append-only.

use rusqlite::types::Value;
use rusqlite::{Transaction, params, params_from_iter};
use shared::words::UnixMillis;

use crate::store::{StoreError, exactly_one};
use crate::verification::InstanceId;

/// Makes the enum of what is logged: the stable form in the database, and the words that people read.
macro_rules! actions {
    ($($(#[$meta:meta])* $variant:ident = $stored:literal, $label:literal;)+) => {
        /// What is logged.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Action {
            $($(#[$meta])* $variant,)+
        }

        impl Action {
            /// Everything that is logged.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The stable form in the database.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $stored),+ }
            }

            /// What people read.
            pub const fn label(self) -> &'static str {
                match self { $(Self::$variant => $label),+ }
            }

            /// Reads the stored form.
            pub fn parse(stored: &str) -> Option<Self> {
                match stored { $($stored => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

actions! {
    /// A user was added.
    UserAdded = "user.added", "User added";
    /// Somebody signed in.
    SignedIn = "session.signed_in", "Signed in";
    /// Somebody gave a wrong password, or a name that belongs to nobody.
    SignInRefused = "session.refused", "Sign-in refused";
    /// A password was right; the second factor, or a change of the password, is still to come.
    PasswordAccepted = "session.password_accepted", "Password accepted";
    /// Somebody gave a wrong code, or a passkey that is none of theirs.
    FactorRefused = "session.factor_refused", "Second factor refused";
    /// The company's provider did not let somebody in, or let in somebody who has no business here.
    ProviderRefused = "session.provider_refused", "Company sign-in refused";
    /// Sessions were ended by their owner, or by an admin.
    SessionsEnded = "session.ended", "Sessions ended";
    /// Somebody changed their own password.
    PasswordChanged = "account.password_changed", "Password changed";
    /// Somebody added a second factor of their own.
    FactorAdded = "account.factor_added", "Second factor added";
    /// Somebody removed a second factor of their own.
    FactorRemoved = "account.factor_removed", "Second factor removed";
    /// Somebody signed in with a recovery code.
    RecoveryCodeUsed = "account.recovery_code_used", "Recovery code used";
    /// A user may do more or less than before.
    UserRoleChanged = "user.role_changed", "Role changed";
    /// A user was switched off.
    UserDisabled = "user.disabled", "User disabled";
    /// A user was switched on again.
    UserEnabled = "user.enabled", "User enabled";
    /// A user got an initial password, and their second factors are gone.
    UserReset = "user.reset", "Sign-in reset";
    /// A user was removed.
    UserRemoved = "user.removed", "User removed";
    /// Somebody looked at the users.
    UsersRead = "users.read", "Users read";
    /// Somebody signed out.
    SignedOut = "session.signed_out", "Signed out";
    /// Somebody looked at a list of verifications.
    ListRead = "verifications.read", "List read";
    /// Somebody read the details of a verification.
    DetailsRead = "verification.read", "Details read";
    /// A signed report of a verification was handed out.
    ReportIssued = "verification.report_issued", "Signed report issued";
    /// Retention took entries out of this log.
    EntriesErased = "audit.erased", "Log entries erased";
    /// Somebody exported verifications.
    Exported = "verifications.exported", "Verifications exported";
    /// Somebody saved a view.
    ViewSaved = "view.saved", "View saved";
    /// Somebody removed a saved view.
    ViewRemoved = "view.removed", "View removed";
    /// Somebody looked at the charts.
    OverviewRead = "overview.read", "Overview read";
    /// Somebody looked at the tickets resolved without verification.
    BypassesRead = "bypasses.read", "Resolved without verification read";
    /// Somebody looked at the figures of agents.
    AgentsRead = "agents.read", "Agents read";
    /// Somebody read this log.
    AuditRead = "audit.read", "Audit log read";
    /// Somebody looked at what goes out.
    DeliveryRead = "delivery.read", "Delivery read";
    /// Somebody had something tried again that was given up.
    DeliveryRetried = "delivery.retried", "Delivery tried again";
    /// Somebody changed how long things are kept.
    RetentionChanged = "retention.changed", "Retention changed";
    /// Somebody had the chain of evidence verified.
    ChainVerified = "evidence.verified", "Evidence verified";
    /// Somebody changed how the company appears.
    BrandingChanged = "branding.changed", "Branding changed";
    /// Somebody sent a test message.
    TestMessageSent = "message.tested", "Test message sent";
    /// Somebody looked at the policy, its history or a draft.
    PolicyRead = "policy.read", "Policy read";
    /// Somebody saved a draft of a policy.
    PolicyDraftSaved = "policy.draft_saved", "Policy draft saved";
    /// Somebody discarded their draft of a policy.
    PolicyDraftDiscarded = "policy.draft_discarded", "Policy draft discarded";
    /// Somebody replayed past decisions under a draft.
    PolicyReplayed = "policy.replayed", "Policy draft replayed";
    /// A policy was put in force.
    PolicyActivated = "policy.activated", "Policy activated";
    /// An earlier policy, or that of the configuration, was put in force again.
    PolicyRolledBack = "policy.rolled_back", "Policy rolled back";
    /// Somebody looked at the instance and its keys.
    InstanceRead = "instance.read", "Instance read";
    /// A new key between the instance and this service was made.
    KeyMade = "key.made", "New key made";
    /// A new key replaced the one before.
    KeyReplaced = "key.replaced", "Key replaced";
    /// A new key was taken back.
    KeyWithdrawn = "key.withdrawn", "New key taken back";
    /// The keys of the configuration count again.
    KeysOfConfiguration = "key.configuration_used", "Keys of the configuration used";
    /// Somebody asked for something that their role does not allow.
    AccessRefused = "access.refused", "Access refused";
    /// Somebody looked at the API tokens.
    TokensRead = "tokens.read", "API tokens read";
    /// Somebody looked at the destinations of the push.
    PushRead = "push.read", "Push destinations read";
    /// Somebody looked at what requesters get to see.
    MessagesRead = "messages.read", "Messages read";
    /// Somebody looked at how the company appears.
    BrandingRead = "branding.read", "Branding read";
    /// Somebody looked at how long things are kept.
    RetentionRead = "retention.read", "Retention read";
    /// Somebody looked at how the service is doing.
    HealthRead = "health.read", "Health read";
    /// Somebody looked at their own password, factors and sessions.
    AccountRead = "account.read", "Own account read";
    /// An API token was made.
    TokenAdded = "token.added", "API token made";
    /// An API token was revoked.
    TokenRevoked = "token.revoked", "API token revoked";
    /// An API token was used that has expired, was revoked, or may not be used from there.
    TokenRefused = "token.refused", "API token refused";
}

/// What the name of a token begins with in the log. Names of users hold no colon.
pub const TOKEN_PREFIX: &str = "token:";

/// One entry to be written.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// The tenant; `None` for a sign-in to one that does not exist.
    pub instance: Option<&'a InstanceId>,
    /// Id and name of the user; `None` for a name that belongs to nobody, which may be a mistyped password.
    pub user: Option<(i64, &'a str)>,
    /// What happened.
    pub action: Action,
    /// What it happened to: the id of a verification, the name of a user, or nothing.
    pub subject: &'a str,
    /// Where the request came from; empty on the command line.
    pub client_address: &'a str,
}

/// Appends one entry.
pub fn append(tx: &Transaction<'_>, entry: Entry<'_>, at: UnixMillis) -> Result<(), StoreError> {
    let (id, name) = entry.user.map_or((None, ""), |(id, name)| (Some(id), name));
    insert(tx, entry, (id, name), at)
}

/// Appends one entry about what an API token did: under its name, which no user can have.
pub fn append_for_token(
    tx: &Transaction<'_>,
    token: &str,
    entry: Entry<'_>,
    at: UnixMillis,
) -> Result<(), StoreError> {
    insert(tx, entry, (None, &format!("{TOKEN_PREFIX}{token}")), at)
}

fn insert(
    tx: &Transaction<'_>,
    entry: Entry<'_>,
    (user_id, user_name): (Option<i64>, &str),
    at: UnixMillis,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO console_audit (instance, at, user_id, user_name, action, subject, client_address)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let affected = tx.prepare_cached(sql)?.execute(params![
        entry.instance.map_or("", InstanceId::as_str),
        at.0,
        user_id,
        user_name,
        entry.action.as_str(),
        entry.subject,
        entry.client_address
    ])?;
    exactly_one("append to the audit log", affected)
}

/// One entry as it is read back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logged {
    /// Its number; later entries have greater ones.
    pub id: i64,
    /// When it happened.
    pub at: UnixMillis,
    /// Name of the user, empty for a name that belongs to nobody.
    pub user: String,
    /// What happened, in its stable form: a newer version may have written it.
    pub action: String,
    /// What it happened to, possibly empty.
    pub subject: String,
    /// Where the request came from, empty for the command line.
    pub client_address: String,
}

/// What the log is narrowed to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Narrowing {
    /// Only this.
    pub action: Option<Action>,
    /// Only by this user, in whatever case.
    pub user: Option<String>,
    /// Only entries with smaller numbers.
    pub before: Option<i64>,
}

/// Up to `limit` entries of an instance, the newest first.
pub fn list_entries(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    narrowing: &Narrowing,
    limit: u32,
) -> Result<Vec<Logged>, StoreError> {
    let mut sql = String::from(
        "SELECT id, at, user_name, action, subject, client_address FROM console_audit WHERE instance = ? AND id < ?",
    );
    let mut values = vec![
        Value::from(instance.as_str().to_owned()),
        narrowing.before.unwrap_or(i64::MAX).into(),
    ];
    if let Some(action) = narrowing.action {
        sql.push_str(" AND action = ?");
        values.push(action.as_str().to_owned().into());
    }
    if let Some(user) = &narrowing.user {
        sql.push_str(" AND user_name = ? COLLATE NOCASE");
        values.push(user.clone().into());
    }
    sql.push_str(" ORDER BY id DESC LIMIT ?");
    values.push(i64::from(limit).into());
    let mut statement = tx.prepare_cached(&sql)?;
    let rows = statement.query_map(params_from_iter(values), |row| {
        Ok(Logged {
            id: row.get(0)?,
            at: UnixMillis(row.get(1)?),
            user: row.get(2)?,
            action: row.get(3)?,
            subject: row.get(4)?,
            client_address: row.get(5)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
