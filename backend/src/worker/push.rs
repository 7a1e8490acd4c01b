//! The push: a loop for each destination, so that one that is down keeps no other waiting.

use std::future::Future;
use std::time::Duration;

use crate::config::Instance;
use crate::push::Destination;
use crate::push::settings::Settings;
use crate::service::push::{self, Next};
use crate::service::{Service, ServiceError};

/// How soon something new is noticed.
const EVERY: Duration = Duration::from_secs(1);
/// After an error of our own.
const PAUSE: Duration = Duration::from_secs(10);

/// Works until `shutdown` resolves. A batch that is on its way then is sent again at the next start.
pub async fn watch(service: Service, shutdown: impl Future<Output = ()> + Send) {
    let host = url::Url::parse(&service.config.server.public_url)
        .ok()
        .and_then(|url| url.host_str().map(str::to_owned))
        .unwrap_or_else(|| "-".into());
    let mut loops = Vec::new();
    for instance in service.config.instances.values() {
        for settings in &instance.push {
            match Destination::new(settings, &host) {
                Ok(destination) => loops.push(tell(&service, instance, settings, destination)),
                Err(error) => {
                    tracing::error!(instance = %instance.id, push = settings.name, error, "a destination cannot be used");
                }
            }
        }
    }
    tokio::select! {
        () = shutdown => {}
        _ = futures_util::future::join_all(loops) => {}
    }
}

async fn tell(service: &Service, instance: &Instance, settings: &Settings, destination: Destination) {
    loop {
        let pause = match step(service, instance, settings, &destination).await {
            // There may be more.
            Ok(true) => continue,
            Ok(false) => EVERY,
            Err(error) => {
                tracing::error!(%error, instance = %instance.id, push = settings.name, "the push stands still");
                PAUSE
            }
        };
        tokio::time::sleep(pause).await;
    }
}

/// One batch. True when one was taken.
async fn step(
    service: &Service,
    instance: &Instance,
    settings: &Settings,
    destination: &Destination,
) -> Result<bool, ServiceError> {
    let Next::Batch(batch) = push::next(service, &instance.id, settings).await? else {
        return Ok(false);
    };
    match destination.send(&batch.id, &batch.events, service.now()).await {
        Ok(()) => {
            push::taken(service, &instance.id, settings, &batch).await?;
            Ok(true)
        }
        Err(why) => {
            tracing::warn!(instance = %instance.id, push = settings.name, why, "a destination did not take a batch");
            push::refused(service, &instance.id, settings, &batch, why).await?;
            Ok(false)
        }
    }
}
