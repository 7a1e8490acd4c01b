//! What holds for every page.

use warp::http::StatusCode;

use super::{Answer, Portal};
use crate::service::agent;
use crate::testing;
use crate::verification::InstanceId;
use crate::web::assets::{PORTAL_CSS, PORTAL_JS};

/// The protective headers, in the order of their names (ASVS 3.4).
const GOLDEN_HEADERS: &str = "\
cache-control: no-store
content-security-policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'
content-type: text/html; charset=utf-8
cross-origin-opener-policy: same-origin
permissions-policy: camera=(), geolocation=(), microphone=()
referrer-policy: no-referrer
strict-transport-security: max-age=31536000; includeSubDomains
x-content-type-options: nosniff
x-frame-options: DENY
";

/// Every page that there is, by name.
async fn every_page() -> Vec<(&'static str, Answer)> {
    let mut pages = Vec::new();
    let portal = Portal::with(|config| {
        config.instances.remove(&InstanceId::parse("globex").unwrap());
    });
    let caller = |jti| testing::caller(portal.service.now(), jti);
    let id = portal.start().await;
    let link = portal.link(&id).await;
    pages.push(("01-landing", portal.get(&link).await));
    pages.push(("02-not-me", portal.get(&format!("{link}/not-me")).await));
    let browser = portal.begin_of(id).await;
    pages.push(("03-number", browser.get("/verify").await));
    pages.push((
        "04-number-wrong",
        browser
            .post("/verify/number", &format!("number={}", browser.wrong_number()))
            .await,
    ));
    pages.push(("05-session-not-me", browser.get("/verify/not-me").await));
    browser.answer_number().await;
    pages.push(("06-code", browser.get("/verify").await));
    pages.push((
        "07-code-wrong",
        browser
            .post("/verify/code", &format!("code={}", browser.wrong_code().await))
            .await,
    ));
    portal.clock.advance_seconds(130);
    pages.push(("08-code-resend", browser.get("/verify").await));
    browser.post("/verify/code/resend", "").await;
    pages.push(("09-code-sent", browser.get("/verify?sent").await));
    portal.clock.advance_seconds(600);
    pages.push(("10-code-expired", browser.get("/verify").await));
    browser.post("/verify/code/resend", "").await;
    browser
        .post("/verify/code", &format!("code={}", browser.code().await))
        .await;
    pages.push(("11-confirmed", browser.get("/verify").await));
    pages.push(("12-used", portal.get(&link).await));

    let second = portal.start_as(caller("second")).await;
    let browser = portal.begin_of(second).await;
    for _ in 0..3 {
        browser
            .post("/verify/number", &format!("number={}", browser.wrong_number()))
            .await;
    }
    pages.push(("13-not-confirmed", browser.get("/verify").await));

    let third = portal.start_as(caller("third")).await;
    let link = portal.link(&third).await;
    pages.push(("14-stopped", portal.post(&format!("{link}/not-me"), "").await));

    portal.clock.advance_seconds(3600);
    let fourth = portal
        .start_as(testing::caller(portal.service.now(), "fourth"))
        .await;
    let old = portal.link(&fourth).await;
    portal.clock.advance_seconds(120);
    agent::resend(
        &portal.service,
        testing::caller(portal.service.now(), "again"),
        fourth.clone(),
    )
    .await
    .unwrap();
    pages.push(("15-replaced", portal.get(&old).await));
    let link = portal.link(&fourth).await;
    let browser = portal.begin_of(fourth).await;
    portal.clock.advance_seconds(900);
    pages.push(("16-time-ran-out", browser.get("/verify").await));
    pages.push(("17-link-expired", portal.get(&link).await));

    pages.push(("18-unknown", portal.get("/v/unknown").await));
    pages.push(("19-no-session", portal.get("/verify").await));
    pages.push(("20-nothing-here", portal.get("/verify/elsewhere").await));
    pages.push(("21-wrong-method", portal.get("/verify/number").await));
    pages.push((
        "22-stale-form",
        browser.post_as("/verify/number", "number=12").await,
    ));
    let foreign = Portal::request("POST", "/verify/number", None).header("origin", "https://evil.example");
    pages.push(("23-foreign", portal.answer(foreign.body("")).await));
    portal.service.store.close();
    pages.push(("24-internal", portal.get(&link).await));
    pages
}

#[tokio::test]
async fn every_page_leaves_with_the_same_protective_headers() {
    for (name, page) in every_page().await {
        let mut lines: Vec<_> = page
            .headers
            .iter()
            .filter(|(header, _)| !["allow", "retry-after", "content-length"].contains(&header.as_str()))
            .map(|(header, value)| format!("{header}: {}\n", value.to_str().unwrap()))
            .collect();
        lines.sort();
        assert_eq!(lines.concat(), GOLDEN_HEADERS, "{name}");
    }
}

/// Set `PORTAL_PAGES` to a folder to look at the pages.
#[tokio::test]
async fn every_page_is_small_complete_and_asks_no_other_host() {
    let folder = std::env::var_os("PORTAL_PAGES").map(std::path::PathBuf::from);
    let files = PORTAL_CSS.text().len() + PORTAL_JS.text().len();
    for (name, page) in every_page().await {
        let body = &page.body;
        assert!(
            files + body.len() < 30_000,
            "{name} has {} bytes with its files",
            files + body.len()
        );
        for part in [
            r#"<html lang="en" dir="ltr">"#,
            r#"<meta name="viewport" content="width=device-width, initial-scale=1">"#,
            r#"<meta name="robots" content="noindex, nofollow">"#,
            "Acme",
            "</html>",
        ] {
            assert!(body.contains(part), "{name} has no {part}");
        }
        for part in [
            "<style", " style=", "<script>", " on", "http:", "https:", "//", "&#60;", "{{", "{%",
        ] {
            let found = body
                .find(part)
                .filter(|_| part != " on" || body.contains(" onclick") || body.contains(" onload"));
            assert_eq!(found, None, "{name} has {part}");
        }
        assert_eq!(body.matches("<h1>").count(), 1, "{name}");
        if let Some(folder) = &folder {
            std::fs::create_dir_all(folder).unwrap();
            std::fs::write(folder.join(format!("{name}.html")), body).unwrap();
        }
    }
}

