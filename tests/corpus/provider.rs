//! The identity provider of the company “initech”: real tokens for whoever its page is told to sign in. It runs once for
//! all stories, in a thread of its own; times are those of the story.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex};

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256, PublicKeyData as _};
use serde_json::{Value, json};
use url::{Url, form_urlencoded};
use warp::Filter as _;
use warp::http::StatusCode;

use crate::world::World;

/// How the service is known there.
pub const CLIENT: &str = "imper";

/// See the module.
pub static PROVIDER: LazyLock<Provider> = LazyLock::new(Provider::start);

pub struct Provider {
    issuer: String,
    key: KeyPair,
    /// Codes that wait to be redeemed: the PKCE challenge and the ID token.
    codes: Mutex<HashMap<String, (String, String)>>,
}

impl Provider {
    fn start() -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                let answers = warp::path::full().and(warp::body::bytes()).map(
                    |path: warp::path::FullPath, body: warp::hyper::body::Bytes| {
                        let (status, answer) = PROVIDER.answer(path.as_str(), &body);
                        warp::reply::with_status(warp::reply::json(&answer), status)
                    },
                );
                warp::serve(answers).incoming(listener).run().await;
            });
        });
        Self {
            issuer,
            key: KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap(),
            codes: Mutex::new(HashMap::new()),
        }
    }

    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    fn answer(&self, path: &str, body: &[u8]) -> (StatusCode, Value) {
        let issuer = &self.issuer;
        match path {
            "/.well-known/openid-configuration" => (
                StatusCode::OK,
                json!({
                    "issuer": issuer, "authorization_endpoint": format!("{issuer}/authorize"),
                    "token_endpoint": format!("{issuer}/token"), "jwks_uri": format!("{issuer}/keys"),
                    "response_types_supported": ["code"], "subject_types_supported": ["public"],
                    "id_token_signing_alg_values_supported": ["ES256"],
                }),
            ),
            "/keys" => {
                let point = self.key.der_bytes();
                let coordinate = |range: std::ops::Range<usize>| URL_SAFE_NO_PAD.encode(&point[range]);
                let key = json!({ "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256",
                    "x": coordinate(1..33), "y": coordinate(33..65) });
                (StatusCode::OK, json!({ "keys": [key] }))
            }
            _ => {
                let fields: HashMap<String, String> = form_urlencoded::parse(body).into_owned().collect();
                let verifier = digest::digest(&digest::SHA256, fields["code_verifier"].as_bytes());
                let challenge = URL_SAFE_NO_PAD.encode(verifier);
                let code = self.codes.lock().unwrap().remove(&fields["code"]);
                match code.filter(|(asked, _)| *asked == challenge) {
                    Some((_, token)) => (
                        StatusCode::OK,
                        json!({ "access_token": "x", "token_type": "Bearer", "id_token": token }),
                    ),
                    None => (StatusCode::BAD_REQUEST, json!({ "error": "invalid_grant" })),
                }
            }
        }
    }

    /// `user_name` signs in on the page at `address`; gives the query with which the browser comes back.
    pub fn sign_in(&self, world: &World, address: &str, user_name: &str) -> String {
        let address = Url::parse(address).unwrap();
        let asked: HashMap<String, String> = address.query_pairs().into_owned().collect();
        let now = world.now().unix_seconds();
        let claims = json!({
            "iss": self.issuer, "aud": CLIENT, "sub": user_name, "preferred_username": user_name,
            "nonce": asked["nonce"], "iat": now, "exp": now + 300,
        });
        let key = EncodingKey::from_ec_pem(self.key.serialize_pem().as_bytes()).unwrap();
        let token = jsonwebtoken::encode(&Header::new(Algorithm::ES256), &claims, &key).unwrap();
        let code = world.jti();
        let code = format!("{code}-{}", &asked["nonce"][..8]);
        let mut codes = self.codes.lock().unwrap();
        codes.insert(code.clone(), (asked["code_challenge"].clone(), token));
        form_urlencoded::Serializer::new(String::new())
            .append_pair("code", &code)
            .append_pair("state", &asked["state"])
            .finish()
    }
}
