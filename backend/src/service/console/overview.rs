//! Figures over time, and of each agent.

use std::collections::BTreeMap;

use shared::words::{RiskLevel, Status, UnixMillis};

use super::{Agent, Filter, Session, Shared, Standing};
use crate::service::{Service, ServiceError};
use crate::store::bypasses;
use crate::store::console::figures::{self, Line};
use crate::store::console::{deliveries, listing};

const DAY_SECONDS: i64 = 86_400;
/// What several requesters share within a day is looked for.
const WAVE_SECONDS: i64 = DAY_SECONDS;
/// So many requesters on one device, destination or network are no coincidence. The signals of a single verification
/// speak earlier; this is what a person should look at as a whole.
const WAVE_REQUESTERS: u32 = 3;
/// Codes are counted in so many failed verifications at most, the newest.
const CODES_OF: u32 = 5_000;
/// Codes that are shown.
const TOP_CODES: usize = 10;

/// A time up to now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Period {
    /// Seven days.
    Week,
    /// Thirty days.
    #[default]
    Month,
    /// Thirteen weeks.
    Quarter,
}

impl Period {
    /// All of them, the shortest first.
    pub const ALL: &'static [Self] = &[Self::Week, Self::Month, Self::Quarter];

    /// Its length in days.
    pub const fn days(self) -> i64 {
        match self {
            Self::Week => 7,
            Self::Month => 30,
            Self::Quarter => 91,
        }
    }

    /// Days that one bar of a chart stands for.
    const fn step(self) -> i64 {
        match self {
            Self::Week | Self::Month => 1,
            Self::Quarter => 7,
        }
    }

    /// From the first moment of its first day, in UTC, until the first of tomorrow.
    fn bounds(self, now: UnixMillis) -> (UnixMillis, UnixMillis) {
        let tomorrow = (now.unix_seconds().div_euclid(DAY_SECONDS) + 1) * DAY_SECONDS;
        let at = |seconds: i64| UnixMillis(seconds.saturating_mul(1000));
        (at(tomorrow - self.days() * DAY_SECONDS), at(tomorrow))
    }
}

/// Counts of verifications.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// All.
    pub total: u32,
    /// Passed.
    pub passed: u32,
    /// Failed.
    pub failed: u32,
    /// Still under way.
    pub pending: u32,
    /// Ended without a decision: expired or cancelled.
    pub undecided: u32,
    /// No link could be delivered.
    pub undeliverable: u32,
    /// Decided, by level: Verified, Medium, High.
    pub risk: [u32; 3],
    /// How long each decided one took, in milliseconds, sorted.
    took_ms: Vec<i64>,
}

impl Tally {
    fn see(&mut self, line: Line<'_>) {
        self.total += 1;
        match line.status {
            Status::Passed => self.passed += 1,
            Status::Failed => self.failed += 1,
            Status::Expired | Status::Cancelled => self.undecided += 1,
            Status::Undeliverable => self.undeliverable += 1,
            Status::Sending | Status::Sent | Status::Opened | Status::InProgress => self.pending += 1,
        }
        match line.risk {
            Some(RiskLevel::Verified) => self.risk[0] += 1,
            Some(RiskLevel::Medium) => self.risk[1] += 1,
            Some(RiskLevel::High) => self.risk[2] += 1,
            None => {}
        }
        if matches!(line.status, Status::Passed | Status::Failed) {
            self.took_ms.extend(line.took_ms);
        }
    }

    fn close(&mut self) {
        self.took_ms.sort_unstable();
    }

    /// Decided ones.
    pub const fn decided(&self) -> u32 {
        self.passed + self.failed
    }

    /// Passed of the decided ones, in percent; `None` if none was decided.
    pub fn pass_rate(&self) -> Option<f64> {
        (self.decided() > 0).then(|| f64::from(self.passed) * 100.0 / f64::from(self.decided()))
    }

    /// The time within which half of the decided ones were decided, in seconds.
    pub fn median_seconds(&self) -> Option<i64> {
        self.took_ms.get(self.took_ms.len() / 2).map(|ms| ms / 1000)
    }

    /// The time within which nine of ten were decided, in seconds.
    pub fn slow_seconds(&self) -> Option<i64> {
        let last = self.took_ms.len().checked_sub(1)?;
        self.took_ms.get(last * 9 / 10).map(|ms| ms / 1000)
    }
}

/// What one bar of a chart stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// From this moment.
    pub from: UnixMillis,
    /// Until before this one.
    pub before: UnixMillis,
    /// What began in between.
    pub tally: Tally,
    /// Tickets that were resolved without verification in between.
    pub bypasses: u32,
}

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overview {
    /// From this moment.
    pub from: UnixMillis,
    /// Until before this one.
    pub before: UnixMillis,
    /// The whole period.
    pub all: Tally,
    /// Tickets that were resolved without verification.
    pub bypasses: u32,
    /// In steps.
    pub buckets: Vec<Bucket>,
    /// Codes of the findings that raised the risk of failed verifications, the most frequent first.
    pub codes: Vec<(String, u32)>,
    /// How many failed verifications the codes were counted in.
    pub codes_of: u32,
    /// What several requesters share since a day.
    pub waves: Vec<Shared>,
    /// Messages that were given up in the period, by kind.
    pub given_up: Vec<(String, u32)>,
}

