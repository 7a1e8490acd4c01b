//! An administrator of the console beside a whole world, who fills in its forms without a browser.

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use backend::config::Config;
use backend::ports::SystemEntropy;
use backend::service::{Service, console};
use backend::store::Store;
use reqwest::header::COOKIE;
use reqwest::{Client, StatusCode, redirect};

use super::second_factor::open_session;
use super::world::World;

const NAME: &str = "max.weber";

/// A signed-in administrator.
pub struct Admin {
    client: Client,
    url: String,
    cookie: String,
}

impl Admin {
    /// Adds the user to the service of a world, and signs them in.
    pub async fn of(world: &World) -> Result<Self> {
        let (text, secrets) = &world.configuration;
        let config = Config::parse(text, secrets)?;
        let instance = config.instances.keys().next().cloned().context("no instance")?;
        let store = Store::open(&world.database)?;
        let clock = Arc::new(world.clock.clone());
        let service = Service::new(Arc::new(config), store, clock, Arc::new(SystemEntropy));
        let password = "a-long-admin-password".into();
        console::add_user(&service, &instance, NAME, console::Role::Admin, password).await?;
        let secret = open_session(&service, &instance, NAME).await?;
        service.store.close();
        Ok(Self {
            client: Client::builder().redirect(redirect::Policy::none()).build()?,
            url: world.service_url.clone(),
            cookie: format!("__Host-imper_console={secret}"),
        })
    }

    /// A page.
    pub async fn get(&self, path: &str) -> Result<String> {
        let url = format!("{}{path}", self.url);
        let answer = self.client.get(url).header(COOKIE, &self.cookie).send().await?;
        ensure!(
            answer.status() == StatusCode::OK,
            "{path} was answered with {}",
            answer.status()
        );
        Ok(answer.text().await?)
    }

    /// Sends the form of a page with these fields filled in; what is answered, whatever its status.
    pub async fn send(
        &self,
        page: &str,
        action: &str,
        fields: &[(&str, &str)],
    ) -> Result<(StatusCode, String)> {
        let token = hidden(&self.get(page).await?, "form_token")?;
        let mut all = vec![("form_token", token.as_str())];
        all.extend(fields);
        let answer = self
            .client
            .post(format!("{}{action}", self.url))
            .header(COOKIE, &self.cookie)
            .header("origin", &self.url)
            .form(&all)
            .send()
            .await?;
        Ok((answer.status(), answer.text().await?))
    }
}

/// What a hidden field of a page holds.
pub fn hidden(page: &str, name: &str) -> Result<String> {
    let rest = page
        .split(&format!("name=\"{name}\" value=\""))
        .nth(1)
        .with_context(|| format!("no field {name}"))?;
    Ok(rest.split('"').next().unwrap_or_default().to_owned())
}
