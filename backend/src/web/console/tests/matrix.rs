//! Who may use which route: every route of the table, for nobody and for each role, on one's own instance and on another.

use std::collections::BTreeSet;

use super::super::routes::{self, Page, Verb};
use super::fixture::{Browser, hidden, instance, location, passed, text};
use crate::service::Service;
use crate::service::console::Role;
use crate::store::StoreError;
use crate::store::console::users;
use crate::testing::service;

/// What a route answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    /// The page, the file, or the way to it.
    Yes,
    /// 403, logged.
    No,
    /// To the sign-in form.
    SignIn,
}

use Answer::{No, SignIn, Yes};

/// Path, verb, and the answers for nobody, viewer, analyst, admin. A route without a row here fails the test.
const MATRIX: &[(&str, Verb, [Answer; 4])] = &[
    ("", Verb::Read, [Yes, Yes, Yes, Yes]),
    ("sign-in", Verb::Read, [Yes, Yes, Yes, Yes]),
    ("sign-in", Verb::Post, [Yes, Yes, Yes, Yes]),
    ("verifications", Verb::Read, [SignIn, Yes, Yes, Yes]),
    ("verifications/news", Verb::Read, [SignIn, Yes, Yes, Yes]),
    (
        "verifications/export/{format}",
        Verb::Read,
        [SignIn, No, Yes, Yes],
    ),
    ("verifications/{id}", Verb::Read, [SignIn, Yes, Yes, Yes]),
    (
        "verifications/{id}/report.json",
        Verb::Read,
        [SignIn, No, Yes, Yes],
    ),
    (
        "verifications/{id}/report.html",
        Verb::Read,
        [SignIn, No, Yes, Yes],
    ),
    ("views", Verb::Post, [SignIn, Yes, Yes, Yes]),
    ("views/remove", Verb::Post, [SignIn, Yes, Yes, Yes]),
    ("overview", Verb::Read, [SignIn, Yes, Yes, Yes]),
    ("bypasses", Verb::Read, [SignIn, Yes, Yes, Yes]),
    ("agents", Verb::Read, [SignIn, No, Yes, Yes]),
    ("audit", Verb::Read, [SignIn, No, No, Yes]),
    ("sign-in/company", Verb::Post, [Yes, Yes, Yes, Yes]),
    ("sign-in/company/{instance}", Verb::Read, [Yes, Yes, Yes, Yes]),
    ("sign-in/next", Verb::Read, [SignIn, Yes, Yes, Yes]),
    ("sign-in/code", Verb::Post, [SignIn, Yes, Yes, Yes]),
    ("sign-in/passkey/options", Verb::Post, [SignIn, Yes, Yes, Yes]),
    ("sign-in/passkey", Verb::Post, [SignIn, Yes, Yes, Yes]),
    ("sign-in/passkeys/options", Verb::Post, [SignIn, Yes, Yes, Yes]),
    ("sign-in/passkeys", Verb::Post, [SignIn, Yes, Yes, Yes]),
    ("sign-in/password", Verb::Post, [SignIn, Yes, Yes, Yes]),
    ("sign-in/app", Verb::Post, [SignIn, Yes, Yes, Yes]),
    ("sign-in/app/code", Verb::Post, [SignIn, Yes, Yes, Yes]),
    ("account", Verb::Read, [SignIn, Yes, Yes, Yes]),
    ("account/password", Verb::Post, [SignIn, Yes, Yes, Yes]),
    ("account/app", Verb::Read, [SignIn, Yes, Yes, Yes]),
    ("account/app", Verb::Post, [SignIn, Yes, Yes, Yes]),
    ("account/app/code", Verb::Post, [SignIn, Yes, Yes, Yes]),
    ("account/app/remove", Verb::Post, [SignIn, Yes, Yes, Yes]),
    ("account/passkeys/options", Verb::Post, [SignIn, Yes, Yes, Yes]),
    ("account/passkeys", Verb::Post, [SignIn, Yes, Yes, Yes]),
    ("account/codes", Verb::Post, [SignIn, Yes, Yes, Yes]),
    ("account/passkeys/remove", Verb::Post, [SignIn, Yes, Yes, Yes]),
    ("account/sessions", Verb::Post, [SignIn, Yes, Yes, Yes]),
    ("admin", Verb::Read, [SignIn, No, No, Yes]),
    ("admin/users", Verb::Read, [SignIn, No, No, Yes]),
    ("admin/users/new", Verb::Read, [SignIn, No, No, Yes]),
    ("admin/users/new", Verb::Post, [SignIn, No, No, Yes]),
    ("admin/users/{id}", Verb::Read, [SignIn, No, No, Yes]),
    ("admin/users/{id}", Verb::Post, [SignIn, No, No, Yes]),
    ("admin/policy", Verb::Read, [SignIn, No, No, Yes]),
    ("admin/policy/edit", Verb::Read, [SignIn, No, No, Yes]),
    ("admin/policy/edit", Verb::Post, [SignIn, No, No, Yes]),
    ("admin/policy/draft", Verb::Read, [SignIn, No, No, Yes]),
    ("admin/policy/replay", Verb::Post, [SignIn, No, No, Yes]),
    ("admin/policy/activate", Verb::Post, [SignIn, No, No, Yes]),
    ("admin/policy/discard", Verb::Post, [SignIn, No, No, Yes]),
    (
        "admin/policy/versions/{version}",
        Verb::Read,
        [SignIn, No, No, Yes],
    ),
    (
        "admin/policy/versions/{version}/roll-back",
        Verb::Post,
        [SignIn, No, No, Yes],
    ),
    ("admin/instance", Verb::Read, [SignIn, No, No, Yes]),
    (
        "admin/instance/keys/{purpose}/begin",
        Verb::Post,
        [SignIn, No, No, Yes],
    ),
    (
        "admin/instance/keys/{purpose}/finish",
        Verb::Post,
        [SignIn, No, No, Yes],
    ),
    (
        "admin/instance/keys/{purpose}/abort",
        Verb::Post,
        [SignIn, No, No, Yes],
    ),
    ("admin/delivery", Verb::Read, [SignIn, No, No, Yes]),
    ("admin/delivery/retry", Verb::Post, [SignIn, No, No, Yes]),
    ("admin/messages", Verb::Read, [SignIn, No, No, Yes]),
    ("admin/messages/frame", Verb::Read, [SignIn, No, No, Yes]),
    ("admin/messages/test", Verb::Post, [SignIn, No, No, Yes]),
    ("admin/branding", Verb::Read, [SignIn, No, No, Yes]),
    ("admin/branding", Verb::Post, [SignIn, No, No, Yes]),
    ("admin/branding/reset", Verb::Post, [SignIn, No, No, Yes]),
    ("admin/retention", Verb::Read, [SignIn, No, No, Yes]),
    ("admin/retention", Verb::Post, [SignIn, No, No, Yes]),
    ("admin/retention/reset", Verb::Post, [SignIn, No, No, Yes]),
    ("admin/health", Verb::Read, [SignIn, No, No, Yes]),
    ("admin/health/verify", Verb::Post, [SignIn, No, No, Yes]),
    ("admin/tokens", Verb::Read, [SignIn, No, No, Yes]),
    ("admin/tokens/new", Verb::Read, [SignIn, No, No, Yes]),
    ("admin/tokens/new", Verb::Post, [SignIn, No, No, Yes]),
    ("admin/tokens/{token}/revoke", Verb::Read, [SignIn, No, No, Yes]),
    ("admin/tokens/{token}/revoke", Verb::Post, [SignIn, No, No, Yes]),
    ("admin/push", Verb::Read, [SignIn, No, No, Yes]),
    // Last: it ends the session.
    ("sign-out", Verb::Post, [Yes, Yes, Yes, Yes]),
];

