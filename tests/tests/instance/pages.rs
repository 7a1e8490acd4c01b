//! Login, forms, lists, UI pages, assets: what a browser gets.

use super::support::{Set, id};
use super::support_web::{Site, serve};

const MACRO: &str = "<?xml version=\"1.0\" encoding=\"utf-8\" ?><j:jelly trim=\"false\" xmlns:j=\"jelly:core\" xmlns:g=\"glide\" xmlns:j2=\"null\" xmlns:g2=\"null\">\
    <g:evaluate var=\"jvar_show\">current.getValue('category') == 'password_reset' &amp;&amp; !current.isNewRecord()</g:evaluate>\
    <j:if test=\"${jvar_show}\"><tr><td colspan=\"2\"><iframe src=\"x_acme_demo_panel.do?sysparm_sys_id=${current.sys_id}&amp;t=${current.getTableName()}\" title=\"${current.short_description}\"/></td></tr></j:if></j:jelly>";

const PAGE: &str = "<j:jelly trim=\"false\" xmlns:j=\"jelly:core\" xmlns:g=\"glide\" xmlns:j2=\"null\" xmlns:g2=\"null\"><html><head>\
    <script type=\"module\" src=\"/uxasset/externals/x_acme_demo/main.jsdbx?uxpcb=$[UxFrameworkScriptables.getFlushTimestamp()]\"></script></head><body>\
    <g:evaluate var=\"jvar_list\" object=\"true\">[1, 2, 3]</g:evaluate>\
    <j:set var=\"jvar_text\" value=\"${sysparm_text}\"/>\
    <p id=\"plain\">${jvar_text}</p><p id=\"html\">${HTML:jvar_text}</p><p id=\"two\">$[HTML:sysparm_text]</p>\
    <p id=\"raw\"><g:no_escape>${'&lt;b>bold&lt;/b>'}</g:no_escape></p>\
    <p id=\"rp\" title=\"${RP.getParameterValue('sysparm_text')}\">${RP.getParameterValue('sysparm_missing')}</p>\
    <j:forEach items=\"${jvar_list}\" var=\"jvar_item\"><i>${jvar_item}</i></j:forEach>\
    <j:choose><j:when test=\"${jvar_list.length == 3}\"><b>three</b></j:when><j:otherwise><b>other</b></j:otherwise></j:choose>\
    <br/><div class=\"empty\"/>\
    <script>var text = '${JS:jvar_text}'; if (1 &lt; 2 &amp;&amp; true) { window.g_ck = '$[gs.getSession().getSessionToken()]'; }</script>\
    </body></html></j:jelly>";

