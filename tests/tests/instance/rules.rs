//! Business rules, events and scheduled scripts.

use super::support::{Set, fails, id, run, with};

const THING: &str = "x_acme_demo_thing";

#[test]
fn before_rules_run_in_order_and_change_the_record() {
    let set = Set::demo()
        .rule(
            0x81,
            THING,
            "before",
            &[("order", "200")],
            "(function (current, previous) { current.name = current.name + 'b'; })(current, previous);",
        )
        .rule(
            0x80,
            THING,
            "before",
            &[("order", "100")],
            "current.setValue('name', 'a');",
        );
    let instance = with(&set);
    let thing = instance.insert(THING, &[("name", "x")]).unwrap();
    assert_eq!(instance.record(THING, &thing).unwrap()["name"], "ab");
}

#[test]
fn a_before_rule_can_abort() {
    let script =
        "if (current.name == 'bad') { gs.addErrorMessage('No bad things'); current.setAbortAction(true); }";
    let instance = with(&Set::demo().rule(0x80, THING, "before", &[], script));
    let error = instance
        .insert(THING, &[("name", "bad")])
        .unwrap_err()
        .to_string();
    assert!(error.contains("No bad things"), "{error}");
    assert!(instance.query(THING, "").unwrap().is_empty());
    assert_eq!(
        run(
            &instance,
            "beth",
            "var gr = new GlideRecord('x_acme_demo_thing'); gr.initialize(); gr.name = 'bad'; gr.insert()"
        ),
        serde_json::Value::Null
    );
}

#[test]
fn current_update_in_a_before_rule_is_refused() {
    let instance = with(&Set::demo().rule(
        0x80,
        THING,
        "before",
        &[],
        "try { current.update(); } catch (e) {}",
    ));
    assert!(instance.insert(THING, &[]).is_err());
    assert!(instance.unsupported()[0].contains("current.update() in a before business rule"));
}

#[test]
fn conditions_see_changes() {
    let filter = [("filter_condition", "statusCHANGESTOdone^EQ"), ("order", "1")];
    let scripted = [(
        "condition",
        "current.count.changes() && previous.getValue('count') == '1'",
    )];
    let set = Set::demo()
        .rule(0x80, THING, "before", &filter, "current.name = 'filter';")
        .rule(0x81, THING, "before", &scripted, "current.name = 'script';");
    let instance = with(&set);
    let thing = instance.insert(THING, &[("count", "1")]).unwrap();
    let name = || {
        instance
            .record(THING, &thing)
            .unwrap()
            .get("name")
            .cloned()
            .unwrap_or_default()
    };
    assert_eq!(name(), "");
    instance.update(THING, &thing, &[("status", "done")]).unwrap();
    assert_eq!(name(), "filter");
    instance.update(THING, &thing, &[("count", "2")]).unwrap();
    assert_eq!(name(), "script");
}

#[test]
fn async_rules_see_the_committed_record() {
    let script = "var gr = new GlideRecord('x_acme_demo_thing'); gr.get(current.getUniqueValue()); gr.name = 'async'; gr.setWorkflow(false); gr.update();";
    let set = Set::demo()
        .rule(0x80, THING, "async_always", &[("action_update", "false")], script)
        .rule(
            0x81,
            THING,
            "after",
            &[("action_update", "false")],
            "gs.info('after ' + current.name);",
        );
    let instance = with(&set);
    let thing = instance.insert(THING, &[("name", "x")]).unwrap();
    assert_eq!(instance.record(THING, &thing).unwrap()["name"], "async");
    assert_eq!(instance.query("syslog", "message=after x").unwrap().len(), 1);
}

#[test]
fn a_rule_that_throws_is_logged_and_the_write_goes_on() {
    let instance = with(&Set::demo().rule(0x80, THING, "after", &[], "throw new Error('oops');"));
    instance.insert(THING, &[]).unwrap();
    assert_eq!(
        instance
            .query("syslog", "level=error^messageLIKEoops")
            .unwrap()
            .len(),
        1
    );
}

#[test]
fn rules_that_call_each_other_forever_are_refused() {
    let script = "current.count = parseInt(current.getValue('count') || '0', 10) + 1; current.update();";
    let instance = with(&Set::demo().rule(0x80, THING, "after", &[], script));
    assert!(instance.insert(THING, &[]).is_err());
}

#[test]
fn set_values_on_a_foreign_table_are_allowed_and_applied() {
    let more = [
        ("advanced", "false"),
        ("change_fields", "true"),
        ("template", "urgency=1^EQ"),
    ];
    let instance = with(&Set::demo().rule(0x80, "incident", "before", &more, ""));
    let incident = instance.insert("incident", &[]).unwrap();
    assert_eq!(instance.record("incident", &incident).unwrap()["urgency"], "1");
}

#[test]
fn events_reach_their_script_actions() {
    let set = Set::demo()
        .record(
            "sysevent_register",
            &id(0x90),
            &[("event_name", "x_acme_demo.done"), ("suffix", "done")],
        )
        .record(
            "sysevent_script_action",
            &id(0x91),
            &[
                ("name", "Handle"),
                ("event_name", "x_acme_demo.done"),
                ("active", "true"),
                ("script", "gs.info(current.name + ' ' + event.parm1);"),
            ],
        )
        .rule(
            0x80,
            THING,
            "after",
            &[],
            "gs.eventQueue('x_acme_demo.done', current, 'p1', 'p2');",
        );
    let instance = with(&set);
    instance.insert(THING, &[("name", "x")]).unwrap();
    assert_eq!(instance.query("syslog", "message=x p1").unwrap().len(), 1);
    assert_eq!(instance.query("sysevent", "state=processed").unwrap().len(), 1);
}

#[test]
fn scheduled_scripts_run_on_demand() {
    let fields = [
        ("name", "Nightly"),
        ("active", "true"),
        ("script", "gs.info('ran as ' + gs.getUserName());"),
    ];
    let instance = with(&Set::demo().record("sysauto_script", &id(0x90), &fields));
    instance.run_job("Nightly").unwrap();
    assert_eq!(
        instance.query("syslog", "message=ran as system").unwrap().len(),
        1
    );
    assert!(instance.run_job("Weekly").is_err());
}

#[test]
fn an_incident_needs_close_information() {
    let instance = with(&Set::demo());
    let incident = instance
        .insert("incident", &[("impact", "1"), ("urgency", "1")])
        .unwrap();
    assert_eq!(instance.record("incident", &incident).unwrap()["priority"], "1");
    assert!(instance.update("incident", &incident, &[("state", "6")]).is_err());
    let close = [
        ("state", "6"),
        ("close_code", "Solution provided"),
        ("close_notes", "done"),
    ];
    instance.update("incident", &incident, &close).unwrap();
    let record = instance.record("incident", &incident).unwrap();
    assert_eq!(
        (record["resolved_at"].as_str(), record["active"].as_str()),
        ("2026-01-01 00:00:00", "1")
    );
    instance.update("incident", &incident, &[("state", "7")]).unwrap();
    assert_eq!(instance.record("incident", &incident).unwrap()["active"], "0");
    assert!(fails(&instance, "while (true) {}").contains("interrupted"));
}
