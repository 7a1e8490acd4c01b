//! The requester performs the action: the grant is spent, the connector called, and what it says is recorded.

use secrecy::SecretString;
use serde_json::json;
use shared::words::{Action, ActionState, Status};

use super::super::error::LinkProblem;
use super::super::portal::{self, Page};
use super::super::{Service, ServiceError, expire_if_overdue, record};
use super::{change, queue_notices};
use crate::actions::{Answer, Order, Subject, Task};
use crate::keys::sha256_hex;
use crate::ports::random;
use crate::store::{self, grants, verifications};
use crate::verification::grant::{Binding, End, GrantError, Reason, ReceiptId};
use crate::verification::{Grant, InstanceId, Verification, VerificationId};

/// What the requester asks for.
pub enum Wish {
    /// This new password. Checked before: see [`crate::actions::password`].
    Password(SecretString),
    /// Open the account.
    Unlock,
    /// Remove the second sign-in steps.
    ResetMfa,
}

impl Wish {
    const fn action(&self) -> Action {
        match self {
            Self::Password(_) => Action::PasswordReset,
            Self::Unlock => Action::AccountUnlock,
            Self::ResetMfa => Action::MfaReset,
        }
    }

    fn into_task(self) -> Task {
        match self {
            Self::Password(password) => Task::ResetPassword(password),
            Self::Unlock => Task::Unlock,
            Self::ResetMfa => Task::ResetMfa,
        }
    }
}

/// What became of one attempt.
#[derive(Debug)]
pub struct Attempt {
    /// Why the grant opened nothing, if it did not. Recorded as evidence.
    pub refused: Option<GrantError>,
    /// What the session shows now.
    pub page: Page,
}

/// Spends the grant of the session and performs its action. Of any number of equal calls at most one reaches the
/// directory; the others are told that the grant is spent.
pub async fn perform(service: &Service, cookie: &str, wish: Wish) -> Result<Attempt, ServiceError> {
    let digest = sha256_hex(cookie.as_bytes());
    let receipt = ReceiptId::from_random(random(service.entropy.as_ref())?);
    let (context, action, id) = (service.clone(), wish.action(), receipt.clone());
    let (verification, spent) = service
        .store
        .write(move |tx| {
            let found = store::portal::find_by_session(tx, &digest)?.ok_or(LinkProblem::NoSession)?;
            let current = expire_if_overdue(&context, tx, found)?;
            let spent = spend(&context, tx, &current, action, &id)?;
            Ok::<_, ServiceError>((current, spent))
        })
        .await?;
    let refused = match spent {
        Err(refused) => Some(refused),
        Ok(grant) => {
            service.announce(&verification.id);
            let order = order(&verification, &grant, receipt, wish.into_task());
            // A browser that goes away must not stop an execution half-way.
            let running = tokio::spawn(execute(service.clone(), grant, order));
            match running.await {
                Ok(ended) => ended?,
                Err(error) => tracing::error!(%error, "an execution ended in a fault of this program"),
            }
            None
        }
    };
    Ok(Attempt {
        refused,
        page: portal::page(service, cookie).await?,
    })
}

/// Spends the grant, or records why not. One statement of the store decides, whatever was read before.
fn spend(
    service: &Service,
    tx: &rusqlite::Transaction<'_>,
    of: &Verification,
    action: Action,
    receipt: &ReceiptId,
) -> Result<Result<Grant, GrantError>, ServiceError> {
    let found = grants::find(tx, &of.instance, &of.id)?;
    let wanted = Binding::of(of).map(|binding| Binding { action, ..binding });
    let (Some(grant), Some(wanted)) = (found, wanted) else {
        return refuse(service, tx, of, action, GrantError::Foreign, None).map(Err);
    };
    let state = grant.word();
    let spent = match grant.spent(&wanted, receipt.clone(), service.now()) {
        Ok(spent) => spent,
        Err(error) => return refuse(service, tx, of, action, error, Some(state)).map(Err),
    };
    // Whatever the grant says: without a pass nothing is performed.
    if of.status() != Status::Passed {
        return refuse(service, tx, of, action, GrantError::Foreign, Some(state)).map(Err);
    }
    if !grants::spend(tx, &spent, service.now())? {
        return refuse(service, tx, of, action, GrantError::Spent, Some(state)).map(Err);
    }
    grants::add_receipt(tx, &spent.binding, receipt, service.now())?;
    let body = json!({
        "action": action.as_str(),
        "receipt": receipt.as_str(),
        "connector": spent.connector,
        "attempt": spent.attempts,
    });
    record(service, tx, of, "action.started", &body)?;
    Ok(Ok(spent))
}

fn refuse(
    service: &Service,
    tx: &rusqlite::Transaction<'_>,
    of: &Verification,
    action: Action,
    why: GrantError,
    state: Option<ActionState>,
) -> Result<GrantError, ServiceError> {
    let body = json!({
        "action": action.as_str(),
        "why": why.to_string(),
        "state": state.map(ActionState::as_str),
    });
    record(service, tx, of, "action.refused", &body)?;
    Ok(why)
}

fn order(of: &Verification, grant: &Grant, receipt: ReceiptId, task: Task) -> Order {
    Order {
        task,
        subject: subject(of),
        receipt,
        is_released: grant.released_by.is_some(),
        ticket_number: of.ticket.number.clone(),
    }
}

