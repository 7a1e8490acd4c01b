//! Signed reports: made from what is stored, at the moment in which they are asked for.

use super::console::Analyst;
use super::{Service, ServiceError};
use crate::signed_report::{Sealed, seal};
use crate::store::console::audit::{self, Action, Entry};
use crate::store::{StoreError, evidence, grants, verifications};
use crate::verification::statement::{
    ChainLink, EvidenceFacts, EvidenceLine, Statement, Surroundings, Tenant, rfc3339,
};
use crate::verification::{InstanceId, VerificationId};

/// One signed report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedReport {
    /// What it says.
    pub statement: Statement,
    /// How it says so.
    pub sealed: Sealed,
}

/// Who may ask.
pub enum Who {
    /// A user of the console: id and name.
    User(i64, String),
    /// A system with an API token of this name.
    Token(String),
    /// Whoever may run the program.
    Operator,
}

/// Who asks, for the audit log.
pub struct Reader {
    /// Who.
    pub who: Who,
    /// Where the request came from.
    pub client_address: String,
}

/// The report of a verification of the session's instance. That it was issued is logged first: no entry, no report.
///
/// # Errors
/// [`ServiceError::NotFound`] also for a verification that is not decided: there is nothing to report.
pub async fn for_session(
    service: &Service,
    analyst: Analyst<'_>,
    id: VerificationId,
    client_address: String,
) -> Result<SignedReport, ServiceError> {
    let session = analyst.session();
    let reader = Reader {
        who: Who::User(session.user.id, session.user.name.clone()),
        client_address,
    };
    issue(service, session.user.instance.clone(), id, reader).await
}

/// The instance of a verification, for the command line, which is given only the id.
pub async fn instance_of(service: &Service, id: VerificationId) -> Result<InstanceId, ServiceError> {
    service
        .store
        .read(move |tx| {
            let found = verifications::find_in_any_instance(tx, &id)?.ok_or(ServiceError::NotFound)?;
            Ok(found.instance)
        })
        .await
}

/// See [`for_session`].
pub async fn issue(
    service: &Service,
    instance: InstanceId,
    id: VerificationId,
    reader: Reader,
) -> Result<SignedReport, ServiceError> {
    let (context, now) = (service.clone(), service.now());
    let statement = service
        .store
        .write(move |tx| {
            let found = verifications::lookup(tx, &instance, &id)?.ok_or(ServiceError::NotFound)?;
            let settings = context.instance(&instance)?;
            let around = Surroundings {
                issuer: context.config.server.public_url.clone(),
                at: now,
                instance: Tenant {
                    id: instance.to_string(),
                    company: settings.company.clone(),
                    url: settings.url.clone(),
                },
                grant: grants::find(tx, &instance, &id)?,
                evidence: evidence_facts(tx, &instance, &id)?,
                erased: verifications::is_erased(tx, &instance, &id)?,
            };
            let statement = Statement::of(&found, around).ok_or(ServiceError::NotFound)?;
            let entry = Entry {
                instance: Some(&instance),
                user: match &reader.who {
                    Who::User(id, name) => Some((*id, name.as_str())),
                    Who::Token(_) | Who::Operator => None,
                },
                action: Action::ReportIssued,
                subject: id.as_str(),
                client_address: &reader.client_address,
            };
            match &reader.who {
                Who::Token(name) => audit::append_for_token(tx, name, entry, now)?,
                Who::User(..) | Who::Operator => audit::append(tx, entry, now)?,
            }
            Ok::<_, ServiceError>(statement)
        })
        .await?;
    let sealed = seal(&service.config.report_key, &statement).map_err(|error| StoreError::Corrupt {
        what: "report",
        error: error.to_string(),
    })?;
    Ok(SignedReport { statement, sealed })
}

fn evidence_facts(
    tx: &rusqlite::Transaction<'_>,
    instance: &InstanceId,
    id: &VerificationId,
) -> Result<EvidenceFacts, StoreError> {
    let head = evidence::head(tx, instance)?;
    let entries = evidence::list(tx, instance, id)?;
    let line = |entry: evidence::Entry| EvidenceLine {
        number: entry.number,
        at: rfc3339(entry.at),
        kind: entry.kind,
        hash: entry.hash,
    };
    Ok(EvidenceFacts {
        head: ChainLink {
            number: head.number,
            hash: head.hash,
        },
        entries: entries.into_iter().map(line).collect(),
    })
}
