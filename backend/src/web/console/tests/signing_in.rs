use super::fixture::{Browser, PASSWORD, add_user, hidden, instance, location, text};
use crate::service::Service;
use crate::service::console::{self, AddUserError, PasswordProblem, Role};
use crate::store::StoreError;
use crate::testing::service;

async fn audit(service: &Service) -> Vec<String> {
    let read = |tx: &rusqlite::Transaction<'_>| -> Result<Vec<String>, StoreError> {
        let sql =
            "SELECT instance || ' ' || user_name || ' ' || action || ' ' || client_address FROM console_audit
            WHERE action NOT LIKE '%.read' ORDER BY id";
        let mut statement = tx.prepare(sql)?;
        let rows = statement.query_map([], |row| row.get(0))?;
        rows.map(|row| row.map_err(StoreError::from)).collect()
    };
    service.store.read(read).await.unwrap()
}

/// What differs between two answers by necessity: what was typed.
fn without(page: &str, name: &str) -> String {
    page.replace(&format!("value=\"{name}\""), "value=\"\"")
}

#[tokio::test]
async fn the_right_password_leads_to_the_wanted_page() {
    let (_folder, service, _clock) = service();
    add_user(&service, "acme", "Ada", Role::Analyst).await;
    let mut browser = Browser::new(&service);
    let wanted = browser.get("/console/verifications?status=failed").await;
    let sign_in = location(&wanted).to_owned();
    assert_eq!(
        sign_in,
        "/console/sign-in?next=%2Fconsole%2Fverifications%3Fstatus%3Dfailed"
    );
    let answer = browser.sign_in(&sign_in, "acme", "aDA", PASSWORD).await;
    assert_eq!(location(&answer), "/console/verifications?status=failed");
    let cookie = answer
        .headers()
        .get_all("set-cookie")
        .iter()
        .next()
        .unwrap()
        .to_str()
        .unwrap();
    let attributes = cookie.split_once("; ").unwrap().1;
    assert_eq!(attributes, "Path=/; Secure; HttpOnly; SameSite=Lax");
    assert!(cookie.starts_with("__Host-imper_console=") && cookie.len() > 64 + attributes.len());
    assert_eq!(browser.get("/console/verifications").await.status(), 200);
    assert_eq!(
        location(&browser.get("/console/sign-in").await),
        "/console/verifications"
    );
    assert_eq!(audit(&service).await, ["acme Ada session.signed_in 203.0.113.9"]);
}

#[tokio::test]
async fn a_wrong_password_an_unknown_name_and_an_unknown_instance_get_the_same_answer() {
    let (_folder, service, _clock) = service();
    add_user(&service, "acme", "ada", Role::Analyst).await;
    add_user(&service, "globex", "gus", Role::Analyst).await;
    let mut browser = Browser::new(&service);
    let mut pages = Vec::new();
    for (of, name) in [
        ("acme", "ada"),
        ("acme", "eve"),
        ("acme", "gus"),
        ("initech", "ada"),
    ] {
        let answer = browser
            .sign_in("/console/sign-in", of, name, "wrong horse battery")
            .await;
        assert_eq!(answer.status(), 422);
        assert_eq!(answer.headers().get_all("set-cookie").iter().count(), 0);
        pages.push(without(&without(&text(&answer), name), of));
    }
    assert!(pages.iter().all(|page| *page == pages[0]));
    assert!(
        !pages[0].contains("wrong horse"),
        "the password is never shown again"
    );
    let refused = "session.refused 203.0.113.9";
    let expected = ["acme ada", "acme ", "acme ", " "].map(|who| format!("{who} {refused}"));
    assert_eq!(audit(&service).await, expected);
}

#[tokio::test]
async fn guessing_gets_slow_for_known_and_unknown_names_alike_and_never_locks_the_owner_out() {
    let (_folder, service, clock) = service();
    add_user(&service, "acme", "ada", Role::Analyst).await;
    let mut owner = Browser::new(&service);
    owner.address = "198.51.100.7";
    location(&owner.sign_in("/console/sign-in", "acme", "ada", PASSWORD).await);

    let mut waits = Vec::new();
    for name in ["ada", "eve"] {
        let mut guesser = Browser::new(&service);
        for _ in 0..4 {
            assert_eq!(
                guesser
                    .sign_in("/console/sign-in", "acme", name, "wrong horse battery")
                    .await
                    .status(),
                422
            );
        }
        let refused = guesser.sign_in("/console/sign-in", "acme", name, PASSWORD).await;
        assert_eq!(
            refused.status(),
            429,
            "the right password does not shorten the wait"
        );
        waits.push(refused.headers()["retry-after"].clone());
        clock.advance_seconds(1);
        let status = guesser
            .sign_in("/console/sign-in", "acme", name, "wrong horse battery")
            .await
            .status();
        assert_eq!(status, 422, "after the wait the next attempt counts");
    }
    assert_eq!(waits[0], waits[1]);
    // Many addresses guess at the one name until everybody new has to wait.
    for address in ["192.0.2.1", "192.0.2.2", "192.0.2.3"] {
        let mut guesser = Browser::new(&service);
        guesser.address = address;
        for _ in 0..3 {
            clock.advance_seconds(30);
            guesser
                .sign_in("/console/sign-in", "acme", "ada", "wrong horse battery")
                .await;
        }
    }
    let mut stranger = Browser::new(&service);
    stranger.address = "192.0.2.99";
    assert_eq!(
        stranger
            .sign_in("/console/sign-in", "acme", "ada", PASSWORD)
            .await
            .status(),
        429
    );
    let mut owner_again = Browser::new(&service);
    owner_again.address = "198.51.100.7";
    location(
        &owner_again
            .sign_in("/console/sign-in", "acme", "ada", PASSWORD)
            .await,
    );
}

