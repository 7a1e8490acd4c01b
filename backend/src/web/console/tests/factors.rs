//! Second factors on the way in.

use super::super::routes::{self, Verb};
use super::fixture::{APP_SECRET, Browser, PASSWORD, add_user, hidden, instance, location, text};
use crate::identity::totp::Secret;
use crate::identity::totp::tests::code_at;
use crate::service::Service;
use crate::service::console::Role;
use crate::store::StoreError;
use crate::store::console::factors;
use crate::store::console::users;
use crate::testing::service;

/// The key of the app that admins of the fixture have.
fn key() -> String {
    Secret::from_random(APP_SECRET).as_key()
}

pub async fn id_of(service: &Service, of: &'static str, name: &'static str) -> i64 {
    let read = move |tx: &rusqlite::Transaction<'_>| users::find_id(tx, &instance(of), name);
    service.store.read(read).await.unwrap().unwrap()
}

pub async fn audit(service: &Service) -> Vec<String> {
    let read = |tx: &rusqlite::Transaction<'_>| -> Result<Vec<String>, StoreError> {
        let sql = "SELECT user_name || ' ' || action || ' ' || subject FROM console_audit
            WHERE action NOT LIKE '%.read' ORDER BY id";
        let mut statement = tx.prepare(sql)?;
        let rows = statement.query_map([], |row| row.get(0))?;
        rows.map(|row| row.map_err(StoreError::from)).collect()
    };
    service.store.read(read).await.unwrap()
}

/// Max of acme, an admin, without the factor that the fixture gives him.
async fn bare_admin(service: &Service) -> i64 {
    add_user(service, "acme", "max", Role::Admin).await;
    let id = id_of(service, "acme", "max").await;
    let remove = move |tx: &rusqlite::Transaction<'_>| factors::remove_all(tx, id);
    service.store.write::<_, StoreError, _>(remove).await.unwrap();
    id
}

async fn max(service: &Service) -> Browser {
    let mut browser = Browser::new(service);
    let answer = browser
        .sign_in("/console/sign-in?next=/console/audit", "acme", "max", PASSWORD)
        .await;
    assert_eq!(location(&answer), "/console/sign-in/next?next=%2Fconsole%2Faudit");
    browser
}

/// Answers the question for the second factor.
async fn answer(browser: &mut Browser, code: &str) -> super::fixture::Answer {
    let page = text(&browser.get("/console/sign-in/next?next=/console/audit").await);
    let token = hidden(&page, "form_token");
    let fields = [
        ("form_token", &*token),
        ("next", "/console/audit"),
        ("code", code),
    ];
    browser.post("/console/sign-in/code", &fields).await
}

/// What a page shows in `<code>`.
fn codes(page: &str) -> Vec<String> {
    let parts = page.split("<code").skip(1);
    parts
        .filter_map(|part| Some(part.split_once('>')?.1.split_once('<')?.0.to_owned()))
        .collect()
}

#[tokio::test]
async fn an_admin_without_a_factor_comes_to_its_enrolment_and_nowhere_else() {
    let (_folder, service, clock) = service();
    bare_admin(&service).await;
    let mut browser = max(&service).await;
    let half = browser.cookies["__Host-imper_console"].clone();
    let offer = text(&browser.get("/console/sign-in/next").await);
    assert!(offer.contains("Set up a second factor") && !offer.contains("<nav"));
    let token = hidden(&offer, "form_token");
    let form = [("form_token", &*token), ("next", "/console/audit")];
    for route in routes::ALL {
        let inside = !route.path.is_empty() && !route.path.starts_with("sign-");
        if inside {
            let path = format!("/console/{}", route.path.replace(['{', '}'], ""));
            let reached = match route.verb {
                Verb::Read => browser.get(&path).await,
                Verb::Post => browser.post(&path, &form).await,
            };
            assert!(location(&reached).starts_with("/console/sign-in/next"), "{path}");
        }
    }
    // Neither the other steps, nor another form token.
    assert!(
        location(&browser.post("/console/sign-in/code", &form).await).starts_with("/console/sign-in/next")
    );
    let forged = [("form_token", "forged")];
    assert_eq!(browser.post("/console/sign-in/app", &forged).await.status(), 403);

    let page = text(&browser.post("/console/sign-in/app", &form).await);
    let key = codes(&page).remove(0);
    let wrong = [
        ("form_token", &*token),
        ("next", "/console/audit"),
        ("code", "000000"),
    ];
    assert_eq!(
        browser.post("/console/sign-in/app/code", &wrong).await.status(),
        422
    );
    let code = code_at(&key, service.now());
    let right = [
        ("form_token", &*token),
        ("next", "/console/audit"),
        ("code", &*code),
    ];
    let answer = browser.post("/console/sign-in/app/code", &right).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(codes(&text(&answer)).len(), 10);
    assert_ne!(browser.cookies["__Host-imper_console"], half);
    assert_eq!(browser.get("/console/audit").await.status(), 200);
    let mut stale = Browser::new(&service);
    stale.cookies.insert("__Host-imper_console".into(), half);
    assert!(location(&stale.get("/console/sign-in/next").await).starts_with("/console/sign-in"));
    assert_eq!(
        audit(&service).await,
        [
            "max session.password_accepted ",
            "max account.factor_added authenticator app",
            "max account.factor_added recovery codes",
            "max session.signed_in "
        ]
    );
    // The code that enrolled is spent.
    clock.advance_seconds(1);
    let mut again = max(&service).await;
    assert_eq!(super::factors::answer(&mut again, &code).await.status(), 422);
}

