//! Pages to look at: `cargo test -p backend pages_to_look_at -- --ignored` writes them to `target/console-pages`.

use std::path::Path;

use shared::words::{RiskLevel, Status};

use super::fixture::{Browser, failed, fill, passed, start, text};
use crate::service::console::Role;
use crate::store::StoreError;
use crate::testing::service;
use crate::web::assets;

#[tokio::test]
#[ignore = "writes files for people to look at"]
async fn pages_to_look_at() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/console-pages");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("console.css"), assets::CONSOLE_CSS.text()).unwrap();
    std::fs::write(folder.join("console.js"), assets::CONSOLE_JS.text()).unwrap();
    let write = |name: &str, page: String| {
        std::fs::write(
            folder.join(name),
            page.replace(assets::CONSOLE_CSS.href(), "console.css")
                .replace(assets::CONSOLE_JS.href(), "console.js"),
        )
        .unwrap();
    };
    let (_folder, service, clock) = service();
    let mut stranger = Browser::new(&service);
    write("sign-in.html", text(&stranger.get("/console/sign-in").await));
    write(
        "sign-in-wrong.html",
        text(&stranger.sign_in("/console/sign-in", "acme", "ada", "wrong").await),
    );
    write(
        "signed-out.html",
        text(&stranger.get("/console/sign-in?signed-out").await),
    );
    let mut browser = Browser::signed_in(&service, "acme").await;
    super::fixture::add_user(&service, "acme", "max", Role::Admin).await;
    write("empty.html", text(&browser.get("/console/verifications").await));
    write("missing.html", text(&browser.get("/console/nothing").await));

    let good = passed(&service, &clock, "INC0010023").await;
    let bad = failed(&service, &clock, "INC0010024").await;
    clock.advance_seconds(3700);
    let open = start(&service, "INC0010025").await;
    let people = [
        "Mia Chen",
        "Abel Tuter",
        "Fred Luddy",
        "Bow Ruggeri",
        "Maximiliane Featherstonehaugh-Wilkinson",
        "Lee Ong",
    ];
    let states = [
        (Status::Passed, Some(RiskLevel::Verified)),
        (Status::Passed, Some(RiskLevel::Medium)),
        (Status::Failed, Some(RiskLevel::High)),
        (Status::Expired, None),
        (Status::Opened, None),
        (Status::Cancelled, None),
        (Status::Undeliverable, None),
        (Status::InProgress, None),
        (Status::Passed, Some(RiskLevel::Verified)),
    ];
    let ids = fill(&service, "acme", 60, |number, one| {
        let name = people[number as usize % people.len()];
        one.created_at = one.created_at.plus_seconds(-4000 * i64::from(number) - 5000);
        one.requester.name = name.into();
        one.requester.email = format!("{}@acme.example", name.to_lowercase().replace(' ', "."));
        one.ticket.category = ["Password Reset", "Account unlock", "MFA reset"][number as usize % 3].into();
        one.agent.name = ["Beth Anglin", "David Loo"][number as usize % 2].into();
    })
    .await;
    for (number, id) in ids.into_iter().enumerate() {
        let (state, risk) = states[number % states.len()];
        let set = move |tx: &rusqlite::Transaction<'_>| {
            let sql = "UPDATE verification SET status = ?2, risk_level = ?3 WHERE id = ?1";
            let values = rusqlite::params![id.as_str(), state.as_str(), risk.map(RiskLevel::as_str)];
            Ok::<_, StoreError>(tx.execute(sql, values)?)
        };
        service.store.write(set).await.unwrap();
    }
    clock.advance_seconds(20);
    let mut browser = Browser::signed_in(&service, "acme").await;
    write("list.html", text(&browser.get("/console/verifications").await));
    write(
        "list-filtered.html",
        text(
            &browser
                .get("/console/verifications?q=ong&status=passed&risk=verified")
                .await,
        ),
    );
    write(
        "list-none.html",
        text(&browser.get("/console/verifications?q=nobody").await),
    );
    for (name, id) in [
        ("passed.html", &good),
        ("failed.html", &bad),
        ("open.html", &open),
    ] {
        write(
            name,
            text(&browser.get(&format!("/console/verifications/{id}")).await),
        );
    }
}
