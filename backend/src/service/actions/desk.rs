//! What the service desk may do with a grant: release it as the second person, and confirm what was done by hand.

use serde_json::json;
use shared::agent_api::VerificationView;

use super::super::agent::{Caller, lookup, spend_token};
use super::super::{Service, ServiceError, show};
use super::{change, queue_notices};
use crate::ports::random;
use crate::store::{grants, verifications};
use crate::verification::VerificationId;
use crate::verification::grant::{Person, ReceiptId};

fn person(caller: &Caller) -> Person {
    Person {
        sys_id: caller.claims.agent.sys_id.clone(),
        name: caller.claims.agent.name.clone(),
    }
}

/// Releases the grant of a privileged account: someone other than who started the verification.
pub async fn release(
    service: &Service,
    caller: Caller,
    id: VerificationId,
) -> Result<VerificationView, ServiceError> {
    let context = service.clone();
    let verification = service
        .store
        .write(move |tx| {
            spend_token(&context, tx, &caller)?;
            let mut of = lookup(tx, &caller, &id)?;
            let grant = grants::find(tx, &of.instance, &of.id)?.ok_or(ServiceError::NotFound)?;
            let by = person(&caller);
            let is_manual = grant.kind == "manual";
            let released = grant
                .clone()
                .released(by.clone(), &of.agent.sys_id, is_manual, context.now())?;
            change(
                &context,
                tx,
                &mut of,
                &grant,
                &released,
                &json!({ "released_by": by.sys_id }),
            )?;
            verifications::update(tx, &of)?;
            Ok::<_, ServiceError>(of)
        })
        .await?;
    service.announce(&verification.id);
    show(service, verification).await
}

/// The agent has performed the action by hand and says so.
pub async fn confirm(
    service: &Service,
    caller: Caller,
    id: VerificationId,
) -> Result<VerificationView, ServiceError> {
    let context = service.clone();
    let receipt = ReceiptId::from_random(random(service.entropy.as_ref())?);
    let verification = service
        .store
        .write(move |tx| {
            spend_token(&context, tx, &caller)?;
            let mut of = lookup(tx, &caller, &id)?;
            let grant = grants::find(tx, &of.instance, &of.id)?.ok_or(ServiceError::NotFound)?;
            let done = grant
                .clone()
                .confirmed(person(&caller), receipt.clone(), context.now())?;
            grants::add_receipt(tx, &done.binding, &receipt, context.now())?;
            change(&context, tx, &mut of, &grant, &done, &json!({}))?;
            queue_notices(&context, tx, &of, &done)?;
            verifications::update(tx, &of)?;
            Ok::<_, ServiceError>(of)
        })
        .await?;
    service.announce(&verification.id);
    show(service, verification).await
}
