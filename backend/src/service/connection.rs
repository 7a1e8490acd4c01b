//! An admin of the app asks whether results can be delivered to their instance. Changes no verification and no ticket.

use std::time::Duration;

use secrecy::SecretString;
use shared::connection::{ConnectionClaims, ConnectionReport, PING, Ping};
use shared::words::UnixMillis;

use super::{Service, ServiceError, events, instance_keys};
use crate::ports::random;
use crate::servicenow::client::Client;
use crate::store::{StoreError, tokens};
use crate::verification::InstanceId;

/// For each of the two calls; the app waits for 15 seconds in all.
const STEP_DEADLINE: Duration = Duration::from_secs(5);

/// Spends the token and tests. The client is a new one: neither the token nor the connection that the worker holds
/// can hide what a fresh start would meet.
pub async fn test(
    service: &Service,
    instance: InstanceId,
    claims: ConnectionClaims,
) -> Result<ConnectionReport, ServiceError> {
    let now = service.now();
    let (of, admin) = (instance.clone(), claims.sub.clone());
    service
        .store
        .write(move |tx| {
            let ends_at = UnixMillis(claims.exp.saturating_mul(1000));
            if tokens::spend(tx, &of, &claims.jti, ends_at, now)? {
                Ok(())
            } else {
                Err(ServiceError::TokenSpent)
            }
        })
        .await?;
    let secrets = instance_keys::event_secrets(service, &instance).await?;
    let report = ping(service, &instance, &secrets).await?;
    for step in &report.steps {
        tracing::info!(%instance, admin, step = ?step.step, finding = ?step.finding, "the way back was tested");
    }
    Ok(report)
}

/// Gets a new OAuth token and posts a ping that each of the secrets has signed, with a client of its own.
pub(super) async fn ping(
    service: &Service,
    instance: &InstanceId,
    secrets: &[SecretString],
) -> Result<ConnectionReport, ServiceError> {
    let now = service.now();
    let ping = Ping {
        id: format!(
            "evt_{}",
            crate::keys::hex(&random::<16>(service.entropy.as_ref())?)
        ),
        kind: PING.into(),
        occurred_at: events::rfc3339(now),
    };
    let body = serde_json::to_string(&ping).map_err(|error| StoreError::Corrupt {
        what: "ping",
        error: error.to_string(),
    })?;
    let client = Client::new(service.clock.clone())?;
    let settings = service.instance(instance)?;
    Ok(client
        .test(settings, secrets, (&ping.id, &body), STEP_DEADLINE)
        .await)
}
