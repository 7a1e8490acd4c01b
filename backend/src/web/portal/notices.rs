//! The pages that only say something: which texts stand on which. The words are in `locales/`.

use shared::words::CheckKind;

use crate::locale::Texts;
use crate::service::error::LinkProblem;
use crate::service::portal::{Ending, Page, Request};

/// How serious a message is; picks its icon and colour, which never stand without words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Done.
    Passed,
    /// Not done.
    Failed,
    /// Something to do.
    Attention,
    /// Nothing to worry about.
    Neutral,
}

impl Tone {
    /// The class of the style sheet.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Attention => "attention",
            Self::Neutral => "pending",
        }
    }
}

/// A page that only says something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// How serious it is.
    pub tone: Tone,
    /// The heading.
    pub heading: String,
    /// What it means and what to do next.
    pub paragraphs: Vec<String>,
    /// True when “I did not ask for this” still changes something.
    pub may_refuse: bool,
    /// True when it offers to add a way to confirm the identity the next time.
    pub offers_enrolment: bool,
    /// … another one than they have already.
    pub has_factor: bool,
}

impl Notice {
    pub(super) fn new(tone: Tone, heading: String, paragraphs: impl Into<Vec<String>>) -> Self {
        Self {
            tone,
            heading,
            paragraphs: paragraphs.into(),
            may_refuse: false,
            offers_enrolment: false,
            has_factor: false,
        }
    }

    /// The same, with the offer to add a way to confirm the identity the next time, if the pass allows it.
    #[must_use]
    pub fn offering(self, page: &Page) -> Self {
        Self {
            offers_enrolment: page.may_enrol,
            has_factor: page.has_factor,
            ..self
        }
    }
}

/// What a check will ask, on the landing page.
pub fn check(t: Texts, kind: CheckKind, request: &Request) -> String {
    match kind {
        CheckKind::CallNumber => t.check_call_number(&request.agent_name),
        CheckKind::OnFileCode => t.check_on_file_code(&request.company),
        CheckKind::Passkey => t.check_passkey(),
        CheckKind::AuthenticatorApp => t.check_authenticator_app(),
        CheckKind::RecoveryCode => t.check_recovery_code(),
        CheckKind::CompanySignIn => t.check_company_sign_in(&request.company),
        CheckKind::ManagerApproval => t.check_manager_approval(),
    }
}

/// The page of an ending.
pub fn ending(t: Texts, ending: Ending, request: &Request) -> Notice {
    let (agent, company, ticket) = (&request.agent_name, &request.company, &request.ticket_number);
    match ending {
        Ending::Confirmed => {
            let next = match request.action {
                Some(asked) => t.confirmed_next_action(t.action(asked), agent, ticket),
                None => t.confirmed_next(agent, ticket),
            };
            Notice::new(Tone::Passed, t.confirmed_heading(), [next, t.confirmed_close()])
        }
        Ending::NotConfirmed => Notice::new(
            Tone::Failed,
            t.not_confirmed_heading(),
            [t.not_confirmed_next(company)],
        ),
        Ending::NoWayLeft => Notice::new(
            Tone::Attention,
            t.no_way_left_heading(),
            [t.no_way_left_why(company), t.not_confirmed_next(company)],
        ),
        Ending::Refused => Notice::new(
            Tone::Neutral,
            t.refused_heading(),
            [t.refused_thanks(), t.refused_next(company)],
        ),
        Ending::Expired => Notice::new(
            Tone::Attention,
            t.expired_heading(),
            [t.expired_nothing(), t.expired_next(agent)],
        ),
        Ending::Cancelled => cancelled(t),
    }
}

fn cancelled(t: Texts) -> Notice {
    Notice::new(
        Tone::Neutral,
        t.cancelled_heading(),
        [t.cancelled_nothing(), t.cancelled_next()],
    )
}

/// The page of a link or a session that opens nothing.
pub fn link_problem(t: Texts, problem: LinkProblem) -> Notice {
    let (heading, paragraphs) = match problem {
        LinkProblem::Unknown => (
            t.link_unknown_heading(),
            [t.link_unknown_why(), t.link_unknown_next()],
        ),
        LinkProblem::Expired => (
            t.link_expired_heading(),
            [t.link_expired_why(), t.link_expired_next()],
        ),
        LinkProblem::Replaced => (
            t.link_replaced_heading(),
            [t.link_replaced_why(), t.link_replaced_next()],
        ),
        LinkProblem::Used => (t.link_used_heading(), [t.link_used_why(), t.link_used_next()]),
        LinkProblem::Cancelled => return cancelled(t),
        LinkProblem::NoSession => (
            t.no_session_heading(),
            [t.no_session_elsewhere(), t.no_session_next()],
        ),
    };
    Notice::new(Tone::Attention, heading, paragraphs)
}

/// Nothing can be added after this verification, in this browser, or any more.
pub fn enrolment_closed(t: Texts) -> Notice {
    Notice::new(Tone::Attention, t.enrol_closed_heading(), [t.enrol_closed_next()])
}

/// Too much within a time.
pub fn limit(t: Texts, retry_after: u32) -> Notice {
    let next = t.limit_next(t.wait(retry_after));
    Notice::new(Tone::Attention, t.limit_heading(), [next, t.limit_newest()])
}

/// Too many answers from one address.
pub fn too_often(t: Texts, seconds: u32) -> Notice {
    let next = t.too_often_next(t.wait(seconds));
    Notice::new(Tone::Attention, t.too_often_heading(), [next])
}

/// Our own fault.
pub fn internal(t: Texts) -> Notice {
    let paragraphs = [t.internal_wait(), t.internal_again()];
    Notice::new(Tone::Failed, t.internal_heading(), paragraphs)
}

/// No such page.
pub fn nothing_here(t: Texts) -> Notice {
    Notice::new(Tone::Attention, t.nothing_here_heading(), [t.nothing_here_next()])
}

/// An address that is only for forms was opened, or the other way round.
pub fn wrong_method(t: Texts) -> Notice {
    Notice::new(
        Tone::Attention,
        t.wrong_method_heading(),
        [t.wrong_method_nothing()],
    )
}

/// A form that another site sent.
pub fn foreign(t: Texts) -> Notice {
    Notice::new(
        Tone::Failed,
        t.foreign_heading(),
        [t.foreign_why(), t.foreign_next()],
    )
}

/// A form of another session.
pub fn stale_form(t: Texts) -> Notice {
    Notice::new(Tone::Attention, t.stale_heading(), [t.stale_next()])
}
