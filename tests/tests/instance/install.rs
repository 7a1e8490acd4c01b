//! Import, preview and commit.

use super::support::{APP, SET, Set, id, instance, run, with};

fn refusal(set: &Set) -> String {
    let instance = instance();
    let error = instance
        .install(&set.xml())
        .expect_err("the set must be refused")
        .to_string();
    assert!(
        instance.record("sys_app", APP).is_none(),
        "a refused set leaves nothing behind"
    );
    error
}

#[test]
fn a_platform_export_installs() {
    let instance = instance();
    let report = instance
        .install(include_str!("../../fixtures/instance/acme_demo.xml"))
        .unwrap();
    assert_eq!((report.rows, report.inserted, report.updated), (4, 4, 0));
    assert_eq!(report.warnings, Vec::<String>::new());
    assert_eq!(
        run(&instance, "beth", "new Greeter().greet('a < b && c')"),
        "Hello a < b && c]]>"
    );
    let again = instance
        .install(include_str!("../../fixtures/instance/acme_demo.xml"))
        .unwrap();
    assert_eq!((again.inserted, again.updated), (0, 4));
}

/// Neither this project's packer nor its idea of a payload had a hand in these records.
#[test]
fn an_application_that_the_sdk_of_the_platform_has_built_installs_and_works() {
    let instance = instance();
    let set = include_str!("../../fixtures/instance/acme_rooms_sdk.xml");
    let report = instance.install(set).unwrap();
    assert_eq!((report.rows, report.scope.as_str()), (32, "x_acme_rooms"));
    assert_eq!(report.warnings, Vec::<String>::new());
    assert_eq!(
        report.inert.iter().map(String::as_str).collect::<Vec<_>>(),
        ["sys_element_mapping", "sys_module"]
    );
    let booking = |seats: &str| {
        instance.insert(
            "x_acme_rooms_booking",
            &[("title", "Standup"), ("seats", seats), ("status", "taken")],
        )
    };
    let refused = booking("13").unwrap_err().to_string();
    assert!(refused.contains("No room has that many seats"), "{refused}");
    let id = booking("10").unwrap();
    let shown = |field: &str| {
        instance
            .display_value("x_acme_rooms_booking", &id, field)
            .unwrap()
    };
    assert_eq!(
        (shown("status"), shown("catering")),
        ("Taken & paid".to_owned(), "false".to_owned())
    );
    let label = "new GlideRecord('x_acme_rooms_booking').seats.getLabel()";
    assert_eq!(
        instance.run_script("x_acme_rooms", "admin", label).unwrap(),
        "Seats"
    );
    let message = "gs.getMessage('rooms.hello')";
    assert_eq!(
        instance.run_script("x_acme_rooms", "admin", message).unwrap(),
        "Rooms <&> more"
    );
    let may = "new GlideRecordSecure('x_acme_rooms_booking').canRead()";
    assert_eq!(instance.run_script("x_acme_rooms", "beth", may).unwrap(), false);
    let steps = instance.run_test("admin", "Rooms smoke test").unwrap();
    assert!(steps.len() == 1 && steps[0].passed, "{steps:?}");
    instance.set_property("x_acme_rooms.limit", "9").unwrap();
    let steps = instance.run_test("admin", "Rooms smoke test").unwrap();
    assert!(
        !steps[0].passed && steps[0].message.contains("ten fit"),
        "{steps:?}"
    );
    let again = instance.install(set).unwrap();
    assert_eq!((again.inserted, again.deleted), (0, 0));
    assert_eq!(instance.unsupported(), Vec::<String>::new());
}

#[test]
fn tables_columns_labels_and_choices_come_from_the_set() {
    let instance = with(&Set::demo());
    let thing = instance
        .insert("x_acme_demo_thing", &[("name", "abcdefghijkl"), ("count", "7")])
        .unwrap();
    let record = instance.record("x_acme_demo_thing", &thing).unwrap();
    assert_eq!(
        record["name"], "abcdefghij",
        "text is cut to the length of its column"
    );
    assert_eq!(record["status"], "open");
    assert_eq!(
        instance
            .display_value("x_acme_demo_thing", &thing, "status")
            .unwrap(),
        "Open"
    );
    assert_eq!(
        run(
            &instance,
            "beth",
            "new GlideRecord('x_acme_demo_thing').status.getLabel()"
        ),
        "Standing"
    );
    assert!(instance.insert("x_acme_demo_thing", &[("nothing", "1")]).is_err());
    assert!(instance.insert("x_acme_demo_other", &[]).is_err());
}

#[test]
fn malformed_envelopes_are_refused() {
    let instance = instance();
    for xml in [
        "",
        "no xml",
        "<unload/>",
        "<unload unload_date=''></unload>",
        "<other unload_date=''/>",
    ] {
        assert!(instance.install(xml).is_err(), "{xml}");
    }
    let mut committed = Set::app();
    committed.envelope = committed.envelope.replace("loaded", "committed");
    assert!(refusal(&committed).contains("state"));
    let mut double = Set::app();
    double.envelope = double.envelope.repeat(2);
    assert!(refusal(&double).contains("exactly one"));
}

