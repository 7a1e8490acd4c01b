//! How the company appears: changed by its administrators, seen by its people.

use super::fixture::{Browser, hidden, instance, location, start, text};
use crate::service::Service;
use crate::service::console::Role;
use crate::testing::service;

const PATH: &str = "/console/admin/branding";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n and what follows";

async fn admin(service: &Service, of: &str) -> (Browser, String) {
    let mut browser = Browser::signed_in_as(service, of, "max", Role::Admin).await;
    let token = hidden(&text(&browser.get("/console/admin").await), "form_token");
    (browser, token)
}

/// Sends the form as a browser does, with a file in it.
async fn submit(browser: &mut Browser, fields: &[(&str, &str)], file: &[u8]) -> super::fixture::Answer {
    let mut body = Vec::new();
    for (name, value) in fields {
        body.extend_from_slice(
            format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
                .as_bytes(),
        );
    }
    let head = "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"logo.svg\"\r\nContent-Type: image/svg+xml\r\n\r\n";
    body.extend_from_slice(head.as_bytes());
    body.extend_from_slice(file);
    body.extend_from_slice(b"\r\n--edge--\r\n");
    let headers = [("content-type", "multipart/form-data; boundary=edge")];
    browser.post_with(PATH, &headers, body).await
}

/// What a requester of acme sees first.
async fn landing(service: &Service, number: &str) -> String {
    let id = start(service, number).await;
    let link = super::fixture::lookup(service, &id).await.link.id;
    let path = format!("/v/{}", service.config.keys.link_token(link));
    text(&Browser::new(service).get(&path).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_brand_is_previewed_saved_seen_by_requesters_and_taken_back() {
    let (_folder, service, _clock) = service();
    let before = landing(&service, "INC0010023").await;
    assert!(
        !before.contains("/brand/") && before.contains("class=\"mark\""),
        "{before}"
    );
    let (mut browser, token) = admin(&service, "acme").await;
    let fields = |action| {
        [
            ("form_token", token.as_str()),
            ("company", "Acme Group"),
            ("support_contact", "Desk 7, +44 20 7946 0111"),
            ("colour", "#7A0019"),
            ("logo", "own"),
            ("do", action),
        ]
    };
    let preview = submit(&mut browser, &fields("preview"), PNG).await;
    assert_eq!(preview.status(), 200);
    let page = text(&preview);
    for words in [
        "Preview, not saved yet",
        "Acme Group",
        "/brand/sample-7a0019.css",
        "data:image/png;base64,",
        "to 1, enough",
    ] {
        assert!(page.contains(words), "no {words} in\n{page}");
    }
    assert!(
        !landing(&service, "INC0010024").await.contains("Acme Group"),
        "not saved"
    );

    // Saved from the preview: the file is kept by the page.
    let kept = hidden(&page, "kept").replace("&#43;", "+").replace("&#61;", "=");
    let mut saving = fields("save").to_vec();
    saving.push(("kept", &kept));
    let saved = submit(&mut browser, &saving, b"").await;
    assert_eq!(location(&saved), format!("{PATH}?done=saved"));
    let look = service.look(&instance("acme")).unwrap();
    assert_eq!(look.own_logo(), Some(("image/png", PNG)));
    let seen = landing(&service, "INC0010025").await;
    let logo = format!("/brand/logo-{}", &look.logo_digest.clone().unwrap()[..16]);
    for words in ["Acme Group", "/brand/accent-7a0019.css", &logo, "Desk 7"] {
        assert!(seen.contains(words), "no {words} in\n{seen}");
    }
    assert!(!seen.contains("style=") && !seen.contains("<style"), "{seen}");
    let file = Browser::new(&service).get(&logo).await;
    assert_eq!((file.status().as_u16(), &file.body()[..]), (200, PNG));
    let messages = text(&browser.get("/console/admin/messages").await);
    assert!(messages.contains("Acme Group"), "{messages}");

    // It is still there after a restart.
    let again = Service::new(
        std::sync::Arc::clone(&service.config),
        service.store.clone(),
        std::sync::Arc::clone(&service.clock),
        std::sync::Arc::clone(&service.entropy),
    );
    assert_eq!(again.look(&instance("acme")).unwrap().company, "Acme");
    crate::service::look::load(&again).await.unwrap();
    assert_eq!(again.look(&instance("acme")).unwrap(), look);

    // Another tenant has its own.
    let (mut foreign, _) = admin(&service, "globex").await;
    assert!(!text(&foreign.get(PATH).await).contains("Acme Group"));
    assert_eq!(service.look(&instance("globex")).unwrap().company, "Globex");

    let reset = browser
        .post(&format!("{PATH}/reset"), &[("form_token", &token)])
        .await;
    assert_eq!(location(&reset), format!("{PATH}?done=reset"));
    assert_eq!(service.look(&instance("acme")).unwrap().company, "Acme");
    let log = text(&browser.get("/console/audit?action=branding.changed").await);
    for words in ["name “Acme Group”", "colour #7a0019", "back to the configuration"] {
        assert!(log.contains(words), "no {words} in\n{log}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_or_shown_is_refused_beside_its_field() {
    let (_folder, service, _clock) = service();
    let (mut browser, token) = admin(&service, "acme").await;
    let long = "x".repeat(61);
    let too_large = [PNG, &vec![0; 64 * 1024]].concat();
    for (field, value, file, words) in [
        ("colour", "#ffd800", &b""[..], "contrast of 1.4 to 1"),
        ("colour", "red", b"", "six hexadecimal digits"),
        ("company", &long, b"", "at most 60 characters"),
        ("support_contact", "a\nb", b"", "one line"),
        (
            "logo",
            "own",
            b"<svg onload=\"alert(1)\"/>",
            "is no PNG, JPEG or GIF",
        ),
        ("logo", "own", &too_large, "more than 64 kB"),
        ("logo", "own", b"", "Choose a file."),
    ] {
        let fields = [("form_token", token.as_str()), ("do", "save"), (field, value)];
        let answer = submit(&mut browser, &fields, file).await;
        assert_eq!(answer.status(), 422, "{field}={value}");
        assert!(text(&answer).contains(words), "no {words} in\n{}", text(&answer));
    }
    assert_eq!(service.look(&instance("acme")).unwrap().company, "Acme");
    let fields = [("form_token", "wrong"), ("do", "save"), ("company", "Evil")];
    assert_eq!(submit(&mut browser, &fields, b"").await.status(), 403);
    let huge = vec![0; 200 * 1024];
    let fields = [("form_token", token.as_str())];
    assert_eq!(submit(&mut browser, &fields, &huge).await.status(), 413);
}
