//! `GlideRecord`, `GlideElement`, `gs` and the other classes, as scripts of the application see them.

use serde_json::json;

use super::support::{Set, fails, instance, run, with};

#[test]
fn values_are_strings_and_empty_ones_are_null() {
    let instance = with(&Set::demo());
    let script = "var gr = new GlideRecord('incident'); gr.initialize(); gr.short_description = 'x'; gr.impact = 1;\
        var id = gr.insert(); var g = new GlideRecord('incident'); g.get(id);\
        [typeof g.getValue('state'), g.getValue('state'), g.getValue('active'), String(g.active), g.getValue('cmdb_ci'),\
         g.state.getDisplayValue(), g.getDisplayValue('priority'), typeof g.state, g.state == 1, String(g.number)]";
    assert_eq!(
        run(&instance, "beth", script),
        json!([
            "string",
            "1",
            "1",
            "true",
            null,
            "New",
            "3 - Moderate",
            "object",
            true,
            "INC0010001"
        ])
    );
}

#[test]
fn references_are_walked_and_followed() {
    let instance = with(&Set::demo());
    let beth = instance.query("sys_user", "user_name=beth").unwrap()[0]["sys_id"].clone();
    instance
        .insert("incident", &[("caller_id", &beth), ("short_description", "x")])
        .unwrap();
    let script = "var gr = new GlideRecord('incident'); gr.addQuery('caller_id.user_name', 'beth'); gr.query(); gr.next();\
        var user = gr.caller_id.getRefRecord();\
        [gr.caller_id.getDisplayValue(), String(gr.caller_id.user_name), user.isValidRecord(), user.getValue('name'),\
         String(gr.caller_id.manager.email), gr.assigned_to.getRefRecord().isValidRecord()]";
    assert_eq!(
        run(&instance, "beth", script),
        json!(["Beth Anglin", "beth", true, "Beth Anglin", "", false])
    );
}

#[test]
fn queries_combine_as_on_the_platform() {
    let instance = with(&Set::demo());
    for (name, count) in [("a", "1"), ("b", "2"), ("c", "10")] {
        instance
            .insert("x_acme_demo_thing", &[("name", name), ("count", count)])
            .unwrap();
    }
    let found = |query: &str| {
        let rows = instance.query("x_acme_demo_thing", query).unwrap();
        rows.iter().map(|row| row["name"].clone()).collect::<String>()
    };
    for (query, names) in [
        ("", "abc"),
        ("count>1", "bc"),
        ("count>=2^count<10", "b"),
        ("name=A", "a"),
        ("name=a^ORname=c", "ac"),
        ("name=a^NQcount=10^name=c", "ac"),
        ("nameINb,c^ORDERBYDESCcount", "cb"),
        ("name!=a^nameNOT INc", "b"),
        ("nameLIKEB", "b"),
        ("nameSTARTSWITHc^codeISEMPTY", "c"),
        ("codeISNOTEMPTY", ""),
    ] {
        assert_eq!(found(query), names, "{query}");
    }
    assert!(instance.query("x_acme_demo_thing", "nope=1").is_err());
    assert!(instance.query("x_acme_demo_thing", "statusCHANGES").is_err());
    let script = "var gr = new GlideRecord('x_acme_demo_thing'); var q = gr.addQuery('name', 'a'); q.addOrCondition('name', 'IN', 'b');\
        gr.orderByDesc('name'); gr.setLimit(1); gr.query(); var out = [gr.getRowCount()]; while (gr.next()) out.push(gr.getValue('name')); out";
    assert_eq!(run(&instance, "beth", script), json!([1, "b"]));
    let count = "var ga = new GlideAggregate('x_acme_demo_thing'); ga.addAggregate('COUNT'); ga.query(); ga.next(); ga.getAggregate('COUNT')";
    assert_eq!(run(&instance, "beth", count), "3");
}

