//! What is left after the time of things is over: nothing about people, and a chain that verifies.

use super::signed_report::passed;
use super::*;
use crate::config::Retention;
use crate::service::retention::{Erased, due, run};
use crate::store::evidence::Verdict;
use crate::testing::{ManualClock, service_with};
use crate::verification::InstanceId;

const DAY: i64 = 86_400;
/// What tells about the people of [`crate::testing::claims`]. All of it is in a fresh database.
const ADDRESSES: [&str; 4] = [
    "mia.private@gmail.com",
    "mia.chen@acme.example\",\"source",
    "+442079460958",
    "2079460958",
];
const PERSONAL: [&str; 9] = [
    "mia.private",
    "mia.chen",
    "Mia Chen",
    "Beth Anglin",
    "beth.anglin",
    "Locked out of my account",
    "I cannot sign in since this morning",
    "Safari/605",
    "Europe/London",
];

fn with_rules() -> (tempfile::TempDir, Service, std::sync::Arc<ManualClock>) {
    service_with(|config| {
        for instance in config.instances.values_mut() {
            instance.retention = Retention {
                addresses_days: 10,
                personal_days: 100,
                evidence_days: 200,
                origins_days: 50,
                messages_days: 20,
                audit_days: 30,
            };
        }
    })
}

/// Every byte of the database, its write-ahead log and whatever else lies beside it.
fn bytes_of(folder: &tempfile::TempDir) -> Vec<u8> {
    let mut bytes = Vec::new();
    for file in std::fs::read_dir(folder.path()).unwrap() {
        bytes.extend(std::fs::read(file.unwrap().path()).unwrap());
    }
    bytes
}

fn found_in<'a>(bytes: &[u8], words: &[&'a str]) -> Vec<&'a str> {
    let holds = |word: &&&str| bytes.windows(word.len()).any(|window| window == word.as_bytes());
    words.iter().filter(holds).copied().collect()
}

async fn verdict(service: &Service) -> Verdict {
    service
        .store
        .read(|tx| evidence::verify(tx, &[]).map_err(ServiceError::from))
        .await
        .unwrap()
}

