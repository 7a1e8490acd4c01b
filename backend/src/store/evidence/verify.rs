//! A walk along the chains, which names the first entry that does not fit.
//!
//! The chain shows every change, gap and insertion between its first and its last entry. What it cannot show by itself
//! is that its *end* was cut off: a shorter chain is a chain. For that there are anchors, heads that were written down
//! elsewhere: in the log, in a signed report, by `backend evidence head`.

use rusqlite::types::ValueRef;
use rusqlite::{Row, Rows, Transaction};

use super::{ERASED, GENESIS, chain, commit};
use crate::store::StoreError;
use crate::verification::InstanceId;

/// What a walk along the chains found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Every chain holds.
    Intact {
        /// How many entries there are.
        entries: u64,
    },
    /// The first entry that does not fit.
    Broken {
        /// Its instance.
        instance: String,
        /// Its number; where an entry is missing, the number that it had.
        number: i64,
        /// What does not fit.
        what: &'static str,
    },
}

/// An entry that is known to have been in a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// Its instance.
    pub instance: String,
    /// Its number.
    pub number: i64,
    /// Its hash.
    pub hash: String,
}

impl Anchor {
    /// Reads the form that `backend evidence head` prints: instance, number and hash, with blanks between them.
    pub fn parse(text: &str) -> Option<Self> {
        let mut words = text.split_whitespace();
        let anchor = Self {
            instance: words.next()?.to_owned(),
            number: words.next()?.parse().ok().filter(|number| *number >= 0)?,
            hash: words.next()?.to_owned(),
        };
        let is_hash =
            anchor.hash.len() == GENESIS.len() && anchor.hash.bytes().all(|b| b.is_ascii_hexdigit());
        (is_hash && words.next().is_none()).then_some(anchor)
    }
}

/// One entry as it stands in the file, whatever somebody has made of it. A text that is none reads as one that fits
/// nothing.
struct Stored {
    instance: Vec<u8>,
    number: i64,
    verification: String,
    at: i64,
    kind: String,
    salt: Option<String>,
    body: Option<String>,
    commitment: String,
    previous: String,
    hash: String,
    readable: bool,
}

const COLUMNS: &str = "instance, number, verification_id, at, kind, salt, body, commitment, previous, hash";

impl Stored {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let mut readable = true;
        let mut text = |column: usize| -> rusqlite::Result<Option<String>> {
            Ok(match row.get_ref(column)? {
                ValueRef::Null => None,
                ValueRef::Text(bytes) | ValueRef::Blob(bytes) => {
                    readable &= std::str::from_utf8(bytes).is_ok();
                    Some(String::from_utf8_lossy(bytes).into_owned())
                }
                // The table is strict: it holds nothing else, unless the file itself was written to.
                ValueRef::Integer(_) | ValueRef::Real(_) => {
                    readable = false;
                    None
                }
            })
        };
        let instance = match row.get_ref(0)? {
            ValueRef::Text(bytes) | ValueRef::Blob(bytes) => bytes.to_vec(),
            ValueRef::Null | ValueRef::Integer(_) | ValueRef::Real(_) => Vec::new(),
        };
        let mut owned = |column| text(column).map(Option::unwrap_or_default);
        let (verification, kind) = (owned(2)?, owned(4)?);
        let (commitment, previous, hash) = (owned(7)?, owned(8)?, owned(9)?);
        let (salt, body) = (text(5)?, text(6)?);
        Ok(Self {
            instance,
            number: row.get(1)?,
            verification,
            at: row.get(3)?,
            kind,
            salt,
            body,
            commitment,
            previous,
            hash,
            readable,
        })
    }

    fn is_erased(&self) -> bool {
        self.salt.is_none() && self.body.is_none()
    }

    /// What does not fit behind an entry with the hash `last`.
    fn mistake(&self, last: &str) -> Option<&'static str> {
        let own_hash = || {
            let instance = String::from_utf8_lossy(&self.instance);
            chain(
                &self.previous,
                &instance,
                self.number,
                &self.verification,
                self.at,
                &self.kind,
                &self.commitment,
            )
        };
        if !self.readable {
            Some("it cannot be read")
        } else if self.previous != last {
            Some("it does not follow the entry before it")
        } else if own_hash() != self.hash {
            Some("its own hash does not match")
        } else {
            match (&self.salt, &self.body) {
                (Some(salt), Some(body)) if commit(salt, body) != self.commitment => {
                    Some("its content was changed")
                }
                (Some(_), None) | (None, Some(_)) => Some("half of its content is missing"),
                (None, None) if self.kind == ERASED => Some("its content is missing"),
                _ => None,
            }
        }
    }
}

/// Walks all chains from their beginning, and makes sure that every anchor is in its chain.
pub fn verify(tx: &Transaction<'_>, anchors: &[Anchor]) -> Result<Verdict, StoreError> {
    let mut statement = tx.prepare(&format!(
        "SELECT {COLUMNS} FROM evidence ORDER BY instance, number"
    ))?;
    walk(tx, statement.query([])?, anchors)
}

