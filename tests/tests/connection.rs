//! The app's connection test, both ways, as an admin sees it in a browser, against the real service.
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests: a failure is the test's failure"
)]

use std::path::Path;

use anyhow::{Context, Result, ensure};
use imper_tests::harness::accessibility::assert_accessible;
use imper_tests::harness::browser::{Browser, Driver, Person};
use imper_tests::harness::world::{Plan, World};
use serde::Deserialize;

/// One row of the page.
#[derive(Debug, Deserialize)]
struct Row {
    name: String,
    ok: bool,
    text: String,
    remedy: String,
}

/// The app of this tree, without the widget.
fn update_set() -> String {
    let app = Path::new(env!("CARGO_MANIFEST_DIR")).join("../servicenow-app/app");
    let panel = format!("{}const widget = 1;\n", servicenow_app::MARKER);
    servicenow_app::pack(&app, &panel).unwrap().xml
}

/// The admin in front of the page.
struct Scene {
    browser: Browser,
    // After the browser, which closes through it.
    _driver: Driver,
    world: World,
}

impl Scene {
    async fn open(plan: Plan) -> Result<Self> {
        let set = update_set();
        let (world, driver) = tokio::try_join!(World::build(plan, &set), Driver::start())?;
        let browser = driver.open(Person::ANALYST).await?;
        browser
            .goto(&format!("{}/login.do", world.instance.url()))
            .await?;
        browser.type_into("#user_name", "admin").await?;
        browser.type_into("#user_password", "admin").await?;
        browser.click("#sysverb_login").await?;
        browser.see_no("#user_password").await?;
        Ok(Self {
            browser,
            _driver: driver,
            world,
        })
    }

    fn set(&self, name: &str, value: &str) {
        let name = format!("x_imper_verify.{name}");
        self.world.instance.set_property(&name, value).unwrap();
    }

    /// What the page says now. It is looked at in `target/screenshots/connection-PICTURE.png`.
    async fn test(&self, picture: &str) -> Result<Vec<Row>> {
        let url = self.world.instance.url();
        self.browser
            .goto(&format!("{url}/x_imper_verify_test_connection.do"))
            .await?;
        self.browser.see(".imper-connection tbody tr").await?;
        self.browser
            .screenshot_whole(&format!("connection-{picture}"))
            .await?;
        let rows = self
            .browser
            .evaluate(
                "return [...document.querySelectorAll('.imper-connection tbody tr')].map(row => {
                    const words = row.querySelector('td:last-child');
                    const remedy = words.querySelector('.imper-remedy');
                    return {
                        name: row.querySelector('th').textContent,
                        ok: row.querySelector('.imper-ok') !== null,
                        text: words.firstChild.textContent,
                        remedy: remedy === null ? '' : remedy.textContent,
                    };
                })",
            )
            .await?;
        serde_json::from_value(rows).context("rows of another form")
    }

    async fn end(self) -> Result<()> {
        let unsupported = self.world.instance.unsupported();
        ensure!(unsupported.is_empty(), "not emulated: {unsupported:#?}");
        let crossed = self.world.instance.cross_scope();
        ensure!(crossed.is_empty(), "used without a privilege: {crossed:#?}");
        ensure!(
            self.browser.console_errors().await?.is_empty(),
            "errors on the console"
        );
        self.browser.quit().await?;
        self.world.stop().await;
        Ok(())
    }
}

/// The row `name` is the only one with a cross (and, below it, what could not be tried), and says what is wrong.
#[track_caller]
fn only_wrong<'a>(rows: &'a [Row], name: &str) -> &'a Row {
    let mut crosses = rows.iter().filter(|row| !row.ok);
    let wrong = crosses.next().unwrap_or_else(|| panic!("all is well: {rows:#?}"));
    assert_eq!(wrong.name, name, "{rows:#?}");
    assert!(!wrong.remedy.is_empty(), "{wrong:#?}");
    for further in crosses {
        assert!(further.text.starts_with("Not tried"), "{further:#?}");
    }
    wrong
}

