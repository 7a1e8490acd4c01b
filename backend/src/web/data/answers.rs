//! One function for each route: reads the query, calls the use case of the page, and writes what it answers.

use futures_util::{Stream, TryStreamExt as _};
use serde::Serialize;
use shared::words::Action;
use warp::Reply as _;
use warp::http::{HeaderValue, StatusCode, header};
use warp::hyper::body::Bytes;
use warp::reply::Response;

use super::routes::Endpoint;
use super::wire::{AuditEntry, AuditPage, BypassPage, BypassedTicket, VerificationPage};
use super::{details, figures, query};
use crate::service::console::export::{self, Format, Record};
use crate::service::console::tokens::{self, Machine, Scope};
use crate::service::console::{self, Admin, Analyst, Filter, Forbidden, Logged, Session};
use crate::service::signed_report::{Reader, Who, issue};
use crate::service::{Service, ServiceError};
use crate::verification::VerificationId;
use crate::verification::bypass::{Bypass, Reason};
use crate::verification::statement::rfc3339;
use crate::web::console::export::file;
use crate::web::console::request::Request;
use crate::web::console::view::cursor_word;
use crate::web::problem::ApiError;

/// A request whose token has the scope of its route.
pub struct Asker<'a> {
    /// The service.
    pub service: &'a Service,
    /// What was asked.
    pub request: &'a Request,
    /// Who asks.
    pub machine: &'a Machine,
    /// Under which the use cases read.
    pub session: Session,
    /// The part of the path that differs.
    pub part: &'a str,
}

fn json<T: Serialize>(value: &T) -> Response {
    warp::reply::with_status(warp::reply::json(value), StatusCode::OK).into_response()
}

/// The table of routes gives each scope its role, so that this does not happen.
impl From<Forbidden> for ApiError {
    fn from(_: Forbidden) -> Self {
        Self::NotFound
    }
}

