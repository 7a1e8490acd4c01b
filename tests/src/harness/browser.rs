//! A real Chromium for each person in a test, driven through chromedriver.
//!
//! Everything waits for a condition, never for a time: [`Browser::until`] asks again until the page says so or the
//! patience is over, and then says what it was waiting for and leaves a screenshot.

use std::fs;
use std::future::Future;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError, mpsc};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tempfile::TempDir;
use thirtyfour::prelude::*;
use thirtyfour::{LoggingPrefsLogLevel, WebDriver};

use super::process::ProcessGroup;

/// How long a page may take. Generous, because several browsers share two cores in continuous integration.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// No page of ours has so many things to press.
const MOST_TABS: usize = 40;

/// How often a condition is looked at.
const POLL: Duration = Duration::from_millis(50);

/// How long chromedriver may take to open its port.
const DRIVER_PATIENCE: Duration = Duration::from_secs(30);
/// How often it is started before that is an error.
const DRIVER_STARTS: u32 = 3;

/// The size of a usual laptop's window, and of the smallest phone that must work.
const DESKTOP: (u32, u32) = (1280, 900);
const PHONE: (u32, u32) = (360, 740);

/// A running chromedriver. It must outlive the browsers that it opened.
#[derive(Debug)]
pub struct Driver {
    _process: ProcessGroup,
    url: String,
}

impl Driver {
    /// Starts chromedriver on a free port. It wants the same one for IPv4 and IPv6, and ends if another process was quicker
    /// with one of them: then it is started again.
    pub async fn start() -> Result<Self> {
        for _ in 1..DRIVER_STARTS {
            if let Ok(driver) = Self::start_once().await {
                return Ok(driver);
            }
        }
        Self::start_once().await
    }

    async fn start_once() -> Result<Self> {
        let mut process = ProcessGroup::spawn(
            Command::new("chromedriver")
                .arg("--port=0")
                .stdin(Stdio::null())
                .stdout(Stdio::piped())
                .stderr(Stdio::null()),
        )
        .context(
            "could not start chromedriver: `cargo xtask setup` installs it (Debian package chromium-driver)",
        )?;
        let output = process.take_stdout().context("chromedriver has no output")?;
        let (said, port) = mpsc::channel();
        // It chooses the port itself and prints it. The thread goes on reading, so that the pipe never fills, and
        // ends with the process.
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if let Some((_, port)) = line.split_once("started successfully on port ") {
                    let _ = said.send(port.trim_end_matches('.').to_owned());
                }
            }
        });
        let port = tokio::task::spawn_blocking(move || port.recv_timeout(DRIVER_PATIENCE))
            .await?
            .context("chromedriver did not say which port it opened")?;
        Ok(Self {
            _process: process,
            url: format!("http://localhost:{port}"),
        })
    }

    /// Opens a browser with an empty profile of its own.
    pub async fn open(&self, person: Person) -> Result<Browser> {
        let profile = tempfile::Builder::new().prefix("imper-profile-").tempdir()?;
        let mut wishes = DesiredCapabilities::chrome();
        for argument in [
            "--headless",
            // Chromium's own sandbox cannot start for root, or inside most containers.
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-quic",
            // A container's /dev/shm may be too small.
            "--disable-dev-shm-usage",
            "--lang=en-US",
        ] {
            wishes.add_arg(argument)?;
        }
        wishes.add_arg(&format!("--user-data-dir={}", profile.path().display()))?;
        wishes.add_arg(&format!("--window-size={},{}", DESKTOP.0, DESKTOP.1))?;
        if person.hides_automation {
            // The service takes an automated browser for what it is. Here the automation plays a person.
            wishes.add_arg("--disable-blink-features=AutomationControlled")?;
            wishes.add_arg(&format!("--user-agent={PERSONS_USER_AGENT}"))?;
            wishes.add_exclude_switch("enable-automation")?;
            // Without graphics hardware Chromium would name its software renderer, as servers do.
            wishes.add_arg("--disable-3d-apis")?;
        }
        wishes.set_browser_log_level(LoggingPrefsLogLevel::All)?;
        let driver = WebDriver::new(&self.url, wishes)
            .await
            .with_context(|| format!("chromedriver could not open a browser for {}", person.name))?;
        let browser = Browser {
            driver,
            name: person.name,
            view: Mutex::new(None),
            _profile: profile,
        };
        browser
            .devtools(
                "Emulation.setTimezoneOverride",
                json!({ "timezoneId": person.time_zone }),
            )
            .await?;
        Ok(browser)
    }
}

