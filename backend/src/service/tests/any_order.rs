//! The use cases in any order, with any answers, at any time: whatever agent, requester and attackers do, nothing
//! illegal is reached, and the record says what happened.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestCaseResult, TestRunner};
use serde_json::Value;

use super::*;
use crate::testing::ManualClock;
use crate::verification::InstanceId;

#[derive(Clone, Debug)]
enum Deed {
    Start,
    Resend,
    Cancel,
    /// Somebody opens one of the links that were sent.
    Open(proptest::sample::Index),
    /// Somebody presses Begin behind one of the links.
    Begin(proptest::sample::Index),
    /// The same from many browsers at once.
    BeginAtOnce(proptest::sample::Index),
    /// An answer in one of the sessions, right or wrong.
    Number(proptest::sample::Index, bool),
    Code(proptest::sample::Index, bool),
    /// The right code from the same session, many times at once.
    CodeAtOnce(proptest::sample::Index),
    NewCode(proptest::sample::Index),
    RefuseLink(proptest::sample::Index),
    RefuseSession(proptest::sample::Index),
    Wait(i64),
    Sweep,
}

fn any_deed() -> impl Strategy<Value = Deed> {
    let which = any::<proptest::sample::Index>;
    prop_oneof![
        3 => Just(Deed::Start),
        1 => Just(Deed::Resend),
        1 => Just(Deed::Cancel),
        2 => which().prop_map(Deed::Open),
        5 => which().prop_map(Deed::Begin),
        1 => which().prop_map(Deed::BeginAtOnce),
        6 => (which(), prop::bool::weighted(0.8)).prop_map(|(which, right)| Deed::Number(which, right)),
        6 => (which(), prop::bool::weighted(0.8)).prop_map(|(which, right)| Deed::Code(which, right)),
        1 => which().prop_map(Deed::CodeAtOnce),
        1 => which().prop_map(Deed::NewCode),
        1 => which().prop_map(Deed::RefuseLink),
        1 => which().prop_map(Deed::RefuseSession),
        2 => prop_oneof![1_i64..130, 130_i64..1000].prop_map(Deed::Wait),
        1 => Just(Deed::Sweep),
    ]
}

/// What the world outside has seen so far.
struct Scene {
    service: Service,
    clock: std::sync::Arc<ManualClock>,
    tokens_used: u32,
    /// Every link that was sent, with how often somebody began with it.
    links: Vec<(String, u32)>,
    /// Every session that was begun.
    cookies: Vec<String>,
    /// The newest code.
    code: String,
    /// Every event, in the order in which ServiceNow got them.
    events: Vec<shared::events::ResultEvent>,
    /// How each verification ended.
    ended: BTreeMap<String, (Status, Option<Outcome>)>,
}

impl Scene {
    fn new(service: Service, clock: std::sync::Arc<ManualClock>) -> Self {
        Self {
            service,
            clock,
            tokens_used: 0,
            links: Vec::new(),
            cookies: Vec::new(),
            code: "000000".into(),
            events: Vec::new(),
            ended: BTreeMap::new(),
        }
    }

    fn caller(&mut self) -> agent::Caller {
        self.tokens_used += 1;
        caller(self.service.now(), &format!("any-order-{}", self.tokens_used))
    }

    async fn all(&mut self) -> Vec<shared::agent_api::VerificationView> {
        let caller = self.caller();
        agent::list(&self.service, caller).await.unwrap().verifications
    }

    async fn newest(&mut self) -> Option<VerificationId> {
        let newest = self.all().await.into_iter().next()?;
        VerificationId::parse(&newest.id)
    }

    fn link(&self, which: proptest::sample::Index) -> Option<(usize, String)> {
        let index = (!self.links.is_empty()).then(|| which.index(self.links.len()))?;
        Some((index, self.links[index].0.clone()))
    }

    fn cookie(&self, which: proptest::sample::Index) -> Option<String> {
        (!self.cookies.is_empty()).then(|| which.get(&self.cookies).clone())
    }

