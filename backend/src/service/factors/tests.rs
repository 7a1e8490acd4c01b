//! Factors on a real database, with a clock that the tests move and a passkey made of a key pair.

mod enrolling;
mod once;

use std::sync::Arc;

use shared::words::{CheckKind, Outcome, RiskLevel};

use super::super::portal::{self, Ending, Step};
use super::super::tests::{browser, code, deliver, event_kinds, link_token};
use super::super::{Visitor, agent};
use super::*;
use crate::identity::soft_passkey::SoftPasskey;
use crate::identity::totp::tests::code_at;
use crate::keys::sha256_hex;
use crate::store::{evidence, verifications};
use crate::testing::{self, ManualClock};
use crate::verification::VerificationId;
use crate::verification::enrolment::{EnrolmentClosed, Factor};

const ORIGIN: &str = "https://verify.example.com";
const DEVICE: &str = "the-secret-of-mias-phone";

/// A service with Mia in it.
struct Desk {
    folder: tempfile::TempDir,
    service: Service,
    clock: Arc<ManualClock>,
}

/// One session of Mia, past the call number.
#[derive(Clone)]
struct Sitting {
    cookie: String,
    id: VerificationId,
}

impl Sitting {
    fn browser(&self) -> Browser<'_> {
        Browser {
            session: &self.cookie,
            device: Some(DEVICE),
        }
    }
}

impl Desk {
    fn new() -> Self {
        let (folder, service, clock) = testing::service();
        Self {
            folder,
            service,
            clock,
        }
    }

    /// Ticket number `number` of the tenant: Mia begins and enters the number that the agent reads out.
    async fn sit_down_at(&self, tenant: &str, number: u32) -> Sitting {
        let service = &self.service;
        let mut caller = testing::caller(service.now(), &format!("sitting-{tenant}-{number}"));
        caller.instance = crate::verification::InstanceId::parse(tenant).unwrap();
        caller.claims.ticket.sys_id = format!("{number:032x}");
        let mut link = testing::send_link();
        link.destination = format!("mia.private.{number}@gmail.com");
        let view = agent::start(service, caller, link, None).await.unwrap();
        let token = link_token(&deliver(service).await);
        let visitor = Visitor {
            client: browser(),
            address: None,
            device: Some(DEVICE.into()),
        };
        let cookie = portal::begin(service, &token, visitor).await.unwrap();
        let id = VerificationId::parse(&view.id).unwrap();
        let number = service
            .config
            .keys
            .call_number(&id, &sha256_hex(cookie.as_bytes()));
        portal::answer_call_number(service, &cookie, &number)
            .await
            .unwrap();
        Sitting { cookie, id }
    }

    async fn sit_down(&self, number: u32) -> Sitting {
        self.sit_down_at("acme", number).await
    }

    /// … and passes by the code to the contact on file.
    async fn pass_by_code(&self, number: u32) -> Sitting {
        self.pass_at(number, RiskLevel::Verified).await
    }

    /// The same, on a day on which that comes to another level.
    async fn pass_at(&self, number: u32, level: RiskLevel) -> Sitting {
        let sitting = self.sit_down(number).await;
        portal::choose(&self.service, &sitting.cookie, CheckKind::OnFileCode)
            .await
            .unwrap();
        let code = code(&deliver(&self.service).await);
        portal::answer_code(&self.service, &sitting.cookie, &code)
            .await
            .unwrap();
        assert_eq!(self.outcome(&sitting).await, Some((Outcome::Passed, level)));
        sitting
    }

    async fn outcome(&self, sitting: &Sitting) -> Option<(Outcome, RiskLevel)> {
        let (acme, id) = (
            crate::verification::InstanceId::parse("acme").unwrap(),
            sitting.id.clone(),
        );
        let found = self
            .service
            .store
            .read(move |tx| verifications::lookup(tx, &acme, &id).map_err(ServiceError::from))
            .await
            .unwrap()
            .unwrap();
        found
            .decision()
            .map(|decision| (decision.outcome, decision.level))
    }

    async fn step(&self, sitting: &Sitting) -> Step {
        portal::page(&self.service, &sitting.cookie).await.unwrap().step
    }

