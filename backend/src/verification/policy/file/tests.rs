use proptest::prelude::*;

use super::*;

const SHORT: &str = "format = 1\nversion = \"acme-7\"\n";

fn mistakes(text: &str) -> Vec<String> {
    match Policy::parse(text) {
        Ok(policy) => panic!("accepted: {policy:?}"),
        Err(error) => error.mistakes.iter().map(Mistake::to_string).collect(),
    }
}

#[test]
fn what_a_file_leaves_out_is_as_in_the_standard_policy() {
    let policy = Policy::parse(SHORT).unwrap();
    assert!(policy.version.starts_with("acme-7+"));
    let standard = Policy::standard();
    let same = Policy {
        version: policy.version.clone(),
        ..standard
    };
    assert_eq!(policy, same);
}

#[test]
fn a_signal_is_switched_off_and_a_plan_asks_for_more() {
    let text = format!(
        "{SHORT}[signals]\nno_script = \"off\"\nwave = 40\n[[plan]]\nactions = [\"mfa_reset\"]\nhighest_passing = \"verified\"\n\
         steps = [{{ any_of = [\"call_number\"] }}, {{ any_of = [\"passkey\"] }}]\n[[plan]]\nsteps = [{{ any_of = [\"on_file_code\"] }}]\n"
    );
    let policy = Policy::parse(&text).unwrap();
    assert_eq!(policy.signals.get("no_script"), None);
    assert_eq!(policy.signals.get("wave"), Some(&40));
    let reset = Some(Action::MfaReset);
    assert_eq!(policy.steps(reset, Assurance::High).len(), 2);
    assert_eq!(
        policy.highest_passing(reset, Assurance::Standard),
        RiskLevel::Verified
    );
    assert_eq!(
        policy.highest_passing(None, Assurance::Standard),
        RiskLevel::Medium
    );
    assert_eq!(
        policy.steps(None, Assurance::Standard),
        [Step::any_of(&[CheckKind::OnFileCode])]
    );
}

#[test]
fn one_name_with_another_content_is_another_version() {
    let other = Policy::parse(&format!("{SHORT}[levels]\nmedium_from = 31\n")).unwrap();
    assert_ne!(other.version, Policy::parse(SHORT).unwrap().version);
}

#[test]
fn every_mistake_is_named_at_once_with_its_place() {
    let text = r#"
format = 2
version = "a b"
colour = "red"
[levels]
medium_from = 70
high_from = 60
highest_passing = "low"
[working_hours]
from = "8"
days = ["mon", "someday"]
[weights]
check_failed = 101
passkey_proven = 5
wrong_anser = 5
[signals]
no_scirpt = 3
automation = -1
wave = "on"
[[plan]]
actions = ["password_rest"]
steps = [{ any_of = ["call_number"] }, { any_of = [] }, { any_of = ["pass_key"] }, { any_of = ["call_number"] }]
[[plan]]
steps = []
[[plan]]
assurance = "high"
steps = [{ any_of = ["passkey", "passkey"] }]
"#;
    let found = mistakes(text);
    for expected in [
        "format: must be 1, the only format that this version reads",
        "version: “a b” must have 1 to 40 letters, digits, dots, hyphens and underscores",
        "setting: “colour” is no setting; known are",
        "levels: medium_from (70) must be below high_from (60)",
        "levels.highest_passing: “low” is no level",
        "working_hours.from: “8” is no time like 08:30",
        "working_hours.days: “someday” is no day; known are mon",
        "weights.check_failed: 101 must be between 0 and 100",
        "weights.passkey_proven: 5 must be between -50 and 0",
        "weights: “wrong_anser” is no setting; did you mean “wrong_answer”?",
        "signals: “no_scirpt” is no setting; did you mean “no_script”?",
        "signals.automation: -1 must be between 0 and 100",
        "signals.wave: must be a whole number, not string",
        "plan 1.actions: “password_rest” is no action; did you mean “password_reset”?",
        "plan 1.steps 2.any_of: is empty: a step needs at least one alternative",
        "plan 1.steps 3.any_of: “pass_key” is no check; did you mean “passkey”?",
        "plan 1.steps 4.any_of: names only checks of earlier steps, and one proof never counts for two steps",
        "plan 2.steps: is empty: a plan without steps would prove nothing",
        "plan 3.steps 1.any_of: “passkey” is named twice",
    ] {
        assert!(
            found.iter().any(|mistake| mistake.starts_with(expected)),
            "{expected}\n{found:#?}"
        );
    }
}

#[test]
fn every_ticket_has_a_plan_and_every_plan_a_ticket() {
    let step = "steps = [{ any_of = [\"passkey\"] }]";
    let found = mistakes(&format!("{SHORT}[[plan]]\nactions = [\"mfa_reset\"]\n{step}\n"));
    assert!(found.iter().any(|m| {
        m.starts_with("plan: none applies to tickets with password_reset at the assurance standard")
    }));
    assert!(
        found
            .iter()
            .any(|m| m.starts_with("plan: none applies to tickets with no action at the assurance high"))
    );
    let found = mistakes(&format!(
        "{SHORT}[[plan]]\n{step}\n[[plan]]\nassurance = \"high\"\n{step}\n"
    ));
    assert_eq!(
        found,
        ["plan 2: never applies: the plans before it take every ticket (line 5)"]
    );
}

#[test]
fn a_mistake_has_its_line() {
    let found = mistakes("format = 1\nversion = \"x\"\n[levels]\nmedium_from = 101\nhigh_form = 5\n");
    assert_eq!(
        found,
        [
            "levels.medium_from: 101 must be between 1 and 100 (line 4)",
            "levels: “high_form” is no setting; did you mean “high_from”? (line 5)"
        ]
    );
    assert!(mistakes("format = 1\nversion = \n")[0].ends_with("(line 2)"));
}

#[test]
fn what_is_no_toml_or_has_no_version_is_refused() {
    assert!(
        mistakes("format = ")
            .first()
            .unwrap()
            .starts_with("it is no TOML")
    );
    assert_eq!(
        mistakes("format = 1"),
        ["version: is missing; every decision records it"]
    );
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused_without_panic(text in "(format|version|levels|plan|signals|steps|any_of|wave|[\\[\\]{}=\"\n, 0-9a-z_-]){0,60}") {
        let _ = Policy::parse(&text);
    }
}
