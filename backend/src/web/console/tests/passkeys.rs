//! Passkeys as second factor.

use super::factors::audit;
use super::fixture::{Browser, PASSWORD, add_user, hidden, location, text};
use crate::identity::soft_passkey::SoftPasskey;
use crate::service::console::Role;
use crate::testing::service;

/// The site of the test configuration.
const ORIGIN: &str = "https://verify.example.com";

async fn account(browser: &mut Browser) -> String {
    text(&browser.get("/console/account").await)
}

/// What the script asks for at `path`.
async fn options(browser: &mut Browser, path: &str, token: &str) -> String {
    let answer = browser.post(path, &[("form_token", token)]).await;
    assert_eq!(answer.status(), 200, "{}", text(&answer));
    assert_eq!(answer.headers()["content-type"], "application/json");
    text(&answer)
}

/// Gives the password; gives the form token of the question for the second factor.
async fn half(browser: &mut Browser) -> String {
    let answer = browser.sign_in("/console/sign-in", "acme", "ada", PASSWORD).await;
    assert_eq!(location(&answer), "/console/sign-in/next");
    let page = text(&browser.get("/console/sign-in/next").await);
    assert!(page.contains("Use your passkey") && page.contains("Recovery code"));
    hidden(&page, "form_token")
}

#[tokio::test]
async fn a_passkey_is_added_with_the_password_signs_in_once_for_each_challenge_and_can_be_removed() {
    let (_folder, service, clock) = service();
    add_user(&service, "acme", "ada", Role::Analyst).await;
    let mut browser = Browser::signed_in(&service, "acme").await;
    let token = hidden(&account(&mut browser).await, "form_token");
    let passkey = SoftPasskey::new(ORIGIN);
    let ask = "/console/account/passkeys/options";
    for (password, status) in [("wrong horse battery", 422), (PASSWORD, 200)] {
        let credential = passkey.create(&options(&mut browser, ask, &token).await);
        let fields = [
            ("form_token", &*token),
            ("password", password),
            ("credential", &*credential),
        ];
        let added = browser.post("/console/account/passkeys", &fields).await;
        assert_eq!(added.status(), status, "{}", text(&added));
    }
    let page = account(&mut browser).await;
    let token = hidden(&page, "form_token");
    let digest = hidden(&page, "passkey");
    // Nothing was asked; and garbage is none.
    for credential in [
        passkey.create(r#"{"publicKey":{"challenge":"AAAA","user":{"id":"AAAA"}}}"#),
        "{}".into(),
    ] {
        let fields = [
            ("form_token", &*token),
            ("password", PASSWORD),
            ("credential", &*credential),
        ];
        assert_eq!(
            browser.post("/console/account/passkeys", &fields).await.status(),
            422
        );
    }

    let mut second = Browser::new(&service);
    let token = half(&mut second).await;
    let ask = "/console/sign-in/passkey/options";
    let strange = SoftPasskey::new(ORIGIN).sign(&options(&mut second, ask, &token).await);
    let answer = |credential: &str| {
        [
            ("form_token", token.clone()),
            ("credential", credential.to_owned()),
        ]
    };
    let refused = answer(&strange);
    let refused: Vec<(&str, &str)> = refused.iter().map(|(name, value)| (*name, &**value)).collect();
    assert_eq!(
        second.post("/console/sign-in/passkey", &refused).await.status(),
        422
    );
    let signed = passkey.sign(&options(&mut second, ask, &token).await);
    let right = answer(&signed);
    let right: Vec<(&str, &str)> = right.iter().map(|(name, value)| (*name, &**value)).collect();
    let before = second.cookies["__Host-imper_console"].clone();
    assert_eq!(
        location(&second.post("/console/sign-in/passkey", &right).await),
        "/console/verifications"
    );
    assert_ne!(second.cookies["__Host-imper_console"], before);

    // The same signature again, in another half a session and in the same one, proves nothing.
    let mut third = Browser::new(&service);
    let token = half(&mut third).await;
    options(&mut third, ask, &token).await;
    let again = [("form_token", &*token), ("credential", &*signed)];
    assert_eq!(third.post("/console/sign-in/passkey", &again).await.status(), 422);
    // A challenge is good for five minutes.
    let late = passkey.sign(&options(&mut third, ask, &token).await);
    clock.advance_seconds(300);
    let late = [("form_token", &*token), ("credential", &*late)];
    assert_eq!(third.post("/console/sign-in/passkey", &late).await.status(), 422);

    let token = hidden(&account(&mut second).await, "form_token");
    let remove = [
        ("form_token", &*token),
        ("password", PASSWORD),
        ("passkey", &*digest),
    ];
    assert_eq!(
        location(&second.post("/console/account/passkeys/remove", &remove).await),
        "/console/account?removed"
    );
    let mut fourth = Browser::new(&service);
    let answer = fourth.sign_in("/console/sign-in", "acme", "ada", PASSWORD).await;
    assert_eq!(location(&answer), "/console/verifications");
    let log = audit(&service).await;
    for line in [
        "ada account.factor_added passkey",
        "ada session.factor_refused ",
        "ada account.factor_removed passkey",
    ] {
        assert!(log.contains(&line.to_owned()), "{line} is not in {log:?}");
    }
}
