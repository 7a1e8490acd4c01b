//! “Your account”.

use super::factors::audit;
use super::fixture::{Browser, PASSWORD, add_user, hidden, location, text};
use crate::identity::totp::tests::code_at;
use crate::service::console::Role;
use crate::testing::service;

async fn token(browser: &mut Browser) -> String {
    hidden(&text(&browser.get("/console/account").await), "form_token")
}

#[tokio::test]
async fn a_changed_password_needs_the_present_one_and_ends_all_other_sessions() {
    let (_folder, service, _clock) = service();
    add_user(&service, "acme", "ada", Role::Analyst).await;
    let mut browser = Browser::signed_in(&service, "acme").await;
    let mut other = Browser::signed_in(&service, "acme").await;
    let token = token(&mut browser).await;
    let new = "another horse battery";
    let change = |present: &'static str, new: &'static str, again: &'static str| {
        [
            ("form_token", token.clone()),
            ("password", present.to_owned()),
            ("new", new.to_owned()),
            ("again", again.to_owned()),
        ]
    };
    for (present, new, again, why) in [
        ("wrong horse battery", new, new, "not your present password"),
        (PASSWORD, new, "another horse batter", "not the same"),
        (PASSWORD, "short", "short", "12 to 128 characters"),
        (PASSWORD, "ada has a horse", "ada has a horse", "user name"),
        (PASSWORD, PASSWORD, PASSWORD, "the one that you have now"),
    ] {
        let fields = change(present, new, again);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, &**value)).collect();
        let answer = browser.post("/console/account/password", &fields).await;
        assert_eq!(answer.status(), 422, "{why}");
        let page = text(&answer);
        assert!(page.contains(why), "{why}: {page}");
        assert!(!page.contains(new) && !page.contains(present));
    }
    let earlier = browser.cookies["__Host-imper_console"].clone();
    let fields = change(PASSWORD, new, new);
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, &**value)).collect();
    // A form of another session is none.
    assert_eq!(
        other.post("/console/account/password", &fields).await.status(),
        403
    );
    let answer = browser.post("/console/account/password", &fields).await;
    assert_eq!(location(&answer), "/console/account?password");
    assert_ne!(browser.cookies["__Host-imper_console"], earlier);
    assert_eq!(browser.get("/console/account?password").await.status(), 200);
    location(&other.get("/console/account").await);
    let mut fresh = Browser::new(&service);
    let old = fresh.sign_in("/console/sign-in", "acme", "ada", PASSWORD).await;
    assert_eq!(old.status(), 422);
    location(&fresh.sign_in("/console/sign-in", "acme", "ada", new).await);
}

#[tokio::test]
async fn sessions_are_listed_and_ended_one_by_one_or_all_but_this() {
    let (_folder, service, _clock) = service();
    let mut browser = Browser::signed_in(&service, "acme").await;
    let mut second = Browser::signed_in(&service, "acme").await;
    let mut third = Browser::signed_in(&service, "acme").await;
    let mut foreign = Browser::signed_in(&service, "globex").await;
    let page = text(&browser.get("/console/account").await);
    assert_eq!(page.matches("name=\"session\"").count(), 2);
    assert_eq!(page.matches("This one").count(), 1);
    let token = hidden(&page, "form_token");
    let mark = hidden(&page, "session");
    let end = [("form_token", &*token), ("session", &*mark)];
    let own = token_of(&mut foreign).await;
    // Somebody else's session is none of theirs.
    foreign
        .post(
            "/console/account/sessions",
            &[("form_token", &*own), ("session", &*mark)],
        )
        .await;
    assert_eq!(second.get("/console/account").await.status(), 200);
    assert_eq!(third.get("/console/account").await.status(), 200);
    location(&browser.post("/console/account/sessions", &end).await);
    let left = [
        second.get("/console/account").await.status().as_u16(),
        third.get("/console/account").await.status().as_u16(),
    ];
    assert!(left == [200, 303] || left == [303, 200], "{left:?}");
    location(
        &browser
            .post("/console/account/sessions", &[("form_token", &token)])
            .await,
    );
    assert_eq!(browser.get("/console/account").await.status(), 200);
    location(&second.get("/console/account").await);
    location(&third.get("/console/account").await);
    for short in ["", "a", "%", "0000000000000000_"] {
        let fields = [("form_token", &*token), ("session", short)];
        let status = browser.post("/console/account/sessions", &fields).await.status();
        assert_eq!(status.as_u16(), if short.is_empty() { 303 } else { 404 });
    }
    let log = audit(&service).await;
    assert_eq!(log[..2], ["ada session.ended ada", "ada session.ended ada"]);
}

async fn token_of(browser: &mut Browser) -> String {
    token(browser).await
}

#[tokio::test]
async fn anybody_may_add_an_app_and_only_an_admin_must_keep_it() {
    let (_folder, service, _clock) = service();
    for (name, role, may_remove) in [("ada", Role::Analyst, true), ("max", Role::Admin, false)] {
        let mut browser = Browser::signed_in_as(&service, "acme", name, role).await;
        let begin = |token: &str, password: &str| {
            [
                ("form_token".to_owned(), token.to_owned()),
                ("password".into(), password.to_owned()),
            ]
        };
        let token = token(&mut browser).await;
        for (password, status) in [("wrong horse battery", 422), (PASSWORD, 303)] {
            let fields = begin(&token, password);
            let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (&**name, &**value)).collect();
            assert_eq!(
                browser.post("/console/account/app", &fields).await.status(),
                status
            );
        }
        let page = text(&browser.get("/console/account/app").await);
        let key = page.split("class=\"key\">").nth(1).unwrap();
        let code = code_at(key.split('<').next().unwrap(), service.now());
        let fields = [("form_token", &*token), ("code", &*code)];
        let added = browser.post("/console/account/app/code", &fields).await;
        assert!(text(&added).contains("recovery codes"), "{}", text(&added));
        let token = super::account::token(&mut browser).await;
        let fields = begin(&token, PASSWORD);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (&**name, &**value)).collect();
        let removed = browser.post("/console/account/app/remove", &fields).await;
        assert_eq!(removed.status() == 303, may_remove, "{name}");
        let page = text(&browser.get("/console/account").await);
        assert_eq!(page.contains("Recovery codes"), !may_remove, "{name}");
    }
}
