mod claims;

use std::sync::LazyLock;

use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::{DecodingKey, EncodingKey};
use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_RSA_SHA256, RsaKeySize};
use serde_json::{Value, json};

use super::*;
use crate::config::AgentKey;
use crate::testing::{self, START};
use crate::verification::InstanceId;

/// What tokens are signed with in these tests; `None` leaves the signature empty.
#[derive(Clone)]
struct Signer(Option<(Algorithm, EncodingKey)>);

/// Keys are made once: an RSA key takes long in a debug build.
static RSA: LazyLock<KeyPair> =
    LazyLock::new(|| KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap());
static EC: LazyLock<KeyPair> = LazyLock::new(|| KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap());

fn hmac(secret: &[u8]) -> Signer {
    Signer(Some((Algorithm::HS256, EncodingKey::from_secret(secret))))
}

fn rsa() -> Signer {
    Signer(Some((
        Algorithm::RS256,
        EncodingKey::from_rsa_pem(RSA.serialize_pem().as_bytes()).unwrap(),
    )))
}

fn ec() -> Signer {
    Signer(Some((
        Algorithm::ES256,
        EncodingKey::from_ec_pem(EC.serialize_pem().as_bytes()).unwrap(),
    )))
}

fn acme() -> Signer {
    hmac(&[2; 32])
}

/// The configuration of [`testing`]; acme also has the keys `rsa` and `ec`.
fn config() -> Config {
    crate::crypto::install();
    let (text, secrets) = testing::config_text();
    let mut config = Config::parse(&text, &secrets).unwrap();
    let acme = config
        .instances
        .get_mut(&InstanceId::parse("acme").unwrap())
        .unwrap();
    let rsa = DecodingKey::from_rsa_pem(RSA.public_key_pem().as_bytes()).unwrap();
    let ec = DecodingKey::from_ec_pem(EC.public_key_pem().as_bytes()).unwrap();
    acme.agent_keys.insert(
        "rsa".into(),
        AgentKey {
            algorithm: Algorithm::RS256,
            key: rsa,
        },
    );
    acme.agent_keys.insert(
        "ec".into(),
        AgentKey {
            algorithm: Algorithm::ES256,
            key: ec,
        },
    );
    config
}

fn header(alg: &str, kid: &str) -> Value {
    json!({ "alg": alg, "typ": "imper-agent+jwt", "kid": kid })
}

fn good_claims() -> Value {
    serde_json::to_value(testing::claims(START, "jti-00000001")).unwrap()
}

fn encode(json: &Value) -> String {
    URL_SAFE_NO_PAD.encode(json.to_string())
}

fn token(signer: &Signer, header: &Value, claims: &Value) -> String {
    let content = format!("{}.{}", encode(header), encode(claims));
    let signature = match &signer.0 {
        Some((algorithm, key)) => jsonwebtoken::crypto::sign(content.as_bytes(), key, *algorithm).unwrap(),
        None => String::new(),
    };
    format!("{content}.{signature}")
}

/// A token of acme whose claims were changed before it was signed.
fn with(change: impl FnOnce(&mut Value)) -> String {
    let mut claims = good_claims();
    change(&mut claims);
    token(&acme(), &header("HS256", "k1"), &claims)
}

/// A token of acme whose header was changed before it was signed.
fn with_header(change: impl FnOnce(&mut Value)) -> String {
    let mut header = header("HS256", "k1");
    change(&mut header);
    token(&acme(), &header, &good_claims())
}

fn check(token: &str) -> Result<(String, AgentClaims), TokenError> {
    check_at(token, START)
}

fn check_at(token: &str, now: UnixMillis) -> Result<(String, AgentClaims), TokenError> {
    let config = config();
    // Types and extensions are judged before the issuer, whose keys are needed for the rest.
    let keys =
        issuer(&config, token).map_or_else(|_| BTreeMap::new(), |instance| instance.agent_keys.clone());
    verify(&config, &keys, token, now).map(|found| (found.instance.id.to_string(), found.claims))
}

fn is_malformed(error: &TokenError) -> bool {
    matches!(error, TokenError::Malformed(_))
}

