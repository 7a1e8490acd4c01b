//! Everything about one verification.

use std::sync::Arc;

use super::lists::masked;
use super::{Delivery, Listed, Same, Session};
use crate::service::{Service, ServiceError};
use crate::store::console::{deliveries, listing};
use crate::store::{evidence, grants, origins, verifications};
use crate::verification::facts::NetworkFacts;
use crate::verification::{ClientFacts, Decision, Grant, Policy, State, Verification, VerificationId};

/// Others that are shown beside a verification, of each kind.
const RELATED_ROWS: u32 = 5;

/// Others that share something with a verification.
#[derive(Clone, Debug)]
pub struct Relation {
    /// What.
    pub same: Same,
    /// The newest of them.
    pub rows: Vec<Listed>,
    /// There are more.
    pub has_more: bool,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct Details {
    /// The verification, with its decision and the facts behind it.
    pub verification: Verification,
    /// What happened, oldest first.
    pub evidence: Vec<evidence::Entry>,
    /// What was sent, oldest first.
    pub deliveries: Vec<Delivery>,
    /// The permission that a pass gave, and what was made of it.
    pub grant: Option<Grant>,
    /// The network that Begin came from.
    pub network: Option<NetworkFacts>,
    /// Others that share something with it; kinds without any are left out.
    pub related: Vec<Relation>,
    /// The policy that decided, if it is known.
    pub policy: Option<Arc<Policy>>,
    /// Nothing was taken out.
    pub is_whole: bool,
}

/// One verification of the session's instance.
pub async fn details(
    service: &Service,
    session: &Session,
    id: VerificationId,
) -> Result<Details, ServiceError> {
    let (instance, is_whole) = (session.user.instance.clone(), session.reads_everything());
    let context = service.clone();
    service
        .store
        .read(move |tx| {
            let verification = verifications::lookup(tx, &instance, &id)?.ok_or(ServiceError::NotFound)?;
            let mut related = Vec::new();
            for same in Same::ALL.iter().copied() {
                let mut rows = listing::related(tx, &instance, same, &id, RELATED_ROWS + 1)?;
                let shown = usize::try_from(RELATED_ROWS).unwrap_or(usize::MAX);
                let has_more = rows.len() > shown;
                rows.truncate(shown);
                if !rows.is_empty() {
                    related.push(Relation { same, rows, has_more });
                }
            }
            let origin = origins::find(tx, &id)?;
            let version = verification
                .decision()
                .map(|decision| decision.policy_version.as_str());
            let policy = match version {
                Some(version) => context.policies.of_version(tx, &instance, version)?,
                None => None,
            };
            let mut details = Details {
                evidence: evidence::list(tx, &instance, &id)?,
                deliveries: deliveries::deliveries(tx, &instance, &id)?,
                grant: grants::find(tx, &instance, &id)?,
                network: origin.and_then(|(origin, _)| origin.network),
                related,
                policy,
                is_whole,
                verification,
            };
            if !is_whole {
                hide_private_data(&mut details);
            }
            Ok::<_, ServiceError>(details)
        })
        .await
}

/// Takes out what a viewer must not see: the words of the ticket, addresses, and what is known of browser, network and
/// habits. Of the report remains what the agent may read, too.
fn hide_private_data(details: &mut Details) {
    let of = &mut details.verification;
    of.ticket.description.clear();
    of.requester.email = masked(&of.requester.email);
    of.requester.contacts.clear();
    of.requester.time_zone.clear();
    of.requester.language.clear();
    of.requester.manager = None;
    match &mut of.state {
        State::InProgress(session) => session.client = ClientFacts::default(),
        State::Decided(decided) => {
            if let Some(session) = &mut decided.session {
                session.client = ClientFacts::default();
            }
            hide_facts(&mut decided.decision);
        }
        _ => {}
    }
    details.network = None;
    details
        .related
        .retain(|relation| matches!(relation.same, Same::Requester | Same::Ticket));
}

fn hide_facts(decision: &mut Decision) {
    decision.report.findings.retain(|finding| finding.for_agent);
    decision.facts.client = None;
    decision.facts.network = None;
    decision.facts.time_zone_on_file.clear();
    decision.facts.language_on_file.clear();
}