    /// A passkey, added after a pass.
    async fn add_passkey(&self, sitting: &Sitting) -> (SoftPasskey, Added) {
        let passkey = SoftPasskey::new(ORIGIN);
        let options = ask_to_add_passkey(&self.service, sitting.browser())
            .await
            .unwrap();
        let added = super::add_passkey(&self.service, sitting.browser(), &passkey.create(&options))
            .await
            .unwrap();
        (passkey, added.unwrap())
    }

    /// An app, added after a pass: its key, and what was shown.
    async fn add_app(&self, sitting: &Sitting) -> (String, Added) {
        begin_app(&self.service, sitting.browser()).await.unwrap();
        let app = app_to_add(&self.service, sitting.browser())
            .await
            .unwrap()
            .unwrap();
        let code = code_at(&app.key, self.service.now());
        let added = super::add_app(&self.service, sitting.browser(), &code)
            .await
            .unwrap();
        (app.key, added.unwrap())
    }

    /// Signs with a passkey in a session that asks for one.
    async fn sign(&self, sitting: &Sitting, passkey: &SoftPasskey) -> Verdict {
        let options = ask_passkey(&self.service, &sitting.cookie)
            .await
            .unwrap()
            .unwrap();
        let answer = passkey.sign(&options);
        answer_passkey(&self.service, &sitting.cookie, &answer)
            .await
            .unwrap()
            .1
    }