#[test]
fn a_display_name_as_application_is_refused() {
    let mut set = Set::new();
    set.envelope = set.envelope.replace(APP, "Demo");
    assert!(refusal(&set).contains("not found in instance"));
}

#[test]
fn a_set_without_its_application_is_refused() {
    let error = refusal(&Set::new().record("sys_user_role", &id(1), &[("name", "x_acme_demo.user")]));
    assert!(error.contains("Application scope validation issue"), "{error}");
}

#[test]
fn rows_of_another_set_or_application_are_refused() {
    let mut set = Set::app();
    let payload = "<record_update><sys_user_role action='INSERT_OR_UPDATE'><sys_id>0</sys_id></sys_user_role></record_update>";
    let row = set.row("x", "INSERT_OR_UPDATE", payload);
    assert!(refusal(&Set::app().raw(&row.replace(SET, APP))).contains("remote_update_set"));
    assert!(refusal(&Set::app().raw(&row.replace(APP, SET))).contains("one application"));
    assert!(refusal(&Set::app().raw(&row)).contains("sys_id"));
}

#[test]
fn nested_cdata_and_broken_payloads_are_refused() {
    let mut set = Set::app();
    let row = set.row("x", "INSERT_OR_UPDATE", "PAYLOAD");
    let nested = row.replace(
        "PAYLOAD",
        "<![CDATA[<record_update><a action='X'><s><![CDATA[1]]></s></a></record_update>]]>",
    );
    refusal(&Set::app().raw(&nested));
    assert!(
        refusal(&Set::app().raw(&row.replace("PAYLOAD", "&lt;record_update&gt;"))).contains("not valid XML")
    );
    assert!(refusal(&Set::app().raw(&row)).contains("not valid XML"));
    let double = set.payload("sys_app_x", "<b action='INSERT_OR_UPDATE'><sys_id>1</sys_id></b>");
    assert!(refusal(&double).contains("sys_id"));
}

#[test]
fn two_rows_with_one_update_name_are_refused() {
    let set = Set::app()
        .record("sys_ui_message", &id(1), &[])
        .record("sys_ui_message", &id(1), &[]);
    assert!(refusal(&set).contains("update name"));
}

#[test]
fn names_outside_the_scope_are_refused() {
    for (table, fields) in [
        ("sys_db_object", [("name", "u_thing"), ("label", "x")]),
        ("sys_user_role", [("name", "helper"), ("suffix", "x")]),
        ("sys_properties", [("name", "glide.x"), ("value", "x")]),
        ("sys_ui_page", [("name", "p"), ("endpoint", "p.do")]),
        (
            "sysevent_register",
            [
                ("event_name", "x_acme_demo.an_event_name_that_is_too_long"),
                ("suffix", "x"),
            ],
        ),
        ("sys_ux_lib_asset", [("name", "other/main"), ("content", "x")]),
    ] {
        let error = refusal(&Set::app().record(table, &id(9), &fields));
        assert!(error.contains(table), "{error}");
    }
    let column = Set::app().column("incident", 9, "u_result", "string", &[]);
    assert!(refusal(&column).contains("must start with the scope"));
}

#[test]
fn what_a_scope_may_not_do_to_foreign_tables_is_refused() {
    let before = Set::app().rule(9, "incident", "before", &[], "current.state = 2;");
    assert!(refusal(&before).contains("before rule"));
    with(&Set::app().rule(9, "incident", "async_always", &[], "gs.info('x');"));
    let table = Set::demo().acl(0x40, "incident", "record", "read", "x_acme_demo.user");
    assert!(refusal(&table).contains("table-level"));
    with(&Set::demo().acl(
        0x40,
        "incident.x_acme_demo_result",
        "record",
        "write",
        "x_acme_demo.admin",
    ));
}

#[test]
fn dangling_references_and_unknown_tables_are_refused() {
    let dangling = Set::app().record(
        "sys_user_role_contains",
        &id(3),
        &[("role", &id(77)), ("contains", &id(78))],
    );
    assert!(refusal(&dangling).contains("Missing object"));
    let unknown = Set::app().record("wf_workflow", &id(3), &[("name", "x")]);
    assert!(refusal(&unknown).contains("not emulated"));
    let rule = Set::app().rule(9, "x_acme_demo_nothing", "after", &[], "1");
    assert!(refusal(&rule).contains("there is no table"));
}

#[test]
fn unknown_columns_are_reported() {
    let instance = instance();
    let set = Set::app().record("sys_ui_message", &id(1), &[("key", "k"), ("massage", "typo")]);
    let report = instance.install(&set.xml()).unwrap();
    assert_eq!(report.warnings.len(), 1);
    assert!(report.warnings[0].contains("massage"));
}

