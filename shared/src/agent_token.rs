//! The agent token: a JWT of at most five minutes, signed by the ServiceNow app, that carries the ticket, the
//! requester and the agent. The browser can show it but not forge it, so nothing that decides anything is taken
//! from a request body.
//!
//! Header: `{"alg": "HS256" | "RS256" | "ES256", "typ": "imper-agent+jwt", "kid": KEY_ID}`. The explicit `typ`
//! keeps tokens of other kinds out (RFC 8725, section 3.11).

use serde::{Deserialize, Serialize};

use crate::words::{Action, Assurance, Channel};

/// The only `typ` header that is accepted.
pub const TOKEN_TYPE: &str = "imper-agent+jwt";

/// The longest accepted life of a token (`exp - iat`), in seconds.
pub const MAX_LIFETIME_SECONDS: i64 = 300;

/// The longest accepted token, in bytes. A description is cut by the app so that this is never reached.
pub const MAX_TOKEN_BYTES: usize = 8 * 1024;

/// The longest `ticket.description` that the app puts into a token, in characters.
pub const MAX_DESCRIPTION_CHARS: usize = 1000;

/// The claims of an agent token. Unknown claims are ignored (RFC 7519, section 4).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentClaims {
    /// The instance's own URL, without a trailing slash: `https://acme.service-now.com`.
    pub iss: String,
    /// The backend that the token is for: its public URL, without a trailing slash.
    pub aud: String,
    /// The agent's `sys_user.sys_id`.
    pub sub: String,
    /// Issued at, seconds since 1970.
    pub iat: i64,
    /// Not valid before, seconds since 1970.
    pub nbf: i64,
    /// Not valid from this moment on, seconds since 1970.
    pub exp: i64,
    /// Unique id of the token; a state-changing call spends it.
    pub jti: String,
    /// The help-desk person working in the ticket.
    pub agent: Agent,
    /// The ticket that the agent has open.
    pub ticket: Ticket,
    /// The person the ticket is for.
    pub requester: Requester,
    /// The predefined action that the matching policy names, if any.
    #[serde(default)]
    pub action: Option<Action>,
    /// How much must be proven; the matching policy names it. Absent from apps that know no assurance: Standard.
    #[serde(default)]
    pub assurance: Option<Assurance>,
}

/// The help-desk person, as ServiceNow knows them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agent {
    /// `sys_user.sys_id`.
    pub sys_id: String,
    /// `sys_user.user_name`.
    pub user_name: String,
    /// Display name.
    pub name: String,
}

/// The ticket: an incident, or a record of another task table that the admin allows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    /// Table name, for example `incident`.
    pub table: String,
    /// `sys_id` of the record.
    pub sys_id: String,
    /// Number, for example `INC0010023`.
    pub number: String,
    /// Subject (`short_description`).
    #[serde(default)]
    pub short_description: String,
    /// Description, cut to [`MAX_DESCRIPTION_CHARS`].
    #[serde(default)]
    pub description: String,
    /// Display value of the category.
    #[serde(default)]
    pub category: String,
}

/// The person the ticket is for, with the contacts that ServiceNow has on file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requester {
    /// `sys_user.sys_id`.
    pub sys_id: String,
    /// `sys_user.user_name`.
    pub user_name: String,
    /// Display name.
    pub name: String,
    /// The company mailbox; empty if there is none on file.
    #[serde(default)]
    pub email: String,
    /// Every contact on file, the company mailbox included.
    #[serde(default)]
    pub contacts: Vec<Contact>,
    /// IANA time zone on file, empty if none.
    #[serde(default)]
    pub time_zone: String,
    /// Language on file as a BCP 47 tag, empty if none.
    #[serde(default)]
    pub language: String,
    /// The manager on file (`sys_user.manager`), if there is one and the record is active. Absent from apps that know
    /// no manager: then manager approval is not available.
    #[serde(default)]
    pub manager: Option<Manager>,
}

/// The requester's manager, as ServiceNow knows them. Their word can replace or complete other checks, so it is read
/// from the record of the requester and never from the ticket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manager {
    /// `sys_user.sys_id`.
    pub sys_id: String,
    /// Display name.
    pub name: String,
    /// The company mailbox; empty if there is none on file.
    #[serde(default)]
    pub email: String,
}

/// One contact that ServiceNow has on file for the requester.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// How it is reached.
    pub channel: Channel,
    /// The address or number as it stands in the record.
    pub address: String,
    /// The `sys_user` field that it was read from, for example `mobile_phone`.
    pub source: String,
}

/// What the app answers when the widget asks it for an agent token
/// (`POST /api/x_imper_verify/v1/verify/agent_token`, inside ServiceNow's `{"result": …}`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentTokenReply {
    /// The signed token.
    pub token: String,
    /// Public URL of the backend, without a trailing slash.
    pub backend_url: String,
    /// Seconds from now until the token is no longer valid (a duration, so that the browser's clock is no matter).
    pub expires_in: i64,
}
