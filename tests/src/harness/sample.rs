//! Verifications of a large help desk, the same in every run: for the benchmark and for pages to look at.

use anyhow::Result;
use backend::store::{StoreError, verifications};
use backend::verification::facts::{DestinationFacts, TimeFacts};
use backend::verification::state::Decided;
use backend::verification::{
    Decision, Delivery, Destination, Facts, Finding, FindingKind, History, InstanceId, Link, LinkId, Opens,
    Report, State, Verification, VerificationId,
};
use rusqlite::Transaction;
use shared::agent_token::{Agent, Requester, Ticket};
use shared::words::{Action, Assurance, Channel, Outcome, Recommendation, RiskLevel, UnixMillis};

const FIRST: [&str; 20] = [
    "Mia", "Abel", "Fred", "Bow", "Lee", "Ann", "Tom", "Zoe", "Max", "Eva", "Ian", "Kim", "Joe", "Liv",
    "Sam", "Ute", "Noa", "Pia", "Ray", "Sue",
];
const CATEGORIES: [&str; 6] = [
    "Password Reset",
    "Account unlock",
    "MFA reset",
    "Access request",
    "VPN",
    "Hardware",
];
const LAST: [&str; 48] = [
    "Chen", "Tuter", "Luddy", "Ruggeri", "Ong", "Weber", "Okafor", "Silva", "Novak", "Haddad", "Kovacs",
    "Ito", "Larsen", "Moreau", "Patel", "Quinn", "Rossi", "Sato", "Torres", "Usman", "Varga", "Wong",
    "Young", "Zeman", "Abe", "Brandt", "Costa", "Dubois", "Eriksen", "Fischer", "Garcia", "Hansen", "Ivanov",
    "Jensen", "Khan", "Lopez", "Murphy", "Nagy", "Olsen", "Popescu", "Reyes", "Schmidt", "Tanaka", "Ueda",
    "Visser", "Walker", "Yilmaz", "Ziegler",
];

/// A small generator of numbers.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % sides.max(1)
    }
}

/// What is made.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Of this instance.
    pub instance: InstanceId,
    /// So many verifications.
    pub rows: u32,
    /// Of so many requesters …
    pub requesters: usize,
    /// … by so many agents.
    pub agents: usize,
    /// Over so many seconds, evenly.
    pub span_seconds: i64,
    /// The last of them now.
    pub now: UnixMillis,
}

impl Plan {
    /// When the row `number` was created.
    pub fn created_at(&self, number: u32) -> UnixMillis {
        let step = self.span_seconds * 1000 / i64::from(self.rows.max(1));
        UnixMillis(self.now.0 - step * i64::from(self.rows - number))
    }

    /// The rows from `from` until before `to`.
    pub fn make(&self, from: u32, to: u32) -> Result<Vec<Verification>> {
        let mut dice = Dice(u64::from(from) + 1);
        (from..to)
            .map(|number| verification(self, number, &mut dice))
            .collect()
    }
}

/// Writes rows as the service would: added, then brought to where they stand.
pub fn write(tx: &Transaction<'_>, rows: &[Verification]) -> Result<(), StoreError> {
    for one in rows {
        verifications::add(
            tx,
            one,
            &format!("{}{}", one.destination.channel(), one.requester.sys_id),
        )?;
        verifications::update(tx, one)?;
    }
    Ok(())
}

/// The number of the ticket of a row.
pub fn ticket(number: u32) -> String {
    format!("INC{:07}", 10_000 + number)
}

/// `sys_id` of an agent.
pub fn agent_id(index: usize) -> String {
    format!("{index:032x}")
}

fn surname(index: usize) -> String {
    let last = LAST[index % LAST.len()];
    match index / LAST.len() {
        0 => last.to_owned(),
        more => format!("{last}-{}", LAST[more % LAST.len()]),
    }
}