/// Walks the chain of one instance from its beginning.
pub fn verify_one(tx: &Transaction<'_>, instance: &InstanceId) -> Result<Verdict, StoreError> {
    let mut statement = tx.prepare(&format!(
        "SELECT {COLUMNS} FROM evidence WHERE instance = ?1 ORDER BY number"
    ))?;
    walk(tx, statement.query([instance.as_str()])?, &[])
}

fn walk(tx: &Transaction<'_>, mut rows: Rows<'_>, anchors: &[Anchor]) -> Result<Verdict, StoreError> {
    let mut entries = 0;
    let mut walk = Walk::new(anchors);
    while let Some(row) = rows.next()? {
        let stored = Stored::read(row)?;
        let broken = match walk.step(&stored) {
            Some(broken) => Some(broken),
            None if stored.is_erased() && !is_explained(tx, &stored)? => Some(Verdict::Broken {
                instance: String::from_utf8_lossy(&stored.instance).into_owned(),
                number: stored.number,
                what: "its content is missing, and retention did not erase it",
            }),
            None => None,
        };
        if let Some(broken) = broken {
            return Ok(broken);
        }
        entries += 1;
    }
    Ok(walk.end().unwrap_or(Verdict::Intact { entries }))
}

/// True when retention has said, later in the chain, that it erased the evidence of this verification.
fn is_explained(tx: &Transaction<'_>, erased: &Stored) -> Result<bool, StoreError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM evidence INDEXED BY evidence_by_verification
            WHERE verification_id = ?1 AND instance = ?2 AND number > ?3
        AND kind = ?4 AND json_valid(body) AND json_extract(body, '$.evidence') > 0)";
    let instance = String::from_utf8_lossy(&erased.instance);
    Ok(tx.prepare_cached(sql)?.query_row(
        rusqlite::params![erased.verification, instance, erased.number, ERASED],
        |row| row.get(0),
    )?)
}

/// Where the walk is.
struct Walk<'a> {
    anchors: &'a [Anchor],
    instance: Option<Vec<u8>>,
    number: i64,
    hash: String,
    /// Chains that were walked to their end.
    walked: Vec<(String, i64)>,
}

impl<'a> Walk<'a> {
    fn new(anchors: &'a [Anchor]) -> Self {
        Self {
            anchors,
            instance: None,
            number: 0,
            hash: GENESIS.to_owned(),
            walked: Vec::new(),
        }
    }

    /// Goes to the next entry; says what is wrong with it, or with the end of the chain before it.
    fn step(&mut self, next: &Stored) -> Option<Verdict> {
        if self.instance.as_deref() != Some(&next.instance) {
            if let Some(cut) = self.leave() {
                return Some(cut);
            }
            self.instance = Some(next.instance.clone());
            (self.number, self.hash) = (0, GENESIS.to_owned());
        }
        let instance = String::from_utf8_lossy(&next.instance).into_owned();
        let broken = |number, what| Verdict::Broken {
            instance: instance.clone(),
            number,
            what,
        };
        let expected = self.number + 1;
        if next.number < expected {
            return Some(broken(next.number, "a chain begins with number 1"));
        }
        if next.number > expected {
            return Some(broken(expected, "it is missing"));
        }
        if let Some(what) = next.mistake(&self.hash) {
            return Some(broken(next.number, what));
        }
        let mut anchors = self.anchors.iter();
        if anchors.any(|a| a.instance == instance && a.number == next.number && a.hash != next.hash) {
            return Some(broken(next.number, "the anchor names another entry"));
        }
        (self.number, self.hash) = (next.number, next.hash.clone());
        None
    }

    /// The end of a chain: it may not stand before an anchor.
    fn leave(&mut self) -> Option<Verdict> {
        let instance = self.instance.take()?;
        let instance = String::from_utf8_lossy(&instance).into_owned();
        let cut = self.cut(&instance, self.number);
        self.walked.push((instance, self.number));
        cut
    }

    fn cut(&self, instance: &str, last: i64) -> Option<Verdict> {
        let mut anchors = self.anchors.iter();
        anchors
            .any(|anchor| anchor.instance == instance && anchor.number > last)
            .then(|| Verdict::Broken {
                instance: instance.to_owned(),
                number: last + 1,
                what: "it is missing: the chain was cut off here",
            })
    }

    /// The end of the last chain, and chains of which nothing is left.
    fn end(mut self) -> Option<Verdict> {
        if let Some(cut) = self.leave() {
            return Some(cut);
        }
        let gone = self.anchors.iter().find(|anchor| {
            let mut walked = self.walked.iter();
            !walked.any(|(instance, _)| *instance == anchor.instance)
        });
        gone.and_then(|anchor| self.cut(&anchor.instance, 0))
    }
}
