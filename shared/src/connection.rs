//! The test of the way back: an admin asks, from the app's own page, whether the backend can deliver results. The app
//! signs the request (`POST {backend}/api/v1/connection`, no body) with a token of its own type; the backend gets an
//! OAuth token from the instance, posts a [`Ping`] exactly as it posts results, and says what happened at each step.

use serde::{Deserialize, Serialize};

/// The only `typ` accepted: an agent's token opens no test, and this one opens nothing else.
pub const CONNECTION_TOKEN_TYPE: &str = "imper-connection+jwt";

/// `exp - iat` at most, in seconds.
pub const MAX_CONNECTION_TOKEN_SECONDS: i64 = 120;

/// [`Ping::kind`].
pub const PING: &str = "connection.ping";

/// [`Pong::status`].
pub const PONG: &str = "pong";

/// The claims of the token that asks for a test. Only admins of the app get one signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectionClaims {
    /// The instance's URL.
    pub iss: String,
    /// The backend's public URL.
    pub aud: String,
    /// `sys_user.sys_id` of the admin.
    pub sub: String,
    /// When it was made, in seconds since 1970.
    pub iat: i64,
    /// From when it holds.
    pub nbf: i64,
    /// From when it no longer holds.
    pub exp: i64,
    /// Unique; it can be used once.
    pub jti: String,
}

/// What the backend posts where results go, signed like one. It changes nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ping {
    /// `evt_` + 32 hex digits, equal to the header `webhook-id`.
    pub id: String,
    /// [`PING`].
    #[serde(rename = "type")]
    pub kind: String,
    /// RFC 3339 in UTC.
    pub occurred_at: String,
}

/// What the app answers to a [`Ping`] whose signature holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pong {
    /// [`PONG`].
    pub status: String,
    /// Version of the app.
    pub version: String,
    /// The instance's time, in seconds since 1970.
    pub time: i64,
}

/// What was tried, in order; it ends where nothing further can be tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectionReport {
    /// At least one.
    pub steps: Vec<StepReport>,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepReport {
    /// Which.
    pub step: Step,
    /// True when it worked: then `finding` is [`Finding::Fine`].
    pub ok: bool,
    /// What was found; a program may match on it.
    pub finding: Finding,
    /// What happened, in a sentence. Never a secret.
    pub text: String,
    /// What to do about it; empty when there is nothing to do.
    pub remedy: String,
}

/// The steps of the way back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// An OAuth token from the instance.
    Oauth,
    /// A signed event to the app.
    Ping,
    /// The two clocks.
    Clock,
}

/// What a step found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// It works.
    Fine,
    /// There is no connection.
    Unreachable,
    /// There is one, but the certificate is not trusted.
    Certificate,
    /// No answer in time.
    TimedOut,
    /// Another address is named.
    Redirected,
    /// Something that is not the instance answers.
    Proxy,
    /// The instance sleeps.
    Hibernating,
    /// The instance asks to wait.
    Busy,
    /// The instance failed.
    Failed,
    /// An answer of another form than agreed.
    Unreadable,
    /// The OAuth client or its secret is not accepted.
    ClientRefused,
    /// Client credentials are switched off, for the instance or for this client.
    GrantRefused,
    /// The instance does not accept the token that it has just given.
    TokenRefused,
    /// The user behind the OAuth client lacks a role.
    RoleMissing,
    /// The app has no such resource.
    NotInstalled,
    /// The app is older than this question.
    Outdated,
    /// The app is switched off or not set up.
    SwitchedOff,
    /// The webhook secrets differ.
    SignatureRefused,
    /// The clocks differ too much.
    ClockOff,
}