    /// Does it; the answer may be any refusal, but never a failure of the service.
    async fn does(&mut self, deed: &Deed) -> TestCaseResult {
        let service = self.service.clone();
        match deed {
            Deed::Start => {
                let caller = self.caller();
                allowed(agent::start(&service, caller, send_link(), None).await)?;
            }
            Deed::Resend => {
                if let Some(id) = self.newest().await {
                    let caller = self.caller();
                    allowed(agent::resend(&service, caller, id).await)?;
                }
            }
            Deed::Cancel => {
                if let Some(id) = self.newest().await {
                    let caller = self.caller();
                    allowed(agent::cancel(&service, caller, id).await)?;
                }
            }
            Deed::Open(which) => {
                if let Some((_, token)) = self.link(*which) {
                    allowed(portal::open(&service, &token, "device".into()).await)?;
                }
            }
            Deed::Begin(which) => self.begin(*which, 1).await?,
            Deed::BeginAtOnce(which) => self.begin(*which, 8).await?,
            Deed::Number(which, right) => {
                let Some(cookie) = self.cookie(*which) else {
                    return Ok(());
                };
                let shown = self.all().await.into_iter().find_map(|view| view.call_number);
                let answer = if *right { shown } else { None };
                let answer = answer.unwrap_or_else(|| "00".into());
                allowed(portal::answer_call_number(&service, &cookie, &answer).await)?;
            }
            Deed::Code(which, right) => {
                let Some(cookie) = self.cookie(*which) else {
                    return Ok(());
                };
                let answer = if *right { self.code.as_str() } else { "000000" };
                allowed(portal::answer_code(&service, &cookie, answer).await)?;
            }
            Deed::CodeAtOnce(which) => {
                let Some(cookie) = self.cookie(*which) else {
                    return Ok(());
                };
                let answers = (0..8).map(|_| {
                    let (service, cookie, code) = (service.clone(), cookie.clone(), self.code.clone());
                    tokio::spawn(async move { portal::answer_code(&service, &cookie, &code).await })
                });
                for answer in futures_util::future::join_all(answers).await {
                    allowed(answer.unwrap())?;
                }
            }
            Deed::NewCode(which) => {
                if let Some(cookie) = self.cookie(*which) {
                    allowed(portal::resend_code(&service, &cookie).await)?;
                }
            }
            Deed::RefuseLink(which) => {
                if let Some((_, token)) = self.link(*which) {
                    allowed(portal::refuse_link(&service, &token).await)?;
                }
            }
            Deed::RefuseSession(which) => {
                if let Some(cookie) = self.cookie(*which) {
                    allowed(portal::refuse_session(&service, &cookie).await)?;
                }
            }
            Deed::Wait(seconds) => self.clock.advance_seconds(*seconds),
            Deed::Sweep => {
                expiry::sweep(&service).await.unwrap();
            }
        }
        Ok(())
    }

    async fn begin(&mut self, which: proptest::sample::Index, browsers: usize) -> TestCaseResult {
        let Some((index, token)) = self.link(which) else {
            return Ok(());
        };
        let attempts = (0..browsers).map(|_| {
            let (service, token) = (self.service.clone(), token.clone());
            tokio::spawn(async move { portal::begin(&service, &token, browser()).await })
        });
        for attempt in futures_util::future::join_all(attempts).await {
            if let Some(cookie) = allowed(attempt.unwrap())? {
                self.links[index].1 += 1;
                self.cookies.push(cookie);
                prop_assert_eq!(
                    index + 1,
                    self.links.len(),
                    "only the newest link begins anything"
                );
            }
        }
        prop_assert!(self.links[index].1 <= 1, "a link begins once");
        Ok(())
    }

    async fn hears(&mut self) {
        for message in deliver(&self.service).await {
            match message {
                Prepared::Link(link) => {
                    let token = link.url.rsplit_once('/').unwrap().1.to_owned();
                    self.links.push((token, 0));
                }
                Prepared::Code(code) => self.code = code.code,
                Prepared::Event { body, .. } => self.events.push(serde_json::from_str(&body).unwrap()),
                Prepared::Notice(_)
                | Prepared::Warning(_)
                | Prepared::Enrolled(_)
                | Prepared::Approval(_)
                | Prepared::Test(_) => {}
            }
        }
    }

    /// What must hold after each deed.
    async fn holds(&mut self, deed: &Deed) -> TestCaseResult {
        let all = self.all().await;
        let running = all.iter().filter(|view| !view.status.is_final()).count();
        prop_assert!(running <= 1, "{} run at once", running);
        for view in all {
            let now = (view.status, view.outcome);
            if let Some(before) = self.ended.get(&view.id).filter(|before| **before != now) {
                let is_taken_back = matches!(deed, Deed::RefuseSession(_));
                let words = (before.0, now.0);
                prop_assert!(is_taken_back, "what has ended stays as it ended: {:?}", deed);
                prop_assert_eq!(
                    words,
                    (Status::Passed, Status::Failed),
                    "only a pass is taken back"
                );
                prop_assert_eq!(view.risk_level, Some(RiskLevel::High));
                self.ended.insert(view.id, now);
                continue;
            }
            if self.ended.contains_key(&view.id) {
                continue;
            }
            if !view.status.is_final() {
                continue;
            }
            if view.status == Status::Passed {
                let by_code = matches!(deed, Deed::Code(_, true) | Deed::CodeAtOnce(_));
                prop_assert!(by_code, "only a right code completes it, not {:?}", deed);
            }
            if matches!(deed, Deed::RefuseLink(_) | Deed::RefuseSession(_)) && view.status == Status::Failed {
                prop_assert_eq!(
                    (view.risk_level, view.risk_score),
                    (Some(RiskLevel::High), Some(100))
                );
            }
            self.ended.insert(view.id, now);
        }
        Ok(())
    }

