//! The other places in which an agent meets the field: a workspace, a portal.

use std::sync::atomic::Ordering;

use anyhow::{Context, Result, ensure};
use thirtyfour::prelude::*;

use super::people::{AgentDesk, FIELD_FRAME};
use super::world::World;

/// The button that the app brings into workspaces.
const BUTTON: &str = "button[data-action]";

/// What an admin does once to have the field in the portal: places the app's widget on the ticket page.
pub fn place_widget(world: &World) -> Result<()> {
    let one = |table: &str, query: &str| -> Result<String> {
        let mut rows = world.instance.query(table, query)?;
        ensure!(rows.len() == 1, "{} records of {table} with {query}", rows.len());
        rows.remove(0).remove("sys_id").context("no sys_id")
    };
    let widget = one("sp_widget", "id=x-imper-verify")?;
    let column = one("sp_column", "")?;
    let fields = [
        ("sp_column", column.as_str()),
        ("sp_widget", &widget),
        ("active", "true"),
        ("order", "1"),
    ];
    world.instance.insert("sp_instance", &fields)?;
    Ok(())
}

impl AgentDesk {
    /// Opens the record page of a workspace.
    pub async fn open_in_workspace(&self, table: &str, sys_id: &str) -> Result<()> {
        let url = format!("{}/now/sow/record/{table}/{sys_id}", self.instance_url);
        self.browser.goto(&url).await?;
        self.browser
            .until("the record page", || async {
                Ok(Some(self.in_workspace_page("h1").await?))
            })
            .await?;
        self.in_workspace.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// Clicks the app's button on the open record page, and waits for what it opens.
    pub async fn click_workspace_button(&self) -> Result<()> {
        let button = self.in_workspace_page(BUTTON).await?;
        let words = button.text().await?;
        ensure!(words == "imper.ai Verification", "the button says {words:?}");
        button.click().await?;
        self.browser
            .until("the field in a dialog", || async {
                Ok(Some(self.in_workspace_page(FIELD_FRAME).await?))
            })
            .await
            .map(drop)
    }

    /// Makes sure that the open record page has no button of the app.
    pub async fn see_no_workspace_button(&self) -> Result<()> {
        ensure!(
            self.in_workspace_page(BUTTON).await.is_err(),
            "the record page has a button though nothing is to be verified"
        );
        Ok(())
    }

    /// Opens the ticket page of the Service Portal.
    pub async fn open_in_portal(&self, table: &str, sys_id: &str) -> Result<()> {
        self.in_workspace.store(false, Ordering::Relaxed);
        let url = format!("{}/sp?id=ticket&table={table}&sys_id={sys_id}", self.instance_url);
        self.browser.goto(&url).await?;
        self.browser.see("h1").await.map(drop)
    }

    /// Opens the classic form of a ticket of any table.
    pub async fn open_form(&self, table: &str, sys_id: &str) -> Result<()> {
        self.in_workspace.store(false, Ordering::Relaxed);
        self.browser
            .goto(&format!("{}/{table}.do?sys_id={sys_id}", self.instance_url))
            .await?;
        self.browser.see("form.record").await.map(drop)
    }

    /// Goes into the frame with the field, whatever its host.
    pub async fn enter_field(&self) -> Result<()> {
        self.enter_field_frame().await
    }

    /// Waits until the page in the field's frame says something, outside of the field itself.
    pub async fn see_in_panel(&self, words: &str) -> Result<()> {
        self.browser
            .until(&format!("the words {words:?} in the panel"), || async {
                self.enter_field_frame().await?;
                let text = self.browser.page_text().await?;
                Ok(text.contains(words).then_some(()))
            })
            .await
    }

    /// An element of the record page, which stands in a shadow root.
    pub(super) async fn in_workspace_page(&self, css: &str) -> Result<WebElement> {
        let driver = self.browser.driver();
        driver.enter_default_frame().await?;
        let host = driver.find(By::Css("sn-record-page")).await?;
        Ok(host.get_shadow_root().await?.find(By::Css(css)).await?)
    }
}
