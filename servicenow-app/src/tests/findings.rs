//! What a finding says beside what is wrong: where.

use super::bad_sources::after_edit;
use crate::Rule;

const POLICY_JS: &str = "sys_script_include/ImperPolicy.js";

/// Whoever made the mistake is told where it stands, whatever the rule is.
#[test]
fn every_rule_names_file_and_line() {
    let add = |code: &str| (POLICY_JS, "var ImperPolicy", format!("{code}\nvar ImperPolicy"));
    let role = "sys_user_role/agent.toml";
    for ((file, from, to), rule) in [
        (add("var password = 'correct horse';"), Rule::Secret),
        (add("console.log(1);"), Rule::Console),
        (add("var i = '0123456789abcdef0123456789abcdef';"), Rule::SysId),
        (add("new ImperNothing();"), Rule::Reference),
        (
            (role, "\"x_imper_verify.agent\"", "\"agent\"".to_owned()),
            Rule::Prefix,
        ),
        (
            (
                role,
                "\"x_imper_verify.agent\"",
                format!("\"x_imper_verify.{}\"", "a".repeat(90)),
            ),
            Rule::Length,
        ),
        (
            (role, "description = ", "description := ".to_owned()),
            Rule::Syntax,
        ),
        (
            (
                "sys_script/bypass.toml",
                "\"async_always\"",
                "\"after\"".to_owned(),
            ),
            Rule::Platform,
        ),
    ] {
        let findings = after_edit(file, from, &to);
        let found = findings
            .iter()
            .find(|finding| finding.rule == rule && finding.file == file)
            .unwrap_or_else(|| panic!("no {rule:?} in {file} among {findings:#?}"));
        let line = found.line.unwrap_or_else(|| panic!("no line in {found:?}"));
        assert!(
            found.to_string().starts_with(&format!("{file}:{line}: ")),
            "{found}"
        );
    }
}