fn verification(plan: &Plan, number: u32, dice: &mut Dice) -> Result<Verification> {
    let person = dice.roll(plan.requesters);
    let (first, last) = (FIRST[person % FIRST.len()], surname(person / FIRST.len()));
    let agent = dice.roll(plan.agents);
    let at = plan.created_at(number);
    let ended = at.plus_seconds(60 + i64::try_from(dice.roll(300)).unwrap_or(0));
    let channel = if dice.roll(3) == 0 {
        Channel::Sms
    } else {
        Channel::Email
    };
    let address = match channel {
        Channel::Email => format!(
            "{}.{}{person}@gmail.com",
            first.to_lowercase(),
            last.to_lowercase()
        ),
        Channel::Sms => format!("+4479{:08}", 11_000_000 + person),
    };
    let state = match dice.roll(100) {
        0..70 => decided(
            Outcome::Passed,
            if dice.roll(5) == 0 {
                RiskLevel::Medium
            } else {
                RiskLevel::Verified
            },
            ended,
        ),
        70..79 => decided(Outcome::Failed, RiskLevel::High, ended),
        79..91 => State::Expired { at: ended },
        91..97 => State::Cancelled { at: ended },
        _ => State::Undeliverable { at: ended },
    };
    // The last few are still under way.
    let state = if number + 6 >= plan.rows {
        State::Waiting
    } else {
        state
    };
    Ok(Verification {
        id: VerificationId::from_random(
            (u64::from(number) + 1)
                .wrapping_mul(0x9E37_79B9_7F4A_7C15)
                .to_be_bytes(),
        ),
        instance: plan.instance.clone(),
        ticket: Ticket {
            table: "incident".into(),
            sys_id: format!("{number:032x}"),
            number: ticket(number),
            short_description: "Locked out of my account".into(),
            description: "I cannot sign in since this morning, and the usual password is refused.".into(),
            category: CATEGORIES[dice.roll(CATEGORIES.len())].into(),
        },
        requester: Requester {
            sys_id: format!("{person:032x}"),
            user_name: format!("{}.{}", first.to_lowercase(), last.to_lowercase()),
            name: format!("{first} {last}"),
            email: format!(
                "{}.{}{person}@acme.example",
                first.to_lowercase(),
                last.to_lowercase()
            ),
            contacts: Vec::new(),
            time_zone: "Europe/London".into(),
            language: "en".into(),
            manager: None,
        },
        agent: Agent {
            sys_id: agent_id(agent),
            user_name: format!("agent{agent}"),
            name: format!(
                "{} {}",
                FIRST[agent % FIRST.len()],
                surname(agent * 7 % LAST.len())
            ),
        },
        action: Some(Action::PasswordReset),
        assurance: Assurance::Standard,
        destination: Destination::parse(channel, &address, Some("GB"))?,
        destination_on_file: false,
        created_at: at,
        link: Link {
            id: LinkId([0; 16]),
            issued_at: at,
            expires_at: plan.now.plus_seconds(600),
            resends: 0,
        },
        delivery: Delivery::Accepted { at },
        opens: Opens::default(),
        state,
        event_sequence: 0,
    })
}

fn decided(outcome: Outcome, level: RiskLevel, at: UnixMillis) -> State {
    let finding = |code: &str, weight: i16| Finding {
        code: code.into(),
        kind: FindingKind::Signal,
        weight,
        sentence: format!("A sample of {code}."),
        for_agent: true,
    };
    let (score, findings, recommendation) = match (outcome, level) {
        (Outcome::Failed, _) => (
            80,
            vec![
                finding("device_shared", 40),
                finding("destination_not_on_file", 10),
                finding("network_vpn", 30),
            ],
            Recommendation::Reject,
        ),
        (_, RiskLevel::Medium) => (
            40,
            vec![
                finding("destination_not_on_file", 10),
                finding("country_unusual", 30),
            ],
            Recommendation::ProceedWithCare,
        ),
        _ => (0, vec![finding("device_known", -10)], Recommendation::Proceed),
    };
    State::Decided(Box::new(Decided {
        session: None,
        decision: Decision {
            decided_at: at,
            outcome,
            score,
            level,
            recommendation,
            report: Report { findings },
            policy_version: "standard-3".into(),
            facts: Facts {
                action: Some(Action::PasswordReset),
                assurance: Assurance::Standard,
                checks: Vec::new(),
                destination_on_file: false,
                opens: 1,
                devices: 1,
                client: None,
                time_zone_on_file: "Europe/London".into(),
                language_on_file: "en".into(),
                history: History::default(),
                refused_by_requester: false,
                disowned_by_contact: false,
                destination: DestinationFacts::default(),
                network: None,
                time: TimeFacts::default(),
            },
        },
    }))
}
