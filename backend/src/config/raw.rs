//! The file as it is written, before anything is checked.

use serde::Deserialize;

use super::check::{RawConsoleSignIn, RawPush, RawSignIn};
use super::connectors::{RawAction, RawConnector};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Raw {
    pub server: RawServer,
    pub storage: RawStorage,
    pub smtp: RawSmtp,
    pub sms: Option<RawSms>,
    pub delivery_reports: Option<RawDeliveryReports>,
    pub sendgrid: Option<RawSendGrid>,
    pub report_key: Option<RawReportKey>,
    #[serde(default)]
    pub network: RawNetwork,
    #[serde(default)]
    pub policy: RawPolicy,
    #[serde(default)]
    pub instance: Vec<RawInstance>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawServer {
    pub listen: String,
    pub operations_listen: String,
    pub public_url: String,
    #[serde(default)]
    pub trusted_proxies: Vec<String>,
    #[serde(default = "default_answers")]
    pub answers_per_minute: u32,
}

/// An office behind one address gets through (some twenty people a minute), and a machine that guesses does not: what
/// can be guessed has limits of its own for each verification.
fn default_answers() -> u32 {
    120
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawStorage {
    pub path: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawSmtp {
    pub host: String,
    pub port: u16,
    pub tls: String,
    pub username: Option<String>,
    pub from: String,
    pub ca_file: Option<String>,
    #[serde(default = "default_timeout")]
    pub timeout_seconds: u64,
    pub per_second: Option<u32>,
    pub dkim: Option<RawDkim>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawDkim {
    pub domain: String,
    pub selector: String,
}

fn default_timeout() -> u64 {
    20
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawSms {
    #[serde(default = "default_provider")]
    pub provider: String,
    pub per_second: Option<u32>,
    pub url: Option<String>,
    pub account_sid: Option<String>,
    pub api_key_sid: Option<String>,
    pub messaging_service_sid: Option<String>,
    pub from: Option<String>,
    pub base_url: Option<String>,
}

fn default_provider() -> String {
    "webhook".into()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawDeliveryReports {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawReportKey {}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawPolicy {
    pub file: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawNetwork {
    pub location_database: Option<String>,
    pub owner_database: Option<String>,
    pub hosting_list: Option<String>,
    pub vpn_list: Option<String>,
    pub tor_list: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawSendGrid {
    pub verification_key: String,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawBranding {
    pub colour: Option<String>,
    pub logo_file: Option<String>,
    pub logo_url: Option<String>,
    pub sender_name: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(
    clippy::struct_field_names,
    reason = "the unit belongs to the name of a setting"
)]
pub(super) struct RawRetention {
    pub addresses_days: Option<u32>,
    pub personal_days: Option<u32>,
    pub evidence_days: Option<u32>,
    pub origins_days: Option<u32>,
    pub messages_days: Option<u32>,
    pub audit_days: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawInstance {
    pub id: String,
    pub company: String,
    pub url: String,
    pub support_contact: String,
    pub default_region: Option<String>,
    pub default_language: Option<String>,
    #[serde(default = "default_link_seconds")]
    pub link_seconds: i64,
    pub policy_file: Option<String>,
    #[serde(default)]
    pub branding: RawBranding,
    #[serde(default)]
    pub retention: RawRetention,
    #[serde(default = "default_starts_per_hour")]
    pub starts_per_hour: u32,
    pub bypass_seconds: Option<u32>,
    #[serde(default)]
    pub agent_key: Vec<RawAgentKey>,
    pub callback: RawCallback,
    pub sign_in: Option<RawSignIn>,
    pub console_sign_in: Option<RawConsoleSignIn>,
    #[serde(default)]
    pub push: Vec<RawPush>,
    #[serde(default)]
    pub connector: Vec<RawConnector>,
    #[serde(default)]
    pub action: Vec<RawAction>,
}

fn default_link_seconds() -> i64 {
    600
}

fn default_starts_per_hour() -> u32 {
    600
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawAgentKey {
    pub kid: String,
    pub algorithm: String,
    pub secret_env: Option<String>,
    pub public_key_file: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawCallback {
    pub client_id: String,
    pub client_secret_env: String,
    pub webhook_secret_env: String,
}
