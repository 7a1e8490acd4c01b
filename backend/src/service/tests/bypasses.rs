//! Tickets resolved without verification: read from a double of the app, page by page.

use serde_json::{Value, json};
use wiremock::matchers::{method, path, query_param, query_param_is_missing};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::config::Instance;
use crate::service::Service;
use crate::service::bypasses::{Pulled, pull};
use crate::service::retention;
use crate::servicenow::bypasses::tests::{answer, sample};
use crate::servicenow::client::Client;
use crate::store::bypasses::{self, Narrowing, Pull};
use crate::testing::{ManualClock, service_with};
use crate::verification::InstanceId;

struct Setup {
    server: MockServer,
    service: Service,
    clock: std::sync::Arc<ManualClock>,
    client: Client,
    _folder: tempfile::TempDir,
}

impl Setup {
    async fn new() -> Self {
        let server = MockServer::start().await;
        let token = json!({ "access_token": "t", "token_type": "Bearer", "expires_in": 86_400 });
        Mock::given(path("/oauth_token.do"))
            .respond_with(ResponseTemplate::new(200).set_body_json(token))
            .mount(&server)
            .await;
        let url = server.uri();
        let (folder, service, clock) = service_with(|config| {
            for instance in config.instances.values_mut() {
                instance.url = url.clone();
            }
        });
        let client = Client::new(service.clock.clone()).unwrap();
        Self {
            server,
            service,
            clock,
            client,
            _folder: folder,
        }
    }

    fn instance(&self, id: &str) -> &Instance {
        &self.service.config.instances[&InstanceId::parse(id).unwrap()]
    }

    async fn pull(&self, id: &str) -> Pulled {
        pull(&self.service, &self.client, self.instance(id))
            .await
            .unwrap()
    }

    /// Once, what the app answers to a question after this position.
    async fn answers(&self, after: Option<&str>, status: u16, body: Vec<u8>) {
        let mock = Mock::given(method("GET")).and(path("/api/x_imper_verify/v1/verify/bypasses"));
        let mock = match after {
            Some(after) => mock.and(query_param("after", after)),
            None => mock.and(query_param_is_missing("after")),
        };
        mock.respond_with(ResponseTemplate::new(status).set_body_raw(body, "application/json"))
            .up_to_n_times(1)
            .expect(1)
            .mount(&self.server)
            .await;
    }

    async fn kept(&self, id: &str) -> (Vec<String>, Pull) {
        let id = InstanceId::parse(id).unwrap();
        self.service
            .store
            .read(move |tx| {
                let rows = bypasses::list(tx, &id, &Narrowing::default(), 100)?;
                let numbers = rows.into_iter().map(|row| row.ticket_number).collect();
                Ok::<_, crate::store::StoreError>((numbers, bypasses::find_pull(tx, &id)?.unwrap()))
            })
            .await
            .unwrap()
    }
}

fn at(number: u32, recorded: &str) -> Value {
    let mut row = sample(number);
    row["recorded_at"] = json!(recorded);
    row["resolved_at"] = json!(recorded);
    row
}

#[tokio::test(flavor = "multi_thread")]
async fn all_pages_are_read_and_what_is_read_again_is_there_once() {
    let setup = Setup::new().await;
    let (first, second) = (at(1, "2026-11-22T09:00:00Z"), at(2, "2026-11-22T09:00:10Z"));
    setup
        .answers(None, 200, answer(std::slice::from_ref(&first), true))
        .await;
    let behind_first = format!("2026-11-22T09:00:00Z_{:032x}", 1);
    setup
        .answers(
            Some(&behind_first),
            200,
            answer(std::slice::from_ref(&second), false),
        )
        .await;
    assert_eq!(setup.pull("acme").await, Pulled::Fine { added: 2 });

    // The next one begins before the end; one that became visible late is found there.
    let overlap = format!("2026-11-22T08:58:10Z_{}", "0".repeat(32));
    let late = at(3, "2026-11-22T09:00:05Z");
    setup
        .answers(Some(&overlap), 200, answer(&[first, late, second], false))
        .await;
    assert_eq!(setup.pull("acme").await, Pulled::Fine { added: 1 });
    let (numbers, pull) = setup.kept("acme").await;
    assert_eq!(numbers, ["INC0000002", "INC0000003", "INC0000001"]);
    assert_eq!(pull.fine_at, Some(setup.service.now()));

    // Nothing new: the position stays where it is.
    setup.answers(Some(&overlap), 200, answer(&[], false)).await;
    assert_eq!(setup.pull("acme").await, Pulled::Fine { added: 0 });
    assert_eq!(setup.kept("acme").await.1.position, pull.position);

    // Another instance has its own rows and its own position, also for rows of the same name.
    setup
        .answers(None, 200, answer(&[at(1, "2026-11-22T09:00:00Z")], false))
        .await;
    assert_eq!(setup.pull("globex").await, Pulled::Fine { added: 1 });
    assert_eq!(setup.kept("globex").await.0, ["INC0000001"]);
    assert_eq!(setup.kept("acme").await.0.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_is_told_and_loses_nothing() {
    let setup = Setup::new().await;
    setup
        .answers(
            None,
            200,
            answer(&[at(1, "2026-11-22T09:00:00Z"), json!({})], true),
        )
        .await;
    let behind = format!("2026-11-22T09:00:02Z_{}", "f".repeat(32));
    setup.answers(Some(&behind), 500, b"{}".to_vec()).await;
    setup.pull("acme").await;
    let (numbers, pull) = setup.kept("acme").await;
    assert_eq!((numbers.len(), pull.skipped), (1, 1));
    assert!(pull.error.is_some(), "the second page is missing");
    let position = pull.position.unwrap();

    let overlap = position.with_overlap().to_string();
    setup.answers(Some(&overlap), 404, b"{}".to_vec()).await;
    assert_eq!(setup.pull("acme").await, Pulled::TooOld);
    let (_, pull) = setup.kept("acme").await;
    assert!(pull.is_too_old && pull.error.is_none());
    assert_eq!(pull.position, Some(position));

    setup
        .answers(
            Some(&overlap),
            200,
            answer(&[at(2, "2026-11-22T09:10:00Z")], false),
        )
        .await;
    assert_eq!(setup.pull("acme").await, Pulled::Fine { added: 1 });
    let (numbers, pull) = setup.kept("acme").await;
    assert_eq!((numbers.len(), pull.is_too_old, pull.error), (2, false, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_leads_back_is_not_followed() {
    let setup = Setup::new().await;
    let row = at(1, "2026-11-22T09:00:00Z");
    setup
        .answers(None, 200, answer(std::slice::from_ref(&row), true))
        .await;
    let behind = format!("2026-11-22T09:00:00Z_{:032x}", 1);
    setup.answers(Some(&behind), 200, answer(&[row], true)).await;
    assert_eq!(setup.pull("acme").await, Pulled::Failed { after: None });
}

#[tokio::test(flavor = "multi_thread")]
async fn retention_takes_them_with_the_other_personal_data() {
    let setup = Setup::new().await;
    let rows = [at(1, "2026-11-22T09:00:00Z"), at(2, "2026-11-23T09:00:00Z")];
    setup.answers(None, 200, answer(&rows, false)).await;
    setup.pull("acme").await;
    setup.clock.advance_seconds(365 * 86_400);
    retention::run(&setup.service).await.unwrap();
    assert_eq!(setup.kept("acme").await.0, ["INC0000002"]);
}
