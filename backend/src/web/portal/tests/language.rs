//! Which language a page is written in, and how it is changed.

use warp::http::StatusCode;

use super::{Answer, Portal};
use crate::locale::Locale;
use crate::verification::InstanceId;

fn html(locale: Locale) -> String {
    format!(r#"<html lang="{}" dir="{}">"#, locale.tag(), locale.dir())
}

async fn get_in(portal: &Portal, path: &str, accept: &str, cookie: &str) -> Answer {
    let request = warp::test::request()
        .path(path)
        .header("accept-language", accept)
        .header("cookie", cookie);
    portal.answer(request).await
}

#[tokio::test]
async fn the_browser_asks_and_the_switch_decides() {
    let portal = Portal::new();
    let id = portal.start().await;
    let link = portal.link(&id).await;
    let german = get_in(&portal, &link, "de-AT, en;q=0.5", "").await;
    assert!(german.body.contains(&html(Locale::German)), "{}", german.body);
    assert_eq!(german.heading(), "Bestätigen Sie Ihre Identität");
    assert!(
        german
            .body
            .contains("<strong>Beth Anglin</strong> vom IT-Servicedesk (Acme)"),
        "{}",
        german.body
    );
    assert!(german.body.contains(&format!(r#"name="back" value="{link}""#)));

    let form = format!("language=ar&back={link}");
    let switched = portal.post("/language", &form).await;
    assert_eq!(
        (switched.status, switched.header("location")),
        (StatusCode::SEE_OTHER, link.as_str())
    );
    let cookie = switched.header("set-cookie");
    assert_eq!(
        cookie,
        "__Host-imper_language=ar; Path=/; Max-Age=86400; Secure; HttpOnly; SameSite=Lax"
    );
    let kept = cookie.split(';').next().unwrap();
    let arabic = get_in(&portal, &link, "de-AT, en;q=0.5", kept).await;
    assert!(arabic.body.contains(&html(Locale::Arabic)), "{}", arabic.body);
}

#[tokio::test]
async fn every_language_can_be_chosen_on_every_page() {
    let portal = Portal::new();
    for locale in Locale::ALL {
        let page = get_in(&portal, "/verify", locale.tag(), "").await;
        assert!(page.body.contains(&html(locale)));
        for other in Locale::ALL {
            let current = if other == locale {
                r#" aria-current="true""#
            } else {
                ""
            };
            let (tag, dir, name) = (other.tag(), other.dir(), other.own_name());
            let button = format!(
                r#"<button name="language" value="{tag}" lang="{tag}" dir="{dir}"{current}>{name}</button>"#
            );
            assert!(page.body.contains(&button), "{button} is missing");
        }
    }
}

#[tokio::test]
async fn the_company_speaks_to_whoever_asks_for_nothing_it_knows() {
    let portal = Portal::with(|config| {
        let acme = InstanceId::parse("acme").unwrap();
        config.instances.get_mut(&acme).unwrap().default_language = Locale::French;
    });
    let id = portal.start().await;
    let link = portal.link(&id).await;
    assert!(portal.get(&link).await.body.contains(&html(Locale::French)));
    let dutch = get_in(&portal, &link, "nl", "__Host-imper_language=xx").await;
    assert!(dutch.body.contains(&html(Locale::French)));
    // A page that must not tell whose it is does not tell by its language either.
    assert!(
        portal
            .get("/v/unknown")
            .await
            .body
            .contains(&html(Locale::English))
    );
}

#[tokio::test]
async fn the_switch_leads_nowhere_else_and_refuses_nonsense() {
    let portal = Portal::new();
    for (back, expected) in [
        ("https://evil.example/", "/verify"),
        ("//evil.example/v/x", "/verify"),
        ("/console", "/verify"),
        ("/v/abc/begin", "/v/abc"),
        ("/v/abc/not-me", "/v/abc/not-me"),
        ("/verify/code", "/verify"),
        ("/verify/not-me", "/verify/not-me"),
        ("/v/a%0d%0aX: y", "/verify"),
        ("", "/verify"),
    ] {
        let switched = portal
            .post("/language", &format!("language=de&back={back}"))
            .await;
        assert_eq!(switched.header("location"), expected, "{back}");
    }
    let unknown = portal.post("/language", "language=xx&back=/verify").await;
    assert_eq!(unknown.header("set-cookie"), "");
    let opened = portal.get("/language").await;
    assert_eq!(
        (opened.status, opened.header("allow")),
        (StatusCode::METHOD_NOT_ALLOWED, "POST")
    );
    let foreign = Portal::request("POST", "/language", None).header("origin", "https://evil.example");
    let refused = portal.answer(foreign.body("language=de&back=/verify")).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
}
