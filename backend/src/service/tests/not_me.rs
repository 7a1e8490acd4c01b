//! “I did not ask for this”, wherever the requester can say it: it ends as Failed with High risk, takes back what was
//! permitted, warns the contacts on file and is told to the ticket.

use shared::words::{Action, ActionState, Outcome, Recommendation};

use super::*;
use crate::actions::settings::ActionSettings;
use crate::service::actions;
use crate::testing::service_with;
use crate::verification::InstanceId;

/// Everything that left, in words: `event failed`, `warning to m•••@acme.example`.
fn left(delivered: &[Prepared]) -> Vec<String> {
    let word = |message: &Prepared| match message {
        Prepared::Event { body, .. } => {
            let event: shared::events::ResultEvent = serde_json::from_str(body).unwrap();
            format!("event {}", event.kind)
        }
        Prepared::Warning(envelope) => format!("warning to {}", envelope.to.masked()),
        Prepared::Notice(notice) => format!("notice to {}", notice.envelope.to.masked()),
        Prepared::Enrolled(enrolled) => format!("enrolment notice to {}", enrolled.envelope.to.masked()),
        Prepared::Approval(approval) => format!("request to {}", approval.envelope.to.masked()),
        Prepared::Link(_) => "link".into(),
        Prepared::Code(_) => "code".into(),
        Prepared::Test(_) => "test".into(),
    };
    delivered.iter().map(word).collect()
}

/// The outcomes that the events tell.
fn outcomes(delivered: &[Prepared]) -> Vec<Option<Outcome>> {
    let events = delivered.iter().filter_map(|message| match message {
        Prepared::Event { body, .. } => serde_json::from_str::<shared::events::ResultEvent>(body).ok(),
        _ => None,
    });
    events.map(|event| event.verification.outcome).collect()
}

/// A service whose password resets are performed by hand, so that a pass leaves an open permission.
fn with_permissions() -> (tempfile::TempDir, Service) {
    let (folder, service, _clock) = service_with(|config| {
        let acme = InstanceId::parse("acme").unwrap();
        let settings = ActionSettings {
            connector: "manual".into(),
            release_always: false,
            release_for: Vec::new(),
        };
        let instance = config.instances.get_mut(&acme).unwrap();
        instance.actions.insert(Action::PasswordReset, settings);
    });
    (folder, service)
}

async fn action_of(service: &Service, id: &VerificationId) -> ActionState {
    view_of(service, id).await.granted.unwrap().state
}

