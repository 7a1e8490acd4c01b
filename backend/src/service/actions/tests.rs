//! Grants on a real database, with a connector whose answers the tests choose.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use futures_util::future::BoxFuture;
use rusqlite::params;
use shared::agent_api::VerificationView;
use shared::words::{Action, ActionState, Status, TicketEnd, UnixMillis};
use tokio::sync::Notify;

use super::super::outgoing::{self, Prepared};
use super::super::tests::{begun_with, code, deliver, event_kinds, view_of};
use super::super::{Service, ServiceError, agent, decisions, portal};
use super::{Wish, alarm, confirm, look_at_alarm, perform, receipt, release, sweep};
use crate::actions::settings::ActionSettings;
use crate::actions::webhook::Report;
use crate::actions::{Answer, Connector, Connectors, Known, Order, Subject};
use crate::store::{evidence, verifications};
use crate::testing::{ManualClock, caller, service_with, sys_id};
use crate::verification::facts::Disowned;
use crate::verification::grant::{GRANT_SECONDS, GrantError, Reason, ReceiptId, STALE_SECONDS};
use crate::verification::{InstanceId, VerificationId};

/// A connector that answers what it is told to, and counts.
struct Scripted {
    answers: Mutex<Vec<Answer>>,
    known: Mutex<Known>,
    orders: AtomicUsize,
    last: Mutex<Option<ReceiptId>>,
    /// When set, orders wait for it.
    gate: Option<Notify>,
}

impl Scripted {
    fn new(answers: Vec<Answer>) -> Arc<Self> {
        Arc::new(Self {
            answers: Mutex::new(answers),
            known: Mutex::new(Known::Nothing),
            orders: AtomicUsize::new(0),
            last: Mutex::new(None),
            gate: None,
        })
    }

    fn orders(&self) -> usize {
        self.orders.load(Ordering::SeqCst)
    }
}

impl Connector for Scripted {
    fn perform<'a>(&'a self, order: &'a Order) -> BoxFuture<'a, Answer> {
        Box::pin(async {
            self.orders.fetch_add(1, Ordering::SeqCst);
            *self.last.lock().unwrap() = Some(order.receipt.clone());
            if let Some(gate) = &self.gate {
                gate.notified().await;
            }
            let mut answers = self.answers.lock().unwrap();
            if answers.is_empty() {
                done()
            } else {
                answers.remove(0)
            }
        })
    }

    fn inquire<'a>(&'a self, _: &'a Subject, _: Action, _: UnixMillis) -> BoxFuture<'a, Known> {
        Box::pin(async { self.known.lock().unwrap().clone() })
    }
}

fn done() -> Answer {
    Answer::done(
        "The requester set a new password, and the directory took it.",
        "0",
    )
}

fn wish() -> Wish {
    Wish::Password("kR7#pQ2!vX9$mZ4".into())
}

struct Scene {
    folder: tempfile::TempDir,
    service: Service,
    clock: Arc<ManualClock>,
    connector: Arc<Scripted>,
    cookie: String,
    id: VerificationId,
}

fn settings(connector: &str, release_for: &[&str]) -> ActionSettings {
    ActionSettings {
        connector: connector.into(),
        release_always: false,
        release_for: release_for.iter().map(|&name| name.to_owned()).collect(),
    }
}

/// Mia has passed; `acme` resets passwords with the connector `corp`.
async fn passed_with(connector: Arc<Scripted>, action: ActionSettings) -> Scene {
    let acme = InstanceId::parse("acme").unwrap();
    let (folder, mut service, clock) = service_with(|config| {
        let instance = config.instances.get_mut(&acme).unwrap();
        let webhook = crate::actions::settings::WebhookSettings {
            url: "https://hooks.example/x".parse().unwrap(),
            secret: "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=".into(),
        };
        instance.connectors.insert(
            "corp".into(),
            crate::actions::settings::ConnectorSettings::Webhook(webhook),
        );
        instance.actions.insert(Action::PasswordReset, action);
    });
    let scripted = Arc::<Scripted>::clone(&connector);
    service.connectors = Arc::new(Connectors::default().with(&acme, "corp", scripted));
    let (cookie, id) = begun_with(&service, "passing-token").await;
    answer_right(&service, &cookie, &id).await;
    Scene {
        folder,
        service,
        clock,
        connector,
        cookie,
        id,
    }
}

