//! The policy in the console: written, tried, activated and rolled back by an administrator, each by forms.

use super::fixture::{Browser, hidden, location, passed, text};
use crate::service::console::Role;
use crate::testing::service;
use crate::verification::Policy;

const PATH: &str = "/console/admin/policy";
const STRICT: &str =
    "format = 1\r\nversion = \"strict-1\"\r\n[[plan]]\r\nsteps = [{ any_of = [\"passkey\"] }]\r\n";

async fn token(browser: &mut Browser) -> String {
    hidden(&text(&browser.get(PATH).await), "form_token")
}

#[tokio::test]
async fn a_mistake_is_named_with_its_line_and_what_was_typed_stays() {
    let (_folder, service, _clock) = service();
    let mut max = Browser::signed_in_as(&service, "acme", "max", Role::Admin).await;
    let token = token(&mut max).await;
    let edit = format!("{PATH}/edit");
    let wrong = "format = 1\r\nversion = \"x\"\r\n# <script>\r\n[levels]\r\nmedium_from = 500\r\n";
    let answer = max.post(&edit, &[("form_token", &token), ("text", wrong)]).await;
    assert_eq!(answer.status(), 422);
    let page = text(&answer);
    for words in [
        "One thing is wrong",
        "<strong>Line 5</strong> <span class=\"code\">levels.medium_from</span>: 500 must be between 1 and 100",
        "aria-invalid=\"true\"",
        "# &#60;script&#62;\n[levels]\nmedium_from = 500\n</textarea>",
        "<title>Error: Edit the policy",
    ] {
        assert!(page.contains(words), "{words} in {page}");
    }
    // Nothing was saved: there is no draft to look at.
    assert_eq!(location(&max.get(&format!("{PATH}/draft")).await), PATH);
    let garbled = max
        .post(&edit, &[("form_token", &token), ("text", "format = ")])
        .await;
    assert!(text(&garbled).contains("<strong>Line 1</strong> it is no TOML"));
    let forged = max.post(&edit, &[("form_token", "x"), ("text", STRICT)]).await;
    assert_eq!(forged.status(), 403);
    let long = "x".repeat(70_000);
    let refused = max.post(&edit, &[("form_token", &token), ("text", &long)]).await;
    assert_eq!(refused.status(), 422);
    assert!(text(&refused).contains("at most 64 kB"));
    let endless = "#".repeat(300_000);
    let refused = max
        .post(&edit, &[("form_token", &token), ("text", &endless)])
        .await;
    assert_eq!(refused.status(), 413);
    // The longest policy that is allowed fits, in whatever characters.
    let cyrillic = format!("format = 1\nversion = \"long-1\"\n# {}", "ж".repeat(32_000));
    let saved = max
        .post(&edit, &[("form_token", &token), ("text", &cyrillic)])
        .await;
    assert_eq!(location(&saved), format!("{PATH}/draft"));
}

#[tokio::test]
async fn an_administrator_goes_from_the_field_to_the_activation_and_back() {
    let (_folder, service, clock) = service();
    let id = passed(&service, &clock, "INC0010023").await;
    let mut max = Browser::signed_in_as(&service, "acme", "max", Role::Admin).await;
    let mut eve = Browser::signed_in_as(&service, "globex", "eve", Role::Admin).await;
    let token = token(&mut max).await;
    let page = text(&max.get(&format!("{PATH}/edit")).await);
    assert!(page.contains("version = &#34;standard-3&#34;"));
    let saved = max
        .post(
            &format!("{PATH}/edit"),
            &[("form_token", &token), ("text", STRICT)],
        )
        .await;
    let draft = format!("{PATH}/draft");
    assert_eq!(location(&saved), draft);
    let page = text(&max.get(&draft).await);
    assert!(page.contains("Replay the draft first"));
    assert!(page.contains("Removed: ") && page.contains("Added: </span>version = &#34;strict-1&#34;"));

    let replayed = max
        .post(&format!("{PATH}/replay"), &[("form_token", &token)])
        .await;
    assert_eq!(location(&replayed), draft);
    let page = text(&max.get(&draft).await);
    for words in [
        "1 of 1 would come out otherwise",
        "would fail instead of pass",
        &format!("/console/verifications/{id}"),
    ] {
        assert!(page.contains(words), "{words} in {page}");
    }
    // The draft is the administrator's own; of another tenant there is nothing.
    assert_eq!(location(&eve.get(&draft).await), PATH);
    let (over, digest) = (hidden(&page, "over"), hidden(&page, "digest"));
    let activate = format!("{PATH}/activate");
    let fields = |note| {
        [
            ("form_token", token.as_str()),
            ("over", over.as_str()),
            ("digest", digest.as_str()),
            ("note", note),
        ]
    };
    let refused = max.post(&activate, &fields(" ")).await;
    assert_eq!(refused.status(), 422);
    assert!(text(&refused).contains("Say why, in one line"));
    assert_eq!(
        location(&max.post(&activate, &fields("Passkeys for all")).await),
        PATH
    );
    let strict = Policy::parse(&STRICT.replace('\r', "")).unwrap().version;
    let page = text(&max.get(PATH).await);
    for words in [
        strict.as_str(),
        "Passkeys for all",
        "This console",
        "number 1",
        "max",
    ] {
        assert!(page.contains(words), "{words} in {page}");
    }
    assert!(!text(&eve.get(PATH).await).contains("strict-1"));
    assert_eq!(eve.get(&format!("{PATH}/versions/1")).await.status(), 404);
    assert_eq!(max.get(&format!("{PATH}/versions/2")).await.status(), 404);
    assert_eq!(max.get(&format!("{PATH}/versions/-1")).await.status(), 404);
    // A decision of the policy before still shows where Medium and High began.
    let details = text(&max.get(&format!("/console/verifications/{id}")).await);
    assert!(details.contains("Medium begins at 30, High at 60"));

    let first = text(&max.get(&format!("{PATH}/versions/1")).await);
    assert!(first.contains("In force") && !first.contains("roll-back\""));
    let back = format!("{PATH}/versions/0/roll-back");
    let base = text(&max.get(&format!("{PATH}/versions/0")).await);
    assert_eq!(hidden(&base, "over"), "1");
    let stale = max
        .post(&back, &[("form_token", &token), ("over", "0"), ("note", "No")])
        .await;
    assert_eq!(stale.status(), 422);
    assert!(text(&stale).contains("Another policy was activated meanwhile"));
    let done = max
        .post(
            &back,
            &[("form_token", &token), ("over", "1"), ("note", "Too strict")],
        )
        .await;
    assert_eq!(location(&done), PATH);
    let page = text(&max.get(PATH).await);
    assert!(page.contains("Shipped with this program") && page.contains("Too strict"));
    let again = text(&max.get(&format!("{PATH}/versions/1")).await);
    assert!(again.contains("Roll back to number 1"));
}
