use proptest::prelude::*;
use shared::words::{Assurance, Channel};

use super::super::checks::step::open_steps;
use super::super::checks::{Check, CheckDetail, Means, on_file_code, open};
use super::super::destination::Destination;
use super::super::facts::{ClientFacts, DestinationFacts, History, TimeFacts};
use super::*;

const AT: UnixMillis = UnixMillis(1_000);

fn code_check(independent: bool) -> Check {
    let destination = Destination::parse(Channel::Email, "mia@corp.example", None).unwrap();
    let contact = on_file_code::OnFileContact {
        destination,
        source: "email".into(),
        independent,
    };
    let means = Means {
        contact: Some(contact),
        ..Means::default()
    };
    open(CheckKind::OnFileCode, &means, AT)
}

fn call_number() -> Check {
    open(CheckKind::CallNumber, &Means::default(), AT)
}

fn no_code() -> Check {
    open(CheckKind::OnFileCode, &Means::default(), AT)
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
        action: None,
        assurance: Assurance::Standard,
        checks: vec![
            call_number().answered(true, AT),
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
        disowned_by_contact: false,
        destination: DestinationFacts::default(),
        network: None,
        time: TimeFacts::default(),
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

    facts.checks[1] = no_code();
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
    facts.checks[0] = (0..3).fold(call_number(), |check, _| check.answered(false, AT));
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

fn all_means() -> Means {
    Means {
        passkeys: 1,
        authenticator_app: true,
        recovery_codes: 1,
        company_sign_in: Some("Acme".into()),
        manager: Some(super::super::checks::manager_approval::Manager {
            sys_id: "c".into(),
            name: "Ada Lopez".into(),
            destination: Destination::parse(Channel::Email, "ada@corp.example", None).unwrap(),
        }),
        ..Means::default()
    }
}

fn passed_by(kinds: &[CheckKind]) -> Facts {
    let passed = |kind: &CheckKind| open(*kind, &all_means(), AT).answered(true, AT);
    let mut checks = vec![call_number().answered(true, AT)];
    checks.extend(kinds.iter().map(passed));
    Facts { checks, ..honest() }
}

#[test]
fn any_one_alternative_passes_its_step_and_only_strong_proof_is_verified() {
    use CheckKind::{AuthenticatorApp, CompanySignIn, ManagerApproval, Passkey, RecoveryCode};
    for kind in [Passkey, AuthenticatorApp, CompanySignIn] {
        let decision = decided(passed_by(&[kind]));
        assert_eq!(
            (decision.outcome, decision.level),
            (Outcome::Passed, RiskLevel::Verified),
            "{kind}"
        );
    }
    for kind in [RecoveryCode, ManagerApproval] {
        let decision = decided(passed_by(&[kind]));
        assert_eq!(
            (decision.outcome, decision.level),
            (Outcome::Passed, RiskLevel::Medium),
            "{kind}"
        );
    }
}

#[test]
fn high_assurance_wants_strong_proof_and_the_manager() {
    use CheckKind::{AuthenticatorApp, ManagerApproval, Passkey, RecoveryCode};
    let high = |kinds: &[CheckKind]| {
        decided(Facts {
            assurance: Assurance::High,
            ..passed_by(kinds)
        })
        .outcome
    };
    assert_eq!(high(&[Passkey, ManagerApproval]), Outcome::Passed);
    assert_eq!(high(&[Passkey, AuthenticatorApp]), Outcome::Failed);
    assert_eq!(high(&[ManagerApproval]), Outcome::Failed);
    assert_eq!(high(&[RecoveryCode, ManagerApproval]), Outcome::Failed);
}

#[test]
fn a_refuted_alternative_fails_whatever_else_was_passed() {
    let mut facts = passed_by(&[CheckKind::Passkey]);
    facts
        .checks
        .push(open(CheckKind::ManagerApproval, &all_means(), AT).answered(false, AT));
    let decision = decided(facts);
    assert_eq!(
        (decision.outcome, decision.level),
        (Outcome::Failed, RiskLevel::High)
    );
}

#[test]
fn what_was_not_available_is_told_only_where_nothing_else_was_passed() {
    let has = |facts: Facts, code: &str| decided(facts).report.findings.iter().any(|f| f.code == code);
    let mut facts = passed_by(&[CheckKind::Passkey]);
    facts.checks.push(no_code());
    assert!(!has(facts.clone(), "on_file_code_unavailable"));
    facts.checks[1] = open(CheckKind::Passkey, &Means::default(), AT);
    assert!(has(facts, "on_file_code_unavailable"));
}

#[test]
fn wrong_answers_before_another_way_are_counted() {
    let mut facts = passed_by(&[CheckKind::Passkey]);
    facts
        .checks
        .push(code_check(true).answered(false, AT).answered(false, AT));
    let decision = decided(facts);
    let weight = |code: &str| {
        decision
            .report
            .findings
            .iter()
            .find(|f| f.code == code)
            .map(|f| f.weight)
    };
    assert_eq!(weight("wrong_answers_before_another_way"), Some(10));
}

#[test]
fn a_policy_without_a_plan_passes_nobody() {
    let policy = Policy {
        plans: Vec::new(),
        ..Policy::standard()
    };
    assert_eq!(decide(honest(), &policy, AT).outcome, Outcome::Failed);
}

#[test]
fn a_missing_step_fails_even_where_the_policy_lets_high_pass() {
    let lenient = Policy {
        highest_passing_level: RiskLevel::High,
        ..Policy::standard()
    };
    let mut facts = honest();
    facts.checks.pop();
    assert_eq!(decide(facts.clone(), &lenient, AT).outcome, Outcome::Failed);
    facts.checks.push(no_code());
    let decision = decide(facts, &lenient, AT);
    assert_eq!(decision.outcome, Outcome::Failed);
    let codes: Vec<&str> = decision.report.findings.iter().map(|f| f.code.as_str()).collect();
    assert!(codes.contains(&"required_check_missing"), "{codes:?}");
    // The same policy does let a high score pass, so it is the missing step that fails it.
    let mut risky = honest();
    risky.history.other_requesters_at_destination = 9;
    risky.history.recent_failures = 9;
    let decision = decide(risky, &lenient, AT);
    assert_eq!(
        (decision.outcome, decision.level),
        (Outcome::Passed, RiskLevel::High)
    );
}

#[test]
fn not_me_fails_under_every_policy() {
    let mut lenient = Policy::standard();
    lenient.highest_passing_level = RiskLevel::High;
    lenient.weights.refused_by_requester = 0;
    lenient.signals.clear();
    let facts = Facts {
        refused_by_requester: true,
        ..honest()
    };
    let decision = decide(facts, &lenient, AT);
    assert_eq!(
        (decision.outcome, decision.level),
        (Outcome::Failed, RiskLevel::High)
    );
}

#[test]
fn a_plan_may_ask_for_less_risk_than_the_policy() {
    let mut policy = Policy::standard();
    for plan in &mut policy.plans {
        plan.highest_passing = Some(RiskLevel::Verified);
    }
    let mut facts = honest();
    facts.history.recent_failures = 2;
    assert_eq!(
        decide(facts.clone(), &Policy::standard(), AT).level,
        RiskLevel::Medium
    );
    assert_eq!(decide(facts, &policy, AT).outcome, Outcome::Failed);
}

#[test]
fn a_contact_that_came_on_file_lately_proves_nothing() {
    let mut facts = honest();
    facts.destination_on_file = true;
    facts.destination.contact_age_days = Some(3);
    let mut without_points = Policy::standard();
    without_points.signals.remove("contact_changed_recently");
    let decision = decide(facts.clone(), &without_points, AT);
    assert_eq!(
        (decision.outcome, decision.level),
        (Outcome::Passed, RiskLevel::Medium)
    );
    facts.destination.contact_age_days = Some(400);
    assert_eq!(decide(facts, &without_points, AT).level, RiskLevel::Verified);
}

#[test]
fn a_signal_that_is_switched_off_is_neither_weighed_nor_told() {
    let mut facts = honest();
    facts.opens = 50;
    let mut policy = Policy::standard();
    let told = |policy: &Policy, facts: &Facts| {
        let decision = decide(facts.clone(), policy, AT);
        decision.report.findings.iter().any(|f| f.code == "many_opens")
    };
    assert!(told(&policy, &facts));
    policy.signals.remove("many_opens");
    assert!(!told(&policy, &facts));
}

fn any_facts() -> impl Strategy<Value = Facts> {
    let flags = proptest::collection::vec(any::<bool>(), 8);
    (flags, 0_u32..40, 0_u32..6, 0_u32..4, 0_u32..4).prop_map(|(flags, opens, devices, others, failures)| {
        let call = if flags[0] {
            call_number().answered(true, AT)
        } else {
            (0..3).fold(call_number(), |c, _| c.answered(false, AT))
        };
        let code = if flags[1] {
            code_check(flags[2]).answered(true, AT)
        } else {
            no_code()
        };
        Facts {
            action: None,
            assurance: Assurance::Standard,
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
                ..History::default()
            },
            refused_by_requester: flags[7],
            disowned_by_contact: flags[7] && flags[0],
            destination: DestinationFacts::default(),
            network: None,
            time: TimeFacts::default(),
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
            prop_assert!(!facts.is_disowned());
        }
        if decision.level == RiskLevel::Verified {
            let independent = matches!(&facts.checks[1].detail, CheckDetail::OnFileCode(code) if code.contact.as_ref().is_some_and(|c| c.independent));
            prop_assert!(independent);
        }
    }
}

/// What the agent is told of the missing step.
fn missing_step(facts: Facts) -> String {
    let decision = decided(facts);
    let mut findings = decision.report.findings.into_iter();
    findings
        .find(|f| f.code == "required_check_missing")
        .unwrap()
        .sentence
}

#[test]
fn the_missing_step_is_named_and_first_the_one_that_nobody_could_have_passed() {
    let mut facts = Facts {
        assurance: Assurance::High,
        ..honest()
    };
    let policy = Policy::standard();
    let steps = policy.steps(None, Assurance::High);
    let means = Means {
        passkeys: 1,
        ..Means::default()
    };
    facts.checks = open_steps(steps, &means, AT)
        .into_iter()
        .flat_map(|step| step.alternatives)
        .collect();
    assert_eq!(
        missing_step(facts.clone()),
        "The policy requires manager approval, which this requester cannot give: nothing for it is on file or set up."
    );
    facts
        .checks
        .retain(|check| check.kind() != CheckKind::ManagerApproval);
    facts.checks[0] = facts.checks[0].clone().answered(true, AT);
    assert_eq!(
        missing_step(facts),
        "A step that the policy requires was not passed: passkey or company sign-in or authenticator app."
    );
}
