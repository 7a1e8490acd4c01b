//! Buttons on classic forms, and the dialogs that they open.

use anyhow::{Context as _, Result};
use imper_tests::harness::browser::{Browser, Driver, Person};

use super::support::{Set, id, instance};
use super::support_web::{Site, serve};

const OPENER: &str = "function openDemo() {
    var dialog = new GlideModal('x_acme_demo_dialog', false, 500);
    dialog.setTitle('Look at ' + g_form.getValue('number'));
    dialog.setPreference('sysparm_word', '<b>' + g_form.getUniqueValue());
    dialog.render();
}";

/// What the opener set arrives as a window property; its own scripts run inside the form.
const PAGE: &str = "<j:jelly trim=\"false\" xmlns:j=\"jelly:core\" xmlns:g=\"glide\" xmlns:j2=\"null\" xmlns:g2=\"null\">\
    <g:evaluate var=\"jvar_word\">RP.getWindowProperties().get('sysparm_word')</g:evaluate>\
    <p id=\"said\">${jvar_word} ${RP.isDialog()}</p><p id=\"script\"/>\
    <button id=\"done\" onclick=\"GlideModal.prototype.get().destroy()\">Done</button>\
    <script>document.getElementById('script').textContent = 'ran beside ' + g_form.getTableName();</script></j:jelly>";

fn button(more: &[(&'static str, &'static str)]) -> Set {
    let mut fields = vec![
        ("name", "Open <it>"),
        ("hint", "A dialog"),
        ("table", "task"),
        ("active", "true"),
        ("client", "true"),
        ("form_button", "true"),
        ("show_update", "true"),
        ("condition", "current.getValue('category') == 'network'"),
        ("onclick", "openDemo();"),
        ("script", OPENER),
    ];
    fields.retain(|(field, _)| more.iter().all(|(other, _)| other != field));
    fields.extend_from_slice(more);
    Set::demo()
        .record("sys_ui_action", &id(0xd0), &fields)
        .record(
            "sys_ui_page",
            &id(0xd2),
            &[
                ("name", "dialog"),
                ("endpoint", "x_acme_demo_dialog.do"),
                ("html", PAGE),
            ],
        )
        .record(
            "sys_ui_page",
            &id(0xd3),
            &[
                ("name", "whole"),
                ("endpoint", "x_acme_demo_whole.do"),
                ("direct", "true"),
                ("html", "<html><body>all</body></html>"),
            ],
        )
        .record(
            "sys_ui_page",
            &id(0xd4),
            &[
                ("name", "secret"),
                ("endpoint", "x_acme_demo_secret.do"),
                ("html", "<p>secret</p>"),
            ],
        )
        .acl(0x39, "x_acme_demo_secret", "ui_page", "read", "x_acme_demo.admin")
}

fn ticket(site: &Site, category: &str) -> String {
    let fields = [("category", category), ("short_description", "A switch is dark")];
    site.instance.insert("incident", &fields).unwrap()
}

async fn form(set: &Set, category: &str) -> (Site, u16, String) {
    let site = serve(set).await;
    let incident = ticket(&site, category);
    let (status, html) = {
        let browser = site.login("beth", "secret").await;
        browser.page(&format!("/incident.do?sys_id={incident}")).await
    };
    (site, status, html)
}

#[tokio::test]
async fn a_form_shows_the_buttons_whose_condition_holds() {
    let shown = format!(
        "<button type=\"button\" id=\"{}\" title=\"A dialog\">Open &lt;it&gt;</button>",
        id(0xd0)
    );
    let (_, status, html) = form(&button(&[]), "network").await;
    assert_eq!(status, 200);
    assert!(html.contains(&shown), "{html}");
    let (_, _, html) = form(&button(&[]), "hardware").await;
    assert!(!html.contains(&shown));
    for (field, value) in [
        ("active", "false"),
        ("show_update", "false"),
        ("form_button", "false"),
    ] {
        let (_, _, html) = form(&button(&[(field, value)]), "network").await;
        assert!(!html.contains(&shown), "{field}");
    }
}

#[tokio::test]
async fn a_button_without_onclick_is_refused_loudly() {
    let (site, status, _) = form(&button(&[("onclick", "")]), "network").await;
    assert_eq!(status, 500);
    assert!(site.instance.unsupported()[0].contains("without onclick"));
}