#[tokio::test]
async fn a_code_and_a_recovery_code_let_in_once_each_and_the_session_gets_a_new_id() {
    let (_folder, service, clock) = service();
    add_user(&service, "acme", "max", Role::Admin).await;
    let mut browser = max(&service).await;
    let half = browser.cookies["__Host-imper_console"].clone();
    assert!(location(&browser.get("/console/audit").await).starts_with("/console/sign-in/next"));
    let code = code_at(&key(), service.now());
    assert_eq!(location(&answer(&mut browser, &code).await), "/console/audit");
    assert_ne!(browser.cookies["__Host-imper_console"], half);
    assert_eq!(browser.get("/console/audit").await.status(), 200);
    let mut second = max(&service).await;
    let refused = answer(&mut second, &code).await;
    assert_eq!(refused.status(), 422);
    assert!(text(&refused).contains("used before"));
    clock.advance_seconds(30);
    let code = code_at(&key(), service.now());
    assert_eq!(location(&answer(&mut second, &code).await), "/console/audit");

    // New recovery codes want the password once more.
    let account = text(&second.get("/console/account").await);
    let token = hidden(&account, "form_token");
    let wrong = [("form_token", &*token), ("password", "wrong horse battery")];
    assert_eq!(second.post("/console/account/codes", &wrong).await.status(), 422);
    let right = [("form_token", &*token), ("password", PASSWORD)];
    let made = text(&second.post("/console/account/codes", &right).await);
    let made = codes(&made);
    assert_eq!(made.len(), 10);
    let mut third = max(&service).await;
    assert_eq!(
        location(&answer(&mut third, &made[4].to_lowercase()).await),
        "/console/audit"
    );
    let mut fourth = max(&service).await;
    assert_eq!(answer(&mut fourth, &made[4]).await.status(), 422);
    let log = audit(&service).await;
    assert!(
        log.contains(&"max account.recovery_code_used 9 left".to_owned()),
        "{log:?}"
    );
    assert!(log.contains(&"max session.factor_refused ".to_owned()), "{log:?}");
    let kept = service
        .store
        .read(|tx| {
            Ok::<String, StoreError>(tx.query_row(
                "SELECT group_concat(digest) FROM console_recovery_code",
                [],
                |row| row.get(0),
            )?)
        })
        .await
        .unwrap();
    assert!(made.iter().all(|code| !kept.contains(&**code)));
}

#[tokio::test]
async fn guessing_codes_gets_slow_and_does_not_lock_the_owner_out() {
    let (_folder, service, clock) = service();
    add_user(&service, "acme", "max", Role::Admin).await;
    let mut owner = max(&service).await;
    owner.address = "198.51.100.7";
    let code = code_at(&key(), service.now());
    location(&answer(&mut owner, &code).await);
    // Somebody knows the password, and guesses from many addresses.
    for address in ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"] {
        let mut guesser = max(&service).await;
        guesser.address = address;
        for _ in 0..3 {
            answer(&mut guesser, "000000").await;
        }
    }
    clock.advance_seconds(20);
    let mut guesser = max(&service).await;
    guesser.address = "192.0.2.99";
    for _ in 0..12 {
        clock.advance_seconds(1);
        answer(&mut guesser, "000000").await;
    }
    let refused = answer(&mut guesser, &code_at(&key(), service.now())).await;
    assert_eq!(refused.status(), 429, "the right code does not shorten the wait");
    assert!(refused.headers().contains_key("retry-after"));
    clock.advance_seconds(30);
    let mut owner = max(&service).await;
    owner.address = "198.51.100.7";
    let code = code_at(&key(), service.now());
    assert_eq!(location(&answer(&mut owner, &code).await), "/console/audit");
}

#[tokio::test]
async fn half_a_session_ends_after_ten_minutes_and_can_be_left() {
    let (_folder, service, clock) = service();
    add_user(&service, "acme", "max", Role::Admin).await;
    let mut browser = max(&service).await;
    clock.advance_seconds(10 * 60);
    assert_eq!(
        location(&browser.get("/console/sign-in/next").await),
        "/console/sign-in"
    );
    let mut browser = max(&service).await;
    let token = hidden(&text(&browser.get("/console/sign-in/next").await), "form_token");
    let answer = browser.post("/console/sign-out", &[("form_token", &token)]).await;
    assert_eq!(location(&answer), "/console/sign-in?signed-out");
    assert!(browser.cookies.is_empty());
}

#[tokio::test]
async fn the_secret_of_an_app_is_sealed_and_opens_for_its_owner_only() {
    let (_folder, service, _clock) = service();
    add_user(&service, "acme", "max", Role::Admin).await;
    add_user(&service, "acme", "eve", Role::Admin).await;
    let (max_id, eve) = (
        id_of(&service, "acme", "max").await,
        id_of(&service, "acme", "eve").await,
    );
    // With the database in hand, Eve puts her own app in the place of Max's.
    let swap = move |tx: &rusqlite::Transaction<'_>| {
        let own = factors::find_app(tx, eve)?.unwrap();
        factors::put_app(tx, max_id, &own)
    };
    service.store.write::<_, StoreError, _>(swap).await.unwrap();
    let mut browser = max(&service).await;
    let code = code_at(&key(), service.now());
    assert_eq!(answer(&mut browser, &code).await.status(), 500);
}
