//! The field in every place in which agents work: the classic form, a workspace, a Service Portal. One page serves all.

use anyhow::{Result, ensure};
use imper_tests::harness::accessibility::assert_accessible;
use imper_tests::harness::browser::Driver;
use imper_tests::harness::hosts::place_widget;
use imper_tests::harness::people::{AgentDesk, RequesterPhone};
use imper_tests::harness::story;
use imper_tests::harness::world::{Account, PRIVATE_MAILBOX, REQUESTER, World};
use shared::words::{Outcome, Recommendation, Status};

/// The admin of every new instance.
const ADMIN: Account = Account {
    user_name: "admin",
    name: "System Administrator",
    password: "admin",
};

struct Scene {
    agent: AgentDesk,
    // After the people: browsers close through the driver.
    driver: Driver,
    world: World,
}

impl Scene {
    async fn open() -> Result<Self> {
        let (world, driver) = tokio::try_join!(World::start(), Driver::start())?;
        let agent = AgentDesk::open(&driver, &world).await?;
        agent.log_in().await?;
        Ok(Self { agent, driver, world })
    }

    /// Sends the link from wherever the field is, and the requester answers everything right.
    async fn verify(&self, host: &str) -> Result<()> {
        let requester = RequesterPhone::open(&self.driver).await?;
        self.agent.click_send_verification_link().await?;
        self.agent.browser().driver().enter_default_frame().await?;
        self.agent
            .browser()
            .screenshot(&format!("host-{host}-dialog"))
            .await?;
        self.agent.send_to(PRIVATE_MAILBOX).await?;
        let link = story::link_sent_to(&self.world, PRIVATE_MAILBOX).await?;
        self.agent.see_status(Status::Sent).await?;
        requester.open_link(&link).await?;
        story::answer_right(&self.world, &self.agent, &requester).await?;
        let said = self.agent.see_outcome(Outcome::Passed).await?;
        ensure!(
            said.contains(Recommendation::Proceed.label()),
            "the field says: {said}"
        );
        Ok(())
    }

    async fn end(self) -> Result<()> {
        let errors = self.agent.browser().console_errors().await?;
        ensure!(errors.is_empty(), "on the console: {errors:#?}");
        self.end_with_errors()
    }

    /// The same, when errors on the console are what the test is about.
    fn end_with_errors(self) -> Result<()> {
        let unsupported = self.world.instance.unsupported();
        ensure!(
            unsupported.is_empty(),
            "the instance does not emulate: {unsupported:#?}"
        );
        let crossed = self.world.instance.cross_scope();
        ensure!(crossed.is_empty(), "used without a privilege: {crossed:#?}");
        Ok(())
    }
}

