//! Against a double of a provider that does what it is told, also what no honest one would do. A real provider is asked
//! in `tests/tests/signin.rs`.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use aws_lc_rs::digest;
use base64::engine::general_purpose::STANDARD;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{EncodingKey, Header};
use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256, PublicKeyData as _};
use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use super::*;
use crate::testing::START;

const CLIENT: &str = "imper";
const SECRET: &str = "the-client-secret";

/// A provider.
pub(crate) struct Double {
    server: MockServer,
    state: Arc<Mutex<State>>,
}

/// What it knows.
#[derive(Default)]
struct State {
    issuer: String,
    keys: Vec<(String, KeyPair)>,
    codes: HashMap<String, Code>,
    issued: usize,
    says_issuer: bool,
    is_down: bool,
    named_issuer: Option<String>,
    asked_for_discovery: u32,
}

/// A code that waits to be redeemed.
struct Code {
    challenge: String,
    redirect_uri: String,
    claims: Value,
    signer: Signer,
}

/// How the ID token is signed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signer {
    /// By the newest key.
    Newest,
    /// By a key that is published nowhere, under the name of one that is.
    Stranger,
    /// By the client secret.
    Secret,
    /// By nobody.
    Nobody,
}

fn key() -> KeyPair {
    KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap()
}

impl State {
    fn jwks(&self) -> Value {
        let keys = self.keys.iter().map(|(kid, pair)| {
            let point = pair.der_bytes();
            let coordinate = |range: std::ops::Range<usize>| URL_SAFE_NO_PAD.encode(&point[range]);
            json!({ "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": kid,
                "x": coordinate(1..33), "y": coordinate(33..65) })
        });
        json!({ "keys": keys.collect::<Vec<_>>() })
    }

    fn sign(&self, claims: &Value, signer: Signer) -> String {
        let (kid, pair) = self.keys.last().unwrap();
        let mut header = Header::new(jsonwebtoken::Algorithm::ES256);
        header.kid = Some(kid.clone());
        let by = |pair: &KeyPair| EncodingKey::from_ec_pem(pair.serialize_pem().as_bytes()).unwrap();
        match signer {
            Signer::Newest => jsonwebtoken::encode(&header, claims, &by(pair)).unwrap(),
            Signer::Stranger => jsonwebtoken::encode(&header, claims, &by(&key())).unwrap(),
            Signer::Secret => {
                let header = Header::new(jsonwebtoken::Algorithm::HS256);
                jsonwebtoken::encode(&header, claims, &EncodingKey::from_secret(SECRET.as_bytes())).unwrap()
            }
            Signer::Nobody => {
                let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
                format!("{}.{}.", part(&json!({ "alg": "none" })), part(claims))
            }
        }
    }
}

struct Answers(Arc<Mutex<State>>);

impl Respond for Answers {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        crate::crypto::install();
        let mut state = self.0.lock().unwrap();
        if state.is_down {
            return ResponseTemplate::new(503);
        }
        match request.url.path() {
            "/.well-known/openid-configuration" => {
                state.asked_for_discovery += 1;
                let (at, named) = (&state.issuer, state.named_issuer.as_ref());
                ResponseTemplate::new(200).set_body_json(json!({
                    "issuer": named.unwrap_or(at),
                    "authorization_endpoint": format!("{at}/authorize"),
                    "token_endpoint": format!("{at}/token"),
                    "jwks_uri": format!("{at}/keys"),
                    "response_types_supported": ["code"],
                    "subject_types_supported": ["public"],
                    "id_token_signing_alg_values_supported": ["RS256", "ES256", "HS256", "none"],
                    "authorization_response_iss_parameter_supported": state.says_issuer,
                }))
            }
            "/keys" => ResponseTemplate::new(200).set_body_json(state.jwks()),
            _ => redeem(&mut state, request),
        }
    }
}

