//! Workspaces, portals, response headers and automated tests: whatever an application brings for them.

use super::support::{Set, id, with};
use super::support_web::{Site, serve};

const CLIENT: &str = "function onClick(g_form) { g_modal.showFrame({ url: '/x.do' }); }";

fn action(number: u32, name: &str, more: &[(&'static str, &'static str)]) -> Set {
    let mut fields = vec![
        ("name", name),
        ("table", "task"),
        ("active", "true"),
        ("client", "true"),
        ("client_script_v2", CLIENT),
        ("condition", "current.getValue('category') == 'network'"),
        ("form_button_v2", "true"),
        ("format_for_configurable_workspace", "true"),
        ("show_update", "true"),
    ];
    fields.retain(|(field, _)| more.iter().all(|(other, _)| other != field));
    fields.extend_from_slice(more);
    Set::demo().record("sys_ui_action", &id(number), &fields)
}

async fn record_page(set: &Set, category: &str) -> (Site, u16, String) {
    let site = serve(set).await;
    let fields = [("category", category), ("short_description", "<b>\"hi\"")];
    let incident = site.instance.insert("incident", &fields).unwrap();
    let (status, html) = {
        let browser = site.login("beth", "secret").await;
        browser
            .page(&format!("/now/sow/record/incident/{incident}"))
            .await
    };
    (site, status, html)
}

#[tokio::test]
async fn a_workspace_shows_the_buttons_whose_condition_holds_also_those_of_the_extended_table() {
    let set = action(0xd0, "Open", &[("hint", "Open <it>")]);
    let (_, status, html) = record_page(&set, "network").await;
    assert_eq!(status, 200);
    for part in [
        format!(
            "<button data-action=\"{}\" title=\"Open &lt;it&gt;\">Open</button>",
            id(0xd0)
        ),
        "<h1>INC0010001</h1>".to_owned(),
        "&lt;b&gt;&quot;hi&quot;".to_owned(),
        "shadowrootmode=\"open\"".to_owned(),
    ] {
        assert!(html.contains(&part), "{part}\n{html}");
    }
    assert!(!html.contains("<b>\"hi\""), "data of the record stays data");
    let (_, _, html) = record_page(&set, "hardware").await;
    assert!(!html.contains("<button data-action"));
    for (field, value) in [
        ("active", "false"),
        ("show_update", "false"),
        ("format_for_configurable_workspace", "false"),
        ("form_button_v2", "false"),
    ] {
        let (_, _, html) = record_page(&action(0xd0, "Open", &[(field, value)]), "network").await;
        assert!(!html.contains("<button data-action"), "{field}");
    }
}

