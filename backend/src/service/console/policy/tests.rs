use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use proptest::prelude::*;
use shared::words::{CheckKind, Outcome, UnixMillis};

use super::*;
use crate::keys::sha256_hex;
use crate::ports::{Clock, SystemEntropy};
use crate::service::console::{Role, Session};
use crate::service::tests::{begun_with, code, deliver};
use crate::service::{policies, portal};
use crate::store::console::accounts;
use crate::store::{Store, verifications};
use crate::testing::{START, service};
use crate::verification::{InstanceId, Verification, VerificationId};

/// Asks everybody for a passkey, which nobody in these tests has.
const STRICT: &str = "format = 1\nversion = \"strict-1\"\n[[plan]]\nsteps = [{ any_of = [\"passkey\"] }]\n";
/// Another score, and nothing else.
const OTHER: &str = "format = 1\nversion = \"other-1\"\n[weights]\nwrong_answer = 6\n";

async fn admin(service: &Service, of: &str, name: &'static str) -> Session {
    let of = InstanceId::parse(of).unwrap();
    let add = move |tx: &Transaction<'_>| accounts::add_user(tx, &of, name, Role::Admin, "", START);
    Session {
        user: service.store.write(add).await.unwrap().unwrap(),
        cookie_digest: String::new(),
        expires_at: START.plus_seconds(3600),
    }
}

fn acme() -> InstanceId {
    InstanceId::parse("acme").unwrap()
}

/// Mia passes, in a verification that `begun_with` has begun.
async fn answer(service: &Service, cookie: &str, id: &VerificationId) -> Verification {
    let digest = sha256_hex(cookie.as_bytes());
    let number = service.config.keys.call_number(id, &digest);
    portal::answer_call_number(service, cookie, &number)
        .await
        .unwrap();
    let entered = code(&deliver(service).await);
    portal::answer_code(service, cookie, &entered).await.unwrap();
    deliver(service).await;
    lookup(service, id).await
}

async fn lookup(service: &Service, id: &VerificationId) -> Verification {
    let id = id.clone();
    let found = service
        .store
        .read(move |tx| verifications::lookup(tx, &acme(), &id))
        .await;
    found.unwrap().unwrap()
}

async fn passed(service: &Service, token: &str) -> Verification {
    let (cookie, id) = begun_with(service, token).await;
    answer(service, &cookie, &id).await
}

async fn activate(service: &Service, by: &Session, text: &str) -> Result<i64, PolicyProblem> {
    let admin = Admin::of(by).unwrap();
    save_draft(service, admin, text, String::new()).await?;
    replay_draft(service, admin, String::new()).await?;
    let page = policy_page(service, admin).await?;
    let shown = Shown {
        over: page.active.number(),
        digest: page.draft.unwrap().digest,
        note: "Because".into(),
    };
    activate_draft(service, admin, shown, String::new()).await
}