    /// What must hold of the record at the end.
    async fn record_holds(&mut self) -> TestCaseResult {
        let verdict = self
            .service
            .store
            .read(|tx| evidence::verify(tx, &[]).map_err(ServiceError::from))
            .await
            .unwrap();
        prop_assert!(
            matches!(verdict, evidence::Verdict::Intact { .. }),
            "{:?}",
            verdict
        );
        for view in self.all().await {
            let (instance, id) = (
                InstanceId::parse("acme").unwrap(),
                VerificationId::parse(&view.id).unwrap(),
            );
            let entries = self
                .service
                .store
                .read(move |tx| evidence::list(tx, &instance, &id).map_err(ServiceError::from))
                .await
                .unwrap();
            self.tells_one_story(&view, &entries)?;
        }
        Ok(())
    }

    fn tells_one_story(
        &self,
        view: &shared::agent_api::VerificationView,
        entries: &[evidence::Entry],
    ) -> TestCaseResult {
        let count = |kind: &str| entries.iter().filter(|entry| entry.kind == kind).count();
        let body = |entry: &evidence::Entry| -> Value {
            serde_json::from_str(entry.body.as_deref().unwrap_or("null")).unwrap()
        };
        prop_assert_eq!(count("verification.created"), 1);
        prop_assert!(count("verification.begun") <= 1);
        let ends = [
            "verification.decided",
            "verification.expired",
            "verification.cancelled",
        ];
        let ended = entries.iter().filter(|entry| ends.contains(&entry.kind.as_str()));
        // A pass that is taken back is decided once more.
        let decisions = usize::from(view.status.is_final()) + count("verification.disputed");
        prop_assert_eq!(ended.count(), decisions, "{:?}", entries);
        let right = |check: &str| {
            let answers = entries.iter().filter(|entry| entry.kind == "check.answered");
            let bodies = answers.map(body);
            bodies
                .filter(|answer| answer["check"] == check && answer["correct"] == true)
                .count()
        };
        // However many times it was sent at once, a right answer counts once.
        prop_assert!(right("call_number") <= 1 && right("on_file_code") <= 1);
        if view.status == Status::Passed {
            prop_assert_eq!((right("call_number"), right("on_file_code")), (1, 1));
        }
        let told: Vec<_> = self
            .events
            .iter()
            .filter(|event| event.verification.id == view.id && event.action.is_none())
            .collect();
        let numbers: Vec<u32> = told.iter().map(|event| event.sequence).collect();
        prop_assert!(numbers.is_sorted_by(|left, right| left < right), "{:?}", numbers);
        let last = told
            .iter()
            .rev()
            .find(|event| event.verification.status.is_final());
        prop_assert_eq!(
            last.map(|event| event.verification.status),
            view.status.is_final().then_some(view.status),
            "ServiceNow has heard of the end, and of no other"
        );
        Ok(())
    }
}

/// Takes any refusal for an answer, but no failure.
fn allowed<T>(answer: Result<T, ServiceError>) -> Result<Option<T>, TestCaseError> {
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(error @ (ServiceError::Store(_) | ServiceError::Entropy(_) | ServiceError::TokenSpent)) => {
            Err(TestCaseError::fail(format!("the service failed: {error}")))
        }
        Err(_) => Ok(None),
    }
}

async fn play(deeds: Vec<Deed>) -> TestCaseResult {
    let (_folder, service, clock) = service();
    let mut scene = Scene::new(service, clock);
    for deed in &deeds {
        scene.does(deed).await?;
        scene.hears().await;
        scene.holds(deed).await?;
    }
    scene.record_holds().await
}

#[test]
fn no_order_of_deeds_reaches_what_must_not_be() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let mut runner = TestRunner::new(Config {
        cases: 48,
        failure_persistence: None,
        ..Config::default()
    });
    let deeds = proptest::collection::vec(any_deed(), 1..40);
    runner.run(&deeds, |deeds| runtime.block_on(play(deeds))).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_right_codes_at_once_are_one_pass() {
    let (_folder, service, clock) = service();
    let mut scene = Scene::new(service.clone(), clock);
    let (cookie, id) = begun(&service).await;
    let number = view_of(&service, &id).await.call_number.unwrap();
    portal::answer_call_number(&service, &cookie, &number)
        .await
        .unwrap();
    scene.hears().await;
    let answers = (0..50).map(|_| {
        let (service, cookie, code) = (service.clone(), cookie.clone(), scene.code.clone());
        tokio::spawn(async move { portal::answer_code(&service, &cookie, &code).await.unwrap() })
    });
    for answer in futures_util::future::join_all(answers).await {
        let answered = answer.unwrap();
        assert!(!answered.wrong, "none of them is told that it was wrong");
    }
    scene.hears().await;
    let passed = scene
        .events
        .iter()
        .filter(|event| event.kind == "verification.passed");
    assert_eq!(passed.count(), 1);
    let view = view_of(&service, &id).await;
    let (instance, of) = (InstanceId::parse("acme").unwrap(), id.clone());
    let entries = service
        .store
        .read(move |tx| evidence::list(tx, &instance, &of).map_err(ServiceError::from))
        .await
        .unwrap();
    scene.tells_one_story(&view, &entries).unwrap();
}