#[tokio::test]
async fn a_button_with_a_role_is_for_those_who_have_it() {
    let set = action(0xd0, "Open", &[]).record(
        "sys_ui_action_role",
        &id(0xd1),
        &[("sys_ui_action", &id(0xd0)), ("sys_user_role", &id(1))],
    );
    let (site, _, html) = record_page(&set, "network").await;
    assert!(!html.contains("<button data-action"));
    let incident = site.instance.query("incident", "").unwrap()[0]["sys_id"].clone();
    let browser = site.login("admin", "admin").await;
    let (_, html) = browser
        .page(&format!("/now/sow/record/incident/{incident}"))
        .await;
    assert!(html.contains("<button data-action"));
    let (status, _) = browser.page("/now/sow/record/incident/0123").await;
    assert_eq!(status, 403);
    let (status, _) = browser.page("/now/sow/home").await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn a_button_that_runs_on_the_server_is_refused_loudly() {
    let (site, status, _) = record_page(&action(0xd0, "Close", &[("client", "false")]), "network").await;
    assert_eq!(status, 500);
    assert!(site.instance.unsupported()[0].contains("server-side UI action \"Close\""));
}

fn widget(script: &str, more: &[(&'static str, &'static str)]) -> Set {
    let mut fields = vec![
        ("name", "Demo"),
        ("id", "x-acme-demo"),
        ("controller_as", "c"),
        ("template", "<p>{{::c.data.shown}}</p>"),
        ("client_script", "api.controller = function () {};"),
        ("script", script),
    ];
    fields.extend_from_slice(more);
    Set::demo()
        .include(
            0xe2,
            "Shown",
            "var Shown = { of: function (text) { return '<' + text; } };",
        )
        .record("sp_widget", &id(0xe0), &fields)
}

async fn portal_page(set: &Set, user: (&str, &str)) -> (Site, u16, String) {
    let site = serve(set).await;
    let column = site.instance.query("sp_column", "").unwrap()[0]["sys_id"].clone();
    let widget = id(0xe0);
    let fields = [
        ("sp_column", column.as_str()),
        ("sp_widget", &widget),
        ("active", "true"),
        ("widget_parameters", "{\"title\":{\"value\":\"T\"}}"),
    ];
    site.instance.insert("sp_instance", &fields).unwrap();
    let (status, html) = {
        let browser = site.login(user.0, user.1).await;
        browser.page("/sp?id=ticket&table=incident").await
    };
    (site, status, html)
}

const BETH: (&str, &str) = ("beth", "secret");

#[tokio::test]
async fn a_portal_runs_the_server_script_of_a_widget_in_its_scope() {
    let script = "data.shown = Shown.of($sp.getParameter('table')) + options.title + ($sp.getParameter('x') === null);";
    let (site, status, html) = portal_page(&widget(script, &[]), BETH).await;
    assert_eq!(status, 200, "{html}");
    assert!(html.contains("<sp-widget-0></sp-widget-0>"));
    assert!(
        html.contains(r#""data":{"shown":"\u003cincidentTtrue"}"#),
        "{html}"
    );
    assert_eq!(site.instance.unsupported(), Vec::<String>::new());
    let browser = site.login("beth", "secret").await;
    assert_eq!(browser.page("/sp?id=nothing").await.0, 404);
    let (status, script) = browser.page("/scripts/angular.js").await;
    assert_eq!(status, 200, "{script}");
    assert!(script.contains("AngularJS"));
}

#[tokio::test]
async fn a_widget_with_a_role_is_for_those_who_have_it() {
    let set = widget("data.shown = 1;", &[("roles", "x_acme_demo.user")]);
    assert!(!portal_page(&set, BETH).await.2.contains("sp-widget-0"));
    assert!(
        portal_page(&set, ("admin", "admin"))
            .await
            .2
            .contains("sp-widget-0")
    );
}

#[tokio::test]
async fn what_a_widget_asks_for_beyond_that_is_refused_loudly() {
    for (script, more, what) in [
        ("data.x = $sp.getRecord();", &[][..], "$sp.getRecord"),
        (
            "data.x = 1;",
            &[("link", "function () {}")][..],
            "the link of the widget",
        ),
        (
            "data.x = 1;",
            &[("css", "p { color: red; }")][..],
            "the css of the widget",
        ),
    ] {
        let (site, status, _) = portal_page(&widget(script, more), BETH).await;
        assert_eq!(status, 500, "{what}");
        assert!(site.instance.unsupported()[0].contains(what), "{what}");
    }
}

#[tokio::test]
async fn configured_response_headers_are_sent_with_the_pages_they_are_for() {
    let set = Set::demo().record(
        "sys_ui_page",
        &id(0xf0),
        &[
            ("name", "bare"),
            ("endpoint", "x_acme_demo_bare.do"),
            ("direct", "true"),
            ("html", "<html><body>x</body></html>"),
        ],
    );
    let site = serve(&set).await;
    let header = |name: &str, kind: &str, active: &str| {
        let fields = [("name", name), ("value", "v"), ("type", kind), ("active", active)];
        site.instance.insert("sys_response_header", &fields).unwrap();
    };
    header("X-All", "", "true");
    header("X-Page", "sys_ui_page", "true");
    header("X-Off", "", "false");
    let browser = site.login("beth", "secret").await;
    for (path, expected) in [
        ("/x_acme_demo_bare.do", [true, true, false]),
        ("/incident_list.do", [true, false, false]),
    ] {
        let response = browser.get(path).send().await.unwrap();
        let found = ["x-all", "x-page", "x-off"].map(|name| response.headers().contains_key(name));
        assert_eq!(found, expected, "{path}");
    }
}

const INSERT: &str = "14872288df60220062fe6c7a4df26319";
const SCRIPT: &str = "41de4a935332120028bc29cac2dc349a";

/// A test whose first step inserts an incident and whose second runs a script; `FIRST` in it is the first step.
fn tested(script: &str) -> Set {
    let input = |set: Set, number: u32, step: u32, variable: &str, value: &str| {
        set.record(
            "sys_variable_value",
            &id(number),
            &[
                ("document", "sys_atf_step"),
                ("document_key", &id(step)),
                ("variable", variable),
                ("value", value),
            ],
        )
    };
    let step = |set: Set, number: u32, order: &str, kind: &str| {
        set.record(
            "sys_atf_step",
            &id(number),
            &[
                ("display_name", order),
                ("order", order),
                ("step_config", kind),
                ("test", &id(0x200)),
                ("active", "true"),
            ],
        )
    };
    let set = Set::demo().record(
        "sys_atf_test",
        &id(0x200),
        &[("name", "Demo test"), ("active", "true")],
    );
    let set = step(step(set, 0x201, "1", INSERT), 0x202, "2", SCRIPT);
    let set = input(set, 0x210, 0x201, "90144b535320220002c6435723dc3488", "incident");
    let set = input(
        set,
        0x211,
        0x201,
        "dd54cf535320220002c6435723dc34fd",
        "short_description=tested^EQ",
    );
    let script = script.replace("FIRST", &id(0x201));
    input(set, 0x212, 0x202, "989d9e235324220002c6435723dc3484", &script)
}

#[test]
fn an_automated_test_runs_its_steps_and_leaves_nothing_behind() {
    let script = "(function (outputs, steps, params, stepResult, assertEqual) {\
        var gr = new GlideRecord('incident'); gr.get(steps('FIRST').record_id);\
        assertEqual({ name: 'text', shouldbe: 'tested', value: gr.getValue('short_description') });\
        gr.setValue('short_description', 'changed'); gr.update(); stepResult.setOutputMessage('seen'); return true;\
        })(outputs, steps, params, stepResult, assertEqual);";
    let instance = with(&tested(script));
    let report = instance.run_test("admin", "Demo test").unwrap();
    let seen: Vec<(bool, &str)> = report
        .iter()
        .map(|step| (step.passed, step.message.as_str()))
        .collect();
    assert_eq!(seen, [(true, ""), (true, "seen")]);
    assert_eq!(instance.query("incident", "").unwrap().len(), 0);
    assert!(instance.run_test("admin", "No such test").is_err());
}

#[test]
fn a_step_fails_by_an_assertion_or_by_saying_false() {
    for (script, message) in [
        (
            "assertEqual({ name: 'one', shouldbe: 1, value: 2 });",
            "one: 2 should be 1",
        ),
        (
            "(function () { stepResult.setOutputMessage('no'); return false; })();",
            "no",
        ),
    ] {
        let instance = with(&tested(script));
        let report = instance.run_test("admin", "Demo test").unwrap();
        assert!(
            !report[1].passed && report[1].message.contains(message),
            "{report:?}"
        );
    }
    let unknown = with(&tested("steps('0123');"));
    assert!(unknown.run_test("admin", "Demo test").is_err());
    assert!(unknown.unsupported()[0].contains("steps(0123)"));
}

#[tokio::test]
async fn a_section_that_holds_nothing_but_formatters_is_not_shown() {
    let element = |number: u32, name: &str, position: &str| {
        format!(
            "<sys_ui_element action=\"INSERT_OR_UPDATE\"><sys_id>{}</sys_id><element>{name}</element><position>{position}</position>\
             <sys_ui_section name=\"incident\">{}</sys_ui_section></sys_ui_element>",
            id(number),
            id(0x300)
        )
    };
    let section = |elements: &str| {
        Set::demo()
            .record("sys_ui_macro", &id(0x310), &[("name", "m"), ("scoped_name", "x_acme_demo_m"), ("active", "true"),
                ("xml", "<j:jelly xmlns:j='jelly:core'><tr><td>formatted</td></tr></j:jelly>")])
            .record("sys_ui_formatter", &id(0x311), &[("name", "M"), ("formatter", "x_acme_demo_m.xml"), ("table", "task"), ("active", "true")])
            .payload(
                &format!("sys_ui_section_{}", id(0x300)),
                &format!(
                    "<sys_ui_section caption=\"Demo\" section_id=\"{0}\" table=\"incident\" version=\"3\" view=\"\">{elements}\
                     <sys_ui_section action=\"INSERT_OR_UPDATE\"><sys_id>{0}</sys_id><caption>Demo</caption><name>incident</name>\
                     <view>Default view</view></sys_ui_section></sys_ui_section>",
                    id(0x300)
                ),
            )
    };
    let alone = element(0x301, "x_acme_demo_m.xml", "0");
    let beside = format!("{alone}{}", element(0x302, "x_acme_demo_result", "1"));
    for (elements, shown) in [(&alone, false), (&beside, true)] {
        let site = serve(&section(elements)).await;
        let incident = site.instance.insert("incident", &[]).unwrap();
        let browser = site.login("beth", "secret").await;
        let (status, html) = browser.page(&format!("/incident.do?sys_id={incident}")).await;
        assert_eq!(status, 200);
        assert_eq!(html.contains("formatted"), shown, "{html}");
    }
}