/// What headless Chromium would send without a window to hide: the same, without "Headless".
const PERSONS_USER_AGENT: &str =
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36";

/// Who sits in front of a browser.
#[derive(Clone, Copy, Debug)]
pub struct Person {
    /// For messages and names of screenshots.
    pub name: &'static str,
    /// IANA time zone of the machine.
    pub time_zone: &'static str,
    /// Looks like a browser in a person's hands.
    pub hides_automation: bool,
}

impl Person {
    /// The help-desk person at work.
    pub const AGENT: Self = Self {
        name: "agent",
        time_zone: "Europe/Berlin",
        hides_automation: false,
    };
    /// The person who reads the console.
    pub const ANALYST: Self = Self {
        name: "analyst",
        time_zone: "Europe/Berlin",
        hides_automation: false,
    };
    /// The requester on a private device.
    pub const REQUESTER: Self = Self {
        name: "requester",
        time_zone: "Europe/Berlin",
        hides_automation: true,
    };
}

/// One browser with its own profile, and the person's name for messages.
#[derive(Debug)]
pub struct Browser {
    driver: WebDriver,
    name: &'static str,
    /// The window that the page was given; `None` for the browser's own.
    view: Mutex<Option<Value>>,
    // After `driver`: the browser must be gone before its profile is.
    _profile: TempDir,
}

impl Browser {
    /// The driver itself, for what has no word here.
    pub fn driver(&self) -> &WebDriver {
        &self.driver
    }

    /// Opens a page.
    pub async fn goto(&self, url: &str) -> Result<()> {
        self.driver.enter_default_frame().await?;
        self.driver
            .goto(url)
            .await
            .with_context(|| format!("{} could not open {url}", self.name))
    }

    /// Asks `condition` until it gives a value. An error counts as "not yet": elements come and go while a page
    /// is drawn.
    pub async fn until<T, F>(&self, what: &str, condition: impl Fn() -> F) -> Result<T>
    where
        F: Future<Output = Result<Option<T>>>,
    {
        let mut last = None;
        let search = async {
            loop {
                match condition().await {
                    Ok(Some(value)) => return value,
                    Ok(None) => last = None,
                    Err(error) => last = Some(error),
                }
                tokio::time::sleep(POLL).await;
            }
        };
        if let Ok(value) = tokio::time::timeout(PATIENCE, search).await {
            return Ok(value);
        }
        let picture = self.screenshot(&format!("failed-{}", self.name)).await;
        let seen = self.page_text().await.unwrap_or_default();
        bail!(
            "{} waited {} s for {what}{}; the page says:\n{seen}\n(screenshot: {})",
            self.name,
            PATIENCE.as_secs(),
            last.map(|error| format!(" (last: {error:#})"))
                .unwrap_or_default(),
            picture.map_or_else(|error| error.to_string(), |path| path.display().to_string())
        )
    }

    /// Waits for a displayed element in the current frame.
    pub async fn see(&self, css: &str) -> Result<WebElement> {
        self.until(&format!("`{css}`"), || async {
            let element = self.driver.find(By::Css(css)).await?;
            Ok(element.is_displayed().await?.then_some(element))
        })
        .await
    }

    /// What an element in the current frame says, as soon as it is there and says something. In one step, because a
    /// page that is replaced takes its elements along.
    pub async fn text_of(&self, css: &str) -> Result<String> {
        self.until(&format!("words in `{css}`"), || async {
            let words = self.driver.find(By::Css(css)).await?.text().await?;
            Ok((!words.is_empty()).then_some(words))
        })
        .await
    }

