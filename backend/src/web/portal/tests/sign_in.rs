//! Company sign-in through the real routes, with a provider that does what the test says.

use serde_json::json;
use shared::words::{CheckKind, CheckResult, Outcome};

use super::*;
use crate::config::PolicySource;
use crate::config::SignIn;
use crate::identity::oidc::tests::{Double, Signer};
use crate::verification::State;
use crate::verification::checks::company_sign_in::OnFileField;

/// Only the number and the sign-in are asked.
const POLICY: &str = "format = 1\nversion = \"sign-in\"\n[[plan]]\nsteps = [{ any_of = [\"call_number\"] }, { any_of = [\"company_sign_in\"] }]\n";
const BACK: &str = "/verify/sign-in/acme";

/// A portal whose company has the provider.
fn portal(double: &Double) -> Portal {
    Portal::with(|config| {
        config.policy = PolicySource::read("policy.toml", POLICY.into()).unwrap();
        let acme = config
            .instances
            .get_mut(&InstanceId::parse("acme").unwrap())
            .unwrap();
        acme.sign_in = Some(SignIn {
            provider: double.settings(),
            matches: vec![("preferred_username".into(), OnFileField::UserName)],
        });
    })
}

/// A browser that is asked to sign in.
async fn asked(portal: &Portal) -> Browser<'_> {
    let browser = portal.begin().await;
    browser.answer_number().await;
    let page = browser.get("/verify").await;
    assert_eq!(page.heading(), "Sign in with your Acme account");
    assert!(page.body.contains("Go to Acme Sign-On"), "{}", page.body);
    browser
}

/// Presses the button; gives the provider's address.
async fn depart(browser: &Browser<'_>) -> url::Url {
    let page = browser.post("/verify/sign-in", "").await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    let refresh = page.header("refresh");
    let address = refresh.strip_prefix("0; url=").unwrap();
    assert!(
        page.body.contains(&address.replace('&', "&#38;")),
        "the page has a button to the same address"
    );
    address.parse().unwrap()
}

/// The form of the page on the way back.
fn form(query: &str) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .append_pair("answer", query)
        .finish()
}

async fn arrive(browser: &Browser<'_>, query: &str) -> Answer {
    browser.post_as(BACK, &form(query)).await
}

async fn result(browser: &Browser<'_>) -> Option<CheckResult> {
    let verification = browser.portal.verification(&browser.id).await;
    let session = match &verification.state {
        State::InProgress(session) => Some(session),
        State::Decided(decided) => decided.session.as_ref(),
        _ => None,
    };
    session.unwrap().check(CheckKind::CompanySignIn).unwrap().result
}

async fn findings(browser: &Browser<'_>) -> (Outcome, Vec<String>) {
    let verification = browser.portal.verification(&browser.id).await;
    let decision = verification.decision().unwrap();
    let codes = decision
        .report
        .findings
        .iter()
        .map(|finding| finding.code.clone());
    (decision.outcome, codes.collect())
}

#[tokio::test]
async fn whoever_signs_in_as_the_requester_passes() {
    let double = Double::start().await;
    let portal = portal(&double);
    let browser = asked(&portal).await;
    let address = depart(&browser).await;
    let query = double.sign_in(&address, Signer::Newest, |_| {});

    // The way back is a GET from another site: without the cookie, and it changes nothing.
    let back = portal.get(&format!("{BACK}?{query}")).await;
    assert_eq!(back.status, StatusCode::OK);
    assert!(back.body.contains("data-send") && back.body.contains(&query.replace('&', "&#38;")));
    assert!(
        back.header("content-security-policy")
            .contains("form-action 'self'")
    );
    assert_eq!(back.header("referrer-policy"), "no-referrer");
    assert_eq!(result(&browser).await, None);

    let taken = arrive(&browser, &query).await;
    assert_eq!(
        (taken.status, taken.header("location")),
        (StatusCode::SEE_OTHER, "/verify")
    );
    assert_eq!(
        browser.get("/verify").await.heading(),
        "Your identity is confirmed"
    );
    let (outcome, codes) = findings(&browser).await;
    assert_eq!(outcome, Outcome::Passed);
    assert!(codes.contains(&"company_sign_in_passed".to_owned()), "{codes:?}");
}

