//! Puts the rings together and runs them until told to stop.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;

use crate::config::Config;
use crate::crypto;
use crate::delivery::{Delivery, DeliveryError};
use crate::ports::{Clock, SystemEntropy};
use crate::service::{Service, ServiceError, look, policies};
use crate::servicenow::client::{Client, ClientError};
use crate::store::{Store, StoreError};
use crate::web;
use crate::worker::Worker;

/// Open requests have this long to finish after the signal to stop.
const GRACE: Duration = Duration::from_secs(10);

/// Why the service could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What is kept in it: the policy in force, how instances appear.
    #[error("what the database holds cannot be used: {0}")]
    Service(#[from] ServiceError),
    /// The mail server or gateway settings.
    #[error(transparent)]
    Delivery(#[from] DeliveryError),
    /// The client for ServiceNow.
    #[error(transparent)]
    Client(#[from] ClientError),
}

/// Runs the service until `shutdown` resolves: then new connections are refused, open requests and the running
/// deliveries finish, and the database is closed.
///
/// `public` serves agent API, portal and console; `operations` health, readiness and metrics. The caller binds them, so
/// that a taken port is an error and not a panic, and tests can ask for any free one.
///
/// # Errors
/// When a part cannot be set up. Once it runs, it does not fail.
pub async fn run(
    config: Config,
    public: TcpListener,
    operations: TcpListener,
    clock: Arc<dyn Clock>,
    shutdown: impl Future<Output = ()> + Send,
) -> Result<(), StartError> {
    crypto::install();
    web::operations::install_metrics();
    let config = Arc::new(config);
    let store = Store::open(&config.storage.path)?;
    let service = Service::new(config, store, Arc::clone(&clock), Arc::new(SystemEntropy));
    policies::check(&service).await?;
    look::load(&service).await?;
    let delivery = Delivery::new(&service.config)?;
    let asking = Client::new(Arc::clone(&clock))?;
    let client = Client::new(clock)?;
    let worker = Worker::new(service.clone(), delivery, client);

    let addresses = (public.local_addr().ok(), operations.local_addr().ok());
    let public = warp::serve(web::public(&service))
        .incoming(public)
        .graceful(stopped(&service))
        .run();
    let operations = warp::serve(web::operations::routes(&service))
        .incoming(operations)
        .graceful(stopped(&service))
        .run();
    let tasks = [
        tokio::spawn(public),
        tokio::spawn(operations),
        tokio::spawn(worker.run(stopped(&service))),
        tokio::spawn(crate::worker::grants::watch(service.clone(), stopped(&service))),
        tokio::spawn(crate::worker::bypasses::watch(
            service.clone(),
            asking,
            stopped(&service),
        )),
        tokio::spawn(crate::worker::push::watch(service.clone(), stopped(&service))),
        tokio::spawn(crate::worker::upkeep::watch(service.clone(), stopped(&service))),
    ];
    if let (Some(listen), Some(operations_listen)) = addresses {
        tracing::info!(%listen, %operations_listen, url = %service.config.server.public_url, "the service is running");
    }
    shutdown.await;
    tracing::info!("the service is stopping");
    service.stopping.send_replace(true);
    let finished = tokio::time::timeout(GRACE, futures_util::future::join_all(tasks)).await;
    if let Ok(results) = finished {
        for error in results.into_iter().filter_map(Result::err) {
            tracing::error!(%error, "a part of the service ended in a panic");
        }
    } else {
        tracing::warn!("some requests did not finish in time");
    }
    let store = service.store.clone();
    if let Err(error) = tokio::task::spawn_blocking(move || store.close()).await {
        tracing::error!(%error, "the database could not be closed");
    }
    Ok(())
}

/// Resolves when the service is about to stop.
fn stopped(service: &Service) -> impl Future<Output = ()> + Send + 'static {
    let mut stopping = service.stopping.subscribe();
    async move {
        // An error means that the sender is gone, which is as good a reason to stop.
        let _ = stopping.wait_for(|stop| *stop).await;
    }
}
