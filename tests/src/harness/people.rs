//! The people of a scene, and what they can see and click.

use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result, ensure};
use shared::words::{Outcome, Status};
use thirtyfour::prelude::*;

use super::browser::{Browser, Driver, Person};
use super::world::{AGENT, ANALYST, Account, REQUESTER, World};

/// The frame that the app's formatter puts into the ticket form.
pub(super) const FIELD_FRAME: &str = "iframe[title='imper.ai Verification']";

/// The help-desk person, in front of the instance.
#[derive(Debug)]
pub struct AgentDesk {
    pub(super) browser: Browser,
    pub(super) instance_url: String,
    /// The ticket is open in a workspace, whose pages stand in a shadow root.
    pub(super) in_workspace: AtomicBool,
}

impl AgentDesk {
    /// Opens a browser.
    pub async fn open(driver: &Driver, world: &World) -> Result<Self> {
        let browser = driver.open(Person::AGENT).await?;
        Ok(Self {
            browser,
            instance_url: world.instance.url().to_owned(),
            in_workspace: AtomicBool::new(false),
        })
    }

    /// The browser itself.
    pub fn browser(&self) -> &Browser {
        &self.browser
    }

    /// Logs in on the instance's own page.
    pub async fn log_in(&self) -> Result<()> {
        self.log_in_as(AGENT).await
    }

    /// Logs in as somebody.
    pub async fn log_in_as(&self, account: Account) -> Result<()> {
        self.browser
            .goto(&format!("{}/login.do", self.instance_url))
            .await?;
        self.browser.type_into("#user_name", account.user_name).await?;
        self.browser.type_into("#user_password", account.password).await?;
        self.browser.click("#sysverb_login").await?;
        self.browser.see_no("#user_password").await
    }

    /// Opens a ticket's form.
    pub async fn open_ticket(&self, sys_id: &str) -> Result<()> {
        self.in_workspace.store(false, Ordering::Relaxed);
        self.browser
            .goto(&format!("{}/incident.do?sys_id={sys_id}", self.instance_url))
            .await?;
        self.browser
            .see("[id='incident.short_description']")
            .await
            .map(drop)
    }

    /// Fills and submits a new ticket for the requester; returns its `sys_id`.
    pub async fn create_ticket(
        &self,
        world: &World,
        category: &str,
        short_description: &str,
    ) -> Result<String> {
        let browser = &self.browser;
        browser
            .goto(&format!("{}/incident.do?sys_id=-1", self.instance_url))
            .await?;
        let category = format!("[id='incident.category'] option[value='{category}']");
        browser
            .type_into("[id='sys_display.incident.caller_id']", REQUESTER.name)
            .await?;
        browser.click(&category).await?;
        browser
            .type_into("[id='incident.short_description']", short_description)
            .await?;
        browser.click("#sysverb_insert").await?;
        let query = format!("short_description={short_description}");
        let row = browser
            .until("the new ticket to be stored", || async {
                Ok(world.instance.query("incident", &query)?.into_iter().next())
            })
            .await?;
        row.get("sys_id").cloned().context("the new ticket has no sys_id")
    }

    /// Makes sure that the ticket's form shows no field.
    pub async fn see_no_field(&self) -> Result<()> {
        self.browser.driver().enter_default_frame().await?;
        let frames = self.browser.driver().find_all(By::Css(FIELD_FRAME)).await?;
        ensure!(
            frames.is_empty(),
            "the ticket shows the field though its category needs no verification"
        );
        Ok(())
    }

    /// Waits until the field is in the state `state`: `required`, or the wire form of a [`Status`].
    pub async fn see_field(&self, state: &str) -> Result<()> {
        self.in_field(&format!("[data-state='{state}']")).await.map(drop)
    }

    /// Waits until the field shows where the verification stands.
    pub async fn see_status(&self, status: Status) -> Result<()> {
        self.see_field(status.as_str()).await
    }

    /// Waits until the field shows the outcome, and gives everything that it says.
    pub async fn see_outcome(&self, outcome: Outcome) -> Result<String> {
        self.text_in_field(&format!("[data-state='{}']", outcome.as_str()))
            .await
    }

    /// Everything that the field says now.
    pub async fn field_text(&self) -> Result<String> {
        self.text_in_field("[data-state]").await
    }

    /// Waits until the field says these words.
    pub async fn see_in_field(&self, words: &str) -> Result<()> {
        self.browser
            .until(&format!("the words {words:?} in the field"), || async {
                let field = self.look_into_field("#field").await?;
                Ok(field.text().await?.contains(words).then_some(()))
            })
            .await
    }

    /// Releases an action as the second person.
    pub async fn release_action(&self) -> Result<()> {
        self.click_in_field("#release").await
    }

    /// Confirms an action that was done by hand.
    pub async fn confirm_action(&self) -> Result<()> {
        self.click_in_field("#confirm").await
    }

    /// Clicks "imper.ai - Send Verification link".
    pub async fn click_send_verification_link(&self) -> Result<()> {
        let words = self.text_in_field("#send").await?;
        ensure!(
            words == "imper.ai - Send Verification link",
            "the field's link says {words:?}"
        );
        self.click_in_field("#send").await?;
        self.in_field("dialog[open] #destination").await.map(drop)
    }

