//! Health, readiness and metrics, on a listener of their own, so that they are never public by accident.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::OnceLock;

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use warp::Filter as _;
use warp::filters::BoxedFilter;
use warp::http::{HeaderValue, StatusCode, header};
use warp::reply::Response;

use crate::delivery::circuit::{Neighbour, State};
use crate::service::Service;
use crate::store::{StoreError, outbox};

static METRICS: OnceLock<PrometheusHandle> = OnceLock::new();

/// Collects metrics from now on. One recorder serves the whole process, however many services it runs.
pub fn install_metrics() {
    METRICS.get_or_init(|| {
        let recorder = PrometheusBuilder::new().build_recorder();
        let handle = recorder.handle();
        if metrics::set_global_recorder(recorder).is_err() {
            tracing::warn!("another metrics recorder is already installed; /metrics will stay empty");
        }
        handle
    });
}

/// Counts one answered request. Paths hold secrets, so only the status is kept.
pub fn count(status: StatusCode, took: std::time::Duration) {
    let status = status.as_str().to_owned();
    metrics::counter!("http_requests_total", "status" => status).increment(1);
    metrics::histogram!("http_request_seconds").record(took.as_secs_f64());
}

/// `/healthz`: the process answers. `/readyz`: the database can be read and written; then a line for
/// each neighbour that cannot be used. `/metrics`: Prometheus text.
pub fn routes(service: &Service) -> BoxedFilter<(Response,)> {
    let health = warp::path!("healthz")
        .and(warp::get())
        .map(|| text(StatusCode::OK, "ok\n".into()));
    let ready = {
        let service = service.clone();
        warp::path!("readyz").and(warp::get()).then(move || {
            let service = service.clone();
            async move { readiness(&service).await }
        })
    };
    let metrics = {
        let service = service.clone();
        warp::path!("metrics").and(warp::get()).then(move || {
            let service = service.clone();
            async move { scrape(&service).await }
        })
    };
    health
        .or(ready)
        .unify()
        .or(metrics)
        .unify()
        .recover(super::problem::recover)
        .unify()
        .boxed()
}

async fn readiness(service: &Service) -> Response {
    let readable = service.store.read(outbox::sizes).await;
    let writable = service.store.write(|_| Ok::<_, StoreError>(())).await;
    match readable.map(drop).and(writable) {
        Ok(()) => text(StatusCode::OK, format!("ready\n{}", neighbours(service))),
        Err(error) => {
            tracing::error!(%error, "the database is not usable");
            text(
                StatusCode::SERVICE_UNAVAILABLE,
                "the database is not usable\n".into(),
            )
        }
    }
}

/// One line for each neighbour that cannot be used. The service itself is ready: messages wait in the outbox.
fn neighbours(service: &Service) -> String {
    let now = service.now();
    let mut lines = String::new();
    for circuit in service.circuits.list() {
        let state = match circuit.state {
            State::Closed => continue,
            State::Open { until } => format!("not used for {} s", now.seconds_until(until)),
            State::Trying { .. } => "tried again".to_owned(),
        };
        let _ = writeln!(lines, "{}: {state}. {}", circuit.neighbour, circuit.why);
    }
    lines
}

/// 0 while messages pass, 1 while one tries whether the neighbour is back, 2 while none passes.
fn measure_circuits(service: &Service) {
    let mut states: BTreeMap<Neighbour, f64> = service
        .config
        .instances
        .keys()
        .cloned()
        .map(Neighbour::Instance)
        .chain(service.config.channels().into_iter().map(Neighbour::Channel))
        .map(|neighbour| (neighbour, 0.0))
        .collect();
    for circuit in service.circuits.list() {
        let state = match circuit.state {
            State::Closed => 0.0,
            State::Trying { .. } => 1.0,
            State::Open { .. } => 2.0,
        };
        states.insert(circuit.neighbour, state);
    }
    for (neighbour, state) in states {
        metrics::gauge!("circuit_state", "neighbour" => neighbour.to_string()).set(state);
    }
}

async fn scrape(service: &Service) -> Response {
    if let Ok((open, dead)) = service.store.read(outbox::sizes).await {
        // f64 holds every count below 2^53 exactly.
        #[expect(clippy::cast_precision_loss, reason = "a gauge is an f64")]
        {
            metrics::gauge!("outbox_open").set(open as f64);
            metrics::gauge!("outbox_dead").set(dead as f64);
        }
    }
    measure_circuits(service);
    text(
        StatusCode::OK,
        METRICS.get().map(PrometheusHandle::render).unwrap_or_default(),
    )
}

fn text(status: StatusCode, body: String) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/plain; charset=utf-8"),
    );
    response
}

#[cfg(test)]
mod tests;
