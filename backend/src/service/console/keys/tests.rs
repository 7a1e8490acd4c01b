use std::sync::Arc;

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use secrecy::ExposeSecret as _;
use serde_json::json;
use wiremock::matchers::path;
use wiremock::{Mock, MockGuard, MockServer, Request, ResponseTemplate};

use super::*;
use crate::config::Config;
use crate::ports::Clock as _;
use crate::service::console::{Role, Session};
use crate::service::instance_keys::{event_secrets, note_use, token_keys, use_config};
use crate::servicenow::agent_token::{self, TokenError};
use crate::servicenow::signature;
use crate::store::console::accounts;
use crate::testing::{ManualClock, START, claims, config_text, service, service_with};
use crate::verification::InstanceId;

fn acme() -> InstanceId {
    InstanceId::parse("acme").unwrap()
}

async fn admin(service: &Service, of: &str) -> Session {
    let of = InstanceId::parse(of).unwrap();
    let add = move |tx: &Transaction<'_>| accounts::add_user(tx, &of, "max", Role::Admin, "", START);
    Session {
        user: service.store.write(add).await.unwrap().unwrap(),
        cookie_digest: String::new(),
        expires_at: START.plus_seconds(3600),
    }
}

/// What becomes of a token of acme that is signed with a key.
async fn answer(service: &Service, kid: &str, key: &[u8]) -> Result<String, TokenError> {
    let mut header = Header::new(Algorithm::HS256);
    header.kid = Some(kid.into());
    header.typ = Some("imper-agent+jwt".into());
    let token = jsonwebtoken::encode(
        &header,
        &claims(service.now(), "jti-of-this-test"),
        &EncodingKey::from_secret(key),
    )
    .unwrap();
    let keys = token_keys(service, &acme()).await.unwrap();
    agent_token::verify(&service.config, &keys, &token, service.now()).map(|verified| verified.kid)
}

fn bytes(key: &NewKey) -> Vec<u8> {
    let secret = key.secret.expose_secret();
    STANDARD
        .decode(secret.strip_prefix("whsec_").unwrap_or(secret))
        .unwrap()
}

async fn begin(service: &Service, by: &Session, purpose: Purpose) -> Result<NewKey, KeyProblem> {
    begin_rotation(service, Admin::of(by).unwrap(), purpose, String::new()).await
}

async fn finish(
    service: &Service,
    by: &Session,
    (purpose, kid): (Purpose, &str),
    confirmed: bool,
) -> Result<(), KeyProblem> {
    let by = Admin::of(by).unwrap();
    finish_rotation(service, by, (purpose, kid.into()), confirmed, String::new()).await
}

const OLD: [u8; 32] = [2; 32];