#[tokio::test]
async fn somebody_elses_account_fails_and_so_does_nobodys() {
    let double = Double::start().await;
    for (name, finding) in [
        (json!("mia.chen2"), "company_sign_in_somebody_else"),
        (json!(null), "company_sign_in_unnamed"),
    ] {
        let portal = portal(&double);
        let browser = asked(&portal).await;
        let address = depart(&browser).await;
        let query = double.sign_in(&address, Signer::Newest, |claims| {
            claims["preferred_username"] = name;
        });
        assert_eq!(arrive(&browser, &query).await.status, StatusCode::SEE_OTHER);
        let (outcome, codes) = findings(&browser).await;
        assert_eq!(outcome, Outcome::Failed);
        assert!(codes.contains(&finding.to_owned()), "{codes:?}");
        let page = browser.get("/verify").await;
        assert_eq!(page.heading(), "We could not confirm your identity");
        assert!(!page.body.contains("mia.chen"), "the page does not say why");
    }
}

#[tokio::test]
async fn an_answer_counts_only_in_the_session_that_asked_and_once() {
    let double = Double::start().await;
    let portal = portal(&double);
    let victim = asked(&portal).await;
    let mut caller = testing::caller(portal.service.now(), "second");
    caller.claims.ticket.sys_id = testing::sys_id('2');
    let other = portal.begin_of(portal.start_as(caller).await).await;
    other.answer_number().await;

    // The attacker's own, honest sign-in, handed to another browser (login CSRF).
    let address = depart(&other).await;
    let query = double.sign_in(&address, Signer::Newest, |_| {});
    let refused = arrive(&victim, &query).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.body.contains("This sign-in does not count"),
        "{}",
        refused.body
    );
    assert_eq!(result(&victim).await, None);

    // It was not used up by that, and at the address of another provider it is void (mix-up).
    let mixed = other.post_as("/verify/sign-in/globex", &form(&query)).await;
    assert_eq!(mixed.status, StatusCode::UNPROCESSABLE_ENTITY);
    let evil = arrive(&other, &format!("{query}&iss=https%3A%2F%2Fevil.example")).await;
    assert_eq!(
        evil.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "another issuer answers"
    );
    // That answer did use the state up, so this one comes too late: it neither counts nor harms.
    assert_eq!(arrive(&other, &query).await.status, StatusCode::SEE_OTHER);
    assert_eq!(result(&other).await, None);

    let address = depart(&other).await;
    let query = double.sign_in(&address, Signer::Newest, |_| {});
    for _ in 0..3 {
        assert_eq!(arrive(&other, &query).await.status, StatusCode::SEE_OTHER);
    }
    assert_eq!(result(&other).await, Some(CheckResult::Passed));
}

