//! What the agent may see of a verification.

use shared::agent_api::{GrantView, VerificationView};
use shared::words::{Channel, CheckKind};

use super::{Service, events};
use crate::verification::{Delivery, Grant, State, Verification};

/// Reasons shown to the agent.
const TOP_REASONS: usize = 3;

/// The agent's view: masked, and with the call number only while the requester is being asked for it.
pub fn view(service: &Service, of: &Verification, grant: Option<&Grant>) -> VerificationView {
    let now = service.now();
    let decision = of.decision();
    let call_number = of.session().and_then(|session| {
        let asked = session
            .current_check()
            .is_some_and(|check| check.kind() == CheckKind::CallNumber);
        asked.then(|| service.config.keys.call_number(&of.id, &session.cookie_digest))
    });
    let started = match &of.state {
        State::InProgress(session) => Some(session.started_at),
        State::Decided(decided) => decided.session.as_ref().map(|session| session.started_at),
        _ => None,
    };
    VerificationView {
        id: of.id.to_string(),
        status: of.status(),
        outcome: decision.map(|d| d.outcome),
        risk_level: decision.map(|d| d.level),
        risk_score: decision.map(|d| d.score),
        recommendation: decision.map(|d| d.recommendation),
        reasons: decision.map_or_else(Vec::new, |d| d.report.top_reasons(TOP_REASONS)),
        action: of.action,
        channel: of.destination.channel(),
        destination: of.destination.masked(),
        destination_on_file: of.destination_on_file,
        call_number,
        initiated_by: of.agent.name.clone(),
        created_at: of.created_at,
        sent_at: match of.delivery {
            Delivery::Accepted { at } | Delivery::Delivered { accepted_at: at, .. } => Some(at),
            Delivery::Queued | Delivery::Delayed { .. } | Delivery::Refused { .. } => None,
        },
        delivered_at: match of.delivery {
            Delivery::Delivered { at, .. } => Some(at),
            _ => None,
        },
        opened_at: of.opens.first_at,
        started_at: started,
        ended_at: of.ended_at(),
        expires_at: of.expires_at(),
        resend_in: of.resend_in(now),
        delivery_problem: delivery_problem(service, of),
        details_url: events::details_url(service, of),
        granted: grant.map(|grant| GrantView {
            state: grant.word(),
            at: grant.reached_at(),
            expires_at: grant.is_open().then_some(grant.expires_at),
            summary: grant.line(),
            ticket: grant.ticket,
        }),
    }
}

/// Why the link has not arrived, and by which other way it may.
fn delivery_problem(service: &Service, of: &Verification) -> Option<String> {
    let other = match of.destination.channel() {
        Channel::Email => Channel::Sms,
        Channel::Sms => Channel::Email,
    };
    let offered = |reason: &str| service.config.channels().contains(&other) && !reason.contains("Use ");
    match &of.delivery {
        Delivery::Delayed { reason, .. } if matches!(of.state, State::Waiting) => {
            Some(match (offered(reason), other) {
                (false, _) => reason.clone(),
                (true, Channel::Sms) => {
                    format!(
                        "{reason} It is tried again. Or cancel, ask for a phone number, and send a text message."
                    )
                }
                (true, Channel::Email) => {
                    format!(
                        "{reason} It is tried again. Or cancel, ask for a private email address, and send it there."
                    )
                }
            })
        }
        Delivery::Refused { reason, .. } => Some(match (offered(reason), other) {
            (false, _) => reason.clone(),
            (true, Channel::Sms) => {
                format!("{reason} Ask for a phone number and send it by text message.")
            }
            (true, Channel::Email) => {
                format!("{reason} Ask for a private email address and send it there.")
            }
        }),
        _ => None,
    }
}