fn redeem(state: &mut State, request: &Request) -> ResponseTemplate {
    let fields: HashMap<String, String> = form_urlencoded::parse(&request.body).into_owned().collect();
    let field = |name: &str| fields.get(name).map_or("", String::as_str);
    let login = format!("Basic {}", STANDARD.encode(format!("{CLIENT}:{SECRET}")));
    if request
        .headers
        .get("authorization")
        .is_none_or(|own| *own != login)
    {
        return ResponseTemplate::new(401).set_body_json(json!({ "error": "invalid_client" }));
    }
    let challenge =
        URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, field("code_verifier").as_bytes()));
    let fits = |code: &Code| code.challenge == challenge && code.redirect_uri == field("redirect_uri");
    match state.codes.remove(field("code")).filter(fits) {
        Some(code) => ResponseTemplate::new(200).set_body_json(json!({
            "access_token": "an-access-token",
            "token_type": "Bearer",
            "expires_in": 60,
            "id_token": state.sign(&code.claims, code.signer),
        })),
        None => ResponseTemplate::new(400).set_body_json(json!({ "error": "invalid_grant" })),
    }
}

impl Double {
    pub(crate) async fn start() -> Self {
        let server = MockServer::start().await;
        let state = Arc::new(Mutex::new(State {
            issuer: server.uri(),
            keys: vec![("first".into(), key())],
            ..State::default()
        }));
        for (verb, at) in [
            ("GET", "/.well-known/openid-configuration"),
            ("GET", "/keys"),
            ("POST", "/token"),
        ] {
            let answers = Answers(Arc::clone(&state));
            Mock::given(method(verb))
                .and(path(at))
                .respond_with(answers)
                .mount(&server)
                .await;
        }
        Self { server, state }
    }

    pub(crate) fn settings(&self) -> ProviderSettings {
        ProviderSettings {
            name: "Acme Sign-On".into(),
            issuer: self.server.uri(),
            client_id: CLIENT.into(),
            client_secret: SECRET.into(),
            redirect_uri: "https://verify.example.com/verify/sign-in/acme".into(),
            scopes: vec!["profile".into(), "email".into()],
            algorithms: Algorithm::USUAL.into(),
            sign_in_anew: true,
            max_age_seconds: None,
            acr_values: Vec::new(),
            amr: Vec::new(),
        }
    }

    /// The provider cannot be used from now on, or can be used again.
    pub(crate) fn be_down(&self, is_down: bool) {
        self.state.lock().unwrap().is_down = is_down;
    }

    /// Somebody signs in on the provider's page at `address`; gives the query with which they come back. `change`
    /// changes what the ID token will say.
    pub(crate) fn sign_in(&self, address: &Url, signer: Signer, change: impl FnOnce(&mut Value)) -> String {
        let asked: HashMap<String, String> = address.query_pairs().into_owned().collect();
        let mut state = self.state.lock().unwrap();
        let mut claims = json!({
            "iss": state.issuer, "aud": asked["client_id"], "sub": "a-subject", "nonce": asked["nonce"],
            "iat": START.unix_seconds(), "exp": START.unix_seconds() + 3600,
            "preferred_username": "mia.chen",
        });
        change(&mut claims);
        state.issued += 1;
        let name = format!("code-{}", state.issued);
        let code = Code {
            challenge: asked["code_challenge"].clone(),
            redirect_uri: asked["redirect_uri"].clone(),
            claims,
            signer,
        };
        state.codes.insert(name.clone(), code);
        let mut query = form_urlencoded::Serializer::new(String::new());
        query
            .append_pair("code", &name)
            .append_pair("state", &asked["state"]);
        if state.says_issuer {
            query.append_pair("iss", &state.issuer);
        }
        query.finish()
    }
}

fn attempt(number: u8) -> Attempt {
    let secret = |purpose: &str| SecretString::from(format!("{purpose}-{number}-{}", "x".repeat(43)));
    Attempt {
        state: secret("state"),
        nonce: secret("nonce"),
        verifier: secret("verifier"),
    }
}

async fn signed_in(
    double: &Double,
    provider: &Provider,
    signer: Signer,
    now: UnixMillis,
    change: impl FnOnce(&mut Value),
) -> Result<Identity, OidcError> {
    let attempt = attempt(1);
    let address = provider.address(&attempt, now).await?;
    let query = double.sign_in(&address, signer, change);
    provider.identify(&Answer::parse(&query), &attempt, now).await
}

