use std::cell::RefCell;
use std::collections::BTreeSet;

use rusqlite::{Connection, Transaction};
use shared::words::{Channel, Status, UnixMillis};

use super::*;
use crate::store::{Store, StoreError};
use crate::verification::InstanceId;

thread_local! {
    static SEEN: RefCell<BTreeSet<String>> = const { RefCell::new(BTreeSet::new()) };
}

/// Remembers a statement that a list was read with.
pub(super) fn note(sql: &str) {
    SEEN.with_borrow_mut(|seen| seen.insert(sql.to_owned()));
}

fn instance(id: &str) -> InstanceId {
    InstanceId::parse(id).unwrap()
}

/// A small generator, so that every run sees the same rows.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.roll(all.len())]
    }
}

/// A database with `count` rows of acme and as many of globex.
fn database(count: u32) -> (tempfile::TempDir, Connection) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("test.db");
    Store::open(&path).unwrap().close();
    let mut connection = Connection::open(&path).unwrap();
    let tx = connection.transaction().unwrap();
    let mut dice = Dice(7);
    for number in 0..count * 2 {
        let id = VerificationId::from_random(
            (u64::from(number) + 1)
                .wrapping_mul(0x9E37_79B9_7F4A_7C15)
                .to_be_bytes(),
        );
        let status = dice.of(Status::ALL);
        let risk = match status {
            Status::Passed => Some(dice.of(&["verified", "medium"])),
            Status::Failed => Some("high"),
            _ => None,
        };
        let name = dice.of(&["Mia Chen", "mia ong", "Abel Tuter", "Zoë Ünal", "", "Lee_Ong"]);
        let codes = if status == Status::Failed {
            "device_shared network_vpn"
        } else {
            ""
        };
        // Some in one millisecond, some written out of order.
        let created_at = 1_795_000_000_000 + i64::from(number / 3) * 1000 - i64::from(number % 7) * 5000;
        tx.execute(
            "INSERT INTO verification (id, instance, ticket_table, ticket_sys_id, ticket_number, category, requester_sys_id,
                requester_name, requester_email, agent_sys_id, agent_name, destination_digest, status, risk_level, risk_score,
                created_at, ended_at, body, channel, codes)
             VALUES (?1, ?2, 'incident', ?3, ?4, ?5, ?6, ?6, ?7, ?8, ?9, ?10, ?11, ?12, 40, ?13, NULL, '{}', ?14, ?15)",
            rusqlite::params![
                id.as_str(),
                if number % 2 == 0 { "acme" } else { "globex" },
                number.to_string(),
                format!("INC{:07}", dice.roll(500)),
                dice.of(&["Password Reset", "Account unlock", "MFA-Reset \"x\""]),
                name,
                format!("p{}@acme.example", dice.roll(9)),
                dice.of(&["a1", "a2", "a3"]),
                dice.of(&["Beth Anglin", "David Loo"]),
                dice.of(&["d1", "d2", "d3", "d4"]),
                status.as_str(),
                risk,
                created_at,
                dice.of(&["email", "sms"]),
                codes,
            ],
        )
        .unwrap();
    }
    tx.commit().unwrap();
    (folder, connection)
}

fn filters(tx: &Transaction<'_>) -> Vec<Filter> {
    let some_id: String = tx
        .query_row(
            "SELECT id FROM verification WHERE instance = 'acme' LIMIT 1",
            [],
            |row| row.get(0),
        )
        .unwrap();
    let filter = |change: &dyn Fn(&mut Filter)| {
        let mut filter = Filter::default();
        change(&mut filter);
        filter
    };
    let moment = UnixMillis(1_795_000_050_000);
    vec![
        Filter::default(),
        filter(&|f| f.standing = Some(Standing::One(Status::InProgress))),
        filter(&|f| f.standing = Some(Standing::Pending)),
        filter(&|f| f.risk = Some(RiskLevel::High)),
        filter(&|f| f.category = Some("MFA-Reset \"x\"".into())),
        filter(&|f| f.agent = Some("a2".into())),
        filter(&|f| f.channel = Some(Channel::Sms)),
        filter(&|f| f.from = Some(moment)),
        filter(&|f| f.before = Some(moment)),
        filter(&|f| f.code = Some("network_vpn".into())),
        filter(&|f| f.text = Some("mia".into())),
        filter(&|f| f.text = Some("inc0 unal".into())),
        filter(&|f| {
            f.text = Some("ong".into());
            f.risk = Some(RiskLevel::Medium);
            f.channel = Some(Channel::Email);
            f.from = Some(moment);
        }),
        filter(&|f| f.same = Some((Same::Destination, VerificationId::parse(&some_id).unwrap()))),
        filter(&|f| {
            f.same = Some((Same::Requester, VerificationId::parse(&some_id).unwrap()));
            f.text = Some("inc".into());
        }),
    ]
}

