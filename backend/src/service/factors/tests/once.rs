//! What can be used once is used once, whoever tries at the same time; and what is stored opens nothing.

use futures_util::future::join_all;

use super::*;

/// Ten sessions of Mia that all ask for the same kind.
async fn ten(desk: &Desk, kind: CheckKind) -> Vec<Sitting> {
    let mut sittings = Vec::new();
    for number in 2..=10 {
        let sitting = desk.sit_down(number).await;
        portal::choose(&desk.service, &sitting.cookie, kind)
            .await
            .unwrap();
        sittings.push(sitting);
    }
    sittings
}

async fn passed(desk: &Desk, sittings: &[Sitting]) -> usize {
    let mut passed = 0;
    for sitting in sittings {
        let outcome = desk.outcome(sitting).await;
        passed += usize::from(outcome.is_some_and(|(outcome, _)| outcome == Outcome::Passed));
    }
    passed
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_submissions_of_one_code_of_the_app_are_one_pass() {
    let desk = Desk::new();
    let (key, _) = desk.add_app(&desk.pass_by_code(1).await).await;
    desk.clock.advance_seconds(300);
    let sittings = ten(&desk, CheckKind::AuthenticatorApp).await;
    let code = code_at(&key, desk.service.now());
    let tries = (0..50).map(|number| {
        let sitting = sittings[number % sittings.len()].clone();
        let (service, code) = (desk.service.clone(), code.clone());
        tokio::spawn(async move { answer_app(&service, &sitting.cookie, &code).await.unwrap() })
    });
    join_all(tries).await;
    assert_eq!(passed(&desk, &sittings).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_submissions_of_one_recovery_code_are_one_pass() {
    let desk = Desk::new();
    let (_, added) = desk.add_app(&desk.pass_by_code(1).await).await;
    desk.clock.advance_seconds(300);
    let sittings = ten(&desk, CheckKind::RecoveryCode).await;
    let tries = (0..50).map(|number| {
        let sitting = sittings[number % sittings.len()].clone();
        let (service, code) = (desk.service.clone(), added.codes[0].clone());
        tokio::spawn(async move { answer_recovery(&service, &sitting.cookie, &code).await.unwrap() })
    });
    join_all(tries).await;
    assert_eq!(passed(&desk, &sittings).await, 1);
    let left = offer_codes(&desk).await;
    assert_eq!(left, 9);
}

async fn offer_codes(desk: &Desk) -> u32 {
    let instance = crate::verification::InstanceId::parse("acme").unwrap();
    desk.service
        .store
        .read(move |tx| {
            let owner = Owner {
                instance: &instance,
                requester: &testing::sys_id('b'),
            };
            recovery::count_left(tx, owner, 100).map_err(ServiceError::from)
        })
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_answers_to_one_challenge_are_counted_once() {
    let desk = Desk::new();
    let (_, _) = desk.add_passkey(&desk.pass_by_code(1).await).await;
    desk.clock.advance_seconds(3600);
    let sitting = desk.sit_down(2).await;
    let options = ask_passkey(&desk.service, &sitting.cookie)
        .await
        .unwrap()
        .unwrap();
    let wrong = SoftPasskey::new(ORIGIN).sign(&options);
    let tries = (0..50).map(|_| {
        let (service, cookie, answer) = (desk.service.clone(), sitting.cookie.clone(), wrong.clone());
        tokio::spawn(async move { answer_passkey(&service, &cookie, &answer).await.unwrap().1 })
    });
    let counted = join_all(tries)
        .await
        .into_iter()
        .filter(|verdict| matches!(verdict, Ok(Verdict::Wrong)));
    assert_eq!(counted.count(), 1);
    assert_eq!(desk.step(&sitting).await, Step::Passkey { tries_left: 4 });
}

#[tokio::test(flavor = "multi_thread")]
async fn another_tenant_knows_nothing_of_a_factor() {
    let desk = Desk::new();
    let first = desk.pass_by_code(1).await;
    desk.add_passkey(&first).await;
    desk.clock.advance_seconds(60);
    // The same sys_id in another instance is another person.
    let stranger = desk.sit_down_at("globex", 2).await;
    assert!(matches!(desk.step(&stranger).await, Step::OnFileCode { .. }));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_database_holds_neither_the_key_of_an_app_nor_a_recovery_code() {
    let desk = Desk::new();
    let first = desk.pass_by_code(1).await;
    let (key, added) = desk.add_app(&first).await;
    begin_app(&desk.service, first.browser()).await.unwrap();
    let waiting = app_to_add(&desk.service, first.browser()).await.unwrap().unwrap();
    desk.service.store.close();
    let mut stored = Vec::new();
    for file in std::fs::read_dir(desk.folder.path()).unwrap() {
        stored.extend(std::fs::read(file.unwrap().path()).unwrap());
    }
    let holds = |secret: &[u8]| stored.windows(secret.len()).any(|window| window == secret);
    assert!(holds(b"factor.enrolled"), "the search itself works");
    for key in [key, waiting.key] {
        let plain = key.replace(' ', "");
        assert!(!holds(plain.as_bytes()), "the key in base 32");
        let bytes = totp_rs::Secret::try_from_base32(&plain).unwrap();
        assert!(!holds(bytes.as_bytes()), "the key itself");
    }
    for code in added.codes {
        assert!(!holds(code.as_bytes()) && !holds(code.replace('-', "").as_bytes()));
    }
}
