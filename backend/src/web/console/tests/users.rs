//! The users in the administration.

use super::factors::{audit, id_of};
use super::fixture::{Answer, Browser, PASSWORD, add_user, hidden, location, text};
use crate::service::Service;
use crate::service::console::{By, Change, ChangeError, Role, change_user};
use crate::testing::service;

async fn post(browser: &mut Browser, path: &str, fields: &[(&str, &str)]) -> Answer {
    let token = hidden(&text(&browser.get("/console/account").await), "form_token");
    let mut all = vec![("form_token", &*token)];
    all.extend(fields);
    browser.post(path, &all).await
}

async fn change(browser: &mut Browser, id: i64, fields: &[(&str, &str)]) -> Answer {
    post(browser, &format!("/console/admin/users/{id}"), fields).await
}

async fn admin(service: &Service, name: &'static str) -> Browser {
    Browser::signed_in_as(service, "acme", name, Role::Admin).await
}

fn initial(page: &str) -> String {
    let rest = page.split("id=\"initial\">").nth(1).unwrap();
    rest.split('<').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_new_user_chooses_a_password_before_anything_else() {
    let (_folder, service, clock) = service();
    let mut max = admin(&service, "max").await;
    for (name, why) in [
        ("a b", "A user name has"),
        ("MAX", "There is a user with this name"),
    ] {
        let fields = [("name", name), ("role", "viewer")];
        let answer = post(&mut max, "/console/admin/users/new", &fields).await;
        assert_eq!(answer.status(), 422);
        assert!(text(&answer).contains(why) && text(&answer).contains(&format!("value=\"{name}\"")));
    }
    let fields = [("name", "vera"), ("role", "viewer")];
    let added = text(&post(&mut max, "/console/admin/users/new", &fields).await);
    let password = initial(&added);
    let mut vera = Browser::new(&service);
    let answer = vera.sign_in("/console/sign-in", "acme", "vera", &password).await;
    assert_eq!(location(&answer), "/console/sign-in/next");
    location(&vera.get("/console/verifications").await);
    let page = text(&vera.get("/console/sign-in/next").await);
    let token = hidden(&page, "form_token");
    let own = "a horse of my own";
    for (new, again, status) in [
        (own, "a horse of my owm", 422),
        ("short", "short", 422),
        (&*password, &*password, 422),
        (own, own, 303),
    ] {
        let fields = [("form_token", &*token), ("password", new), ("again", again)];
        let answer = vera.post("/console/sign-in/password", &fields).await;
        assert_eq!(answer.status(), status, "{new} {}", text(&answer));
    }
    assert_eq!(vera.get("/console/verifications").await.status(), 200);
    let mut again = Browser::new(&service);
    assert_eq!(
        location(&again.sign_in("/console/sign-in", "acme", "vera", own).await),
        "/console/verifications"
    );
    // An initial password that nobody used ends after a week.
    let fields = [("name", "ada"), ("role", "analyst")];
    let password = initial(&text(&post(&mut max, "/console/admin/users/new", &fields).await));
    clock.advance_seconds(7 * 86_400);
    let mut ada = Browser::new(&service);
    let answer = ada.sign_in("/console/sign-in", "acme", "ada", &password).await;
    assert_eq!(answer.status(), 422);
    let log = audit(&service).await;
    for line in [
        "max user.added vera (viewer)",
        "vera session.password_accepted ",
        "vera account.password_changed ",
        "vera session.signed_in ",
    ] {
        assert!(log.contains(&line.to_owned()), "{line} is not in {log:?}");
    }
}

#[tokio::test]
async fn changes_end_sessions_and_are_logged() {
    let (_folder, service, _clock) = service();
    let mut max = admin(&service, "max").await;
    add_user(&service, "acme", "ada", Role::Analyst).await;
    let id = id_of(&service, "acme", "ada").await;
    let ask = change(&mut max, id, &[("change", "disable")]).await;
    assert!(text(&ask).contains("Disable ada?"));
    for (fields, works_after) in [
        (vec![("change", "role"), ("role", "viewer")], true),
        (vec![("change", "end-sessions")], true),
        (vec![("change", "disable"), ("confirmed", "yes")], false),
        (vec![("change", "enable")], true),
    ] {
        let mut ada = Browser::new(&service);
        if fields[0].1 != "enable" {
            ada = Browser::signed_in_as(&service, "acme", "ada", Role::Analyst).await;
            assert_eq!(ada.get("/console/verifications").await.status(), 200);
        }
        location(&change(&mut max, id, &fields).await);
        location(&ada.get("/console/verifications").await);
        let mut fresh = Browser::new(&service);
        let answer = fresh.sign_in("/console/sign-in", "acme", "ada", PASSWORD).await;
        assert_eq!(answer.status() == 303, works_after, "{fields:?}");
    }
    let reset = change(&mut max, id, &[("change", "reset"), ("confirmed", "yes")]).await;
    let password = initial(&text(&reset));
    let mut fresh = Browser::new(&service);
    let old = fresh.sign_in("/console/sign-in", "acme", "ada", PASSWORD).await;
    assert_eq!(old.status(), 422);
    let new = fresh.sign_in("/console/sign-in", "acme", "ada", &password).await;
    assert_eq!(location(&new), "/console/sign-in/next");
    let removed = change(&mut max, id, &[("change", "remove"), ("confirmed", "yes")]).await;
    assert_eq!(location(&removed), "/console/admin/users?removed");
    assert_eq!(change(&mut max, id, &[("change", "enable")]).await.status(), 404);
    // The name is free again, and the log still knows who did what.
    add_user(&service, "acme", "ada", Role::Viewer).await;
    let log = audit(&service).await;
    for line in [
        "max user.role_changed ada: analyst to viewer",
        "max session.ended ada",
        "max user.disabled ada",
        "max user.enabled ada",
        "max user.reset ada",
        "max user.removed ada",
        "ada session.signed_in ",
    ] {
        assert!(log.contains(&line.to_owned()), "{line} is not in {log:?}");
    }
}

#[tokio::test]
async fn nobody_changes_themselves_or_removes_the_last_admin() {
    let (_folder, service, _clock) = service();
    let mut max = admin(&service, "max").await;
    let own = id_of(&service, "acme", "max").await;
    for fields in [
        vec![("change", "role"), ("role", "viewer")],
        vec![("change", "disable"), ("confirmed", "yes")],
        vec![("change", "reset"), ("confirmed", "yes")],
        vec![("change", "remove"), ("confirmed", "yes")],
    ] {
        let answer = change(&mut max, own, &fields).await;
        assert_eq!(answer.status(), 422);
        assert!(text(&answer).contains("your own account"), "{fields:?}");
    }
    // On the command line there is no oneself; the last admin stays all the same.
    let acme = super::fixture::instance("acme");
    let by = By::CommandLine(&acme);
    for what in [Change::Disable, Change::Remove, Change::Role(Role::Analyst)] {
        let refused = change_user(&service, by, own, what).await;
        assert!(matches!(refused, Err(ChangeError::LastAdmin)), "{what:?}");
    }
    add_user(&service, "acme", "eve", Role::Admin).await;
    assert!(change_user(&service, by, own, Change::Disable).await.is_ok());
    let eve = id_of(&service, "acme", "eve").await;
    let refused = change_user(&service, by, eve, Change::Remove).await;
    assert!(matches!(refused, Err(ChangeError::LastAdmin)));
}

#[tokio::test]
async fn another_instances_user_is_answered_like_one_that_does_not_exist() {
    let (_folder, service, _clock) = service();
    let mut max = admin(&service, "max").await;
    add_user(&service, "globex", "gus", Role::Admin).await;
    let gus = id_of(&service, "globex", "gus").await;
    let list = text(&max.get("/console/admin/users").await);
    assert!(list.contains(">max<") && !list.contains("gus"));
    for path in [
        format!("/console/admin/users/{gus}"),
        "/console/admin/users/999999".into(),
        "/console/admin/users/x".into(),
    ] {
        let answer = max.get(&path).await;
        assert_eq!(answer.status(), 404);
        assert!(!text(&answer).contains("gus"));
    }
    for fields in [
        vec![("change", "disable"), ("confirmed", "yes")],
        vec![("change", "end-sessions")],
        vec![("change", "reset")],
    ] {
        assert_eq!(change(&mut max, gus, &fields).await.status(), 404, "{fields:?}");
    }
    let gus = Browser::signed_in_as(&service, "globex", "gus", Role::Admin);
    assert_eq!(gus.await.get("/console/admin/users").await.status(), 200);
}
