//! Passkeys and authenticator apps in a real browser: added after one call to the help desk, used in the next one.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use backend::ports::Clock as _;
use backend::verification::VerificationId;
use imper_tests::harness::accessibility::assert_sound;
use imper_tests::harness::browser::{Browser, Driver};
use imper_tests::harness::people::RequesterPhone;
use imper_tests::harness::portal::Portal;
use serde_json::json;
use shared::words::{Outcome, RiskLevel};

struct Scene {
    requester: RequesterPhone,
    // After the person: browsers close through the driver.
    _driver: Driver,
    portal: Portal,
}

impl Scene {
    async fn open() -> Result<Self> {
        let (portal, driver) = tokio::try_join!(Portal::start(), Driver::start())?;
        Ok(Self {
            requester: RequesterPhone::open(&driver).await?,
            _driver: driver,
            portal,
        })
    }

    fn phone(&self) -> &Browser {
        self.requester.browser()
    }

    /// The requester begins, and enters the number that the agent reads out.
    async fn sit_down(&self, id: &VerificationId) -> Result<()> {
        self.requester.open_link(&self.portal.link(id).await?).await?;
        self.requester.click_begin().await?;
        self.phone().see("#number").await?;
        let number = self.portal.call_number(id).await?;
        self.requester.enter_call_number(&number).await
    }

    /// The first call, passed by the code to the contact on file.
    async fn pass_by_code(&self) -> Result<VerificationId> {
        let id = self.portal.ask(None).await?;
        self.sit_down(&id).await?;
        self.requester.see_code_question().await?;
        self.requester.enter_code(&self.portal.code(&id).await?).await?;
        self.see_verified(&id).await?;
        self.look("factors-1-offer").await?;
        self.phone().click("a[href='/verify/enrol']").await?;
        self.requester
            .see_words("Add a way to confirm your identity")
            .await?;
        Ok(id)
    }

    /// An hour later the same person calls again.
    async fn call_again(&self, earlier: &VerificationId) -> Result<VerificationId> {
        self.portal.clock.advance(Duration::from_hours(1));
        let id = self.portal.ask_again(earlier).await?;
        self.sit_down(&id).await?;
        Ok(id)
    }

    /// What every page must be, light and dark, wide and narrow; and a picture of each.
    async fn look(&self, page: &str) -> Result<()> {
        assert_sound(self.phone(), page).await
    }

    /// Ten recovery codes, read from the page.
    async fn recovery_codes(&self) -> Result<Vec<String>> {
        let said = self
            .phone()
            .evaluate(
                "return [...document.querySelectorAll('#codes li')].map((code) => code.textContent.trim())",
            )
            .await?;
        let codes: Vec<String> = serde_json::from_value(said)?;
        ensure!(codes.len() == 10, "{} codes", codes.len());
        Ok(codes)
    }

    /// The call ends as Passed, with the level Verified.
    async fn see_verified(&self, id: &VerificationId) -> Result<()> {
        self.requester.see_words("Your identity is confirmed").await?;
        let of = self.portal.verification(id).await?;
        let decision = of.decision().context("it is not decided")?;
        ensure!(
            (decision.outcome, decision.level) == (Outcome::Passed, RiskLevel::Verified),
            "{:?}",
            decision.report
        );
        Ok(())
    }

    /// What must hold at the end: nothing on the console but the answers that were wrong on purpose.
    async fn end(self) -> Result<()> {
        let mut errors = self.phone().console_errors().await?;
        errors.retain(|error| !error.contains("a status of 422 "));
        ensure!(errors.is_empty(), "on the console: {errors:#?}");
        Ok(())
    }
}

/// A device that verifies its owner by itself, as a phone does.
async fn add_authenticator(browser: &Browser) -> Result<()> {
    browser.devtools("WebAuthn.enable", json!({})).await?;
    let options = json!({ "options": {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": true, "hasUserVerification": true,
        "isUserVerified": true, "automaticPresenceSimulation": true,
    } });
    browser
        .devtools("WebAuthn.addVirtualAuthenticator", options)
        .await
        .map(drop)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_added_after_one_call_answers_in_the_next() -> Result<()> {
    let scene = Scene::open().await?;
    let (phone, requester) = (scene.phone(), &scene.requester);
    let first = scene.pass_by_code().await?;
    add_authenticator(phone).await?;
    scene.look("factors-2-enrol").await?;
    phone.click("form[data-passkey] button").await?;
    requester.see_words("Your passkey is added").await?;
    scene.look("factors-3-added-passkey").await?;
    scene.recovery_codes().await?;
    phone.click("a.button[href='/verify']").await?;
    requester.see_words("Your identity is confirmed").await?;
    // One more is offered as such.
    requester.see_words("You already have a way").await?;

    let second = scene.call_again(&first).await?;
    requester.see_words("Use your passkey").await?;
    scene.look("factors-4-passkey").await?;
    phone.click("form[data-passkey] button").await?;
    scene.see_verified(&second).await?;
    scene.end().await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_added_after_one_call_answers_in_the_next() -> Result<()> {
    let scene = Scene::open().await?;
    let (phone, requester) = (scene.phone(), &scene.requester);
    let first = scene.pass_by_code().await?;
    phone
        .click("form[action='/verify/enrol/begin-app'] button")
        .await?;
    requester.see_words("Scan this picture").await?;
    scene.look("factors-5-enrol-app").await?;
    let key = phone.text_of("code[dir='ltr']").await?;
    phone.type_into("#code", &code_at(&scene.portal, &key)?).await?;
    phone.click("main form button").await?;
    requester.see_words("Your authenticator app is added").await?;
    scene.look("factors-6-added-app").await?;
    let codes = scene.recovery_codes().await?;

    let second = scene.call_again(&first).await?;
    requester
        .see_words("Enter the code of your authenticator app")
        .await?;
    scene.look("factors-7-app").await?;
    // Another way and back: nothing is lost by looking.
    phone.click("a[href='/verify/other']").await?;
    requester.see_words("Choose another way").await?;
    scene.look("factors-8-other-ways").await?;
    phone.click("input[value='recovery_code']").await?;
    phone.click("main form button").await?;
    requester.see_words("Enter a recovery code").await?;
    let wrong = codes[0].chars().rev().collect::<String>();
    phone.type_into("#recovery", &wrong).await?;
    phone.click("main form button").await?;
    requester.see_words("Tries left: 4").await?;
    scene.look("factors-9-recovery-wrong").await?;
    phone.click("a[href='/verify/other']").await?;
    phone.click("input[value='authenticator_app']").await?;
    phone.click("main form button").await?;
    requester
        .see_words("Enter the code of your authenticator app")
        .await?;
    phone.type_into("#code", &code_at(&scene.portal, &key)?).await?;
    phone.click("main form button").await?;
    scene.see_verified(&second).await?;
    scene.end().await
}

/// What the app shows now, by the clock of the service.
fn code_at(portal: &Portal, key: &str) -> Result<String> {
    let secret = totp_rs::Secret::try_from_base32(key.replace(' ', ""))
        .ok()
        .context("the key is not base 32")?;
    let app = totp_rs::Builder::new()
        .with_secret(secret)
        .with_account_name("app")
        .build()
        .ok()
        .context("the key is too short")?;
    let now = portal.clock.now().unix_seconds().unsigned_abs();
    Ok(app.generate(now).to_string())
}
