//! From a verification to what the field shows: every state, its words, its icon, its meaning, its buttons.

use shared::agent_api::{GrantView, VerificationView};
use shared::words::{
    ActionState, Channel, Outcome, Recommendation, RiskLevel, Status, TicketEnd, UnixMillis,
};

use super::words::spelled;

/// The fixed text of the link that starts a verification.
pub const SEND_LINK: &str = "imper.ai - Send Verification link";
/// Starts a new verification after one that came to nothing.
pub const SEND_AGAIN: &str = "Send again";

/// What a state means. Never shown by colour alone: an icon and a word go with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Nothing has happened.
    Neutral,
    /// Under way.
    Pending,
    /// Look before you go on.
    Attention,
    /// Good.
    Passed,
    /// Bad.
    Failed,
}

impl Tone {
    /// The card's class.
    pub const fn card_class(self) -> &'static str {
        match self {
            Self::Neutral => "card",
            Self::Pending => "card pending",
            Self::Attention => "card attention",
            Self::Passed => "card passed",
            Self::Failed => "card failed",
        }
    }

    /// The sign's class.
    pub const fn icon_class(self) -> &'static str {
        match self {
            Self::Neutral => "icon",
            Self::Pending => "icon pending",
            Self::Attention => "icon attention",
            Self::Passed => "icon passed",
            Self::Failed => "icon failed",
        }
    }
}

/// A drawn sign; one for each state, told apart by shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    /// An empty circle.
    Empty,
    /// A dashed circle.
    Dashed,
    /// A circle, a quarter full.
    Quarter,
    /// A circle, half full.
    Half,
    /// A circle, three quarters full.
    ThreeQuarters,
    /// A full circle with a tick.
    Tick,
    /// A full circle with a cross.
    Cross,
    /// A clock.
    Clock,
    /// A circle with a bar.
    Stopped,
    /// A triangle with an exclamation mark.
    Warning,
}

/// How the time stands behind the words: `Expired at 10:52`, `Link sent by email to … · 10:42`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct When {
    /// What stands between the words and the time.
    pub joint: &'static str,
    /// The time.
    pub at: UnixMillis,
}

/// A button: its attributes, the id first, and its label.
pub type Act = (&'static [(&'static str, &'static str)], &'static str);

const TAKE_BACK: Act = (&[("id", "take-back"), ("type", "button")], "Take back");
const CONFIRM: Act = (&[("id", "confirm"), ("type", "button")], "Confirm it is done");
const RELEASE: Act = (&[("id", "release"), ("type", "button")], "Release");

/// What became of the action that a pass has granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActionLine {
    /// Its meaning.
    pub tone: Tone,
    /// Its sign.
    pub icon: Icon,
    /// What happened, or what is waited for.
    pub words: String,
    /// When, where that matters.
    pub when: Option<When>,
    /// What became of the ticket; empty where there is nothing to say.
    pub ticket: &'static str,
}

/// The field at one moment, without anything that changes by itself (times are formatted and counted down where
/// they are drawn).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// Machine-readable state, for styling and tests: a [`Status`] or `required`.
    pub state: &'static str,
    /// Its meaning.
    pub tone: Tone,
    /// Its sign.
    pub icon: Icon,
    /// The word that says it.
    pub headline: String,
    /// The rest of the line.
    pub tail: String,
    /// The time at the end of the line.
    pub when: Option<When>,
    /// The digits to read out.
    pub call_number: Option<String>,
    /// What the agent should do now.
    pub recommendation: Option<&'static str>,
    /// Why, at most three.
    pub reasons: Vec<String>,
    /// What became of the action.
    pub granted: Option<ActionLine>,
    /// Buttons of the action: attributes and label.
    pub acts: Vec<Act>,
    /// Quiet sentences below.
    pub notes: Vec<String>,
    /// Until when the link works.
    pub valid_until: Option<UnixMillis>,
    /// Verification id and the address of its detailed view.
    pub details: Option<(String, String)>,
    /// The text of the button or link that opens the dialog.
    pub send: Option<&'static str>,
    /// A resend is or will be possible.
    pub can_resend: bool,
    /// It can be stopped.
    pub can_cancel: bool,
    /// What a screen reader says when this state begins.
    pub spoken: String,
}

impl Card {
    /// The field of a ticket without any verification.
    pub fn required() -> Self {
        Self {
            state: "required",
            tone: Tone::Neutral,
            icon: Icon::Empty,
            headline: "Verification required".to_owned(),
            tail: String::new(),
            when: None,
            call_number: None,
            recommendation: None,
            reasons: Vec::new(),
            granted: None,
            acts: Vec::new(),
            notes: Vec::new(),
            valid_until: None,
            details: None,
            send: Some(SEND_LINK),
            can_resend: false,
            can_cancel: false,
            spoken: "Verification required.".to_owned(),
        }
    }

