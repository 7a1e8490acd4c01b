//! Passkeys, authenticator apps, recovery codes and the choice of another way, through the real routes.

use warp::http::StatusCode;

use super::{Answer, Browser, Portal};
use crate::identity::soft_passkey::SoftPasskey;
use crate::identity::totp::tests::code_at;
use crate::testing;
use crate::verification::InstanceId;
use crate::web::assets::{FACTORS_JS, PORTAL_CSS, PORTAL_JS};

const ORIGIN: &str = "https://verify.example.com";

fn portal() -> Portal {
    Portal::with(|config| {
        config.instances.remove(&InstanceId::parse("globex").unwrap());
    })
}

/// A session of another ticket, past the call number.
async fn sit_down(portal: &Portal, number: u32) -> Browser<'_> {
    let mut caller = testing::caller(portal.service.now(), &format!("sitting-{number}"));
    caller.claims.ticket.sys_id = format!("{number:032x}");
    let id = portal.start_as(caller).await;
    let browser = portal.begin_of(id).await;
    browser.answer_number().await;
    browser
}

async fn pass_by_code(portal: &Portal, number: u32) -> Browser<'_> {
    let browser = sit_down(portal, number).await;
    browser.post("/verify/other", "way=on_file_code").await;
    let code = browser.code().await;
    browser.post("/verify/code", &format!("code={code}")).await;
    browser
}

fn form(credential: &str) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .append_pair("credential", credential)
        .finish()
}

