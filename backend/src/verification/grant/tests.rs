use proptest::prelude::*;
use shared::words::Action;

use super::*;
use crate::verification::{InstanceId, VerificationId};

const NOW: UnixMillis = UnixMillis(1_795_341_600_000);

fn binding() -> Binding {
    Binding {
        instance: InstanceId::parse("acme").unwrap(),
        verification: VerificationId::from_random([1; 8]),
        ticket_table: "incident".into(),
        ticket_sys_id: "1".repeat(32),
        requester: "b".repeat(32),
        action: Action::PasswordReset,
    }
}

fn terms() -> Terms {
    Terms {
        connector: "corp".into(),
        kind: "ldap".into(),
        is_manual: false,
        needs_release: false,
    }
}

fn receipt(number: u8) -> ReceiptId {
    ReceiptId::from_random([number; 16])
}

fn person(sys_id: &str) -> Person {
    Person {
        sys_id: sys_id.into(),
        name: "Carl".into(),
    }
}

fn done() -> End {
    End::Performed {
        summary: "Password changed.".into(),
        answer: "0".into(),
    }
}

fn failed(nothing_changed: bool) -> End {
    End::Failed {
        summary: "Too short.".into(),
        answer: "19".into(),
        reason: nothing_changed.then_some(Reason::TooShort),
    }
}

#[test]
fn a_grant_opens_exactly_what_it_was_made_for() {
    let grant = Grant::new(binding(), terms(), NOW);
    assert_eq!(grant.check(&binding(), NOW), Ok(()));
    let others = [
        Binding {
            instance: InstanceId::parse("globex").unwrap(),
            ..binding()
        },
        Binding {
            verification: VerificationId::from_random([2; 8]),
            ..binding()
        },
        Binding {
            ticket_table: "sc_task".into(),
            ..binding()
        },
        Binding {
            ticket_sys_id: "2".repeat(32),
            ..binding()
        },
        Binding {
            requester: "c".repeat(32),
            ..binding()
        },
        Binding {
            action: Action::MfaReset,
            ..binding()
        },
    ];
    for other in others {
        assert_eq!(grant.check(&other, NOW), Err(GrantError::Foreign), "{other:?}");
    }
}

#[test]
fn its_time_ends_to_the_millisecond() {
    let grant = Grant::new(binding(), terms(), NOW);
    let end = NOW.plus_seconds(GRANT_SECONDS);
    assert_eq!(grant.check(&binding(), UnixMillis(end.0 - 1)), Ok(()));
    assert_eq!(grant.check(&binding(), end), Err(GrantError::Expired));
    assert!(grant.clone().expired(UnixMillis(end.0 - 1)).is_err());
    let expired = grant.expired(end).unwrap();
    assert_eq!(expired.check(&binding(), NOW), Err(GrantError::Expired));
}

#[test]
fn it_is_spent_once_and_again_only_when_nothing_changed() {
    let spent = Grant::new(binding(), terms(), NOW)
        .spent(&binding(), receipt(1), NOW)
        .unwrap();
    assert_eq!(spent.check(&binding(), NOW), Err(GrantError::Spent));
    assert!(spent.clone().revoked(Why::Cancelled, NOW).is_err());
    let performed = spent.clone().ended(&receipt(1), done(), NOW).unwrap();
    assert_eq!(performed.check(&binding(), NOW), Err(GrantError::Spent));
    let changed = spent.clone().ended(&receipt(1), failed(false), NOW).unwrap();
    assert_eq!(changed.check(&binding(), NOW), Err(GrantError::Spent));
    assert!(!changed.is_open());
    let unchanged = spent.ended(&receipt(1), failed(true), NOW).unwrap();
    let again = unchanged.spent(&binding(), receipt(2), NOW).unwrap();
    // News about the first execution must not end the second.
    assert!(again.clone().ended(&receipt(1), done(), NOW).is_err());
    assert_eq!(again.attempts, 2);
}

#[test]
fn tries_are_counted() {
    let mut grant = Grant::new(binding(), terms(), NOW);
    for number in 1..=MAX_ATTEMPTS {
        let spent = grant.spent(&binding(), receipt(number), NOW).unwrap();
        grant = spent.ended(&receipt(number), failed(true), NOW).unwrap();
    }
    assert!(!grant.is_open());
    assert_eq!(grant.check(&binding(), NOW), Err(GrantError::Spent));
}

#[test]
fn four_eyes_are_two_people() {
    let privileged = Terms {
        needs_release: true,
        ..terms()
    };
    let grant = Grant::new(binding(), privileged, NOW);
    assert_eq!(grant.check(&binding(), NOW), Err(GrantError::NotReleased));
    let requester = binding().requester;
    for same in ["beth", requester.as_str()] {
        let refused = grant.clone().released(person(same), "beth", false, NOW);
        assert_eq!(refused.err(), Some(GrantError::SamePerson));
    }
    let later = NOW.plus_seconds(GRANT_SECONDS - 1);
    let released = grant
        .clone()
        .released(person("carl"), "beth", false, later)
        .unwrap();
    assert_eq!(
        released.check(&binding(), later.plus_seconds(GRANT_SECONDS - 1)),
        Ok(())
    );
    let too_late = grant.released(person("carl"), "beth", false, NOW.plus_seconds(GRANT_SECONDS));
    assert_eq!(too_late.err(), Some(GrantError::Expired));
}