#[tokio::test]
async fn the_address_binds_the_answer_to_the_attempt() {
    let double = Double::start().await;
    let mut settings = double.settings();
    settings.max_age_seconds = Some(300);
    settings.acr_values = vec!["urn:mfa".into()];
    let address = Provider::new(settings).address(&attempt(1), START).await.unwrap();
    let asked: HashMap<String, String> = address.query_pairs().into_owned().collect();
    assert!(
        address
            .as_str()
            .starts_with(&format!("{}/authorize?", double.server.uri()))
    );
    let verifier = attempt(1).verifier;
    let challenge = URL_SAFE_NO_PAD.encode(digest::digest(
        &digest::SHA256,
        verifier.expose_secret().as_bytes(),
    ));
    for (name, value) in [
        ("response_type", "code"),
        ("client_id", CLIENT),
        ("redirect_uri", "https://verify.example.com/verify/sign-in/acme"),
        ("state", attempt(1).state.expose_secret()),
        ("nonce", attempt(1).nonce.expose_secret()),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
        ("scope", "openid profile email"),
        ("prompt", "login"),
        ("max_age", "300"),
        ("acr_values", "urn:mfa"),
    ] {
        assert_eq!(asked.get(name).map(String::as_str), Some(value), "{name}");
    }
    assert!(!address.as_str().contains(verifier.expose_secret()) && !address.as_str().contains(SECRET));
}

#[tokio::test]
async fn who_signed_in_is_known_by_the_claims_of_the_token() {
    let double = Double::start().await;
    let provider = Provider::new(double.settings());
    let identity = signed_in(&double, &provider, Signer::Newest, START, |claims| {
        claims["acr"] = "urn:mfa".into();
        claims["amr"] = json!(["pwd", "otp"]);
        claims["employee"] = "4711".into();
        claims["email"] = "mia.chen@acme.example".into();
    })
    .await
    .unwrap();
    assert_eq!(
        (identity.issuer.as_str(), identity.subject.as_str()),
        (double.server.uri().as_str(), "a-subject")
    );
    assert_eq!(identity.claim("preferred_username"), Some("mia.chen"));
    assert_eq!(identity.claim("employee"), Some("4711"));
    assert_eq!(
        (identity.acr.as_deref(), identity.amr.len()),
        (Some("urn:mfa"), 2)
    );
    assert_eq!(
        identity.claim("email"),
        None,
        "nobody says that the address was verified"
    );
    for verified in [json!(true), json!("true")] {
        let identity = signed_in(&double, &provider, Signer::Newest, START, |claims| {
            claims["email"] = "mia.chen@acme.example".into();
            claims["email_verified"] = verified;
        })
        .await
        .unwrap();
        assert_eq!(identity.claim("email"), Some("mia.chen@acme.example"));
    }
}

#[tokio::test]
async fn a_token_that_is_not_for_this_sign_in_is_refused() {
    type Change = fn(&mut Value);
    let now = START.unix_seconds();
    let double = Double::start().await;
    let provider = Provider::new(double.settings());
    let cases: [(&str, Change, Rejection); 12] = [
        (
            "nonce",
            |claims| claims["nonce"] = "another".into(),
            Rejection::Nonce,
        ),
        (
            "no nonce",
            |claims| claims["nonce"] = Value::Null,
            Rejection::Nonce,
        ),
        (
            "audience",
            |claims| claims["aud"] = "another".into(),
            Rejection::Audience,
        ),
        (
            "one audience more",
            |claims| claims["aud"] = json!([CLIENT, "another"]),
            Rejection::Audience,
        ),
        (
            "party",
            |claims| claims["azp"] = "another".into(),
            Rejection::Audience,
        ),
        (
            "issuer",
            |claims| claims["iss"] = "https://evil.example".into(),
            Rejection::Issuer,
        ),
        (
            "end",
            |claims| claims["exp"] = START.unix_seconds().into(),
            Rejection::Time,
        ),
        (
            "begin",
            |claims| claims["nbf"] = (START.unix_seconds() + 61).into(),
            Rejection::Time,
        ),
        (
            "issued",
            |claims| claims["iat"] = (START.unix_seconds() + 61).into(),
            Rejection::Time,
        ),
        ("subject", |claims| claims["sub"] = "".into(), Rejection::Claims),
        (
            "audience in a list",
            |claims| claims["aud"] = json!(["another"]),
            Rejection::Audience,
        ),
        (
            "all at once",
            |claims| {
                claims["iss"] = "https://evil.example".into();
                claims["aud"] = "another".into();
            },
            Rejection::Issuer,
        ),
    ];
    for (what, change, expected) in cases {
        let refused = signed_in(&double, &provider, Signer::Newest, START, change).await;
        assert_eq!(refused, Err(expected.into()), "{what} at {now}");
    }
}