/// Whose account it is: from the signed token.
pub(super) fn subject(of: &Verification) -> Subject {
    Subject {
        sys_id: of.requester.sys_id.clone(),
        user_name: of.requester.user_name.clone(),
        email: of.requester.email.clone(),
    }
}

/// Calls the connector of a spent grant and records what it says.
async fn execute(service: Service, grant: Grant, order: Order) -> Result<(), ServiceError> {
    let Binding {
        instance,
        verification,
        ..
    } = grant.binding.clone();
    // Checked again at the last moment: the store, not what was read before, says that this execution may run.
    let (id, of) = (verification.clone(), instance.clone());
    let stored = service
        .store
        .read(move |tx| grants::find(tx, &of, &id).map_err(ServiceError::from))
        .await?;
    let now = service.now();
    let may_run = stored.is_some_and(|stored| {
        let execution = stored.execution(&order.receipt);
        stored.binding == grant.binding && execution.is_some_and(|execution| now < execution.stale_at())
    });
    if !may_run {
        tracing::error!(verification.id = %verification, "an execution was stopped: its grant does not stand");
        return Ok(());
    }
    let answer = match service.connectors.get(&instance, &grant.connector) {
        Some(connector) => connector.perform(&order).await,
        None => Answer::refused(Reason::SetUp, "This connector is no longer set up."),
    };
    let is_released = order.is_released;
    let receipt = order.receipt.clone();
    // The password ends here.
    drop(order);
    tracing::info!(verification.id = %verification, action.connector = grant.connector, "a connector has answered");
    end(
        &service,
        instance,
        verification,
        receipt,
        into_end(answer, is_released),
    )
    .await
}

fn into_end(answer: Answer, is_released: bool) -> End {
    match answer {
        Answer::Done { summary, answer } => End::Performed { summary, answer },
        Answer::Refused { reason, answer } => End::Failed {
            summary: reason.sentence().to_owned(),
            answer,
            reason: Some(reason),
        },
        Answer::Partly { summary, answer } => End::Failed {
            summary,
            answer,
            reason: None,
        },
        Answer::Unknown { answer } => End::Unknown {
            summary: "It is not known whether the directory made the change. Look there before you go on."
                .into(),
            answer,
        },
        // Released already, and still refused: the connector contradicts itself.
        Answer::NeedsRelease if is_released => End::Failed {
            summary: Reason::SetUp.sentence().to_owned(),
            answer: "It asks for a second release.".into(),
            reason: Some(Reason::SetUp),
        },
        Answer::NeedsRelease => End::NeedsRelease,
        Answer::Promised => End::Promised,
    }
}

/// Ends the running execution `receipt`, with evidence, event and notices.
pub(super) async fn end(
    service: &Service,
    instance: InstanceId,
    id: VerificationId,
    receipt: ReceiptId,
    end: End,
) -> Result<(), ServiceError> {
    let (context, verification) = (service.clone(), id.clone());
    service
        .store
        .write(move |tx| {
            let mut of =
                verifications::lookup(tx, &instance, &verification)?.ok_or(ServiceError::NotFound)?;
            let grant = grants::find(tx, &instance, &verification)?.ok_or(ServiceError::NotFound)?;
            let promised = end == End::Promised;
            let ended = grant.clone().ended(&receipt, end, context.now())?;
            if promised {
                grants::update(tx, &grant, &ended)?;
                record(
                    &context,
                    tx,
                    &of,
                    "action.promised",
                    &json!({ "receipt": receipt.as_str() }),
                )?;
                return Ok(());
            }
            change(&context, tx, &mut of, &grant, &ended, &json!({}))?;
            if matches!(ended.word(), ActionState::Performed | ActionState::Unknown) {
                queue_notices(&context, tx, &of, &ended)?;
            }
            verifications::update(tx, &of)?;
            Ok::<_, ServiceError>(())
        })
        .await?;
    service.announce(&id);
    Ok(())
}

/// A receipt that a webhook promised has come. `sender` checks that it was signed with the secret of the connector
/// that the order went to.
pub async fn receipt(
    service: &Service,
    receipt: ReceiptId,
    sender: impl FnOnce(&crate::actions::settings::WebhookSettings) -> bool + Send,
    report: crate::actions::webhook::Report,
) -> Result<(), ServiceError> {
    use crate::actions::settings::ConnectorSettings;
    let id = receipt.clone();
    let found = service
        .store
        .read(move |tx| {
            let Some((instance, verification)) = grants::find_receipt(tx, &id)? else {
                return Ok::<_, ServiceError>(None);
            };
            Ok(grants::find(tx, &instance, &verification)?)
        })
        .await?
        .ok_or(ServiceError::NotFound)?;
    let instance = service.instance(&found.binding.instance)?;
    match instance.connectors.get(&found.connector) {
        Some(ConnectorSettings::Webhook(settings)) if sender(settings) => {}
        _ => return Err(ServiceError::NotFound),
    }
    // A repetition of what is known already is accepted: the sender may not have heard our answer.
    if found.ending().is_some_and(|ending| ending.receipt == receipt) && found.word() != ActionState::Unknown
    {
        return Ok(());
    }
    let binding = found.binding;
    let ended = report.into_end(binding.action);
    end(service, binding.instance, binding.verification, receipt, ended).await
}
