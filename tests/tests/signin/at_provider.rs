//! Sign-ins at the real provider, honest and not.

use anyhow::{Result, ensure};
use reqwest::{StatusCode, Url};
use shared::words::{Outcome, Status};

use super::jar::{Jar, Page};
use super::scene::{Asks, Call, Scene};

/// A browser that is asked to sign in.
async fn asked(scene: &Scene) -> Result<(Call<'_>, String, Jar)> {
    let call = scene.call();
    let (id, link) = call.send().await?;
    let mut jar = Jar::new()?;
    jar.begin(scene, &call, &id, &link).await?;
    Ok((call, id, jar))
}

fn does_not_count(page: &Page) -> Result<()> {
    ensure!(
        page.status == StatusCode::UNPROCESSABLE_ENTITY && page.body.contains("This sign-in does not count"),
        "{} {}",
        page.status,
        page.body
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_signs_in_as_the_requester_passes_and_who_does_not_fails() -> Result<()> {
    let scene = Scene::start(Asks::CompanySignIn).await?;
    for (account, status, outcome) in [
        ("mia.chen", Status::Passed, Outcome::Passed),
        ("trudy.miller", Status::Failed, Outcome::Failed),
    ] {
        let (call, id, mut jar) = asked(&scene).await?;
        let address = jar.depart(&scene).await?;
        let back = jar.sign_in(&scene, &address, account).await?;
        let taken = jar.arrive(&back).await?;
        ensure!(taken.status == StatusCode::SEE_OTHER, "{}", taken.body);
        let view = call.look(&id).await?;
        ensure!(
            (view.status, view.outcome) == (status, Some(outcome)),
            "{account}: {view:?}"
        );
        let page = jar.verify(&scene).await?;
        ensure!(
            !page.body.contains("trudy"),
            "the page says who signed in: {}",
            page.body
        );
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_that_are_not_for_this_sign_in_decide_nothing() -> Result<()> {
    let scene = Scene::start(Asks::CompanySignIn).await?;
    let (call, id, mut jar) = asked(&scene).await?;
    for fault in ["audience", "expired", "nonce", "issuer", "stranger"] {
        let address = jar.depart(&scene).await?;
        let account = format!("mia.chen!{fault}");
        jar.forget_provider();
        let back = jar.sign_in(&scene, &address, &account).await?;
        does_not_count(&jar.arrive(&back).await?)?;
        ensure!(call.status(&id).await? == Status::InProgress, "{fault}");
    }
    jar.forget_provider();
    // The provider itself writes another nonce, because the address was changed on its way.
    let address = jar.depart(&scene).await?;
    let mut changed: Url = address.parse()?;
    let pairs: Vec<(String, String)> = changed.query_pairs().into_owned().collect();
    changed
        .query_pairs_mut()
        .clear()
        .extend_pairs(pairs.iter().map(|(name, value)| {
            (
                name.as_str(),
                if name == "nonce" {
                    "another"
                } else {
                    value.as_str()
                },
            )
        }));
    let back = jar.sign_in(&scene, changed.as_str(), "mia.chen").await?;
    does_not_count(&jar.arrive(&back).await?)?;
    ensure!(call.status(&id).await? == Status::InProgress, "changed nonce");

    // After all that an honest sign-in still counts.
    let address = jar.depart(&scene).await?;
    let back = jar.sign_in(&scene, &address, "mia.chen").await?;
    jar.arrive(&back).await?;
    ensure!(call.status(&id).await? == Status::Passed, "honest");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn codes_and_states_count_once_and_in_their_own_session() -> Result<()> {
    let scene = Scene::start(Asks::CompanySignIn).await?;
    let (_, _, mut first) = asked(&scene).await?;
    let (call, id, mut second) = asked(&scene).await?;
    let parameter = |url: &Url, name: &str| {
        let mut pairs = url.query_pairs();
        pairs.find_map(|(own, value)| (own == name).then(|| value.into_owned()))
    };
    let with_state = |back: &Url, state: &str| {
        let mut changed = back.clone();
        let pairs: Vec<(String, String)> = back.query_pairs().into_owned().collect();
        changed
            .query_pairs_mut()
            .clear()
            .extend_pairs(pairs.iter().map(|(name, value)| {
                (
                    name.as_str(),
                    if name == "state" { state } else { value.as_str() },
                )
            }));
        changed
    };

    // The answer of the first session in the second one.
    let address = first.depart(&scene).await?;
    let back = first.sign_in(&scene, &address, "mia.chen").await?;
    does_not_count(&second.arrive(&back).await?)?;

    // Its fresh code under the second one's own state: PKCE.
    let own: Url = second.depart(&scene).await?.parse()?;
    let state = parameter(&own, "state").unwrap_or_default();
    does_not_count(&second.arrive(&with_state(&back, &state)).await?)?;
    ensure!(call.status(&id).await? == Status::InProgress, "a stolen code");

    // The provider voids a code that was tried, so the first one signs in again, once.
    let address = first.depart(&scene).await?;
    let back = first.sign_in(&scene, &address, "mia.chen").await?;
    ensure!(first.arrive(&back).await?.status == StatusCode::SEE_OTHER);
    ensure!(
        first
            .verify(&scene)
            .await?
            .body
            .contains("Your identity is confirmed")
    );
    let again = first.arrive(&back).await?;
    ensure!(
        again.status == StatusCode::SEE_OTHER,
        "the same answer again changes nothing: {}",
        again.body
    );

    // The used code under a fresh state.
    let own: Url = second.depart(&scene).await?.parse()?;
    let state = parameter(&own, "state").unwrap_or_default();
    does_not_count(&second.arrive(&with_state(&back, &state)).await?)?;
    ensure!(call.status(&id).await? == Status::InProgress, "a used code");

    // Without any session.
    let stranger = Jar::new()?.arrive(&back).await?;
    ensure!(stranger.status == StatusCode::NOT_FOUND, "{}", stranger.status);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_that_is_ended_or_too_old_can_be_tried_again() -> Result<()> {
    let scene = Scene::start(Asks::CompanySignIn).await?;
    let (call, id, mut jar) = asked(&scene).await?;
    let address = jar.depart(&scene).await?;
    let back = jar.sign_in(&scene, &address, "").await?;
    let page = jar.arrive(&back).await?;
    ensure!(
        page.body.contains("The sign-in was not finished"),
        "{}",
        page.body
    );
    let address = jar.depart(&scene).await?;
    let back = jar.sign_in(&scene, &address, "mia.chen").await?;
    scene.clock.advance(std::time::Duration::from_mins(10));
    does_not_count(&jar.arrive(&back).await?)?;
    ensure!(call.status(&id).await? == Status::InProgress);
    Ok(())
}
