//! Live status as server-sent events: the view now, then again after every change, until the verification or the
//! agent's token ends.

use std::convert::Infallible;
use std::time::Duration;

use futures_util::stream;
use shared::agent_api::{EVENT_NAME, VerificationView};
use shared::words::UnixMillis;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, watch};
use tokio::time::Instant;
use warp::Reply as _;
use warp::reply::Response;
use warp::sse::Event;

use crate::service::Service;
use crate::service::agent::{self, Caller};
use crate::verification::VerificationId;
use crate::web::problem::ApiError;

/// Between two changes a comment keeps proxies from closing the connection.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

struct Live {
    service: Service,
    caller: Caller,
    id: VerificationId,
    changes: broadcast::Receiver<VerificationId>,
    stopping: watch::Receiver<bool>,
    deadline: Instant,
    /// What to send first; `None` afterwards.
    first: Option<VerificationView>,
    over: bool,
}

/// Opens the stream. Fails like a plain read when there is no such verification for this caller.
pub(super) async fn stream(
    service: &Service,
    caller: Caller,
    id: VerificationId,
) -> Result<Response, ApiError> {
    // Subscribe before the first read: a change in between is then sent twice rather than missed.
    let changes = service.changes.subscribe();
    let view = agent::get(service, caller.clone(), id.clone()).await?;
    let left = UnixMillis(caller.claims.exp.saturating_mul(1000)).millis_since(service.now());
    let live = Live {
        service: service.clone(),
        caller,
        id,
        changes,
        stopping: service.stopping.subscribe(),
        deadline: Instant::now() + Duration::from_millis(u64::try_from(left).unwrap_or(0)),
        first: Some(view),
        over: false,
    };
    let events = stream::unfold(live, |mut live| async move {
        let view = live.next().await?;
        // A pass goes on with the action that it grants.
        live.over = !view.is_live();
        let event = Event::default()
            .event(EVENT_NAME)
            .json_data(&view)
            .unwrap_or_default();
        Some((Ok::<_, Infallible>(event), live))
    });
    let kept_alive = warp::sse::keep_alive().interval(KEEP_ALIVE).stream(events);
    Ok(warp::sse::reply(kept_alive).into_response())
}

impl Live {
    /// The next view to send; `None` ends the stream.
    async fn next(&mut self) -> Option<VerificationView> {
        if let Some(view) = self.first.take() {
            return Some(view);
        }
        if self.over {
            return None;
        }
        loop {
            tokio::select! {
                changed = self.changes.recv() => match changed {
                    Ok(id) if id != self.id => {}
                    // Fallen behind: what was missed may have been ours, so read afresh.
                    Ok(_) | Err(RecvError::Lagged(_)) => {
                        return agent::get(&self.service, self.caller.clone(), self.id.clone()).await.ok();
                    }
                    Err(RecvError::Closed) => return None,
                },
                _ = self.stopping.changed() => return None,
                () = tokio::time::sleep_until(self.deadline) => return None,
            }
        }
    }
}
