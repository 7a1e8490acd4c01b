use std::sync::Arc;

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use secrecy::ExposeSecret as _;

use super::*;
use crate::config::Config;
use crate::service::console::{Role, Session};
use crate::service::instance_keys::{event_secrets, note_use, token_keys, use_config};
use crate::servicenow::agent_token::{self, TokenError};
use crate::servicenow::signature;
use crate::store::console::accounts;
use crate::testing::{START, claims, config_text, service};
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
            let sql = "SELECT group_concat(action, ' ') FROM console_audit WHERE instance = 'acme'";
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
async fn events_carry_both_signatures_until_the_old_secret_goes() {
    let (_folder, service, _clock) = service();
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
    let unconfirmed = finish(&service, &max, key, false).await;
    assert!(matches!(unconfirmed, Err(KeyProblem::Unconfirmed)));
    finish(&service, &max, key, true).await.unwrap();
    assert!(!accepts(&old).await && accepts(&new.secret).await);
    // Tokens have keys of their own.
    crate::crypto::install();
    assert_eq!(answer(&service, "k1", &OLD).await, Ok("k1".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn under_another_master_key_nothing_is_accepted_rather_than_the_old_key() {
    crate::crypto::install();
    let (_folder, service, _clock) = service();
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
