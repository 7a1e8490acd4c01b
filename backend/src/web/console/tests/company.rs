//! Company sign-in through the real routes, with a provider that does what the test says.

use std::sync::Arc;

use serde_json::{Value, json};

use super::factors::{audit, id_of};
use super::fixture::{Answer, Browser, PASSWORD, add_user, hidden, instance, location, text};
use crate::config::ConsoleSignIn;
use crate::identity::oidc::tests::{Double, Signer};
use crate::service::Service;
use crate::service::console::{By, NewUser, Role, create_user};
use crate::testing::{ManualClock, service_with};

const BACK: &str = "/console/sign-in/company/acme";

fn with(double: &Double, local_sign_in: bool) -> (tempfile::TempDir, Service, Arc<ManualClock>) {
    service_with(|config| {
        let mut provider = double.settings();
        provider.redirect_uri = format!("https://verify.example.com{BACK}");
        let acme = config.instances.get_mut(&instance("acme")).unwrap();
        acme.console_sign_in = Some(ConsoleSignIn {
            provider,
            name_claim: "preferred_username".into(),
            role_claim: "groups".into(),
            roles: vec![("admins".into(), Role::Admin), ("soc".into(), Role::Analyst)],
            local_sign_in,
        });
    })
}

/// Presses the button; gives the provider's address.
async fn depart(browser: &mut Browser, next: &str) -> url::Url {
    let page = text(&browser.get(&format!("/console/sign-in?next={next}")).await);
    let (token, next) = (hidden(&page, "form_token"), hidden(&page, "next"));
    let fields = [("form_token", &*token), ("next", &*next), ("instance", "acme")];
    let answer = browser.post("/console/sign-in/company", &fields).await;
    assert_eq!(answer.status(), 200, "{}", text(&answer));
    let refresh = answer.headers()["refresh"].to_str().unwrap();
    refresh.strip_prefix("0; url=").unwrap().parse().unwrap()
}

async fn arrive(browser: &mut Browser, query: &str) -> Answer {
    browser.get(&format!("{BACK}?{query}")).await
}

async fn sign_in(double: &Double, browser: &mut Browser, groups: Value) -> Answer {
    let address = depart(browser, "/console/overview").await;
    let query = double.sign_in(&address, Signer::Newest, |claims| claims["groups"] = groups);
    arrive(browser, &query).await
}

#[tokio::test]
async fn a_group_with_a_role_lets_in_and_the_role_follows_the_group() {
    let double = Double::start().await;
    let (_folder, service, _clock) = with(&double, true);
    let mut browser = Browser::new(&service);
    let answer = sign_in(&double, &mut browser, json!(["staff", "soc"])).await;
    assert_eq!(location(&answer), "/console/overview");
    assert_eq!(browser.get("/console/agents").await.status(), 200);
    assert_eq!(browser.get("/console/audit").await.status(), 403);
    let account = text(&browser.get("/console/account").await);
    assert!(account.contains("You sign in at your company") && !account.contains("Change password"));

    // More: the session with the lesser role ends. An admin of the company's needs no second factor here.
    let mut second = Browser::new(&service);
    let answer = sign_in(&double, &mut second, json!(["admins", "soc"])).await;
    assert_eq!(location(&answer), "/console/overview");
    assert_eq!(second.get("/console/admin/users").await.status(), 200);
    location(&browser.get("/console/account").await);

    // Nothing any more: no entry, and what was open ends. A group may also be a text.
    for groups in [
        json!(["staff"]),
        json!([]),
        json!(null),
        json!(7),
        json!("soc admins"),
    ] {
        let mut third = Browser::new(&service);
        let refused = sign_in(&double, &mut third, groups).await;
        assert_eq!(refused.status(), 403);
        assert!(text(&refused).contains("none of your groups"));
        location(&second.get("/console/account").await);
    }
    let mut fourth = Browser::new(&service);
    location(&sign_in(&double, &mut fourth, json!("soc")).await);
    let log = audit(&service).await;
    for line in [
        "mia.chen user.added mia.chen (analyst), by company sign-in",
        "mia.chen session.signed_in company sign-in",
        "mia.chen user.role_changed mia.chen: analyst to admin, by the company",
        "mia.chen user.role_changed mia.chen: admin to viewer, by the company",
        "mia.chen session.provider_refused no group with a role",
    ] {
        assert!(log.contains(&line.to_owned()), "{line} is not in {log:?}");
    }
}

#[tokio::test]
async fn an_answer_counts_once_in_the_browser_that_asked_and_only_if_it_is_the_providers() {
    let double = Double::start().await;
    let (_folder, service, clock) = with(&double, true);
    let groups = |claims: &mut Value| claims["groups"] = json!(["admins"]);
    let mut browser = Browser::new(&service);
    let mut other = Browser::new(&service);
    other.get("/console/sign-in").await;
    let address = depart(&mut browser, "/console/overview").await;
    let query = double.sign_in(&address, Signer::Newest, groups);
    // Login CSRF: somebody else's answer signs nobody in, and is not used up by it.
    assert_eq!(arrive(&mut other, &query).await.status(), 403);
    assert_eq!(arrive(&mut Browser::new(&service), &query).await.status(), 403);
    let elsewhere = format!("/console/sign-in/company/globex?{query}");
    assert_eq!(browser.get(&elsewhere).await.status(), 422);
    // Looking changes nothing.
    browser.with_method("HEAD", &format!("{BACK}?{query}")).await;
    let kept = browser.cookies.clone();
    location(&arrive(&mut browser, &query).await);
    browser.cookies = kept;
    assert_eq!(arrive(&mut browser, &query).await.status(), 403);

    for signer in [Signer::Stranger, Signer::Secret, Signer::Nobody] {
        let mut browser = Browser::new(&service);
        let address = depart(&mut browser, "").await;
        let query = double.sign_in(&address, signer, groups);
        assert_eq!(arrive(&mut browser, &query).await.status(), 403);
        assert!(!browser.cookies.contains_key("__Host-imper_console"));
    }
    let mut late = Browser::new(&service);
    let address = depart(&mut late, "").await;
    let query = double.sign_in(&address, Signer::Newest, groups);
    clock.advance_seconds(600);
    assert_eq!(arrive(&mut late, &query).await.status(), 403);
    let mut declined = Browser::new(&service);
    let address = depart(&mut declined, "").await;
    let state = address.query_pairs().find(|(name, _)| name == "state").unwrap().1;
    let refused = arrive(&mut declined, &format!("error=access_denied&state={state}")).await;
    assert!(text(&refused).contains("ended at your company"));
    double.be_down(true);
}

