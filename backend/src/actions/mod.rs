//! Ring 2: the directories and services that perform actions, one module per neighbour. Nothing here knows the
//! database, the grant or its rules: a connector is handed an order and says what became of it.
//!
//! | connector | password reset | account unlock | MFA reset |
//! |---|---|---|---|
//! | LDAP (RFC 3062, password policy of OpenLDAP) | yes | yes | – |
//! | Active Directory | yes | yes | – |
//! | Microsoft Entra ID | yes | – | yes |
//! | Okta | yes | yes | yes |
//! | webhook | yes | yes | yes |
//! | manual | yes | yes | yes |

pub mod entra;
pub mod http;
pub mod ldap;
pub mod oauth;
pub mod okta;
pub mod password;
pub mod settings;
pub mod webhook;

#[cfg(test)]
mod doubles;

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use secrecy::SecretString;
use shared::words::{Action, UnixMillis};

use crate::ports::Clock;
use crate::verification::InstanceId;
use crate::verification::grant::{Reason, ReceiptId};
use settings::ConnectorSettings;

/// Whose account it is. Connectors find it by what their configuration names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// `sys_user.sys_id`.
    pub sys_id: String,
    /// `sys_user.user_name`.
    pub user_name: String,
    /// The company mailbox.
    pub email: String,
}

/// What is to be done.
pub enum Task {
    /// Set this password, which the requester has chosen. It lives in memory as long as the call.
    ResetPassword(SecretString),
    /// Open a locked account again.
    Unlock,
    /// Remove the registered second factors.
    ResetMfa,
}

impl Task {
    /// Its word.
    pub const fn action(&self) -> Action {
        match self {
            Self::ResetPassword(_) => Action::PasswordReset,
            Self::Unlock => Action::AccountUnlock,
            Self::ResetMfa => Action::MfaReset,
        }
    }
}

/// One execution of a spent grant.
pub struct Order {
    /// What is to be done.
    pub task: Task,
    /// For whom.
    pub subject: Subject,
    /// Passed on, so that the other side can tell a repetition.
    pub receipt: ReceiptId,
    /// A second person has released the grant, so privileged accounts may be touched.
    pub is_released: bool,
    /// The ticket's number, for the other side's own records.
    pub ticket_number: String,
}

/// What became of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Done.
    Done {
        /// One sentence for agent and work note; no password, no address.
        summary: String,
        /// What the other side said, for the evidence.
        answer: String,
    },
    /// It is certain that nothing changed.
    Refused {
        /// Why.
        reason: Reason,
        /// What the other side said, for the evidence.
        answer: String,
    },
    /// Some of it was done, not all.
    Partly {
        /// One sentence for agent and work note.
        summary: String,
        /// What the other side said, for the evidence.
        answer: String,
    },
    /// Nobody knows whether anything changed.
    Unknown {
        /// What is known, for the evidence.
        answer: String,
    },
    /// The account is privileged and nobody has released the grant. Nothing changed.
    NeedsRelease,
    /// The other side took the order and sends the receipt later.
    Promised,
}

impl Answer {
    /// It is certain that nothing changed.
    pub fn refused(reason: Reason, answer: impl Into<String>) -> Self {
        Self::Refused {
            reason,
            answer: shorten(&answer.into()),
        }
    }

    /// Done.
    pub fn done(summary: &str, answer: impl Into<String>) -> Self {
        Self::Done {
            summary: summary.to_owned(),
            answer: shorten(&answer.into()),
        }
    }
}

/// Answers of other systems are kept as evidence, within reason.
fn shorten(text: &str) -> String {
    const MOST: usize = 300;
    let clean = text
        .chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter });
    clean.take(MOST).collect::<String>().trim().to_owned()
}

/// What a directory tells about an interrupted execution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known {
    /// The change is there, and it is from the time of the execution.
    Changed(String),
    /// The last change is from before the execution.
    Unchanged(String),
    /// It cannot be told.
    Nothing,
}

/// Rules for passwords that a directory tells of itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DirectoryRules {
    /// Fewest characters.
    pub min_length: Option<u32>,
    /// So many of the last passwords cannot be used again.
    pub history: Option<u32>,
    /// It asks for several kinds of characters.
    pub is_complex: bool,
}

/// A way to perform actions.
pub trait Connector: Send + Sync {
    /// Performs an order. Never runs it twice by itself unless it is certain that nothing changed.
    fn perform<'a>(&'a self, order: &'a Order) -> BoxFuture<'a, Answer>;

    /// What is known about an execution that was interrupted after `started_at`.
    fn inquire<'a>(&'a self, _: &'a Subject, _: Action, _started_at: UnixMillis) -> BoxFuture<'a, Known> {
        Box::pin(async { Known::Nothing })
    }

    /// The directory's own rules for passwords, where they can be read.
    fn rules(&self) -> BoxFuture<'_, DirectoryRules> {
        Box::pin(async { DirectoryRules::default() })
    }
}

/// All connectors, by instance and name.
#[derive(Default)]
pub struct Connectors(BTreeMap<(InstanceId, String), Arc<dyn Connector>>);

impl Connectors {
    /// Makes the connectors of a configuration. Connects to nothing yet.
    pub fn new<'a>(
        settings: impl Iterator<Item = (&'a InstanceId, &'a str, &'a ConnectorSettings)>,
        clock: &Arc<dyn Clock>,
    ) -> Self {
        let made = settings.filter_map(|(instance, name, settings)| {
            let connector: Arc<dyn Connector> = match settings {
                ConnectorSettings::Ldap(settings) => {
                    Arc::new(ldap::open_ldap::OpenLdap::new(settings.clone()))
                }
                ConnectorSettings::ActiveDirectory(settings) => {
                    Arc::new(ldap::active_directory::ActiveDirectory::new(settings.clone()))
                }
                ConnectorSettings::Entra(settings) => {
                    Arc::new(entra::Entra::new(settings.clone(), Arc::clone(clock)))
                }
                ConnectorSettings::Okta(settings) => {
                    Arc::new(okta::Okta::new(settings.clone(), Arc::clone(clock)))
                }
                ConnectorSettings::Webhook(settings) => {
                    Arc::new(webhook::Webhook::new(settings.clone(), Arc::clone(clock)))
                }
                // The agent's own hands.
                ConnectorSettings::Manual => return None,
            };
            Some(((instance.clone(), name.to_owned()), connector))
        });
        Self(made.collect())
    }

    /// The connector `name` of an instance.
    pub fn get(&self, instance: &InstanceId, name: &str) -> Option<Arc<dyn Connector>> {
        self.0.get(&(instance.clone(), name.to_owned())).cloned()
    }

    /// Puts a connector in place of the configured one; for tests.
    #[cfg(test)]
    #[must_use]
    pub fn with(mut self, instance: &InstanceId, name: &str, connector: Arc<dyn Connector>) -> Self {
        self.0.insert((instance.clone(), name.to_owned()), connector);
        self
    }
}
