use proptest::prelude::*;
use shared::words::Channel;

use super::super::checks::{call_number, on_file_code};
use super::super::destination::Destination;
use super::super::facts::History;
use super::*;

const AT: UnixMillis = UnixMillis(1_000);

fn code_check(independent: bool) -> Check {
    let destination = Destination::parse(Channel::Email, "mia@corp.example", None).unwrap();
    let contact = on_file_code::OnFileContact {
        destination,
        source: "email".into(),
        independent,
    };
    on_file_code::open(Some(contact), AT)
}

fn browser() -> ClientFacts {
    ClientFacts {
        user_agent: "Mozilla/5.0 (Macintosh) Safari/605".into(),
        script_ran: true,
        time_zone: "Europe/Berlin".into(),
        ..ClientFacts::default()
    }
}

/// An honest employee: fresh private address, both checks answered.
fn honest() -> Facts {
    Facts {
        checks: vec![
            call_number::open().answered(true, AT),
            code_check(true).answered(true, AT),
        ],
        destination_on_file: false,
        opens: 2,
        devices: 2,
        client: Some(browser()),
        time_zone_on_file: "Europe/Berlin".into(),
        language_on_file: "de".into(),
        history: History::default(),
        refused_by_requester: false,
    }
}

fn decided(facts: Facts) -> Decision {
    decide(facts, &Policy::standard(), AT)
}

#[test]
fn an_honest_employee_with_a_fresh_private_address_is_verified() {
    let decision = decided(honest());
    assert_eq!(
        (decision.outcome, decision.level),
        (Outcome::Passed, RiskLevel::Verified)
    );
    assert_eq!(decision.score, 5);
    assert_eq!(decision.recommendation, Recommendation::Proceed);
}

#[test]
fn a_fresh_destination_alone_is_never_verified() {
    let mut facts = honest();
    facts.checks[1] = code_check(false).answered(true, AT);
    let decision = decided(facts.clone());
    assert_eq!(decision.level, RiskLevel::Medium);
    assert_eq!(decision.recommendation, Recommendation::ProceedWithCare);

    facts.checks[1] = on_file_code::open(None, AT);
    let decision = decided(facts);
    assert_eq!(
        (decision.outcome, decision.level),
        (Outcome::Failed, RiskLevel::High)
    );
}

#[test]
fn a_contact_on_file_that_is_the_destination_itself_is_medium_by_rule() {
    let mut facts = honest();
    facts.destination_on_file = true;
    facts.checks[1] = code_check(false).answered(true, AT);
    let decision = decided(facts);
    assert_eq!(
        (decision.outcome, decision.level),
        (Outcome::Passed, RiskLevel::Medium)
    );
    assert!(
        decision
            .report
            .findings
            .iter()
            .any(|f| f.code == "nothing_independent_proven")
    );
    assert!(decision.score >= Policy::standard().medium_from);
}

#[test]
fn a_failed_check_is_high_whatever_else_speaks_for_the_requester() {
    let mut facts = honest();
    facts.destination_on_file = true;
    facts.checks[0] = (0..3).fold(call_number::open(), |check, _| check.answered(false, AT));
    let decision = decided(facts);
    assert_eq!(
        (decision.outcome, decision.level),
        (Outcome::Failed, RiskLevel::High)
    );
    assert_eq!(decision.recommendation, Recommendation::Reject);
}

#[test]
fn a_missing_required_check_never_passes() {
    let mut facts = honest();
    facts.checks.pop();
    assert_eq!(decided(facts).outcome, Outcome::Failed);
}

#[test]
fn this_is_not_me_is_always_high() {
    let decision = decided(Facts {
        refused_by_requester: true,
        ..honest()
    });
    assert_eq!(
        (decision.outcome, decision.level, decision.score),
        (Outcome::Failed, RiskLevel::High, 100)
    );
    assert_eq!(
        decision.report.top_reasons(1)[0],
        "The person who received the link said that they did not ask for this."
    );
}

#[test]
fn a_destination_that_served_others_and_a_driven_browser_fail_together() {
    let mut facts = honest();
    facts.history.other_requesters_at_destination = 1;
    assert_eq!(decided(facts.clone()).level, RiskLevel::Medium);
    if let Some(client) = facts.client.as_mut() {
        client.webdriver = true;
    }
    let decision = decided(facts);
    assert_eq!(
        (decision.outcome, decision.level),
        (Outcome::Failed, RiskLevel::High)
    );
    assert_eq!(
        decision.report.top_reasons(1)[0],
        "The browser is driven by a program."
    );
}

#[test]
fn twenty_openings_by_a_scanner_do_not_stop_the_person() {
    let decision = decided(Facts {
        opens: 21,
        ..honest()
    });
    assert_eq!(
        (decision.outcome, decision.level),
        (Outcome::Passed, RiskLevel::Verified)
    );
}

fn any_facts() -> impl Strategy<Value = Facts> {
    let flags = proptest::collection::vec(any::<bool>(), 8);
    (flags, 0_u32..40, 0_u32..6, 0_u32..4, 0_u32..4).prop_map(|(flags, opens, devices, others, failures)| {
        let call = if flags[0] {
            call_number::open().answered(true, AT)
        } else {
            (0..3).fold(call_number::open(), |c, _| c.answered(false, AT))
        };
        let code = if flags[1] {
            code_check(flags[2]).answered(true, AT)
        } else {
            on_file_code::open(None, AT)
        };
        Facts {
            checks: vec![call, code],
            destination_on_file: flags[3],
            opens,
            devices,
            client: flags[4].then(|| ClientFacts {
                webdriver: flags[5],
                script_ran: flags[6],
                ..browser()
            }),
            time_zone_on_file: "America/New_York".into(),
            language_on_file: String::new(),
            history: History {
                other_requesters_at_destination: others,
                recent_failures: failures,
            },
            refused_by_requester: flags[7],
        }
    })
}

proptest! {
    #[test]
    fn equal_facts_give_equal_decisions_and_the_rules_always_hold(facts in any_facts()) {
        let decision = decided(facts.clone());
        prop_assert_eq!(&decision, &decided(facts.clone()));
        prop_assert!(decision.score <= 100);
        prop_assert_eq!(Policy::standard().level(decision.score), decision.level);
        if decision.outcome == Outcome::Passed {
            prop_assert!(facts.checks.iter().all(|check| check.result == Some(CheckResult::Passed)));
            prop_assert!(decision.level <= RiskLevel::Medium);
            prop_assert!(!facts.refused_by_requester);
        }
        if decision.level == RiskLevel::Verified {
            let independent = matches!(&facts.checks[1].detail, CheckDetail::OnFileCode(code) if code.contact.as_ref().is_some_and(|c| c.independent));
            prop_assert!(independent);
        }
    }
}
