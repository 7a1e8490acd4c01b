//! Manager approval: the manager on file is asked whether the request is genuine.
//!
//! It is a person's word about another person, given on request; it completes other proof, and alone it never leads
//! to the level Verified: whoever persuaded the service desk may persuade a manager too.

use serde::{Deserialize, Serialize};
use shared::agent_token::{Agent, Requester};
use shared::words::{Channel, CheckKind, CheckResult, UnixMillis};

use super::on_file_code::RESEND_AFTER_SECONDS;
use super::{Proof, Said};
use crate::verification::destination::Destination;
use crate::verification::ids::LinkId;
use crate::verification::policy::Weights;

/// A request is valid for ten minutes, as every link is.
pub const REQUEST_LIFE_SECONDS: i64 = 600;
/// The first request and two more: a manager who does not answer three times is not there.
pub const MAX_REQUESTS: u8 = 3;

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
    /// Which one it is, from 1.
    #[serde(default = "first")]
    pub number: u8,
}

const fn first() -> u8 {
    1
}

impl ManagerApproval {
    /// Makes the next request; the one before it is void.
    #[must_use]
    pub fn asked(mut self, link: LinkId, at: UnixMillis) -> Self {
        let earlier = self.request.as_ref().map_or(0, |request| request.number);
        self.request = Some(ApprovalRequest {
            link,
            asked_at: at,
            number: earlier.saturating_add(1),
        });
        self
    }

    /// Seconds until the manager may be asked (again): 0 = now, `None` when they will not be asked any more.
    pub fn ask_in(&self, now: UnixMillis) -> Option<u32> {
        self.manager.as_ref()?;
        match &self.request {
            None => Some(0),
            Some(request) if request.number >= MAX_REQUESTS => None,
            Some(request) => Some(now.seconds_until(request.asked_at.plus_seconds(RESEND_AFTER_SECONDS))),
        }
    }
}

impl ApprovalRequest {
    /// From when on it decides nothing.
    pub const fn ends_at(&self) -> UnixMillis {
        self.asked_at.plus_seconds(REQUEST_LIFE_SECONDS)
    }

    /// True while it may be answered.
    pub fn is_valid_at(&self, now: UnixMillis) -> bool {
        now < self.ends_at()
    }
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

    #[test]
    fn a_manager_is_asked_three_times_at_most_with_two_minutes_between() {
        let mut approval = ManagerApproval {
            manager: asked(|_| {}),
            request: None,
        };
        assert_eq!(approval.ask_in(START), Some(0));
        for number in 1..=MAX_REQUESTS {
            let at = START.plus_seconds(i64::from(number) * 120);
            approval = approval.asked(LinkId([number; 16]), at);
            let request = approval.request.clone().unwrap();
            assert_eq!((request.number, request.link), (number, LinkId([number; 16])));
            assert!(request.is_valid_at(at.plus_seconds(599)) && !request.is_valid_at(at.plus_seconds(600)));
            let later = (number < MAX_REQUESTS).then_some(20);
            assert_eq!(approval.ask_in(at.plus_seconds(100)), later);
        }
        approval.manager = None;
        assert_eq!(approval.ask_in(START), None);
    }
}
