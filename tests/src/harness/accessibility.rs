//! axe-core on a page in a real browser.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::browser::Browser;

/// Rules of WCAG 2.2, levels A and AA, and what axe-core itself thinks good practice.
const RULES: &str = r#"["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]"#;

/// What has the attribute `hidden` and is seen all the same, because a style sheet gives it a `display` of its own.
const SHOWN_THOUGH_HIDDEN: &str = "
    const seen = [...document.querySelectorAll('[hidden]')].filter((one) => one.checkVisibility());
    return seen.map((one) => one.outerHTML.slice(0, 120));";

/// Makes sure that axe-core finds nothing wrong, of whatever impact, with what the browser shows.
///
/// It looks at the current frame, open shadow roots included; a page inside a frame is looked at after entering that
/// frame. `page` names the page in the message.
pub async fn assert_accessible(browser: &Browser, page: &str) -> Result<()> {
    let found = violations(browser).await?;
    ensure!(
        found.is_empty(),
        "axe-core on {page}:\n{}",
        found.iter().map(describe).collect::<Vec<_>>().join("\n")
    );
    let shown = browser.evaluate(SHOWN_THOUGH_HIDDEN).await?;
    ensure!(
        shown.as_array().is_some_and(Vec::is_empty),
        "{page} shows what it says is hidden: {shown}"
    );
    Ok(())
}

/// Looks at a page as people do, light and dark, on a laptop and on the smallest phone: axe-core finds nothing, nothing
/// scrolls sideways, and the browser has nothing to complain of. Leaves a picture of each.
pub async fn assert_sound(browser: &Browser, page: &str) -> Result<()> {
    for (dark, phone, how) in [
        (false, false, ""),
        (true, false, "-dark"),
        (false, true, "-phone"),
        (true, true, "-phone-dark"),
    ] {
        let name = format!("{page}{how}");
        browser.be_phone(phone).await?;
        browser.prefer_dark(dark).await?;
        assert_accessible(browser, &name).await?;
        ensure!(!browser.scrolls_sideways().await?, "{name} scrolls sideways");
        browser.screenshot_whole(&name).await?;
    }
    browser.be_phone(false).await?;
    browser.prefer_dark(false).await?;
    // A form that is refused is answered with 422, which the browser counts as an error.
    let mut errors = browser.console_errors().await?;
    errors.retain(|error| !error.contains("status of 422"));
    ensure!(errors.is_empty(), "{page}: {errors:?}");
    Ok(())
}

/// What axe-core finds: its own objects, as <https://github.com/dequelabs/axe-core/blob/develop/doc/API.md> has them.
pub async fn violations(browser: &Browser) -> Result<Vec<Value>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tools/node_modules/axe-core/axe.min.js");
    let axe = fs::read_to_string(&path)
        .with_context(|| format!("{} is missing: `cargo xtask setup` installs it", path.display()))?;
    // Handed over by the driver and not by a script element: no content security policy of the page forbids it.
    browser.evaluate(&format!("{axe}\nreturn true;")).await?;
    let script = format!(
        "const done = arguments[arguments.length - 1];
         axe.run(document, {{ runOnly: {RULES}, resultTypes: ['violations'], iframes: false }})
            .then((results) => done(results.violations), (error) => done(String(error)));"
    );
    let answer = browser
        .driver()
        .execute_async(script, Vec::new())
        .await
        .context("axe-core did not answer")?;
    match answer.json() {
        Value::Array(found) => Ok(found.clone()),
        other => anyhow::bail!("axe-core failed: {other}"),
    }
}

/// One violation: its impact, what it is about, and where.
fn describe(violation: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let nodes = violation["nodes"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    let places: Vec<String> = nodes
        .iter()
        .map(|node| {
            format!(
                "    {} {}\n      {}",
                node["target"],
                text(&node["html"]),
                text(&node["failureSummary"]).replace('\n', "\n      ")
            )
        })
        .collect();
    format!(
        "  {} ({}): {}\n{}",
        text(&violation["id"]),
        text(&violation["impact"]),
        text(&violation["help"]),
        places.join("\n")
    )
}
