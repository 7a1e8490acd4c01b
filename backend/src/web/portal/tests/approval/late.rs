//! The manager's word after the verification passed in another way.

use shared::words::Action;

use super::*;
use crate::actions::settings::ActionSettings;

/// Ada, or the number.
const EITHER: &str = "format = 1\nversion = \"either\"\n[levels]\nhighest_passing = \"medium\"\n[[plan]]\nsteps = [{ any_of = [\"manager_approval\", \"call_number\"] }]\n";

/// Ada was asked, and then the number was answered: it passed, and a password reset is permitted.
async fn passed_without_her(portal: &Portal) -> (Browser<'_>, String) {
    let mut caller = testing::caller(portal.service.now(), "start");
    caller.claims.requester.manager = Some(Manager {
        sys_id: testing::sys_id('c'),
        name: "Ada Lopez".into(),
        email: "ada.lopez@acme.example".into(),
    });
    let browser = portal.begin_of(portal.start_as(caller).await).await;
    let link = ask(&browser).await;
    let other = browser.post("/verify/other", "way=call_number").await;
    assert_eq!(other.status, StatusCode::SEE_OTHER, "{}", other.body);
    browser.answer_number().await;
    assert_eq!(status(&browser).await, Status::Passed);
    (browser, link)
}

fn either_with_permissions() -> Portal {
    Portal::with(|config| {
        config.policy = PolicySource::read("policy.toml", EITHER.into()).unwrap();
        let acme = InstanceId::parse("acme").unwrap();
        let settings = ActionSettings {
            connector: "manual".into(),
            release_always: false,
            release_for: Vec::new(),
        };
        let instance = config.instances.get_mut(&acme).unwrap();
        instance.actions.insert(Action::PasswordReset, settings);
    })
}

#[tokio::test]
async fn a_refusal_after_the_pass_takes_the_permission_back() {
    let portal = either_with_permissions();
    let (browser, link) = passed_without_her(&portal).await;
    // Later than the link's own ten minutes, but within the permission's fifteen.
    portal.clock.advance_seconds(700);
    let page = portal.get(&link).await;
    assert_eq!(
        (page.status, page.heading()),
        (StatusCode::OK, "Mia Chen has been confirmed without your answer")
    );
    assert_eq!(
        count(&browser, "action.revoked").await,
        0,
        "looking changes nothing"
    );
    let refused = portal.post(&link, REFUSE).await;
    assert_eq!(
        (refused.status, refused.heading()),
        (StatusCode::OK, "You refused the request")
    );
    assert_eq!(count(&browser, "action.revoked").await, 1);
    assert_eq!(count(&browser, "approval.late").await, 1);
    let page = browser.get("/verify").await;
    assert_eq!(page.heading(), "This is no longer possible");
    // Once.
    assert_eq!(portal.post(&link, REFUSE).await.status, StatusCode::GONE);
    assert_eq!(count(&browser, "action.revoked").await, 1);
}

#[tokio::test]
async fn a_late_approval_takes_nothing_back_and_a_spent_permission_cannot_be() {
    let portal = either_with_permissions();
    let (browser, link) = passed_without_her(&portal).await;
    let approved = portal.post(&link, APPROVE).await;
    assert_eq!(approved.status, StatusCode::GONE);
    assert_eq!(count(&browser, "action.revoked").await, 0);

    let portal = either_with_permissions();
    let (browser, link) = passed_without_her(&portal).await;
    portal.clock.advance_seconds(901);
    let refused = portal.post(&link, REFUSE).await;
    assert_eq!(
        (refused.status, refused.heading()),
        (StatusCode::GONE, "Your answer is no longer needed")
    );
    assert_eq!(count(&browser, "action.revoked").await, 0);
    assert_eq!(count(&browser, "approval.late").await, 1);
}