    /// Waits until the visible text of the page in the current frame contains `words`.
    pub async fn see_text(&self, words: &str) -> Result<()> {
        self.until(&format!("the words {words:?}"), || async {
            Ok(self.page_text().await?.contains(words).then_some(()))
        })
        .await
    }

    /// Waits until no element matches in the current frame.
    pub async fn see_no(&self, css: &str) -> Result<()> {
        self.until(&format!("`{css}` to be gone"), || async {
            Ok(self.driver.find_all(By::Css(css)).await?.is_empty().then_some(()))
        })
        .await
    }

    /// Clicks an element as soon as it can be clicked.
    pub async fn click(&self, css: &str) -> Result<()> {
        self.until(&format!("`{css}` to take a click"), || async {
            self.driver.find(By::Css(css)).await?.click().await?;
            Ok(Some(()))
        })
        .await
    }

    /// Empties a field and types into it.
    pub async fn type_into(&self, css: &str, text: &str) -> Result<()> {
        self.until(&format!("`{css}` to take what is typed"), || async {
            let field = self.driver.find(By::Css(css)).await?;
            field.clear().await?;
            field.send_keys(text).await?;
            Ok(Some(()))
        })
        .await
    }

    /// The visible text of the page in the current frame; what is in shadow roots or frames is not in it.
    pub async fn page_text(&self) -> Result<String> {
        let text = self
            .driver
            .execute("return document.body ? document.body.innerText : ''", Vec::new())
            .await?;
        Ok(text.convert()?)
    }

    /// Runs a script in the current frame and gives its value.
    pub async fn evaluate(&self, script: &str) -> Result<Value> {
        Ok(self.driver.execute(script, Vec::new()).await?.json().clone())
    }

    /// Where the browser is.
    pub async fn address(&self) -> Result<String> {
        Ok(self.driver.current_url().await?.to_string())
    }

    /// Saves what is seen as `target/screenshots/NAME.png`.
    pub async fn screenshot(&self, name: &str) -> Result<PathBuf> {
        let folder = screenshots();
        fs::create_dir_all(&folder)?;
        let path = folder.join(format!("{name}.png"));
        self.driver.screenshot(&path).await?;
        Ok(path)
    }

    /// Saves the whole page, also what is below the fold.
    pub async fn screenshot_whole(&self, name: &str) -> Result<PathBuf> {
        let folder = screenshots();
        fs::create_dir_all(&folder)?;
        let path = folder.join(format!("{name}.png"));
        // A window as high as the page. Chromium's own way beyond the window's edge cuts off pages that are read from
        // right to left, and those with a scroll bar.
        let size = self
            .evaluate("return [window.innerWidth, document.documentElement.scrollHeight]")
            .await?;
        let pixels = |index| {
            size.get(index)
                .and_then(Value::as_u64)
                .context("the page has no size")
        };
        let whole =
            json!({ "width": pixels(0)?, "height": pixels(1)?, "deviceScaleFactor": 1, "mobile": true });
        self.devtools("Emulation.setDeviceMetricsOverride", whole).await?;
        let picture = self.devtools("Page.captureScreenshot", json!({})).await;
        let before = self.view.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match before {
            Some(view) => self.devtools("Emulation.setDeviceMetricsOverride", view).await?,
            None => {
                self.devtools("Emulation.clearDeviceMetricsOverride", json!({}))
                    .await?
            }
        };
        let picture = picture?;
        let data = picture
            .get("data")
            .and_then(Value::as_str)
            .context("no picture")?;
        fs::write(&path, STANDARD.decode(data)?)?;
        Ok(path)
    }

    /// Switches between light and dark, as the system setting would.
    pub async fn prefer_dark(&self, dark: bool) -> Result<()> {
        let value = if dark { "dark" } else { "light" };
        // Without motion, so that nothing is looked at half-way between two colours.
        let features = json!({ "features": [
            { "name": "prefers-color-scheme", "value": value },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ] });
        self.devtools("Emulation.setEmulatedMedia", features)
            .await
            .map(drop)
    }