fn orders() -> Vec<Order> {
    let both = |by: &Column| [false, true].map(|descending| Order { by: *by, descending });
    Column::ALL.iter().flat_map(both).collect()
}

fn read(tx: &Transaction<'_>, filter: &Filter, order: Order, position: &Position, limit: u32) -> Vec<Listed> {
    let own = instance("acme");
    let wanted = Wanted {
        instance: &own,
        filter,
        order,
        position,
        limit,
    };
    let (found, matching) = counted(tx, wanted).unwrap();
    assert_eq!(found.rows, list(tx, wanted).unwrap().rows);
    assert_eq!(matching, count(tx, &own, filter, SORTED_ROWS + 1).unwrap());
    found.rows
}

/// Whether a row fits a filter, said once more and in another way.
fn fits(row: &Listed, filter: &Filter) -> bool {
    let folded = |text: &str| text.to_lowercase().replace('ü', "u").replace('ë', "e");
    let words: Vec<String> = folded(&format!(
        "{} {} {} {}",
        row.ticket_number, row.requester_name, row.requester_email, row.id
    ))
    .split(|character: char| !character.is_alphanumeric())
    .map(str::to_owned)
    .collect();
    let has = |text: &str| {
        folded(text)
            .split(' ')
            .all(|wanted| words.iter().any(|word| word.starts_with(wanted)))
    };
    filter
        .standing
        .is_none_or(|standing| standing.statuses().contains(&row.status))
        && filter.risk.is_none_or(|risk| row.risk == Some(risk))
        && filter
            .category
            .as_ref()
            .is_none_or(|category| row.category == *category)
        && filter
            .agent
            .as_ref()
            .is_none_or(|agent| row.agent_sys_id == *agent)
        && filter.channel.is_none_or(|channel| row.channel == channel)
        && filter.from.is_none_or(|from| row.created_at() >= from)
        && filter.before.is_none_or(|before| row.created_at() < before)
        && filter.code.as_ref().is_none_or(|code| row.codes.contains(code))
        && filter.text.as_deref().is_none_or(has)
}

#[test]
fn every_order_under_every_filter_is_paged_without_gaps_in_both_directions() {
    let (_folder, mut connection) = database(150);
    let tx = connection.transaction().unwrap();
    let all = read(&tx, &Filter::default(), Order::default(), &Position::First, 1000);
    assert_eq!(all.len(), 150);
    for filter in filters(&tx) {
        for order in orders() {
            let mut expected: Vec<Listed> = all.iter().filter(|row| fits(row, &filter)).cloned().collect();
            if filter.same.is_some() {
                let found = read(&tx, &filter, Order::default(), &Position::First, 1000);
                expected.retain(|row| found.contains(row));
                assert!(!expected.is_empty() && expected.len() < 150);
            }
            expected.sort_by(|one, other| compare(order, &one.cursor(order), &other.cursor(order)));
            let (mut seen, mut position) = (Vec::new(), Position::First);
            loop {
                let rows = read(&tx, &filter, order, &position, 7);
                let Some(last) = rows.last() else { break };
                position = Position::After(last.cursor(order));
                seen.extend(rows);
            }
            assert_eq!(seen, expected, "{filter:?} {order:?}");
            let (mut seen, mut position) = (Vec::new(), None);
            if let Some(last) = expected.last() {
                seen.push(last.clone());
                position = Some(Position::Before(last.cursor(order)));
            }
            while let Some(place) = position.take() {
                let rows = read(&tx, &filter, order, &place, 7);
                position = rows.first().map(|first| Position::Before(first.cursor(order)));
                seen.splice(0..0, rows);
            }
            assert_eq!(seen, expected, "backwards: {filter:?} {order:?}");
        }
        let counted = count(&tx, &instance("acme"), &filter, 1000).unwrap();
        let rows = read(&tx, &filter, Order::default(), &Position::First, 1000);
        assert_eq!(usize::try_from(counted).unwrap(), rows.len());
    }
}