/// Pages that leave nothing in the log, each with the reason.
const UNLOGGED: &[Page] = &[
    // Sends on to the first page or to the sign-in form, and shows nothing itself.
    Page::Home,
    // Nobody has signed in yet. What is done there, right or wrong, is logged.
    Page::SignIn,
    Page::Step,
    // The number of newer rows, again and again while the table is open, which is logged itself.
    Page::News,
    // What somebody is just adding to their own account; once it is added, that is logged.
    Page::AddApp,
    // Only the names of the pages behind it, the same for everybody.
    Page::Administration,
    // Part of the page with the messages, which is logged itself; sample data only.
    Page::MessageFrame,
];

#[test]
fn the_matrix_names_every_route_once() {
    let rows: Vec<(&str, bool)> = MATRIX
        .iter()
        .map(|(path, verb, _)| (*path, *verb == Verb::Post))
        .collect();
    let routes: BTreeSet<(&str, bool)> = routes::ALL
        .iter()
        .map(|route| (route.path, route.verb == Verb::Post))
        .collect();
    assert_eq!(rows.iter().copied().collect::<BTreeSet<_>>(), routes);
    assert_eq!(rows.len(), routes::ALL.len());
}

/// Numbers of the log's entries by this user with this action.
async fn logged(service: &Service, user: &'static str, action: &'static str) -> i64 {
    let sql = "SELECT COUNT(*) FROM console_audit WHERE user_name = ?1 AND action = ?2 AND instance = 'acme'";
    let read = move |tx: &rusqlite::Transaction<'_>| {
        Ok::<i64, StoreError>(tx.query_row(sql, [user, action], |row| row.get(0))?)
    };
    service.store.read(read).await.unwrap()
}