    /// Types an address into the open dialog and clicks Send.
    pub async fn send_to(&self, destination: &str) -> Result<()> {
        self.browser
            .until(&format!("{destination:?} in the dialog"), || async {
                let input = self.look_into_field("dialog[open] #destination").await?;
                input.clear().await?;
                input.send_keys(destination).await?;
                let typed = input.prop("value").await?;
                Ok((typed.as_deref() == Some(destination)).then_some(()))
            })
            .await?;
        self.click_in_field("dialog[open] form .primary").await
    }

    /// Waits until the dialog says what is wrong with the address.
    pub async fn see_mistake(&self) -> Result<String> {
        self.browser
            .until("a sentence about the address", || async {
                let mistake = self.look_into_field("#destination-error").await?;
                let words = mistake.text().await?;
                Ok((!words.is_empty()).then_some(words))
            })
            .await
    }

    /// The number that the agent reads out, as soon as the field shows it.
    pub async fn see_call_number(&self) -> Result<String> {
        self.text_in_field(".digits [aria-hidden]").await
    }

    /// The verification id and the address that it links to.
    pub async fn see_details_link(&self) -> Result<(String, String)> {
        self.browser
            .until("the link to the details in the field", || async {
                let link = self.look_into_field("a.details").await?;
                let text = link.text().await?;
                let id = text.split_whitespace().next().unwrap_or_default().to_owned();
                let href = link.attr("href").await?.unwrap_or_default();
                Ok((!id.is_empty() && !href.is_empty()).then_some((id, href)))
            })
            .await
    }

    /// Marks the page, so that [`AgentDesk::see_same_page`] notices a reload.
    pub async fn mark_page(&self) -> Result<()> {
        self.browser.driver().enter_default_frame().await?;
        self.browser.evaluate("window.markedByTest = true").await?;
        self.enter_field_frame().await?;
        self.browser.evaluate("window.markedByTest = true").await?;
        Ok(())
    }

    /// Makes sure that neither the form nor the field's frame was reloaded since the mark.
    pub async fn see_same_page(&self) -> Result<()> {
        self.browser.driver().enter_default_frame().await?;
        let form = self
            .browser
            .evaluate("return window.markedByTest === true")
            .await?;
        self.enter_field_frame().await?;
        let frame = self
            .browser
            .evaluate("return window.markedByTest === true")
            .await?;
        ensure!(
            form == true && frame == true,
            "the page was reloaded (form kept: {form}, frame kept: {frame})"
        );
        Ok(())
    }

    /// Goes back from the field's frame to the form, with the field in the middle of the window.
    pub async fn look_at_form(&self) -> Result<()> {
        let driver = self.browser.driver();
        driver.enter_default_frame().await?;
        let frame = driver.find(By::Css(FIELD_FRAME)).await?;
        driver
            .execute(
                "arguments[0].scrollIntoView({ block: 'center' })",
                vec![frame.to_json()?],
            )
            .await?;
        Ok(())
    }

    /// Opens the dialog with the keyboard: the link has the focus, Enter is pressed.
    pub async fn open_dialog_by_keyboard(&self) -> Result<()> {
        self.in_field("#send").await?;
        let script = "document.querySelector('#imper-verify').shadowRoot.getElementById('send').focus()";
        self.browser.evaluate(script).await?;
        ensure!(
            self.focus_in_field().await? == "send",
            "the link cannot have the focus"
        );
        self.browser.press(Key::Enter).await?;
        self.in_field("dialog[open] #destination").await.map(drop)
    }

    /// The id of the element in the field that has the focus; empty if none has.
    pub async fn focus_in_field(&self) -> Result<String> {
        self.enter_field_frame().await?;
        let script = "const root = document.querySelector('#imper-verify').shadowRoot;
            return root.activeElement ? root.activeElement.id : ''";
        let id = self.browser.evaluate(script).await?;
        Ok(id.as_str().unwrap_or_default().to_owned())
    }

    /// Waits until an element of the field has the focus.
    pub async fn see_focus(&self, id: &str) -> Result<()> {
        self.browser
            .until(&format!("the focus on `{id}`"), || async {
                Ok((self.focus_in_field().await? == id).then_some(()))
            })
            .await
    }

    /// Waits until the dialog is closed.
    pub async fn see_no_dialog(&self) -> Result<()> {
        self.browser
            .until("the dialog to be closed", || async {
                self.enter_field_frame().await?;
                let script =
                    "return !document.querySelector('#imper-verify').shadowRoot.querySelector('dialog[open]')";
                Ok((self.browser.evaluate(script).await? == true).then_some(()))
            })
            .await
    }

    /// Stays in the field's frame, for what looks at the page in the current frame.
    pub async fn look_into_frame(&self) -> Result<()> {
        self.enter_field_frame().await
    }

    /// Waits for an element in the field's shadow root.
    pub async fn in_field(&self, css: &str) -> Result<WebElement> {
        self.browser
            .until(&format!("`{css}` in the field"), || async {
                let element = self.look_into_field(css).await?;
                Ok(element.is_displayed().await?.then_some(element))
            })
            .await
    }

