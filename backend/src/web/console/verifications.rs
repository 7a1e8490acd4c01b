//! The table of all verifications. Its whole state is in the URL.

use askama::Template;
use shared::words::UnixMillis;
use warp::http::StatusCode;
use warp::reply::Response;

use super::badge::{self, Badge};
use super::columns::Field;
use super::filters::{Chip, Filters, chips};
use super::pages::{self, Failure, Frame};
use super::request::Request;
use super::view::{PATH, View, first_direction, with_query};
use super::words::{When, count, duration, when};
use crate::service::Service;
use crate::service::console::export::Format;
use crate::service::console::{
    self, Column, Filter, Listed, MOST_COUNTED, Order, Position, SORTED_ROWS, SavedView, Session,
};

#[derive(Template)]
#[template(path = "console/verifications.html")]
struct Page {
    frame: Frame,
    filters: Filters,
    chips: Vec<Chip>,
    heads: Vec<Head>,
    rows: Vec<Line>,
    columns: Vec<ColumnChoice>,
    /// What the form of the columns must not lose.
    kept: Vec<(&'static str, String)>,
    /// Query of this view, to be saved.
    query: String,
    views: Vec<ViewLink>,
    exports: Vec<(String, &'static str)>,
    matching: String,
    order: String,
    newest_only: Option<String>,
    before: Option<String>,
    after: Option<String>,
    /// Where the table begins, and where its news come from.
    first: String,
    news: String,
    /// Rows are missing because of the filter, not because there are none.
    is_filtered: bool,
}

/// The head of a column.
struct Head {
    label: &'static str,
    field: &'static str,
    /// The address of the table in the order of this column.
    href: Option<String>,
    /// `ascending` or `descending`, empty where the order is another.
    sorted: &'static str,
}

/// One row.
struct Line {
    href: String,
    id: String,
    ticket_number: String,
    cells: Vec<(Field, Cell)>,
}

/// One cell.
enum Cell {
    Two(String, String),
    Badge(Option<Badge>),
    Text(String),
    Number(String),
    Id(String),
    Time(When),
}

/// One column that can be chosen.
struct ColumnChoice {
    word: &'static str,
    label: &'static str,
    chosen: bool,
}

/// One saved view.
struct ViewLink {
    id: i64,
    name: String,
    href: String,
    current: bool,
}

impl Line {
    fn new(row: Listed, fields: &[Field], now: UnixMillis) -> Self {
        let cell = |field: &Field| {
            let cell = match field {
                Field::Requester => Cell::Two(row.requester_name.clone(), row.requester_email.clone()),
                Field::Risk => Cell::Badge(row.risk.map(badge::risk)),
                Field::Score => Cell::Number(row.score.map(|score| score.to_string()).unwrap_or_default()),
                Field::Status => Cell::Badge(Some(badge::status(row.status))),
                Field::Category => Cell::Text(row.category.clone()),
                Field::Agent => Cell::Text(row.agent_name.clone()),
                Field::Channel => Cell::Text(row.channel.label().into()),
                Field::Took => Cell::Number(row.took_ms.map(|ms| duration(ms / 1000)).unwrap_or_default()),
                Field::Time => Cell::Time(when(row.created_at(), now)),
                Field::Id => Cell::Id(row.id.to_string()),
            };
            (*field, cell)
        };
        Self {
            href: format!("{PATH}/{}", row.id),
            id: row.id.to_string(),
            cells: fields.iter().map(cell).collect(),
            ticket_number: row.ticket_number,
        }
    }
}

/// Shows the table.
pub async fn show(
    service: &Service,
    request: &Request,
    session: &Session,
    frame: Frame,
) -> Result<Response, Failure> {
    let mut view = View::read(&request.query);
    view.asked.filter = session.permitted(view.asked.filter);
    let canonical = view.address();
    if with_query(PATH, &request.query) != canonical {
        // Forms send empty fields along, and people edit addresses: one view has one address.
        return Ok(pages::see_other(&canonical));
    }
    let choices = console::choices(service, session).await?;
    let saved = console::views(service, session).await?;
    let found = console::list(service, session, view.asked.clone()).await?;
    let now = service.now();
    let go = |position: Position| view.changed(|view| view.asked.position = position).address();
    let fields = view.shown.fields();
    let query = view.query_of_filters();
    let newest = found.rows.iter().map(|row| row.place).max();
    let is_top = view.asked.position == Position::First && view.asked.order == Order::default();
    let since = newest
        .filter(|_| is_top)
        .unwrap_or_else(|| console::place_of(now));
    let page = Page {
        frame,
        filters: Filters::new(&view, &choices),
        chips: chips(&view, &choices),
        heads: heads(&view),
        columns: Field::ALL
            .into_iter()
            .map(|field| ColumnChoice {
                word: field.word(),
                label: field.label(),
                chosen: view.shown.has(field),
            })
            .collect(),
        kept: view
            .pairs()
            .into_iter()
            .filter(|(name, _)| *name != "cols")
            .collect(),
        views: saved.into_iter().map(|one| view_link(one, &query)).collect(),
        exports: exports(session, &view.asked.filter),
        matching: matching(found.matching),
        order: order_in_words(view.asked.order),
        newest_only: found.newest_only.then(|| count(SORTED_ROWS)),
        before: found.before.map(|cursor| go(Position::Before(cursor))),
        after: found.after.map(|cursor| go(Position::After(cursor))),
        first: with_query(PATH, &query_of(&view, None)),
        news: with_query("/console/verifications/news", &query_of(&view, Some(since))),
        is_filtered: view.asked.filter != Filter::default(),
        rows: found
            .rows
            .into_iter()
            .map(|row| Line::new(row, fields, now))
            .collect(),
        query,
    };
    pages::render(StatusCode::OK, &page)
}

/// The query of the newest rows under the same filter.
fn query_of(view: &View, since: Option<i64>) -> String {
    let newest = view.changed(|view| view.asked.order = Order::default());
    let mut query = url::form_urlencoded::Serializer::new(newest.query_of_filters());
    if let Some(since) = since {
        query.append_pair("since", &since.to_string());
    }
    query.finish()
}

fn matching(found: u32) -> String {
    match found {
        1 => "1 verification".into(),
        found if found > MOST_COUNTED => format!("More than {} verifications", count(MOST_COUNTED)),
        found => format!("{} verifications", count(found)),
    }
}

fn heads(view: &View) -> Vec<Head> {
    let head = |label, field, column: Option<Column>| {
        let order = view.asked.order;
        let is_current = column == Some(order.by);
        let descending = |column| {
            if is_current {
                !order.descending
            } else {
                first_direction(column)
            }
        };
        Head {
            label,
            field,
            href: column.map(|by| {
                let next = Order {
                    by,
                    descending: descending(by),
                };
                view.changed(|view| view.asked.order = next).address()
            }),
            sorted: match (is_current, order.descending) {
                (false, _) => "",
                (true, true) => "descending",
                (true, false) => "ascending",
            },
        }
    };
    let fields = view.shown.fields().iter();
    let others = fields.map(|field| head(field.label(), field.word(), field.column()));
    std::iter::once(head("Ticket Number", "ticket", Some(Column::Ticket)))
        .chain(others)
        .collect()
}

fn order_in_words(order: Order) -> String {
    let by = match order.by {
        Column::Time if order.descending => return "newest first".into(),
        Column::Time => return "oldest first".into(),
        Column::Ticket => "ticket number",
        Column::Requester => "requester",
        Column::Risk => "risk level",
        Column::Status => "status",
        Column::Category => "category",
        Column::Agent => "agent",
    };
    let direction = if order.descending {
        "descending"
    } else {
        "ascending"
    };
    format!("by {by}, {direction}")
}

fn view_link(saved: SavedView, query: &str) -> ViewLink {
    ViewLink {
        id: saved.id,
        current: saved.query == query,
        href: with_query(PATH, &saved.query),
        name: saved.name,
    }
}

/// Addresses of the exports, for those who may export.
fn exports(session: &Session, filter: &Filter) -> Vec<(String, &'static str)> {
    if !session.reads_everything() {
        return Vec::new();
    }
    let address = super::view::address_of(filter.clone());
    let query = address.split_once('?').map_or("", |(_, query)| query);
    Format::ALL
        .iter()
        .map(|format| {
            let path = format!("/console/verifications/export/{}", format.as_str());
            (with_query(&path, query), format.label())
        })
        .collect()
}
