//! Verifications for spreadsheets and for other systems: CSV, JSON lines, OCSF and CEF, page by page, so that the
//! longest list takes no more memory than the shortest.

mod audit;
mod cef;
mod csv;
mod ocsf;
mod record;

use futures_util::{Stream, stream};

use super::{Analyst, Filter, Listed, Logged, Order, Position};
use crate::push::Event;
use crate::push::settings::Form;
use crate::service::{Service, ServiceError};
use crate::store::console::listing::{self, Wanted};
use crate::verification::InstanceId;

pub use audit::AuditRecord;
pub use record::Record;

/// Rows that are read at once.
const ROWS_AT_ONCE: u32 = 500;

/// In which form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For spreadsheets.
    Csv,
    /// One JSON object a line.
    Ndjson,
    /// Events of the Open Cybersecurity Schema Framework, one a line.
    Ocsf,
    /// `ArcSight`'s Common Event Format, one event a line.
    Cef,
}

impl Format {
    /// Every form.
    pub const ALL: &'static [Self] = &[Self::Csv, Self::Ndjson, Self::Ocsf, Self::Cef];

    /// The form in addresses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Ndjson => "ndjson",
            Self::Ocsf => "ocsf",
            Self::Cef => "cef",
        }
    }

    /// What people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Csv => "CSV for spreadsheets",
            Self::Ndjson => "JSON lines",
            Self::Ocsf => "OCSF events",
            Self::Cef => "CEF events",
        }
    }

    /// Reads the form of [`Format::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|format| format.as_str() == text)
    }

    /// The media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Ndjson | Self::Ocsf => "application/x-ndjson",
            Self::Cef => "text/plain; charset=utf-8",
        }
    }

    /// The end of a file's name.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Ndjson => "ndjson",
            Self::Ocsf => "ocsf.ndjson",
            Self::Cef => "cef",
        }
    }

    fn head(self) -> Vec<u8> {
        match self {
            Self::Csv => csv::head(),
            Self::Ndjson | Self::Ocsf | Self::Cef => Vec::new(),
        }
    }

    fn lines(self, records: &[Record]) -> Result<Vec<u8>, ServiceError> {
        let mut text = Vec::new();
        for record in records {
            match self {
                Self::Csv => csv::line(record, &mut text),
                Self::Ndjson => json(record, &mut text)?,
                Self::Ocsf => json(&ocsf::event(record), &mut text)?,
                Self::Cef => cef::line(record, &mut text),
            }
        }
        Ok(text)
    }
}

/// One verification as an event of the push.
pub fn event(of: &Record, form: Form) -> Result<Event, ServiceError> {
    let format = match form {
        Form::Ndjson => Format::Ndjson,
        Form::Ocsf => Format::Ocsf,
        Form::Cef => Format::Cef,
    };
    let (created, ended) = of.times;
    Ok(Event {
        at: ended.unwrap_or(created),
        kind: "verification",
        is_warning: of.outcome == Some(shared::words::Outcome::Failed),
        line: one_line(&format.lines(std::slice::from_ref(of))?),
    })
}

/// One entry of the console's log as an event of the push.
pub fn audit_event(of: Logged, instance: &InstanceId, form: Form) -> Result<Event, ServiceError> {
    let at = of.at;
    let record = AuditRecord::new(of, instance);
    let mut text = Vec::new();
    match form {
        Form::Ndjson => json(&record, &mut text)?,
        Form::Ocsf => json(&record.ocsf(), &mut text)?,
        Form::Cef => text = record.cef().into_bytes(),
    }
    Ok(Event {
        at,
        kind: "audit",
        is_warning: record.is_refusal(),
        line: one_line(&text),
    })
}

/// The text of a line, without its end. All of it is UTF-8 that was written here.
fn one_line(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim_end_matches('\n').to_owned()
}

fn json<T: serde::Serialize>(value: &T, text: &mut Vec<u8>) -> Result<(), ServiceError> {
    serde_json::to_writer(&mut *text, value).map_err(|error| {
        ServiceError::Store(crate::store::StoreError::Corrupt {
            what: "verification row",
            error: error.to_string(),
        })
    })?;
    text.push(b'\n');
    Ok(())
}

struct Going {
    service: Service,
    instance: InstanceId,
    filter: Filter,
    format: Format,
    /// `None` once everything was sent.
    position: Option<Position>,
    is_first: bool,
}

/// All matching verifications of the analyst's instance, the newest first, in pieces.
pub fn stream(
    service: &Service,
    analyst: Analyst<'_>,
    filter: Filter,
    format: Format,
) -> impl Stream<Item = Result<Vec<u8>, ServiceError>> + Send + use<> {
    let going = Going {
        service: service.clone(),
        instance: analyst.session().user.instance.clone(),
        filter,
        format,
        position: Some(Position::First),
        is_first: true,
    };
    stream::try_unfold(going, |mut going| async move {
        let Some(position) = going.position.take() else {
            return Ok(None);
        };
        let rows = read(&going, position).await?;
        let is_last = rows.len() < usize::try_from(ROWS_AT_ONCE).unwrap_or(usize::MAX);
        going.position = rows
            .last()
            .filter(|_| !is_last)
            .map(|row| Position::After(row.cursor(Order::default())));
        let public_url = &going.service.config.server.public_url;
        let records: Vec<Record> = rows
            .iter()
            .map(|row| Record::new(row, &going.instance, public_url))
            .collect();
        let mut piece = if going.is_first {
            going.format.head()
        } else {
            Vec::new()
        };
        going.is_first = false;
        piece.extend(going.format.lines(&records)?);
        Ok(Some((piece, going)))
    })
}

async fn read(going: &Going, position: Position) -> Result<Vec<Listed>, ServiceError> {
    let (instance, filter) = (going.instance.clone(), going.filter.clone());
    going
        .service
        .store
        .read(move |tx| {
            let wanted = Wanted {
                instance: &instance,
                filter: &filter,
                order: Order::default(),
                position: &position,
                limit: ROWS_AT_ONCE,
            };
            Ok::<_, ServiceError>(listing::list(tx, wanted)?.rows)
        })
        .await
}
