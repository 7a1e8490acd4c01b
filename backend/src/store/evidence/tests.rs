//! Whatever is done to the chain, the walk names the first entry that does not fit, and no other.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseResult, TestRunner};
use rusqlite::Connection;

use super::*;
use crate::store::connection::open_writer;

/// Entries of each of the two chains.
const LENGTH: i64 = 9;
const COLUMNS: [&str; 10] = [
    "instance",
    "number",
    "verification_id",
    "at",
    "kind",
    "salt",
    "body",
    "commitment",
    "previous",
    "hash",
];

/// Two chains, in a file without the triggers that would refuse what a vandal does.
fn two_chains() -> (tempfile::TempDir, Connection) {
    let folder = tempfile::tempdir().unwrap();
    let mut connection = open_writer(&folder.path().join("test.db")).unwrap();
    let tx = connection.transaction().unwrap();
    for instance in ["acme", "globex"] {
        let instance = InstanceId::parse(instance).unwrap();
        for n in 0..LENGTH {
            let byte = u8::try_from(n).unwrap();
            let id = VerificationId::from_random([byte / 3; 8]);
            let kind = ["verification.created", "link.opened", "check.answered"][usize::from(byte % 3)];
            let body = format!("{{\"n\":{n},\"correct\":false}}");
            append(
                &tx,
                &instance,
                &id,
                kind,
                &body,
                [byte; 16],
                UnixMillis(1_795_341_600_000 + n),
            )
            .unwrap();
        }
    }
    tx.commit().unwrap();
    drop_triggers(&connection);
    (folder, connection)
}

