//! Asks the app which tickets were resolved without verification.

use std::time::Duration;

use reqwest::header::ACCEPT;
use secrecy::ExposeSecret as _;
use url::form_urlencoded::Serializer;

use super::{Client, SLOWLY, code_of, said};
use crate::config::Instance;
use crate::delivery::Outcome;
use crate::delivery::http::{self, Answer};
use crate::servicenow::bypasses::{self, Page, ROWS};
use crate::verification::bypass::Position;

/// Where the app answers.
const PATH: &str = "/api/x_imper_verify/v1/verify/bypasses";

/// Why there is no page.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoPage {
    /// The app does not know the question.
    #[error("the app is not installed, or is too old to tell")]
    TooOld,
    /// It failed for now.
    #[error("{why}")]
    Failed {
        /// A sentence without secrets.
        why: String,
        /// The instance asks to wait at least so long.
        after: Option<Duration>,
    },
}

fn failed(why: impl Into<String>, after: Option<Duration>) -> NoPage {
    NoPage::Failed {
        why: why.into(),
        after,
    }
}

impl Client {
    /// The rows that were recorded after a position, or from the beginning.
    ///
    /// # Errors
    /// When the instance did not answer with a page, or the app does not know the question.
    pub async fn bypasses(&self, instance: &Instance, after: Option<&Position>) -> Result<Page, NoPage> {
        let mut replaced = false;
        loop {
            let token = self.tokens.get(&self.http, self.clock.as_ref(), instance).await;
            let token = token.map_err(|outcome| match outcome {
                Outcome::Retry { after, why, .. } => failed(why, after),
                Outcome::Refused { why } => failed(why, None),
                Outcome::Accepted => failed("The instance gave no token.", None),
            })?;
            let request = http::get(&self.http, &address(instance, after))
                .map_err(|why| failed(format!("The instance cannot be asked: {why}."), None))?
                .bearer_auth(token.expose_secret())
                .header(ACCEPT, "application/json");
            let answer = http::send(request, self.clock.now())
                .await
                .map_err(|why| failed(format!("The instance did not answer: {why}."), None))?;
            if answer.status.as_u16() == 401 && !replaced {
                self.tokens.forget(&instance.id, &token).await;
                replaced = true;
                continue;
            }
            return judge(&answer);
        }
    }
}

/// Where to ask. Not in the loop, because what writes a query must not be held while an answer is awaited.
fn address(instance: &Instance, after: Option<&Position>) -> String {
    let mut query = Serializer::new(String::new());
    query.append_pair("limit", &ROWS.to_string());
    if let Some(after) = after {
        query.append_pair("after", &after.to_string());
    }
    format!("{}{PATH}?{}", instance.url, query.finish())
}

fn judge(answer: &Answer) -> Result<Page, NoPage> {
    let said = said(answer);
    match answer.status.as_u16() {
        200..=299 if answer.is_json => {
            bypasses::read(&answer.body).map_err(|_| failed("The app's answer cannot be read.", None))
        }
        200..=299 => Err(failed(
            "The instance answered with a page instead of JSON: it is probably hibernating.",
            None,
        )),
        // What the platform itself answers for a path that no resource has; the app's own refusals have a code.
        400 | 404 if code_of(answer).is_none() => Err(NoPage::TooOld),
        401 => Err(failed(format!("The instance refused the token ({said})."), None)),
        403 => Err(failed(
            "The integration user lacks the role x_imper_verify.integration (403).",
            Some(SLOWLY),
        )),
        _ => Err(failed(
            format!("The instance failed ({said})."),
            answer.retry_after,
        )),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use wiremock::matchers::{header, method, path, query_param};
    use wiremock::{Mock, ResponseTemplate};

    use super::super::tests::Setup;
    use super::*;
    use crate::servicenow::bypasses::tests::{answer, sample};

    fn json(status: u16, body: Vec<u8>) -> ResponseTemplate {
        ResponseTemplate::new(status).set_body_raw(body, "application/json")
    }

    #[tokio::test]
    async fn it_asks_after_a_position_with_the_token_of_results() {
        let setup = Setup::new().await;
        setup.gives_tokens("t1", 1800, 1).await;
        let position = Position::parse(&format!("2026-11-22T09:00:02Z_{}", "0".repeat(32))).unwrap();
        Mock::given(method("GET"))
            .and(path(PATH))
            .and(header("authorization", "Bearer t1"))
            .and(query_param("after", position.to_string()))
            .and(query_param("limit", "40"))
            .respond_with(json(200, answer(&[sample(1)], false)))
            .expect(1)
            .mount(&setup.server)
            .await;
        let page = setup
            .client
            .bypasses(setup.acme(), Some(&position))
            .await
            .unwrap();
        assert_eq!(page.rows.len(), 1);
    }

    #[tokio::test]
    async fn an_older_app_is_no_failure_and_a_failure_is_no_older_app() {
        let platform =
            |message: &str| json!({ "error": { "message": message, "detail": null }, "status": "failure" });
        let own = json!({ "error": { "message": "x", "detail": "invalid_after" }, "status": "failure" });
        for (status, body, is_too_old) in [
            (404, platform("Not found"), true),
            (
                400,
                platform("Requested URI does not represent any resource"),
                true,
            ),
            (400, own, false),
            (403, platform("User Not Authorized"), false),
            (500, platform("Script Evaluation Exception"), false),
            (200, json!({ "result": {} }), false),
        ] {
            let setup = Setup::new().await;
            setup.gives_tokens("t1", 1800, 1).await;
            Mock::given(method("GET"))
                .respond_with(json(status, body.to_string().into_bytes()))
                .mount(&setup.server)
                .await;
            let found = setup.client.bypasses(setup.acme(), None).await.unwrap_err();
            assert_eq!(found == NoPage::TooOld, is_too_old, "{status} {body}: {found}");
        }
    }
}
