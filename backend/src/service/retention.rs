//! Retention: what nobody needs any more is erased, by the rules of each instance, in small batches, so that nobody
//! who works meanwhile has to wait. Every erasure of a verification leaves an entry in the chain of evidence; the chain
//! still verifies afterwards, because its hashes cover commitments and not contents.

use rusqlite::Transaction;
use serde_json::json;
use shared::words::UnixMillis;

use super::{Service, ServiceError};
use crate::config::Retention;
use crate::config::retention::before;
use crate::ports::random;
use crate::store::console::audit::{self, Action, Entry};
use crate::store::console::health::{self, Upkeep};
use crate::store::console::retention_rule;
use crate::store::retention::{self, Rows, Step};
use crate::store::{StoreError, evidence};
use crate::verification::{InstanceId, VerificationId};

/// Verifications or rows handled in one transaction.
const BATCH: u32 = 50;

/// What was, or would be, erased.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Erased {
    /// Verifications whose addresses were masked.
    pub addresses: u64,
    /// Verifications whose personal data was erased, and rows about tickets resolved without one.
    pub personal: u64,
    /// Verifications whose evidence was erased.
    pub evidence: u64,
    /// Devices and networks of beginnings and openings.
    pub origins: u64,
    /// Messages, and counted messages.
    pub messages: u64,
    /// Entries of the audit log.
    pub audit: u64,
}

impl Erased {
    /// True when there was nothing to erase.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    fn of_step(&mut self, step: Step) -> &mut u64 {
        match step {
            Step::Addresses => &mut self.addresses,
            Step::Personal => &mut self.personal,
            Step::Evidence => &mut self.evidence,
        }
    }

    fn of_rows(&mut self, rows: Rows) -> &mut u64 {
        match rows {
            Rows::Origins | Rows::Openings => &mut self.origins,
            Rows::MessageLog | Rows::Outbox => &mut self.messages,
            Rows::Audit => &mut self.audit,
            Rows::Bypasses => &mut self.personal,
        }
    }
}

/// The steps of a verification, in their order.
const STEPS: [Step; 3] = [Step::Addresses, Step::Personal, Step::Evidence];
const ROWS: [Rows; 6] = [
    Rows::Origins,
    Rows::Openings,
    Rows::MessageLog,
    Rows::Outbox,
    Rows::Audit,
    Rows::Bypasses,
];

fn step_days(rules: &Retention, step: Step) -> u32 {
    match step {
        Step::Addresses => rules.addresses_days,
        Step::Personal => rules.personal_days,
        Step::Evidence => rules.evidence_days,
    }
}

fn row_days(rules: &Retention, rows: Rows) -> u32 {
    match rows {
        Rows::Origins | Rows::Openings => rules.origins_days,
        Rows::MessageLog | Rows::Outbox => rules.messages_days,
        Rows::Audit => rules.audit_days,
        Rows::Bypasses => rules.personal_days,
    }
}

/// What would be erased now, by instance. Changes nothing.
pub async fn due(service: &Service) -> Result<Vec<(InstanceId, Erased)>, ServiceError> {
    let now = service.now();
    let rules = all_rules(service).await?;
    service
        .store
        .read(move |tx| {
            rules
                .into_iter()
                .map(|(instance, rules)| {
                    let due = count(tx, &instance, &rules, now)?;
                    Ok::<_, ServiceError>((instance, due))
                })
                .collect()
        })
        .await
}

/// What `rules` would erase of an instance at `now`.
pub(super) fn count(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    rules: &Retention,
    now: UnixMillis,
) -> Result<Erased, ServiceError> {
    let mut due = Erased::default();
    for step in STEPS {
        let time = before(step_days(rules, step), now);
        *due.of_step(step) += retention::count_due(tx, instance, step, time)?;
    }
    for rows in ROWS {
        let time = before(row_days(rules, rows), now);
        *due.of_rows(rows) += retention::count_rows(tx, instance, rows, time)?;
    }
    Ok(due)
}