#[tokio::test]
async fn only_the_providers_own_key_signs() {
    let double = Double::start().await;
    let provider = Provider::new(double.settings());
    for signer in [Signer::Stranger, Signer::Secret, Signer::Nobody] {
        let refused = signed_in(&double, &provider, signer, START, |_| {}).await;
        assert!(
            matches!(
                refused,
                Err(OidcError::Rejected(Rejection::Signature) | OidcError::Unreachable(_))
            ),
            "{refused:?}"
        );
    }
    let mut settings = double.settings();
    settings.algorithms = vec![Algorithm::Rs256];
    let refused = signed_in(&double, &Provider::new(settings), Signer::Newest, START, |_| {}).await;
    assert_eq!(
        refused,
        Err(Rejection::Signature.into()),
        "ES256 is not on the list"
    );
}

#[tokio::test]
async fn a_new_key_is_looked_for_but_not_again_and_again() {
    let double = Double::start().await;
    let provider = Provider::new(double.settings());
    let sign_in = |now| signed_in(&double, &provider, Signer::Newest, now, |_| {});
    assert!(sign_in(START).await.is_ok());
    double.state.lock().unwrap().keys.push(("second".into(), key()));
    assert_eq!(
        sign_in(START.plus_seconds(29)).await,
        Err(Rejection::Signature.into())
    );
    assert_eq!(double.state.lock().unwrap().asked_for_discovery, 1);
    assert!(sign_in(START.plus_seconds(31)).await.is_ok());
    assert!(sign_in(START.plus_seconds(32)).await.is_ok());
    assert_eq!(double.state.lock().unwrap().asked_for_discovery, 2);
    // A key that was withdrawn is good for an hour at most.
    double.state.lock().unwrap().keys.remove(0);
    assert!(sign_in(START.plus_seconds(3_500)).await.is_ok());
    assert_eq!(double.state.lock().unwrap().asked_for_discovery, 2);
}

#[tokio::test]
async fn a_code_counts_once_and_for_the_browser_that_asked_for_it() {
    let double = Double::start().await;
    let provider = Provider::new(double.settings());
    let address = provider.address(&attempt(1), START).await.unwrap();
    let answer = Answer::parse(&double.sign_in(&address, Signer::Newest, |_| {}));
    assert!(provider.identify(&answer, &attempt(1), START).await.is_ok());
    assert_eq!(
        provider.identify(&answer, &attempt(1), START).await,
        Err(Rejection::Code.into())
    );
    // A code that was stolen from another browser: PKCE.
    let answer = Answer::parse(&double.sign_in(&address, Signer::Newest, |_| {}));
    assert_eq!(
        provider.identify(&answer, &attempt(2), START).await,
        Err(Rejection::Code.into())
    );
    let nothing = Answer::parse("state=x");
    assert_eq!(
        provider.identify(&nothing, &attempt(1), START).await,
        Err(Rejection::Code.into())
    );
}

