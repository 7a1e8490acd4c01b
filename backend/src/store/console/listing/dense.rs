//! A faster way to rows by words that nearly every row has, such as the company's domain.
//!
//! The full-text index follows a whole word, and a beginning of up to [`INDEXED`] letters, row by row, and stops when a
//! page is full. For a longer beginning it first gathers every row of every word that begins so: a tenth of a second
//! when that is each of a million rows. Such rows lie so close together that reading them in the order of time, and
//! looking at the words of each, fills a page after a few. So a sample is read first; only if nearly all of it matches,
//! the rest is read the same way. The answer is always what the index would say: a row that is not plainly one or the
//! other sends the whole question back to it.

use rusqlite::{Row, Transaction};

use super::Listed;
use super::statement::{COLUMNS, Narrowed, is_beginning, listed};
use crate::store::StoreError;

/// Letters of the longest beginning that the index has an index of: see its migration.
const INDEXED: usize = 4;
/// Rows that are looked at before this way is taken.
const SAMPLE: u32 = 400;
/// Of so many rows …
const OF: u32 = 6;
/// … so many must match.
const MATCH: u32 = 5;

impl Narrowed<'_> {
    /// `columns` of up to `limit` rows in the order of time.
    pub fn read<T>(
        &self,
        tx: &Transaction<'_>,
        (columns, newest_first, limit): (&str, bool, u32),
        mut read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, StoreError> {
        match self.dense(tx, (columns, newest_first, limit), &mut read)? {
            Some(rows) => Ok(rows),
            None => self.statement(columns, newest_first, limit).read(tx, read),
        }
    }

    /// Whole rows.
    pub fn rows(
        &self,
        tx: &Transaction<'_>,
        newest_first: bool,
        limit: u32,
    ) -> Result<Vec<Listed>, StoreError> {
        self.read(tx, (COLUMNS, newest_first, limit), listed)?
            .into_iter()
            .collect()
    }

    /// The rows, if there are `limit` of them and this is the way to find them.
    pub(super) fn dense<T>(
        &self,
        tx: &Transaction<'_>,
        (columns, newest_first, limit): (&str, bool, u32),
        read: &mut impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<Vec<T>>, StoreError> {
        let (all, words) = self.parted();
        if !words.iter().any(|word| word.len() > INDEXED) || !words.iter().all(|word| word.is_ascii()) {
            return Ok(None);
        }
        let sample = all
            .statement("listing.words", newest_first, SAMPLE)
            .read(tx, |row| Ok(matches(&row.get::<_, String>(0)?, words)))?;
        let fits = sample.iter().filter(|fits| **fits == Some(true)).count();
        let needed = usize::try_from(SAMPLE / OF * MATCH).unwrap_or(usize::MAX);
        if fits < needed {
            return Ok(None);
        }
        let columns = format!("{columns}, listing.words");
        let rows = all
            .statement(&columns, newest_first, limit.saturating_add(limit / MATCH + OF))
            .read(tx, |row| {
                let last = row.as_ref().column_count().saturating_sub(1);
                let fits = matches(&row.get::<_, String>(last)?, words);
                Ok((fits, read(row)?))
            })?;
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let mut found = Vec::new();
        for (fits, row) in rows {
            match fits {
                None => return Ok(None),
                Some(true) if found.len() < limit => found.push(row),
                Some(_) => {}
            }
        }
        Ok((found.len() >= limit).then_some(found))
    }
}

/// Whether the words of a row begin with all of these, which are ASCII. `None` where only the index can tell: it folds
/// letters with marks to one letter each, and parts words at characters that are not ASCII.
fn matches(row: &str, words: &[&str]) -> Option<bool> {
    let separator = |character: char| character.is_ascii() && !character.is_ascii_alphanumeric();
    let mut fits = Some(true);
    for wanted in words {
        let same = |word: &str| {
            let start = if is_beginning(wanted) {
                word.get(..wanted.len())
            } else {
                Some(word)
            };
            start.is_some_and(|start| start.eq_ignore_ascii_case(wanted))
        };
        if row.split(separator).any(same) {
            continue;
        }
        // However it is folded or parted, a word does not become longer.
        let may_be = |word: &str| !word.is_ascii() && word.chars().count() >= wanted.len();
        if !row.split(separator).any(may_be) {
            return Some(false);
        }
        fits = None;
    }
    fits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_compared_by_their_beginnings() {
        let row = "INC0010042 0010042 10042 Mia Chen mia.chen@acme.example 3f2a";
        for (words, expected) in [
            (vec!["example"], true),
            (vec!["EXAM", "inc001", "mia"], true),
            (vec!["xample"], false),
            (vec!["example", "noa"], false),
            (vec!["m"], false),
            (vec!["examples"], false),
        ] {
            assert_eq!(matches(row, &words), Some(expected), "{words:?}");
        }
        assert_eq!(matches("a b", &["a"]), Some(true));
    }

    #[test]
    fn a_row_that_only_the_index_can_read_is_left_to_it() {
        assert_eq!(matches("Zoë acme.example", &["example"]), Some(true));
        assert_eq!(matches("Zoë acme.ëxample", &["example"]), None);
        assert_eq!(matches("Zoë Ünal acme.test", &["example"]), Some(false));
        assert_eq!(
            matches("Zoë acme.ëxample", &["example", "beginnings"]),
            Some(false)
        );
        assert_eq!(matches("acme\u{2013}example", &["example"]), None);
        // The index folds the mark away: what follows the beginning does not matter, whole words do.
        assert_eq!(matches("acme.examplé", &["exampl"]), Some(true));
        assert_eq!(matches("é", &["e"]), None);
    }
}