#[test]
fn a_token_of_each_algorithm_is_accepted() {
    let claims = testing::claims(START, "jti-00000001");
    for (signer, alg, kid) in [
        (acme(), "HS256", "k1"),
        (rsa(), "RS256", "rsa"),
        (ec(), "ES256", "ec"),
    ] {
        let accepted = check(&token(&signer, &header(alg, kid), &good_claims()));
        assert_eq!(accepted, Ok(("acme".into(), claims.clone())), "{alg}");
    }
}

#[test]
fn unknown_claims_and_the_case_of_the_type_do_not_matter() {
    assert!(check(&with(|claims| claims["colour"] = json!("blue"))).is_ok());
    assert!(check(&with_header(|header| header["typ"] = json!("Imper-Agent+JWT"))).is_ok());
}

#[test]
fn without_a_token_there_is_nothing_to_check() {
    assert_eq!(check("").unwrap_err(), TokenError::Missing);
}

#[test]
fn an_oversized_token_is_not_even_read() {
    let long = with(|claims| claims["pad"] = json!("x".repeat(MAX_TOKEN_BYTES)));
    assert_eq!(check(&long).unwrap_err(), TokenError::TooLong);
    assert_eq!(
        check(&"a".repeat(MAX_TOKEN_BYTES + 1)).unwrap_err(),
        TokenError::TooLong
    );
    assert!(is_malformed(&check(&"a".repeat(MAX_TOKEN_BYTES)).unwrap_err()));
}

#[test]
fn garbage_is_malformed() {
    let good = with(|_| {});
    let parts: Vec<&str> = good.split('.').collect();
    for garbage in [
        "x".to_owned(),
        "..".to_owned(),
        "a.b.c".to_owned(),
        format!("{}.{}", parts[0], parts[1]),
        format!("{good}.{}", parts[2]),
        format!("{}=.{}.{}", parts[0], parts[1], parts[2]),
        format!(" {good}"),
        format!("{}.{}.{}", URL_SAFE_NO_PAD.encode("{"), parts[1], parts[2]),
        format!("{}.{}.{}", URL_SAFE_NO_PAD.encode("[]"), parts[1], parts[2]),
        format!("{}.{}.{}", parts[0], URL_SAFE_NO_PAD.encode("{}"), parts[2]),
        format!(
            "{}.{}.{}",
            parts[0],
            URL_SAFE_NO_PAD.encode([0xff, 0xfe]),
            parts[2]
        ),
    ] {
        let error = check(&garbage).unwrap_err();
        assert!(is_malformed(&error), "{garbage}: {error:?}");
    }
}

#[test]
fn a_repeated_member_is_malformed() {
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","alg":"none","typ":"imper-agent+jwt","kid":"k1"}"#);
    let good = with(|_| {});
    let rest = good.split_once('.').unwrap().1;
    assert!(is_malformed(&check(&format!("{header}.{rest}")).unwrap_err()));
}

#[test]
fn a_header_that_demands_an_extension_is_malformed() {
    let error = check(&with_header(|header| header["crit"] = json!(["b64"]))).unwrap_err();
    assert!(is_malformed(&error));
}

#[test]
fn a_token_of_another_type_is_refused() {
    for typ in [
        json!("JWT"),
        json!("application/imper-agent+jwt"),
        json!("imper-agent+jwt "),
        json!(""),
        Value::Null,
    ] {
        let error = check(&with_header(|header| header["typ"] = typ.clone())).unwrap_err();
        assert_eq!(error, TokenError::WrongType, "{typ}");
    }
    let absent = with_header(|header| drop(header.as_object_mut().unwrap().remove("typ")));
    assert_eq!(check(&absent).unwrap_err(), TokenError::WrongType);
}

#[test]
fn an_unknown_issuer_is_refused() {
    for iss in [
        "https://evil.service-now.com",
        "https://acme.service-now.com/",
        "https://ACME.service-now.com",
        "",
    ] {
        assert_eq!(
            check(&with(|claims| claims["iss"] = json!(iss))).unwrap_err(),
            TokenError::UnknownIssuer,
            "{iss}"
        );
    }
}