/// Figures of the session's instance.
pub async fn overview(
    service: &Service,
    session: &Session,
    period: Period,
) -> Result<Overview, ServiceError> {
    let (instance, now) = (session.user.instance.clone(), service.now());
    let is_whole = session.reads_everything();
    let (from, before) = period.bounds(now);
    service
        .store
        .read(move |tx| {
            let mut buckets = buckets(from, before, period.step());
            let mut all = Tally::default();
            figures::each(tx, &instance, from, before, |line| {
                all.see(line);
                if let Some(bucket) = bucket_at(&mut buckets, line.at.millis_since(from), period) {
                    bucket.tally.see(line);
                }
            })?;
            let mut bypassed = 0;
            bypasses::each(tx, &instance, (from, before), |at, _agent| {
                bypassed += 1;
                if let Some(bucket) = bucket_at(&mut buckets, at.millis_since(from), period) {
                    bucket.bypasses += 1;
                }
            })?;
            all.close();
            for bucket in &mut buckets {
                bucket.tally.close();
            }
            let failed = Filter {
                standing: Some(Standing::One(Status::Failed)),
                from: Some(from),
                before: Some(before),
                ..Filter::default()
            };
            // What these rest on is not a viewer's to read.
            let (lists, waves) = if is_whole {
                let since = now.plus_seconds(-WAVE_SECONDS);
                (
                    listing::codes(tx, &instance, &failed, CODES_OF)?,
                    listing::shared(tx, &instance, since, WAVE_REQUESTERS)?,
                )
            } else {
                (Vec::new(), Vec::new())
            };
            Ok::<_, ServiceError>(Overview {
                from,
                before,
                all,
                bypasses: bypassed,
                buckets,
                codes_of: u32::try_from(lists.len()).unwrap_or(u32::MAX),
                codes: most_frequent(&lists),
                waves,
                given_up: deliveries::given_up(tx, &instance, from)?,
            })
        })
        .await
}

/// The bucket in which something counts, so many milliseconds after the beginning of the period.
fn bucket_at(buckets: &mut [Bucket], millis: i64, period: Period) -> Option<&mut Bucket> {
    let index = millis / (period.step() * DAY_SECONDS * 1000);
    usize::try_from(index)
        .ok()
        .and_then(|index| buckets.get_mut(index))
}

fn buckets(from: UnixMillis, before: UnixMillis, days: i64) -> Vec<Bucket> {
    let mut buckets = Vec::new();
    let mut start = from;
    while start < before {
        let end = start.plus_seconds(days * DAY_SECONDS);
        buckets.push(Bucket {
            from: start,
            before: end,
            tally: Tally::default(),
            bypasses: 0,
        });
        start = end;
    }
    buckets
}

fn most_frequent(lists: &[String]) -> Vec<(String, u32)> {
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    for code in lists.iter().flat_map(|codes| codes.split_whitespace()) {
        *counts.entry(code).or_default() += 1;
    }
    let mut codes: Vec<(String, u32)> = counts
        .into_iter()
        .map(|(code, count)| (code.to_owned(), count))
        .collect();
    codes.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    codes.truncate(TOP_CODES);
    codes
}

/// Figures of one agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentFigures {
    /// Who.
    pub agent: Agent,
    /// What they initiated.
    pub tally: Tally,
    /// Tickets that they resolved without verification.
    pub bypasses: u32,
    /// When they last did one or the other.
    pub last_at: UnixMillis,
}

/// Figures of the agents of the session's instance, the busiest first, and the bounds of the period.
pub async fn agents(
    service: &Service,
    session: &Session,
    period: Period,
) -> Result<(Vec<AgentFigures>, UnixMillis, UnixMillis), ServiceError> {
    let instance = session.user.instance.clone();
    let (from, before) = period.bounds(service.now());
    service
        .store
        .read(move |tx| {
            let mut tallies: BTreeMap<String, (Tally, UnixMillis)> = BTreeMap::new();
            figures::each(tx, &instance, from, before, |line| {
                if !tallies.contains_key(line.agent) {
                    tallies.insert(line.agent.to_owned(), (Tally::default(), line.at));
                }
                if let Some((tally, last_at)) = tallies.get_mut(line.agent) {
                    tally.see(line);
                    *last_at = line.at;
                }
            })?;
            // Whoever only goes around verifications must be seen most of all.
            let mut bypassed: BTreeMap<String, u32> = BTreeMap::new();
            bypasses::each(tx, &instance, (from, before), |at, agent| {
                let (_, last_at) = tallies
                    .entry(agent.clone())
                    .or_insert_with(|| (Tally::default(), at));
                *last_at = (*last_at).max(at);
                *bypassed.entry(agent).or_default() += 1;
            })?;
            let mut names: BTreeMap<String, String> = bypasses::agents(tx, &instance)?.into_iter().collect();
            for agent in listing::agents(tx, &instance, u32::MAX)? {
                names.insert(agent.sys_id, agent.name);
            }
            let mut figures: Vec<AgentFigures> = tallies
                .into_iter()
                .map(|(sys_id, (mut tally, last_at))| {
                    tally.close();
                    AgentFigures {
                        bypasses: bypassed.get(&sys_id).copied().unwrap_or_default(),
                        agent: Agent {
                            name: names.get(&sys_id).cloned().unwrap_or_default(),
                            sys_id,
                        },
                        tally,
                        last_at,
                    }
                })
                .collect();
            figures.sort_by_key(|one| std::cmp::Reverse(one.tally.total));
            Ok::<_, ServiceError>((figures, from, before))
        })
        .await
}