/// Status of a route for a browser, with the fields that its form needs.
async fn status(browser: &mut Browser, path: &str, verb: Verb) -> (u16, String) {
    let url = format!("/console/{path}");
    let answer = match verb {
        Verb::Read => {
            let answer = browser.open(&url).await;
            let location = answer.headers().get("location");
            let location = location.map(|value| value.to_str().unwrap().to_owned());
            return (answer.status().as_u16(), location.unwrap_or_default());
        }
        Verb::Post => {
            let page = text(&browser.get("/console/verifications").await);
            let token = if page.contains("form_token") {
                hidden(&page, "form_token")
            } else {
                String::new()
            };
            let view = page
                .split("name=\"id\" value=\"")
                .nth(1)
                .and_then(|rest| rest.split('"').next());
            let fields = [
                ("form_token", token.as_str()),
                ("name", "Failed ones"),
                ("query", "status=failed"),
                ("id", view.unwrap_or("0")),
                ("instance", "acme"),
                ("password", "wrong"),
                ("change", "enable"),
                ("text", "format = 1\nversion = \"matrix-1\"\n"),
                ("channel", "email"),
                ("address", "robin@example.com"),
                ("overview:read", "on"),
                ("days", "30"),
            ];
            browser.post(&url, &fields).await
        }
    };
    let location = answer.headers().get("location");
    let location = location.map(|value| value.to_str().unwrap().to_owned());
    (answer.status().as_u16(), location.unwrap_or_default())
}

#[tokio::test]
async fn every_route_allows_each_role_exactly_what_it_should() {
    let (_folder, service, clock) = service();
    let id = passed(&service, &clock, "INC0010023").await.to_string();
    super::fixture::add_user(&service, "acme", "vera", Role::Viewer).await;
    let user = service
        .store
        .read(|tx| users::find_id(tx, &instance("acme"), "vera"))
        .await
        .unwrap()
        .unwrap()
        .to_string();
    let people = [
        ("vera", Role::Viewer),
        ("ada", Role::Analyst),
        ("max", Role::Admin),
    ];
    for column in 0..4_usize {
        let person = column.checked_sub(1).map(|index| people[index]);
        let mut browser = match person {
            Some((name, role)) => Browser::signed_in_as(&service, "acme", name, role).await,
            None => Browser::new(&service),
        };
        for (path, verb, answers) in MATRIX {
            let route = routes::ALL
                .iter()
                .find(|route| route.path == *path && route.verb == *verb)
                .unwrap();
            let id = if path.starts_with("admin/users") {
                &user
            } else {
                &id
            };
            let real = path
                .replace("{id}", id)
                .replace("{format}", "csv")
                .replace("{version}", "0")
                .replace("{purpose}", "tokens")
                // The admin has made it two rows before.
                .replace("{token}", "1");
            let name = person.map_or("", |(name, _)| name);
            let action = route.logs.map_or("", crate::service::console::Action::as_str);
            let before = logged(&service, name, action).await;
            let refused = logged(&service, name, "access.refused").await;
            let (status, to) = status(&mut browser, &real, *verb).await;
            let seen = match (status, to.as_str()) {
                (403, _) if route.page == Page::SubmitSignIn || route.page == Page::DepartToCompany => Yes,
                (403, _) => No,
                (303, to) if to.starts_with("/console/sign-in") && !to.contains("signed-out") => SignIn,
                // 422 and 429: the form is there, and what it was filled in with is wrong, again.
                (200 | 303 | 422 | 429, _) => Yes,
                other => panic!("{path} as {person:?}: {other:?}"),
            };
            assert_eq!(seen, answers[column], "{path} {verb:?} as {person:?}");
            let after = logged(&service, name, action).await;
            if seen == Yes && person.is_some() && route.logs.is_some() {
                assert_eq!(after, before + 1, "{path} is not logged");
            }
            let refusals = i64::from(seen == No);
            assert_eq!(
                logged(&service, name, "access.refused").await,
                refused + refusals,
                "{path}"
            );
        }
        if let Some((name, _)) = person {
            for action in ["view.saved", "view.removed", "session.signed_out"] {
                assert_eq!(logged(&service, name, action).await, 1, "{action} by {name}");
            }
        }
    }
    for route in routes::ALL {
        let by_use_case =
            route.verb == Verb::Post || matches!(route.page, Page::Report(_) | Page::ArriveFromCompany);
        assert!(
            route.logs.is_some() || by_use_case || UNLOGGED.contains(&route.page),
            "{} leaves no trace",
            route.path
        );
    }
}