fn drop_triggers(connection: &Connection) {
    let names: Vec<String> = connection
        .prepare("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<rusqlite::Result<_>>()
        .unwrap();
    assert!(names.iter().any(|name| name.starts_with("evidence_")));
    for name in names {
        connection.execute_batch(&format!("DROP TRIGGER {name}")).unwrap();
    }
}

fn heads(tx: &Transaction<'_>) -> Vec<Anchor> {
    let anchor = |instance: &str| {
        let head = head(tx, &InstanceId::parse(instance).unwrap()).unwrap();
        Anchor {
            instance: instance.into(),
            number: head.number,
            hash: head.hash,
        }
    };
    vec![anchor("acme"), anchor("globex")]
}

/// What the walk says: chain and number of the first entry that does not fit.
fn first_bad(tx: &Transaction<'_>, anchors: &[Anchor]) -> Option<(String, i64)> {
    match verify(tx, anchors).unwrap() {
        Verdict::Intact { .. } => None,
        Verdict::Broken { instance, number, .. } => Some((instance, number)),
    }
}

#[derive(Clone, Debug)]
enum Vandalism {
    /// Changes one byte of a column.
    Flip {
        number: i64,
        column: usize,
        byte: proptest::sample::Index,
        with: u8,
    },
    /// Takes an entry out.
    Delete { number: i64 },
    /// Lets two entries change places.
    Swap { first: i64, second: i64 },
    /// Cuts everything off behind an entry.
    CutBehind { number: i64 },
    /// Erases the content of an entry without a word.
    Erase { number: i64 },
    /// Puts the whole content of one entry, its hashes too, in the place of another.
    Copy { from: i64, to: i64 },
}

fn any_vandalism() -> impl Strategy<Value = Vandalism> {
    let number = 1..=LENGTH;
    let two = (1..=LENGTH, 1..=LENGTH).prop_filter("two entries", |(one, other)| one != other);
    prop_oneof![
        8 => (number.clone(), 0..COLUMNS.len(), any::<proptest::sample::Index>(), 1..=u8::MAX)
            .prop_map(|(number, column, byte, with)| Vandalism::Flip { number, column, byte, with }),
        1 => number.clone().prop_map(|number| Vandalism::Delete { number }),
        1 => two.clone().prop_map(|(one, other)| Vandalism::Swap { first: one.min(other), second: one.max(other) }),
        1 => (0..LENGTH).prop_map(|number| Vandalism::CutBehind { number }),
        1 => number.prop_map(|number| Vandalism::Erase { number }),
        1 => two.prop_map(|(from, to)| Vandalism::Copy { from, to }),
    ]
}

/// Changes one byte of a column, as somebody with an editor for the file would. Returns the new content; `None` where
/// the change cannot be stored, because another entry has that place already.
fn flip(
    tx: &Transaction<'_>,
    number: i64,
    column: &str,
    byte: proptest::sample::Index,
    with: u8,
) -> Option<Vec<u8>> {
    let place = "instance = 'acme' AND number = ?1";
    if ["number", "at"].contains(&column) {
        let sql = format!("SELECT {column} FROM evidence WHERE {place}");
        let old: i64 = tx.query_row(&sql, [number], |row| row.get(0)).unwrap();
        let mut bytes = old.to_be_bytes();
        bytes[byte.index(8)] ^= with;
        let new = i64::from_be_bytes(bytes);
        let sql = format!("UPDATE evidence SET {column} = ?2 WHERE {place}");
        tx.execute(&sql, params![number, new]).ok()?;
        return Some(bytes.to_vec());
    }
    let sql = format!("SELECT CAST({column} AS BLOB) FROM evidence WHERE {place}");
    let mut bytes: Vec<u8> = tx.query_row(&sql, [number], |row| row.get(0)).unwrap();
    let index = byte.index(bytes.len());
    bytes[index] ^= with;
    let sql = format!("UPDATE evidence SET {column} = CAST(?2 AS TEXT) WHERE {place}");
    tx.execute(&sql, params![number, bytes]).ok()?;
    Some(bytes)
}

/// Does the damage; returns what must be found, if the damage could be done at all.
fn vandalise(tx: &Transaction<'_>, damage: &Vandalism) -> Option<(String, i64)> {
    let acme = |number: i64| Some(("acme".to_owned(), number));
    match *damage {
        Vandalism::Flip {
            number,
            column,
            byte,
            with,
        } => {
            let changed = flip(tx, number, COLUMNS[column], byte, with)?;
            match COLUMNS[column] {
                // It stands in a chain of its own now, which begins with a number that is not 1, or with a wrong hash.
                "instance" => {
                    let is_first = changed.as_slice() < b"acme".as_slice();
                    if is_first {
                        Some((String::from_utf8_lossy(&changed).into_owned(), 1))
                    } else {
                        acme(number)
                    }
                }
                "number" => {
                    let new = i64::from_be_bytes(changed.try_into().ok()?);
                    acme(if new < 1 { new } else { number })
                }
                _ => acme(number),
            }
        }
        Vandalism::Delete { number } => {
            let sql = "DELETE FROM evidence WHERE instance = 'acme' AND number = ?1";
            assert_eq!(tx.execute(sql, [number]).unwrap(), 1);
            acme(number)
        }
        Vandalism::Swap { first, second } => {
            let sql = "UPDATE evidence SET number = ?2 WHERE instance = 'acme' AND number = ?1";
            for (from, to) in [(first, 1000), (second, first), (1000, second)] {
                assert_eq!(tx.execute(sql, [from, to]).unwrap(), 1);
            }
            acme(first)
        }
        Vandalism::CutBehind { number } => {
            let sql = "DELETE FROM evidence WHERE instance = 'acme' AND number > ?1";
            tx.execute(sql, [number]).unwrap();
            acme(number + 1)
        }
        Vandalism::Erase { number } => {
            let sql = "UPDATE evidence SET salt = NULL, body = NULL WHERE instance = 'acme' AND number = ?1";
            assert_eq!(tx.execute(sql, [number]).unwrap(), 1);
            acme(number)
        }
        Vandalism::Copy { from, to } => {
            let sql =
                "UPDATE evidence SET (verification_id, at, kind, salt, body, commitment, previous, hash) =
                (SELECT verification_id, at, kind, salt, body, commitment, previous, hash FROM evidence
                 WHERE instance = 'acme' AND number = ?1) WHERE instance = 'acme' AND number = ?2";
            assert_eq!(tx.execute(sql, [from, to]).unwrap(), 1);
            acme(to)
        }
    }
}

#[test]
fn any_damage_is_found_at_the_first_entry_that_it_reaches() {
    let (_folder, connection) = two_chains();
    let connection = std::cell::RefCell::new(connection);
    let check = |damage: Vandalism| -> TestCaseResult {
        let mut connection = connection.borrow_mut();
        // Rolled back at the end of each case.
        let tx = connection.transaction().unwrap();
        let anchors = heads(&tx);
        prop_assert_eq!(first_bad(&tx, &anchors), None);
        if let Some(expected) = vandalise(&tx, &damage) {
            prop_assert_eq!(first_bad(&tx, &anchors), Some(expected));
        }
        Ok(())
    };
    let mut runner = TestRunner::new(Config {
        cases: 1500,
        failure_persistence: None,
        ..Config::default()
    });
    runner.run(&any_vandalism(), check).unwrap();
}

#[test]
fn only_an_anchor_shows_that_the_end_was_cut_off() {
    let (_folder, mut connection) = two_chains();
    let tx = connection.transaction().unwrap();
    let anchors = heads(&tx);
    tx.execute("DELETE FROM evidence WHERE number > 6", []).unwrap();
    assert_eq!(verify(&tx, &[]).unwrap(), Verdict::Intact { entries: 12 });
    assert_eq!(first_bad(&tx, &anchors), Some(("acme".into(), 7)));
    assert_eq!(first_bad(&tx, &anchors[1..]), Some(("globex".into(), 7)));
    tx.execute("DELETE FROM evidence WHERE instance = 'globex'", [])
        .unwrap();
    assert_eq!(first_bad(&tx, &anchors[1..]), Some(("globex".into(), 1)));
}

#[test]
fn a_chain_that_was_forged_anew_from_some_entry_on_does_not_lead_to_the_anchor() {
    let (_folder, mut connection) = two_chains();
    let tx = connection.transaction().unwrap();
    let anchors = heads(&tx);
    let acme = InstanceId::parse("acme").unwrap();
    tx.execute("DELETE FROM evidence WHERE instance = 'acme' AND number > 7", [])
        .unwrap();
    for n in 0..5 {
        let id = VerificationId::from_random([9; 8]);
        append(&tx, &acme, &id, "forged", "{}", [n; 16], UnixMillis(0)).unwrap();
    }
    assert_eq!(first_bad(&tx, &[]), None);
    assert_eq!(first_bad(&tx, &anchors), Some(("acme".into(), LENGTH)));
}

#[test]
fn what_retention_erased_verifies_because_it_says_so_and_for_no_other_reason() {
    let (_folder, mut connection) = two_chains();
    let tx = connection.transaction().unwrap();
    let acme = InstanceId::parse("acme").unwrap();
    let id = VerificationId::from_random([1; 8]);
    assert_eq!(erase(&tx, &acme, &id).unwrap(), 3);
    assert_eq!(first_bad(&tx, &[]), Some(("acme".into(), 4)));
    let body = r#"{"evidence":3}"#;
    append(&tx, &acme, &id, ERASED, body, [7; 16], UnixMillis(0)).unwrap();
    assert_eq!(first_bad(&tx, &[]), None);
    let list = list(&tx, &acme, &id).unwrap();
    assert_eq!(list.iter().filter(|entry| entry.body.is_none()).count(), 3);
    // Its own word stays, and cannot be taken away either.
    assert_eq!(erase(&tx, &acme, &id).unwrap(), 0);
    tx.execute(
        "UPDATE evidence SET salt = NULL, body = NULL WHERE kind = ?1",
        [ERASED],
    )
    .unwrap();
    assert_eq!(first_bad(&tx, &[]), Some(("acme".into(), 4)));
}

#[test]
fn anchors_are_read_as_they_are_printed() {
    let hash = "ab".repeat(32);
    let read = Anchor::parse(&format!("acme 12 {hash}\n")).unwrap();
    assert_eq!((read.instance.as_str(), read.number), ("acme", 12));
    for bad in [
        String::new(),
        "acme 12".to_owned(),
        format!("acme -1 {hash}"),
        format!("acme x {hash}"),
        "acme 12 abc".to_owned(),
        format!("acme 12 {hash} more"),
    ] {
        assert_eq!(Anchor::parse(&bad), None, "{bad}");
    }
}
