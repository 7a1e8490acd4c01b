use super::*;
use crate::delivery::circuit::Neighbour;
use crate::testing::START;
use shared::words::Channel;

fn good() -> Facts {
    Facts {
        now: START.plus_seconds(600),
        started_at: START,
        write_millis: Some(3),
        sizes: Sizes {
            database: 12_345_678,
            log: 999,
            free: Some(52_100_000_000),
        },
        waiting: Vec::new(),
        given_up: 0,
        ways: Vec::new(),
        last_event: None,
        tokens: Tokens::default(),
        walk: Some(Kept {
            at: START,
            found: r#"{"entries":12}"#.into(),
        }),
        is_walking: false,
        retention: None,
        pull: None,
    }
}

fn waiting(kind: &str, seconds: i64) -> Waiting {
    Waiting {
        kind: kind.into(),
        count: 1,
        oldest: good().now.plus_seconds(-seconds),
        next_at: good().now,
        tried: 0,
    }
}

fn light(facts: &Facts, name: &str) -> Light {
    judge(facts)
        .into_iter()
        .find(|one| one.name == name)
        .unwrap()
        .light
}

#[test]
fn a_service_that_is_well_is_green_all_over() {
    let findings = judge(&good());
    assert!(
        findings.iter().all(|one| one.light == Light::Good),
        "{findings:?}"
    );
    for words in ["12.3 MB", "999 bytes", "52.1 GB are free"] {
        assert!(findings[0].words.contains(words), "{findings:?}");
    }
}

#[test]
fn a_disk_that_fills_up_is_said_in_time() {
    let with = |free: Option<u64>| {
        let mut facts = good();
        facts.sizes.free = free;
        light(&facts, "Database")
    };
    assert_eq!(with(Some(LITTLE_ROOM_BYTES)), Light::Good);
    assert_eq!(with(Some(LITTLE_ROOM_BYTES - 1)), Light::Attention);
    assert_eq!(with(Some(NO_ROOM_BYTES)), Light::Attention);
    assert_eq!(with(Some(NO_ROOM_BYTES - 1)), Light::Bad);
    assert_eq!(with(None), Light::Good);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("test.db");
    std::fs::write(&path, "x").unwrap();
    assert!(
        crate::store::console::health::sizes(&path)
            .free
            .is_some_and(|free| free > 0)
    );
    assert_eq!(
        crate::store::console::health::sizes(&folder.path().join("none.db")).free,
        None
    );
}

#[test]
fn each_trouble_shows_where_it_is() {
    let with = |change: fn(&mut Facts)| {
        let mut facts = good();
        change(&mut facts);
        facts
    };
    for (facts, name, expected) in [
        (with(|f| f.write_millis = None), "Database", Light::Bad),
        (
            with(|f| f.write_millis = Some(1001)),
            "Database",
            Light::Attention,
        ),
        (with(|f| f.sizes.log = 1 << 30), "Database", Light::Attention),
        (with(|f| f.given_up = 1), "Messages", Light::Attention),
        (
            with(|f| f.waiting = vec![waiting("link", 300)]),
            "Messages",
            Light::Good,
        ),
        (
            with(|f| f.waiting = vec![waiting("link", 301)]),
            "Messages",
            Light::Attention,
        ),
        (
            with(|f| f.waiting = vec![waiting("link", 3601)]),
            "Messages",
            Light::Bad,
        ),
        (
            with(|f| f.waiting = vec![waiting("link", 301)]),
            "Results to ServiceNow",
            Light::Good,
        ),
        (
            with(|f| f.waiting = vec![waiting("event", 301)]),
            "Results to ServiceNow",
            Light::Bad,
        ),
        (with(|f| f.walk = None), "Chain of evidence", Light::Attention),
        (
            with(|f| f.now = START.plus_seconds(WALK_SECONDS + 1)),
            "Chain of evidence",
            Light::Attention,
        ),
        (
            with(|f| {
                f.walk = Some(Kept {
                    at: START,
                    found: r#"{"broken":"its content was changed","number":7}"#.into(),
                });
            }),
            "Chain of evidence",
            Light::Bad,
        ),
        (
            with(|f| f.now = START.plus_seconds(10_801)),
            "Retention",
            Light::Attention,
        ),
        (
            with(|f| f.tokens.refused = Some((START, "its signature is wrong".into()))),
            "Requests from ServiceNow",
            Light::Bad,
        ),
        (
            with(|f| {
                f.tokens.refused = Some((START, "its signature is wrong".into()));
                f.tokens.accepted_at = Some(START.plus_seconds(1));
            }),
            "Requests from ServiceNow",
            Light::Attention,
        ),
    ] {
        assert_eq!(light(&facts, name), expected, "{name}: {:?}", judge(&facts));
    }
    let mut facts = good();
    facts.ways = vec![Way {
        neighbour: Neighbour::Channel(Channel::Email),
        state: State::Open { until: START },
        why: "The mail server does not answer.".into(),
    }];
    assert_eq!(light(&facts, "Ways out"), Light::Bad);
}