impl Asker<'_> {
    /// The answer of a route.
    pub async fn answer(self, endpoint: Endpoint) -> Result<Response, ApiError> {
        match endpoint {
            Endpoint::Verifications => self.verifications().await,
            Endpoint::Export => self.export(),
            Endpoint::Verification => self.verification().await,
            Endpoint::Report => self.report().await,
            Endpoint::Overview => {
                let period = query::period(&self.request.query)?;
                let found = console::overview(self.service, &self.session, period).await?;
                Ok(json(&figures::overview(found, self.session.reads_everything())))
            }
            Endpoint::Agents => {
                let period = query::period(&self.request.query)?;
                let found = console::agents(self.service, &self.session, period).await?;
                Ok(json(&figures::agents(found)))
            }
            Endpoint::Bypasses => self.bypasses().await,
            Endpoint::Audit => self.audit().await,
        }
    }

    /// A filter that would tell more than the token may read is refused: without it the answer would be another.
    fn permitted(&self, filter: &Filter) -> Result<(), ApiError> {
        if self.session.permitted(filter.clone()) == *filter {
            Ok(())
        } else {
            Err(ApiError::Scope(Scope::VerificationsPrivate))
        }
    }

    async fn verifications(&self) -> Result<Response, ApiError> {
        let (asked, rows) = query::list(&self.request.query)?;
        self.permitted(&asked.filter)?;
        let found = console::list_rows(self.service, &self.session, asked, rows).await?;
        let record = |row| {
            Record::new(
                row,
                &self.machine.instance,
                &self.service.config.server.public_url,
            )
        };
        let mut verifications: Vec<Record> = found.rows.iter().map(record).collect();
        if !self.session.reads_everything() {
            verifications.iter_mut().for_each(Record::hide_findings);
        }
        Ok(json(&VerificationPage {
            verifications,
            next: found.after.as_ref().map(cursor_word),
            matching: found.matching,
            newest_only: found.newest_only,
        }))
    }

    /// The rest of the file is made while it is taken; it breaks off when the token is revoked.
    fn export(&self) -> Result<Response, ApiError> {
        let format = Format::parse(self.part).ok_or(ApiError::NotFound)?;
        let filter = query::export(&self.request.query)?.filter;
        let analyst = Analyst::of(&self.session)?;
        let pieces = export::stream(self.service, analyst, filter, format);
        let pieces = while_valid(self.service, self.machine, pieces).map_ok(Bytes::from);
        Ok(file(
            self.service,
            &self.machine.instance,
            format,
            self.request,
            pieces,
        ))
    }

    fn id(&self) -> Result<VerificationId, ApiError> {
        VerificationId::parse(self.part).ok_or(ApiError::NotFound)
    }

    async fn verification(&self) -> Result<Response, ApiError> {
        query::none(&self.request.query)?;
        let found = console::details(self.service, &self.session, self.id()?).await?;
        Ok(json(&details::details(self.service, found)?))
    }

    async fn report(&self) -> Result<Response, ApiError> {
        query::none(&self.request.query)?;
        let reader = Reader {
            who: Who::Token(self.machine.name.clone()),
            client_address: self.machine.client.clone(),
        };
        let report = issue(self.service, self.machine.instance.clone(), self.id()?, reader).await?;
        tokens::note_use(self.service, self.machine).await?;
        let mut response = Response::new(report.sealed.file.into());
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        Ok(response)
    }

    async fn bypasses(&self) -> Result<Response, ApiError> {
        let (narrowing, rows) = query::bypasses(&self.request.query)?;
        let found = console::bypass_rows(self.service, &self.session, narrowing, rows).await?;
        let last = found.rows.last().filter(|_| found.has_more);
        Ok(json(&BypassPage {
            next: last.map(|row| format!("{}~{}", row.resolved_at.0, row.event_sys_id)),
            read_at: found.pull.as_ref().and_then(|pull| pull.fine_at).map(rfc3339),
            bypasses: found.rows.into_iter().map(BypassedTicket::from).collect(),
        }))
    }

    async fn audit(&self) -> Result<Response, ApiError> {
        let (narrowing, rows) = query::audit(&self.request.query)?;
        let admin = Admin::of(&self.session)?;
        let found = console::read_log_rows(self.service, admin, narrowing, rows).await?;
        let last = found.entries.last().map(|entry| entry.id);
        Ok(json(&AuditPage {
            next: last.filter(|_| found.has_older),
            entries: found.entries.into_iter().map(AuditEntry::from).collect(),
        }))
    }
}

/// The pieces of a long answer, until the token is no good any more.
pub fn while_valid<S>(
    service: &Service,
    machine: &Machine,
    pieces: S,
) -> impl Stream<Item = Result<Vec<u8>, ServiceError>> + Send + use<S>
where
    S: Stream<Item = Result<Vec<u8>, ServiceError>> + Send,
{
    let (service, machine) = (service.clone(), machine.clone());
    pieces.and_then(move |piece| {
        let (service, machine) = (service.clone(), machine.clone());
        async move {
            if tokens::still_valid(&service, &machine).await? {
                Ok(piece)
            } else {
                Err(ServiceError::NotFound)
            }
        }
    })
}

impl From<Bypass> for BypassedTicket {
    fn from(of: Bypass) -> Self {
        Self {
            id: of.event_sys_id,
            ticket_number: of.ticket_number,
            ticket_table: of.ticket_table,
            ticket_sys_id: of.ticket_sys_id,
            resolved_at: rfc3339(of.resolved_at),
            recorded_at: rfc3339(of.recorded_at),
            resolved_by_sys_id: of.agent_sys_id,
            resolved_by_user_name: of.agent_user_name,
            resolved_by: of.agent_name,
            policy: of.policy,
            action: of.action.map(Action::as_str),
            reason: of.reason.map(Reason::as_str),
            verification_id: of.verification.map(|id| id.to_string()),
        }
    }
}

impl From<Logged> for AuditEntry {
    fn from(of: Logged) -> Self {
        Self {
            id: of.id,
            at: rfc3339(of.at),
            actor: of.user,
            action: of.action,
            subject: of.subject,
            client: of.client_address,
        }
    }
}
