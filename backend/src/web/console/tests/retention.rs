//! How long things are kept, seen and changed by administrators.

use super::fixture::{Browser, deliver, hidden, location, start, text};
use crate::service::console::Role;
use crate::service::{Service, retention};
use crate::testing::service;

const PATH: &str = "/console/admin/retention";

async fn admin(service: &Service, of: &str) -> (Browser, String) {
    let mut browser = Browser::signed_in_as(service, of, "max", Role::Admin).await;
    let token = hidden(&text(&browser.get("/console/admin").await), "form_token");
    (browser, token)
}

async fn erased_messages(service: &Service, of: &str) -> u64 {
    let done = retention::run(service).await.unwrap();
    let own = done.into_iter().find(|(id, _)| id.as_str() == of).unwrap();
    own.1.messages
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_new_rule_would_erase_is_said_before_it_is_saved_and_then_it_goes() {
    let (_folder, service, clock) = service();
    start(&service, "INC0010023").await;
    deliver(&service).await;
    clock.advance_seconds(10 * 86_400);
    let (mut browser, token) = admin(&service, "acme").await;
    assert!(text(&browser.get(PATH).await).contains("It has not run yet."));
    assert_eq!(erased_messages(&service, "acme").await, 0);
    let fields = |days: &'static str, action: &'static str| {
        [
            ("form_token", token.as_str().to_owned()),
            ("messages_days", days.to_owned()),
            ("do", action.to_owned()),
        ]
    };
    let send = async |browser: &mut Browser, days, action| {
        let fields = fields(days, action);
        let fields: Vec<(&str, &str)> = fields
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        browser.post(PATH, &fields).await
    };
    let counted = send(&mut browser, "5", "count").await;
    assert_eq!(counted.status(), 200);
    let page = text(&counted);
    assert!(
        page.contains("messages go.") && page.contains("In force: 90"),
        "{page}"
    );
    assert!(page.contains("Save these rules"), "{page}");
    assert_eq!(erased_messages(&service, "acme").await, 0, "it was only counted");
    let saved = send(&mut browser, "5", "save").await;
    assert_eq!(location(&saved), format!("{PATH}?done=saved"));
    assert!(erased_messages(&service, "acme").await > 0);
    let page = text(&browser.get(PATH).await);
    assert!(
        page.contains("It last erased something") && page.contains("messages go."),
        "{page}"
    );

    // Another tenant keeps what it kept.
    let (mut foreign, _) = admin(&service, "globex").await;
    let page = text(&foreign.get(PATH).await);
    assert!(
        !page.contains("value=\"5\"") && page.contains("value=\"90\""),
        "{page}"
    );

    let reset = browser
        .post(&format!("{PATH}/reset"), &[("form_token", &token)])
        .await;
    assert_eq!(location(&reset), format!("{PATH}?done=reset"));
    assert!(text(&browser.get(PATH).await).contains("value=\"90\""));
    let log = text(&browser.get("/console/audit?action=retention.changed").await);
    assert!(
        log.contains("messages_days 5") && log.contains("back to the configuration"),
        "{log}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_shortens_the_traces_of_what_they_did() {
    let (_folder, service, _clock) = service();
    let (mut browser, token) = admin(&service, "acme").await;
    for (field, days, words) in [
        ("audit_days", "2", "Only who runs the service can shorten it."),
        (
            "evidence_days",
            "400",
            "Only who runs the service can shorten it.",
        ),
        ("messages_days", "1", "between 2 and 36500"),
        ("origins_days", "many", "between 2 and 36500"),
        ("personal_days", "29", "Not shorter than full addresses"),
    ] {
        let fields = [("form_token", token.as_str()), ("do", "save"), (field, days)];
        let answer = browser.post(PATH, &fields).await;
        assert_eq!(answer.status(), 422, "{field}");
        let page = text(&answer);
        assert!(
            page.contains(words) && page.contains(&format!("value=\"{days}\"")),
            "{page}"
        );
    }
    let fields = [("form_token", "wrong"), ("do", "save")];
    assert_eq!(browser.post(PATH, &fields).await.status(), 403);
}