async fn erased(service: &Service) -> Erased {
    let before = due(service).await.unwrap();
    let done = run(service).await.unwrap();
    let of_acme = |all: &[(InstanceId, Erased)]| {
        let mut found = all.iter().filter(|(instance, _)| instance.as_str() == "acme");
        found.next().unwrap().1
    };
    assert_eq!(
        of_acme(&before),
        of_acme(&done),
        "a dry run counts what a run does"
    );
    assert!(of_acme(&due(service).await.unwrap()).is_nothing());
    of_acme(&done)
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_go_first_then_people_then_evidence_and_the_chain_still_verifies() {
    let (folder, service, clock) = with_rules();
    let id = passed(&service, "t1-unique").await;
    // A running one is never touched.
    assert!(erased(&service).await.is_nothing());
    let fresh = bytes_of(&folder);
    assert_eq!(found_in(&fresh, &ADDRESSES), ADDRESSES, "the search itself works");
    assert_eq!(found_in(&fresh, &PERSONAL), PERSONAL);

    clock.advance_seconds(11 * DAY);
    let done = erased(&service).await;
    assert_eq!((done.addresses, done.personal, done.evidence), (1, 0, 0));
    assert_eq!(found_in(&bytes_of(&folder), &ADDRESSES), [""; 0]);
    assert!(matches!(verdict(&service).await, Verdict::Intact { .. }));
    let view = view_of(&service, &id).await;
    assert_eq!(
        (view.outcome, view.destination.as_str()),
        (Some(Outcome::Passed), "m•••@gmail.com")
    );

    clock.advance_seconds(90 * DAY);
    let done = erased(&service).await;
    assert_eq!((done.addresses, done.personal, done.evidence), (0, 1, 0));
    assert!(done.messages > 0);
    let bytes = bytes_of(&folder);
    assert_eq!(found_in(&bytes, &ADDRESSES), [""; 0]);
    assert_eq!(found_in(&bytes, &PERSONAL), [""; 0]);
    assert_eq!(
        found_in(&bytes, &["INC0010023"]),
        ["INC0010023"],
        "what was decided stays"
    );
    assert!(matches!(verdict(&service).await, Verdict::Intact { .. }));
    let view = view_of(&service, &id).await;
    assert_eq!(view.outcome, Some(Outcome::Passed));

    clock.advance_seconds(100 * DAY);
    let done = erased(&service).await;
    assert_eq!((done.addresses, done.personal, done.evidence), (0, 0, 1));
    let Verdict::Intact { entries } = verdict(&service).await else {
        panic!("the chain does not verify");
    };
    let (instance, of) = (InstanceId::parse("acme").unwrap(), id.clone());
    let list = service
        .store
        .read(move |tx| evidence::list(tx, &instance, &of).map_err(ServiceError::from))
        .await
        .unwrap();
    assert_eq!(list.len() as u64, entries);
    let kept: Vec<&str> = list
        .iter()
        .filter(|entry| entry.body.is_some())
        .map(|entry| entry.kind.as_str())
        .collect();
    assert_eq!(kept, [evidence::ERASED; 3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_lists_can_be_searched_for_is_forgotten_too() {
    let (folder, service, clock) = with_rules();
    let mut caller = caller(service.now(), "t1-unique");
    caller.claims.requester.name = "Qqorvath Zyxwander".into();
    agent::start(&service, caller, send_link(), None).await.unwrap();
    clock.advance_seconds(600);
    expiry::sweep(&service).await.unwrap();
    // Words as the full-text index keeps them.
    let words = ["qqorvath", "zyxwander"];
    assert_eq!(
        found_in(&bytes_of(&folder), &words),
        words,
        "the search itself works"
    );
    clock.advance_seconds(101 * DAY);
    assert_eq!(erased(&service).await.personal, 1);
    assert_eq!(found_in(&bytes_of(&folder), &words), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_signals_and_limits_count_goes_after_its_own_time() {
    let (folder, service, clock) = with_rules();
    passed(&service, "t1-unique").await;
    let count = |table: &str| -> i64 {
        let reader = rusqlite::Connection::open(folder.path().join("test.db")).unwrap();
        let sql = format!("SELECT COUNT(*) FROM {table}");
        reader.query_row(&sql, [], |row| row.get(0)).unwrap()
    };
    let before = ["message_log", "outbox", "origin"].map(&count);
    assert!(before.iter().all(|rows| *rows > 0), "{before:?}");
    clock.advance_seconds(21 * DAY);
    run(&service).await.unwrap();
    assert_eq!((count("message_log"), count("outbox")), (0, 0));
    assert!(count("origin") > 0);
    clock.advance_seconds(30 * DAY);
    run(&service).await.unwrap();
    assert_eq!(count("origin"), 0);
    assert!(count("contact_on_file") > 0);
    clock.advance_seconds(50 * DAY);
    run(&service).await.unwrap();
    assert_eq!(count("contact_on_file"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_audit_log_loses_what_is_over_and_nothing_else_can_be_taken_out_of_it() {
    use crate::store::console::audit::{self, Action, Entry};
    let (folder, service, clock) = with_rules();
    let log = |at| {
        let store = service.store.clone();
        async move {
            let acme = InstanceId::parse("acme").unwrap();
            let work = move |tx: &rusqlite::Transaction<'_>| {
                let entry = Entry {
                    instance: Some(&acme),
                    user: None,
                    action: Action::SignedIn,
                    subject: "",
                    client_address: "203.0.113.77",
                };
                audit::append(tx, entry, at).map_err(ServiceError::from)
            };
            store.write(work).await.unwrap();
        }
    };
    log(service.now()).await;
    clock.advance_seconds(31 * DAY);
    log(service.now()).await;
    let vandal = rusqlite::Connection::open(folder.path().join("test.db")).unwrap();
    assert!(vandal.execute("DELETE FROM console_audit", []).is_err());
    assert_eq!(erased(&service).await.audit, 1);
    assert!(vandal.execute("DELETE FROM console_audit", []).is_err());
    let left: Vec<String> = vandal
        .prepare("SELECT action || ' ' || subject FROM console_audit ORDER BY id")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<rusqlite::Result<_>>()
        .unwrap();
    assert_eq!(left, ["session.signed_in ", "audit.erased 1 entries"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_erased_as_a_whole_and_holds_up_nothing() {
    let (folder, service, clock) = with_rules();
    let id = passed(&service, "t1-unique").await;
    let vandal = rusqlite::Connection::open(folder.path().join("test.db")).unwrap();
    // A change of our own would leave nothing behind either.
    vandal.pragma_update(None, "secure_delete", true).unwrap();
    let spoil = "UPDATE verification SET body = '{\"to\":\"mia.private@gmail.com\"' WHERE id = ?1";
    assert_eq!(vandal.execute(spoil, [id.as_str()]).unwrap(), 1);
    drop(vandal);
    clock.advance_seconds(11 * DAY);
    let done = run(&service).await.unwrap();
    assert_eq!(done[0].1.addresses, 1);
    assert_eq!(found_in(&bytes_of(&folder), &ADDRESSES), [""; 0]);
    assert!(due(&service).await.unwrap()[0].1.is_nothing());
}

#[tokio::test(flavor = "multi_thread")]
async fn more_than_one_batch_is_done_in_one_run_and_only_for_the_instance_whose_time_it_is() {
    let (_folder, service, clock) = service_with(|config| {
        let acme = InstanceId::parse("acme").unwrap();
        config.instances.get_mut(&acme).unwrap().retention.addresses_days = 10;
    });
    for n in 0..60_u32 {
        for instance in ["acme", "globex"] {
            let mut caller = caller(service.now(), &format!("start-{instance}-{n}"));
            caller.instance = InstanceId::parse(instance).unwrap();
            let tail = format!("{n:032}");
            caller.claims.ticket.sys_id.clone_from(&tail);
            caller.claims.requester.sys_id.clone_from(&tail);
            caller.claims.agent.sys_id.clone_from(&tail);
            let mut to = send_link();
            to.destination = format!("private{n}@gmail.com");
            agent::start(&service, caller, to, None).await.unwrap();
        }
    }
    clock.advance_seconds(600);
    while expiry::sweep(&service).await.unwrap() > 0 {}
    clock.advance_seconds(11 * DAY);
    let done = run(&service).await.unwrap();
    let counts: Vec<_> = done
        .iter()
        .map(|(id, erased)| (id.as_str(), erased.addresses))
        .collect();
    assert_eq!(counts, [("acme", 60), ("globex", 0)]);
}
