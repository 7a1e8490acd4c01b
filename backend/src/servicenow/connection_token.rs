//! Checks the token with which an admin asks for a test of the way back. See [`shared::connection`].

use std::collections::BTreeMap;

use shared::connection::{CONNECTION_TOKEN_TYPE, ConnectionClaims, MAX_CONNECTION_TOKEN_SECONDS};
use shared::words::UnixMillis;

use super::agent_token::{Times, TokenError, Verified, open};
use crate::config::{AgentKey, Config};

/// Checks a token completely against the keys of the instance that [`agent_token::issuer`] names. Does not spend it.
///
/// [`agent_token::issuer`]: super::agent_token::issuer
pub fn verify<'a>(
    config: &'a Config,
    keys: &BTreeMap<String, AgentKey>,
    token: &str,
    now: UnixMillis,
) -> Result<Verified<'a, ConnectionClaims>, TokenError> {
    let found: Verified<'a, ConnectionClaims> = open(config, keys, token, CONNECTION_TOKEN_TYPE)?;
    let claims = &found.claims;
    let times = Times {
        iss: &claims.iss,
        aud: &claims.aud,
        iat: claims.iat,
        nbf: claims.nbf,
        exp: claims.exp,
    };
    times.check(config, found.instance, now, MAX_CONNECTION_TOKEN_SECONDS)?;
    let is_id = |text: &str, least| {
        (least..=128).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
    };
    if !is_id(&claims.jti, 8) {
        return Err(TokenError::BadClaim("jti"));
    }
    if !is_id(&claims.sub, 1) {
        return Err(TokenError::BadClaim("sub"));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::{Algorithm, EncodingKey, Header};
    use shared::agent_token::TOKEN_TYPE;

    use super::*;
    use crate::service::Service;
    use crate::servicenow::agent_token;
    use crate::testing::{self, service};
    use crate::verification::InstanceId;

    /// The keys that the configuration names.
    fn keys(service: &Service) -> &BTreeMap<String, AgentKey> {
        &service.config.instances[&InstanceId::parse("acme").unwrap()].agent_keys
    }

    fn claims(now: i64) -> ConnectionClaims {
        let agents = testing::claims(UnixMillis(now * 1000), "not-of-interest");
        ConnectionClaims {
            iss: agents.iss,
            aud: agents.aud,
            sub: agents.sub,
            iat: now,
            nbf: now,
            exp: now + 60,
            jti: "0123456789abcdef".into(),
        }
    }

    fn sign(kind: &str, key: [u8; 32], claims: &impl serde::Serialize) -> String {
        crate::crypto::install();
        let mut header = Header::new(Algorithm::HS256);
        header.typ = Some(kind.into());
        header.kid = Some("k1".into());
        jsonwebtoken::encode(&header, claims, &EncodingKey::from_secret(&key)).unwrap()
    }

    #[tokio::test]
    async fn only_its_own_type_fresh_and_signed_by_the_instance_is_accepted() {
        let (_folder, service, _clock) = service();
        let now = service.now();
        let good = claims(now.unix_seconds());
        let check = |kind, key, claims: &ConnectionClaims| {
            let token = sign(kind, key, claims);
            verify(&service.config, keys(&service), &token, now).map(|found| found.claims)
        };
        assert_eq!(check(CONNECTION_TOKEN_TYPE, [2; 32], &good), Ok(good.clone()));
        let changed = |change: fn(&mut ConnectionClaims)| {
            let mut claims = good.clone();
            change(&mut claims);
            check(CONNECTION_TOKEN_TYPE, [2; 32], &claims).unwrap_err()
        };
        assert_eq!(check(TOKEN_TYPE, [2; 32], &good), Err(TokenError::WrongType));
        assert_eq!(
            check(CONNECTION_TOKEN_TYPE, [3; 32], &good),
            Err(TokenError::BadSignature)
        );
        assert_eq!(changed(|c| c.exp = c.iat + 121), TokenError::LivesTooLong);
        assert_eq!(changed(|c| c.aud.push('x')), TokenError::WrongAudience);
        assert_eq!(changed(|c| c.iss.push('x')), TokenError::UnknownIssuer);
        assert_eq!(changed(|c| c.jti = "short".into()), TokenError::BadClaim("jti"));
        assert_eq!(changed(|c| c.sub.clear()), TokenError::BadClaim("sub"));
        assert_eq!(
            changed(|c| {
                c.iat -= 100;
                c.nbf -= 100;
                c.exp -= 100;
            }),
            TokenError::Expired
        );
        assert_eq!(changed(|c| c.iat += 6), TokenError::NotYetValid);
    }

    #[tokio::test]
    async fn a_token_for_a_test_is_no_agents_token_and_the_other_way_round() {
        let (_folder, service, _clock) = service();
        let now = service.now();
        let test = sign(CONNECTION_TOKEN_TYPE, [2; 32], &claims(now.unix_seconds()));
        let agent = sign(TOKEN_TYPE, [2; 32], &testing::claims(now, "an-agents-token"));
        let as_agent = agent_token::verify(&service.config, keys(&service), &test, now).map(|_| ());
        assert_eq!(as_agent, Err(TokenError::WrongType));
        let as_test = verify(&service.config, keys(&service), &agent, now).map(|_| ());
        assert_eq!(as_test, Err(TokenError::WrongType));
    }
}
