//! The instance and its keys in the console.

use super::fixture::{Browser, hidden, location, text};
use crate::service::console::Role;
use crate::testing::service_with;
use crate::verification::InstanceId;

const PATH: &str = "/console/admin/instance";

#[tokio::test]
async fn a_new_key_is_shown_once_and_the_page_says_what_to_do() {
    let (_folder, service, _clock) = service_with(|config| {
        let acme = InstanceId::parse("acme").unwrap();
        // Nobody answers there.
        config.instances.get_mut(&acme).unwrap().url = "http://127.0.0.1:9".into();
    });
    let mut max = Browser::signed_in_as(&service, "acme", "max", Role::Admin).await;
    let mut eve = Browser::signed_in_as(&service, "globex", "eve", Role::Admin).await;
    let page = text(&max.get(PATH).await);
    for words in [
        "http://127.0.0.1:9",
        "configuration, HS256",
        "Not seen yet",
        "webhook secret",
        "manual",
        "no trouble known",
    ] {
        assert!(page.contains(words), "{words} in {page}");
    }
    assert!(!page.contains("globex") && !page.contains("whsec_"));
    let token = hidden(&page, "form_token");
    for (purpose, start, unproven) in [
        ("tokens", "", "Confirm that the instance has the new one"),
        (
            "events",
            "whsec_",
            "could not be asked whether it has the new secret",
        ),
    ] {
        let keys = format!("{PATH}/keys/{purpose}");
        let forged = max.post(&format!("{keys}/begin"), &[("form_token", "x")]).await;
        assert_eq!(forged.status(), 403);
        let made = max
            .post(&format!("{keys}/begin"), &[("form_token", &token)])
            .await;
        assert_eq!(made.status(), 200);
        assert_eq!(made.headers()["cache-control"], "no-store");
        let shown = text(&made);
        let secret = shown.split("aria-label=\"Secret\">").nth(1).unwrap();
        let secret = secret.split('<').next().unwrap().replace("&#43;", "+");
        assert!(secret.starts_with(start) && secret.len() >= 44, "{secret}");
        assert!(shown.contains("Shown this once") && shown.contains("In ServiceNow open"));

        let again = max
            .post(&format!("{keys}/begin"), &[("form_token", &token)])
            .await;
        assert_eq!(again.status(), 422);
        assert!(text(&again).contains("A new key was made already"));
        let page = text(&max.get(PATH).await);
        let audit = text(&max.get("/console/audit").await);
        for later in [text(&again), page.clone(), audit] {
            assert!(!later.contains(&secret[start.len()..]), "it is shown again");
        }
        assert!(page.contains("new, valid too"));
        let kid = hidden(&page, "kid");
        let fields = [("form_token", token.as_str()), ("kid", kid.as_str())];
        assert!(!text(&eve.get(PATH).await).contains(&kid));
        let unconfirmed = max.post(&format!("{keys}/finish"), &fields).await;
        assert_eq!(unconfirmed.status(), 422);
        assert!(text(&unconfirmed).contains(unproven));
        let back = max.post(&format!("{keys}/abort"), &fields).await;
        assert_eq!(location(&back), PATH);
        let gone = max.post(&format!("{keys}/abort"), &fields).await;
        assert_eq!(gone.status(), 422);
    }
    let unknown = max
        .post(&format!("{PATH}/keys/other/begin"), &[("form_token", &token)])
        .await;
    assert_eq!(unknown.status(), 404);
}
