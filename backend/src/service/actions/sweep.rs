//! Grants that run out, and executions that were interrupted.

use serde_json::json;
use shared::words::UnixMillis;

use super::super::{Service, ServiceError};
use super::change;
use super::perform::{end, subject};
use crate::actions::Known;
use crate::store::{grants, verifications};
use crate::verification::grant::{Binding, End, Execution, GrantState, Reason};
use crate::verification::{Grant, InstanceId, Verification, VerificationId};

/// Grants handled at once.
const BATCH: u32 = 100;

/// When the next grant runs out or is to be looked after, if any is.
pub async fn next(service: &Service) -> Result<Option<UnixMillis>, ServiceError> {
    service
        .store
        .read(|tx| grants::next_waking(tx).map_err(ServiceError::from))
        .await
}

/// Ends grants that have run out, and finds out what became of interrupted executions. Returns how many there were.
pub async fn sweep(service: &Service) -> Result<usize, ServiceError> {
    let now = service.now();
    let waking = service
        .store
        .read(move |tx| grants::list_waking(tx, now, BATCH).map_err(ServiceError::from))
        .await?;
    let mut ended = 0;
    for (instance, id) in waking {
        match wake(service, instance, id.clone()).await {
            Ok(()) => ended += 1,
            Err(error) => tracing::error!(%error, verification.id = %id, "a grant could not be ended"),
        }
    }
    Ok(ended)
}

async fn wake(service: &Service, instance: InstanceId, id: VerificationId) -> Result<(), ServiceError> {
    let (of, grant) = service
        .store
        .read(move |tx| {
            let of = verifications::lookup(tx, &instance, &id)?.ok_or(ServiceError::NotFound)?;
            let grant = grants::find(tx, &instance, &id)?.ok_or(ServiceError::NotFound)?;
            Ok::<_, ServiceError>((of, grant))
        })
        .await?;
    match &grant.state {
        GrantState::Performing(execution) => {
            let known = look_after(service, &of, &grant, execution).await;
            let Binding {
                instance,
                verification,
                ..
            } = grant.binding;
            end(service, instance, verification, execution.receipt.clone(), known).await
        }
        _ => expire(service, grant).await,
    }
}

/// What became of an execution that nobody ended: the process died, or a promised receipt did not come.
async fn look_after(service: &Service, of: &Verification, grant: &Grant, execution: &Execution) -> End {
    let unknown = |answer: &str| End::Unknown {
        summary: "It is not known whether the directory made the change. Look there before you go on.".into(),
        answer: answer.into(),
    };
    if execution.is_promised {
        return unknown("The promised receipt did not come.");
    }
    let Some(connector) = service.connectors.get(&grant.binding.instance, &grant.connector) else {
        return unknown("The execution was interrupted, and its connector is gone.");
    };
    let subject = subject(of);
    match connector
        .inquire(&subject, grant.binding.action, execution.started_at)
        .await
    {
        Known::Changed(answer) => End::Performed {
            summary: "The service was interrupted, but the directory shows that the change was made.".into(),
            answer,
        },
        Known::Unchanged(answer) => End::Failed {
            summary: Reason::Interrupted.sentence().to_owned(),
            answer,
            reason: Some(Reason::Interrupted),
        },
        Known::Nothing => unknown("The execution was interrupted."),
    }
}

async fn expire(service: &Service, read: Grant) -> Result<(), ServiceError> {
    let context = service.clone();
    let id = read.binding.verification.clone();
    service
        .store
        .write(move |tx| {
            let binding = &read.binding;
            let mut of = verifications::lookup(tx, &binding.instance, &binding.verification)?
                .ok_or(ServiceError::NotFound)?;
            let grant =
                grants::find(tx, &binding.instance, &binding.verification)?.ok_or(ServiceError::NotFound)?;
            // Somebody was quicker: then there is nothing to end.
            let Ok(expired) = grant.clone().expired(context.now()) else {
                return Ok(());
            };
            change(&context, tx, &mut of, &grant, &expired, &json!({}))?;
            verifications::update(tx, &of)?;
            Ok::<_, ServiceError>(())
        })
        .await?;
    service.announce(&id);
    Ok(())
}
