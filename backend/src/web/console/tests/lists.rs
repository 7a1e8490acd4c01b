use std::collections::BTreeSet;

use super::fixture::{Browser, failed, fill, location, passed, start, text};
use crate::testing::service;

/// The target of the link with this `rel`.
fn link(page: &str, rel: &str) -> Option<String> {
    let mark = format!("rel=\"{rel}\" href=\"");
    let rest = &page[page.find(&mark)? + mark.len()..];
    Some(
        rest[..rest.find('"')?]
            .replace("&#38;", "&")
            .replace("&amp;", "&"),
    )
}

fn ids(page: &str) -> Vec<String> {
    page.split("href=\"/console/verifications/")
        .skip(1)
        .map(|rest| rest[..15].to_owned())
        .filter(|id| id.starts_with("VER"))
        .collect()
}

#[tokio::test]
async fn pages_follow_each_other_without_gaps_or_repeats_in_both_directions() {
    let (_folder, service, _clock) = service();
    let all: BTreeSet<String> = fill(&service, "acme", 130, |_, _| {})
        .await
        .iter()
        .map(ToString::to_string)
        .collect();
    fill(&service, "globex", 3, |number, one| {
        one.id = crate::verification::VerificationId::from_random((u64::from(number) + 7).to_be_bytes());
    })
    .await;
    let mut browser = Browser::signed_in(&service, "acme").await;
    let (mut path, mut seen, mut sizes) = ("/console/verifications".to_owned(), Vec::new(), Vec::new());
    let last = loop {
        let page = text(&browser.get(&path).await);
        let rows = ids(&page);
        sizes.push(rows.len());
        seen.extend(rows);
        match link(&page, "next") {
            Some(next) => path = next,
            None => break page,
        }
    };
    assert_eq!(sizes, [50, 50, 30]);
    assert_eq!(seen.iter().cloned().collect::<BTreeSet<_>>(), all);
    assert_eq!(seen.len(), all.len());

    let middle = text(&browser.get(&link(&last, "prev").unwrap()).await);
    assert_eq!(ids(&middle), seen[50..100]);
    let first = text(&browser.get(&link(&middle, "prev").unwrap()).await);
    assert_eq!(ids(&first), seen[..50]);
    // A row that came in the meantime is on the way up, and moved nothing on the way down.
    fill(&service, "acme", 1, |_, one| {
        one.id = crate::verification::VerificationId::from_random([9; 8]);
        one.created_at = one.created_at.plus_seconds(60);
    })
    .await;
    let below = text(&browser.get(&link(&first, "next").unwrap()).await);
    assert_eq!(ids(&below), seen[50..100]);
}

#[tokio::test]
async fn the_table_is_narrowed_by_status_risk_and_text() {
    let (_folder, service, clock) = service();
    passed(&service, &clock, "INC0010023").await;
    failed(&service, &clock, "INC0010024").await;
    clock.advance_seconds(3600);
    let third = start(&service, "RITM50%_x").await;
    let mut browser = Browser::signed_in(&service, "acme").await;
    for (query, expected) in [
        ("", vec!["RITM50%_x", "INC0010024", "INC0010023"]),
        ("?status=passed", vec!["INC0010023"]),
        ("?risk=high", vec!["INC0010024"]),
        ("?q=inc00100", vec!["INC0010024", "INC0010023"]),
        ("?q=mia+ch&status=failed", vec!["INC0010024"]),
        ("?q=50%25_", vec!["RITM50%_x"]),
        ("?q=5__", vec![]),
        (&format!("?q={third}"), vec!["RITM50%_x"]),
    ] {
        let page = text(&browser.get(&format!("/console/verifications{query}")).await);
        let found: Vec<&str> = expected
            .iter()
            .copied()
            .filter(|number| page.contains(&format!(">{number}<")))
            .collect();
        assert_eq!(
            (found.len(), ids(&page).len()),
            (expected.len(), expected.len()),
            "{query}: {page}"
        );
    }
}

#[tokio::test]
async fn one_view_has_one_address() {
    let (_folder, service, _clock) = service();
    let mut browser = Browser::signed_in(&service, "acme").await;
    for (asked, canonical) in [
        ("?q=&status=&risk=", "/console/verifications"),
        ("?status=nonsense&risk=high", "/console/verifications?risk=high"),
        ("?after=garbage", "/console/verifications"),
        ("?q=%20mia%20&x=1", "/console/verifications?q=mia"),
        ("?after=99999999999999999999~", "/console/verifications"),
    ] {
        assert_eq!(
            location(&browser.get(&format!("/console/verifications{asked}")).await),
            canonical,
            "{asked}"
        );
    }
}
