//! The statement that spends a grant looks at everything by itself, whatever was looked at before.

use shared::words::Action;

use super::*;
use crate::store::Store;
use crate::verification::grant::Terms;

const NOW: UnixMillis = UnixMillis(1_795_341_600_000);

fn grant() -> Grant {
    let binding = Binding {
        instance: InstanceId::parse("acme").unwrap(),
        verification: VerificationId::from_random([1; 8]),
        ticket_table: "incident".into(),
        ticket_sys_id: "1".repeat(32),
        requester: "b".repeat(32),
        action: Action::PasswordReset,
    };
    let terms = Terms {
        connector: "corp".into(),
        kind: "ldap".into(),
        is_manual: false,
        needs_release: false,
    };
    Grant::new(binding, terms, NOW)
}

fn spent(number: u8) -> Grant {
    let receipt = ReceiptId::from_random([number; 16]);
    let binding = grant().binding;
    grant().spent(&binding, receipt, NOW).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_is_spent_once_in_time_and_for_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("test.db")).unwrap();
    // Undone at the end: the verification that the grant belongs to does not exist.
    let undone: Result<(), StoreError> = store
        .write(|tx| {
            tx.execute_batch("PRAGMA defer_foreign_keys = ON")?;
            add(tx, &grant())?;
            let changes: [fn(&mut Binding); 6] = [
                |other| other.verification = VerificationId::from_random([2; 8]),
                |other| other.instance = InstanceId::parse("globex").unwrap(),
                |other| other.ticket_table = "sc_req_item".into(),
                |other| other.ticket_sys_id = "2".repeat(32),
                |other| other.requester = "c".repeat(32),
                |other| other.action = Action::MfaReset,
            ];
            for (number, change) in changes.iter().enumerate() {
                let mut other = spent(1);
                change(&mut other.binding);
                assert!(!spend(tx, &other, NOW)?, "for something else: {number}");
            }
            assert!(!spend(tx, &spent(1), grant().expires_at)?, "too late");
            assert!(spend(tx, &spent(1), NOW)?, "the right one");
            assert!(!spend(tx, &spent(2), NOW)?, "once more");
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