/// axe-core on the panel page inside its host.
async fn panel_is_accessible(agent: &AgentDesk, host: &str) -> Result<()> {
    agent.enter_field().await?;
    assert_accessible(agent.browser(), &format!("the panel in {host}")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_workspace_a_button_opens_the_field_and_it_works_there() -> Result<()> {
    let scene = Scene::open().await?;
    let Scene { world, agent, .. } = &scene;
    let other = world.open_ticket("hardware", "Laptop does not charge")?;
    agent.open_in_workspace("incident", &other).await?;
    agent.see_no_workspace_button().await?;

    let ticket = world.open_ticket("password_reset", "Cannot sign in")?;
    agent.open_in_workspace("incident", &ticket).await?;
    agent.click_workspace_button().await?;
    agent.see_field("required").await?;
    panel_is_accessible(agent, "a workspace").await?;
    agent.browser().driver().enter_default_frame().await?;
    assert_accessible(agent.browser(), "the record page of a workspace").await?;
    agent.browser().screenshot("host-workspace-required").await?;
    scene.verify("workspace").await?;
    agent.browser().screenshot("host-workspace-passed").await?;
    story::ticket_shows(world, &ticket, Outcome::Passed).await?;
    scene.end().await
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_portal_the_widget_shows_the_field_to_agents_and_to_nobody_else() -> Result<()> {
    let scene = Scene::open().await?;
    let Scene { world, agent, driver } = &scene;
    place_widget(world)?;
    let other = world.open_ticket("hardware", "Laptop does not charge")?;
    agent.open_in_portal("incident", &other).await?;
    agent.see_no_field().await?;

    let ticket = world.open_ticket("password_reset", "Cannot sign in")?;
    agent.open_in_portal("incident", &ticket).await?;
    agent.see_field("required").await?;
    panel_is_accessible(agent, "a portal").await?;
    agent.browser().driver().enter_default_frame().await?;
    assert_accessible(agent.browser(), "the ticket page of a portal").await?;
    agent.browser().screenshot("host-portal-required").await?;
    scene.verify("portal").await?;
    agent.look_at_form().await?;
    agent.browser().screenshot("host-portal-passed").await?;
    story::ticket_shows(world, &ticket, Outcome::Passed).await?;

    let requester = AgentDesk::open(driver, world).await?;
    requester.log_in_as(REQUESTER).await?;
    requester.open_in_portal("incident", &ticket).await?;
    requester.see_no_field().await?;
    scene.end().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_requested_item_is_verified_like_an_incident() -> Result<()> {
    let scene = Scene::open().await?;
    let Scene { world, agent, .. } = &scene;
    let instance = &world.instance;
    // What an admin does: the table is allowed, a policy names it, and the formatter stands on the form.
    instance.set_property("x_imper_verify.allowed_tables", "incident,sc_req_item")?;
    instance.insert(
        "x_imper_verify_policy",
        &[
            ("name", "New phone number"),
            ("table_name", "sc_req_item"),
            ("condition", "short_descriptionLIKEphone"),
            ("action", "mfa_reset"),
            ("assurance", "standard"),
            ("order", "10"),
            ("active", "true"),
        ],
    )?;
    let section = instance.query("sys_ui_section", "name=sc_req_item")?;
    instance.insert(
        "sys_ui_element",
        &[
            ("sys_ui_section", section[0]["sys_id"].as_str()),
            ("element", "x_imper_verify_panel.xml"),
            ("type", "formatter"),
            ("position", "90"),
        ],
    )?;
    let item = instance.insert(
        "sc_req_item",
        &[
            ("requested_for", world.requester_id.as_str()),
            ("short_description", "Another phone for the authenticator app"),
        ],
    )?;
    agent.open_form("sc_req_item", &item).await?;
    agent.see_field("required").await?;
    agent.open_in_workspace("sc_req_item", &item).await?;
    agent.click_workspace_button().await?;
    agent.open_form("sc_req_item", &item).await?;
    scene.verify("item").await?;
    story::record_shows(world, &item, Status::Passed).await?;
    let notes = instance.journal(&item, "work_notes").join("\n");
    ensure!(
        notes.contains(Recommendation::Proceed.label()) && !notes.contains(PRIVATE_MAILBOX),
        "{notes}"
    );
    scene.end().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_that_leaves_its_category_and_comes_back_has_lost_nothing() -> Result<()> {
    let scene = Scene::open().await?;
    let Scene { world, agent, driver } = &scene;
    let ticket = world.open_ticket("password_reset", "Cannot sign in")?;
    agent.open_ticket(&ticket).await?;
    let requester = RequesterPhone::open(driver).await?;
    let link = story::send_link(world, agent).await?;
    requester.open_link(&link).await?;
    requester.click_begin().await?;
    let number = agent.see_call_number().await?;

    world
        .instance
        .update("incident", &ticket, &[("category", "hardware")])?;
    agent.open_ticket(&ticket).await?;
    agent.see_no_field().await?;
    requester.enter_call_number(&number).await?;
    requester.see_code_question().await?;
    let code = story::code_sent_to(world, imper_tests::harness::world::COMPANY_MAILBOX).await?;
    requester.enter_code(&code).await?;
    story::ticket_shows(world, &ticket, Outcome::Passed).await?;

    world
        .instance
        .update("incident", &ticket, &[("category", "password_reset")])?;
    agent.open_ticket(&ticket).await?;
    agent.see_outcome(Outcome::Passed).await?;
    panel_is_accessible(agent, "the classic form").await?;
    ensure!(world.verification_records(&ticket)?.len() == 1);
    scene.end().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_content_security_policy_that_forbids_something_is_named_with_what_it_lacks() -> Result<()> {
    let scene = Scene::open().await?;
    let Scene { world, agent, .. } = &scene;
    let ticket = world.open_ticket("password_reset", "Cannot sign in")?;
    let header = world.instance.insert(
        "sys_response_header",
        &[
            ("name", "Content-Security-Policy"),
            ("value", "script-src 'self'"),
            ("type", "sys_ui_page"),
            ("active", "true"),
        ],
    )?;
    for (policy, words) in [
        (
            "script-src 'self' 'unsafe-inline'",
            "add 'wasm-unsafe-eval' to its script-src directive",
        ),
        (
            "script-src 'self' 'wasm-unsafe-eval'",
            "add 'unsafe-inline' to its script-src directive",
        ),
        (
            "script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'; connect-src 'self'",
            &format!("add {} to its connect-src directive", world.service_url),
        ),
    ] {
        world
            .instance
            .update("sys_response_header", &header, &[("value", policy)])?;
        agent.open_ticket(&ticket).await?;
        agent.see_in_panel(words).await?;
        panel_is_accessible(agent, policy).await?;
    }
    agent.look_at_form().await?;
    agent.browser().screenshot("host-policy-forbids").await?;
    // What the install guide tells an admin to allow is enough.
    let allowed = format!(
        "script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'; connect-src 'self' {}",
        world.service_url
    );
    world
        .instance
        .update("sys_response_header", &header, &[("value", &allowed)])?;
    agent.open_ticket(&ticket).await?;
    agent.see_field("required").await?;
    scene.end_with_errors()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_other_pages_of_the_app_are_accessible_too() -> Result<()> {
    let scene = Scene::open().await?;
    let Scene { world, agent, .. } = &scene;
    let ticket = world.open_ticket("password_reset", "Cannot sign in")?;
    let close = [("state", "6"), ("close_code", "User error"), ("close_notes", "x")];
    world.instance.update("incident", &ticket, &close)?;
    agent.log_in_as(ADMIN).await?;
    for page in ["overview", "test_connection", "support_privacy"] {
        let url = format!("{}/x_imper_verify_{page}.do", world.instance.url());
        agent.browser().goto(&url).await?;
        agent.browser().see("h1").await?;
        agent.browser().screenshot(&format!("app-{page}")).await?;
        assert_accessible(agent.browser(), page).await?;
    }
    scene.end().await
}
