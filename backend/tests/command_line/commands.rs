//! Commands that do one thing and end.

use crate::house::{House, spoil};

#[test]
fn every_mistake_in_a_configuration_is_named_at_once() {
    let house = House::new();
    let right = house.run(&["check-config"]);
    assert_eq!(right.code, Some(0), "{}", right.err);
    assert!(right.out.contains("is right: 1 instance."), "{}", right.out);

    let wrong = house
        .configuration("imper.db")
        .replace("tls = \"none\"", "tls = \"sometimes\"")
        .replace(
            "default_region = \"GB\"",
            "default_region = \"Atlantis\"\nlink_seconds = 5",
        )
        .replace("\"ACME_CLIENT_SECRET\"", "\"NOWHERE\"");
    house.write("imper.toml", &wrong);
    let said = house.run(&["check-config"]);
    assert_eq!((said.code, said.out.as_str()), (Some(1), ""));
    for setting in ["smtp.tls", "default_region", "link_seconds", "NOWHERE"] {
        assert!(
            said.err.contains(setting),
            "{setting} is not named:\n{}",
            said.err
        );
    }
    assert!(said.err.contains("4 mistakes"), "{}", said.err);
    // Nothing starts with it, and nothing is created.
    let served = house.run(&["serve"]);
    assert_eq!((served.code, served.err), (Some(1), said.err));
    assert!(!house.path("imper.db").exists());
}

#[test]
fn a_configuration_that_is_not_there_or_not_toml_is_said_in_one_sentence() {
    let house = House::new();
    house.write("imper.toml", "[server\n");
    let garbled = house.run(&["check-config"]);
    assert_eq!(garbled.code, Some(1));
    assert!(garbled.err.contains("1 mistake:"), "{}", garbled.err);
    std::fs::remove_file(house.path("imper.toml")).unwrap();
    let missing = house.run(&["check-config"]);
    assert_eq!(missing.code, Some(1));
    assert!(
        missing.err.contains("imper.toml cannot be read"),
        "{}",
        missing.err
    );
}

#[test]
fn users_are_added_once_and_only_with_a_good_password() {
    let house = House::new();
    let add = ["user", "add", "--instance", "acme", "--role", "analyst", "ada"];
    let weak = house.run_with_input(&add, "short\n");
    assert_eq!(weak.code, Some(1));
    assert!(weak.err.contains("12 to 128 characters"), "{}", weak.err);
    let added = house.run_with_input(&add, "correct horse battery\n");
    assert_eq!(added.code, Some(0), "{}", added.err);
    assert!(
        added.out.contains("ada may sign in to the console of acme"),
        "{}",
        added.out
    );
    assert!(!added.out.contains("correct horse") && !added.err.contains("correct horse"));
    let again = house.run_with_input(&add, "correct horse battery\n");
    assert_eq!(again.code, Some(1));
    for (argument, value, expected) in [
        ("--role", "emperor", "viewer, analyst, admin"),
        ("--instance", "Nobody", "is not the id of an instance"),
    ] {
        let mut wrong = vec!["user", "add", "--instance", "acme", "bob"];
        wrong.extend([argument, value]);
        if argument == "--instance" {
            wrong = vec!["user", "add", "--instance", value, "bob"];
        }
        let said = house.run_with_input(&wrong, "correct horse battery\n");
        assert_eq!(said.code, Some(1));
        assert!(said.err.contains(expected), "{}", said.err);
    }
}

#[test]
fn users_are_listed_switched_and_reset_and_the_last_admin_stays() {
    let house = House::new();
    let run = |words: &str| {
        let all: Vec<&str> = words.split(' ').collect();
        house.run(&all)
    };
    let max = run("user add --instance acme --role admin --initial max");
    assert_eq!(max.code, Some(0), "{}", max.err);
    assert!(max.out.contains("Initial password: ") && max.out.contains("second factor"));
    assert_eq!(run("user disable --instance acme max").code, Some(1));
    let glass = run("user add --instance acme --role admin --emergency glass");
    assert_eq!(glass.code, Some(0), "{}", glass.err);
    assert_eq!(run("user disable --instance acme MAX").code, Some(0));
    let list = run("user list --instance acme");
    assert!(
        list.out.contains("max\tadmin\tdisabled\tpassword\tno app"),
        "{}",
        list.out
    );
    assert!(
        list.out
            .contains("glass\tadmin\tactive\tpassword, for emergencies"),
        "{}",
        list.out
    );
    assert_eq!(run("user enable --instance acme max").code, Some(0));
    let reset = run("user reset-factor --instance acme max");
    let password = reset.out.lines().last().unwrap();
    assert_eq!((reset.code, password.len()), (Some(0), 19), "{}", reset.err);
    assert!(!max.out.contains(password));
    for (words, expected) in [
        ("user disable --instance acme nobody", "there is no user"),
        ("user list --instance nowhere", "there is no instance"),
    ] {
        let said = run(words);
        assert_eq!(said.code, Some(1));
        assert!(said.err.contains(expected), "{}", said.err);
    }
}

