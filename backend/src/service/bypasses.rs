//! Learns from the instances which tickets were resolved without verification. The backend asks: nothing is lost while it
//! is away, and the instance needs no way out and no secret more.

use std::time::Duration;

use super::{Service, ServiceError};
use crate::config::Instance;
use crate::servicenow::bypasses::Page;
use crate::servicenow::client::{Client, NoPage};
use crate::store::bypasses::{self, Pull};
use crate::verification::bypass::Position;

/// What came of one pull.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pulled {
    /// Everything that is there was read; so many rows are new.
    Fine {
        /// New rows.
        added: u32,
    },
    /// The app in the instance does not know the question.
    TooOld,
    /// It failed, and is to be tried again.
    Failed {
        /// The instance asks to wait at least so long.
        after: Option<Duration>,
    },
}

/// Reads everything that is new in one instance, page by page, each page in one transaction with the position behind it.
pub async fn pull(service: &Service, client: &Client, instance: &Instance) -> Result<Pulled, ServiceError> {
    let of = instance.id.clone();
    let known = service
        .store
        .read(move |tx| bypasses::find_pull(tx, &of).map_err(ServiceError::from))
        .await?;
    let known = known.and_then(|pull| pull.position);
    let mut from = known.as_ref().map(Position::with_overlap);
    let mut added = 0;
    loop {
        let page = match client.bypasses(instance, from.as_ref()).await {
            Ok(page) => page,
            Err(why) => return note_failure(service, instance, why).await,
        };
        let (more, next) = (page.more, page.next.clone());
        added += keep(service, instance, page).await?;
        // One that leads nowhere would be asked for without end.
        if more && next <= from {
            let why = NoPage::Failed {
                why: "The app's answer leads back to where it began.".into(),
                after: None,
            };
            return note_failure(service, instance, why).await;
        }
        if !more {
            return Ok(Pulled::Fine { added });
        }
        from = next;
    }
}

/// Keeps one page. Returns how many of its rows are new.
async fn keep(service: &Service, instance: &Instance, page: Page) -> Result<u32, ServiceError> {
    let (of, now) = (instance.id.clone(), service.now());
    if page.skipped > 0 {
        tracing::warn!(instance = %of, rows = page.skipped, "rows about tickets resolved without verification cannot be read and are left out");
    }
    service
        .store
        .write(move |tx| {
            let known = bypasses::find_pull(tx, &of)?;
            let (position, skipped) = known.map_or((None, 0), |pull| (pull.position, pull.skipped));
            // What is read again for the overlap lies before what was reached already.
            let is_further = page.next > position;
            let mut added = 0;
            for row in &page.rows {
                added += u32::from(bypasses::add(tx, &of, row)?);
            }
            let pull = Pull {
                skipped: if is_further {
                    skipped.saturating_add(page.skipped)
                } else {
                    skipped
                },
                position: page.next.max(position),
                tried_at: now,
                fine_at: Some(now),
                is_too_old: false,
                error: None,
            };
            bypasses::put_pull(tx, &of, &pull)?;
            Ok::<_, ServiceError>(added)
        })
        .await
}

async fn note_failure(service: &Service, instance: &Instance, why: NoPage) -> Result<Pulled, ServiceError> {
    let (of, now) = (instance.id.clone(), service.now());
    let (pulled, is_too_old, error) = match why {
        NoPage::TooOld => (Pulled::TooOld, true, None),
        NoPage::Failed { why, after } => {
            tracing::warn!(instance = %of, why, "tickets resolved without verification could not be asked for");
            (Pulled::Failed { after }, false, Some(why))
        }
    };
    service
        .store
        .write(move |tx| {
            let known = bypasses::find_pull(tx, &of)?;
            let pull = Pull {
                position: known.as_ref().and_then(|pull| pull.position.clone()),
                fine_at: known.as_ref().and_then(|pull| pull.fine_at),
                skipped: known.map_or(0, |pull| pull.skipped),
                tried_at: now,
                is_too_old,
                error,
            };
            Ok::<_, ServiceError>(bypasses::put_pull(tx, &of, &pull)?)
        })
        .await?;
    Ok(pulled)
}
