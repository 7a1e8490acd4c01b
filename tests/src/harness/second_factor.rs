//! The second factor of console admins in tests and measurements: an authenticator app whose secret everybody knows.

use anyhow::{Context, Result};
use backend::keys::{Place, hex, sha256_hex};
use backend::ports::random;
use backend::service::Service;
use backend::service::console::User;
use backend::store::console::factors::{self, App};
use backend::store::console::sessions::{self, NewSession};
use backend::store::{StoreError, console::accounts};
use backend::verification::InstanceId;
use shared::words::UnixMillis;

use super::browser::Browser;
use super::console::{ConsoleWorld, PASSWORD, PEOPLE};

/// The secret of the app.
pub const SECRET: [u8; 20] = *b"imper.ai test secret";

/// Gives a user the app, as if they had set it up.
pub async fn seed(service: &Service, user: &User) -> Result<()> {
    let subject = format!("console-user {}", user.id);
    let place = Place {
        purpose: "console-totp",
        instance: user.instance.as_str(),
        subject: &subject,
    };
    let app = App {
        secret: service
            .config
            .keys
            .seal(place, random(service.entropy.as_ref())?, &SECRET)?,
        last_step: 0,
        added_at: service.now(),
    };
    let id = user.id;
    service
        .store
        .write::<_, StoreError, _>(move |tx| factors::put_app(tx, id, &app))
        .await?;
    Ok(())
}

/// Signs somebody in without a form. Returns the secret of the cookie.
pub async fn open_session(service: &Service, instance: &InstanceId, name: &'static str) -> Result<String> {
    let of = instance.clone();
    let found = service
        .store
        .read::<_, StoreError, _>(move |tx| accounts::find_user(tx, &of, name))
        .await?;
    let (user, _) = found.with_context(|| format!("there is no user {name}"))?;
    seed(service, &user).await?;
    let cookie = hex(&random::<32>(service.entropy.as_ref())?);
    let (digest, now) = (sha256_hex(cookie.as_bytes()), service.now());
    service
        .store
        .write::<_, StoreError, _>(move |tx| {
            let session = NewSession {
                cookie_digest: &digest,
                user: user.id,
                awaits_factor: false,
                expires_at: now.plus_seconds(8 * 3600),
                client_address: "127.0.0.1",
                browser: "",
            };
            sessions::add(tx, session, now)
        })
        .await?;
    Ok(cookie)
}

/// What an authenticator app with this secret shows at `now`.
pub fn code_at(secret: impl Into<totp_rs::Secret>, now: UnixMillis) -> Result<String> {
    let app = totp_rs::Builder::new()
        .with_secret(secret)
        .with_account_name("app")
        .build()
        .ok()
        .context("the secret is too short")?;
    Ok(app.generate(now.unix_seconds().unsigned_abs()).to_string())
}

/// Signs one of [`PEOPLE`] in by the forms, an admin with their app, too. A code works once: between two sign-ins of an
/// admin, let half a minute pass with [`ConsoleWorld::wait`].
pub async fn sign_in(world: &ConsoleWorld, browser: &Browser, name: &str) -> Result<()> {
    browser.goto(&format!("{}/console/sign-in", world.url)).await?;
    browser.type_into("#name", name).await?;
    browser.type_into("#password", PASSWORD).await?;
    browser.click("button.primary").await?;
    browser.see_no("#password").await?;
    if PEOPLE.contains(&(name, "admin")) {
        give_code(world, browser).await?;
    }
    Ok(())
}

/// Enters what the admin's app shows now.
pub async fn give_code(world: &ConsoleWorld, browser: &Browser) -> Result<()> {
    let code = code_at(SECRET.as_slice(), world.now())?;
    browser.type_into("#code", &code).await?;
    browser
        .click("form[action='/console/sign-in/code'] button")
        .await?;
    browser.see(".side").await.map(drop)
}