#[test]
fn no_statement_reads_a_whole_table_or_sorts() {
    let (_folder, mut connection) = database(60);
    let tx = connection.transaction().unwrap();
    SEEN.with_borrow_mut(BTreeSet::clear);
    let own = instance("acme");
    for filter in filters(&tx) {
        for order in orders() {
            let rows = read(&tx, &filter, order, &Position::First, 20);
            if let Some(row) = rows.get(rows.len() / 2) {
                read(&tx, &filter, order, &Position::After(row.cursor(order)), 20);
                read(&tx, &filter, order, &Position::Before(row.cursor(order)), 20);
            }
        }
        count(&tx, &own, &filter, 100).unwrap();
        codes(&tx, &own, &filter, 100).unwrap();
    }
    categories(&tx, &own, 100).unwrap();
    agents(&tx, &own, 100).unwrap();
    let statements = SEEN.take();
    assert!(
        statements.len() > 50,
        "only {} statements were seen",
        statements.len()
    );
    for sql in statements {
        let plan = plan(&tx, &sql);
        for step in &plan {
            // The full-text index is always asked by an expression (M), and gives rows in the order of their numbers.
            let by_expression =
                step.starts_with("SCAN listing_text VIRTUAL TABLE INDEX") && step.contains(":M");
            assert!(by_expression || !step.starts_with("SCAN"), "{step} in {sql}");
            assert!(!step.contains("TEMP B-TREE"), "{step} in {sql}");
        }
    }
}

fn plan(tx: &Transaction<'_>, sql: &str) -> Vec<String> {
    let mut statement = tx.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    let nothing = vec![rusqlite::types::Value::Null; statement.parameter_count()];
    let rows = statement
        .query_map(rusqlite::params_from_iter(nothing), |row| row.get(3))
        .unwrap();
    rows.collect::<rusqlite::Result<_>>().unwrap()
}

#[test]
fn a_plan_that_sorts_or_reads_everything_would_be_noticed() {
    let (_folder, mut connection) = database(3);
    let tx = connection.transaction().unwrap();
    assert!(
        plan(&tx, "SELECT * FROM listing ORDER BY category DESC, words")
            .iter()
            .any(|step| step.contains("TEMP B-TREE"))
    );
    assert!(
        plan(&tx, "SELECT * FROM listing WHERE words = ''")
            .iter()
            .any(|step| step.starts_with("SCAN"))
    );
}

