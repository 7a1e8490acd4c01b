//! One mistake at a time, put into a copy of the real app: each is found, with the right rule, file and line.

use std::fs;

use tempfile::TempDir;
use walkdir::WalkDir;

use super::{app_dir, panel};
use crate::{Finding, PackError, Rule, pack};

pub fn copy_of_the_app() -> TempDir {
    let copy = tempfile::tempdir().unwrap();
    for entry in WalkDir::new(app_dir()) {
        let entry = entry.unwrap();
        let target = copy.path().join(entry.path().strip_prefix(app_dir()).unwrap());
        if entry.file_type().is_dir() {
            fs::create_dir_all(target).unwrap();
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
    copy
}

pub fn findings_of(copy: &TempDir) -> Vec<Finding> {
    match pack(copy.path(), &panel()) {
        Err(PackError::Invalid(findings)) => findings,
        Err(other) => panic!("{other}"),
        Ok(_) => Vec::new(),
    }
}

/// Replaces `from` in `file` by `to` and returns what the packer says.
pub fn after_edit(file: &str, from: &str, to: &str) -> Vec<Finding> {
    let copy = copy_of_the_app();
    let path = copy.path().join(file);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{file} holds {from}");
    fs::write(&path, text.replacen(from, to, 1)).unwrap();
    findings_of(&copy)
}

/// Adds a file and returns what the packer says.
pub fn after_adding(file: &str, text: &str) -> Vec<Finding> {
    let copy = copy_of_the_app();
    let path = copy.path().join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
    findings_of(&copy)
}

#[track_caller]
pub fn assert_found(findings: &[Finding], rule: Rule, file: &str, part: &str) {
    let found = findings
        .iter()
        .any(|f| f.rule == rule && f.file == file && f.message.contains(part));
    assert!(found, "no {rule:?} in {file} about {part:?} among {findings:#?}");
}

const POLICY_JS: &str = "sys_script_include/ImperPolicy.js";

#[test]
fn the_app_itself_has_no_mistake() {
    assert_eq!(findings_of(&copy_of_the_app()), []);
}

#[test]
fn toml_that_does_not_parse_is_named_with_its_line() {
    let findings = after_edit("sys_user_role/admin.toml", "contains = ", "contains := ");
    let finding = findings
        .iter()
        .find(|finding| finding.file == "sys_user_role/admin.toml")
        .unwrap();
    assert_eq!((finding.rule, finding.line), (Rule::Syntax, Some(3)));
}

#[test]
fn unknown_fields_and_files_are_refused() {
    let findings = after_edit(
        "sys_ui_page/panel.toml",
        "direct = true",
        "direct = true\npublic = true",
    );
    assert_found(&findings, Rule::Syntax, "sys_ui_page/panel.toml", "public");
    let findings = after_adding("sys_data_policy2/rule.toml", "name = \"x\"");
    assert_found(&findings, Rule::Syntax, "sys_data_policy2/rule.toml", "unknown");
    let findings = after_adding("sys_script_include/Left.js", "var Left = 1;");
    assert_found(
        &findings,
        Rule::Syntax,
        "sys_script_include/Left.js",
        "no record uses",
    );
}

#[test]
fn what_does_not_exist_cannot_be_referred_to() {
    for (file, from, to, part) in [
        (
            "sys_app/imper_verify.toml",
            "role = \"x_imper_verify.agent\"",
            "role = \"x_imper_verify.boss\"",
            "role",
        ),
        (
            "sys_user_role/admin.toml",
            "[\"x_imper_verify.agent\"]",
            "[\"x_imper_verify.boss\"]",
            "role",
        ),
        (
            "sys_security_acl/rest.toml",
            "\"x_imper_verify.agent\"",
            "\"x_imper_verify.boss\"",
            "role",
        ),
        (
            "sys_security_acl/pages.toml",
            "\"x_imper_verify_panel\"",
            "\"x_imper_verify_other\"",
            "UI page",
        ),
        (
            "sys_security_acl/policy.toml",
            "\"x_imper_verify_policy\"",
            "\"x_imper_verify_rule\"",
            "table",
        ),
        (
            "sys_ws_definition/verify.toml",
            "acl = \"x_imper_verify agent token\"",
            "acl = \"nobody\"",
            "access control",
        ),
        (
            "sys_ws_definition/verify.toml",
            "script = \"health.js\"",
            "script = \"helth.js\"",
            "does not exist",
        ),
        (
            "sys_db_object/event.toml",
            "\"x_imper_verify_verification\"",
            "\"x_imper_verify_case\"",
            "table",
        ),
        (
            "sys_db_object/verification.toml",
            "dependent = \"ticket_table\"",
            "dependent = \"table\"",
            "column",
        ),
        (
            "sys_db_object/policy.toml",
            "default = \"standard\"",
            "default = \"normal\"",
            "choice",
        ),
        (
            "sys_ui_formatter/panel.toml",
            "macro = \"panel\"",
            "macro = \"panels\"",
            "macro",
        ),
        (
            "sys_ui_section/incident.toml",
            "\"x_imper_verify_panel.xml\"",
            "\"x_imper_verify_panel.xml\", \"x_imper_verify_result\"",
            "column",
        ),
        (
            "sys_ui_section/incident.toml",
            "\"x_imper_verify_panel.xml\"",
            "\"x_imper_verify_p.xml\"",
            "formatter",
        ),
        (
            "sys_app_application/imper_verify.toml",
            "table = \"x_imper_verify_event\"",
            "table = \"x_imper_verify_e\"",
            "table",
        ),
        (
            "x_imper_verify_policy/mfa_reset.toml",
            "\"mfa_reset\"\nassurance",
            "\"mfa\"\nassurance",
            "choice",
        ),
        (
            "x_imper_verify_policy/mfa_reset.toml",
            "order =",
            "rank =",
            "column",
        ),
    ] {
        assert_found(&after_edit(file, from, to), Rule::Reference, file, part);
    }
}

#[test]
fn scripts_and_markup_name_only_what_exists() {
    for (file, from, to, part) in [
        (
            POLICY_JS,
            "new ImperProperties()",
            "new ImperSettings()",
            "class ImperSettings",
        ),
        (
            POLICY_JS,
            "new GlideRecord(table)",
            "new GlideMultipleUpdate(table)",
            "class GlideMultipleUpdate",
        ),
        (
            POLICY_JS,
            "'x_imper_verify_policy'",
            "'x_imper_verify_rules'",
            "x_imper_verify_rules",
        ),
        (
            POLICY_JS,
            "x_imper_verify_panel.do",
            "x_imper_verify_field.do",
            "x_imper_verify_field",
        ),
        (
            POLICY_JS,
            "'x_imper_verify.agent'",
            "'x_imper_verify.agents'",
            "x_imper_verify.agents",
        ),
        (
            "sys_ui_macro/panel.xml",
            "x_imper_verify.ImperPolicy",
            "x_imper_verify.Policy",
            "script include Policy",
        ),
        (
            "sys_ui_page/panel.html",
            "v1/verify/agent_token",
            "v1/verify/token",
            "no resource",
        ),
        (
            "sys_ui_page/panel.html",
            "x_imper_verify/panel.jsdbx",
            "x_imper_verify/main.jsdbx",
            "no asset",
        ),
    ] {
        assert_found(&after_edit(file, from, to), Rule::Reference, file, part);
    }
}

#[test]
fn a_mistake_in_a_script_is_named_with_its_line() {
    let findings = after_edit(
        POLICY_JS,
        "new GlideRecord('x_imper_verify_policy')",
        "new GlideRecord('x_imper_verify_rules')",
    );
    let text = fs::read_to_string(app_dir().join(POLICY_JS)).unwrap();
    let line = text
        .lines()
        .position(|line| line.contains("new GlideRecord('x_imper_verify_policy')"))
        .unwrap()
        + 1;
    assert_eq!(findings[0].line, Some(line));
    assert!(
        findings[0]
            .to_string()
            .starts_with(&format!("{POLICY_JS}:{line}: "))
    );
}

#[test]
fn long_names_are_refused() {
    let event = |name: &str| format!("name = \"{name}\"\ntable = \"incident\"\ndescription = \"d\"\n");
    let name = "x_imper_verify.a_name_of_forty_characters";
    assert_eq!(name.len(), 41);
    assert_found(
        &after_adding("sysevent_register/e.toml", &event(name)),
        Rule::Length,
        "sysevent_register/e.toml",
        "41",
    );
    assert_eq!(after_adding("sysevent_register/e.toml", &event(&name[..40])), []);
    let scope = after_edit(
        "sys_app/imper_verify.toml",
        "\"x_imper_verify\"",
        "\"x_imper_verification\"",
    );
    assert_found(&scope, Rule::Length, "sys_app/imper_verify.toml", "at most 18");
    let long = format!("x_imper_verify_{}", "t".repeat(70));
    let table = after_edit(
        "sys_db_object/event.toml",
        "name = \"x_imper_verify_event\"",
        &format!("name = \"{long}\""),
    );
    assert_found(&table, Rule::Length, "sys_db_object/event.toml", "at most 80");
}

#[test]
fn names_without_the_prefix_of_the_scope_are_refused() {
    for (file, from, to) in [
        (
            "sys_user_role/agent.toml",
            "name = \"x_imper_verify.agent\"",
            "name = \"agent\"",
        ),
        (
            "sys_db_object/event.toml",
            "name = \"x_imper_verify_event\"",
            "name = \"u_event\"",
        ),
        (
            "sys_dictionary/incident.toml",
            "name = \"x_imper_verify_id\"",
            "name = \"u_verification\"",
        ),
        (
            "sys_properties/verification.toml",
            "name = \"x_imper_verify.enabled\"",
            "name = \"imper.enabled\"",
        ),
        (
            "sys_ux_lib_asset/panel.toml",
            "name = \"x_imper_verify/panel\"",
            "name = \"panel\"",
        ),
    ] {
        assert_found(
            &after_edit(file, from, to),
            Rule::Prefix,
            file,
            "does not begin with",
        );
    }
}

#[test]
fn secrets_are_refused() {
    // Put together here, so that no scanner takes this file for a leak.
    let webhook = format!("{}_{}", "whsec", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    let key = format!("-----BEGIN {} KEY-----", "PRIVATE");
    for secret in [
        format!("var a = '{webhook}';"),
        format!("var a = '{key}';"),
        "var password = 'correct horse';".to_owned(),
        "var o = { api_key: 'abcdefgh' };".to_owned(),
        format!("var a = '{}';", "Ab1".repeat(15)),
    ] {
        let findings = after_edit(
            POLICY_JS,
            "var ImperPolicy",
            &format!("{secret}\nvar ImperPolicy"),
        );
        assert_found(&findings, Rule::Secret, POLICY_JS, "");
    }
    let file = "sys_properties/verification.toml";
    let findings = after_edit(
        file,
        "type = \"password2\"\nvalue = \"\"",
        "type = \"password2\"\nvalue = \"x\"",
    );
    assert_found(&findings, Rule::Secret, file, "x_imper_verify.token_secret");
}

#[test]
fn console_output_and_foreign_sys_ids_are_refused() {
    let findings = after_edit(POLICY_JS, "var ImperPolicy", "console.log(1);\nvar ImperPolicy");
    assert_found(&findings, Rule::Console, POLICY_JS, "console");
    let id = "0123456789abcdef0123456789abcdef";
    let findings = after_edit(
        POLICY_JS,
        "var ImperPolicy",
        &format!("var i = '{id}';\nvar ImperPolicy"),
    );
    assert_found(&findings, Rule::SysId, POLICY_JS, id);
    let findings = after_edit("allowed_sys_ids.toml", "e0355b31ef303000a61d5a3615c0fb78", id);
    assert_found(
        &findings,
        Rule::SysId,
        "sys_app_application/imper_verify.toml",
        "e0355b31",
    );
    let findings = after_edit("allowed_sys_ids.toml", "reason = \"", "reason = \"\" # \"");
    assert_found(&findings, Rule::SysId, "allowed_sys_ids.toml", "reason");
}

#[test]
fn two_records_with_the_same_key_are_refused() {
    let findings = after_adding(
        "sys_user_role/again.toml",
        "name = \"x_imper_verify.agent\"\ndescription = \"d\"\n",
    );
    assert_found(
        &findings,
        Rule::Duplicate,
        "sys_user_role",
        "x_imper_verify.agent",
    );
    let column = "\n[[columns]]\nname = \"sequence\"\nlabel = \"Again\"\ntype = \"integer\"\n";
    let findings = after_edit(
        "sys_db_object/event.toml",
        "\n[[columns]]",
        &format!("{column}\n[[columns]]"),
    );
    assert_found(&findings, Rule::Duplicate, "sys_db_object/event.toml", "sequence");
}

#[test]
fn what_certification_forbids_is_refused() {
    let file = "sys_security_acl/policy.toml";
    let foreign = after_edit(file, "name = \"x_imper_verify_policy\"", "name = \"incident\"");
    assert_found(&foreign, Rule::Platform, file, "incident, which is not its own");
    let open = after_edit(file, "roles = [\"x_imper_verify.agent\"]", "roles = []");
    assert_found(&open, Rule::Platform, file, "names no role");
    assert_found(
        &foreign,
        Rule::Platform,
        "sys_db_object/policy.toml",
        "no access control rules read",
    );
    let file = "sys_ws_definition/verify.toml";
    let shared = after_edit(
        file,
        "acl = \"x_imper_verify health\"",
        "acl = \"x_imper_verify agent token\"",
    );
    assert_found(&shared, Rule::Platform, file, "shares its access control");
}

#[test]
fn markup_that_is_not_well_formed_is_refused() {
    for (from, to) in [("<tr>", "<tr><b>"), ("trim=\"false\"", "trim=false")] {
        let findings = after_edit("sys_ui_macro/panel.xml", from, to);
        assert_found(
            &findings,
            Rule::Syntax,
            "sys_ui_macro/panel.xml",
            "not well-formed",
        );
    }
    let findings = after_edit(POLICY_JS, "var ImperPolicy", "/* \u{7} */ var ImperPolicy");
    assert_found(&findings, Rule::Syntax, POLICY_JS, "XML cannot carry");
}
