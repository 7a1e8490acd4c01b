//! The list of verifications, page by page.

use shared::words::Channel;

use super::{Agent, Cursor, Filter, Listed, Order, Position, Session};
use crate::service::{Service, ServiceError};
use crate::store::console::listing::{self, Wanted};
use crate::verification::Destination;

/// Rows on one page of the list.
pub const PAGE_ROWS: u32 = 50;
/// Matching rows are counted no further than this.
pub const MOST_COUNTED: u32 = listing::SORTED_ROWS;
/// A filter offers no more values than this; all can be asked for in the address.
const MOST_CHOICES: u32 = 300;

/// What a page shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// Narrowed to this.
    pub filter: Filter,
    /// In this order.
    pub order: Order,
    /// From here.
    pub position: Position,
}

/// One page of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// In the order that was asked for.
    pub rows: Vec<Listed>,
    /// Where the rows before end, if there are any.
    pub before: Option<Cursor>,
    /// Where the rows after begin, if there are any.
    pub after: Option<Cursor>,
    /// More rows match than are ordered; the newest are.
    pub newest_only: bool,
    /// How many rows match, counted to [`MOST_COUNTED`] and one.
    pub matching: u32,
}

/// One page of the verifications of the session's instance.
pub async fn list(service: &Service, session: &Session, asked: Asked) -> Result<Page, ServiceError> {
    list_rows(service, session, asked, PAGE_ROWS).await
}

/// The same, with up to `rows` rows.
pub async fn list_rows(
    service: &Service,
    session: &Session,
    asked: Asked,
    rows: u32,
) -> Result<Page, ServiceError> {
    let size = usize::try_from(rows).unwrap_or(usize::MAX);
    let (instance, hide) = (session.user.instance.clone(), !session.reads_everything());
    let filter = session.permitted(asked.filter);
    let asked = Asked { filter, ..asked };
    service
        .store
        .read(move |tx| {
            let Asked {
                filter,
                order,
                position,
            } = &asked;
            let read = |position: &Position| {
                let wanted = Wanted {
                    instance: &instance,
                    filter,
                    order: *order,
                    position,
                    limit: rows.saturating_add(1),
                };
                listing::counted(tx, wanted)
            };
            let (mut found, mut matching) = read(position)?;
            let mut position = position;
            if matches!(position, Position::Before(_)) && found.rows.len() <= size {
                // The way up has reached the top: show a whole first page instead of what is left over.
                (found, matching) = read(&Position::First)?;
                position = &Position::First;
            }
            let mut page = page(found.rows, size, position, *order);
            page.newest_only = found.newest_only;
            page.matching = matching;
            if hide {
                for row in &mut page.rows {
                    row.requester_email = masked(&row.requester_email);
                }
            }
            Ok::<_, ServiceError>(page)
        })
        .await
}

/// Cuts one row more than a page has, which tells whether there is another page.
fn page(mut rows: Vec<Listed>, size: usize, position: &Position, order: Order) -> Page {
    let more = rows.len() > size;
    if more && matches!(position, Position::Before(_)) {
        rows.remove(0);
    }
    rows.truncate(size);
    let (has_before, has_after) = match position {
        Position::First => (false, more),
        Position::After(_) => (true, more),
        Position::Before(_) => (more, true),
    };
    let cursor = |row: &Listed| row.cursor(order);
    Page {
        before: rows.first().filter(|_| has_before).map(cursor),
        after: rows.last().filter(|_| has_after).map(cursor),
        rows,
        newest_only: false,
        matching: 0,
    }
}

/// An email address as people see it who may not see it whole.
pub(super) fn masked(email: &str) -> String {
    match Destination::parse(Channel::Email, email, None) {
        Ok(address) => address.masked(),
        Err(_) if email.is_empty() => String::new(),
        Err(_) => "•••".into(),
    }
}

/// How many matching verifications are newer than a place, counted to `limit`.
pub async fn newer(
    service: &Service,
    session: &Session,
    filter: Filter,
    place: i64,
    limit: u32,
) -> Result<usize, ServiceError> {
    let (instance, filter) = (session.user.instance.clone(), session.permitted(filter));
    service
        .store
        .read(move |tx| {
            let position = Position::Before(Cursor {
                key: String::new(),
                place,
            });
            let wanted = Wanted {
                instance: &instance,
                filter: &filter,
                order: Order::default(),
                position: &position,
                limit,
            };
            Ok::<_, ServiceError>(listing::list(tx, wanted)?.rows.len())
        })
        .await
}

/// Values that filters offer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choices {
    /// Categories of tickets.
    pub categories: Vec<String>,
    /// Agents, each once under the last of their names in order.
    pub agents: Vec<Agent>,
}

/// Values that the instance's rows have.
pub async fn choices(service: &Service, session: &Session) -> Result<Choices, ServiceError> {
    let instance = session.user.instance.clone();
    service
        .store
        .read(move |tx| {
            let mut agents: Vec<Agent> = Vec::new();
            for agent in listing::agents(tx, &instance, MOST_CHOICES)? {
                match agents.iter_mut().find(|known| known.sys_id == agent.sys_id) {
                    Some(known) => *known = agent,
                    None => agents.push(agent),
                }
            }
            Ok::<_, ServiceError>(Choices {
                categories: listing::categories(tx, &instance, MOST_CHOICES)?,
                agents,
            })
        })
        .await
}