#[tokio::test]
async fn an_answer_of_another_provider_is_refused_before_its_code_is_used() {
    let double = Double::start().await;
    let provider = Provider::new(double.settings());
    let attempt = attempt(1);
    let address = provider.address(&attempt, START).await.unwrap();
    let query = double.sign_in(&address, Signer::Newest, |_| {});
    let other = Answer::parse(&format!("{query}&iss=https%3A%2F%2Fevil.example"));
    assert_eq!(
        provider.identify(&other, &attempt, START).await,
        Err(Rejection::MixUp.into())
    );
    assert_eq!(
        double.state.lock().unwrap().codes.len(),
        1,
        "the code was not sent anywhere"
    );

    double.state.lock().unwrap().says_issuer = true;
    let provider = Provider::new(double.settings());
    assert_eq!(
        provider.identify(&Answer::parse(&query), &attempt, START).await,
        Err(Rejection::MixUp.into()),
        "the provider always says who it is"
    );
    let query = double.sign_in(&address, Signer::Newest, |_| {});
    assert!(
        provider
            .identify(&Answer::parse(&query), &attempt, START)
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn what_is_asked_for_beyond_must_be_there() {
    let double = Double::start().await;
    let with = |change: &dyn Fn(&mut ProviderSettings)| {
        let mut settings = double.settings();
        change(&mut settings);
        Provider::new(settings)
    };
    let fresh = with(&|settings| settings.max_age_seconds = Some(300));
    let acr = with(&|settings| settings.acr_values = vec!["silver".into(), "gold".into()]);
    let amr = with(&|settings| settings.amr = vec!["pwd".into(), "otp".into()]);
    let ago = |seconds: i64| {
        move |claims: &mut Value| claims["auth_time"] = (START.unix_seconds() - seconds).into()
    };
    let by = |provider, change: Box<dyn FnOnce(&mut Value)>| {
        signed_in(&double, provider, Signer::Newest, START, change)
    };
    assert!(by(&fresh, Box::new(ago(300))).await.is_ok());
    assert_eq!(
        by(&fresh, Box::new(ago(361))).await,
        Err(Rejection::NotFresh.into())
    );
    assert_eq!(
        by(&fresh, Box::new(|_| {})).await,
        Err(Rejection::NotFresh.into())
    );
    assert!(
        by(&acr, Box::new(|claims| claims["acr"] = "gold".into()))
            .await
            .is_ok()
    );
    for bad in [json!("bronze"), Value::Null] {
        assert_eq!(
            by(&acr, Box::new(|claims| claims["acr"] = bad)).await,
            Err(Rejection::TooWeak.into())
        );
    }
    assert!(
        by(
            &amr,
            Box::new(|claims| claims["amr"] = json!(["otp", "pwd", "mfa"]))
        )
        .await
        .is_ok()
    );
    for bad in [json!(["pwd"]), Value::Null] {
        assert_eq!(
            by(&amr, Box::new(|claims| claims["amr"] = bad)).await,
            Err(Rejection::TooWeak.into())
        );
    }
}

#[tokio::test]
async fn a_provider_that_is_down_is_not_asked_by_everybody() {
    let double = Double::start().await;
    let provider = Provider::new(double.settings());
    double.be_down(true);
    let down = |error: &OidcError| matches!(error, OidcError::Unreachable(_));
    assert!(down(&provider.address(&attempt(1), START).await.unwrap_err()));
    double.be_down(false);
    // Told at once, although it would work by now.
    assert!(down(
        &provider
            .address(&attempt(1), START.plus_seconds(9))
            .await
            .unwrap_err()
    ));
    assert!(
        provider
            .address(&attempt(1), START.plus_seconds(10))
            .await
            .is_ok()
    );
    let later = START.plus_seconds(11);
    double.be_down(true);
    let address = provider.address(&attempt(1), later).await.unwrap();
    let answer = Answer::parse(&double.sign_in(&address, Signer::Newest, |_| {}));
    assert!(down(
        &provider.identify(&answer, &attempt(1), later).await.unwrap_err()
    ));
}

#[tokio::test]
async fn settings_that_do_not_fit_are_told_from_a_failure() {
    let double = Double::start().await;
    double.state.lock().unwrap().named_issuer = Some("https://evil.example".into());
    let provider = Provider::new(double.settings());
    assert!(matches!(
        provider.address(&attempt(1), START).await,
        Err(OidcError::SetUp(_))
    ));
    double.state.lock().unwrap().named_issuer = None;
    let mut settings = double.settings();
    settings.client_secret = "another".into();
    let provider = Provider::new(settings);
    let refused = signed_in(&double, &provider, Signer::Newest, START, |_| {}).await;
    assert_eq!(
        refused,
        Err(OidcError::SetUp(
            "the token endpoint answered invalid_client".into()
        ))
    );
}

#[tokio::test]
async fn a_sign_in_that_the_person_ended_is_told_by_its_code() {
    let double = Double::start().await;
    let provider = Provider::new(double.settings());
    let answer = Answer::parse("error=access_denied&error_description=%3Cscript%3E&state=x");
    assert_eq!(
        provider.identify(&answer, &attempt(1), START).await,
        Err(OidcError::Declined("access_denied".into()))
    );
}

#[test]
fn an_answer_with_anything_twice_is_void() {
    let answer = Answer::parse("code=a&state=b&iss=https%3A%2F%2Fx&session_state=c");
    assert_eq!(
        (
            answer.code.as_deref(),
            answer.state.as_str(),
            answer.issuer.as_deref()
        ),
        (Some("a"), "b", Some("https://x"))
    );
    for bad in [
        "code=a&code=b&state=c",
        "state=a&state=b",
        "code=a&state=b&iss=c&iss=d",
        "",
    ] {
        assert_eq!(Answer::parse(bad), Answer::default(), "{bad}");
    }
    assert_eq!(
        Answer::parse(&format!("code={}&state=b", "x".repeat(5000))),
        Answer::default()
    );
}