#[test]
fn journals_are_written_by_value_and_read_as_entries() {
    let instance = with(&Set::demo());
    let incident = instance
        .insert("incident", &[("short_description", "x")])
        .unwrap();
    let script = format!(
        "var gr = new GlideRecord('incident'); gr.get('{incident}'); gr.work_notes = 'first'; gr.update();\
         gr.work_notes = 'second'; gr.update(); [gr.getValue('work_notes'), gr.work_notes.getJournalEntry(-1)]"
    );
    let value = run(&instance, "beth", &script);
    assert_eq!(value[0], json!(null));
    assert!(
        value[1]
            .as_str()
            .unwrap()
            .starts_with("2026-01-01 00:00:00 - Beth Anglin (Work notes)\nsecond\n\n")
    );
    assert_eq!(instance.journal(&incident, "work_notes"), ["first", "second"]);
    let rows = instance
        .query(
            "sys_journal_field",
            &format!("element_id={incident}^element=work_notes"),
        )
        .unwrap();
    assert_eq!(rows.len(), 2);
}

#[test]
fn unique_columns_turn_a_second_record_down() {
    let instance = with(&Set::demo());
    let script = "function add() { var gr = new GlideRecord('x_acme_demo_thing'); gr.initialize(); gr.setValue('code', 'E1');\
        return gr.insert(); } var first = add(), second = add(); [first !== null, second]";
    assert_eq!(run(&instance, "beth", script), json!([true, null]));
}

#[test]
fn an_update_that_changes_nothing_leaves_the_record_alone() {
    let instance = with(&Set::demo());
    let thing = instance.insert("x_acme_demo_thing", &[("name", "a")]).unwrap();
    instance
        .update("x_acme_demo_thing", &thing, &[("name", "a")])
        .unwrap();
    assert_eq!(
        instance.record("x_acme_demo_thing", &thing).unwrap()["sys_mod_count"],
        "0"
    );
    instance
        .update("x_acme_demo_thing", &thing, &[("name", "b")])
        .unwrap();
    assert_eq!(
        instance.record("x_acme_demo_thing", &thing).unwrap()["sys_mod_count"],
        "1"
    );
}

#[test]
fn unknown_calls_are_refused_even_when_the_script_catches() {
    let instance = with(&Set::demo());
    for script in [
        "new GlideRecord('incident').nope",
        "new GlideRecord('incident').applyTemplate('x')",
        "new GlideRecord('incident').short_description.indexOf('x')",
        "new GlideRecord('nope').query()",
        "var gr = new GlideRecord('incident'); gr.addQuery('nope', 1); gr.query()",
        "var gr = new GlideRecord('incident'); gr.addQuery('number', undefined)",
        "var gr = new GlideRecord('incident'); gr.nope = 1",
        "var gr = new GlideRecord('incident'); gr.setValue('nope', 1)",
        "new GlideScopedEvaluator()",
        "new sn_ws.RESTMessageV2('a', 'b')",
        "new GlideSomethingNew()",
        "gs.nowDateTime()",
        "gs.sleep(10)",
        "new GlideDateTime().subtract('x')",
        "gs.eventQueue('x_acme_demo.unknown', null)",
        "JSON.stringify(new GlideRecord('incident').number)",
    ] {
        let before = instance.unsupported().len();
        fails(&instance, &format!("try {{ {script} }} catch (ignored) {{}} 1"));
        assert!(instance.unsupported().len() > before, "{script}");
    }
}

#[test]
fn an_endless_script_is_stopped() {
    assert!(fails(&instance(), "while (true) {}").contains("interrupted"));
}

#[test]
fn scripts_see_the_clock_of_the_instance() {
    let instance = instance();
    assert_eq!(
        run(
            &instance,
            "beth",
            "[new GlideDateTime().getValue(), new Date().getTime(), Date.now(), gs.minutesAgo(1)]"
        ),
        json!([
            "2026-01-01 00:00:00",
            1_767_225_600_000_i64,
            1_767_225_600_000_i64,
            "2025-12-31 23:59:00"
        ])
    );
    let script = "var a = new GlideDateTime('2026-01-31 10:00:00'); a.addMonthsUTC(1); var b = new GlideDateTime(a); b.addSeconds(5);\
        [a.getValue(), b.after(a), a.compareTo(b), b.getNumericValue() - a.getNumericValue(), new GlideDateTime('x').isValid()]";
    assert_eq!(
        run(&instance, "beth", script),
        json!(["2026-02-28 10:00:00", true, -1, 5000, false])
    );
}

