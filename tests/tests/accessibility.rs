//! The accessibility check itself: it finds what is wrong, and says where.

use anyhow::{Result, ensure};
use imper_tests::harness::accessibility::{assert_accessible, violations};
use imper_tests::harness::browser::{Driver, Person};

const SOUND: &str = "data:text/html,<!doctype html><html lang=en><title>Sound</title>\
    <main><h1>Sound</h1><label>Name <input></label></main></html>";

/// A field without a name inside a shadow root, and an image without a text.
const UNSOUND: &str = "data:text/html,<!doctype html><html lang=en><title>Unsound</title>\
    <main><h1>Unsound</h1><img src=x><div id=host></div></main>\
    <script>document.getElementById('host').attachShadow({mode:'open'}).innerHTML='<input>'</script></html>";

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_found_and_named_and_what_is_right_passes() -> Result<()> {
    let driver = Driver::start().await?;
    let browser = driver.open(Person::ANALYST).await?;
    browser.goto(SOUND).await?;
    assert_accessible(&browser, "the sound page").await?;

    browser.goto(UNSOUND).await?;
    let found = violations(&browser).await?;
    let ids: Vec<&str> = found.iter().filter_map(|one| one["id"].as_str()).collect();
    ensure!(
        ids.contains(&"image-alt") && ids.contains(&"label"),
        "axe-core found only {ids:?}"
    );
    let message = assert_accessible(&browser, "the unsound page")
        .await
        .unwrap_err()
        .to_string();
    ensure!(
        message.contains("the unsound page")
            && message.contains("image-alt (critical)")
            && message.contains("<img"),
        "{message}"
    );
    browser.quit().await
}