fn app() -> Set {
    Set::demo()
        .record("sys_ui_macro", &id(0xb0), &[("name", "panel"), ("scoped_name", "x_acme_demo_panel"), ("active", "true"), ("xml", MACRO)])
        .record("sys_ui_formatter", &id(0xb1), &[("name", "Panel"), ("formatter", "x_acme_demo_panel.xml"), ("table", "incident"), ("active", "true")])
        .payload(
            "sys_ui_section_000000000000000000000000000000b2",
            "<sys_ui_section caption=\"Demo\" section_id=\"000000000000000000000000000000b2\" table=\"incident\" version=\"3\" view=\"\">\
             <sys_ui_element action=\"INSERT_OR_UPDATE\"><sys_id>000000000000000000000000000000b3</sys_id><element>x_acme_demo_panel.xml</element>\
             <position>0</position><type>formatter</type><sys_ui_section name=\"incident\">000000000000000000000000000000b2</sys_ui_section></sys_ui_element>\
             <sys_ui_element action=\"INSERT_OR_UPDATE\"><sys_id>000000000000000000000000000000b4</sys_id><element>x_acme_demo_result</element>\
             <position>1</position><sys_ui_section name=\"incident\">000000000000000000000000000000b2</sys_ui_section></sys_ui_element>\
             <sys_ui_section action=\"INSERT_OR_UPDATE\"><sys_id>000000000000000000000000000000b2</sys_id><caption>Demo</caption><name>incident</name>\
             <view>Default view</view></sys_ui_section></sys_ui_section>",
        )
        .record("sys_ui_page", &id(0xb5), &[("name", "panel"), ("endpoint", "x_acme_demo_panel.do"), ("direct", "true"), ("html", PAGE)])
        .record("sys_ui_page", &id(0xb6), &[("name", "secret"), ("endpoint", "x_acme_demo_secret.do"), ("html", "<p>framed</p>")])
        .acl(0x39, "x_acme_demo_secret", "ui_page", "read", "x_acme_demo.admin")
        .record("sys_ui_page", &id(0xb7), &[("name", "odd"), ("endpoint", "x_acme_demo_odd.do"), ("html", "<j:jelly xmlns:j='jelly:core' xmlns:g='glide'><g:ui_form/></j:jelly>")])
        .record("sys_ux_lib_asset", &id(0xb8), &[("name", "x_acme_demo/main"), ("content", "export const x = `${1}` + '<&';"), ("mime_type", "application/javascript")])
        .record("sys_app_application", &id(0xb9), &[("title", "Demo menu"), ("active", "true"), ("roles", "x_acme_demo.user")])
        .record("sys_app_module", &id(0xba), &[("title", "Things"), ("application", &id(0xb9)), ("active", "true"), ("link_type", "LIST"), ("name", "x_acme_demo_thing")])
}

async fn site() -> Site {
    serve(&app()).await
}

#[tokio::test]
async fn strangers_are_sent_to_the_login_page_and_back() {
    let site = site().await;
    let response = site.get("/incident_list.do?a=b").send().await.unwrap();
    assert_eq!(
        response.headers()["location"],
        "/login.do?sysparm_uri=%2Fincident_list.do%3Fa%3Db"
    );
    let form = [
        ("user_name", "beth"),
        ("user_password", "wrong"),
        ("sysparm_uri", "//evil.example"),
    ];
    assert_eq!(
        site.post("/login.do").form(&form).send().await.unwrap().status(),
        401
    );
    let form = [
        ("user_name", "beth"),
        ("user_password", "secret"),
        ("sysparm_uri", "//evil.example"),
    ];
    assert_eq!(
        site.post("/login.do").form(&form).send().await.unwrap().headers()["location"],
        "/"
    );
    let browser = site.login("beth", "secret").await;
    assert_eq!(browser.get("/logout.do").send().await.unwrap().status(), 303);
    assert_eq!(
        browser.get("/incident_list.do").send().await.unwrap().status(),
        303
    );
}

#[tokio::test]
async fn jelly_escapes_user_data_in_every_place() {
    let site = site().await;
    let browser = site.login("beth", "secret").await;
    let response = browser
        .get("/x_acme_demo_panel.do?sysparm_text=%3Cx%3E%27%22%26")
        .send()
        .await
        .unwrap();
    assert_eq!(response.headers()["x-frame-options"], "SAMEORIGIN");
    let html = response.text().await.unwrap();
    let escaped = "&lt;x&gt;&#39;&quot;&amp;";
    for part in [
        format!("<p id=\"plain\">{escaped}</p>"),
        format!("<p id=\"html\">{escaped}</p>"),
        format!("<p id=\"two\">{escaped}</p>"),
        format!("<p id=\"rp\" title=\"{escaped}\"></p>"),
        "<p id=\"raw\"><b>bold</b></p>".to_owned(),
        "<i>1</i><i>2</i><i>3</i>".to_owned(),
        "<b>three</b>".to_owned(),
        "<br><div class=\"empty\"></div>".to_owned(),
        "var text = '\\x3cx\\x3e\\'\\\"\\x26';".to_owned(),
        format!("if (1 < 2 && true) {{ window.g_ck = '{}'; }}", browser.token),
        "main.jsdbx?uxpcb=emulated-1\"></script>".to_owned(),
    ] {
        assert!(html.contains(&part), "{part}\n{html}");
    }
    assert!(
        html.starts_with("<html>") && !html.contains("xmlns"),
        "a direct page is bare"
    );
}

