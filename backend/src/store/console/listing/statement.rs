//! The statements of a list, each in one shape: either by the full-text index, which intersects filters and words, or by
//! the index of time.

use rusqlite::types::Value;
use rusqlite::{CachedStatement, Row, Transaction, params_from_iter};
use shared::words::{Channel, RiskLevel, Status};

use super::{Filter, Listed, place_of};
use crate::store::StoreError;
use crate::verification::{InstanceId, VerificationId};

/// Words of a search beyond these are not looked at: nobody types so many, and each costs.
const MAX_WORDS: usize = 8;

pub(super) const COLUMNS: &str = "listing.place, listing.verification_id, listing.ticket_number, listing.requester_name, \
    listing.requester_email, listing.risk_level, listing.risk_score, listing.status, listing.category, \
    listing.agent_sys_id, listing.agent_name, listing.channel, listing.took_ms, listing.codes";

/// One value of a column, as a word of the full-text index and as a condition. The condition is checked again on the
/// row, so that nothing depends on how words are cut.
#[derive(Clone, Debug)]
pub(super) struct Facet {
    pub word: String,
    pub condition: &'static str,
    pub values: Vec<Value>,
}

impl Facet {
    fn one(word: String, condition: &'static str, value: impl Into<Value>) -> Self {
        Self {
            word,
            condition,
            values: vec![value.into()],
        }
    }

    pub fn status(status: Status) -> Self {
        let word = status_word(status);
        Self::one(word, "listing.status = ?", status.as_str().to_owned())
    }

    pub fn risk(level: Option<RiskLevel>) -> Self {
        match level {
            Some(level) => {
                let word = format!("r{}", level.as_str());
                Self::one(word, "listing.risk_level = ?", level.as_str().to_owned())
            }
            None => Self {
                word: "rnone".into(),
                condition: "listing.risk_level IS NULL",
                values: Vec::new(),
            },
        }
    }

    pub fn category(category: &str) -> Self {
        let word = format!("c{}", hex(category));
        Self::one(word, "listing.category = ?", category.to_owned())
    }

    pub fn agent(sys_id: &str) -> Self {
        let word = format!("a{}", hex(sys_id));
        Self::one(word, "listing.agent_sys_id = ?", sys_id.to_owned())
    }

    /// An agent under the name that they had then.
    pub fn named_agent(name: &str, sys_id: &str) -> Self {
        let mut facet = Self::agent(sys_id);
        facet.condition = "listing.agent_sys_id = ? AND listing.agent_name = ?";
        facet.values.push(name.to_owned().into());
        facet
    }

    fn channel(channel: Channel) -> Self {
        let word = format!("h{}", channel.as_str());
        Self::one(word, "listing.channel = ?", channel.as_str().to_owned())
    }

    fn code(code: &str) -> Self {
        // Only what is a code can be one of a row; anything else must not reach the index's own language.
        let word: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
        Self::one(
            format!("g{}", word.to_ascii_lowercase()),
            "instr(' ' || listing.codes || ' ', ' ' || ? || ' ') > 0",
            code.to_owned(),
        )
    }

    fn pending(statuses: &[Status]) -> Self {
        let words: Vec<String> = statuses.iter().copied().map(status_word).collect();
        Self {
            word: format!("({})", words.join(" OR ")),
            condition: "listing.status NOT IN (?, ?, ?, ?, ?)",
            values: Status::ALL
                .iter()
                .filter(|status| status.is_final())
                .map(|status| status.as_str().to_owned().into())
                .collect(),
        }
    }
}

fn status_word(status: Status) -> String {
    format!("s{}", status.as_str().replace('_', ""))
}

fn hex(text: &str) -> String {
    crate::keys::hex(text.as_bytes())
}