/// Erases everything that is due now, and makes sure that nothing of it is left in the write-ahead log.
pub async fn run(service: &Service) -> Result<Vec<(InstanceId, Erased)>, ServiceError> {
    let mut done = Vec::new();
    for (instance, rules) in all_rules(service).await? {
        let erased = run_instance(service, &instance, &rules).await?;
        note(service, &instance, erased).await?;
        if !erased.is_nothing() {
            tracing::info!(
                instance = %instance,
                addresses = erased.addresses,
                personal = erased.personal,
                evidence = erased.evidence,
                origins = erased.origins,
                messages = erased.messages,
                audit = erased.audit,
                "retention has erased"
            );
        }
        done.push((instance, erased));
    }
    if done.iter().any(|(_, erased)| erased.personal > 0) {
        let mut is_first = true;
        while service
            .store
            .write(move |tx| retention::merge_words(tx, is_first).map_err(ServiceError::from))
            .await?
        {
            is_first = false;
        }
    }
    if done.iter().any(|(_, erased)| !erased.is_nothing()) {
        let path = service.store.path().to_owned();
        let emptied = tokio::task::spawn_blocking(move || retention::checkpoint(&path))
            .await
            .map_err(|_| StoreError::Closed)??;
        if !emptied {
            tracing::info!("the write-ahead log is in use; it is emptied after the next erasure");
        }
    }
    Ok(done)
}

/// Keeps when this was, and what went.
async fn note(service: &Service, instance: &InstanceId, erased: Erased) -> Result<(), ServiceError> {
    let (of, now) = (instance.clone(), service.now());
    let found = json!({
        "addresses": erased.addresses,
        "personal": erased.personal,
        "evidence": erased.evidence,
        "origins": erased.origins,
        "messages": erased.messages,
        "audit": erased.audit,
    })
    .to_string();
    service
        .store
        .write(move |tx| {
            health::note(tx, &of, Upkeep::Retention, now, &found)?;
            if !erased.is_nothing() {
                health::note(tx, &of, Upkeep::Erasure, now, &found)?;
            }
            Ok(())
        })
        .await
}

/// The rules of every instance: those that its administrators have saved, else the configuration's.
async fn all_rules(service: &Service) -> Result<Vec<(InstanceId, Retention)>, ServiceError> {
    let instances = service.config.instances.values();
    let configured: Vec<(InstanceId, Retention)> = instances
        .map(|instance| (instance.id.clone(), instance.retention))
        .collect();
    service
        .store
        .read(move |tx| {
            configured
                .into_iter()
                .map(|(instance, configured)| {
                    let rules = retention_rule::find(tx, &instance)?.unwrap_or(configured);
                    Ok::<_, ServiceError>((instance, rules))
                })
                .collect()
        })
        .await
}

async fn run_instance(
    service: &Service,
    instance: &InstanceId,
    rules: &Retention,
) -> Result<Erased, ServiceError> {
    let now = service.now();
    let mut erased = Erased::default();
    for rows in ROWS {
        let time = before(row_days(rules, rows), now);
        loop {
            let of = instance.clone();
            let done = service
                .store
                .write(move |tx| {
                    let done = retention::delete(tx, &of, rows, time, BATCH)?;
                    if rows == Rows::Audit && done > 0 {
                        note_audit(tx, &of, done, now)?;
                    }
                    Ok::<_, ServiceError>(done)
                })
                .await?;
            let done = u64::try_from(done).unwrap_or(u64::MAX);
            *erased.of_rows(rows) += done;
            // The openings of one verification go together, so a batch may be longer than it was to be.
            if done < u64::from(BATCH) {
                break;
            }
        }
    }
    for step in STEPS {
        let days = step_days(rules, step);
        let time = before(days, now);
        loop {
            let done = one_batch(service, instance, step, days, time).await?;
            *erased.of_step(step) += done;
            if done < u64::from(BATCH) {
                break;
            }
        }
    }
    Ok(erased)
}