    /// The field that shows this verification.
    pub fn of(view: &VerificationView) -> Self {
        let mut card = Self {
            state: view.status.as_str(),
            headline: view.status.label().to_owned(),
            details: details(view),
            send: None,
            spoken: String::new(),
            can_cancel: !view.status.is_final(),
            ..Self::required()
        };
        card.fill(view);
        if let Some(granted) = &view.granted {
            card.grant(granted);
        }
        if card.spoken.is_empty() {
            let level = card.tail.strip_prefix("· ");
            card.spoken = level.map_or_else(
                || format!("{}.", card.headline),
                |level| format!("{}, {level}.", card.headline),
            );
        }
        for said in card
            .recommendation
            .into_iter()
            .chain(card.granted.iter().map(|line| line.words.as_str()))
            .chain(card.notes.iter().map(String::as_str))
        {
            card.spoken.push(' ');
            card.spoken.push_str(said);
        }
        card
    }

    fn fill(&mut self, view: &VerificationView) {
        let by = by_channel(view.channel);
        // Never broken in the middle: `•••• 4512`.
        let to: String = view
            .destination
            .chars()
            .map(|letter| if letter == ' ' { '\u{a0}' } else { letter })
            .collect();
        match view.status {
            Status::Sending => {
                self.set(Tone::Pending, Icon::Dashed);
                self.tail = format!("to {to} …");
                self.spoken = String::from("Sending the link.");
            }
            Status::Sent => {
                self.set(Tone::Pending, Icon::Quarter);
                self.tail = format!("{by} to {to}");
                self.when = when(" · ", view.sent_at);
                self.spoken = format!("Link sent {by}.");
                if view.delivered_at.is_some() {
                    self.headline = "Link delivered".into();
                    self.when = when(" · ", view.delivered_at);
                    self.spoken = format!("Link delivered {by}.");
                }
                self.valid_until = view.expires_at;
                self.can_resend = view.resend_in.is_some();
                self.note_unknown_destination(view);
            }
            Status::Opened => {
                self.set(Tone::Pending, Icon::Half);
                self.when = when(" · ", view.opened_at);
                self.can_resend = view.resend_in.is_some();
                self.valid_until = view.expires_at;
                if !self.ask_call_number(view) {
                    self.notes.push("Waiting for the requester to begin.".to_owned());
                    self.note_unknown_destination(view);
                }
            }
            Status::InProgress => {
                self.set(Tone::Pending, Icon::ThreeQuarters);
                self.when = when(" · ", view.started_at);
                if !self.ask_call_number(view) {
                    self.notes
                        .push("The requester is answering the checks.".to_owned());
                }
            }
            Status::Passed | Status::Failed => self.decide(view),
            Status::Expired => {
                self.set(Tone::Neutral, Icon::Clock);
                self.when = when(" at ", view.ended_at);
                self.notes
                    .push("The time ran out before the requester finished.".to_owned());
                self.send = Some(SEND_AGAIN);
            }
            Status::Cancelled => {
                self.set(Tone::Neutral, Icon::Stopped);
                self.when = when(" at ", view.ended_at);
                self.notes.push("The link no longer works.".to_owned());
                self.send = Some(SEND_AGAIN);
            }
            Status::Undeliverable => {
                self.set(Tone::Attention, Icon::Warning);
                self.tail = format!("{by} to {to}");
                self.when = when(" · ", view.ended_at);
                self.spoken = format!("Not delivered {by}.");
                let why = view
                    .delivery_problem
                    .as_deref()
                    .map(str::trim)
                    .filter(|why| !why.is_empty());
                self.notes.push(sentence(
                    why.unwrap_or("The link could not be delivered. Check the address."),
                ));
                self.send = Some(SEND_AGAIN);
            }
        }
    }

    fn decide(&mut self, view: &VerificationView) {
        let passed = view.outcome.map_or(view.status == Status::Passed, |outcome| {
            outcome == Outcome::Passed
        });
        self.headline = String::from(if passed {
            Outcome::Passed.label()
        } else {
            Outcome::Failed.label()
        });
        match (passed, view.risk_level) {
            (true, Some(RiskLevel::Verified) | None) => self.set(Tone::Passed, Icon::Tick),
            (true, Some(_)) => self.set(Tone::Attention, Icon::Tick),
            (false, _) => self.set(Tone::Failed, Icon::Cross),
        }
        self.tail = match (passed, view.risk_level) {
            (_, None) => String::new(),
            (true, Some(level)) => format!("· {}", level.label()),
            (false, Some(level)) => format!("· {} risk", level.label()),
        };
        self.when = when(" · ", view.ended_at);
        self.recommendation = view.recommendation.map(Recommendation::label);
        // A clean pass needs no reasons; everything else does, so that the agent can defend what they do.
        if self.tone != Tone::Passed {
            self.reasons = view.reasons.iter().take(3).cloned().collect();
        }
        if !passed {
            self.send = Some(SEND_AGAIN);
        }
    }