#[test]
fn a_directory_may_ask_for_a_second_person_once() {
    let spent = Grant::new(binding(), terms(), NOW)
        .spent(&binding(), receipt(1), NOW)
        .unwrap();
    let waiting = spent.ended(&receipt(1), End::NeedsRelease, NOW).unwrap();
    assert_eq!(waiting.word(), ActionState::AwaitingRelease);
    let released = waiting.released(person("carl"), "beth", false, NOW).unwrap();
    let again = released.spent(&binding(), receipt(2), NOW).unwrap();
    assert!(again.ended(&receipt(2), End::NeedsRelease, NOW).is_err());
}

#[test]
fn by_hand_is_confirmed_once() {
    let by_hand = Terms {
        is_manual: true,
        ..terms()
    };
    let grant = Grant::new(binding(), by_hand, NOW);
    assert_eq!(grant.check(&binding(), NOW), Err(GrantError::ByHand));
    let confirmed = grant.confirmed(person("beth"), receipt(1), NOW).unwrap();
    assert_eq!(
        confirmed.ending().unwrap().summary,
        "Password reset performed by Carl."
    );
    assert!(confirmed.confirmed(person("beth"), receipt(2), NOW).is_err());
}

#[test]
fn a_promise_is_waited_for_longer_and_a_late_receipt_still_counts() {
    let spent = Grant::new(binding(), terms(), NOW)
        .spent(&binding(), receipt(1), NOW)
        .unwrap();
    assert_eq!(spent.wakes_at(), Some(NOW.plus_seconds(STALE_SECONDS)));
    let promised = spent.ended(&receipt(1), End::Promised, NOW).unwrap();
    assert_eq!(promised.wakes_at(), Some(NOW.plus_seconds(RECEIPT_SECONDS)));
    let lost = End::Unknown {
        summary: "No receipt came.".into(),
        answer: String::new(),
    };
    let unknown = promised.ended(&receipt(1), lost, NOW).unwrap();
    assert_eq!(unknown.wakes_at(), None);
    assert_eq!(
        unknown.clone().ended(&receipt(1), done(), NOW).unwrap().word(),
        ActionState::Performed
    );
    // Somebody was told to look, and may have done it by hand: nothing opens it again.
    let refused = unknown.clone().ended(&receipt(1), failed(true), NOW).unwrap();
    assert_eq!(refused.check(&binding(), NOW).unwrap_err(), GrantError::Spent);
    assert_eq!(
        unknown.ended(&receipt(1), End::NeedsRelease, NOW).unwrap_err(),
        GrantError::State(ActionState::Unknown)
    );
}

#[derive(Clone, Debug)]
enum Step {
    Spend,
    End(u8),
    Release,
    Confirm,
    Revoke,
    Expire,
    Wait(i64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => Just(Step::Spend),
        3 => (0..6_u8).prop_map(Step::End),
        1 => Just(Step::Release),
        1 => Just(Step::Confirm),
        1 => Just(Step::Revoke),
        1 => Just(Step::Expire),
        1 => (0..600_i64).prop_map(Step::Wait),
    ]
}

proptest! {
    /// Whatever happens in whatever order: at most one execution may have changed something.
    #[test]
    fn nothing_is_performed_twice(steps in proptest::collection::vec(step(), 0..40), manual: bool, release: bool) {
        let terms = Terms { is_manual: manual, needs_release: release, ..terms() };
        let mut grant = Grant::new(binding(), terms, NOW);
        let (mut now, mut number, mut effects) = (NOW, 0_u8, 0);
        for step in steps {
            let before = grant.clone();
            let next = match step {
                Step::Wait(seconds) => { now = now.plus_seconds(seconds); Ok(grant) }
                Step::Spend => { number += 1; grant.spent(&binding(), receipt(number), now) }
                Step::Release => grant.released(person("carl"), "beth", manual, now),
                Step::Confirm => grant.confirmed(person("beth"), receipt(200), now).inspect(|_| effects += 1),
                Step::Revoke => grant.revoked(Why::NotMe, now),
                Step::Expire => grant.expired(now),
                Step::End(kind) => {
                    let running = grant.execution(&receipt(number)).is_some();
                    let end = match kind {
                        0 => done(),
                        1 => failed(true),
                        2 => failed(false),
                        3 => End::Unknown { summary: String::new(), answer: String::new() },
                        4 => End::NeedsRelease,
                        _ => End::Promised,
                    };
                    grant.ended(&receipt(number), end, now).inspect(|_| if running && matches!(kind, 0 | 2 | 3) { effects += 1 })
                }
            };
            grant = next.unwrap_or(before);
            prop_assert!(effects <= 1);
            let text = serde_json::to_string(&grant).unwrap();
            prop_assert_eq!(serde_json::from_str::<Grant>(&text).unwrap(), grant.clone());
        }
    }

    #[test]
    fn every_receipt_id_reads_back(bytes: [u8; 16]) {
        let id = ReceiptId::from_random(bytes);
        prop_assert_eq!(id.as_str().len(), 16);
        prop_assert_eq!(ReceiptId::parse(id.as_str()), Some(id));
    }
}