/// A filter, as the statements need it.
#[derive(Clone, Debug)]
pub(super) struct Narrowed<'a> {
    instance: &'a InstanceId,
    facets: Vec<Facet>,
    /// Words of the search; `None` without a search.
    words: Option<Vec<&'a str>>,
    /// Places from … to …, both included.
    pub places: (i64, i64),
    /// Nothing can match.
    pub is_empty: bool,
}

impl<'a> Narrowed<'a> {
    pub fn new(instance: &'a InstanceId, filter: &'a Filter) -> Self {
        let mut facets = Vec::new();
        match filter.standing.map(|standing| (standing, standing.statuses())) {
            Some((super::Standing::One(status), _)) => facets.push(Facet::status(status)),
            Some((super::Standing::Pending, statuses)) => facets.push(Facet::pending(&statuses)),
            None => {}
        }
        facets.extend(filter.risk.map(|level| Facet::risk(Some(level))));
        facets.extend(filter.category.as_deref().map(Facet::category));
        facets.extend(filter.agent.as_deref().map(Facet::agent));
        facets.extend(filter.channel.map(Facet::channel));
        facets.extend(filter.code.as_deref().map(Facet::code));
        let words = filter.text.as_deref().map(words);
        Self {
            instance,
            facets,
            is_empty: words.as_ref().is_some_and(Vec::is_empty),
            words,
            places: (
                filter.from.map_or(i64::MIN, place_of),
                filter
                    .before
                    .map_or(i64::MAX, |at| place_of(at).saturating_sub(1)),
            ),
        }
    }

    /// The same with one more value asked for.
    pub fn with(&self, facet: Facet) -> Self {
        let mut narrowed = self.clone();
        narrowed.facets.push(facet);
        narrowed
    }

    /// The same between these places.
    pub fn between(&self, from: i64, to: i64) -> Self {
        let mut narrowed = self.clone();
        narrowed.places = (self.places.0.max(from), self.places.1.min(to));
        narrowed
    }

