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
    let results = store
        .write(|tx| {
            add(tx, &grant())?;
            let mut results = Vec::new();
            let changes: [fn(&mut Binding); 6] = [
                |other| other.verification = VerificationId::from_random([2; 8]),
                |other| other.instance = InstanceId::parse("globex").unwrap(),
                |other| other.ticket_table = "sc_req_item".into(),
                |other| other.ticket_sys_id = "2".repeat(32),
                |other| other.requester = "c".repeat(32),
                |other| other.action = Action::MfaReset,
            ];
            for change in changes {
                let mut other = spent(1);
                change(&mut other.binding);
                results.push(spend(tx, &other, NOW)?);
            }
            results.push(spend(tx, &spent(1), grant().expires_at)?);
            results.push(spend(tx, &spent(1), NOW)?);
            results.push(spend(tx, &spent(2), NOW)?);
            Ok::<_, StoreError>(results)
        })
        .await
        .unwrap();
    // Six foreign ones, one too late, the right one, and the right one once more.
    assert_eq!(
        results,
        [false, false, false, false, false, false, false, true, false]
    );
}