async fn answer_right(service: &Service, cookie: &str, id: &VerificationId) {
    let number = view_of(service, id).await.call_number.unwrap();
    portal::answer_call_number(service, cookie, &number)
        .await
        .unwrap();
    let sent = deliver(service).await;
    portal::answer_code(service, cookie, &code(&sent)).await.unwrap();
    assert_eq!(view_of(service, id).await.status, Status::Passed);
}

async fn passed(answers: Vec<Answer>) -> Scene {
    passed_with(Scripted::new(answers), settings("corp", &[])).await
}

impl Scene {
    async fn state(&self) -> ActionState {
        view_of(&self.service, &self.id).await.granted.unwrap().state
    }

    async fn evidence(&self) -> Vec<(String, String)> {
        let (instance, id) = (InstanceId::parse("acme").unwrap(), self.id.clone());
        let entries = self
            .service
            .store
            .read(move |tx| evidence::list(tx, &instance, &id).map_err(ServiceError::from))
            .await
            .unwrap();
        let told = entries
            .into_iter()
            .map(|entry| (entry.kind, entry.body.unwrap_or_default()));
        told.filter(|(kind, _)| kind.starts_with("action.")).collect()
    }

    async fn kinds(&self) -> Vec<String> {
        self.evidence().await.into_iter().map(|(kind, _)| kind).collect()
    }