#[tokio::test]
async fn pages_have_rights_and_unknown_tags_are_refused() {
    let site = site().await;
    let browser = site.login("beth", "secret").await;
    assert_eq!(browser.page("/x_acme_demo_secret.do").await.0, 403);
    let (status, html) = browser.page("/x_acme_demo_odd.do").await;
    assert_eq!(status, 500);
    assert!(html.contains("g:ui_form"), "{html}");
    assert!(site.instance.unsupported()[0].contains("g:ui_form"));
    assert_eq!(browser.page("/x_acme_demo_nothing.do").await.0, 404);
    let admin = site.login("admin", "admin").await;
    let (status, html) = admin.page("/x_acme_demo_secret.do").await;
    assert_eq!(status, 200);
    assert!(html.contains("<p>framed</p>") && html.contains("class=\"banner\""));
    assert!(html.contains("x_acme_demo_thing_list.do") && html.contains("Demo menu"));
    assert!(
        !browser.page("/incident_list.do").await.1.contains("Demo menu"),
        "menus follow roles"
    );
}

#[tokio::test]
async fn assets_are_served_unchanged_as_scripts() {
    let site = site().await;
    let browser = site.login("beth", "secret").await;
    let response = browser
        .get("/uxasset/externals/x_acme_demo/main.jsdbx?uxpcb=1")
        .send()
        .await
        .unwrap();
    assert!(
        response.headers()["content-type"]
            .to_str()
            .unwrap()
            .starts_with("application/javascript")
    );
    assert!(
        response.headers()["cache-control"]
            .to_str()
            .unwrap()
            .contains("max-age")
    );
    assert_eq!(response.text().await.unwrap(), "export const x = `${1}` + '<&';");
    assert_eq!(
        browser
            .get("/uxasset/externals/x_acme_demo/other.jsdbx")
            .send()
            .await
            .unwrap()
            .status(),
        404
    );
}

#[tokio::test]
async fn the_form_shows_sections_formatters_and_escaped_values() {
    let site = site().await;
    let fields = [
        ("short_description", "<b>\"hi\""),
        ("category", "password_reset"),
        ("work_notes", "note <i>"),
    ];
    let incident = site.instance.insert("incident", &fields).unwrap();
    let other = site
        .instance
        .insert("incident", &[("category", "network")])
        .unwrap();
    let browser = site.login("beth", "secret").await;
    let (status, html) = browser.page(&format!("/incident.do?sys_id={incident}")).await;
    assert_eq!(status, 200);
    for part in [
        "<h1>INC0010001</h1>".to_owned(),
        "name=\"incident.short_description\" value=\"&lt;b&gt;&quot;hi&quot;\"".to_owned(),
        "<option value=\"password_reset\" selected>Password Reset</option>".to_owned(),
        "note &lt;i&gt;".to_owned(),
        "data-section=\"Demo\"".to_owned(),
        format!(
            "<table><tbody><tr><td colspan=\"2\"><iframe src=\"x_acme_demo_panel.do?sysparm_sys_id={incident}&amp;t=incident\" title=\"&lt;b&gt;&quot;hi&quot;\"></iframe>"
        ),
        "<input id=\"incident.x_acme_demo_result\" readonly".to_owned(),
    ] {
        assert!(html.contains(&part), "{part}\n{html}");
    }
    assert!(
        !html.contains("name=\"incident.x_acme_demo_result\""),
        "read-only columns are not sent"
    );
    let (_, html) = browser.page(&format!("/incident.do?sys_id={other}")).await;
    assert!(!html.contains("<iframe"));
    assert_eq!(browser.page("/incident.do?sys_id=0123").await.0, 403);
}

