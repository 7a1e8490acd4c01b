//! A story: a name, what happens in it, and how it must end.

use std::future::Future;
use std::pin::Pin;

use shared::agent_api::VerificationView;
use shared::words::{Outcome, RiskLevel, Status};

use crate::world::World;

/// How a story ended, as the help desk sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Passed, level Verified: the agent proceeds.
    Verified,
    /// Passed, level Medium: the agent reads the reasons before anything happens.
    Flagged,
    /// Failed, level High: the agent rejects.
    Rejected,
    /// Never decided: cancelled, expired, undeliverable or still waiting.
    Undecided,
    /// The service refused the call or the form with this status; nothing began.
    Refused(u16),
    /// Nothing was learned and nothing changed: the asked-for difference is not there.
    NoGain,
    /// The attacker reached what must not be reached.
    Breached,
}

impl End {
    /// The end of a verification, as the agent's widget shows it.
    pub fn of(view: &VerificationView) -> Self {
        match (view.status, view.outcome, view.risk_level) {
            (Status::Passed, Some(Outcome::Passed), Some(RiskLevel::Verified)) => Self::Verified,
            (Status::Passed, Some(Outcome::Passed), _) => Self::Flagged,
            (Status::Failed, ..) => Self::Rejected,
            _ => Self::Undecided,
        }
    }

    /// In a word.
    pub fn label(self) -> String {
        match self {
            Self::Verified => "Verified".into(),
            Self::Flagged => "Medium".into(),
            Self::Rejected => "High".into(),
            Self::Undecided => "not decided".into(),
            Self::Refused(status) => format!("refused {status}"),
            Self::NoGain => "no gain".into(),
            Self::Breached => "BREACHED".into(),
        }
    }

    /// True when the attacker has nothing: neither a pass nor a secret.
    pub const fn is_stopped(self) -> bool {
        !matches!(self, Self::Verified | Self::Flagged | Self::Breached)
    }
}

type Play = Box<dyn FnOnce(World) -> Pin<Box<dyn Future<Output = End> + Send>> + Send>;

/// See the module.
pub struct Story {
    /// Unique.
    pub name: &'static str,
    /// How it must end.
    pub expected: End,
    /// What happens.
    pub play: Play,
}

impl Story {
    /// A story.
    pub fn new<F>(name: &'static str, expected: End, play: impl FnOnce(World) -> F + Send + 'static) -> Self
    where
        F: Future<Output = End> + Send + 'static,
    {
        Self {
            name,
            expected,
            play: Box::new(move |world| Box::pin(play(world))),
        }
    }
}

/// How a story went.
pub struct Told {
    /// Its name.
    pub name: &'static str,
    /// How it must end.
    pub expected: End,
    /// How it ended; `None` if it broke off.
    pub end: Option<End>,
}

/// Plays each story in a world of its own.
pub async fn tell(stories: Vec<Story>) -> Vec<Told> {
    let mut told = Vec::with_capacity(stories.len());
    for story in stories {
        // A story that panics is told as broken off, so that the others still count.
        let end = tokio::spawn((story.play)(World::new())).await.ok();
        told.push(Told {
            name: story.name,
            expected: story.expected,
            end,
        });
    }
    told
}
