//! Tickets resolved without verification, as the console shows them.

use serde_json::json;
use shared::words::UnixMillis;

use super::fixture::{Browser, instance, passed, text};
use crate::service::Service;
use crate::service::console::Role;
use crate::servicenow::bypasses::{read, tests as app};
use crate::store::StoreError;
use crate::store::bypasses::{self, Pull};
use crate::testing::service;

/// So many tickets, one a minute; each seventh by Carl. The second has a name that is markup.
async fn fill(service: &Service, of: &'static str, count: u32) {
    let rows: Vec<serde_json::Value> = (1..=count)
        .map(|number| {
            let mut row = app::sample(number);
            row["resolved_at"] = json!(format!("2026-11-22T0{}:{:02}:00Z", number / 60, number % 60));
            if number % 7 == 0 {
                row["resolved_by"] =
                    json!({ "sys_id": "c".repeat(32), "user_name": "carl", "name": "<b>Carl" });
            }
            row
        })
        .collect();
    let page = read(&app::answer(&rows, false)).unwrap();
    let now = service.now();
    service
        .store
        .write(move |tx| {
            for row in &page.rows {
                assert!(bypasses::add(tx, &instance(of), row)?);
            }
            put(tx, of, now, |_| {})
        })
        .await
        .unwrap();
}

fn put(
    tx: &rusqlite::Transaction<'_>,
    of: &str,
    now: UnixMillis,
    change: impl FnOnce(&mut Pull),
) -> Result<(), StoreError> {
    let mut pull = Pull {
        position: None,
        tried_at: now,
        fine_at: Some(now),
        is_too_old: false,
        error: None,
        skipped: 0,
    };
    change(&mut pull);
    bypasses::put_pull(tx, &instance(of), &pull)
}

fn tickets(page: &str) -> usize {
    page.matches("incident.do?sys_id=").count()
}

fn next(page: &str) -> Option<String> {
    let mark = "rel=\"next\" href=\"";
    let rest = &page[page.find(mark)? + mark.len()..];
    Some(
        rest[..rest.find('"')?]
            .replace("&#38;", "&")
            .replace("&amp;", "&"),
    )
}

#[tokio::test]
async fn the_list_is_paged_narrowed_and_of_ones_own_instance() {
    let (_folder, service, _clock) = service();
    fill(&service, "acme", 120).await;
    let mut viewer = Browser::signed_in_as(&service, "acme", "vera", Role::Viewer).await;
    let (mut path, mut sizes) = ("/console/bypasses".to_owned(), Vec::new());
    loop {
        let page = text(&viewer.get(&path).await);
        sizes.push(tickets(&page));
        match next(&page) {
            Some(next) => path = next,
            None => break,
        }
    }
    assert_eq!(sizes, [50, 50, 20]);
    let agent = "c".repeat(32);
    let page = text(
        &viewer
            .get(&format!(
                "/console/bypasses?agent={agent}&from=2026-11-22&to=2026-11-22"
            ))
            .await,
    );
    assert_eq!(tickets(&page), 17);
    assert!(
        page.contains("&#60;b&#62;Carl") && !page.contains("<b>Carl"),
        "{page}"
    );
    assert!(
        page.contains("https://acme.service-now.com/incident.do?sys_id=1111"),
        "{page}"
    );
    let page = text(&viewer.get("/console/bypasses?to=2026-11-21").await);
    assert_eq!(tickets(&page), 0);
    assert!(page.contains("No ticket matches"), "{page}");
    let mut foreign = Browser::signed_in(&service, "globex").await;
    let page = text(&foreign.get("/console/bypasses").await);
    assert!(
        tickets(&page) == 0 && !page.contains("Beth") && page.contains("was not asked yet"),
        "{page}"
    );
}

#[tokio::test]
async fn overview_and_agents_count_them_and_lead_to_them() {
    let (_folder, service, _clock) = service();
    fill(&service, "acme", 14).await;
    let mut browser = Browser::signed_in(&service, "acme").await;
    let page = text(&browser.get("/console/overview?days=7").await);
    assert!(page.contains("Tickets resolved without verification"), "{page}");
    assert!(page.contains("22 Nov, Without verification: 14"), "{page}");
    assert!(
        page.contains("/console/bypasses?from=2026-11-22&#38;to=2026-11-22"),
        "{page}"
    );
    let page = text(&browser.get("/console/agents?days=7").await);
    assert!(
        page.contains(&format!("agent={}\">2</a>", "c".repeat(32))),
        "who sends no link at all is there, too: {page}"
    );
    let page = text(
        &Browser::signed_in(&service, "globex")
            .await
            .get("/console/overview")
            .await,
    );
    assert!(!page.contains("Without verification: 14"), "{page}");
}

#[tokio::test]
async fn how_the_reading_stands_is_told_on_the_list_and_on_the_health_page() {
    let (_folder, service, _clock) = service();
    let mut admin = Browser::signed_in_as(&service, "acme", "max", Role::Admin).await;
    let now = service.now();
    for (change, list, health) in [
        (
            (|pull: &mut Pull| pull.is_too_old = true) as fn(&mut Pull),
            "too old to tell",
            "too old to tell which",
        ),
        (
            |pull| pull.error = Some("The instance failed (500).".into()),
            "could not be asked the last time",
            "The instance failed (500).",
        ),
        (|pull| pull.skipped = 3, "left out", "3 rows could not be read"),
        (|_| {}, "Last asked", "ServiceNow tells which tickets were."),
    ] {
        service
            .store
            .write(move |tx| put(tx, "acme", now, change))
            .await
            .unwrap();
        let page = text(&admin.get("/console/bypasses").await);
        assert!(page.contains(list), "{list}: {page}");
        let page = text(&admin.get("/console/admin/health").await);
        assert!(page.contains(health), "{health}: {page}");
    }
}

#[tokio::test]
async fn a_verification_tells_that_its_ticket_was_resolved_without_it() {
    let (_folder, service, clock) = service();
    let id = passed(&service, &clock, "INC0010023").await;
    let ticket = super::fixture::lookup(&service, &id).await.ticket.sys_id;
    let mut browser = Browser::signed_in(&service, "acme").await;
    let path = format!("/console/verifications/{id}");
    assert!(!text(&browser.get(&path).await).contains("resolved without verification"));
    for (number, resolved, is_told) in [
        (1, "2026-11-21T09:00:00Z", false),
        (2, "2026-11-23T09:00:00Z", true),
    ] {
        let mut row = app::sample(number);
        row["resolved_at"] = json!(resolved);
        row["ticket"]["sys_id"] = json!(ticket);
        let page = read(&app::answer(&[row], false)).unwrap();
        let add = move |tx: &rusqlite::Transaction<'_>| bypasses::add(tx, &instance("acme"), &page.rows[0]);
        service.store.write::<_, StoreError, _>(add).await.unwrap();
        let page = text(&browser.get(&path).await);
        assert_eq!(
            page.contains("resolved without verification</a> by Beth Anglin"),
            is_told,
            "{page}"
        );
    }
}
