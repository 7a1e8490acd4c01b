//! Mistakes in layouts, business rules, access controls of foreign columns, and deletions: each is found and named.

use super::bad_sources::{after_adding, after_edit, assert_found};
use crate::Rule;

#[test]
fn layouts_belong_to_own_tables_and_name_their_columns() {
    let file = "sys_ui_list/policy.toml";
    let foreign = after_edit(file, "\"x_imper_verify_policy\"", "\"incident\"");
    assert_found(&foreign, Rule::Platform, file, "replace a customer's layout");
    let missing = after_edit(file, "\"condition\"", "\"conditions\"");
    assert_found(
        &missing,
        Rule::Reference,
        file,
        "x_imper_verify_policy.conditions",
    );
    let dotted = after_edit(file, "\"condition\"", "\"condition.name\"");
    assert_found(&dotted, Rule::Reference, file, "condition.name");
    let file = "sys_ui_form/policy.toml";
    let split = after_edit(file, ".end_split\", \"condition\"", "condition\"");
    assert_found(&split, Rule::Syntax, file, "come in pairs");
    let twice = after_edit(file, "\"condition\"", "\"condition\", \"condition\"");
    assert_found(
        &twice,
        Rule::Syntax,
        file,
        "condition stands twice in one section",
    );
    let file = "sys_ui_related_list/verification.toml";
    let list = after_edit(file, "event.verification", "event.task");
    assert_found(
        &list,
        Rule::Reference,
        file,
        "refers to x_imper_verify_verification",
    );
}

#[test]
fn rules_on_foreign_tables_are_async_and_have_a_filter() {
    let file = "sys_script/bypass.toml";
    for (from, to, part) in [
        ("\"async_always\"", "\"after\"", "only an async_always rule"),
        ("\"async_always\"", "\"sometimes\"", "does not run \"sometimes\""),
        ("[\"update\"]", "[\"query\"]", "does not run on \"query\""),
        ("filter = \"stateCHANGES^EQ\"", "filter = \"\"", "needs a filter"),
    ] {
        assert_found(&after_edit(file, from, to), Rule::Platform, file, part);
    }
    let class = after_edit(
        file,
        "x_imper_verify.ImperBypass()",
        "x_imper_verify.ImperDetour()",
    );
    assert_found(&class, Rule::Reference, file, "ImperDetour");
    let table = after_edit(file, "table = \"task\"", "table = \"tasks\"");
    assert_found(&table, Rule::Reference, file, "no table tasks");
}

#[test]
fn an_app_protects_its_own_columns_elsewhere_by_roles_alone() {
    let file = "sys_security_acl/incident.toml";
    let foreign = after_edit(file, "incident.x_imper_verify_outcome", "incident.state");
    assert_found(&foreign, Rule::Platform, file, "not its own");
    let scripted = after_edit(
        file,
        "operation = \"write\"",
        "operation = \"write\"\nscript = \"answer = true;\"",
    );
    assert_found(&scripted, Rule::Platform, file, "not its own");
}

#[test]
fn deletions_keep_data_and_do_not_contradict_the_sources() {
    let entry = |table: &str, key: &str, since: &str| {
        format!("[[deleted]]\ntable = \"{table}\"\nkey = \"{key}\"\nname = \"Gone\"\nsince = \"{since}\"\n")
    };
    let of = |text: &str| after_adding("deleted.toml", text);
    assert_eq!(of(&entry("sys_script_include", "ImperOld", "1.1.0")), []);
    for (text, part) in [
        (
            entry("sys_db_object", "x_imper_verify_old", "1.1.0"),
            "delete data",
        ),
        (
            entry("sys_script_include", "ImperPolicy", "1.1.0"),
            "deleted and shipped",
        ),
        (
            entry("sys_ui_action", "x_imper_verify_panel", "1.1.0"),
            "deleted and shipped",
        ),
        (
            entry("sp_widget", "x-imper-verify", "1.1.0"),
            "deleted and shipped",
        ),
        (entry("sys_ui_page", "old", "soon"), "no version"),
    ] {
        assert_found(&of(&text), Rule::Platform, "deleted.toml", part);
    }
}
