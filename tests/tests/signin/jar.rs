//! A browser without a window and without scripts: cookies by site, forms, and redirects that are followed by hand.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, StatusCode, Url};

use super::scene::{Call, Scene};

/// See the module.
pub struct Jar {
    http: Client,
    /// By host name, as browsers keep them: ports make no difference.
    cookies: BTreeMap<(String, String), String>,
}

/// A page, read.
pub struct Page {
    pub url: Url,
    pub status: StatusCode,
    pub location: Option<String>,
    pub refresh: Option<String>,
    pub body: String,
}

impl Page {
    /// The value of a hidden field.
    pub fn field(&self, name: &str) -> Result<String> {
        let start = format!("name=\"{name}\" value=\"");
        let (_, rest) = self
            .body
            .split_once(&start)
            .with_context(|| format!("no field {name}: {}", self.body))?;
        let value = rest.split('"').next().unwrap_or_default();
        Ok(value.replace("&#38;", "&").replace("&amp;", "&"))
    }
}

impl Jar {
    pub fn new() -> Result<Self> {
        Ok(Self {
            http: Client::builder().no_proxy().redirect(Policy::none()).build()?,
            cookies: BTreeMap::new(),
        })
    }

    async fn ask(&mut self, method: Method, url: &str, form: Option<&[(&str, &str)]>) -> Result<Page> {
        let url: Url = url.parse()?;
        let host = url.host_str().context("no host")?.to_owned();
        let own = self.cookies.iter().filter(|((of, _), _)| *of == host);
        let cookies: Vec<String> = own.map(|((_, name), value)| format!("{name}={value}")).collect();
        let mut request = self
            .http
            .request(method, url.clone())
            .header("cookie", cookies.join("; "))
            .header(
                "user-agent",
                "Mozilla/5.0 (X11; Linux x86_64; rv:146.0) Gecko/20100101 Firefox/146.0",
            );
        if let Some(form) = form {
            request = request.form(form);
        }
        let answer = request.send().await?;
        for cookie in answer.headers().get_all("set-cookie") {
            let (name, rest) = cookie.to_str()?.split_once('=').context("no cookie")?;
            let value = rest.split(';').next().unwrap_or_default();
            self.cookies
                .insert((host.clone(), name.to_owned()), value.to_owned());
        }
        let header = |name: &str| {
            let value = answer.headers().get(name)?;
            value.to_str().ok().map(str::to_owned)
        };
        Ok(Page {
            url,
            status: answer.status(),
            location: header("location"),
            refresh: header("refresh"),
            body: answer.text().await?,
        })
    }

    pub async fn get(&mut self, url: &str) -> Result<Page> {
        self.ask(Method::GET, url, None).await
    }

    pub async fn post(&mut self, url: &str, form: &[(&str, &str)]) -> Result<Page> {
        self.ask(Method::POST, url, Some(form)).await
    }

    /// Follows redirects until a page comes, or an address that begins with `until`.
    pub async fn follow(&mut self, mut page: Page, until: &str) -> Result<Page> {
        while let Some(location) = &page.location {
            let next = page.url.join(location)?;
            if next.as_str().starts_with(until) {
                page.url = next;
                return Ok(page);
            }
            page = self.get(next.as_str()).await?;
        }
        Ok(page)
    }

    /// Begins the verification of a link and answers the number.
    pub async fn begin(&mut self, scene: &Scene, call: &Call<'_>, id: &str, link: &str) -> Result<()> {
        let begun = self.post(&format!("{link}/begin"), &[("script_ran", "")]).await?;
        ensure!(begun.status == StatusCode::SEE_OTHER, "{}", begun.body);
        let number = call.number(id).await?;
        let page = self.get(&format!("{}/verify", scene.service_url)).await?;
        let token = page.field("form_token")?;
        let fields = [("form_token", token.as_str()), ("number", number.as_str())];
        let answered = self
            .post(&format!("{}/verify/number", scene.service_url), &fields)
            .await?;
        ensure!(answered.status == StatusCode::SEE_OTHER, "{}", answered.body);
        Ok(())
    }

    /// The current page of the verification.
    pub async fn verify(&mut self, scene: &Scene) -> Result<Page> {
        self.get(&format!("{}/verify", scene.service_url)).await
    }

    /// Presses "Go to …"; gives the provider's address.
    pub async fn depart(&mut self, scene: &Scene) -> Result<String> {
        let token = self.verify(scene).await?.field("form_token")?;
        let url = format!("{}/verify/sign-in", scene.service_url);
        let page = self.post(&url, &[("form_token", &token)]).await?;
        let refresh = page
            .refresh
            .as_deref()
            .and_then(|text| text.strip_prefix("0; url="));
        Ok(refresh
            .with_context(|| format!("no way to the provider: {}", page.body))?
            .to_owned())
    }

    /// Forgets the session at the provider: the next sign-in is by somebody else.
    pub fn forget_provider(&mut self) {
        self.cookies.retain(|(host, _), _| host == "localhost");
    }

    /// Signs in on the provider's page; gives the address that the provider sends the browser back to.
    pub async fn sign_in(&mut self, scene: &Scene, address: &str, account: &str) -> Result<Url> {
        let page = self.get(address).await?;
        let page = self.follow(page, &scene.service_url).await?;
        ensure!(
            page.body.contains("id=\"account\""),
            "not the provider's page: {} {}",
            page.url,
            page.body
        );
        let fields: &[(&str, &str)] = if account.is_empty() {
            &[("cancel", "1")]
        } else {
            &[("account", account)]
        };
        let page = self.post(page.url.as_str(), fields).await?;
        let back = self.follow(page, &scene.service_url).await?;
        ensure!(
            back.url.as_str().starts_with(&scene.service_url),
            "the provider did not send the browser back: {} {}",
            back.url,
            back.body
        );
        Ok(back.url)
    }

    /// Comes back: the page, and the press of its button.
    pub async fn arrive(&mut self, back: &Url) -> Result<Page> {
        let page = self.get(back.as_str()).await?;
        ensure!(page.status == StatusCode::OK, "{}", page.body);
        let answer = page.field("answer")?;
        let mut address = back.clone();
        address.set_query(None);
        self.post(address.as_str(), &[("answer", &answer)]).await
    }
}
