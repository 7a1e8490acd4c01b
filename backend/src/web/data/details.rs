//! One verification, as it is on the wire.

use super::wire::{
    ActionInfo, AnalysisReport, CheckInfo, DeliveryInfo, FindingInfo, LinkInfo, NamedFact, PersonInfo,
    RelatedInfo, TicketInfo, TimelineEntry, VerificationDetails,
};
use crate::config::Instance;
use crate::service::console::export::Record;
use crate::service::console::{Delivery, Details, Relation};
use crate::service::{Service, ServiceError};
use crate::verification::report::{Finding, FindingKind};
use crate::verification::statement::rfc3339;
use crate::verification::{Decision, Grant, Session, Verification};
use crate::web::console::about::{Fact, about, contact_on_file};
use crate::web::console::timeline;

/// The details as they are answered.
pub fn details(service: &Service, of: Details) -> Result<VerificationDetails, ServiceError> {
    let now = service.now();
    let one = &of.verification;
    let instance = service.instance(&one.instance)?;
    let decision = one.decision();
    let session = one.session();
    Ok(VerificationDetails {
        id: one.id.to_string(),
        url: format!(
            "{}/console/verifications/{}",
            service.config.server.public_url, one.id
        ),
        complete: of.is_whole,
        status: one.status(),
        outcome: decision.map(|decision| decision.outcome),
        risk_level: decision.map(|decision| decision.level),
        risk_score: decision.map(|decision| decision.score),
        recommendation: decision.map(|decision| decision.recommendation.label()),
        requested_action: one.action,
        assurance: one.assurance,
        ticket: ticket(one, of.is_whole),
        requester: PersonInfo {
            sys_id: one.requester.sys_id.clone(),
            user_name: one.requester.user_name.clone(),
            name: one.requester.name.clone(),
            email: one.requester.email.clone(),
        },
        agent: PersonInfo {
            sys_id: one.agent.sys_id.clone(),
            user_name: one.agent.user_name.clone(),
            name: one.agent.name.clone(),
            email: String::new(),
        },
        link: LinkInfo {
            channel: one.destination.channel(),
            destination: one.destination.masked(),
            on_file: one.destination_on_file,
            opens: one.opens.count,
            resends: one.link.resends,
        },
        created_at: rfc3339(one.created_at),
        opened_at: one.opens.first_at.map(rfc3339),
        begun_at: session.map(|session| rfc3339(session.started_at)),
        ended_at: one.ended_at().map(rfc3339),
        expires_at: one.expires_at().map(rfc3339),
        report: decision.map(report),
        checks: session.map(checks).unwrap_or_default(),
        action: of.grant.as_ref().map(action),
        about: about(one, of.network.as_ref(), of.is_whole, now)
            .into_iter()
            .map(fact)
            .collect(),
        contacts: contacts(one, instance),
        timeline: of
            .evidence
            .iter()
            .zip(timeline::events(&of.evidence, now))
            .map(|(entry, event)| TimelineEntry {
                number: entry.number,
                at: rfc3339(entry.at),
                kind: entry.kind.clone(),
                title: event.title,
                detail: event.detail,
                hash: entry.hash.clone(),
            })
            .collect(),
        deliveries: of.deliveries.into_iter().map(delivery).collect(),
        related: of
            .related
            .iter()
            .map(|relation| related(service, &of.verification, relation, of.is_whole))
            .collect(),
    })
}

fn ticket(of: &Verification, is_whole: bool) -> TicketInfo {
    TicketInfo {
        table: of.ticket.table.clone(),
        sys_id: of.ticket.sys_id.clone(),
        number: of.ticket.number.clone(),
        subject: of.ticket.short_description.clone(),
        description: is_whole.then(|| of.ticket.description.clone()),
        category: of.ticket.category.clone(),
    }
}

fn report(of: &Decision) -> AnalysisReport {
    let finding = |of: &Finding| FindingInfo {
        code: of.code.clone(),
        kind: match of.kind {
            FindingKind::Check => "check",
            FindingKind::Signal => "signal",
            FindingKind::Rule => "rule",
        },
        weight: of.weight,
        sentence: of.sentence.clone(),
    };
    AnalysisReport {
        policy: of.policy_version.clone(),
        findings: of.report.findings.iter().map(finding).collect(),
    }
}

fn checks(of: &Session) -> Vec<CheckInfo> {
    let steps = (1..).zip(&of.steps);
    steps
        .flat_map(|(number, step)| {
            step.alternatives.iter().map(move |check| CheckInfo {
                step: number,
                check: check.kind(),
                result: check.result,
                wrong_answers: check.wrong_answers,
                ended_at: check.ended_at.map(rfc3339),
            })
        })
        .collect()
}

fn action(of: &Grant) -> ActionInfo {
    ActionInfo {
        action: of.binding.action,
        state: of.word(),
        summary: of.summary(),
        connector: of.connector.clone(),
        receipt: of.ending().map(|ending| ending.receipt.as_str().to_owned()),
        since: rfc3339(of.reached_at()),
        attempts: of.attempts,
    }
}

fn fact(of: Fact) -> NamedFact {
    NamedFact {
        name: of.name,
        value: of.value,
        remark: of.remark,
    }
}

fn contacts(of: &Verification, instance: &Instance) -> Vec<NamedFact> {
    let contacts = of.requester.contacts.iter();
    contacts
        .map(|contact| fact(contact_on_file(contact, instance)))
        .collect()
}

fn delivery(of: Delivery) -> DeliveryInfo {
    DeliveryInfo {
        next_at: of.ended_at.is_none().then(|| rfc3339(of.next_at)),
        created_at: rfc3339(of.created_at),
        ended_at: of.ended_at.map(rfc3339),
        kind: of.kind,
        state: of.state,
        attempts: of.attempts,
        last_error: of.last_error,
    }
}

fn related(service: &Service, one: &Verification, of: &Relation, is_whole: bool) -> RelatedInfo {
    let public_url = &service.config.server.public_url;
    let record = |row| {
        let mut record = Record::new(row, &one.instance, public_url);
        if !is_whole {
            record.hide_private_data();
        }
        record
    };
    RelatedInfo {
        same: of.same.as_str(),
        has_more: of.has_more,
        verifications: of.rows.iter().map(record).collect(),
    }
}