    /// Waits for an element in the field's shadow root that says something. In one step, because the field is drawn
    /// anew with every piece of news, and an element that was found before is gone then.
    async fn text_in_field(&self, css: &str) -> Result<String> {
        self.browser
            .until(&format!("words in `{css}` in the field"), || async {
                let element = self.look_into_field(css).await?;
                let words = element.text().await?;
                Ok((!words.is_empty()).then_some(words))
            })
            .await
    }

    /// Clicks an element in the field's shadow root as soon as it takes a click.
    async fn click_in_field(&self, css: &str) -> Result<()> {
        self.browser
            .until(&format!("`{css}` in the field to take a click"), || async {
                self.look_into_field(css).await?.click().await?;
                Ok(Some(()))
            })
            .await
    }

    async fn look_into_field(&self, css: &str) -> Result<WebElement> {
        self.enter_field_frame().await?;
        let host = self.browser.driver().find(By::Css("#imper-verify")).await?;
        Ok(host.get_shadow_root().await?.find(By::Css(css)).await?)
    }

    pub(super) async fn enter_field_frame(&self) -> Result<()> {
        let driver = self.browser.driver();
        driver.enter_default_frame().await?;
        let frame = if self.in_workspace.load(Ordering::Relaxed) {
            self.in_workspace_page(FIELD_FRAME).await?
        } else {
            driver.find(By::Css(FIELD_FRAME)).await?
        };
        Ok(frame.enter_frame().await?)
    }
}

/// The requester, on a device of their own.
#[derive(Debug)]
pub struct RequesterPhone {
    browser: Browser,
}

impl RequesterPhone {
    /// Opens a browser.
    pub async fn open(driver: &Driver) -> Result<Self> {
        Ok(Self {
            browser: driver.open(Person::REQUESTER).await?,
        })
    }

    /// The browser itself.
    pub fn browser(&self) -> &Browser {
        &self.browser
    }

    /// Opens the link of the message.
    pub async fn open_link(&self, link: &str) -> Result<()> {
        self.browser.goto(link).await
    }

    /// Clicks Begin on the landing page.
    pub async fn click_begin(&self) -> Result<()> {
        self.browser.click("form[action$='/begin'] button").await
    }

    /// Enters the number that the agent reads out.
    pub async fn enter_call_number(&self, number: &str) -> Result<()> {
        self.answer("/verify/number", number).await
    }

    /// Enters the code of the second message.
    pub async fn enter_code(&self, code: &str) -> Result<()> {
        self.answer("/verify/code", code).await
    }

    /// Waits for the page with the code's question.
    pub async fn see_code_question(&self) -> Result<()> {
        self.browser
            .see("form[action='/verify/code'] input:not([type='hidden'])")
            .await
            .map(drop)
    }

    /// Chooses a new password.
    pub async fn choose_password(&self, password: &str) -> Result<()> {
        self.answer("/verify/action", password).await
    }

    /// Presses the one button of an action that needs nothing else.
    pub async fn perform_action(&self) -> Result<()> {
        self.press("/verify/action").await
    }

    /// Waits for words on the page.
    pub async fn see_words(&self, words: &str) -> Result<()> {
        self.browser.see_text(words).await
    }

    async fn answer(&self, action: &str, answer: &str) -> Result<()> {
        let form = format!("form[action='{action}']");
        self.browser
            .type_into(&format!("{form} input:not([type='hidden'])"), answer)
            .await?;
        self.press(action).await
    }

    async fn press(&self, action: &str) -> Result<()> {
        let form = format!("form[action='{action}']");
        // The page that this leads to may look the same, so the old one must be gone before anything else is read.
        let old = self.browser.see(&form).await?;
        self.browser
            .click(&format!("{form} button:not([type='button'])"))
            .await?;
        self.browser
            .until("the answer to be taken", || async {
                Ok(old.tag_name().await.is_err().then_some(()))
            })
            .await
    }
}

/// The person who reads the console.
#[derive(Debug)]
pub struct AnalystDesk {
    browser: Browser,
}

impl AnalystDesk {
    /// Opens a browser.
    pub async fn open(driver: &Driver) -> Result<Self> {
        Ok(Self {
            browser: driver.open(Person::ANALYST).await?,
        })
    }

    /// The browser itself.
    pub fn browser(&self) -> &Browser {
        &self.browser
    }

    /// Follows a link into the console, signs in where it asks for it, and waits for the page behind it.
    pub async fn follow(&self, url: &str) -> Result<()> {
        self.browser.goto(url).await?;
        self.browser.type_into("#name", ANALYST.user_name).await?;
        self.browser.type_into("#password", ANALYST.password).await?;
        self.browser.click("button.primary").await?;
        self.browser.see_no("#password").await
    }

    /// Opens the list of all verifications.
    pub async fn open_verifications(&self, service_url: &str) -> Result<()> {
        self.browser
            .goto(&format!("{service_url}/console/verifications"))
            .await?;
        self.browser.see("table").await.map(drop)
    }
}
