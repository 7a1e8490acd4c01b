//! How the service is doing, for an administrator who looks because something is wrong. What is found is judged in
//! [`judgement`](self::judge): facts in, findings out.

mod judgement;

use serde_json::json;

pub use self::judgement::{Facts, Finding, Light, judge};
use super::delivery;
use super::{Action, Admin};
use crate::service::{Service, ServiceError};
use crate::store::StoreError;
use crate::store::bypasses;
use crate::store::console::audit::{self, Entry};
use crate::store::console::health::{self as rows, Upkeep};
use crate::store::console::outbox;
use crate::store::evidence::{self, Verdict};

/// Looks at everything.
pub async fn health(service: &Service, admin: Admin<'_>) -> Result<Vec<Finding>, ServiceError> {
    let instance = admin.session().user.instance.clone();
    let before = service.now();
    let written = service.store.write(|_| Ok::<_, StoreError>(())).await;
    let now = service.now();
    let of = instance.clone();
    let (waiting, given_up, last_event, walk, retention, pull) = service
        .store
        .read(move |tx| {
            Ok::<_, ServiceError>((
                outbox::waiting(tx, &of)?,
                outbox::count_given_up(tx, &of)?,
                rows::last_event_delivered(tx, &of)?,
                rows::find(tx, &of, Upkeep::Evidence)?,
                rows::find(tx, &of, Upkeep::Retention)?,
                bypasses::find_pull(tx, &of)?,
            ))
        })
        .await?;
    Ok(judge(&Facts {
        now,
        started_at: service.vitals.started_at,
        write_millis: written.ok().map(|()| now.millis_since(before)),
        sizes: rows::sizes(service.store.path()),
        waiting,
        given_up: given_up.iter().map(|(_, count)| count).sum(),
        ways: delivery::ways(service, admin),
        last_event,
        tokens: service.vitals.tokens(&instance),
        walk,
        is_walking: service.vitals.is_walking(&instance),
        retention,
        pull,
    }))
}

/// Walks the chain of the administrator's instance, in the background: a long one takes a while. What was found is kept.
/// Returns at once; while a walk runs, a second one does not begin.
pub async fn walk_chain(
    service: &Service,
    admin: Admin<'_>,
    client_address: String,
) -> Result<(), ServiceError> {
    let (user, now) = (admin.session().user.clone(), service.now());
    let of = user.instance.clone();
    if !service.vitals.begin_walk(&of) {
        return Ok(());
    }
    let noted = service
        .store
        .write(move |tx| {
            let entry = Entry {
                instance: Some(&user.instance),
                user: Some((user.id, &user.name)),
                action: Action::ChainVerified,
                subject: "",
                client_address: &client_address,
            };
            audit::append(tx, entry, now).map_err(ServiceError::from)
        })
        .await;
    if let Err(error) = noted {
        service.vitals.end_walk(&of);
        return Err(error);
    }
    let service = service.clone();
    tokio::spawn(async move {
        let chain = of.clone();
        let walked = service
            .store
            .read(move |tx| evidence::verify_one(tx, &chain).map_err(ServiceError::from))
            .await;
        let kept = match walked {
            Ok(verdict) => keep(&service, &of, &verdict).await,
            Err(error) => Err(error),
        };
        if let Err(error) = kept {
            tracing::error!(%error, instance = %of, "the chain of evidence could not be walked");
        }
        service.vitals.end_walk(&of);
    });
    Ok(())
}

async fn keep(
    service: &Service,
    of: &crate::verification::InstanceId,
    verdict: &Verdict,
) -> Result<(), ServiceError> {
    let found = match verdict {
        Verdict::Intact { entries } => json!({ "entries": entries }),
        Verdict::Broken { number, what, .. } => {
            tracing::error!(instance = %of, evidence.number = number, what, "the chain of evidence does not hold");
            json!({ "broken": what, "number": number })
        }
    };
    let (of, now) = (of.clone(), service.now());
    service
        .store
        .write(move |tx| {
            rows::note(tx, &of, Upkeep::Evidence, now, &found.to_string()).map_err(ServiceError::from)
        })
        .await
}
