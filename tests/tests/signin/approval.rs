//! Manager approval with messages through the real mail server.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use reqwest::StatusCode;
use shared::words::Status;

use super::jar::Jar;
use super::scene::{Asks, Call, MANAGER_MAIL, Scene};

const APPROVE: &[(&str, &str)] = &[("answer", "approve"), ("spoke", "yes")];
const REFUSE: &[(&str, &str)] = &[("answer", "refuse")];

/// A browser that is asked to have the manager asked.
async fn before(scene: &Scene) -> Result<(Call<'_>, String, Jar)> {
    let call = scene.call();
    let (id, link) = call.send().await?;
    let mut jar = Jar::new()?;
    jar.begin(scene, &call, &id, &link).await?;
    Ok((call, id, jar))
}

async fn ask(scene: &Scene, jar: &mut Jar) -> Result<()> {
    let token = jar.verify(scene).await?.field("form_token")?;
    let url = format!("{}/verify/manager", scene.service_url);
    let asked = jar.post(&url, &[("form_token", &token)]).await?;
    ensure!(asked.status == StatusCode::SEE_OTHER, "{}", asked.body);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_message_says_who_asks_and_the_answer_decides() -> Result<()> {
    let scene = Scene::start(Asks::ManagerApproval).await?;
    let (call, id, mut jar) = before(&scene).await?;
    ask(&scene, &mut jar).await?;
    let (link, message) = scene.link_to(MANAGER_MAIL, "/approve/", &[]).await?;
    for part in [&message.text, &message.html] {
        for said in [
            "Mia Chen",
            "Beth Anglin",
            "INC0000001",
            "Password reset",
            "+44 20 7946 0000",
        ] {
            ensure!(part.contains(said), "{said} is not in {part}");
        }
    }
    ensure!(message.html_links().contains(&link), "the parts differ");
    let subject = message.header("subject").context("no subject")?;
    ensure!(subject.contains("Mia Chen"), "{subject}");

    // A scanner opens it, and presses the first button.
    let mut scanner = Jar::new()?;
    for _ in 0..3 {
        scanner.get(&link).await?;
    }
    let pressed = scanner.post(&link, &[("answer", "approve")]).await?;
    ensure!(pressed.status == StatusCode::UNPROCESSABLE_ENTITY);
    // The requester got hold of it.
    let own = jar.post(&link, APPROVE).await?;
    ensure!(own.status == StatusCode::FORBIDDEN, "{}", own.body);
    ensure!(call.status(&id).await? == Status::InProgress);

    // Sent again: the older one is void.
    scene.clock.advance(Duration::from_mins(2));
    ask(&scene, &mut jar).await?;
    let (newer, message) = scene.link_to(MANAGER_MAIL, "/approve/", &[&link]).await?;
    ensure!(
        message.text.contains("An earlier link no longer works"),
        "{}",
        message.text
    );
    let mut ada = Jar::new()?;
    ensure!(ada.post(&link, APPROVE).await?.status == StatusCode::GONE);
    let approved = ada.post(&newer, APPROVE).await?;
    ensure!(approved.status == StatusCode::OK, "{}", approved.body);
    ensure!(call.status(&id).await? == Status::Passed);
    ensure!(
        jar.verify(&scene)
            .await?
            .body
            .contains("Your identity is confirmed")
    );
    ensure!(ada.post(&newer, REFUSE).await?.status == StatusCode::GONE);
    ensure!(call.status(&id).await? == Status::Passed);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_approvals_and_one_refusal_exactly_one_counts() -> Result<()> {
    let scene = Scene::start(Asks::ManagerApproval).await?;
    let (call, id, mut jar) = before(&scene).await?;
    ask(&scene, &mut jar).await?;
    let (link, _) = scene.link_to(MANAGER_MAIL, "/approve/", &[]).await?;
    let answers: Vec<_> = (0..51)
        .map(|number| {
            let link = link.clone();
            tokio::spawn(async move {
                let answer = if number == 25 { REFUSE } else { APPROVE };
                let status = Jar::new()?.post(&link, answer).await?.status;
                Ok::<_, anyhow::Error>((number == 25, status))
            })
        })
        .collect();
    let mut counted = Vec::new();
    for answer in answers {
        let (refused, status) = answer.await??;
        if status == StatusCode::OK {
            counted.push(refused);
        } else {
            ensure!(status == StatusCode::GONE, "{status}");
        }
    }
    ensure!(counted.len() == 1, "{counted:?}");
    let expected = if counted[0] {
        Status::Failed
    } else {
        Status::Passed
    };
    ensure!(call.status(&id).await? == expected);
    Ok(())
}
