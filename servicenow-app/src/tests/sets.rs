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