#[test]
fn digests_and_codes_are_the_real_ones() {
    // RFC 4231, test case 2.
    let script = "var key = gs.base64Encode('Jefe');\
        [new CertificateEncryption().generateMac(key, 'HmacSHA256', 'what do ya want for nothing?'),\
         new GlideDigest().getSHA256Hex('abc'), gs.base64Decode(gs.base64Encode('\\u00e9')), gs.generateGUID().length]";
    assert_eq!(
        run(&instance(), "beth", script),
        json!([
            "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM=",
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            "é",
            32
        ])
    );
}

#[test]
fn gs_knows_the_user_and_the_scope() {
    let script = "[gs.getUserName(), gs.getUserDisplayName(), gs.hasRole('itil'), gs.hasRole('admin'), gs.getUser().hasRole('sn_incident_read'),\
        gs.nil(''), gs.nil(new GlideRecord('incident').number), gs.getMessage('a {0} {1}', ['b', 'c']), gs.getCurrentScopeName(), gs.getProperty('nope', 'd')]";
    assert_eq!(
        run(&instance(), "beth", script),
        json!([
            "beth",
            "Beth Anglin",
            true,
            false,
            true,
            true,
            true,
            "a b c",
            "x_acme_demo",
            "d"
        ])
    );
}

#[test]
fn script_includes_resolve_by_name_and_stay_private() {
    let set = Set::demo()
        .include(0x60, "Base", "var Base = Class.create(); Base.prototype = { initialize: function (n) { this.n = n; }, twice: function () { return this.n * 2; }, type: 'Base' };")
        .include(0x61, "More", "var More = Class.create(); More.prototype = Object.extendsObject(Base, { thrice: function () { return this.n * 3; }, type: 'More' });");
    let instance = with(&set);
    let script = "var m = new More(7); [m.twice(), m.thrice(), new x_acme_demo.Base(2).twice(), m.type]";
    assert_eq!(run(&instance, "beth", script), json!([14, 21, 4, "More"]));
    let error = instance
        .run_script("global", "beth", "new x_acme_demo.Base(1)")
        .unwrap_err()
        .to_string();
    assert!(error.contains("private"), "{error}");
    assert!(fails(&instance, "global.NoSuchInclude").contains("global.NoSuchInclude"));
}

#[test]
fn uses_of_foreign_tables_are_recorded_until_a_privilege_covers_them() {
    let script = "var gr = new GlideRecord('incident'); gr.setLimit(1); gr.query(); gr.hasNext()";
    let instance = with(&Set::demo());
    run(&instance, "beth", script);
    assert_eq!(instance.cross_scope(), ["x_acme_demo read incident"]);
    let privilege = |set: Set| {
        set.record(
            "sys_scope_privilege",
            &super::support::id(0x70),
            &[
                ("operation", "read"),
                ("source_scope", super::support::APP),
                ("status", "allowed"),
                ("target_name", "incident"),
                ("target_type", "sys_db_object"),
            ],
        )
    };
    let instance = with(&privilege(Set::demo()));
    run(&instance, "beth", script);
    assert!(instance.cross_scope().is_empty());
    let enforcing = Set::demo().xml().replace("permissive", "enforcing");
    let strict = super::support::instance();
    strict.install(&enforcing).unwrap();
    assert!(fails(&strict, script).contains("cross-scope access policy"));
}

#[test]
fn a_variable_that_nobody_has_declared_is_an_error_and_not_an_empty_value() {
    let instance = with(&Set::demo().include(
        9,
        "Careless",
        "var Careless = Class.create();\nCareless.prototype = { initialize: function () {}, \
         right: function (ticket) { return ticket; }, wrong: function (ticket) { return tickt; } };",
    ));
    assert_eq!(run(&instance, "beth", "new Careless().right(1)"), 1);
    for script in [
        "new Careless().wrong(1)",
        "undeclared + 1",
        "undeclared()",
        "if (undeclared) { 1; }",
    ] {
        let said = fails(&instance, script);
        assert!(said.contains("is not defined"), "{script}: {said}");
    }
    assert_eq!(
        run(&instance, "beth", "var declared; declared === undefined"),
        true
    );
}
