//! What the portal shows of the action.

use shared::words::{Action, ActionState, UnixMillis};

use super::super::{Service, ServiceError};
use crate::actions::DirectoryRules;
use crate::verification::grant::{GrantState, MAX_ATTEMPTS, Reason};
use crate::verification::{Grant, Verification};

/// The page does not wait longer for the directory's rules.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(3);

/// The action as the requester sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActionStep {
    /// Which one.
    pub action: Action,
    /// Where it stands.
    pub state: ActionState,
    /// True when the requester can perform it now.
    pub is_possible: bool,
    /// Why the last try changed nothing.
    pub reason: Option<Reason>,
    /// Minutes until the permission ends, rounded up.
    pub minutes_left: u32,
    /// Tries that are left.
    pub tries_left: u8,
    /// Words about the requester, which a password must not be made of.
    pub about: Vec<String>,
}

impl ActionStep {
    /// What a grant shows at `now`.
    pub fn of(grant: &Grant, of: &Verification, now: UnixMillis) -> Self {
        let is_possible = grant.check(&grant.binding, now).is_ok();
        let is_over =
            now >= grant.expires_at && grant.is_open() && !matches!(grant.state, GrantState::Performing(_));
        Self {
            action: grant.binding.action,
            state: if is_over {
                ActionState::Expired
            } else {
                grant.word()
            },
            is_possible,
            reason: grant.ending().and_then(|ending| ending.reason),
            minutes_left: now.seconds_until(grant.expires_at).div_ceil(60),
            tries_left: MAX_ATTEMPTS.saturating_sub(grant.attempts),
            about: vec![
                of.requester.name.clone(),
                of.requester.user_name.clone(),
                of.requester.email.clone(),
                of.ticket.number.clone(),
            ],
        }
    }
}

/// The directory's own rules for passwords, where its connector can read them.
pub async fn rules(
    service: &Service,
    of: &super::super::portal::Page,
) -> Result<DirectoryRules, ServiceError> {
    let super::super::portal::Step::Action(action) = &of.step else {
        return Ok(DirectoryRules::default());
    };
    let instance = service.instance(&of.request.instance)?;
    let connector = instance
        .actions
        .get(&action.action)
        .and_then(|settings| service.connectors.get(&instance.id, &settings.connector));
    Ok(match connector {
        // Rules that come too late are not shown; the directory still applies them.
        Some(connector) => tokio::time::timeout(PATIENCE, connector.rules())
            .await
            .unwrap_or_default(),
        None => DirectoryRules::default(),
    })
}
