use super::fixture::{Browser, failed, fill, instance, location, passed, start, text, without_script};
use crate::service::console::{Filter, Order, Position};
use crate::store::console::deliveries::deliveries;
use crate::store::console::listing::{self, Wanted};
use crate::testing::service;
use crate::web::html::CONTENT_SECURITY_POLICY;

#[tokio::test]
async fn another_instances_verification_is_answered_exactly_like_one_that_does_not_exist() {
    let (_folder, service, clock) = service();
    let id = passed(&service, &clock, "INC0010023").await;
    let path = format!("/console/verifications/{id}");
    let mut acme = Browser::signed_in(&service, "acme").await;
    let mut globex = Browser::signed_in(&service, "globex").await;
    assert_eq!(acme.get(&path).await.status(), 200);
    let foreign = globex.get(&path).await;
    for unknown in [
        "/console/verifications/VER000000000000",
        "/console/verifications/x",
    ] {
        let unknown = globex.get(unknown).await;
        assert_eq!(foreign.status(), 404);
        assert_eq!(
            (foreign.status(), foreign.headers(), foreign.body()),
            (unknown.status(), unknown.headers(), unknown.body())
        );
    }
    let list = text(&globex.get("/console/verifications").await);
    assert!(list.contains("No verifications yet") && !list.contains("INC0010023"));
    let search = text(&globex.get("/console/verifications?q=INC0010023").await);
    assert!(search.contains("No verification matches"));
    let (foreign, id) = (instance("globex"), id.clone());
    let read = move |tx: &rusqlite::Transaction<'_>| {
        let wanted = Wanted {
            instance: &foreign,
            filter: &Filter::default(),
            order: Order::default(),
            position: &Position::First,
            limit: 10,
        };
        let rows = listing::list(tx, wanted)?.rows.len();
        Ok::<_, crate::store::StoreError>(rows + deliveries(tx, &foreign, &id)?.len())
    };
    assert_eq!(service.store.read(read).await.unwrap(), 0);
}

#[tokio::test]
async fn strangers_are_sent_to_sign_in_and_back_to_no_other_place() {
    let (_folder, service, _clock) = service();
    let mut browser = Browser::new(&service);
    assert_eq!(location(&browser.get("/console").await), "/console/verifications");
    let answer = browser.get("/console/verifications/VER7K3M9QX2A4TN").await;
    assert_eq!(
        location(&answer),
        "/console/sign-in?next=%2Fconsole%2Fverifications%2FVER7K3M9QX2A4TN"
    );
    for next in [
        "https://evil.example/",
        "//evil.example",
        "/console/../v",
        "%2Fv%2Fabc",
        "/console/%5Cevil",
    ] {
        super::fixture::add_user_once(&service).await;
        let mut browser = Browser::new(&service);
        let answer = browser
            .sign_in(
                &format!("/console/sign-in?next={next}"),
                "acme",
                "ada",
                super::fixture::PASSWORD,
            )
            .await;
        assert_eq!(location(&answer), "/console/verifications", "{next}");
    }
    // Nor does a form that was tampered with.
    let mut browser = Browser::new(&service);
    let token = super::fixture::hidden(&text(&browser.get("/console/sign-in").await), "form_token");
    let fields = [
        ("form_token", &*token),
        ("next", "https://evil.example/"),
        ("instance", "acme"),
        ("name", "ada"),
        ("password", super::fixture::PASSWORD),
    ];
    assert_eq!(
        location(&browser.post("/console/sign-in", &fields).await),
        "/console/verifications"
    );
}

#[tokio::test]
async fn text_from_tickets_is_shown_as_text() {
    let (_folder, service, _clock) = service();
    let evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>";
    let ids = fill(&service, "acme", 1, |_, one| {
        for field in [
            &mut one.ticket.number,
            &mut one.ticket.short_description,
            &mut one.ticket.description,
            &mut one.ticket.category,
        ] {
            *field = evil.into();
        }
        for field in [
            &mut one.requester.name,
            &mut one.requester.email,
            &mut one.requester.user_name,
            &mut one.requester.time_zone,
        ] {
            *field = evil.into();
        }
        one.agent.name = evil.into();
        one.ticket.table = "javascript:alert(1)//".into();
        one.requester.contacts[0].source = evil.into();
    })
    .await;
    let mut browser = Browser::signed_in(&service, "acme").await;
    for path in [
        "/console/verifications".to_owned(),
        format!("/console/verifications/{}", ids[0]),
    ] {
        let page = without_script(&text(&browser.get(&path).await));
        assert!(page.contains("&#60;script&#62;"), "{page}");
        assert!(
            !page.contains("<script") && !page.contains("<img") && !page.contains("javascript:"),
            "{page}"
        );
    }
    let page = without_script(&text(
        &browser.get("/console/verifications?q=%3Cscript%3E%22").await,
    ));
    assert!(
        page.contains("value=\"&#60;script&#62;&#34;\"") && !page.contains("<script"),
        "{page}"
    );
}