#[tokio::test]
async fn an_answer_without_session_or_after_ten_minutes_is_void() {
    let double = Double::start().await;
    let portal = portal(&double);
    let browser = asked(&portal).await;
    let address = depart(&browser).await;
    let query = double.sign_in(&address, Signer::Newest, |_| {});
    let stranger = portal.post(BACK, &form(&query)).await;
    assert_eq!(stranger.status, StatusCode::NOT_FOUND);
    portal.clock.advance_seconds(600);
    assert_eq!(
        arrive(&browser, &query).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    assert_eq!(result(&browser).await, None);
    // Another try counts.
    let address = depart(&browser).await;
    let query = double.sign_in(&address, Signer::Newest, |_| {});
    assert_eq!(arrive(&browser, &query).await.status, StatusCode::SEE_OTHER);
    assert_eq!(result(&browser).await, Some(CheckResult::Passed));
}

#[tokio::test]
async fn a_form_of_another_site_is_refused() {
    let double = Double::start().await;
    let portal = portal(&double);
    let browser = asked(&portal).await;
    let address = depart(&browser).await;
    let query = double.sign_in(&address, Signer::Newest, |_| {});
    let request = Portal::request("POST", BACK, Some(&browser.cookie))
        .header("origin", "https://evil.example")
        .header("sec-fetch-site", "cross-site")
        .body(form(&query));
    assert_eq!(portal.answer(request).await.status, StatusCode::FORBIDDEN);
    assert_eq!(result(&browser).await, None);
}

#[tokio::test]
async fn what_goes_wrong_at_the_provider_decides_nothing() {
    let double = Double::start().await;
    let portal = portal(&double);
    let browser = asked(&portal).await;
    let address = depart(&browser).await;
    let state = address
        .query_pairs()
        .find_map(|(name, value)| (name == "state").then(|| value.into_owned()))
        .unwrap();
    let declined = arrive(&browser, &format!("error=access_denied&state={state}")).await;
    assert_eq!(declined.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(declined.body.contains("The sign-in was not finished"));

    // A token of a stranger's key, a token for another sign-in.
    for signer in [Signer::Stranger, Signer::Newest] {
        let address = depart(&browser).await;
        let query = double.sign_in(&address, signer, |claims| {
            if signer == Signer::Newest {
                claims["nonce"] = "another".into();
            }
        });
        let refused = arrive(&browser, &query).await;
        assert!(
            refused.body.contains("This sign-in does not count"),
            "{}",
            refused.body
        );
    }

    // Down while the code is redeemed.
    let address = depart(&browser).await;
    let query = double.sign_in(&address, Signer::Newest, |_| {});
    double.be_down(true);
    let down = arrive(&browser, &query).await;
    assert!(
        down.body.contains("Acme Sign-On cannot be reached at the moment"),
        "{}",
        down.body
    );
    assert_eq!(result(&browser).await, None);
    double.be_down(false);

    let address = depart(&browser).await;
    let query = double.sign_in(&address, Signer::Newest, |_| {});
    arrive(&browser, &query).await;
    assert_eq!(result(&browser).await, Some(CheckResult::Passed));
}

#[tokio::test]
async fn a_provider_that_is_down_from_the_beginning_is_said_on_the_page() {
    let double = Double::start().await;
    double.be_down(true);
    let portal = portal(&double);
    let browser = asked(&portal).await;
    let page = browser.post("/verify/sign-in", "").await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        page.body.contains("cannot be reached at the moment"),
        "{}",
        page.body
    );
    assert_eq!(page.header("refresh"), "");
}

#[tokio::test]
async fn garbage_fills_no_evidence() {
    let double = Double::start().await;
    let portal = portal(&double);
    let browser = asked(&portal).await;
    for number in 0..25 {
        let refused = arrive(&browser, &format!("code=a&state={number}")).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let (instance, id) = (InstanceId::parse("acme").unwrap(), browser.id.clone());
    let entries = portal
        .service
        .store
        .read(move |tx| crate::store::evidence::list(tx, &instance, &id))
        .await
        .unwrap();
    let refusals = entries.iter().filter(|entry| entry.kind == "sign_in.refused");
    assert_eq!(refusals.count(), 20);
}

#[tokio::test]
async fn ten_sign_ins_are_begun_and_no_more() {
    let double = Double::start().await;
    let portal = portal(&double);
    let browser = asked(&portal).await;
    for _ in 0..10 {
        depart(&browser).await;
    }
    let page = browser.post("/verify/sign-in", "").await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.body.contains("too many times"), "{}", page.body);
}

#[tokio::test]
async fn without_the_question_nothing_is_begun() {
    let double = Double::start().await;
    let portal = portal(&double);
    let browser = portal.begin().await;
    let early = browser.post("/verify/sign-in", "").await;
    assert_eq!(
        (early.status, early.header("location")),
        (StatusCode::SEE_OTHER, "/verify")
    );
    let stale = browser.post_as("/verify/sign-in", "form_token=x").await;
    assert_eq!(stale.status, StatusCode::FORBIDDEN);
    let get = browser.get("/verify/sign-in").await;
    assert_eq!(get.status, StatusCode::METHOD_NOT_ALLOWED);
}
