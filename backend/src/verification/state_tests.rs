//! The state machine under any order of events: nothing illegal is ever admitted.

use proptest::prelude::*;
use shared::words::{Assurance, CheckKind, CheckResult, Outcome, Status, UnixMillis};

use super::checks::Means;
use super::checks::step::open_steps;
use super::facts::{ClientFacts, DestinationFacts, Disowned, Facts, History, TimeFacts};
use super::ids::LinkId;
use super::policy::Policy;
use super::state::{Delivery, Link, Opens, Session, State, Verification};
use super::{Destination, InstanceId, VerificationId, decide};
use crate::testing::{START, claims};

fn fresh() -> Verification {
    let claims = claims(START, "state-test");
    Verification {
        id: VerificationId::from_random([7; 8]),
        instance: InstanceId::parse("acme").unwrap(),
        ticket: claims.ticket,
        requester: claims.requester,
        agent: claims.agent,
        action: claims.action,
        assurance: Assurance::Standard,
        destination: Destination::parse(shared::words::Channel::Email, "mia.private@gmail.com", None)
            .unwrap(),
        destination_on_file: false,
        created_at: START,
        link: Link {
            id: LinkId([0; 16]),
            issued_at: START,
            expires_at: START.plus_seconds(600),
            resends: 0,
        },
        delivery: Delivery::Queued,
        opens: Opens::default(),
        state: State::Waiting,
        event_sequence: 0,
    }
}

/// A requester who has several ways.
fn means() -> Means {
    Means {
        passkeys: 1,
        authenticator_app: true,
        recovery_codes: 2,
        ..Means::default()
    }
}

fn session(at: UnixMillis) -> Session {
    Session {
        cookie_digest: "digest".into(),
        started_at: at,
        expires_at: at.plus_seconds(900),
        steps: open_steps(Policy::standard().steps(None, Assurance::Standard), &means(), at),
        client: ClientFacts::default(),
        policy: 0,
    }
}

fn facts(of: &Verification) -> Facts {
    Facts {
        action: of.action,
        assurance: of.assurance,
        checks: of
            .session()
            .map_or_else(Vec::new, |session| session.checks().cloned().collect()),
        destination_on_file: false,
        opens: of.opens.count,
        devices: 1,
        client: None,
        time_zone_on_file: String::new(),
        language_on_file: String::new(),
        history: History::default(),
        refused_by_requester: false,
        disowned_by_contact: false,
        destination: DestinationFacts::default(),
        network: None,
        time: TimeFacts::default(),
    }
}

#[derive(Clone, Debug)]
enum Event {
    Wait(i64),
    Accepted(u8),
    Delivered(u8),
    Refused(u8),
    Opened,
    Resent,
    Begun(u8),
    Answered(CheckKind, bool),
    Unavailable(CheckKind),
    Chosen(CheckKind),
    Decided,
    Overturned,
    Expired,
    Cancelled,
}

fn any_kind() -> impl Strategy<Value = CheckKind> {
    proptest::sample::select(CheckKind::ALL)
}

fn any_event() -> impl Strategy<Value = Event> {
    prop_oneof![
        1 => (1_i64..700).prop_map(Event::Wait),
        1 => (0_u8..3).prop_map(Event::Accepted),
        1 => (0_u8..3).prop_map(Event::Delivered),
        1 => (0_u8..3).prop_map(Event::Refused),
        1 => Just(Event::Opened),
        1 => Just(Event::Resent),
        1 => (0_u8..3).prop_map(Event::Begun),
        4 => (any_kind(), any::<bool>()).prop_map(|(kind, correct)| Event::Answered(kind, correct)),
        1 => any_kind().prop_map(Event::Unavailable),
        1 => any_kind().prop_map(Event::Chosen),
        1 => Just(Event::Decided),
        1 => Just(Event::Overturned),
        1 => Just(Event::Expired),
        1 => Just(Event::Cancelled),
    ]
}

/// The link that the `n`-th resend made.
fn link(n: u8) -> LinkId {
    LinkId([n; 16])
}

