use super::*;
use crate::store::Store;

fn acme() -> InstanceId {
    InstanceId::parse("acme").unwrap()
}

fn enrolment(id: &str, at: i64) -> Enrolment {
    Enrolment {
        id: id.into(),
        factor: Factor::Passkey,
        at: UnixMillis(at),
    }
}

/// The rows that others refer to are not what is tested here.
fn prepare(tx: &Transaction<'_>, ids: &[(&str, i64)]) -> Result<(), StoreError> {
    tx.execute_batch("PRAGMA defer_foreign_keys = ON")?;
    for (id, at) in ids {
        tx.execute(
            "INSERT INTO enrolment (id, instance, requester_sys_id, verification_id, factor, at) VALUES (?1, 'acme', 'mia', 'V' || ?1, 'passkey', ?2)",
            params![id, at],
        )?;
    }
    Ok(())
}

async fn with_store(work: impl FnOnce(&Transaction<'_>) -> Result<(), StoreError> + Send + 'static) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("test.db")).unwrap();
    // Undone at the end: the verification that all of it belongs to does not exist. What fails in `work` closes the
    // store, so the end has an error of its own.
    let undone: Result<(), StoreError> = store
        .write(move |tx| {
            work(tx)?;
            Err(StoreError::Corrupt {
                what: "the end",
                error: String::new(),
            })
        })
        .await;
    assert!(
        matches!(undone, Err(StoreError::Corrupt { what: "the end", .. })),
        "{undone:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_time_step_is_spent_once_and_never_an_earlier_one() {
    with_store(|tx| {
        let acme = acme();
        let mia = Owner {
            instance: &acme,
            requester: "mia",
        };
        prepare(tx, &[("E1", 1), ("E2", 2)])?;
        apps::put(tx, mia, &enrolment("E1", 1), "sealed", 10)?;
        assert!(!apps::spend(tx, mia, 10)? && !apps::spend(tx, mia, 9)?);
        assert!(apps::spend(tx, mia, 11)? && !apps::spend(tx, mia, 11)?);
        let eve = Owner {
            requester: "eve",
            ..mia
        };
        assert!(!apps::spend(tx, eve, 12)? && apps::find(tx, eve)?.is_none());

        assert!(!apps::fail(tx, mia, 2, UnixMillis(7))?);
        assert!(apps::fail(tx, mia, 2, UnixMillis(8))?);
        assert_eq!(apps::find(tx, mia)?.unwrap().locked_at, Some(UnixMillis(8)));
        assert!(!apps::spend(tx, mia, 12)?, "locked");
        apps::put(tx, mia, &enrolment("E2", 2), "new", 12)?;
        assert!(apps::spend(tx, mia, 13)?, "a new app is not locked");
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recovery_code_is_spent_once_and_a_new_set_voids_the_old() {
    with_store(|tx| {
        let acme = acme();
        let mia = Owner {
            instance: &acme,
            requester: "mia",
        };
        prepare(tx, &[("E1", 1), ("E2", 2)])?;
        recovery::put(tx, mia, &enrolment("E1", 1), "salt", &["a".into(), "b".into()])?;
        assert!(
            recovery::spend(tx, mia, "a", UnixMillis(5))? && !recovery::spend(tx, mia, "a", UnixMillis(6))?
        );
        assert!(!recovery::spend(tx, mia, "c", UnixMillis(5))?);
        assert_eq!(recovery::count_left(tx, mia, 100)?, 1);
        recovery::fail(tx, mia)?;
        recovery::fail(tx, mia)?;
        assert_eq!(
            recovery::count_left(tx, mia, 2)?,
            0,
            "too many wrong ones in a row"
        );
        recovery::put(tx, mia, &enrolment("E2", 2), "other salt", &["d".into()])?;
        assert!(!recovery::spend(tx, mia, "b", UnixMillis(7))? && recovery::count_left(tx, mia, 2)? == 1);
        assert_eq!(recovery::find_salt(tx, mia)?.as_deref(), Some("other salt"));
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_fresh_is_removed_and_the_rest_stays() {
    with_store(|tx| {
        let acme = acme();
        let mia = Owner {
            instance: &acme,
            requester: "mia",
        };
        prepare(tx, &[("E1", 100), ("E2", 200), ("E3", 300)])?;
        let passkey = |digest: &str, at| passkeys::StoredPasskey {
            digest: digest.into(),
            enrolled_at: UnixMillis(at),
            is_synced: true,
            body: "{}".into(),
        };
        assert!(passkeys::add(
            tx,
            mia,
            &enrolment("E1", 100),
            &passkey("old", 100)
        )?);
        assert!(passkeys::add(
            tx,
            mia,
            &enrolment("E2", 200),
            &passkey("new", 200)
        )?);
        assert!(!passkeys::add(
            tx,
            mia,
            &enrolment("E2", 200),
            &passkey("new", 200)
        )?);
        recovery::put(tx, mia, &enrolment("E3", 300), "salt", &["a".into()])?;
        let of = VerificationId::from_random([7; 8]);
        assert!(
            remove(tx, mia, &of, None)?.is_empty(),
            "nothing came with that pass"
        );
        let eve = Owner {
            requester: "eve",
            ..mia
        };
        assert!(remove(tx, eve, &of, Some(UnixMillis(0)))?.is_empty());
        let removed = remove(tx, mia, &of, Some(UnixMillis(200)))?;
        assert_eq!(
            (removed.passkeys, removed.recovery),
            (vec!["E2".to_owned()], vec!["E3".to_owned()])
        );
        assert_eq!(passkeys::list(tx, mia)?, [passkey("old", 100)]);
        assert_eq!(
            recovery::count_left(tx, mia, 100)?,
            0,
            "the codes go with their set"
        );
        assert!(remove(tx, mia, &of, Some(UnixMillis(200)))?.is_empty());
        Ok(())
    })
    .await;
}