    fn grant(&mut self, granted: &GrantView) {
        let (tone, icon) = match granted.state {
            ActionState::Granted | ActionState::Manual => (Tone::Pending, Icon::Quarter),
            ActionState::Performing => (Tone::Pending, Icon::ThreeQuarters),
            ActionState::AwaitingRelease => (Tone::Attention, Icon::Half),
            ActionState::Performed => (Tone::Passed, Icon::Tick),
            ActionState::Failed | ActionState::Unknown => (Tone::Attention, Icon::Warning),
            ActionState::Revoked | ActionState::Expired => (Tone::Neutral, Icon::Stopped),
        };
        self.acts = match granted.state {
            ActionState::Granted => vec![TAKE_BACK],
            ActionState::Manual => vec![CONFIRM, TAKE_BACK],
            ActionState::AwaitingRelease => vec![RELEASE, TAKE_BACK],
            _ => Vec::new(),
        };
        let is_done = granted.state == ActionState::Performed;
        // Without a grant a pass that came to nothing may be asked for again.
        if granted.expires_at.is_none() && !is_done {
            self.send = Some(SEND_AGAIN);
        }
        self.granted = Some(ActionLine {
            tone,
            icon,
            words: granted.summary.clone(),
            when: when(" at ", is_done.then_some(granted.at)),
            ticket: match granted.ticket {
                Some(TicketEnd::Closed) => " · ticket closed",
                Some(TicketEnd::Resolved) => " · ticket resolved",
                Some(TicketEnd::Open) | None => "",
            },
        });
    }

    const fn set(&mut self, tone: Tone, icon: Icon) {
        self.tone = tone;
        self.icon = icon;
    }

    /// Shows the call number if there is one, and says so.
    fn ask_call_number(&mut self, view: &VerificationView) -> bool {
        let number = view.call_number.as_deref().filter(|number| !number.is_empty());
        if let Some(number) = number {
            self.call_number = Some(number.to_owned());
            self.spoken = format!(
                "{}. Tell the caller this number: {}.",
                self.headline,
                spelled(number)
            );
        }
        number.is_some()
    }

    fn note_unknown_destination(&mut self, view: &VerificationView) {
        if !view.destination_on_file {
            let what = match view.channel {
                Channel::Email => "address",
                Channel::Sms => "number",
            };
            self.notes
                .push(format!("This {what} is not on file, which raises the risk."));
        }
    }
}

/// One line of the list of earlier verifications.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Earlier {
    /// Its meaning.
    pub tone: Tone,
    /// Its sign.
    pub icon: Icon,
    /// `Failed · High risk`.
    pub line: String,
    /// When it ended, or began.
    pub at: UnixMillis,
    /// Who started it.
    pub by: String,
    /// Verification id and the address of its detailed view.
    pub details: Option<(String, String)>,
}

impl Earlier {
    /// The line for this verification.
    pub fn of(view: &VerificationView) -> Self {
        let card = Card::of(view);
        let decided = view.outcome.is_some();
        let line = if decided {
            format!("{} {}", card.headline, card.tail)
        } else {
            card.headline
        };
        Self {
            tone: card.tone,
            icon: card.icon,
            line: line.trim_end().to_owned(),
            at: view.ended_at.unwrap_or(view.created_at),
            by: view.initiated_by.clone(),
            details: card.details,
        }
    }
}

/// `by email`.
pub const fn by_channel(channel: Channel) -> &'static str {
    match channel {
        Channel::Email => "by email",
        Channel::Sms => "by text message",
    }
}

fn when(joint: &'static str, at: Option<UnixMillis>) -> Option<When> {
    at.map(|at| When { joint, at })
}

fn sentence(text: &str) -> String {
    if text.ends_with(['.', '?']) {
        text.to_owned()
    } else {
        format!("{text}.")
    }
}

/// The detailed view says something once it is over; before that the line stays short.
fn details(view: &VerificationView) -> Option<(String, String)> {
    let url = web_address(&view.details_url).filter(|_| view.status.is_final())?;
    Some((view.id.clone(), url.to_owned()))
}

/// Only what a browser opens as a page: a `javascript:` address must not become a link in the ticket.
fn web_address(url: &str) -> Option<&str> {
    (url.starts_with("https://") || url.starts_with("http://")).then_some(url)
}

#[cfg(test)]
mod tests;