    /// The same without the search, and the words that were searched for.
    pub fn parted(&self) -> (Self, &[&'a str]) {
        let mut others = self.clone();
        others.words = None;
        (others, self.words.as_deref().unwrap_or_default())
    }

    /// Selects `columns` of up to `limit` rows in the order of time. What is read with it goes through
    /// [`Narrowed::read`], which knows of a faster way for words that nearly every row has.
    pub fn statement(&self, columns: &str, newest_first: bool, limit: u32) -> Statement {
        let direction = if newest_first { "DESC" } else { "ASC" };
        let by_text = !self.facets.is_empty() || self.words.is_some();
        let mut values = Vec::new();
        let (from, place) = if by_text {
            values.push(self.expression().into());
            (
                "listing_text CROSS JOIN listing ON listing.place = listing_text.rowid WHERE listing_text MATCH ? AND",
                "listing_text.rowid",
            )
        } else {
            ("listing INDEXED BY listing_by_time WHERE", "listing.place")
        };
        let mut sql =
            format!("SELECT {columns} FROM {from} {place} >= ? AND {place} <= ? AND listing.instance = ?");
        values.extend([
            Value::from(self.places.0),
            self.places.1.into(),
            self.instance.as_str().to_owned().into(),
        ]);
        for facet in &self.facets {
            sql.push_str(" AND ");
            sql.push_str(facet.condition);
            values.extend(facet.values.iter().cloned());
        }
        sql.push_str(" ORDER BY ");
        sql.push_str(place);
        sql.push(' ');
        sql.push_str(direction);
        sql.push_str(" LIMIT ?");
        values.push(i64::from(limit).into());
        Statement { sql, values }
    }

    /// What the full-text index is asked: the instance first, so that no other tenant's rows are looked at.
    fn expression(&self) -> String {
        let mut facets = vec![format!("i{}", hex(self.instance.as_str()))];
        facets.extend(self.facets.iter().map(|facet| facet.word.clone()));
        let facets = format!("facets : ({})", facets.join(" AND "));
        match &self.words {
            Some(words) => format!("{facets} AND words : ({})", expression(words)),
            None => facets,
        }
    }
}

/// The words of a search.
fn words(text: &str) -> Vec<&str> {
    text.split(|character: char| !character.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .take(MAX_WORDS)
        .collect()
}

/// Whether a word stands for all that begin with it. One letter alone would stand for too many and is taken as a word.
pub(super) fn is_beginning(word: &str) -> bool {
    word.chars().nth(1).is_some()
}

/// Words in the index's own language.
fn expression(words: &[&str]) -> String {
    let asked: Vec<String> = words
        .iter()
        .map(|word| {
            let by_beginning = if is_beginning(word) { "*" } else { "" };
            format!("\"{word}\"{by_beginning}")
        })
        .collect();
    asked.join(" AND ")
}

/// SQL with its values.
#[derive(Clone, Debug)]
pub(super) struct Statement {
    pub sql: String,
    pub values: Vec<Value>,
}

impl Statement {
    pub fn new(sql: String, values: impl Into<Vec<Value>>) -> Self {
        Self {
            sql,
            values: values.into(),
        }
    }

    /// Runs it and reads each row.
    pub fn read<T>(
        self,
        tx: &Transaction<'_>,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, StoreError> {
        let mut statement = prepare(tx, &self.sql)?;
        let rows = statement.query_map(params_from_iter(self.values), read)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Runs it and reads whole rows of the list.
    pub fn rows(self, tx: &Transaction<'_>) -> Result<Vec<Listed>, StoreError> {
        self.read(tx, listed)?.into_iter().collect()
    }
}

/// Every statement of this module goes through here, so that a test can look at its plan.
fn prepare<'t>(tx: &'t Transaction<'_>, sql: &str) -> rusqlite::Result<CachedStatement<'t>> {
    #[cfg(test)]
    super::tests::note(sql);
    tx.prepare_cached(sql)
}

pub(super) fn listed(row: &Row<'_>) -> rusqlite::Result<Result<Listed, StoreError>> {
    let corrupt = |error: &str| StoreError::Corrupt {
        what: "verification row",
        error: error.to_owned(),
    };
    let (id, risk, status, channel): (String, Option<String>, String, String) =
        (row.get(1)?, row.get(5)?, row.get(7)?, row.get(11)?);
    let Some(id) = VerificationId::parse(&id) else {
        return Ok(Err(corrupt("id")));
    };
    let Some(status) = Status::parse(&status) else {
        return Ok(Err(corrupt("status")));
    };
    let Some(channel) = Channel::parse(&channel) else {
        return Ok(Err(corrupt("channel")));
    };
    let codes: String = row.get(13)?;
    Ok(Ok(Listed {
        place: row.get(0)?,
        id,
        ticket_number: row.get(2)?,
        requester_name: row.get(3)?,
        requester_email: row.get(4)?,
        risk: risk.as_deref().and_then(RiskLevel::parse),
        score: row.get(6)?,
        status,
        category: row.get(8)?,
        agent_sys_id: row.get(9)?,
        agent_name: row.get(10)?,
        channel,
        took_ms: row.get(12)?,
        codes: codes.split_whitespace().map(str::to_owned).collect(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_is_taken_word_by_word_and_cannot_speak_the_language_of_the_index() {
        let asked = |text| expression(&words(text));
        assert_eq!(asked("mia ch"), r#""mia"* AND "ch"*"#);
        assert_eq!(asked("mia.chen@acme"), r#""mia"* AND "chen"* AND "acme"*"#);
        assert_eq!(
            asked(r#"a" OR facets:ixyz NOT *"#),
            r#""a" AND "OR"* AND "facets"* AND "ixyz"* AND "NOT"*"#
        );
        assert_eq!(asked(" -- ' \" "), "");
        assert_eq!(words(&"ab ".repeat(50)).len(), MAX_WORDS);
        assert_eq!(asked("Ünal 田中"), "\"Ünal\"* AND \"田中\"*");
    }
}