    async fn evidence(&self, of: &Sitting) -> Vec<String> {
        let (instance, id) = (
            crate::verification::InstanceId::parse("acme").unwrap(),
            of.id.clone(),
        );
        let entries = self
            .service
            .store
            .read(move |tx| evidence::list(tx, &instance, &id).map_err(ServiceError::from))
            .await
            .unwrap();
        entries.into_iter().map(|entry| entry.kind).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_added_after_a_pass_passes_the_next_verification() {
    let desk = Desk::new();
    let first = desk.pass_by_code(1).await;
    let (passkey, added) = desk.add_passkey(&first).await;
    assert_eq!((added.factor, added.offer.passkeys), (Factor::Passkey, 1));
    assert_eq!(added.codes.len(), 10, "with the first factor come recovery codes");

    desk.clock.advance_seconds(3600);
    let second = desk.sit_down(2).await;
    assert_eq!(desk.step(&second).await, Step::Passkey { tries_left: 5 });
    assert_eq!(desk.sign(&second, &passkey).await, Verdict::Settled);
    assert_eq!(
        desk.outcome(&second).await,
        Some((Outcome::Passed, RiskLevel::Verified))
    );
    assert!(
        deliver(&desk.service)
            .await
            .iter()
            .all(|message| { !matches!(message, crate::service::outgoing::Prepared::Code(_)) })
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_signatures_count_and_what_comes_too_late_does_not() {
    let desk = Desk::new();
    let (passkey, _) = desk.add_passkey(&desk.pass_by_code(1).await).await;
    desk.clock.advance_seconds(3600);
    let sitting = desk.sit_down(2).await;
    let strange = SoftPasskey::new(ORIGIN);
    assert_eq!(desk.sign(&sitting, &strange).await, Verdict::Wrong);
    assert_eq!(desk.step(&sitting).await, Step::Passkey { tries_left: 4 });

    let service = &desk.service;
    let options = ask_passkey(service, &sitting.cookie).await.unwrap().unwrap();
    let answer = passkey.sign(&options);
    desk.clock.advance_seconds(300);
    let (_, verdict) = answer_passkey(service, &sitting.cookie, &answer).await.unwrap();
    assert_eq!(verdict, Verdict::NotCounted, "its five minutes are over");
    let (_, verdict) = answer_passkey(service, &sitting.cookie, "{}").await.unwrap();
    assert_eq!(verdict, Verdict::NotCounted, "nothing was asked");
    assert_eq!(desk.step(&sitting).await, Step::Passkey { tries_left: 4 });

    for _ in 0..4 {
        desk.sign(&sitting, &strange).await;
    }
    assert_eq!(desk.step(&sitting).await, Step::Finished(Ending::NotConfirmed));
    assert_eq!(
        desk.outcome(&sitting).await,
        Some((Outcome::Failed, RiskLevel::High))
    );
    assert!(
        ask_passkey(service, &sitting.cookie).await.unwrap().is_none(),
        "nothing is asked any more"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_passes_once_with_each_code() {
    let desk = Desk::new();
    let first = desk.pass_by_code(1).await;
    let (key, added) = desk.add_app(&first).await;
    assert!(added.offer.has_app && added.codes.len() == 10);

    let service = &desk.service;
    let second = desk.sit_down(2).await;
    let shown = code_at(&key, service.now());
    let replay = answer_app(service, &second.cookie, &shown).await.unwrap();
    assert!(
        replay.wrong,
        "the code that confirmed the app proves nothing a second time"
    );
    assert_eq!(replay.page.step, Step::AuthenticatorApp { tries_left: 4 });

    desk.clock.advance_seconds(30);
    let next = code_at(&key, service.now());
    answer_app(service, &second.cookie, &next).await.unwrap();
    assert_eq!(
        desk.outcome(&second).await,
        Some((Outcome::Passed, RiskLevel::Verified))
    );
    let third = desk.sit_down(3).await;
    assert!(answer_app(service, &third.cookie, &next).await.unwrap().wrong);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_app_leads_to_the_next_way() {
    let desk = Desk::new();
    let (key, _) = desk.add_app(&desk.pass_by_code(1).await).await;
    desk.clock.advance_seconds(3600);
    let vandal = rusqlite::Connection::open(desk.folder.path().join("test.db")).unwrap();
    vandal
        .execute("UPDATE authenticator_app SET failures = 98", [])
        .unwrap();
    let (service, sitting) = (&desk.service, desk.sit_down(2).await);
    let wrong = if code_at(&key, service.now()) == "000000" {
        "000001"
    } else {
        "000000"
    };
    assert!(answer_app(service, &sitting.cookie, wrong).await.unwrap().wrong);
    let locked = answer_app(service, &sitting.cookie, wrong).await.unwrap();
    assert!(!locked.wrong);
    assert!(
        matches!(locked.page.step, Step::OnFileCode { .. }),
        "{:?}",
        locked.page.step
    );
    let later = desk.sit_down(3).await;
    assert!(matches!(desk.step(&later).await, Step::OnFileCode { .. }));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recovery_code_counts_as_medium_and_opens_no_enrolment() {
    let desk = Desk::new();
    let (_, added) = desk.add_app(&desk.pass_by_code(1).await).await;
    desk.clock.advance_seconds(3600);
    let (service, sitting) = (&desk.service, desk.sit_down(2).await);
    let page = portal::choose(service, &sitting.cookie, CheckKind::RecoveryCode)
        .await
        .unwrap();
    assert_eq!(page.step, Step::RecoveryCode { tries_left: 5 });
    assert!(page.other_ways.contains(&CheckKind::AuthenticatorApp));
    let wrong = answer_recovery(service, &sitting.cookie, "0000-0000-0000-0000")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(wrong.page.step, Step::RecoveryCode { tries_left: 4 });
    assert!(
        answer_recovery(service, &sitting.cookie, "0000")
            .await
            .unwrap()
            .is_none()
    );
    let typed = added.codes[3].to_lowercase().replace('-', " ");
    answer_recovery(service, &sitting.cookie, &typed).await.unwrap();
    assert_eq!(
        desk.outcome(&sitting).await,
        Some((Outcome::Passed, RiskLevel::Medium))
    );
    let refused = offer(service, sitting.browser()).await;
    assert!(matches!(
        refused,
        Err(ServiceError::Enrolment(EnrolmentClosed::NotVerified))
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_none_of_the_ways_gets_a_decision_at_once() {
    let desk = Desk::new();
    desk.add_passkey(&desk.pass_by_code(1).await).await;
    desk.clock.advance_seconds(3600);
    let (service, sitting) = (&desk.service, desk.sit_down(2).await);
    let before = desk.evidence(&sitting).await.len();
    portal::choose(service, &sitting.cookie, CheckKind::ManagerApproval)
        .await
        .unwrap();
    assert_eq!(
        desk.evidence(&sitting).await.len(),
        before,
        "a way that is not open changes nothing"
    );
    let page = portal::give_up(service, &sitting.cookie).await.unwrap();
    assert_eq!(page.step, Step::Finished(Ending::NoWayLeft));
    assert_eq!(
        desk.outcome(&sitting).await,
        Some((Outcome::Failed, RiskLevel::High))
    );
    let again = portal::give_up(service, &sitting.cookie).await.unwrap();
    assert_eq!(again.step, Step::Finished(Ending::NoWayLeft));
}