#[test]
fn only_buttons_that_run_on_the_server_and_other_places_are_inert() {
    for (more, is_inert) in [
        (&[][..], false),
        (&[("client", "false")], true),
        (&[("form_link", "true")], true),
    ] {
        let report = instance().install(&button(more).xml()).unwrap();
        assert_eq!(report.inert.contains("sys_ui_action"), is_inert, "{more:?}");
    }
}

#[tokio::test]
async fn a_page_is_rendered_for_a_dialog_for_those_who_may_open_it() {
    let site = serve(&button(&[])).await;
    let browser = site.login("beth", "secret").await;
    let ask = async |page: &str, token: &str, processor: &str| {
        let form = [
            ("sysparm_processor", processor),
            ("sysparm_name", page),
            ("sysparm_preference.sysparm_word", "<i>"),
        ];
        let request = browser.post("/xmlhttp.do").header("x-usertoken", token);
        let answer = request.form(&form).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    let token = browser.token.clone();
    let (status, html) = ask("x_acme_demo_dialog", &token, "RenderForm").await;
    assert_eq!(status, 200);
    assert!(
        html.contains("&lt;i&gt; true") && !html.contains("<html"),
        "{html}"
    );
    assert_eq!(ask("x_acme_demo_dialog", "another", "RenderForm").await.0, 401);
    assert_eq!(ask("x_acme_demo_secret", &token, "RenderForm").await.0, 403);
    assert_eq!(ask("x_acme_demo_none", &token, "RenderForm").await.0, 404);
    assert_eq!(site.instance.unsupported(), Vec::<String>::new());
    assert_eq!(ask("x_acme_demo_whole", &token, "RenderForm").await.0, 500);
    assert_eq!(ask("x_acme_demo_dialog", &token, "Other").await.0, 500);
    assert_eq!(site.instance.unsupported().len(), 2);
}

async fn opened(driver: &Driver, site: &Site, incident: &str) -> Result<Browser> {
    let browser = driver.open(Person::AGENT).await?;
    browser
        .goto(&format!(
            "{}/login.do?sysparm_uri=%2Fincident.do%3Fsys_id%3D{incident}",
            site.url
        ))
        .await?;
    browser.type_into("#user_name", "beth").await?;
    browser.type_into("#user_password", "secret").await?;
    browser.click("#sysverb_login").await?;
    browser.click(&format!("[id='{}']", id(0xd0))).await?;
    Ok(browser)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_button_opens_a_dialog_in_a_real_browser_and_the_page_in_it_closes_it() -> Result<()> {
    for isolated in ["false", "true"] {
        let site = serve(&button(&[("isolate_script", isolated)])).await;
        let incident = ticket(&site, "network");
        let driver = Driver::start().await?;
        let browser = opened(&driver, &site, &incident).await?;
        let said = browser.see("dialog #said").await?.text().await?;
        assert_eq!(said, format!("<b>{incident} true"));
        let title = browser.see("dialog h2").await?.text().await?;
        assert_eq!(title, "Look at INC0010001");
        let script = browser.see("dialog #script").await?.text().await?;
        assert_eq!(script, "ran beside incident");
        browser.click("#done").await?;
        browser.see_no("dialog").await?;
        assert!(browser.console_errors().await?.is_empty());
        assert_eq!(site.instance.unsupported(), Vec::<String>::new());
        browser.quit().await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_emulated_and_what_an_isolated_script_may_not_see_throws() -> Result<()> {
    for (script, isolated, error) in [
        (
            "function openDemo() { new GlideModal('x').setSize(3); }",
            "false",
            "not emulated: GlideModal.setSize",
        ),
        (
            "function openDemo() { document.title = 'x'; }",
            "true",
            "Cannot set properties of undefined",
        ),
    ] {
        let site = serve(&button(&[("script", script), ("isolate_script", isolated)])).await;
        let incident = ticket(&site, "network");
        let driver = Driver::start().await?;
        let browser = opened(&driver, &site, &incident).await?;
        let found = browser.until("the error", || async {
            let errors = browser.console_errors().await?;
            Ok(errors.into_iter().find(|found| found.contains(error)))
        });
        found.await.context(error)?;
        browser.quit().await?;
    }
    Ok(())
}