#[test]
fn a_second_version_updates_and_deletes() {
    let instance =
        with(&Set::demo().record("sys_ui_message", &id(0x50), &[("key", "old"), ("message", "Old")]));
    instance.insert("x_acme_demo_thing", &[("name", "kept")]).unwrap();
    let next = Set::demo().delete("sys_ui_message", &id(0x50)).record(
        "sys_ui_message",
        &id(0x51),
        &[("key", "new"), ("message", "New")],
    );
    let report = instance.install(&next.xml()).unwrap();
    assert_eq!((report.inserted, report.deleted), (1, 1));
    assert_eq!(instance.query("sys_ui_message", "").unwrap().len(), 1);
    assert_eq!(
        instance.query("x_acme_demo_thing", "name=kept").unwrap().len(),
        1,
        "data survives an upgrade"
    );
}

#[test]
fn a_local_change_to_an_application_file_collides_and_stays() {
    let message = |text: &str| {
        Set::app().record(
            "sys_ui_message",
            &id(0x50),
            &[("key", "greeting"), ("message", text)],
        )
    };
    let instance = with(&message("Hello"));
    instance
        .update("sys_ui_message", &id(0x50), &[("message", "Good day")])
        .unwrap();
    let report = instance.install(&message("Hi").xml()).unwrap();
    assert_eq!(report.collisions, [format!("sys_ui_message_{}", id(0x50))]);
    let kept = instance.record("sys_ui_message", &id(0x50)).unwrap();
    assert_eq!(kept["message"], "Good day");
}

#[test]
fn private_properties_keep_their_value_on_upgrade() {
    let property = |value: &str, private: &str| {
        let fields = [
            ("name", "x_acme_demo.url"),
            ("value", value),
            ("type", "string"),
            ("is_private", private),
        ];
        Set::app().record("sys_properties", &id(5), &fields)
    };
    let instance = with(&property("", "true"));
    instance
        .set_property("x_acme_demo.url", "https://a.example")
        .unwrap();
    instance.install(&property("default", "true").xml()).unwrap();
    assert_eq!(instance.property("x_acme_demo.url").unwrap(), "https://a.example");
    instance.install(&property("default", "false").xml()).unwrap();
    assert_eq!(instance.property("x_acme_demo.url").unwrap(), "default");
}

#[test]
fn a_secret_is_clear_only_in_its_own_scope() {
    let fields = [("name", "x_acme_demo.key"), ("value", ""), ("type", "password2")];
    let instance = with(&Set::app().record("sys_properties", &id(5), &fields));
    instance.set_property("x_acme_demo.key", "s3cret").unwrap();
    let stored = instance.property("x_acme_demo.key").unwrap();
    assert!(!stored.contains("s3cret"));
    assert_eq!(
        run(&instance, "beth", "gs.getProperty('x_acme_demo.key')"),
        "s3cret"
    );
    assert_eq!(
        instance
            .run_script("global", "beth", "gs.getProperty('x_acme_demo.key')")
            .unwrap(),
        stored
    );
}

#[test]
fn backing_out_leaves_the_instance_as_it_was_before() {
    let instance = with(&Set::demo());
    let second = Set::app()
        .record(
            "sys_user_role",
            &id(1),
            &[("name", "x_acme_demo.user"), ("description", "changed")],
        )
        .delete("sys_user_role_contains", &id(3))
        .record(
            "sys_db_object",
            &id(0x70),
            &[
                ("name", "x_acme_demo_late"),
                ("label", "Late"),
                ("access", "public"),
            ],
        )
        .column("x_acme_demo_late", 0x71, "text", "string", &[]);
    let second = second.xml().replace("Demo 1.0", "Demo 2.0");
    instance.install(&second).unwrap();
    instance.insert("x_acme_demo_late", &[("text", "data")]).unwrap();
    assert!(instance.record("sys_user_role_contains", &id(3)).is_none());

    let refused = instance.back_out("Demo 1.0").unwrap_err().to_string();
    assert!(refused.contains("newest committed update set"), "{refused}");
    instance.back_out("Demo 2.0").unwrap();
    assert_eq!(
        instance
            .record("sys_user_role", &id(1))
            .unwrap()
            .get("description"),
        None
    );
    assert!(instance.record("sys_user_role_contains", &id(3)).is_some());
    assert!(
        instance.query("x_acme_demo_late", "").is_err(),
        "the table is still there"
    );

    instance.back_out("Demo 1.0").unwrap();
    assert!(instance.query("x_acme_demo_thing", "").is_err());
    let incident = instance.insert("incident", &[]).unwrap();
    assert!(
        instance
            .update("incident", &incident, &[("x_acme_demo_result", "x")])
            .is_err()
    );
}

#[test]
fn a_table_that_holds_data_cannot_be_deleted_by_a_set() {
    let instance = with(&Set::demo());
    let thing = instance.insert("x_acme_demo_thing", &[("name", "one")]).unwrap();
    let set = Set::app().delete("sys_db_object", &id(4)).xml();
    let refused = instance.install(&set).unwrap_err().to_string();
    assert!(
        refused.contains("Table to be deleted has data: x_acme_demo_thing"),
        "{refused}"
    );
    assert!(instance.record("x_acme_demo_thing", &thing).is_some());
}
