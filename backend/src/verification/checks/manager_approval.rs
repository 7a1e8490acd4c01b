//! Manager approval: the manager on file is asked whether the request is genuine.
//!
//! It is a person's word about another person, given on request; it completes other proof, and alone it never leads
//! to the level Verified: whoever persuaded the service desk may persuade a manager too.

use serde::{Deserialize, Serialize};
use shared::agent_token::{Agent, Requester};
use shared::words::{Channel, CheckKind, CheckResult, UnixMillis};

use super::{Proof, Said};
use crate::verification::destination::Destination;
use crate::verification::ids::LinkId;
use crate::verification::policy::Weights;

/// State of the check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManagerApproval {
    /// Who is asked; `None` when nobody may be.
    pub manager: Option<Manager>,
    /// The request in force; `None` before the requester pressed the button that sends it.
    pub request: Option<ApprovalRequest>,
}

/// The manager on file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manager {
    /// `sys_user.sys_id`.
    pub sys_id: String,
    /// Display name.
    pub name: String,
    /// Where the request goes: the manager's company mailbox.
    pub destination: Destination,
}

/// A request that was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalRequest {
    /// Public half of the link; the secret half is derived from it.
    pub link: LinkId,
    /// When it was made.
    pub asked_at: UnixMillis,
}

/// The manager on file, if they may be asked: never the requester, never the agent, and neither by another record
/// with the same mailbox, nor at the destination that the agent typed.
pub fn manager(requester: &Requester, agent: &Agent, typed: &Destination) -> Option<Manager> {
    let on_file = requester.manager.as_ref()?;
    let destination = Destination::parse(Channel::Email, &on_file.email, None).ok()?;
    let is_requester = on_file.sys_id == requester.sys_id
        || requester.contacts.iter().any(|contact| {
            Destination::parse(contact.channel, &contact.address, None)
                .is_ok_and(|own| own.normalized() == destination.normalized())
        })
        || Destination::parse(Channel::Email, &requester.email, None)
            .is_ok_and(|own| own.normalized() == destination.normalized());
    let is_agent = on_file.sys_id == agent.sys_id;
    let is_typed = destination.normalized() == typed.normalized();
    if on_file.sys_id.is_empty() || is_requester || is_agent || is_typed {
        return None;
    }
    Some(Manager {
        sys_id: on_file.sys_id.clone(),
        name: on_file.name.clone(),
        destination,
    })
}

impl Proof for ManagerApproval {
    fn kind(&self) -> CheckKind {
        CheckKind::ManagerApproval
    }

    /// One answer: a refusal is a refusal.
    fn max_wrong_answers(&self) -> u8 {
        1
    }

    fn can_be_asked(&self) -> bool {
        self.manager.is_some()
    }

    fn is_strong(&self) -> bool {
        false
    }

    fn said(&self, result: CheckResult, weights: &Weights) -> Said {
        let name = self
            .manager
            .as_ref()
            .map_or("the manager on file", |manager| manager.name.as_str());
        match result {
            CheckResult::Passed => Said::new(
                "manager_approved",
                weights.manager_approved,
                format!("The manager on file, {name}, confirmed the request."),
            ),
            CheckResult::Failed => Said::new(
                "manager_refused",
                weights.check_failed,
                format!("The manager on file, {name}, refused the request."),
            ),
            CheckResult::Unavailable => Said::new(
                "manager_unavailable",
                0,
                "There is no manager on file who could be asked.",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use shared::agent_token::Manager as OnFile;

    use super::*;
    use crate::testing::{START, claims, sys_id};

    fn asked(change: impl FnOnce(&mut OnFile)) -> Option<Manager> {
        let claims = claims(START, "manager");
        let mut requester = claims.requester;
        let mut on_file = OnFile {
            sys_id: sys_id('c'),
            name: "Ada Lopez".into(),
            email: "ada.lopez@acme.example".into(),
        };
        change(&mut on_file);
        requester.manager = Some(on_file);
        let typed = Destination::parse(Channel::Email, "mia.private@gmail.com", None).unwrap();
        manager(&requester, &claims.agent, &typed)
    }

    #[test]
    fn the_manager_is_never_the_requester_the_agent_or_the_typed_address() {
        assert_eq!(asked(|_| {}).unwrap().name, "Ada Lopez");
        assert_eq!(asked(|manager| manager.sys_id = sys_id('a')), None, "the agent");
        assert_eq!(
            asked(|manager| manager.sys_id = sys_id('b')),
            None,
            "the requester"
        );
        assert_eq!(
            asked(|manager| manager.email = "MIA.Chen@acme.example".into()),
            None,
            "the requester's own mailbox"
        );
        assert_eq!(
            asked(|manager| manager.email = "mia.private@gmail.com".into()),
            None,
            "the typed address"
        );
        assert_eq!(asked(|manager| manager.email = String::new()), None, "no mailbox");
    }
}
