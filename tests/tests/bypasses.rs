//! A ticket that needs a verification is resolved by hand in the emulated instance; the backend asks the real resource of
//! the app, and the console shows it.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use anyhow::{Context, Result, ensure};
use backend::service::bypasses::{Pulled, pull};
use backend::servicenow::client::Client;
use backend::store::{StoreError, bypasses, verifications};
use backend::verification::VerificationId;
use backend::verification::bypass::Bypass;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use imper_tests::harness::accessibility::assert_sound;
use imper_tests::harness::browser::{Driver, Person};
use imper_tests::harness::console::{ConsoleWorld, configuration};
use imper_tests::harness::second_factor::sign_in;
use imper_tests::instance::{Instance, InstanceConfig, UserSpec};
use rusqlite::Transaction;
use tokio::net::TcpListener;

/// An instance with the app and one ticket that asks for a password reset. Returns it with its URL and the ticket.
async fn open_instance(time: &Arc<AtomicI64>) -> Result<(Instance, String, String)> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    let shared = Arc::clone(time);
    let clock = Arc::new(move || shared.load(Ordering::Relaxed));
    let instance = Instance::new(InstanceConfig::new(&url, clock))?;
    let app = Path::new(env!("CARGO_MANIFEST_DIR")).join("../servicenow-app/app");
    let panel = format!("{}const widget = 1;\n", servicenow_app::MARKER);
    instance.install(&servicenow_app::pack(&app, &panel)?.xml)?;
    for (name, value) in [
        ("backend_url", "https://verify.example.com"),
        ("key_id", "k1"),
        ("token_secret", "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="),
        ("webhook_secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
    ] {
        instance.set_property(&format!("x_imper_verify.{name}"), value)?;
    }
    let role = "x_imper_verify.integration";
    instance.add_user(UserSpec::new("integration", "integration", "secret").role(role))?;
    instance.add_user(UserSpec::new("nobody", "nobody", "secret"))?;
    instance.add_user(UserSpec::new("beth", "Beth Anglin", "secret").role("itil"))?;
    let caller = instance.add_user(UserSpec::new("marta", "marta", "secret"))?;
    instance.add_oauth_client("imper", &STANDARD.encode([3_u8; 32]), "integration")?;
    instance.add_oauth_client("stranger", &STANDARD.encode([3_u8; 32]), "nobody")?;
    let fields = [("caller_id", caller.as_str()), ("category", "password_reset")];
    let ticket = instance.insert("incident", &fields)?;
    let served = instance.clone();
    tokio::spawn(async move { served.serve(listener, std::future::pending()).await });
    Ok((instance, url, ticket))
}

/// Resolves the ticket as the agent Beth does who has verified nobody.
fn resolve(instance: &Instance, ticket: &str) -> Result<()> {
    let script = format!(
        "(function () {{ var ticket = new GlideRecord('incident'); ticket.get('{ticket}'); ticket.setValue('state', '6');
         ticket.setValue('close_code', 'User error'); ticket.setValue('close_notes', 'x'); return !!ticket.update(); }})()"
    );
    let done = instance.run_script("global", "beth", &script)?;
    ensure!(done == true, "the ticket was not resolved: {done}");
    Ok(())
}

