//! The service as a process: how it starts, what happens beside it, and how it ends.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::house::{House, PATIENCE, client};

/// Each to a destination of its own: one receives only three links an hour.
fn body(digit: char) -> String {
    format!(r#"{{"channel":"email","destination":"mia.private{digit}@gmail.com"}}"#)
}

/// Starts a verification for the ticket `digit`; returns its id.
async fn start(house: &House, digit: char) -> String {
    let answer = client()
        .post(format!(
            "http://127.0.0.1:{}/api/v1/verifications",
            house.public_port
        ))
        .header(
            "authorization",
            house.token(&format!("start-of-ticket-{digit}"), digit),
        )
        .header("content-type", "application/json")
        .body(body(digit))
        .send()
        .await
        .unwrap();
    assert!(answer.status().is_success(), "{answer:?}");
    let view: serde_json::Value = answer.json().await.unwrap();
    view["id"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_runs_is_answered_streams_end_and_the_process_ends_well() {
    let house = House::new();
    let mut server = house.serve().await;
    let id = start(&house, '1').await;
    let mut stream = client()
        .get(format!(
            "http://127.0.0.1:{}/api/v1/verifications/{id}/events",
            house.public_port
        ))
        .header("authorization", house.token("live-view", '1'))
        .send()
        .await
        .unwrap();
    assert_eq!(stream.status(), 200);
    let first = stream.chunk().await.unwrap().unwrap();
    assert!(String::from_utf8_lossy(&first).contains(&id));

    // A request of which the service has taken the head and waits for the body: it says so with 100.
    let mut running = TcpStream::connect(("127.0.0.1", house.public_port))
        .await
        .unwrap();
    let body = body('2');
    let head = format!(
        "POST /api/v1/verifications HTTP/1.1\r\nhost: localhost\r\nauthorization: {}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\nexpect: 100-continue\r\nconnection: close\r\n\r\n",
        house.token("a-running-request", '2'),
        body.len()
    );
    running.write_all(head.as_bytes()).await.unwrap();
    let mut go_on = [0; 25];
    running.read_exact(&mut go_on).await.unwrap();
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");

    server.terminate();
    // The live view ends by itself: from here on the service is stopping.
    let rest = tokio::time::timeout(PATIENCE, async {
        while stream.chunk().await.unwrap().is_some() {}
    });
    rest.await.unwrap();
    running.write_all(body.as_bytes()).await.unwrap();
    let mut answer = String::new();
    tokio::time::timeout(PATIENCE, running.read_to_string(&mut answer))
        .await
        .unwrap()
        .unwrap();
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    let status = server.ended().await;
    assert_eq!(status.code(), Some(0), "{status}");
    let log = server.log();
    assert!(
        log.contains("the service is stopping") && log.contains("head of the evidence"),
        "{log}"
    );
    assert!(!log.contains("mia.private"), "no address in the log:\n{log}");
    // What was answered is there.
    let verified = house.run(&["evidence", "verify"]);
    assert_eq!(verified.code, Some(0), "{}", verified.err);
    let database = rusqlite::Connection::open(house.path("imper.db")).unwrap();
    let created = "SELECT COUNT(*) FROM evidence WHERE kind = 'verification.created'";
    let created: i64 = database.query_row(created, [], |row| row.get(0)).unwrap();
    assert_eq!(created, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_taken_while_the_service_works_opens_and_verifies() {
    let house = House::new();
    let mut server = house.serve().await;
    let id = start(&house, '1').await;
    let copy = house.path("copy.db");
    let name = copy.display().to_string();
    let (work, said) = tokio::join!(
        async {
            for digit in ['2', '3', '4', '5'] {
                start(&house, digit).await;
            }
        },
        tokio::task::spawn_blocking({
            let mut command = house.command(&["backup", &name]);
            move || command.output().unwrap()
        }),
    );
    let () = work;
    let said = said.unwrap();
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    let again = house.run(&["backup", &name]);
    assert_eq!(again.code, Some(1), "a backup is not written over");
    server.terminate();
    assert_eq!(server.ended().await.code(), Some(0));

    // Restored: the copy in the place of the original.
    let restored = rusqlite::Connection::open(&copy).unwrap();
    let check: String = restored
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(check, "ok");
    drop(restored);
    house.write("imper.toml", &house.configuration("copy.db"));
    let verified = house.run(&["evidence", "verify"]);
    assert_eq!(verified.code, Some(0), "{}", verified.err);
    let mut server = house.serve().await;
    let read = client()
        .get(format!(
            "http://127.0.0.1:{}/api/v1/verifications/{id}",
            house.public_port
        ))
        .header("authorization", house.token("after-the-restore", '1'))
        .send()
        .await
        .unwrap();
    assert_eq!(read.status(), 200);
    server.terminate();
    assert_eq!(server.ended().await.code(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_that_is_taken_is_named_and_the_database_is_left_alone() {
    let house = House::new();
    for (port, setting) in [
        (house.public_port, "server.listen"),
        (house.operations_port, "server.operations_listen"),
    ] {
        let _taken = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
        let mut command = house.command(&["serve"]);
        let said = tokio::task::spawn_blocking(move || command.output().unwrap())
            .await
            .unwrap();
        let errors = String::from_utf8_lossy(&said.stderr);
        assert_eq!(said.status.code(), Some(1), "{errors}");
        let expected = format!("{setting}: 127.0.0.1:{port} cannot be listened on");
        assert!(errors.contains(&expected), "{errors}");
    }
    assert!(!house.path("imper.db").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_a_newer_version_is_refused_and_not_changed() {
    let house = House::new();
    house.service().store.close();
    let path = house.path("imper.db");
    let database = rusqlite::Connection::open(&path).unwrap();
    database
        .execute(
            "INSERT INTO refinery_schema_history (version, name, applied_on, checksum) VALUES (999, 'x', '', '0')",
            [],
        )
        .unwrap();
    drop(database);
    let before = std::fs::read(&path).unwrap();
    for command in [&["serve"][..], &["evidence", "verify"]] {
        let said = house.run(command);
        assert_eq!(said.code, Some(1));
        assert!(
            said.err.contains("schema version 999, newer than"),
            "{}",
            said.err
        );
    }
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_cannot_be_opened_is_said() {
    let house = House::new();
    house.write("imper.toml", &house.configuration("no/such/folder/imper.db"));
    let said = house.run(&["serve"]);
    assert_eq!(said.code, Some(1));
    assert!(said.err.contains("database"), "{}", said.err);
}