#[test]
fn policy_files_are_checked_without_a_configuration() {
    let house = House::new();
    std::fs::remove_file(house.path("imper.toml")).unwrap();
    let standard = concat!(env!("CARGO_MANIFEST_DIR"), "/policy/standard.toml");
    let right = house.run(&["policy", "check", standard]);
    assert_eq!(right.code, Some(0), "{}", right.err);
    assert!(right.out.contains("is right: policy standard"), "{}", right.out);
    let bad = house.write(
        "bad.toml",
        "format = 1\nversion = \"mine-1\"\n[levels]\nmedium_from = 900\n[signals]\nno_such_signal = 3\n",
    );
    let said = house.run(&["policy", "check", &bad.display().to_string()]);
    assert_eq!(said.code, Some(1));
    for mistake in ["medium_from", "no_such_signal"] {
        assert!(said.err.contains(mistake), "{}", said.err);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn evidence_is_verified_and_anchored_and_what_was_done_to_it_is_named() {
    let house = House::new();
    house.decided_verification().await;
    let whole = house.run(&["evidence", "verify"]);
    assert_eq!(whole.code, Some(0), "{}", whole.err);
    assert!(
        whole.out.contains("3 entries, every hash chain holds"),
        "{}",
        whole.out
    );
    let head = house.run(&["evidence", "head"]);
    assert!(head.out.starts_with("acme 3 "), "{}", head.out);
    let anchors = house.write("anchors", &head.out).display().to_string();
    let anchored = house.run(&["evidence", "verify", "--anchors", &anchors]);
    assert_eq!(anchored.code, Some(0), "{}", anchored.err);
    assert!(anchored.out.contains("1 anchor(s)"), "{}", anchored.out);

    let database = rusqlite::Connection::open(house.path("imper.db")).unwrap();
    database
        .execute_batch(
            "DROP TRIGGER evidence_is_never_deleted; DROP TRIGGER evidence_content_is_only_erased;
             DELETE FROM evidence WHERE number = 3;",
        )
        .unwrap();
    let without = house.run(&["evidence", "verify"]);
    assert_eq!(without.code, Some(0), "a shorter chain is a chain");
    let cut = house.run(&["evidence", "verify", "--anchors", &anchors]);
    assert_eq!(cut.code, Some(1));
    assert!(
        cut.err.contains("instance acme is broken at entry 3"),
        "{}",
        cut.err
    );
    database
        .execute("UPDATE evidence SET body = replace(body, 'INC', 'ABC')", [])
        .unwrap();
    let changed = house.run(&["evidence", "verify"]);
    assert!(
        changed.err.contains("broken at entry 1: its content was changed"),
        "{}",
        changed.err
    );
    let garbled = house.write("garbled", "acme two\n").display().to_string();
    let said = house.run(&["evidence", "verify", "--anchors", &garbled]);
    assert!(said.err.contains("is not an anchor"), "{}", said.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_is_exported_and_checked_by_somebody_who_has_only_the_public_key() {
    let house = House::new();
    let id = house.decided_verification().await;
    let file = house.path("report.json");
    let name = file.display().to_string();
    let export = ["report", "export", "--verification", &id, "--output", &name];
    let exported = house.run(&export);
    assert_eq!(exported.code, Some(0), "{}", exported.err);
    let again = house.run(&export);
    assert_eq!(again.code, Some(1), "what may be evidence is not written over");
    let page = house.run(&["report", "export", "--verification", &id, "--html"]);
    assert!(
        page.out.starts_with("<!doctype html>") && page.out.contains(&id),
        "{}",
        page.out
    );

    let key = house.run(&["report", "key"]);
    assert!(key.out.starts_with("-----BEGIN PUBLIC KEY-----"), "{}", key.out);
    let pem = house.write("key.pem", &key.out).display().to_string();
    let own = house.run(&["report", "verify", &name]);
    assert_eq!(own.code, Some(0), "{}", own.err);
    std::fs::remove_file(house.path("imper.toml")).unwrap();
    let genuine = house.run(&["report", "verify", &name, "--public-key", &pem]);
    assert_eq!(genuine.code, Some(0), "{}", genuine.err);
    for words in ["genuine", &id, "INCd", "Failed", "High", "acme 3 "] {
        assert!(genuine.out.contains(words), "no {words:?} in\n{}", genuine.out);
    }
    spoil(&file);
    let refused = house.run(&["report", "verify", &name, "--public-key", &pem]);
    assert_eq!((refused.code, refused.out.as_str()), (Some(1), ""));
    assert!(refused.err.contains("is refused"), "{}", refused.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_decided_verifications_have_a_report() {
    let house = House::new();
    house.decided_verification().await;
    for (id, expected) in [
        (
            "VER000000000000",
            "there is no decided verification VER000000000000",
        ),
        ("nonsense", "is not the id of a verification"),
    ] {
        let said = house.run(&["report", "export", "--verification", id]);
        assert_eq!((said.code, said.out.as_str()), (Some(1), ""));
        assert!(said.err.contains(expected), "{}", said.err);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn retention_counts_first_and_erases_only_what_is_due() {
    let house = House::new();
    let id = house.decided_verification().await;
    let fresh = house.run(&["retention", "run", "--dry-run"]);
    assert_eq!(fresh.code, Some(0), "{}", fresh.err);
    assert!(
        fresh.out.contains("addresses of 0 verifications"),
        "{}",
        fresh.out
    );
    let database = rusqlite::Connection::open(house.path("imper.db")).unwrap();
    let months_ago = "UPDATE verification SET ended_at = ended_at - 60 * 86400000 WHERE id = ?1";
    assert_eq!(database.execute(months_ago, [&id]).unwrap(), 1);
    let body = || -> String {
        let sql = "SELECT body FROM verification WHERE id = ?1";
        database.query_row(sql, [&id], |row| row.get(0)).unwrap()
    };
    let dry = house.run(&["retention", "run", "--dry-run"]);
    assert!(
        dry.out.contains("would be erased: addresses of 1 verification,"),
        "{}",
        dry.out
    );
    assert!(body().contains("mia.private@gmail.com"));
    let done = house.run(&["retention", "run"]);
    assert!(
        done.out.contains("acme: erased: addresses of 1 verification,"),
        "{}",
        done.out
    );
    assert!(!body().contains("mia.private"));
    assert_eq!(house.run(&["evidence", "verify"]).code, Some(0));
}