fn apply(before: Verification, event: &Event, now: &mut UnixMillis) -> Verification {
    let unchanged = before.clone();
    let after = match event {
        Event::Wait(seconds) => {
            *now = now.plus_seconds(*seconds);
            return before;
        }
        Event::Accepted(n) => Ok(before.link_accepted(link(*n), *now)),
        Event::Delivered(n) => Ok(before.link_delivered(link(*n), *now)),
        Event::Refused(n) => Ok(before.link_refused(link(*n), "refused".into(), *now)),
        Event::Opened => before.opened("device", *now),
        Event::Resent => {
            let next = link(before.link.resends + 1);
            before.resent(next, 600, *now)
        }
        Event::Begun(n) => before.begun(link(*n), session(*now)),
        Event::Answered(kind, correct) => before.with_session(*now, |session| {
            // Only the check that is asked takes answers: the use cases ask the session which one that is.
            let asked = session.current_check().is_some_and(|check| check.kind() == *kind);
            if asked {
                session.with_check(*kind, |check| check.answered(*correct, *now))
            } else {
                session
            }
        }),
        Event::Unavailable(kind) => before.with_session(*now, |session| {
            session.with_check(*kind, |check| check.ended(CheckResult::Unavailable, *now))
        }),
        Event::Chosen(kind) => before.with_session(*now, |session| session.choosing(*kind)),
        Event::Decided => {
            let decision = decide(facts(&before), &Policy::standard(), *now);
            before.decided(decision)
        }
        Event::Overturned => {
            let facts = facts(&before).disowned(Disowned::ByContact);
            before.overturned(decide(facts, &Policy::standard(), *now))
        }
        Event::Expired => before.expired(*now),
        Event::Cancelled => before.cancelled(*now),
    };
    after.unwrap_or(unchanged)
}

proptest! {
    #[test]
    fn no_order_of_events_reaches_an_illegal_state(events in proptest::collection::vec(any_event(), 0..40)) {
        let mut now = START;
        let mut current = fresh();
        for event in &events {
            let before = current.clone();
            current = apply(current, event, &mut now);
            if before.status().is_final() && current.state != before.state {
                let step = (before.status(), current.status());
                prop_assert_eq!(step, (Status::Passed, Status::Failed), "only a pass can be taken back: {:?}", event);
            }
            if matches!(before.state, State::Waiting) && matches!(current.state, State::InProgress(_)) {
                prop_assert_eq!(current.link.id, link(current.link.resends), "only the newest link begins");
                prop_assert!(!before.is_overdue(now), "an overdue link begins nothing");
            }
            if current.link != before.link {
                prop_assert!(matches!(before.state, State::Waiting));
                prop_assert!(current.link.resends <= 3);
                prop_assert!(now.millis_since(before.link.issued_at) >= 120_000);
            }
            if current.status() == Status::Expired && before.status() != Status::Expired {
                prop_assert!(before.is_overdue(now));
            }
            if let (Some(earlier), Some(later)) = (before.session(), current.session()) {
                for (was, is) in earlier.checks().zip(later.checks()) {
                    prop_assert!(was.is_open() || was == is, "what has ended stays as it is");
                    prop_assert!(is.wrong_answers >= was.wrong_answers, "no choice gives tries back");
                }
                let passed = later.steps.iter().map(super::checks::SessionStep::is_passed).collect::<Vec<_>>();
                prop_assert!(passed.is_sorted_by(|left, right| left >= right), "steps are passed in order: {:?}", passed);
                prop_assert_eq!(later.is_answered(), later.current_check().is_none());
            }
            if current.decision().is_some_and(|decision| decision.outcome == Outcome::Passed) && current.state != before.state {
                let session = before.session();
                prop_assert!(session.is_some_and(|s| s.steps.iter().all(super::checks::SessionStep::is_passed)));
            }
            prop_assert_eq!(current.expires_at().is_none(), current.status().is_final());
            prop_assert_eq!(current.ended_at().is_some(), current.status().is_final());
        }
    }
}

#[test]
fn a_late_word_about_the_delivery_does_not_undo_what_the_requester_did() {
    let begun = fresh()
        .link_accepted(link(0), START)
        .begun(link(0), session(START))
        .unwrap();
    let bounced = begun
        .clone()
        .link_refused(link(0), "bounced".into(), START.plus_seconds(5));
    assert_eq!(bounced, begun);
}

#[test]
fn news_about_a_replaced_link_is_ignored() {
    let at = START.plus_seconds(130);
    let resent = fresh().resent(link(1), 600, at).unwrap();
    assert_eq!(resent.clone().link_accepted(link(0), at), resent);
    assert_eq!(resent.clone().link_delivered(link(0), at), resent);
    assert_eq!(resent.clone().link_refused(link(0), "bounced".into(), at), resent);
    assert_eq!(resent.link_accepted(link(1), at).status(), Status::Sent);
}

#[test]
fn a_later_step_that_cannot_be_passed_ends_it_after_the_first_and_not_before() {
    let steps = |means: &Means| open_steps(Policy::standard().steps(None, Assurance::High), means, START);
    let of = |means: &Means| Session {
        steps: steps(means),
        ..session(START)
    };
    let passed =
        |session: Session| session.with_check(CheckKind::CallNumber, |check| check.answered(true, START));
    // A passkey, and no manager on file.
    let stuck = of(&means());
    assert!(
        !stuck.is_answered(),
        "the link alone tells nobody what is missing"
    );
    let stuck = passed(stuck);
    assert!(stuck.is_answered() && stuck.has_no_way_left());
    assert!(stuck.current_check().is_none(), "no passkey is asked for nothing");
}