/// Takes one batch through a step. Each verification in a transaction of its own: one that fails must not keep the
/// others.
async fn one_batch(
    service: &Service,
    instance: &InstanceId,
    step: Step,
    days: u32,
    time: UnixMillis,
) -> Result<u64, ServiceError> {
    let of = instance.clone();
    let due = service
        .store
        .read(move |tx| retention::list_due(tx, &of, step, time, BATCH).map_err(ServiceError::from))
        .await?;
    let mut done = 0;
    for id in due {
        let (context, of, name) = (service.clone(), instance.clone(), id.clone());
        let erased = service
            .store
            .write(move |tx| match step {
                Step::Addresses => mask(&context, tx, &of, &id, days),
                Step::Personal => erase(&context, tx, &of, &id, days),
                Step::Evidence => erase_evidence(&context, tx, &of, &id, days),
            })
            .await;
        match erased {
            Ok(()) => done += 1,
            Err(error) => {
                tracing::error!(%error, verification.id = %name, "a verification could not be erased");
            }
        }
    }
    Ok(done)
}

fn mask(
    service: &Service,
    tx: &Transaction<'_>,
    instance: &InstanceId,
    id: &VerificationId,
    days: u32,
) -> Result<(), ServiceError> {
    let (found, _) = retention::lookup(tx, instance, id)?;
    // Nothing can be taken out of what cannot be read, so all of it goes.
    let Some(verification) = found else {
        return erase(service, tx, instance, id, days);
    };
    retention::write_masked(tx, &verification.with_masked_addresses(), service.now())?;
    tell(
        service,
        tx,
        instance,
        id,
        &json!({ "what": "addresses", "after_days": days }),
    )
}

fn erase(
    service: &Service,
    tx: &Transaction<'_>,
    instance: &InstanceId,
    id: &VerificationId,
    days: u32,
) -> Result<(), ServiceError> {
    let (found, grant) = retention::lookup(tx, instance, id)?;
    let left = found.map(crate::verification::Verification::without_personal_data);
    let grant = grant.map(crate::verification::Grant::without_personal_data);
    let now = service.now();
    let messages = retention::write_erased(tx, instance, id, left.as_ref(), grant.as_ref(), now)?;
    retention::forget_contacts(tx, instance)?;
    let body = json!({ "what": "personal data", "after_days": days, "messages": messages });
    tell(service, tx, instance, id, &body)
}

fn erase_evidence(
    service: &Service,
    tx: &Transaction<'_>,
    instance: &InstanceId,
    id: &VerificationId,
    days: u32,
) -> Result<(), ServiceError> {
    let entries = evidence::erase(tx, instance, id)?;
    retention::mark_evidence_erased(tx, instance, id, service.now())?;
    if entries == 0 {
        return Ok(());
    }
    let body = json!({ "what": "evidence", "after_days": days, "evidence": entries });
    tell(service, tx, instance, id, &body)
}

fn tell(
    service: &Service,
    tx: &Transaction<'_>,
    instance: &InstanceId,
    id: &VerificationId,
    body: &serde_json::Value,
) -> Result<(), ServiceError> {
    let salt = random::<16>(service.entropy.as_ref())?;
    let text = body.to_string();
    evidence::append(tx, instance, id, evidence::ERASED, &text, salt, service.now())?;
    Ok(())
}

/// The audit log itself says how much of it went.
fn note_audit(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    entries: usize,
    now: UnixMillis,
) -> Result<(), ServiceError> {
    let subject = format!("{entries} entries");
    let entry = Entry {
        instance: Some(instance),
        user: None,
        action: Action::EntriesErased,
        subject: &subject,
        client_address: "",
    };
    Ok(audit::append(tx, entry, now)?)
}