#[tokio::test(flavor = "multi_thread")]
async fn two_keys_of_tokens_are_valid_until_the_new_one_has_proven_itself() {
    crate::crypto::install();
    let (folder, service, _clock) = service();
    let (max, eve) = (admin(&service, "acme").await, admin(&service, "globex").await);
    let unknown = Err(TokenError::UnknownKey);
    let first = begin(&service, &max, Purpose::Tokens).await.unwrap();
    assert_eq!(bytes(&first).len(), 32);
    assert_eq!(answer(&service, "k1", &OLD).await, Ok("k1".into()));
    assert_eq!(
        answer(&service, &first.kid, &bytes(&first)).await,
        Ok(first.kid.clone())
    );
    assert_eq!(
        answer(&service, &first.kid, &OLD).await,
        Err(TokenError::BadSignature)
    );

    // Neither twice, nor by another tenant, nor unseen.
    let again = begin(&service, &max, Purpose::Tokens).await;
    assert!(matches!(again, Err(KeyProblem::Begun)));
    let key = (Purpose::Tokens, first.kid.as_str());
    let foreign = finish(&service, &eve, key, true).await;
    assert!(matches!(foreign, Err(KeyProblem::Changed)));
    let other = finish(&service, &max, (Purpose::Tokens, "k-0"), true).await;
    assert!(matches!(other, Err(KeyProblem::Changed)));
    let unseen = finish(&service, &max, key, false).await;
    assert!(matches!(unseen, Err(KeyProblem::Unconfirmed)));
    note_use(&service, &acme(), &first.kid).await;
    finish(&service, &max, key, false).await.unwrap();
    assert_eq!(answer(&service, "k1", &OLD).await, unknown);
    assert_eq!(
        answer(&service, &first.kid, &bytes(&first)).await,
        Ok(first.kid.clone())
    );

    // A second one is taken back, a third one follows the first.
    let second = begin(&service, &max, Purpose::Tokens).await.unwrap();
    let by = Admin::of(&max).unwrap();
    let taken = (Purpose::Tokens, second.kid.clone());
    abort_rotation(&service, by, taken, String::new()).await.unwrap();
    assert_eq!(answer(&service, &second.kid, &bytes(&second)).await, unknown);
    let third = begin(&service, &max, Purpose::Tokens).await.unwrap();
    assert_eq!(
        answer(&service, &first.kid, &bytes(&first)).await,
        Ok(first.kid.clone())
    );
    finish(&service, &max, (Purpose::Tokens, &third.kid), true)
        .await
        .unwrap();
    assert_eq!(answer(&service, &first.kid, &bytes(&first)).await, unknown);
    assert_eq!(
        answer(&service, &third.kid, &bytes(&third)).await,
        Ok(third.kid.clone())
    );

    // No secret lies in the database in clear, not even in what was written before.
    for key in [&first, &second, &third] {
        for file in ["test.db", "test.db-wal"] {
            let content = std::fs::read(folder.path().join(file)).unwrap_or_default();
            for secret in [bytes(key), key.secret.expose_secret().as_bytes().to_vec()] {
                assert!(
                    !content.windows(secret.len()).any(|part| part == secret),
                    "{file}"
                );
            }
        }
    }

    // The operator's way out: the keys of the configuration count again.
    assert_eq!(use_config(&service, &acme()).await.unwrap(), 1);
    assert_eq!(use_config(&service, &acme()).await.unwrap(), 0);
    assert_eq!(answer(&service, "k1", &OLD).await, Ok("k1".into()));
    assert_eq!(answer(&service, &third.kid, &bytes(&third)).await, unknown);
    let log = service
        .store
        .read(|tx| {
            let sql = "SELECT group_concat(action, ' ') FROM (SELECT action FROM console_audit WHERE instance = 'acme' ORDER BY id)";
            Ok::<String, StoreError>(tx.query_row(sql, [], |row| row.get(0))?)
        })
        .await
        .unwrap();
    assert_eq!(
        log,
        "key.made key.replaced key.made key.withdrawn key.made key.replaced key.configuration_used"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn events_carry_both_signatures_until_the_instance_takes_the_new_one_alone() {
    let instance = MockServer::start().await;
    let (_folder, service, clock) = service_at(&instance.uri());
    let max = admin(&service, "acme").await;
    let old = service.config.instances[&acme()].callback.webhook_secret.clone();
    let accepts = async |secret: &SecretString| {
        let secrets = event_secrets(&service, &acme()).await.unwrap();
        let now = service.now();
        let signed = signature::sign_with_all(&secrets, "evt_1", now, "{}").unwrap();
        signature::verify(secret, "evt_1", &signed.timestamp, &signed.signature, "{}", now).is_ok()
    };
    assert!(accepts(&old).await);
    let new = begin(&service, &max, Purpose::Events).await.unwrap();
    assert!(accepts(&old).await && accepts(&new.secret).await);
    let key = (Purpose::Events, new.kid.as_str());

    // An instance that has only the old one refuses, and no administrator can say otherwise.
    let guard = has_secret(&instance, &old, &clock).await;
    for confirmed in [false, true] {
        let refused = finish(&service, &max, key, confirmed).await;
        assert!(matches!(refused, Err(KeyProblem::Refused(_))), "{refused:?}");
        assert!(accepts(&old).await && accepts(&new.secret).await);
    }
    drop(guard);
    let _guard = has_secret(&instance, &new.secret, &clock).await;
    finish(&service, &max, key, false).await.unwrap();
    assert!(!accepts(&old).await && accepts(&new.secret).await);
    assert_eq!(replaced(&service).await, [format!("events {}", new.kid)]);
    // Tokens have keys of their own.
    let tokens = token_keys(&service, &acme()).await.unwrap();
    assert!(tokens.contains_key("k1"));
}

/// The last keys that were replaced, as the log says it.
async fn replaced(service: &Service) -> Vec<String> {
    let read = |tx: &Transaction<'_>| {
        let mut rows =
            tx.prepare("SELECT subject FROM console_audit WHERE action = 'key.replaced' ORDER BY id")?;
        let rows = rows.query_map([], |row| row.get(0))?;
        Ok::<Vec<String>, StoreError>(rows.collect::<Result<_, _>>()?)
    };
    service.store.read(read).await.unwrap()
}

fn service_at(url: &str) -> (tempfile::TempDir, Service, Arc<ManualClock>) {
    let url = url.to_owned();
    service_with(|config| {
        for instance in config.instances.values_mut() {
            instance.url.clone_from(&url);
        }
    })
}

/// Where nobody listens: a port that only the system may use.
const NOBODY: &str = "http://127.0.0.1:1";

/// An instance that takes what this secret has signed, until the guard is dropped.
async fn has_secret(server: &MockServer, secret: &SecretString, clock: &Arc<ManualClock>) -> [MockGuard; 2] {
    let token = ResponseTemplate::new(200)
        .set_body_json(json!({ "access_token": "t", "token_type": "Bearer", "expires_in": 1800 }));
    let (secret, clock) = (secret.clone(), Arc::clone(clock));
    let answer = move |request: &Request| {
        let header = |name: &str| request.headers[name].to_str().unwrap();
        let body = std::str::from_utf8(&request.body).unwrap();
        let (id, at) = (header("webhook-id"), header("webhook-timestamp"));
        let signed = signature::verify(&secret, id, at, header("webhook-signature"), body, clock.now());
        if signed.is_ok() {
            let pong = json!({ "status": "pong", "version": "1.0.0", "time": clock.now().unix_seconds() });
            ResponseTemplate::new(200).set_body_json(json!({ "result": pong }))
        } else {
            let code = json!({ "detail": "signature_invalid" });
            ResponseTemplate::new(401).set_body_json(json!({ "error": code }))
        }
    };
    [
        Mock::given(path("/oauth_token.do"))
            .respond_with(token)
            .mount_as_scoped(server)
            .await,
        Mock::given(path("/api/x_imper_verify/v1/verify/result"))
            .respond_with(answer)
            .mount_as_scoped(server)
            .await,
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_that_cannot_be_asked_needs_somebody_who_vouches_for_it() {
    let (_folder, service, _clock) = service_at(NOBODY);
    let max = admin(&service, "acme").await;
    let new = begin(&service, &max, Purpose::Events).await.unwrap();
    let key = (Purpose::Events, new.kid.as_str());
    let unasked = finish(&service, &max, key, false).await;
    assert!(matches!(unasked, Err(KeyProblem::Unasked(_))), "{unasked:?}");
    assert_eq!(replaced(&service).await, [""; 0]);
    finish(&service, &max, key, true).await.unwrap();
    assert_eq!(
        replaced(&service).await,
        [format!("events {}, not proven", new.kid)]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn under_another_master_key_nothing_is_accepted_rather_than_the_old_key() {
    crate::crypto::install();
    let (_folder, service, _clock) = service_at(NOBODY);
    let max = admin(&service, "acme").await;
    for purpose in [Purpose::Tokens, Purpose::Events] {
        let key = begin(&service, &max, purpose).await.unwrap();
        finish(&service, &max, (purpose, &key.kid), true).await.unwrap();
    }
    let (text, mut secrets) = config_text();
    secrets.insert("IMPER_MASTER_KEY".into(), STANDARD.encode([9; 32]));
    let other = Service {
        config: Arc::new(Config::parse(&text, &secrets).unwrap()),
        ..service.clone()
    };
    assert_eq!(answer(&other, "k1", &OLD).await, Err(TokenError::UnknownKey));
    assert!(event_secrets(&other, &acme()).await.unwrap().is_empty());
}