    /// Rewrites a column of the stored grant and the aggregate beside it, as somebody with the database would.
    async fn tamper(&self, from: &str, to: &str) {
        let (from, to) = (from.to_owned(), to.to_owned());
        self.service
            .store
            .write(move |tx| {
                let sql = "UPDATE action_grant SET body = REPLACE(body, ?1, ?2), ticket_sys_id = REPLACE(ticket_sys_id, ?1, ?2),
                    requester_sys_id = REPLACE(requester_sys_id, ?1, ?2), action = REPLACE(action, ?1, ?2)";
                let changed = tx.execute(sql, params![from, to]).map_err(crate::store::StoreError::from)?;
                assert_eq!(changed, 1);
                Ok::<_, ServiceError>(())
            })
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn a_pass_grants_the_action_and_its_execution_ends_in_a_receipt() {
    let scene = passed(vec![]).await;
    assert_eq!(scene.state().await, ActionState::Granted);
    let attempt = perform(&scene.service, &scene.cookie, wish()).await.unwrap();
    assert_eq!(attempt.refused, None);
    assert_eq!(scene.connector.orders(), 1);
    let view: VerificationView = view_of(&scene.service, &scene.id).await;
    let granted = view.granted.unwrap();
    assert_eq!(granted.state, ActionState::Performed);
    assert_eq!(granted.expires_at, None);
    assert_eq!(
        scene.kinds().await,
        ["action.granted", "action.started", "action.performed"]
    );
    let sent = deliver(&scene.service).await;
    let kinds = event_kinds(&sent);
    assert!(
        kinds.iter().any(|kind| kind.ends_with(" action.granted")),
        "{kinds:?}"
    );
    assert!(kinds.last().unwrap().ends_with(" action.performed"), "{kinds:?}");
    let event = sent.iter().rev().find_map(|message| match message {
        Prepared::Event { body, .. } => {
            Some(serde_json::from_str::<shared::events::ResultEvent>(body).unwrap())
        }
        _ => None,
    });
    let report = event.unwrap().action.unwrap();
    assert!(
        report.automated && report.receipt.as_ref().unwrap().starts_with("RCP"),
        "{report:?}"
    );
    assert!(!format!("{report:?}").contains("kR7#"));
}

#[tokio::test]
async fn the_password_is_nowhere_in_the_database() {
    let scene = passed(vec![]).await;
    perform(&scene.service, &scene.cookie, wish()).await.unwrap();
    scene.service.store.close();
    for file in std::fs::read_dir(scene.folder.path()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        let found = bytes.windows(15).any(|window| window == b"kR7#pQ2!vX9$mZ4");
        assert!(!found);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_equal_submissions_one_is_carried_out() {
    let scene = passed(vec![]).await;
    let submissions = (0..50).map(|_| {
        let (service, cookie) = (scene.service.clone(), scene.cookie.clone());
        tokio::spawn(async move { perform(&service, &cookie, wish()).await.unwrap().refused })
    });
    let refused = futures_util::future::join_all(submissions.collect::<Vec<_>>()).await;
    let carried_out = refused
        .iter()
        .filter(|refused| matches!(refused, Ok(None)))
        .count();
    assert_eq!((carried_out, scene.connector.orders()), (1, 1));
    let spent = refused
        .iter()
        .filter(|refused| matches!(refused, Ok(Some(GrantError::Spent))))
        .count();
    assert_eq!(spent, 49);
    let told = scene
        .kinds()
        .await
        .iter()
        .filter(|kind| *kind == "action.refused")
        .count();
    assert_eq!(told, 49);
}

#[tokio::test]
async fn a_grant_for_something_else_is_refused_and_that_is_recorded() {
    let other_ticket = sys_id('2');
    let other_person = sys_id('c');
    let tampered = [
        (sys_id('1'), other_ticket),
        (sys_id('b'), other_person),
        ("password_reset".into(), "account_unlock".into()),
        ("\"instance\":\"acme\"".into(), "\"instance\":\"globex\"".into()),
    ];
    for (from, to) in tampered {
        let scene = passed(vec![]).await;
        scene.tamper(&from, &to).await;
        let attempt = perform(&scene.service, &scene.cookie, wish()).await.unwrap();
        assert_eq!(attempt.refused, Some(GrantError::Foreign), "{from}");
        assert_eq!(scene.connector.orders(), 0);
        let (kind, body) = scene.evidence().await.pop().unwrap();
        assert_eq!(kind, "action.refused");
        assert!(body.contains("good for something else"), "{body}");
    }
    // The form of one action opens no other.
    let scene = passed(vec![]).await;
    let attempt = perform(&scene.service, &scene.cookie, Wish::Unlock)
        .await
        .unwrap();
    assert_eq!(attempt.refused, Some(GrantError::Foreign));
}

#[tokio::test]
async fn expired_spent_and_revoked_grants_are_refused_and_that_is_recorded() {
    let scene = passed(vec![]).await;
    scene.clock.advance_seconds(GRANT_SECONDS);
    let attempt = perform(&scene.service, &scene.cookie, wish()).await.unwrap();
    assert_eq!(attempt.refused, Some(GrantError::Expired));
    assert_eq!(sweep(&scene.service).await.unwrap(), 1);
    assert_eq!(scene.state().await, ActionState::Expired);
    assert_eq!(
        scene.kinds().await,
        ["action.granted", "action.refused", "action.expired"]
    );

    let scene = passed(vec![]).await;
    perform(&scene.service, &scene.cookie, wish()).await.unwrap();
    let again = perform(&scene.service, &scene.cookie, wish()).await.unwrap();
    assert_eq!(again.refused, Some(GrantError::Spent));

    let scene = passed(vec![]).await;
    portal::refuse_session(&scene.service, &scene.cookie)
        .await
        .unwrap();
    assert_eq!(scene.state().await, ActionState::Revoked);
    let attempt = perform(&scene.service, &scene.cookie, wish()).await.unwrap();
    assert_eq!(attempt.refused, Some(GrantError::Revoked));
    assert_eq!(scene.connector.orders(), 0);
    assert_eq!(scene.kinds().await.last().unwrap(), "action.refused");
}

#[tokio::test]
async fn the_agent_and_a_newer_verification_take_a_grant_back() {
    let scene = passed(vec![]).await;
    let now = scene.service.now();
    let view = agent::cancel(&scene.service, caller(now, "cancel"), scene.id.clone())
        .await
        .unwrap();
    assert_eq!(
        (view.status, view.granted.unwrap().state),
        (Status::Passed, ActionState::Revoked)
    );
    // Nothing is left that could be cancelled.
    let again = agent::cancel(&scene.service, caller(now, "again"), scene.id.clone()).await;
    assert!(matches!(again, Err(ServiceError::Transition(_))));

    let scene = passed(vec![]).await;
    let send = crate::testing::send_link();
    agent::start(&scene.service, caller(scene.service.now(), "newer"), send, None)
        .await
        .unwrap();
    assert_eq!(scene.state().await, ActionState::Revoked);
    let attempt = perform(&scene.service, &scene.cookie, wish()).await.unwrap();
    assert_eq!(attempt.refused, Some(GrantError::Revoked));
}

#[tokio::test]
async fn what_changed_nothing_may_be_tried_again_and_nothing_else() {
    let refused = Answer::refused(Reason::InHistory, "19 Password is in history of old passwords");
    let scene = passed(vec![refused, done()]).await;
    let attempt = perform(&scene.service, &scene.cookie, wish()).await.unwrap();
    let portal::Step::Action(step) = attempt.page.step else {
        panic!()
    };
    assert_eq!(
        (step.state, step.reason, step.is_possible),
        (ActionState::Failed, Some(Reason::InHistory), true)
    );
    let again = perform(&scene.service, &scene.cookie, wish()).await.unwrap();
    assert_eq!(again.refused, None);
    assert_eq!(scene.state().await, ActionState::Performed);

    for answer in [
        Answer::Unknown {
            answer: "timeout".into(),
        },
        Answer::Partly {
            summary: "Half of it.".into(),
            answer: "x".into(),
        },
    ] {
        let scene = passed(vec![answer, done()]).await;
        perform(&scene.service, &scene.cookie, wish()).await.unwrap();
        let again = perform(&scene.service, &scene.cookie, wish()).await.unwrap();
        assert_eq!(again.refused, Some(GrantError::Spent));
        assert_eq!(scene.connector.orders(), 1);
    }
}

/// Spends the grant and leaves it running, as a process does that dies in the middle.
async fn interrupted(known: Known) -> Scene {
    let connector = Arc::new(Scripted {
        answers: Mutex::new(Vec::new()),
        known: Mutex::new(known),
        orders: AtomicUsize::new(0),
        last: Mutex::new(None),
        gate: Some(Notify::new()),
    });
    let scene = passed_with(connector, settings("corp", &[])).await;
    let (service, cookie) = (scene.service.clone(), scene.cookie.clone());
    let running = tokio::spawn(async move { perform(&service, &cookie, wish()).await });
    while scene.connector.orders() == 0 {
        tokio::task::yield_now().await;
    }
    running.abort();
    scene
}

#[tokio::test]
async fn an_interrupted_execution_is_looked_after_and_never_repeated_blindly() {
    let cases = [
        (
            Known::Changed("pwdChangedTime".into()),
            ActionState::Performed,
            Some(GrantError::Spent),
        ),
        (
            Known::Unchanged("pwdChangedTime".into()),
            ActionState::Failed,
            None,
        ),
        (Known::Nothing, ActionState::Unknown, Some(GrantError::Spent)),
    ];
    for (known, state, then) in cases {
        let scene = interrupted(known).await;
        assert_eq!(scene.state().await, ActionState::Performing);
        scene.clock.advance_seconds(STALE_SECONDS - 1);
        assert_eq!(sweep(&scene.service).await.unwrap(), 0);
        let meanwhile = perform(&scene.service, &scene.cookie, wish()).await.unwrap();
        assert_eq!(meanwhile.refused, Some(GrantError::Spent));
        scene.clock.advance_seconds(1);
        assert_eq!(sweep(&scene.service).await.unwrap(), 1);
        assert_eq!(scene.state().await, state);
        if let Some(refusal) = then {
            let again = perform(&scene.service, &scene.cookie, wish()).await.unwrap();
            assert_eq!(again.refused, Some(refusal));
            assert_eq!(scene.connector.orders(), 1);
        }
    }
}

fn colleague(at: UnixMillis, token: &str) -> agent::Caller {
    let mut second = caller(at, token);
    second.claims.agent.sys_id = sys_id('d');
    second.claims.agent.name = "Carl Ortiz".into();
    second
}

#[tokio::test]
async fn a_privileged_account_needs_a_second_person() {
    let scene = passed_with(Scripted::new(vec![]), settings("corp", &["mia.*"])).await;
    assert_eq!(scene.state().await, ActionState::AwaitingRelease);
    let attempt = perform(&scene.service, &scene.cookie, wish()).await.unwrap();
    assert_eq!(attempt.refused, Some(GrantError::NotReleased));
    let now = scene.service.now();
    let same = release(&scene.service, caller(now, "same"), scene.id.clone()).await;
    assert!(matches!(same, Err(ServiceError::Grant(GrantError::SamePerson))));
    let view = release(&scene.service, colleague(now, "second"), scene.id.clone())
        .await
        .unwrap();
    assert_eq!(view.granted.unwrap().state, ActionState::Granted);
    perform(&scene.service, &scene.cookie, wish()).await.unwrap();
    assert_eq!(scene.state().await, ActionState::Performed);
}

#[tokio::test]
async fn a_directory_may_find_out_late_that_an_account_is_privileged() {
    let scene = passed(vec![Answer::NeedsRelease, done()]).await;
    perform(&scene.service, &scene.cookie, wish()).await.unwrap();
    assert_eq!(scene.state().await, ActionState::AwaitingRelease);
    release(
        &scene.service,
        colleague(scene.service.now(), "second"),
        scene.id.clone(),
    )
    .await
    .unwrap();
    perform(&scene.service, &scene.cookie, wish()).await.unwrap();
    assert_eq!(scene.state().await, ActionState::Performed);
    assert_eq!(scene.connector.orders(), 2);
}

#[tokio::test]
async fn what_is_done_by_hand_is_confirmed_by_the_agent() {
    let scene = passed_with(Scripted::new(vec![]), settings("manual", &[])).await;
    assert_eq!(scene.state().await, ActionState::Manual);
    let attempt = perform(&scene.service, &scene.cookie, wish()).await.unwrap();
    assert_eq!(attempt.refused, Some(GrantError::ByHand));
    let now = scene.service.now();
    let view = confirm(&scene.service, caller(now, "confirm"), scene.id.clone())
        .await
        .unwrap();
    assert_eq!(view.granted.unwrap().summary, "Password reset by Beth Anglin");
    let twice = confirm(&scene.service, caller(now, "twice"), scene.id.clone()).await;
    assert!(matches!(
        twice,
        Err(ServiceError::Grant(GrantError::State(ActionState::Performed)))
    ));
    let reports = deliver(&scene.service).await;
    let last = reports.iter().rev().find_map(|message| match message {
        Prepared::Event { body, .. } => {
            serde_json::from_str::<shared::events::ResultEvent>(body)
                .unwrap()
                .action
        }
        _ => None,
    });
    assert!(!last.unwrap().automated);
}

#[tokio::test]
async fn a_promised_receipt_ends_the_execution_when_its_sender_is_believed() {
    let scene = passed(vec![Answer::Promised]).await;
    perform(&scene.service, &scene.cookie, wish()).await.unwrap();
    assert_eq!(scene.state().await, ActionState::Performing);
    let id = scene.connector.last.lock().unwrap().clone().unwrap();
    let report = || serde_json::from_str::<Report>(r#"{"state":"performed","summary":"Done."}"#).unwrap();
    let foreign = receipt(&scene.service, id.clone(), |_| false, report()).await;
    assert!(matches!(foreign, Err(ServiceError::NotFound)));
    let unknown = ReceiptId::from_random([9; 16]);
    assert!(
        receipt(&scene.service, unknown, |_| true, report())
            .await
            .is_err()
    );
    receipt(&scene.service, id.clone(), |_| true, report())
        .await
        .unwrap();
    assert_eq!(scene.state().await, ActionState::Performed);
    // Delivered twice, as webhooks are.
    receipt(&scene.service, id, |_| true, report()).await.unwrap();
    let performed = scene
        .kinds()
        .await
        .iter()
        .filter(|kind| *kind == "action.performed")
        .count();
    assert_eq!(performed, 1);
}

#[tokio::test]
async fn contacts_on_file_are_told_and_can_say_that_it_was_not_they() {
    let scene = passed(vec![]).await;
    perform(&scene.service, &scene.cookie, wish()).await.unwrap();
    let sent = deliver(&scene.service).await;
    let links: Vec<String> = sent
        .iter()
        .filter_map(|message| match message {
            Prepared::Notice(notice) => Some(notice.url.clone()),
            _ => None,
        })
        .collect();
    // Text messages are not set up, so one of the two contacts can be reached.
    let [link] = &links[..] else { panic!("{links:?}") };
    let token = link.strip_prefix("https://verify.example.com/alarm/").unwrap();
    assert!(!look_at_alarm(&scene.service, token).await.unwrap().is_repeated);
    assert!(!alarm(&scene.service, token).await.unwrap().is_repeated);
    assert!(alarm(&scene.service, token).await.unwrap().is_repeated);
    let view = view_of(&scene.service, &scene.id).await;
    assert_eq!(view.status, Status::Failed, "the pass is taken back");
    let told = scene
        .kinds()
        .await
        .iter()
        .filter(|kind| *kind == "action.disputed")
        .count();
    assert_eq!(told, 1);
    let kinds = event_kinds(&deliver(&scene.service).await);
    assert!(kinds.last().unwrap().ends_with(" action.disputed"), "{kinds:?}");
    assert!(look_at_alarm(&scene.service, "unknown").await.is_err());
    scene.clock.advance_seconds(86_400);
    assert!(look_at_alarm(&scene.service, token).await.is_err());
}

#[tokio::test]
async fn what_became_of_the_ticket_is_kept_for_the_agent_once_the_instance_tells() {
    let scene = passed_with(Scripted::new(vec![]), settings("manual", &[])).await;
    let confirmed = caller(scene.service.now(), "confirm");
    let view = confirm(&scene.service, confirmed, scene.id.clone())
        .await
        .unwrap();
    assert!(view.is_live(), "the field waits for a word about the ticket");
    let mut told = Vec::new();
    // One row of a lane is due at a time.
    loop {
        let due = outgoing::due(&scene.service, 50).await.unwrap();
        if due.is_empty() {
            break;
        }
        for row in due {
            if let Some(Prepared::Event { body, .. }) = outgoing::prepare(&scene.service, &row).await.unwrap()
            {
                let word = body.contains("action.performed").then_some(TicketEnd::Closed);
                outgoing::note_ticket(&scene.service, &row, &body, word)
                    .await
                    .unwrap();
                let view = view_of(&scene.service, &scene.id).await;
                told.push((view.is_live(), view.granted.unwrap().ticket));
            }
            outgoing::sent(&scene.service, row).await.unwrap();
        }
    }
    let (last, before) = told.split_last().unwrap();
    assert_eq!(last, &(false, Some(TicketEnd::Closed)));
    assert!(
        !before.is_empty() && before.iter().all(|told| *told == (true, None)),
        "{told:?}"
    );
}

#[tokio::test]
async fn a_permission_that_is_still_open_opens_nothing_once_the_pass_is_taken_back() {
    let scene = passed(vec![]).await;
    let (context, id) = (scene.service.clone(), scene.id.clone());
    // As if taking the permission back had been forgotten.
    let overturn = move |tx: &rusqlite::Transaction<'_>| {
        let of = verifications::find_in_any_instance(tx, &id)?.ok_or(ServiceError::NotFound)?;
        decisions::overturn(&context, tx, &of, Disowned::BySession).map(drop)
    };
    scene.service.store.write(overturn).await.unwrap();
    assert_eq!(scene.state().await, ActionState::Granted);
    let attempt = perform(&scene.service, &scene.cookie, wish()).await.unwrap();
    assert_eq!(attempt.refused, Some(GrantError::Foreign));
    assert_eq!(scene.connector.orders(), 0);
}