#[tokio::test(flavor = "multi_thread")]
async fn from_the_link_it_fails_is_told_to_the_ticket_and_the_contacts_on_file_are_warned() {
    let (_folder, service, _clock) = service();
    let view = agent::start(&service, caller(service.now(), "t1-unique"), send_link(), None)
        .await
        .unwrap();
    let token = link_token(&deliver(&service).await);
    portal::refuse_link(&service, &token).await.unwrap();
    let id = VerificationId::parse(&view.id).unwrap();
    let view = view_of(&service, &id).await;
    assert_eq!(
        (view.status, view.risk_level, view.risk_score),
        (Status::Failed, Some(RiskLevel::High), Some(100))
    );
    let delivered = deliver(&service).await;
    // The private destination is not among them, and text messages are not set up.
    assert_eq!(
        left(&delivered),
        ["event verification.failed", "warning to m•••@acme.example"]
    );
    let told = delivered.iter().any(
        |message| matches!(message, Prepared::Event { body, .. } if body.contains("did not ask for this")),
    );
    assert!(told, "the ticket hears why");
    let again = portal::refuse_link(&service, &token).await;
    assert!(matches!(again, Err(ServiceError::Link(LinkProblem::Used))));
    assert_eq!(left(&deliver(&service).await), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn from_the_session_too_and_once() {
    let (_folder, service, _clock) = service();
    let (cookie, id) = begun(&service).await;
    deliver(&service).await;
    for _ in 0..2 {
        let page = portal::refuse_session(&service, &cookie).await.unwrap();
        assert_eq!(page.step, Step::Finished(Ending::Refused));
    }
    assert_eq!(view_of(&service, &id).await.status, Status::Failed);
    assert_eq!(
        left(&deliver(&service).await),
        ["event verification.failed", "warning to m•••@acme.example"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_pass_it_takes_the_permission_back_and_warns() {
    let (_folder, service) = with_permissions();
    let (cookie, id) = begun(&service).await;
    pass(&service, &cookie, &id).await;
    assert_eq!(action_of(&service, &id).await, ActionState::Manual);
    for _ in 0..2 {
        portal::refuse_session(&service, &cookie).await.unwrap();
    }
    assert_eq!(action_of(&service, &id).await, ActionState::Revoked);
    assert_eq!(view_of(&service, &id).await.status, Status::Failed);
    let delivered = deliver(&service).await;
    assert_eq!(
        left(&delivered),
        ["event action.revoked", "warning to m•••@acme.example"]
    );
    assert_eq!(
        outcomes(&delivered),
        [Some(Outcome::Failed)],
        "the ticket hears that nothing is passed"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn it_takes_back_what_another_ticket_of_the_same_person_has_permitted() {
    let (_folder, service) = with_permissions();
    let (cookie, first) = begun(&service).await;
    let mut other = caller(service.now(), "other-ticket");
    other.claims.ticket.sys_id = sys_id('2');
    agent::start(&service, other, send_link(), None).await.unwrap();
    let token = link_token(&deliver(&service).await);
    pass(&service, &cookie, &first).await;
    assert_eq!(action_of(&service, &first).await, ActionState::Manual);
    portal::refuse_link(&service, &token).await.unwrap();
    assert_eq!(action_of(&service, &first).await, ActionState::Revoked);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_ticket_hears_of_its_own_pass_whatever_else_is_taken_back() {
    let (_folder, service) = with_permissions();
    let (cookie, first) = begun(&service).await;
    // Another ticket of the same person, which asks for no action.
    let mut other = caller(service.now(), "other-ticket");
    other.claims.ticket.sys_id = sys_id('2');
    other.claims.action = None;
    let view = agent::start(&service, other.clone(), send_link(), None)
        .await
        .unwrap();
    let token = link_token(&deliver(&service).await);
    pass(&service, &cookie, &first).await;
    assert_eq!(action_of(&service, &first).await, ActionState::Manual);
    let cookie = portal::begin(&service, &token, browser()).await.unwrap();
    other.claims.jti = "read-other".into();
    let id = VerificationId::parse(&view.id).unwrap();
    let seen = agent::get(&service, other, id).await.unwrap();
    portal::answer_call_number(&service, &cookie, &seen.call_number.unwrap())
        .await
        .unwrap();
    let code = code(&deliver(&service).await);
    portal::answer_code(&service, &cookie, &code).await.unwrap();
    deliver(&service).await;
    portal::refuse_session(&service, &cookie).await.unwrap();
    let left = left(&deliver(&service).await);
    for event in ["event action.revoked", "event verification.disputed"] {
        assert!(left.iter().any(|one| one == event), "{event} in {left:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn after_the_action_it_is_disputed_once() {
    let (_folder, service) = with_permissions();
    let (cookie, id) = begun(&service).await;
    pass(&service, &cookie, &id).await;
    actions::confirm(&service, caller(service.now(), "confirmed"), id.clone())
        .await
        .unwrap();
    assert_eq!(
        left(&deliver(&service).await),
        ["event action.performed", "notice to m•••@acme.example"]
    );
    for _ in 0..2 {
        portal::refuse_session(&service, &cookie).await.unwrap();
    }
    assert_eq!(action_of(&service, &id).await, ActionState::Performed);
    assert_eq!(view_of(&service, &id).await.status, Status::Failed);
    let delivered = deliver(&service).await;
    assert_eq!(left(&delivered), ["event action.disputed"]);
    assert_eq!(outcomes(&delivered), [Some(Outcome::Failed)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_pass_that_permitted_nothing_the_ticket_hears_it_once_and_the_contacts_are_warned() {
    let (_folder, service, _clock) = service();
    let (cookie, id) = begun(&service).await;
    pass(&service, &cookie, &id).await;
    let before = portal::page(&service, &cookie).await.unwrap();
    assert_eq!(before.step, Step::Finished(Ending::Confirmed));
    for _ in 0..2 {
        let page = portal::refuse_session(&service, &cookie).await.unwrap();
        assert_eq!(page.step, Step::Finished(Ending::Refused));
    }
    let view = view_of(&service, &id).await;
    assert_eq!(
        (view.status, view.risk_level, view.recommendation),
        (
            Status::Failed,
            Some(RiskLevel::High),
            Some(Recommendation::Reject)
        ),
        "the pass is taken back"
    );
    assert!(
        view.reasons[0].contains("did not ask for this"),
        "{:?}",
        view.reasons
    );
    assert_eq!(
        left(&deliver(&service).await),
        ["event verification.disputed", "warning to m•••@acme.example"]
    );
}