#[test]
fn the_index_follows_every_change() {
    let (_folder, mut connection) = database(40);
    let tx = connection.transaction().unwrap();
    let check = "INSERT INTO listing_text (listing_text, rank) VALUES ('integrity-check', 1)";
    tx.execute(check, []).unwrap();
    tx.execute("UPDATE verification SET status = 'failed', risk_level = 'high', codes = 'device_new', requester_name = 'Nobody'
        WHERE instance = 'acme'", []).unwrap();
    tx.execute("DELETE FROM verification WHERE instance = 'globex'", [])
        .unwrap();
    tx.execute(check, []).unwrap();
    let filter = Filter {
        text: Some("nobody".into()),
        standing: Some(Standing::One(Status::Failed)),
        code: Some("device_new".into()),
        ..Filter::default()
    };
    assert_eq!(count(&tx, &instance("acme"), &filter, 100).unwrap(), 40);
    let rows: i64 = tx
        .query_row("SELECT COUNT(*) FROM listing", [], |row| row.get(0))
        .unwrap();
    assert_eq!(rows, 40);
    let mia = Filter {
        text: Some("mia".into()),
        ..Filter::default()
    };
    assert_eq!(count(&tx, &instance("acme"), &mia, 100).unwrap(), 0);
}

#[test]
fn more_rows_than_are_ordered_are_said_to_be_more() {
    let (_folder, mut connection) = database(SORTED_ROWS + 10);
    let tx = connection.transaction().unwrap();
    let own = instance("acme");
    let found = |filter: &Filter, by| {
        let wanted = Wanted {
            instance: &own,
            filter,
            order: Order {
                by,
                descending: false,
            },
            position: &Position::First,
            limit: 5,
        };
        list(&tx, wanted).unwrap()
    };
    let narrowed = Filter {
        text: Some("inc0".into()),
        ..Filter::default()
    };
    assert!(found(&narrowed, Column::Requester).newest_only);
    // Columns with few values are exact however many rows match, and so is everything without a filter.
    for by in [
        Column::Status,
        Column::Risk,
        Column::Category,
        Column::Agent,
        Column::Time,
    ] {
        assert!(!found(&narrowed, by).newest_only, "{by:?}");
    }
    assert!(!found(&Filter::default(), Column::Requester).newest_only);
}

#[test]
fn words_that_nearly_every_row_has_are_found_without_the_index_and_as_with_it() {
    let (_folder, mut connection) = database(700);
    let tx = connection.transaction().unwrap();
    let own = instance("acme");
    // One in ten has another domain.
    tx.execute(
        "UPDATE verification SET requester_email = 'p@globex.test' WHERE instance = 'acme' AND requester_email LIKE 'p3@%'",
        [],
    )
    .unwrap();
    let places = |filter: &Filter, newest_first: bool, limit: u32| {
        let narrowed = statement::Narrowed::new(&own, filter);
        let columns = "listing.place";
        let mut place = |row: &rusqlite::Row<'_>| row.get::<_, i64>(0);
        let index = narrowed.statement(columns, newest_first, limit).read(&tx, place);
        let dense = narrowed.dense(&tx, (columns, newest_first, limit), &mut place);
        (index.unwrap(), dense.unwrap())
    };
    let text = |text: &str| Filter {
        text: Some(text.into()),
        ..Filter::default()
    };
    let old = Filter {
        before: Some(UnixMillis(1_795_000_400_000)),
        ..text("example acme")
    };
    for filter in [text("example"), text("acme.EXAMP"), text("p example"), old] {
        for newest_first in [true, false] {
            for limit in [1, 51, 300] {
                let (index, dense) = places(&filter, newest_first, limit);
                // "p" alone is a word that no row has.
                let is_dense = filter.text.as_deref() != Some("p example");
                assert_eq!(
                    dense.as_ref().is_some(),
                    is_dense,
                    "{filter:?} {newest_first} {limit}"
                );
                assert!(dense.is_none_or(|dense| dense == index));
            }
        }
    }
    // Not dense, short, not ASCII, or more than there are: the index is asked.
    for (words, limit) in [
        ("mia example", 5),
        ("acme", 5),
        ("ünal example", 5),
        ("example", 690),
    ] {
        assert_eq!(places(&text(words), true, limit).1, None, "{words}");
    }
    // A row that only the index can read.
    tx.execute(
        "UPDATE verification SET requester_email = 'p@acme.éxample' WHERE instance = 'acme' AND created_at =
            (SELECT MAX(created_at) FROM verification WHERE instance = 'acme')",
        [],
    )
    .unwrap();
    assert_eq!(places(&text("example"), true, 51).1, None);
    assert!(places(&text("example"), false, 51).1.is_some());
}

#[test]
fn another_instances_rows_are_never_found() -> Result<(), StoreError> {
    let (_folder, mut connection) = database(30);
    let tx = connection.transaction()?;
    let foreign: String = tx.query_row(
        "SELECT id FROM verification WHERE instance = 'globex' LIMIT 1",
        [],
        |row| row.get(0),
    )?;
    let own: BTreeSet<i64> = read(&tx, &Filter::default(), Order::default(), &Position::First, 100)
        .iter()
        .map(|row| row.place)
        .collect();
    for filter in filters(&tx) {
        for order in orders() {
            let rows = read(&tx, &filter, order, &Position::First, 100);
            assert!(rows.iter().all(|row| own.contains(&row.place)));
        }
    }
    let by_id = Filter {
        text: Some(foreign.clone()),
        ..Filter::default()
    };
    assert!(read(&tx, &by_id, Order::default(), &Position::First, 9).is_empty());
    for same in Same::ALL {
        let beside = Filter {
            same: Some((*same, VerificationId::parse(&foreign).unwrap())),
            ..Filter::default()
        };
        assert!(
            read(&tx, &beside, Order::default(), &Position::First, 9).is_empty(),
            "{same:?}"
        );
    }
    Ok(())
}
