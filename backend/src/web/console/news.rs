//! News of the table as server-sent events: how many matching verifications are newer than those that the page shows.
//!
//! The page needs none of this. An event carries a number and no row, so that a stream shows nothing that a page would
//! not; the rows come when the reader asks for them.

use std::convert::Infallible;
use std::time::Duration;

use futures_util::stream;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, watch};
use tokio::time::Instant;
use warp::Reply as _;
use warp::reply::Response;
use warp::sse::Event;

use super::request::Request;
use super::view::View;
use crate::service::Service;
use crate::service::console::{self, Filter, Session, place_of};
use crate::verification::VerificationId;

/// Between two events a comment keeps proxies from closing the connection.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// A stream ends after this time; the page asks for another when somebody looks at it again.
const LIFE: Duration = Duration::from_mins(30);
/// Changes come in bursts, one for each step of each verification: they are looked at together.
const PAUSE: Duration = Duration::from_secs(1);
/// News are counted no further than this.
const MOST: u32 = 99;

struct News {
    service: Service,
    session: Session,
    filter: Filter,
    since: i64,
    told: usize,
    changes: broadcast::Receiver<VerificationId>,
    stopping: watch::Receiver<bool>,
    deadline: Instant,
    is_over: bool,
}

/// Opens the stream.
pub fn stream(service: &Service, request: &Request, session: &Session) -> Response {
    let since = request.field("since").and_then(|since| since.parse().ok());
    let news = News {
        service: service.clone(),
        session: session.clone(),
        filter: View::read(&request.query).asked.filter,
        since: since.unwrap_or_else(|| place_of(service.now())),
        told: 0,
        changes: service.changes.subscribe(),
        stopping: service.stopping.subscribe(),
        deadline: Instant::now() + LIFE,
        is_over: false,
    };
    let events = stream::unfold(news, |mut news| async move {
        if news.is_over {
            return None;
        }
        let event = if let Some(count) = news.next().await {
            Event::default().event("news").data(count.to_string())
        } else {
            // Said in words: a browser takes a mere end for a fault and connects again.
            news.is_over = true;
            Event::default().event("end").data("")
        };
        Some((Ok::<_, Infallible>(event), news))
    });
    let kept_alive = warp::sse::keep_alive().interval(KEEP_ALIVE).stream(events);
    warp::sse::reply(kept_alive).into_response()
}

impl News {
    /// The next count that differs from the one told last; `None` ends the stream.
    async fn next(&mut self) -> Option<usize> {
        loop {
            // Counted before waiting: something may have come between the page and this stream.
            let runs = console::still_runs(&self.service, &self.session).await.ok()?;
            if !runs {
                return None;
            }
            let counted = console::newer(
                &self.service,
                &self.session,
                self.filter.clone(),
                self.since,
                MOST,
            );
            let count = counted.await.ok()?;
            if count != self.told {
                self.told = count;
                return Some(count);
            }
            tokio::select! {
                changed = self.changes.recv() => if matches!(changed, Err(RecvError::Closed)) {
                    return None;
                },
                _ = self.stopping.changed() => return None,
                () = tokio::time::sleep_until(self.deadline) => return None,
            }
            tokio::select! {
                () = tokio::time::sleep(PAUSE) => {}
                _ = self.stopping.changed() => return None,
            }
            self.changes = self.changes.resubscribe();
        }
    }
}