/// The key that the page shows for typing in.
fn key(page: &Answer) -> String {
    let (_, rest) = page.body.split_once(r#"<code dir="ltr">"#).unwrap();
    rest.split_once('<').unwrap().0.to_owned()
}

fn codes(page: &Answer) -> Vec<String> {
    let items = page.body.split("<li><code>").skip(1);
    items
        .map(|item| item.split_once('<').unwrap().0.to_owned())
        .collect()
}

/// Every page of this area, by name, in the order of a life: nothing, a passkey, an app, codes.
async fn every_page(portal: &Portal) -> Vec<(&'static str, Answer)> {
    let mut pages = Vec::new();
    let first = sit_down(portal, 1).await;
    pages.push(("31-no-other-way", first.get("/verify/other").await));
    let code = first.code().await;
    first.post("/verify/code", &format!("code={code}")).await;
    pages.push(("32-confirmed-with-offer", first.get("/verify").await));
    pages.push(("33-enrol", first.get("/verify/enrol").await));
    first.post("/verify/enrol/begin-app", "").await;
    let app = first.get("/verify/enrol/app").await;
    let right = code_at(&key(&app), portal.service.now());
    let wrong = if right == "000000" { "000001" } else { "000000" };
    pages.push(("34-enrol-app", app));
    pages.push((
        "35-enrol-app-wrong",
        first.post("/verify/enrol/app", &format!("code={wrong}")).await,
    ));
    let added = first.post("/verify/enrol/app", &format!("code={right}")).await;
    let recovery = codes(&added);
    pages.push(("36-added-app", added));
    pages.push((
        "37-enrol-not-done",
        first.post("/verify/enrol/passkey", "credential=").await,
    ));
    let passkey = SoftPasskey::new(ORIGIN);
    let options = first.post("/verify/enrol/options", "").await;
    let added = first
        .post("/verify/enrol/passkey", &form(&passkey.create(&options.body)))
        .await;
    pages.push(("38-added-passkey", added));
    pages.push(("39-enrol-more", first.get("/verify/enrol").await));
    pages.push(("40-new-codes", first.post("/verify/enrol/codes", "").await));

    portal.clock.advance_seconds(900);
    pages.push(("41-enrol-closed", first.get("/verify/enrol").await));
    portal.clock.advance_seconds(3600);
    let second = sit_down(portal, 2).await;
    pages.push(("42-passkey", second.get("/verify").await));
    pages.push((
        "43-passkey-not-done",
        second.post("/verify/passkey", "credential=").await,
    ));
    let options = second.post("/verify/passkey/options", "").await;
    let strange = SoftPasskey::new(ORIGIN).sign(&options.body);
    pages.push((
        "44-passkey-wrong",
        second.post("/verify/passkey", &form(&strange)).await,
    ));
    pages.push(("45-other-ways", second.get("/verify/other").await));
    second.post("/verify/other", "way=authenticator_app").await;
    pages.push(("46-app", second.get("/verify").await));
    pages.push((
        "47-app-wrong",
        second.post("/verify/app", &format!("code={wrong}")).await,
    ));
    second.post("/verify/other", "way=recovery_code").await;
    pages.push(("48-recovery", second.get("/verify").await));
    pages.push((
        "49-recovery-void",
        second
            .post("/verify/recovery", &format!("recovery={}", recovery[0]))
            .await,
    ));
    pages.push((
        "50-recovery-not-complete",
        second.post("/verify/recovery", "recovery=abc").await,
    ));
    pages
}

/// Set `PORTAL_PAGES` to a folder to look at the pages.
#[tokio::test]
async fn every_page_is_small_complete_and_asks_no_other_host() {
    let folder = std::env::var_os("PORTAL_PAGES").map(std::path::PathBuf::from);
    let files = PORTAL_CSS.text().len() + PORTAL_JS.text().len() + FACTORS_JS.text().len();
    for (name, page) in every_page(&portal()).await {
        let body = &page.body;
        let expected = match &name[..2] {
            "35" | "37" | "43" | "44" | "47" | "49" | "50" => StatusCode::UNPROCESSABLE_ENTITY,
            "41" => StatusCode::FORBIDDEN,
            _ => StatusCode::OK,
        };
        assert_eq!(page.status, expected, "{name}: {body}");
        assert!(
            files + body.len() < 40_000,
            "{name} has {} bytes with its files",
            files + body.len()
        );
        assert_eq!(page.header("cache-control"), "no-store", "{name}");
        for part in [
            "<style", " style=", "<script>", "http:", "https:", "&#60;", "{{", "{%", " onclick",
        ] {
            assert!(!body.contains(part), "{name} has {part}");
        }
        assert_eq!(body.matches("<h1>").count(), 1, "{name}");
        if let Some(folder) = &folder {
            std::fs::create_dir_all(folder).unwrap();
            std::fs::write(folder.join(format!("{name}.html")), body).unwrap();
        }
    }
}

#[tokio::test]
async fn a_passkey_is_added_on_one_page_and_used_on_another() {
    let portal = portal();
    let first = pass_by_code(&portal, 1).await;
    let passkey = SoftPasskey::new(ORIGIN);
    let options = first.post("/verify/enrol/options", "").await;
    assert_eq!(options.header("content-type"), "application/json");
    let added = first
        .post("/verify/enrol/passkey", &form(&passkey.create(&options.body)))
        .await;
    assert_eq!(added.heading(), "Your passkey is added");
    assert_eq!(codes(&added).len(), 10);
    let again = first.get("/verify/enrol").await;
    assert!(
        again.body.contains("Passkeys that you have here: 1"),
        "{}",
        again.body
    );

    portal.clock.advance_seconds(3600);
    let second = sit_down(&portal, 2).await;
    assert_eq!(second.get("/verify").await.heading(), "Use your passkey");
    let options = second.post("/verify/passkey/options", "").await;
    let answered = second
        .post("/verify/passkey", &form(&passkey.sign(&options.body)))
        .await;
    assert_eq!(answered.header("location"), "/verify");
    assert_eq!(
        second.get("/verify").await.heading(),
        "Your identity is confirmed"
    );
}

#[tokio::test]
async fn another_way_is_a_plain_form_and_what_is_not_open_changes_nothing() {
    let portal = portal();
    let first = pass_by_code(&portal, 1).await;
    first.post("/verify/enrol/begin-app", "").await;
    let app = first.get("/verify/enrol/app").await;
    let code = code_at(&key(&app), portal.service.now());
    first.post("/verify/enrol/app", &format!("code={code}")).await;
    portal.clock.advance_seconds(3600);

    let second = sit_down(&portal, 2).await;
    assert!(
        second
            .get("/verify")
            .await
            .body
            .contains(r#"href="/verify/other""#)
    );
    let ways = second.get("/verify/other").await.body;
    for (way, is_there) in [
        ("on_file_code", true),
        ("recovery_code", true),
        ("authenticator_app", false),
        ("passkey", false),
        ("manager_approval", false),
    ] {
        assert_eq!(ways.contains(&format!(r#"value="{way}""#)), is_there, "{way}");
    }
    for nonsense in ["way=passkey", "way=", "way=everything", ""] {
        second.post("/verify/other", nonsense).await;
        assert_eq!(
            second.get("/verify").await.heading(),
            "Enter the code of your authenticator app",
            "{nonsense}"
        );
    }
    second.post("/verify/other", "way=recovery_code").await;
    assert_eq!(second.get("/verify").await.heading(), "Enter a recovery code");
    let without_token = second.post_as("/verify/other", "way=none").await;
    assert_eq!(without_token.status, StatusCode::FORBIDDEN);
    second.post("/verify/other", "way=none").await;
    assert_eq!(
        second.get("/verify").await.heading(),
        "We cannot confirm your identity here"
    );
    assert_eq!(second.get("/verify/other").await.header("location"), "/verify");
}

#[tokio::test]
async fn adding_needs_the_form_token_and_the_browser_that_began() {
    let portal = portal();
    let browser = pass_by_code(&portal, 1).await;
    for path in ["options", "passkey", "begin-app", "app", "codes"] {
        let path = format!("/verify/enrol/{path}");
        let forged = browser.post_as(&path, "credential=x&code=123456").await;
        assert_eq!(forged.status, StatusCode::FORBIDDEN, "{path}");
        let token = super::super::guard::form_token(&portal.service.config.keys, &browser.cookie);
        let thief = Portal::request("POST", &path, Some(&browser.cookie))
            .body(format!("form_token={token}&credential=x&code=123456"));
        assert_eq!(portal.answer(thief).await.status, StatusCode::FORBIDDEN, "{path}");
        let cross = Portal::request("POST", &path, Some(&browser.cookies()))
            .header("origin", "https://evil.example")
            .body(format!("form_token={token}"));
        assert_eq!(portal.answer(cross).await.status, StatusCode::FORBIDDEN, "{path}");
        if path != "/verify/enrol/app" {
            assert_eq!(
                browser.get(&path).await.status,
                StatusCode::METHOD_NOT_ALLOWED,
                "{path}"
            );
        }
    }
    let looked = portal
        .answer(Portal::request("GET", "/verify/enrol", Some(&browser.cookie)))
        .await;
    assert_eq!(looked.status, StatusCode::FORBIDDEN);
    assert_eq!(looked.heading(), "Nothing can be added now");
}

#[tokio::test]
async fn the_switch_of_languages_comes_back_to_the_same_page() {
    let portal = portal();
    let browser = pass_by_code(&portal, 1).await;
    browser.post("/verify/enrol/begin-app", "").await;
    for path in ["/verify/enrol", "/verify/enrol/app"] {
        let page = browser.get(path).await;
        assert!(
            page.body.contains(&format!(r#"name="back" value="{path}""#)),
            "{path}: {}",
            page.body
        );
    }
    for path in ["/alarm/factor/abc", "/alarm/abc", "/verify/other"] {
        assert_eq!(super::super::language::way_back(path), path);
    }
}