#[tokio::test]
async fn no_role_sees_anything_of_another_instance() {
    let (_folder, service, clock) = service();
    let id = passed(&service, &clock, "INC0010023").await.to_string();
    for (name, role) in [
        ("vera", Role::Viewer),
        ("ada", Role::Analyst),
        ("max", Role::Admin),
    ] {
        let mut own = Browser::signed_in_as(&service, "acme", name, role).await;
        let mut foreign = Browser::signed_in_as(&service, "globex", name, role).await;
        for route in routes::ALL {
            if route.verb == Verb::Post || route.page == Page::News {
                continue;
            }
            let path = format!(
                "/console/{}",
                route.path.replace("{id}", &id).replace("{format}", "ndjson")
            );
            let here = own.get(&path).await;
            let there = foreign.get(&path).await;
            let page = text(&there);
            for trace in ["INC0010023", "Mia Chen", "Beth Anglin", "mia.chen"] {
                assert!(
                    !page.contains(trace),
                    "{trace} of acme is shown to globex at {path}"
                );
            }
            if route.page == Page::Details {
                assert_eq!((here.status().as_u16(), there.status().as_u16()), (200, 404));
            }
        }
        for query in [
            format!("same=requester:{id}"),
            "q=INC0010023".into(),
            format!("q={id}"),
        ] {
            let page = foreign
                .get(&format!("/console/verifications?{}", query.replace(':', "%3A")))
                .await;
            assert!(text(&page).contains("No verification matches"), "{query}");
        }
    }
}

#[tokio::test]
async fn a_view_of_one_user_is_not_another_ones() {
    let (_folder, service, _clock) = service();
    let mut ada = Browser::signed_in_as(&service, "acme", "ada", Role::Analyst).await;
    let mut max = Browser::signed_in_as(&service, "acme", "max", Role::Admin).await;
    let token = hidden(&text(&ada.get("/console/verifications").await), "form_token");
    let save = |name: &'static str, query: &'static str| {
        [
            ("form_token".to_owned(), token.clone()),
            ("name".into(), name.into()),
            ("query".into(), query.into()),
        ]
    };
    let fields = save("Mine", "status=failed&nonsense=1&sort=risk");
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (&**name, &**value)).collect();
    let answer = ada.post("/console/views", &fields).await;
    assert_eq!(
        location(&answer),
        "/console/verifications?status=failed&sort=risk"
    );
    let page = text(&ada.get("/console/verifications").await);
    let id = page
        .split("name=\"id\" value=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .to_owned();
    let page = text(&max.get("/console/verifications").await);
    assert!(!page.contains(">Mine<"));
    let own = hidden(&page, "form_token");
    assert_eq!(
        max.post("/console/views/remove", &[("form_token", &own), ("id", &id)])
            .await
            .status(),
        404
    );
    assert_eq!(
        max.post("/console/views/remove", &[("form_token", &token), ("id", &id)])
            .await
            .status(),
        403
    );
    assert_eq!(
        ada.post(
            "/console/views",
            &[("form_token", &token), ("name", " "), ("query", "")]
        )
        .await
        .status(),
        422
    );
    assert_eq!(
        ada.post("/console/views/remove", &[("form_token", &token), ("id", &id)])
            .await
            .status(),
        303
    );
}

#[tokio::test]
async fn a_viewer_reads_no_private_data() {
    let (_folder, service, clock) = service();
    let id = passed(&service, &clock, "INC0010023").await;
    let path = format!("/console/verifications/{id}");
    let mut viewer = Browser::signed_in_as(&service, "acme", "vera", Role::Viewer).await;
    let mut analyst = Browser::signed_in(&service, "acme").await;
    let (seen, whole) = (text(&viewer.get(&path).await), text(&analyst.get(&path).await));
    for private in [
        "mia.chen@acme.example",
        "I cannot sign in since this morning.",
        "Safari 19 on iPhone",
        "Europe/Lisbon",
        "•••• 0958",
        "Contacts on file",
    ] {
        assert!(whole.contains(private), "{private} is missing for the analyst");
        assert!(!seen.contains(private), "{private} is shown to a viewer");
    }
    for public in [
        "INC0010023",
        "Mia Chen",
        "m•••@acme.example",
        "Passed",
        "Proceed with action",
        "Your role shows",
    ] {
        assert!(seen.contains(public), "{public} is missing for the viewer");
    }
    for telling in [
        format!("same=device%3A{id}"),
        format!("same=network%3A{id}"),
        "code=device_shared".into(),
    ] {
        let path = format!("/console/verifications?{telling}&status=passed");
        assert_eq!(
            location(&viewer.get(&path).await),
            "/console/verifications?status=passed",
            "{telling}"
        );
        assert_eq!(
            analyst.get(&path.replace("&status=passed", "")).await.status(),
            200,
            "{telling}"
        );
    }
    assert!(!text(&viewer.get("/console/overview").await).contains("had in common"));
    let list = text(&viewer.get("/console/verifications").await);
    assert!(
        list.contains("m•••@acme.example") && !list.contains("mia.chen@acme") && !list.contains("/export/")
    );
}