#[track_caller]
fn names(rows: &[Row]) -> Vec<&str> {
    rows.iter().map(|row| row.name.as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_step_there_and_back_has_its_tick_or_its_cross_with_the_remedy() -> Result<()> {
    let scene = Scene::open(Plan::default()).await?;
    let instance = &scene.world.instance;
    let secret = |name: &str| {
        let script = format!("new ImperSecrets().read('{name}')");
        let value = instance.run_script("x_imper_verify", "admin", &script).unwrap();
        value.as_str().unwrap().to_owned()
    };
    let (token_secret, webhook_secret) = (
        tokio::task::block_in_place(|| secret("token_secret")),
        tokio::task::block_in_place(|| secret("webhook_secret")),
    );

    let good = scene.test("good").await?;
    assert!(
        good.iter().all(|row| row.ok && row.remedy.is_empty()),
        "{good:#?}"
    );
    assert_eq!(
        names(&good),
        [
            "Properties",
            "Token secret",
            "Webhook secret",
            "Clock",
            "Agent tokens",
            "Way back: OAuth token",
            "Way back: signed result",
            "Way back: clock",
            "Last result"
        ]
    );
    assert_accessible(&scene.browser, "the connection test").await?;
    scene.browser.be_phone(true).await?;
    ensure!(!scene.browser.scrolls_sideways().await?, "it scrolls sideways");
    scene.browser.screenshot_whole("connection-good-phone").await?;
    scene.browser.be_phone(false).await?;
    assert_eq!(
        instance.query("x_imper_verify_event", "")?.len(),
        0,
        "a ping is no event"
    );

    // Another webhook secret on either side.
    scene.set(
        "webhook_secret",
        "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    );
    let rows = scene.test("webhook-secret").await?;
    let wrong = only_wrong(&rows, "Way back: signed result");
    assert!(
        wrong.remedy.contains("x_imper_verify.webhook_secret"),
        "{wrong:?}"
    );
    scene.set("webhook_secret", &webhook_secret);

    // The user behind the client without the role.
    instance.remove_role("imper.integration", "x_imper_verify.integration")?;
    let rows = scene.test("no-role").await?;
    let wrong = only_wrong(&rows, "Way back: signed result");
    assert!(wrong.text.contains("(403)"), "{wrong:?}");
    assert!(wrong.remedy.contains("x_imper_verify.integration"), "{wrong:?}");

    // Another client secret.
    instance.add_oauth_client("imper-backend", "another", "imper.integration")?;
    let rows = scene.test("client-secret").await?;
    let wrong = only_wrong(&rows, "Way back: OAuth token");
    assert!(wrong.text.contains("(401)"), "{wrong:?}");
    assert!(wrong.remedy.contains("Application Registry"), "{wrong:?}");

    // Another token secret: the backend does not act on what it cannot believe.
    scene.set("token_secret", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    let rows = scene.test("token-secret").await?;
    let wrong = only_wrong(&rows, "Agent tokens");
    assert!(wrong.remedy.contains("key ID and token secret"), "{wrong:?}");
    scene.set("token_secret", &token_secret);

    let url = scene.world.service_url.clone();
    scene.set("backend_url", "http://127.0.0.1:9");
    let rows = scene.test("unreachable").await?;
    let wrong = only_wrong(&rows, "Backend");
    assert!(
        wrong.text.contains("does not answer at http://127.0.0.1:9"),
        "{wrong:?}"
    );
    scene.set("backend_url", &url);

    scene.set("enabled", "false");
    let off = scene.test("switched-off").await?;
    assert!(
        !off[0].ok && off[0].text.contains("x_imper_verify.enabled is false"),
        "{off:#?}"
    );
    scene.set("enabled", "true");

    scene.set("backend_url", "");
    let rows = scene.test("empty").await?;
    assert_eq!(rows.len(), 1);
    assert!(
        only_wrong(&rows, "Properties")
            .text
            .contains("x_imper_verify.backend_url")
    );
    scene.end().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_off_is_named_with_its_seconds() -> Result<()> {
    let ahead = Plan {
        instance_ahead: 600,
        ..Plan::default()
    };
    let scene = Scene::open(ahead).await?;
    let rows = scene.test("clock-ahead").await?;
    let clock = rows.iter().find(|row| row.name == "Clock").unwrap();
    assert!(!clock.ok && clock.text.contains(" seconds ahead of"), "{clock:?}");
    let tokens = rows.iter().find(|row| row.name == "Agent tokens").unwrap();
    assert!(
        !tokens.ok && tokens.remedy.contains("clock that is off"),
        "{tokens:?}"
    );
    scene.end().await?;

    // Little enough for tokens to be accepted, so that the backend measures it, too.
    let behind = Plan {
        instance_ahead: -40,
        ..Plan::default()
    };
    let scene = Scene::open(behind).await?;
    let rows = scene.test("clock-behind").await?;
    let back = rows.iter().find(|row| row.name == "Way back: clock").unwrap();
    assert!(
        !back.ok && back.text.contains(" seconds behind the backend's."),
        "{back:?}"
    );
    assert!(back.remedy.contains("time server"), "{back:?}");
    scene.end().await
}

/// A page of an instance that sleeps cannot be opened, so its script is run without one.
#[tokio::test(flavor = "multi_thread")]
async fn an_instance_that_sleeps_is_recognised_from_the_backends_side() -> Result<()> {
    let world = World::build(Plan::default(), &update_set()).await?;
    world.instance.hibernate(true);
    let run = || {
        world
            .instance
            .run_script("x_imper_verify", "admin", "new ImperConnection().run()")
    };
    let rows: Vec<Row> = serde_json::from_value(tokio::task::block_in_place(run)?)?;
    let wrong = only_wrong(&rows, "Way back: OAuth token");
    assert!(wrong.text.contains("hibernating"), "{wrong:?}");
    assert!(wrong.remedy.contains("developer.servicenow.com"), "{wrong:?}");
    world.instance.hibernate(false);
    let rows: Vec<Row> = serde_json::from_value(tokio::task::block_in_place(run)?)?;
    assert!(rows.iter().all(|row| row.ok), "{rows:#?}");
    assert_eq!(world.instance.unsupported(), Vec::<String>::new());
    world.stop().await;
    Ok(())
}

/// An agent who is no admin gets no token for a test, whatever they run.
#[tokio::test(flavor = "multi_thread")]
async fn only_an_admin_of_the_app_gets_a_token_for_a_test() -> Result<()> {
    let world = World::build(Plan::default(), &update_set()).await?;
    let token = |user: &str| {
        let value = tokio::task::block_in_place(|| {
            world
                .instance
                .run_script("x_imper_verify", user, "new ImperAgentToken().wayBack()")
        });
        value.unwrap().as_str().unwrap().to_owned()
    };
    assert_eq!(token("beth.anglin"), "");
    let admins = token("admin");
    let http = backend::delivery::http::client()?;
    let ask = || {
        let call = http.post(format!("{}/api/v1/connection", world.service_url));
        call.bearer_auth(&admins).header("content-length", "0").send()
    };
    assert_eq!(ask().await?.status(), 200);
    assert_eq!(ask().await?.status(), 401, "a token is good for one test");
    world.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_overview_counts_week_by_week() -> Result<()> {
    let world = World::build(Plan::default(), &update_set()).await?;
    let run = |script: &str| {
        tokio::task::block_in_place(|| world.instance.run_script("x_imper_verify", "admin", script))
    };
    let weeks = run("new ImperOverview().weeks()")?;
    assert_eq!(weeks.as_array().unwrap().len(), 12);
    let ticket = world.open_ticket("password_reset", "Locked out")?;
    let close = [("state", "6"), ("close_code", "User error"), ("close_notes", "x")];
    world.instance.update("incident", &ticket, &close)?;
    // The newest one first.
    let weeks = run("new ImperOverview().weeks()")?;
    assert_eq!(
        (&weeks[0]["bypassed"], &weeks[0]["passed"]),
        (&1.into(), &0.into())
    );
    let rows = run("new ImperOverview().rows()")?;
    assert_eq!(rows.as_str().unwrap().matches("<th scope=\"row\">").count(), 12);
    assert_eq!(world.instance.unsupported(), Vec::<String>::new());
    world.stop().await;
    Ok(())
}