#[tokio::test]
async fn a_form_of_another_browser_or_another_site_is_refused() {
    let (_folder, service, _clock) = service();
    add_user(&service, "acme", "ada", Role::Analyst).await;
    let mut victim = Browser::new(&service);
    let mut attacker = Browser::new(&service);
    let token = hidden(&text(&attacker.get("/console/sign-in").await), "form_token");
    victim.get("/console/sign-in").await;
    let fields = [
        ("form_token", token.as_str()),
        ("instance", "acme"),
        ("name", "ada"),
        ("password", PASSWORD),
    ];
    assert_eq!(victim.post("/console/sign-in", &fields).await.status(), 403);
    assert_eq!(
        Browser::new(&service)
            .post("/console/sign-in", &fields)
            .await
            .status(),
        403
    );
    let form = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("sec-fetch-site", "cross-site"),
    ];
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish();
    assert_eq!(
        attacker
            .post_with("/console/sign-in", &form, body.into_bytes())
            .await
            .status(),
        403
    );
    assert!(!victim.cookies.contains_key("__Host-imper_console"));
}

#[tokio::test]
async fn signing_out_needs_the_form_and_ends_the_session_on_the_server() {
    let (_folder, service, _clock) = service();
    let mut browser = Browser::signed_in(&service, "acme").await;
    let kept = browser.cookies.clone();
    assert_eq!(
        browser
            .post("/console/sign-out", &[("form_token", "forged")])
            .await
            .status(),
        403
    );
    let token = hidden(&text(&browser.get("/console/verifications").await), "form_token");
    let answer = browser.post("/console/sign-out", &[("form_token", &token)]).await;
    assert_eq!(location(&answer), "/console/sign-in?signed-out");
    assert!(browser.cookies.is_empty());
    browser.cookies = kept;
    assert!(location(&browser.get("/console/verifications").await).starts_with("/console/sign-in"));
    assert_eq!(audit(&service).await, ["acme ada session.signed_out 203.0.113.9"]);
}

#[tokio::test]
async fn a_session_ends_after_half_an_hour_without_use_and_after_eight_hours_in_any_case() {
    let (_folder, service, clock) = service();
    let mut browser = Browser::signed_in(&service, "acme").await;
    clock.advance_seconds(30 * 60 - 1);
    assert_eq!(browser.get("/console/verifications").await.status(), 200);
    clock.advance_seconds(30 * 60);
    location(&browser.get("/console/verifications").await);

    let mut busy = Browser::signed_in(&service, "globex").await;
    for _ in 0..23 {
        clock.advance_seconds(20 * 60);
        assert_eq!(busy.get("/console/verifications").await.status(), 200);
    }
    clock.advance_seconds(20 * 60);
    location(&busy.get("/console/verifications").await);
}

#[tokio::test]
async fn signing_in_again_ends_the_session_that_the_browser_had() {
    let (_folder, service, _clock) = service();
    let mut browser = Browser::signed_in(&service, "acme").await;
    let mut earlier = Browser::new(&service);
    earlier.cookies = browser.cookies.clone();
    let mut form = Browser::new(&service);
    let token = hidden(&text(&form.get("/console/sign-in").await), "form_token");
    browser.cookies.extend(form.cookies);
    let fields = [
        ("form_token", token.as_str()),
        ("instance", "acme"),
        ("name", "ada"),
        ("password", PASSWORD),
    ];
    location(&browser.post("/console/sign-in", &fields).await);
    assert_eq!(browser.get("/console/verifications").await.status(), 200);
    location(&earlier.get("/console/verifications").await);
}

#[tokio::test]
async fn users_are_added_once_with_a_good_name_and_password() {
    let (_folder, service, _clock) = service();
    let add = |of: &'static str, name: &'static str, password: &'static str| {
        let service = service.clone();
        async move { console::add_user(&service, &instance(of), name, Role::Admin, password.into()).await }
    };
    assert_eq!(add("acme", " Ada ", PASSWORD).await.unwrap().name, "Ada");
    assert!(matches!(
        add("acme", "ADA", PASSWORD).await,
        Err(AddUserError::NameTaken)
    ));
    assert!(matches!(
        add("initech", "ada", PASSWORD).await,
        Err(AddUserError::UnknownInstance(_))
    ));
    assert!(matches!(
        add("acme", "a b", PASSWORD).await,
        Err(AddUserError::Name)
    ));
    assert!(matches!(
        add("acme", "eve", "short").await,
        Err(AddUserError::Password(PasswordProblem::Length))
    ));
    let rewritten = service
        .store
        .write(|tx| Ok::<_, StoreError>(tx.execute("UPDATE console_audit SET subject = ''", [])?))
        .await;
    let deleted = service
        .store
        .write(|tx| Ok::<_, StoreError>(tx.execute("DELETE FROM console_audit", [])?))
        .await;
    assert!(rewritten.is_err() && deleted.is_err());
    assert_eq!(audit(&service).await, ["acme  user.added "]);
}