#[tokio::test]
async fn statuses_say_what_happened() {
    let statuses: Vec<_> = every_page()
        .await
        .into_iter()
        .map(|(name, page)| (&name[..2], page.status.as_u16()))
        .collect();
    let expected = [
        ("01", 200),
        ("02", 200),
        ("03", 200),
        ("04", 422),
        ("05", 200),
        ("06", 200),
        ("07", 422),
        ("08", 200),
        ("09", 200),
        ("10", 200),
        ("11", 200),
        ("12", 410),
        ("13", 200),
        ("14", 200),
        ("15", 410),
        ("16", 200),
        ("17", 410),
        ("18", 404),
        ("19", 404),
        ("20", 404),
        ("21", 405),
        ("22", 403),
        ("23", 403),
        ("24", 500),
    ];
    assert_eq!(statuses, expected);
}

#[tokio::test]
async fn no_page_says_why_or_shows_a_secret() {
    let portal = Portal::new();
    let browser = portal.begin().await;
    let mut pages = vec![browser.get("/verify").await];
    for _ in 0..3 {
        pages.push(
            browser
                .post("/verify/number", &format!("number={}", browser.wrong_number()))
                .await,
        );
    }
    pages.push(browser.get("/verify").await);
    let verification = portal.verification(&browser.id).await;
    let decision = verification.decision().unwrap();
    let mut hidden: Vec<String> = decision
        .report
        .findings
        .iter()
        .flat_map(|f| [f.code.clone(), f.sentence.clone()])
        .collect();
    hidden.extend([
        browser.number(),
        browser.cookie.clone(),
        browser.digest(),
        browser.id.to_string(),
        portal.service.config.keys.link_token(verification.link.id),
        verification.destination.address().to_owned(),
        decision.recommendation.label().to_owned(),
        "mia.chen@acme.example".into(),
        "Mia".into(),
        "mia.chen".into(),
    ]);
    for page in pages {
        // Paths of static files carry digests, in which any two digits may appear.
        let body: String = page
            .body
            .lines()
            .filter(|line| !line.contains("/assets/") && !line.contains("form_token"))
            .collect();
        let text = body.replace("+44 20 7946 0000", "").replace("INC0010023", "");
        for secret in &hidden {
            let shown = visible(&text).contains(secret.as_str());
            assert!(!shown, "a page shows {secret}: {text}");
        }
        for word in ["risk", "Risk", "score", "policy", "signal"] {
            assert!(!text.contains(word), "a page says {word}");
        }
    }
}

/// The text of a page without its tags.
fn visible(html: &str) -> String {
    html.split('<')
        .map(|part| part.split_once('>').map_or(part, |(_, text)| text))
        .collect::<Vec<_>>()
        .join(" ")
}

#[tokio::test]
async fn names_with_markup_are_shown_as_text() {
    const MARKUP: &str = r#"<img src=x onerror="alert(1)">'&"#;
    let portal = Portal::with(|config| {
        let acme = config
            .instances
            .get_mut(&InstanceId::parse("acme").unwrap())
            .unwrap();
        acme.company = MARKUP.into();
        acme.support_contact = MARKUP.into();
    });
    let mut caller = testing::caller(portal.service.now(), "markup");
    caller.claims.agent.name = MARKUP.into();
    caller.claims.ticket.number = MARKUP.into();
    let id = portal.start_as(caller).await;
    let landing = portal.get(&portal.link(&id).await).await;
    let browser = portal.begin_of(id).await;
    let number = browser.get("/verify").await;
    browser.answer_number().await;
    let code = browser.get("/verify").await;
    browser.post("/verify/not-me", "").await;
    let end = browser.get("/verify").await;
    let hostile = portal.get("/v/%22%3E%3Cimg%20src=x%3E/not-me").await;
    for page in [landing, number, code, end, hostile] {
        assert!(!page.body.contains("<img"), "{}", page.body);
        assert!(!page.body.contains(r#""alert"#));
    }
}

#[tokio::test]
async fn wrong_methods_and_bodies_are_refused() {
    let portal = Portal::new();
    let id = portal.start().await;
    let link = portal.link(&id).await;
    let begin = format!("{link}/begin");
    for (method, path) in [
        ("POST", link.as_str()),
        ("PUT", &link),
        ("GET", &begin),
        ("HEAD", &begin),
        ("DELETE", &begin),
        ("POST", "/verify"),
        ("GET", "/verify/number"),
        ("HEAD", "/verify/code"),
        ("GET", "/verify/code/resend"),
        ("PATCH", "/verify"),
    ] {
        let answer = portal.answer(Portal::request(method, path, None).body("")).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
    }
    assert_eq!(portal.get(&begin).await.header("allow"), "POST");
    let large = portal.post(&begin, &"x".repeat(20_000)).await;
    assert_eq!(large.status, StatusCode::PAYLOAD_TOO_LARGE);
    let strange = portal
        .answer(Portal::request("POST", &begin, None).body([0xff, 0, b'%', b'&', b'=']))
        .await;
    assert_eq!(
        strange.status,
        StatusCode::SEE_OTHER,
        "signals that cannot be read are no signals"
    );
}