#[tokio::test]
async fn a_form_is_saved_with_its_token_and_the_rules_of_the_table() {
    let site = site().await;
    let browser = site.login("beth", "secret").await;
    let (status, html) = browser.page("/incident.do?sys_id=-1").await;
    assert!(status == 200 && html.contains("New record"));
    let save = |token: &str, more: &[(&str, &str)]| {
        let mut form = vec![
            ("sysparm_ck", token),
            ("sys_id", "-1"),
            ("sys_action", "sysverb_insert_and_stay"),
        ];
        form.extend_from_slice(more);
        browser.post("/incident.do").form(&form).send()
    };
    assert_eq!(save("0", &[]).await.unwrap().status(), 403);
    let fields = [
        ("incident.short_description", "from the form"),
        ("incident.caller_id", ""),
        ("sys_display.incident.caller_id", "Beth Anglin"),
        ("incident.active", "false"),
        ("incident.active", "true"),
        ("incident.work_notes", "a\r\nb"),
    ];
    let response = save(&browser.token, &fields).await.unwrap();
    assert_eq!(response.status(), 303);
    let location = response.headers()["location"].to_str().unwrap().to_owned();
    let id = location.strip_prefix("/incident.do?sys_id=").unwrap();
    let record = site.instance.record("incident", id).unwrap();
    assert_eq!(record["number"], "INC0010001");
    assert_eq!(
        site.instance.display_value("incident", id, "caller_id").unwrap(),
        "Beth Anglin"
    );
    assert_eq!(site.instance.journal(id, "work_notes"), ["a\nb"]);
    assert_eq!(record["opened_by"], record["caller_id"]);
    // A rule aborts: the form comes back with the message.
    let form = [
        ("sysparm_ck", browser.token.as_str()),
        ("sys_id", id),
        ("sys_action", "sysverb_update"),
        ("incident.state", "6"),
    ];
    let response = browser.post("/incident.do").form(&form).send().await.unwrap();
    assert_eq!(response.headers()["location"].to_str().unwrap(), location);
    assert!(browser.page(&location).await.1.contains("Data Policy Exception"));
}

#[tokio::test]
async fn properties_are_set_on_their_page_and_secrets_never_shown() {
    let property = |kind: &'static str, name: &'static str| {
        [
            ("name", name),
            ("value", ""),
            ("type", kind),
            ("read_roles", "x_acme_demo.admin"),
            ("write_roles", "x_acme_demo.admin"),
        ]
    };
    let link = |number: u32| [("category", id(0xc0)), ("property", id(number))];
    let mut set = app()
        .record(
            "sys_properties",
            &id(0xc1),
            &property("string", "x_acme_demo.url"),
        )
        .record(
            "sys_properties",
            &id(0xc2),
            &property("password2", "x_acme_demo.key"),
        )
        .record(
            "sys_properties_category",
            &id(0xc0),
            &[("name", "Demo Properties"), ("title", "Demo")],
        );
    for number in [0xc1, 0xc2] {
        let fields = link(number);
        let fields: Vec<(&str, &str)> = fields
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        set = set.record("sys_properties_category_m2m", &id(number + 0x100), &fields);
    }
    let site = serve(&set).await;
    let path = "/system_properties_ui.do?sysparm_title=Demo&sysparm_category=Demo%20Properties";
    assert_eq!(site.login("beth", "secret").await.page(path).await.0, 403);
    let admin = site.login("admin", "admin").await;
    let form = [
        ("sysparm_ck", admin.token.as_str()),
        ("x_acme_demo.url", "https://a.example"),
        ("x_acme_demo.key", "s3cret"),
    ];
    assert_eq!(admin.post(path).form(&form).send().await.unwrap().status(), 303);
    assert_eq!(
        site.instance.property("x_acme_demo.url").unwrap(),
        "https://a.example"
    );
    let (status, html) = admin.page(path).await;
    assert!(
        status == 200 && html.contains("value=\"https://a.example\"") && html.contains("Properties updated")
    );
    assert!(!html.contains("s3cret") && !html.contains("ENC1"));
    let key = site
        .instance
        .run_script("x_acme_demo", "admin", "gs.getProperty('x_acme_demo.key')")
        .unwrap();
    assert_eq!(key, "s3cret");
}