#[tokio::test]
async fn a_redirect_leads_to_no_other_place() {
    let double = Double::start().await;
    let (_folder, service, _clock) = with(&double, true);
    let mut browser = Browser::new(&service);
    let page = text(&browser.get("/console/sign-in").await);
    let token = hidden(&page, "form_token");
    let fields = [
        ("form_token", &*token),
        ("next", "https://evil.example/"),
        ("instance", "acme"),
    ];
    let answer = browser.post("/console/sign-in/company", &fields).await;
    let refresh = answer.headers()["refresh"].to_str().unwrap().to_owned();
    let address = refresh.strip_prefix("0; url=").unwrap().parse().unwrap();
    let query = double.sign_in(&address, Signer::Newest, |claims| claims["groups"] = json!("soc"));
    assert_eq!(
        location(&arrive(&mut browser, &query).await),
        "/console/verifications"
    );
    // Neither a form of another site, nor an organisation without company sign-in.
    let mut stranger = Browser::new(&service);
    let forged = [("form_token", &*token), ("instance", "acme")];
    assert_eq!(
        stranger.post("/console/sign-in/company", &forged).await.status(),
        403
    );
    let token = hidden(&text(&stranger.get("/console/sign-in").await), "form_token");
    for of in ["globex", "initech", ""] {
        let fields = [("form_token", &*token), ("instance", of)];
        let answer = stranger.post("/console/sign-in/company", &fields).await;
        assert_eq!(answer.status(), 422, "{of}");
    }
}

#[tokio::test]
async fn local_users_keep_their_name_and_what_an_admin_decides_stays() {
    let double = Double::start().await;
    let (_folder, service, _clock) = with(&double, true);
    add_user(&service, "acme", "mia.chen", Role::Viewer).await;
    let mut browser = Browser::new(&service);
    let refused = sign_in(&double, &mut browser, json!(["admins"])).await;
    assert!(text(&refused).contains("a user with a password and your name"));
    let local = id_of(&service, "acme", "mia.chen").await;
    let mut max = Browser::signed_in_as(&service, "acme", "max", Role::Admin).await;
    let token = hidden(&text(&max.get("/console/account").await), "form_token");
    let change = |what: &'static str| {
        [
            ("form_token", token.clone()),
            ("change", what.to_owned()),
            ("role", "viewer".to_owned()),
            ("confirmed", "yes".to_owned()),
        ]
    };
    let post = async |max: &mut Browser, id: i64, what| {
        let fields = change(what);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, &**value)).collect();
        max.post(&format!("/console/admin/users/{id}"), &fields).await
    };
    location(&post(&mut max, local, "remove").await);
    location(&sign_in(&double, &mut browser, json!(["soc"])).await);
    let company = id_of(&service, "acme", "mia.chen").await;
    assert_ne!(local, company);
    for decided in ["role", "reset"] {
        let refused = post(&mut max, company, decided).await;
        assert!(
            text(&refused).contains("decides about role and factors"),
            "{decided}"
        );
    }
    location(&post(&mut max, company, "disable").await);
    location(&browser.get("/console/account").await);
    let refused = sign_in(&double, &mut browser, json!(["soc"])).await;
    assert!(text(&refused).contains("Your user is disabled"));
    // There is no password to guess.
    let mut guess = Browser::new(&service);
    let answer = guess.sign_in("/console/sign-in", "acme", "mia.chen", "").await;
    assert_eq!(answer.status(), 422);
}

#[tokio::test]
async fn where_passwords_are_switched_off_only_users_for_emergencies_have_one() {
    let double = Double::start().await;
    let (_folder, service, _clock) = with(&double, false);
    add_user(&service, "acme", "ada", Role::Analyst).await;
    add_user(&service, "globex", "gus", Role::Analyst).await;
    let mut open = Browser::signed_in_as(&service, "acme", "ada", Role::Analyst).await;
    location(&open.get("/console/account").await);
    let mut browser = Browser::new(&service);
    let refused = browser.sign_in("/console/sign-in", "acme", "ada", PASSWORD).await;
    assert_eq!(refused.status(), 422);
    location(
        &browser
            .sign_in("/console/sign-in", "globex", "gus", PASSWORD)
            .await,
    );
    let new = NewUser {
        name: "breakglass".into(),
        role: Role::Admin,
        is_emergency: true,
    };
    let acme = instance("acme");
    let (_, password) = create_user(&service, By::CommandLine(&acme), new).await.unwrap();
    let password = secrecy::ExposeSecret::expose_secret(&password.0);
    let mut browser = Browser::new(&service);
    let answer = browser
        .sign_in("/console/sign-in", "acme", "breakglass", password)
        .await;
    assert_eq!(location(&answer), "/console/sign-in/next");
}
