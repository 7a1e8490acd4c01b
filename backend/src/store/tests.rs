use super::*;

fn open() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("test.db")).unwrap();
    (folder, store)
}

fn insert(tx: &Transaction<'_>, jti: &str) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO spent_token (instance, jti, expires_at) VALUES ('i', ?1, 0)",
        [jti],
    )?;
    Ok(())
}

async fn count(store: &Store) -> u32 {
    store
        .read(|tx| {
            Ok::<u32, StoreError>(tx.query_row("SELECT COUNT(*) FROM spent_token", [], |row| row.get(0))?)
        })
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_of_work_is_kept_whole_or_not_at_all() {
    let (_folder, store) = open();
    let failed: Result<(), StoreError> = store
        .write(|tx| {
            insert(tx, "a")?;
            Err(StoreError::Closed)
        })
        .await;
    assert!(failed.is_err());
    assert_eq!(count(&store).await, 0);
    store.write(|tx| insert(tx, "a")).await.unwrap();
    assert_eq!(count(&store).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_does_not_touch_its_neighbours_in_the_batch() {
    let (_folder, store) = open();
    let all = (0..50).map(|n| {
        let store = store.clone();
        tokio::spawn(async move {
            store
                .write(move |tx| {
                    insert(tx, &n.to_string())?;
                    if n % 2 == 0 {
                        Err(StoreError::Closed)
                    } else {
                        Ok(())
                    }
                })
                .await
        })
    });
    let results = futures_util::future::join_all(all).await;
    assert_eq!(
        results.into_iter().filter(|r| matches!(r, Ok(Ok(())))).count(),
        25
    );
    assert_eq!(count(&store).await, 25);
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_cannot_write_and_a_closed_store_says_so() {
    let (_folder, store) = open();
    let written = store.read(|tx| insert(tx, "a")).await;
    assert!(matches!(written, Err(StoreError::Sqlite(_))));
    store.close();
    assert!(matches!(
        store.write(|tx| insert(tx, "a")).await,
        Err(StoreError::Closed)
    ));
}

#[test]
fn a_newer_file_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("test.db");
    Store::open(&path).unwrap().close();
    let connection = Connection::open(&path).unwrap();
    connection
        .execute("INSERT INTO refinery_schema_history (version, name, applied_on, checksum) VALUES (999, 'x', '', '0')", [])
        .unwrap();
    assert!(matches!(
        Store::open(&path),
        Err(StoreError::Newer { found: 999, .. })
    ));
}