#[tokio::test]
async fn the_details_show_everything_and_no_private_address() {
    let (_folder, service, clock) = service();
    let mut browser = Browser::signed_in(&service, "acme").await;
    let id = passed(&service, &clock, "INC0010023").await;
    let page = text(&browser.get(&format!("/console/verifications/{id}")).await);
    for part in [
        "Ticket Number &amp; Subject",
        "Locked out of my account",
        "Description",
        "I cannot sign in since this morning.",
        "Requested action",
        "Password reset",
        "Requester User Name &amp; Email",
        "Mia Chen",
        "mia.chen",
        "mia.chen@acme.example",
        "Verification Status",
        "Passed",
        "Risk Level",
        "Verified",
        "Initiated by",
        "Beth Anglin",
        "Analysis Report",
        "Additional information about the user",
        "Timestamp",
        "Recommendation",
        "User verified successfully - Proceed with action",
        "m•••@gmail.com",
        "m•••@acme.example",
        "•••• 0958",
        "Safari 19 on iPhone",
        "Europe/Lisbon",
        "Call number answered wrongly",
        "Decided: Passed",
        "Link to the requester",
        "https://acme.service-now.com/incident.do?sys_id=",
    ] {
        assert!(page.contains(part), "{part} is missing in {page}");
    }
    let cookie_digest = match super::fixture::lookup(&service, &id).await.state {
        crate::verification::State::Decided(decided) => decided.session.unwrap().cookie_digest,
        other => panic!("{other:?}"),
    };
    for secret in ["mia.private@gmail.com", "442079460958", cookie_digest.as_str()] {
        assert!(!page.contains(secret), "{secret}");
    }
    let id = failed(&service, &clock, "INC0010024").await;
    let page = text(&browser.get(&format!("/console/verifications/{id}")).await);
    assert!(page.contains("High risk detected - Reject this request"));
    let running = start(&service, "INC0010025").await;
    let page = text(&browser.get(&format!("/console/verifications/{running}")).await);
    assert!(
        page.contains("No recommendation yet")
            && page.contains("Not decided")
            && !page.contains("Proceed with action")
    );
}

#[tokio::test]
async fn reading_details_is_logged_and_without_a_log_there_are_no_details() {
    let (_folder, service, clock) = service();
    let id = passed(&service, &clock, "INC0010023").await;
    let mut browser = Browser::signed_in(&service, "acme").await;
    browser.get(&format!("/console/verifications/{id}")).await;
    let count = |tx: &rusqlite::Transaction<'_>| {
        let sql = "SELECT group_concat(action || ' ' || subject || ' ' || user_name) FROM console_audit";
        Ok::<String, crate::store::StoreError>(tx.query_row(sql, [], |row| row.get(0))?)
    };
    assert_eq!(
        service.store.read(count).await.unwrap(),
        format!("verification.read {id} ada")
    );
    service.store.close();
    let answer = browser.get(&format!("/console/verifications/{id}")).await;
    assert_eq!(answer.status(), 500);
    assert!(text(&answer).contains("Something failed on our side") && !text(&answer).contains("database"));
}

#[tokio::test]
async fn every_page_has_the_protective_headers() {
    let (_folder, service, clock) = service();
    let id = passed(&service, &clock, "INC0010023").await;
    let mut browser = Browser::signed_in(&service, "acme").await;
    let mut stranger = Browser::new(&service);
    for path in [
        "/console",
        "/console/verifications",
        "/console/overview",
        "/console/agents",
        "/console/audit",
        &format!("/console/verifications/{id}"),
        "/console/nothing",
    ] {
        for answer in [browser.get(path).await, stranger.get(path).await] {
            let headers = answer.headers();
            assert_eq!(
                headers["content-security-policy"], CONTENT_SECURITY_POLICY,
                "{path}"
            );
            assert_eq!(headers["cache-control"], "no-store");
            assert_eq!(headers["x-content-type-options"], "nosniff");
            assert_eq!(headers["x-frame-options"], "DENY");
            assert_eq!(headers["referrer-policy"], "no-referrer");
            assert!(headers.contains_key("strict-transport-security"));
            let page = without_script(&text(&answer));
            assert!(
                !page.contains(" style=") && !page.contains("<style") && !page.contains("<script"),
                "{path}: inline"
            );
        }
    }
}

#[tokio::test]
async fn wrong_methods_bodies_and_paths_have_their_own_answers() {
    let (_folder, service, _clock) = service();
    let mut browser = Browser::signed_in(&service, "acme").await;
    for (method, path, allow) in [
        ("POST", "/console/verifications", "GET, HEAD"),
        ("DELETE", "/console/verifications/VER7K3M9QX2A4TN", "GET, HEAD"),
        ("GET", "/console/sign-out", "POST"),
        ("PUT", "/console/sign-in", "GET, HEAD, POST"),
    ] {
        let answer = browser.with_method(method, path).await;
        assert_eq!(
            (
                answer.status().as_u16(),
                answer.headers()["allow"].to_str().unwrap()
            ),
            (405, allow),
            "{method} {path}"
        );
    }
    for path in [
        "/console/nothing",
        "/console/verifications/",
        "/console/verifications/a/b",
        "/console/sign-in/x",
    ] {
        assert_eq!(browser.get(path).await.status(), 404, "{path}");
    }
    let form = ("content-type", "application/x-www-form-urlencoded");
    assert_eq!(
        browser
            .post_with("/console/sign-in", &[form], vec![b'a'; 5000])
            .await
            .status(),
        413
    );
    assert_eq!(
        browser
            .post_with(
                "/console/sign-in",
                &[("content-type", "application/json")],
                vec![]
            )
            .await
            .status(),
        415
    );
    assert_eq!(
        browser
            .post_with("/console/sign-in", &[form], vec![0xff, 0x00, b'&', b'%'])
            .await
            .status(),
        403
    );
}