#[test]
fn an_unknown_or_missing_key_id_is_refused() {
    for kid in [json!("k2"), json!("K1"), json!(""), Value::Null] {
        let error = check(&with_header(|header| header["kid"] = kid.clone())).unwrap_err();
        assert_eq!(error, TokenError::UnknownKey, "{kid}");
    }
    let absent = with_header(|header| drop(header.as_object_mut().unwrap().remove("kid")));
    assert_eq!(check(&absent).unwrap_err(), TokenError::UnknownKey);
}

#[test]
fn an_unsigned_token_is_refused() {
    for alg in ["none", "None", "NONE", "nOnE", "", "hs256"] {
        let unsigned = token(&Signer(None), &header(alg, "k1"), &good_claims());
        assert_eq!(check(&unsigned).unwrap_err(), TokenError::WrongAlgorithm, "{alg}");
    }
    let stripped = token(&Signer(None), &header("HS256", "k1"), &good_claims());
    assert_eq!(check(&stripped).unwrap_err(), TokenError::BadSignature);
}

/// The classic confusion: the public key, which everybody has, used as the secret of an HMAC.
#[test]
fn a_public_key_is_no_secret() {
    let pem = RSA.public_key_pem();
    for secret in [pem.as_bytes(), pem.trim().as_bytes(), RSA.public_key_raw()] {
        let as_hmac = token(&hmac(secret), &header("HS256", "rsa"), &good_claims());
        assert_eq!(check(&as_hmac).unwrap_err(), TokenError::WrongAlgorithm);
        let disguised = token(&hmac(secret), &header("RS256", "rsa"), &good_claims());
        assert_eq!(check(&disguised).unwrap_err(), TokenError::BadSignature);
    }
}

#[test]
fn a_key_works_only_with_its_own_algorithm() {
    for (signer, alg, kid, expected) in [
        (ec(), "ES256", "rsa", TokenError::WrongAlgorithm),
        (rsa(), "RS256", "ec", TokenError::WrongAlgorithm),
        (rsa(), "PS256", "rsa", TokenError::WrongAlgorithm),
        (rsa(), "RS512", "rsa", TokenError::WrongAlgorithm),
        (acme(), "HS512", "k1", TokenError::WrongAlgorithm),
        (ec(), "RS256", "rsa", TokenError::BadSignature),
        (rsa(), "ES256", "ec", TokenError::BadSignature),
        (rsa(), "HS256", "k1", TokenError::BadSignature),
    ] {
        let error = check(&token(&signer, &header(alg, kid), &good_claims())).unwrap_err();
        assert_eq!(error, expected, "{alg} with {kid}");
    }
}

/// Globex signs, with its own key, a token that says it comes from acme; and the other way round.
#[test]
fn one_instance_cannot_speak_for_another() {
    let foreign = token(&hmac(&[4; 32]), &header("HS256", "k1"), &good_claims());
    assert_eq!(check(&foreign).unwrap_err(), TokenError::BadSignature);
    let other_way = with(|claims| claims["iss"] = json!("https://globex.service-now.com"));
    assert_eq!(check(&other_way).unwrap_err(), TokenError::BadSignature);
}

#[test]
fn any_change_after_signing_is_noticed() {
    let good = with(|_| {});
    let parts: Vec<&str> = good.split('.').collect();
    let mut claims = good_claims();
    claims["agent"]["name"] = json!("Mallory");
    let payload = format!("{}.{}.{}", parts[0], encode(&claims), parts[2]);
    assert_eq!(check(&payload).unwrap_err(), TokenError::BadSignature);
    let mut changed = header("HS256", "k1");
    changed["jku"] = json!("https://evil.example/keys");
    let tampered = format!("{}.{}.{}", encode(&changed), parts[1], parts[2]);
    assert_eq!(check(&tampered).unwrap_err(), TokenError::BadSignature);
    for bad in ["", "AAAA", "!!!!", STANDARD.encode([0; 32]).as_str()] {
        let signature = format!("{}.{}.{bad}", parts[0], parts[1]);
        assert_eq!(check(&signature).unwrap_err(), TokenError::BadSignature, "{bad}");
    }
}

#[test]
fn a_token_for_another_backend_is_refused() {
    for aud in ["https://other.example.com", "https://verify.example.com/", ""] {
        assert_eq!(
            check(&with(|claims| claims["aud"] = json!(aud))).unwrap_err(),
            TokenError::WrongAudience,
            "{aud}"
        );
    }
}