    /// Makes the page as narrow as the smallest phone, or as wide as a laptop.
    pub async fn be_phone(&self, phone: bool) -> Result<()> {
        let (width, height) = if phone { PHONE } else { DESKTOP };
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": phone });
        self.show_in(size).await
    }

    async fn show_in(&self, size: Value) -> Result<()> {
        self.devtools("Emulation.setDeviceMetricsOverride", size.clone())
            .await?;
        *self.view.lock().unwrap_or_else(PoisonError::into_inner) = Some(size);
        Ok(())
    }

    /// Makes the page so wide, in CSS pixels; `None` gives the laptop's window back.
    pub async fn be_wide(&self, width: Option<u32>) -> Result<()> {
        let (wide, high) = width.map_or(DESKTOP, |width| (width, PHONE.1));
        let size = json!({ "width": wide, "height": high, "deviceScaleFactor": 1, "mobile": false });
        self.show_in(size).await
    }

    /// Switches the scripts of pages that are opened from now on off or on. What the test itself evaluates still runs.
    pub async fn run_scripts(&self, run: bool) -> Result<()> {
        self.devtools("Emulation.setScriptExecutionDisabled", json!({ "value": !run }))
            .await
            .map(drop)
    }

    /// Asks for pages in a language, as the browser's own setting would.
    pub async fn speak(&self, language: &str) -> Result<()> {
        self.devtools("Network.enable", json!({})).await?;
        let headers = json!({ "headers": { "Accept-Language": language } });
        self.devtools("Network.setExtraHTTPHeaders", headers)
            .await
            .map(drop)
    }

    /// Presses keys, wherever the focus is. A key that leads to another page has been pressed, even if the driver then
    /// misses the page that it was pressed on.
    pub async fn press(&self, keys: impl Into<TypingData>) -> Result<()> {
        let chain = self.driver.action_chain().send_keys(keys);
        match chain.perform().await {
            Err(error) if error.to_string().contains("aborted by navigation") => Ok(()),
            other => other.with_context(|| format!("{} could not press keys", self.name)),
        }
    }

    /// Goes on with the Tab key until an element has the focus, and makes sure that everybody sees where it is.
    pub async fn tab_to(&self, css: &str) -> Result<()> {
        for _ in 0..MOST_TABS {
            self.press(Key::Tab).await?;
            let script = format!("return document.activeElement.matches({})", json!(css));
            if self.evaluate(&script).await? == true {
                let ring = "const style = getComputedStyle(document.activeElement);
                    return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0";
                ensure!(
                    self.evaluate(ring).await? == true,
                    "the focus on `{css}` cannot be seen"
                );
                return Ok(());
            }
        }
        bail!("the Tab key does not lead to `{css}`")
    }

    /// True when the page in the current frame can be scrolled sideways, which a page must never need.
    pub async fn scrolls_sideways(&self) -> Result<bool> {
        let wider = "return document.documentElement.scrollWidth > document.documentElement.clientWidth";
        Ok(self.driver.execute(wider, Vec::new()).await?.convert()?)
    }

    /// Errors on the console since the last call: failed requests, policy violations, exceptions.
    pub async fn console_errors(&self) -> Result<Vec<String>> {
        let entries = self.driver.browser_log().await?;
        Ok(entries
            .into_iter()
            .filter(|entry| entry.level == "SEVERE")
            .map(|entry| entry.message)
            // A browser asks for it by itself; whether there is one says nothing about the page.
            .filter(|message| !message.contains("/favicon.ico"))
            .collect())
    }

    /// A command of Chromium's developer tools.
    pub async fn devtools(&self, method: &str, parameters: Value) -> Result<Value> {
        self.driver
            .cdp()
            .send_raw(method, parameters)
            .await
            .with_context(|| format!("DevTools: {method}"))
    }

    /// Closes the browser. Dropping does so too, but blocks meanwhile.
    pub async fn quit(self) -> Result<()> {
        Ok(self.driver.quit().await?)
    }
}

/// Where screenshots go.
fn screenshots() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/screenshots")
}
