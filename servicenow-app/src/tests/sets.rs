//! The update sets beside the app's own.

use super::update_set::parse;
use super::{app_dir, sets_dir};
use crate::{PackError, Rule, pack_supplements};

#[test]
fn every_set_is_reproducible_and_says_what_it_is() {
    let sets = pack_supplements(&app_dir(), &sets_dir()).unwrap();
    assert_eq!(sets, pack_supplements(&app_dir(), &sets_dir()).unwrap());
    assert!(!sets.is_empty());
    for set in &sets {
        let unload = parse(&set.set.xml);
        let envelope = unload.child("sys_remote_update_set");
        assert!(
            envelope.child("name").text.to_lowercase().contains("optional"),
            "the title says that it is optional"
        );
        assert_eq!(unload.children.len(), set.set.records + 1);
    }
}

#[test]
fn the_guard_is_one_rule_of_the_global_scope() {
    let sets = pack_supplements(&app_dir(), &sets_dir()).unwrap();
    let guard = sets
        .iter()
        .find(|set| set.file == "imper-ai-resolve-guard")
        .unwrap();
    let unload = parse(&guard.set.xml);
    let envelope = unload.child("sys_remote_update_set");
    assert_eq!(envelope.child("application").text, "global");
    assert_eq!(envelope.child("application_scope").text, "global");
    assert_eq!(guard.set.records, 1);
    let payload = parse(&unload.child("sys_update_xml").child("payload").text);
    let rule = payload.child("sys_script");
    assert_eq!(rule.child("sys_scope").text, "global");
    assert_eq!(rule.child("sys_package").attribute("source"), "global");
    assert_eq!(rule.child("when").text, "before");
    assert!(!rule.child("filter_condition").text.is_empty());
}

#[test]
fn a_mistake_in_such_a_set_is_named() {
    let copy = tempfile::tempdir().unwrap();
    let folder = copy.path().join("guard/sys_script");
    std::fs::create_dir_all(&folder).unwrap();
    let source = sets_dir().join("resolve_guard");
    for file in ["set.toml", "sys_script/guard.toml", "sys_script/guard.js"] {
        let text = std::fs::read_to_string(source.join(file)).unwrap();
        let text = text.replace("ImperGate", "ImperGates");
        std::fs::write(copy.path().join("guard").join(file), text).unwrap();
    }
    let Err(PackError::Invalid(findings)) = pack_supplements(&app_dir(), copy.path()) else {
        panic!("a class that does not exist is refused");
    };
    assert!(findings.iter().any(|finding| finding.rule == Rule::Reference
        && finding.file == "sys_script/guard.js"
        && finding.line == Some(2)));
}

/// The set of automated tests, with one text replaced in one of its files.
fn tests_with(file: &str, from: &str, to: &str) -> Vec<crate::Finding> {
    let copy = tempfile::tempdir().unwrap();
    for entry in walkdir::WalkDir::new(sets_dir().join("atf_tests")) {
        let entry = entry.unwrap();
        let target = copy.path().join(entry.path().strip_prefix(sets_dir()).unwrap());
        if entry.file_type().is_dir() {
            std::fs::create_dir_all(target).unwrap();
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
    let path = copy.path().join("atf_tests").join(file);
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{file} holds {from}");
    std::fs::write(&path, text.replacen(from, to, 1)).unwrap();
    match pack_supplements(&app_dir(), copy.path()) {
        Ok(_) => Vec::new(),
        Err(PackError::Invalid(findings)) => findings,
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn an_automated_test_inserts_a_record_and_runs_a_script_that_knows_it() {
    let sets = pack_supplements(&app_dir(), &sets_dir()).unwrap();
    let tests = sets.iter().find(|set| set.file == "imper-ai-atf-tests").unwrap();
    let unload = parse(&tests.set.xml);
    let envelope = unload.child("sys_remote_update_set");
    assert_eq!(envelope.child("application_scope").text, "x_imper_verify");
    let payloads: Vec<_> = unload
        .children
        .iter()
        .filter(|row| row.name == "sys_update_xml")
        .map(|row| parse(&row.child("payload").text))
        .collect();
    let of = |table: &str, field: &str, value: &str| {
        let found = payloads.iter().find(|payload| {
            payload
                .children
                .first()
                .is_some_and(|record| record.name == table && record.child(field).text == value)
        });
        found.unwrap_or_else(|| panic!("no {table} with {field} {value}"))
    };
    let test = of("sys_atf_test", "name", "imper.ai Verification: policies").child("sys_atf_test");
    assert_eq!(test.child("fail_on_server_error").text, "true");
    let insert = of(
        "sys_atf_step",
        "display_name",
        "A ticket that the policy is about",
    );
    let record = insert.child("sys_atf_step");
    assert_eq!(record.child("test").text, test.child("sys_id").text);
    assert_eq!(
        (
            record.child("order").text.as_str(),
            record.child("table").text.as_str()
        ),
        ("2", "incident")
    );
    let inputs = |payload: &super::update_set::Node| -> Vec<String> {
        let values = payload
            .children
            .iter()
            .filter(|child| child.name == "sys_variable_value");
        // The first one takes away what an earlier version had.
        values
            .skip(1)
            .map(|value| value.child("value").text.clone())
            .collect()
    };
    assert_eq!(
        inputs(insert),
        [
            "record_successfully_inserted",
            "false",
            "incident",
            "short_description=imper.ai automated test^EQ"
        ]
    );
    let script = of(
        "sys_atf_step",
        "display_name",
        "The policy matches the one and not the other",
    );
    let source = inputs(script).remove(1);
    assert!(
        source.contains(&format!("steps('{}').record_id", record.child("sys_id").text)),
        "{source}"
    );
    assert!(!source.contains("@step:"));
}

#[test]
fn a_step_that_does_nothing_or_speaks_of_what_does_not_come_before_it_is_refused() {
    assert_eq!(tests_with("sys_atf_test/gate.toml", "incident", "incident"), []);
    for (file, from, to, rule, part) in [
        (
            "sys_atf_test/gate.toml",
            "insert = \"incident\"",
            "",
            Rule::Syntax,
            "inserts a record or runs a script",
        ),
        (
            "sys_atf_test/gate.toml",
            "insert = \"incident\"",
            "insert = \"incidents\"",
            Rule::Reference,
            "no table incidents",
        ),
        (
            "sys_atf_test/gate.toml",
            "name = \"A ticket\"",
            "name = \"The ticket\"",
            Rule::Reference,
            "does not come before it",
        ),
        (
            "sys_atf_test/gate.toml",
            "name = \"A ticket\"",
            "name = \"A policy for this test\"",
            Rule::Duplicate,
            "two steps",
        ),
        (
            "sys_atf_test/gate.js",
            "new ImperGate()",
            "new ImperDoor()",
            Rule::Reference,
            "ImperDoor",
        ),
        (
            "sys_atf_test/gate.toml",
            "script = \"gate.js\"",
            "script = \"door.js\"",
            Rule::Reference,
            "does not exist",
        ),
    ] {
        let findings = tests_with(file, from, to);
        assert!(
            findings
                .iter()
                .any(|finding| finding.rule == rule && finding.message.contains(part)),
            "no {rule:?} about {part:?} among {findings:#?}"
        );
    }
}
