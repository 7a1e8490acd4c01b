//! Access controls in scripts: `GlideRecord` ignores them, `GlideRecordSecure` does not.

use imper_tests::instance::UserSpec;
use serde_json::json;

use super::support::{Set, id, run, with};

#[test]
fn secure_records_hide_rows_and_columns() {
    let instance = with(&Set::demo());
    instance
        .add_user(UserSpec::new("ann", "Ann User", "x").role("x_acme_demo.user"))
        .unwrap();
    instance
        .add_user(UserSpec::new("abe", "Abe Admin", "x").role("x_acme_demo.admin"))
        .unwrap();
    instance
        .insert("x_acme_demo_thing", &[("name", "a"), ("code", "c1")])
        .unwrap();
    let script = "function look(Kind) { var gr = new Kind('x_acme_demo_thing'); gr.query(); return gr.next() ? [gr.getValue('name'), gr.getValue('code'), gr.canRead(), gr.canWrite()] : null; }\
        [look(GlideRecord), look(GlideRecordSecure)]";
    assert_eq!(
        run(&instance, "beth", script),
        json!([["a", "c1", false, false], null])
    );
    assert_eq!(
        run(&instance, "ann", script),
        json!([["a", "c1", true, false], ["a", null, true, false]])
    );
    assert_eq!(
        run(&instance, "abe", script),
        json!([["a", "c1", true, true], ["a", "c1", true, true]])
    );
    assert_eq!(run(&instance, "admin", script)[1], json!(["a", "c1", true, true]));
    let write = "var gr = new GlideRecordSecure('x_acme_demo_thing'); gr.query(); gr.next(); gr.name = 'b'; gr.update() !== null";
    assert_eq!(run(&instance, "ann", write), json!(false));
    assert_eq!(run(&instance, "abe", write), json!(true));
}

#[test]
fn scripted_and_conditional_controls_decide_by_record() {
    let set = Set::demo()
        .record(
            "sys_security_acl",
            &id(0x40),
            &[
                ("name", "x_acme_demo_thing.count"),
                ("type", "record"),
                ("operation", "read"),
                ("active", "true"),
                ("advanced", "true"),
                ("admin_overrides", "false"),
                ("script", "answer = current.name == 'mine';"),
            ],
        )
        .record(
            "sys_security_acl",
            &id(0x41),
            &[
                ("name", "x_acme_demo_thing.status"),
                ("type", "record"),
                ("operation", "read"),
                ("active", "true"),
                ("condition", "status=open^EQ"),
            ],
        );
    let instance = with(&set);
    instance
        .insert(
            "x_acme_demo_thing",
            &[("name", "mine"), ("count", "1"), ("status", "open")],
        )
        .unwrap();
    instance
        .insert(
            "x_acme_demo_thing",
            &[("name", "other"), ("count", "2"), ("status", "shut")],
        )
        .unwrap();
    let script = "var gr = new GlideRecordSecure('x_acme_demo_thing'); gr.orderBy('name'); gr.query(); var out = [];\
        while (gr.next()) out.push([gr.getValue('count'), gr.getValue('status')]); out";
    assert_eq!(
        run(&instance, "admin", script),
        json!([["1", "open"], [null, null]])
    );
}

#[test]
fn a_table_without_controls_is_for_admins() {
    let set = Set::demo().record(
        "sys_db_object",
        &id(5),
        &[("name", "x_acme_demo_bare"), ("label", "Bare")],
    );
    let instance = with(&set);
    let script = "new GlideRecordSecure('x_acme_demo_bare').canRead()";
    assert_eq!(run(&instance, "beth", script), json!(false));
    assert_eq!(run(&instance, "admin", script), json!(true));
}
