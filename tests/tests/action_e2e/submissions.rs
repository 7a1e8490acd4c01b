//! The form of the action, sent by hand.

use anyhow::{Context, Result, ensure};
use imper_tests::harness::people::RequesterPhone;
use imper_tests::harness::scene::Scene;
use imper_tests::harness::story::{self, TicketState};
use imper_tests::harness::world::{World, requester_dn};
use reqwest::StatusCode;

use crate::support::{NEW_PASSWORD, directory, recorded, verified};

/// The form that the requester has in front of them, with the session's cookie.
#[derive(Clone)]
pub struct Submission {
    client: reqwest::Client,
    url: String,
    cookies: String,
    token: String,
}

impl Submission {
    /// Reads it from the page.
    pub async fn of(world: &World, requester: &RequesterPhone) -> Result<Self> {
        let browser = requester.browser();
        let cookies = browser.driver().get_all_cookies().await?;
        let cookies: Vec<String> = cookies
            .iter()
            .map(|cookie| format!("{}={}", cookie.name, cookie.value))
            .collect();
        let token = browser
            .evaluate("return document.querySelector(\"[name='form_token']\").value")
            .await?;
        Ok(Self {
            client: reqwest::Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .build()?,
            url: format!("{}/verify/action", world.service_url),
            cookies: cookies.join("; "),
            token: token.as_str().context("the form has no token")?.to_owned(),
        })
    }

    /// Sends it.
    pub async fn send(&self, password: &str) -> Result<StatusCode> {
        self.send_with(password, &self.token).await
    }

    async fn send_with(&self, password: &str, token: &str) -> Result<StatusCode> {
        let form = [("form_token", token), ("password", password)];
        let request = self.client.post(&self.url).header("cookie", &self.cookies);
        Ok(request.form(&form).send().await?.status())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_equal_submissions_one_reaches_the_directory() -> Result<()> {
    let scene = Scene::open_in(World::start_with_directory()).await?;
    let Scene { world, requester, .. } = &scene;
    let ticket = verified(&scene, "password_reset").await?;
    let submission = Submission::of(world, requester).await?;
    let sent = (0..50).map(|_| {
        let submission = submission.clone();
        tokio::spawn(async move { submission.send(NEW_PASSWORD).await })
    });
    for status in futures_util::future::join_all(sent).await {
        let status = status??;
        ensure!(status == StatusCode::SEE_OTHER, "{status}");
    }
    let directory = directory(world)?;
    ensure!(directory.password_changes() == 1, "{}", directory.log());
    ensure!(directory.accepts(&requester_dn(), NEW_PASSWORD).await?);
    story::ticket_is(world, &ticket, TicketState::Closed).await?;
    let recorded = recorded(world, &ticket).await?;
    let count = |kind: &str| recorded.iter().filter(|(recorded, _)| recorded == kind).count();
    ensure!(
        (
            count("action.started"),
            count("action.performed"),
            count("action.refused")
        ) == (1, 1, 49),
        "{recorded:#?}"
    );

    // Once more, later: the permission is spent.
    let status = submission.send("another quiet harbour below").await?;
    ensure!(status == StatusCode::SEE_OTHER, "{status}");
    ensure!(directory.password_changes() == 1);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_without_its_token_and_a_permission_out_of_time_reach_nothing() -> Result<()> {
    let scene = Scene::open_in(World::start_with_directory()).await?;
    let Scene { world, requester, .. } = &scene;
    let ticket = verified(&scene, "password_reset").await?;
    let submission = Submission::of(world, requester).await?;
    let status = submission.send_with(NEW_PASSWORD, "not the token").await?;
    ensure!(status.is_client_error(), "{status}");
    world.clock.advance(std::time::Duration::from_mins(15));
    let status = submission.send(NEW_PASSWORD).await?;
    ensure!(status == StatusCode::SEE_OTHER, "{status}");
    ensure!(directory(world)?.password_changes() == 0);
    story::note_says(world, &ticket, "nobody used the permission in time").await?;
    let recorded = recorded(world, &ticket).await?;
    ensure!(
        recorded
            .iter()
            .any(|(kind, body)| kind == "action.refused" && body.contains("expired")),
        "{recorded:#?}"
    );
    ensure!(world.ticket_column(&ticket, "state")? == "1");
    Ok(())
}
