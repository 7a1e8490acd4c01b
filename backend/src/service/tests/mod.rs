//! The use cases on a real database, with a clock that the tests move.

mod agent_desk;
mod any_order;
mod bypasses;
mod fallback;
mod not_me;
mod requester;
mod retention;
mod signed_report;
mod trail;

use shared::words::{Channel, Outcome, RiskLevel, Status};

use super::error::LinkProblem;
use super::outgoing::Prepared;
use super::portal::{Ending, Step};
use super::{ServiceError, agent, expiry, outgoing, portal};
use crate::service::Service;
use crate::store::{evidence, outbox};
use crate::testing::{caller, send_link, service, sys_id};
use crate::verification::limits::LimitReached;
use crate::verification::{ClientFacts, VerificationId};

pub(super) fn browser() -> ClientFacts {
    ClientFacts {
        user_agent: "Mozilla/5.0 (Macintosh) Safari/605".into(),
        device_digest: "device".into(),
        accept_language: "en-GB".into(),
        script_ran: true,
        time_zone: "Europe/London".into(),
        ..ClientFacts::default()
    }
}

/// Takes everything that is due out of the outbox, as the worker would, and says that it was accepted.
pub(super) async fn deliver(service: &Service) -> Vec<Prepared> {
    let mut delivered = Vec::new();
    loop {
        let due = outgoing::due(service, 50).await.unwrap();
        if due.is_empty() {
            return delivered;
        }
        for row in due {
            match outgoing::prepare(service, &row).await.unwrap() {
                Some(message) => {
                    delivered.push(message);
                    outgoing::sent(service, row).await.unwrap();
                }
                None => outgoing::skipped(service, row).await.unwrap(),
            }
        }
    }
}

pub(super) fn link_token(delivered: &[Prepared]) -> String {
    let url = delivered.iter().find_map(|message| match message {
        Prepared::Link(link) => Some(link.url.clone()),
        _ => None,
    });
    url.unwrap()
        .strip_prefix("https://verify.example.com/v/")
        .unwrap()
        .to_owned()
}

pub(super) fn code(delivered: &[Prepared]) -> String {
    let code = delivered.iter().find_map(|message| match message {
        Prepared::Code(code) => Some(code.code.clone()),
        _ => None,
    });
    code.unwrap()
}

pub(super) fn event_kinds(delivered: &[Prepared]) -> Vec<String> {
    let event = |message: &Prepared| match message {
        Prepared::Event { body, .. } => {
            let event: shared::events::ResultEvent = serde_json::from_str(body).unwrap();
            Some(format!("{} {}", event.sequence, event.kind))
        }
        _ => None,
    };
    delivered.iter().filter_map(event).collect()
}

/// Starts and begins a verification; returns the token's cookie and the id.
async fn begun(service: &Service) -> (String, VerificationId) {
    begun_with(service, "begun-token").await
}

pub(super) async fn begun_with(service: &Service, token: &str) -> (String, VerificationId) {
    let view = agent::start(service, caller(service.now(), token), send_link(), None)
        .await
        .unwrap();
    let token = link_token(&deliver(service).await);
    let cookie = portal::begin(service, &token, browser()).await.unwrap();
    (cookie, VerificationId::parse(&view.id).unwrap())
}

/// Answers everything right in a session that has begun.
async fn pass(service: &Service, cookie: &str, id: &VerificationId) {
    let number = view_of(service, id).await.call_number.unwrap();
    portal::answer_call_number(service, cookie, &number)
        .await
        .unwrap();
    let code = code(&deliver(service).await);
    portal::answer_code(service, cookie, &code).await.unwrap();
    deliver(service).await;
}

pub(super) async fn view_of(service: &Service, id: &VerificationId) -> shared::agent_api::VerificationView {
    agent::get(service, caller(service.now(), "read"), id.clone())
        .await
        .unwrap()
}