/// The ticket of a verification that failed was resolved all the same.
async fn resolve_the_failed_one(world: &ConsoleWorld) -> Result<()> {
    let id = VerificationId::parse(&world.failed).context("not an id")?;
    let now = world.now();
    let of = id.clone();
    let find = move |tx: &Transaction<'_>| verifications::find_in_any_instance(tx, &of);
    let found: Result<_, StoreError> = world.service.store.write(find).await;
    let failed = found?.context("it is not stored")?;
    let done = move |tx: &Transaction<'_>| {
        let row = Bypass {
            event_sys_id: "e".repeat(32),
            recorded_at: now,
            resolved_at: now,
            ticket_table: failed.ticket.table.clone(),
            ticket_sys_id: failed.ticket.sys_id.clone(),
            ticket_number: failed.ticket.number.clone(),
            agent_sys_id: "b".repeat(32),
            agent_user_name: "beth.anglin".into(),
            agent_name: "Beth Anglin".into(),
            policy: "Password reset".into(),
            action: failed.action,
            reason: None,
            verification: Some(id.clone()),
        };
        bypasses::add(tx, &failed.instance, &row)
    };
    let added: Result<bool, StoreError> = world.service.store.write(done).await;
    ensure!(added?, "it was there already");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_resolved_by_hand_is_seen_in_the_console_once() -> Result<()> {
    let world = ConsoleWorld::start().await?;
    let time = Arc::new(AtomicI64::new(world.now().0));
    let (instance, url, ticket) = open_instance(&time).await?;
    let folder = tempfile::tempdir()?;
    let mut config = configuration(&folder, &world.url, "", &[])?;
    let mut acme = config.instances.pop_first().context("no instance")?.1;
    acme.url = url;
    let client = Client::new(world.service.clock.clone())?;

    let nothing = pull(&world.service, &client, &acme).await?;
    ensure!(nothing == Pulled::Fine { added: 0 }, "{nothing:?}");
    resolve(&instance, &ticket)?;
    let first = pull(&world.service, &client, &acme).await?;
    ensure!(first == Pulled::Fine { added: 1 }, "{first:?}");
    let again = pull(&world.service, &client, &acme).await?;
    ensure!(again == Pulled::Fine { added: 0 }, "{again:?}");

    // Nobody asks for a while; what happens meanwhile is told afterwards, however many pages it takes.
    for _ in 0..45 {
        time.fetch_add(1_000, Ordering::Relaxed);
        let caller = instance.record("incident", &ticket).context("gone")?;
        let fields = [
            ("caller_id", caller["caller_id"].as_str()),
            ("category", "password_reset"),
        ];
        resolve(&instance, &instance.insert("incident", &fields)?)?;
    }
    let missed = pull(&world.service, &client, &acme).await?;
    ensure!(missed == Pulled::Fine { added: 45 }, "{missed:?}");

    acme.callback.client_id = "stranger".into();
    let stranger = Client::new(world.service.clock.clone())?;
    let refused = pull(&world.service, &stranger, &acme).await?;
    ensure!(
        matches!(refused, Pulled::Failed { .. }),
        "only the integration role may ask: {refused:?}"
    );
    acme.callback.client_id = "imper".into();
    ensure!(instance.unsupported().is_empty(), "{:?}", instance.unsupported());
    pull(&world.service, &client, &acme).await?;

    let number = instance.record("incident", &ticket).context("gone")?["number"].clone();
    let driver = Driver::start().await?;
    let browser = driver.open(Person::ANALYST).await?;
    sign_in(&world, &browser, "vera.lind").await?;
    browser
        .goto(&format!("{}/console/overview?days=7", world.url))
        .await?;
    let page = browser.driver().source().await?;
    ensure!(
        page.contains("Without verification: 46"),
        "the overview counts them"
    );
    browser.screenshot_whole("console-overview-bypasses").await?;
    browser.goto(&format!("{}/console/bypasses", world.url)).await?;
    let page = browser.driver().source().await?;
    ensure!(page.matches("incident.do?sys_id=").count() == 46, "{page}");
    for word in [number.as_str(), "None was decided", "Beth Anglin"] {
        ensure!(page.contains(word), "{word} is not in {page}");
    }
    assert_sound(&browser, "console-bypasses").await?;

    resolve_the_failed_one(&world).await?;
    browser
        .goto(&format!("{}/console/verifications/{}", world.url, world.failed))
        .await?;
    let said = browser.text_of("main .notice").await?;
    ensure!(
        said.contains("resolved without verification by Beth Anglin"),
        "{said}"
    );
    assert_sound(&browser, "console-details-bypassed").await?;
    browser.quit().await?;
    world.stop().await;
    Ok(())
}
