//! The loop itself: it wakes, stops, survives faults and slow neighbours.

use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::oneshot;

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn the_loop_begins_at_once_and_ends_when_told() {
    let world = World::new().await;
    let (stop, stopped) = oneshot::channel::<()>();
    let running = tokio::spawn(world.worker.run(async move { drop(stopped.await) }));
    // Let it fall asleep first: it must be woken, not find the row by chance.
    tokio::time::sleep(Duration::from_millis(100)).await;
    let pressed = tokio::time::Instant::now();
    agent::start(&world.service, caller(START, "jti-start"), send_link(), None)
        .await
        .unwrap();
    while events(&world.instance).await.is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(
        pressed.elapsed() < Duration::from_millis(900),
        "{:?}",
        pressed.elapsed()
    );
    // The clock is moved by hand, and nobody says so: the loop notices within a second, twice over.
    world.clock.advance_seconds(601);
    tokio::time::timeout(Duration::from_secs(4), async {
        while events(&world.instance).await.len() < 2 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await
    .unwrap();
    stop.send(()).unwrap();
    tokio::time::timeout(Duration::from_secs(2), running)
        .await
        .unwrap()
        .unwrap();
}

/// Random bytes until told to bring the task down.
struct Faulty(AtomicBool);

impl Entropy for Faulty {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), NoEntropy> {
        // Only the jitter is drawn in the worker's own task.
        let faulty = bytes.len() == 4 && self.0.load(Ordering::SeqCst);
        assert!(!faulty, "a fault on purpose");
        SystemEntropy.fill(bytes)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_in_one_row_does_not_end_the_loop() {
    let mut world = World::new().await;
    let faulty = Arc::new(Faulty(AtomicBool::new(false)));
    world.service.entropy = Arc::<Faulty>::clone(&faulty);
    world.worker = worker(&world.service);
    world.start().await;
    world.mail.become_(Manner::Recipient("451 later"));
    faulty.0.store(true, Ordering::SeqCst);
    assert_eq!(world.step().await, 1);
    faulty.0.store(false, Ordering::SeqCst);
    world.mail.become_(Manner::Accept);
    assert_eq!(world.step().await, 0, "the row must rest first");
    world.clock.advance_seconds(60);
    assert_eq!(world.step().await, 2);
    assert_eq!(world.mail.received().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_that_hangs_does_not_hold_up_the_others() {
    let other = MockServer::start().await;
    gives_tokens(&other).await;
    answers(&other, ResponseTemplate::new(200).set_body_json(json!({}))).await;
    let world = World::with(|config| {
        config
            .instances
            .get_mut(&InstanceId::parse("globex").unwrap())
            .unwrap()
            .url = other.uri();
    })
    .await;
    world.instance.reset().await;
    gives_tokens(&world.instance).await;
    answers(
        &world.instance,
        ResponseTemplate::new(200)
            .set_body_json(json!({}))
            .set_delay(Duration::from_secs(5)),
    )
    .await;
    let start = async |instance: &str, number: usize| {
        let mut of: Caller = caller(START, &format!("jti-{instance}-{number}"));
        of.instance = InstanceId::parse(instance).unwrap();
        of.claims.ticket.sys_id = sys_id(char::from_digit(u32::try_from(number).unwrap(), 16).unwrap());
        let request = shared::agent_api::SendLink {
            destination: format!("mia{number}@gmail.com"),
            ..send_link()
        };
        agent::start(&world.service, of, request, None).await.unwrap();
    };
    for number in 0..8 {
        start("acme", number).await;
    }
    let (stop, stopped) = oneshot::channel::<()>();
    let running = tokio::spawn(world.worker.run(async move { drop(stopped.await) }));
    while events(&world.instance).await.len() < 4 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    start("globex", 9).await;
    tokio::time::timeout(Duration::from_secs(3), async {
        while events(&other).await.is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await
    .unwrap();
    assert_eq!(
        events(&world.instance).await.len(),
        4,
        "no more than four at once"
    );
    assert_eq!(world.mail.received().len(), 9);
    stop.send(()).unwrap();
    running.abort();
}