async fn version(service: &Service) -> String {
    policies::active(service, &acme())
        .await
        .unwrap()
        .policy
        .version
        .clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_tried_put_in_force_and_taken_back() {
    let (folder, service, _clock) = service();
    let max = admin(&service, "acme", "max").await;
    let eve = admin(&service, "globex", "eve").await;
    let before = passed(&service, "one").await;
    assert_eq!(before.decision().unwrap().outcome, Outcome::Passed);

    let by = Admin::of(&max).unwrap();
    save_draft(&service, by, STRICT, String::new()).await.unwrap();
    replay_draft(&service, by, String::new()).await.unwrap();
    let page = policy_page(&service, by).await.unwrap();
    let found = page.draft.as_ref().unwrap().replay.clone().unwrap();
    assert_eq!(
        (
            found.replayed,
            found.changed,
            found.would_fail,
            found.not_asked,
            found.moved
        ),
        (1, 1, 1, 0, 0)
    );
    assert_eq!(found.changes[0].id, before.id);
    // She was asked for a passkey, and had none. Had she had one, nobody would have asked for it after her code.
    let (mut facts, strict) = (
        before.decision().unwrap().facts.clone(),
        Policy::parse(STRICT).unwrap(),
    );
    assert!(what_if::was_asked(&facts, &strict));
    let passkey = |check: &&mut crate::verification::Check| check.kind() == CheckKind::Passkey;
    facts.checks.iter_mut().find(passkey).unwrap().result = None;
    assert!(!what_if::was_asked(&facts, &strict));
    assert!(what_if::was_asked(&facts, &Policy::standard()));
    assert_eq!(found.changes[0].would_be.outcome, Outcome::Failed);
    assert_eq!(version(&service).await, Policy::standard().version);

    assert_eq!(activate(&service, &max, STRICT).await.unwrap(), 1);
    let strict = Policy::parse(STRICT).unwrap().version;
    assert_eq!(version(&service).await, strict);
    assert!(policy_page(&service, by).await.unwrap().draft.is_none());
    // The other tenant's policy is another one, and its admin finds nothing here.
    let foreign = Admin::of(&eve).unwrap();
    assert!(policy_page(&service, foreign).await.unwrap().history.is_empty());
    let missing = policy_version(&service, foreign, 1).await;
    assert!(matches!(missing, Err(ServiceError::NotFound)));
    let missing = roll_back(&service, foreign, 1, (0, "x"), String::new()).await;
    assert!(matches!(
        missing,
        Err(PolicyProblem::Service(ServiceError::NotFound))
    ));

    // It counts at once: Mia is asked for a passkey, has none, and is not shown as verified.
    let (_, id) = begun_with(&service, "two").await;
    let decision = lookup(&service, &id).await.decision().unwrap().clone();
    assert_eq!(
        (decision.outcome, decision.policy_version),
        (Outcome::Failed, strict.clone())
    );

    // It counts after a restart, too, and the way back is one more activation.
    service.store.close();
    let restarted = Service::new(
        Arc::clone(&service.config),
        Store::open(&folder.path().join("test.db")).unwrap(),
        Arc::clone(&service.clock),
        Arc::new(SystemEntropy),
    );
    policies::check(&restarted).await.unwrap();
    assert_eq!(version(&restarted).await, strict);
    assert_eq!(
        roll_back(&restarted, by, 0, (1, "Too strict"), String::new())
            .await
            .unwrap(),
        2
    );
    assert_eq!(version(&restarted).await, Policy::standard().version);
    assert_eq!(
        roll_back(&restarted, by, 1, (2, "It was right"), String::new())
            .await
            .unwrap(),
        3
    );
    assert_eq!(version(&restarted).await, strict);
    keeps_what_happened(&restarted, &strict).await;
    let back = policies::use_file(&restarted, &acme(), "Enough".into()).await;
    assert_eq!(back.unwrap(), Some(4));
    let again = policies::use_file(&restarted, &acme(), "Enough".into()).await;
    assert_eq!(again.unwrap(), None);
}

/// History and audit log after an activation of `strict` and two ways back.
async fn keeps_what_happened(restarted: &Service, strict: &str) {
    let notes: Vec<(i64, String)> = policies::history(&restarted.store, &acme(), 9)
        .await
        .unwrap()
        .into_iter()
        .map(|one| (one.number, one.note))
        .collect();
    let expected = [(3, "It was right"), (2, "Too strict"), (1, "Because")];
    assert_eq!(notes, expected.map(|(number, note)| (number, note.to_owned())));
    let logged = restarted
        .store
        .read(|tx| {
            let sql = "SELECT group_concat(action || ' ' || subject, '; ') FROM console_audit WHERE action LIKE 'policy.%'";
            Ok::<String, StoreError>(tx.query_row(sql, [], |row| row.get(0))?)
        })
        .await
        .unwrap();
    for entry in [
        format!("policy.draft_saved {strict}"),
        format!("policy.replayed {strict}: 1 of 1 would change"),
        format!("policy.activated number 1: {strict}"),
        format!("policy.rolled_back number 2: {}", Policy::standard().version),
        format!("policy.rolled_back number 3: {strict}"),
    ] {
        assert!(logged.contains(&entry), "{entry} in {logged}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_begun_is_decided_by_the_policy_they_began_with() {
    let (_folder, service, _clock) = service();
    let (cookie, id) = begun_with(&service, "one").await;
    let max = admin(&service, "acme", "max").await;
    activate(&service, &max, STRICT).await.unwrap();
    let decided = answer(&service, &cookie, &id).await;
    let decision = decided.decision().unwrap();
    assert_eq!(
        (decision.outcome, &decision.policy_version),
        (Outcome::Passed, &Policy::standard().version)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_put_in_force_unseen_or_over_somebody_elses_change() {
    let (_folder, service, _clock) = service();
    let max = admin(&service, "acme", "max").await;
    let moa = admin(&service, "acme", "moa").await;
    let by = Admin::of(&max).unwrap();
    let shown = |over, digest: &str, note: &str| Shown {
        over,
        digest: digest.into(),
        note: note.into(),
    };
    let digest = sha256_hex(STRICT.as_bytes());
    let try_with = |shown| activate_draft(&service, by, shown, String::new());
    assert!(matches!(
        try_with(shown(0, &digest, "Why")).await,
        Err(PolicyProblem::Changed)
    ));
    save_draft(&service, by, STRICT, String::new()).await.unwrap();
    assert!(matches!(
        try_with(shown(0, &digest, "Why")).await,
        Err(PolicyProblem::NotReplayed)
    ));
    replay_draft(&service, by, String::new()).await.unwrap();
    for note in ["", "  ", "two\nlines", &"x".repeat(MAX_NOTE + 1)] {
        assert!(matches!(
            try_with(shown(0, &digest, note)).await,
            Err(PolicyProblem::Note)
        ));
    }
    let other = sha256_hex(OTHER.as_bytes());
    assert!(matches!(
        try_with(shown(0, &other, "Why")).await,
        Err(PolicyProblem::Changed)
    ));
    // Saving anew makes the replay void.
    save_draft(&service, by, OTHER, String::new()).await.unwrap();
    assert!(matches!(
        try_with(shown(0, &other, "Why")).await,
        Err(PolicyProblem::NotReplayed)
    ));
    replay_draft(&service, by, String::new()).await.unwrap();
    // Moa is faster.
    assert_eq!(activate(&service, &moa, STRICT).await.unwrap(), 1);
    for over in [0, 1] {
        let refused = try_with(shown(over, &other, "Why")).await;
        assert!(matches!(refused, Err(PolicyProblem::Overtaken)), "{over}");
    }
    let refused = roll_back(&service, by, 0, (0, "Why"), String::new()).await;
    assert!(matches!(refused, Err(PolicyProblem::Overtaken)));
    let refused = roll_back(&service, by, 1, (1, "Why"), String::new()).await;
    assert!(matches!(refused, Err(PolicyProblem::InForce)));
    replay_draft(&service, by, String::new()).await.unwrap();
    assert_eq!(try_with(shown(1, &other, "Why")).await.unwrap(), 2);
    for sql in [
        "UPDATE policy_activation SET note = 'x'",
        "DELETE FROM policy_activation",
    ] {
        let refused = service
            .store
            .write(move |tx| Ok::<_, StoreError>(tx.execute(sql, [])?))
            .await;
        assert!(refused.unwrap_err().to_string().contains("append-only"), "{sql}");
    }
}

/// Goes on by three seconds whenever it is looked at.
struct Hasty(AtomicI64);

impl Clock for Hasty {
    fn now(&self) -> UnixMillis {
        UnixMillis(self.0.fetch_add(3000, Ordering::SeqCst))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_says_what_it_could_not_look_at() {
    let (_folder, service, clock) = service();
    let mut ids = Vec::new();
    for token in ["one", "two", "three", "four"] {
        ids.push(passed(&service, token).await.id);
        clock.advance_seconds(3600);
    }
    let oldest = ids[0].to_string();
    let erase = move |tx: &Transaction<'_>| {
        tx.execute("UPDATE verification SET erased_at = 1 WHERE id = ?1", [oldest])?;
        Ok::<_, StoreError>(())
    };
    service.store.write(erase).await.unwrap();
    let policy = || Policy::parse(OTHER).unwrap();
    let whole = what_if::what_if(&service, &acme(), policy()).await.unwrap();
    assert_eq!((whole.replayed, whole.erased, whole.unreached), (3, 1, 0));
    let hasty = Service {
        clock: Arc::new(Hasty(AtomicI64::new(service.now().0))),
        ..service.clone()
    };
    let cut = what_if::what_if(&hasty, &acme(), policy()).await.unwrap();
    assert_eq!((cut.replayed, cut.erased, cut.unreached), (1, 1, 2));
    let none = what_if::what_if(&service, &InstanceId::parse("globex").unwrap(), policy()).await;
    assert_eq!(none.unwrap().replayed, 0);
}

proptest! {
    #[test]
    fn what_is_a_policy_is_the_same_one_when_it_is_read_back(
        text in prop_oneof![
            "\\PC{0,80}",
            "(format|version|levels|plan|steps|any_of|[\\[\\]{}=\"\r\n, 0-9a-z_-]){0,60}",
            ("[a-z0-9._-]{0,42}", -2_i64..103, "(\r\n|\n|\r)", "[ \t\r\n]{0,3}", "(#\\PC{0,10})?").prop_map(|(version, points, end, last, comment)| {
                format!("format = 1{end}version = \"{version}\"{end}{comment}{end}[levels]{end}medium_from = {points}{last}")
            }),
        ]
    ) {
        let kept = normalized(&text);
        prop_assert_eq!(&normalized(&kept), &kept);
        match Policy::parse(&kept) {
            Ok(policy) => {
                let again = Policy::parse(&normalized(&kept.replace('\n', "\r\n"))).unwrap();
                prop_assert_eq!(&again.version, &policy.version);
                let connection = rusqlite::Connection::open_in_memory().unwrap();
                let stored: String = connection.query_row("SELECT ?1", [&kept], |row| row.get(0)).unwrap();
                prop_assert_eq!(sha256_hex(stored.as_bytes()), sha256_hex(kept.as_bytes()));
                prop_assert_eq!(Policy::parse(&stored).unwrap(), policy);
            }
            Err(error) => {
                let lines = kept.lines().count();
                prop_assert!(!error.mistakes.is_empty());
                for mistake in error.mistakes {
                    prop_assert!(mistake.line.is_none_or(|line| (1..=lines + 1).contains(&line)), "{}", mistake);
                }
            }
        }
    }
}
