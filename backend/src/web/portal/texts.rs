//! Every word of the portal, in one place, so that it can be read as a whole and translated later.
//!
//! Sentence case, plain verbs, no blame: what happened, what it means, what to do next. Nothing here says why a
//! verification failed: whoever should not pass must not learn from it.

use shared::words::{Action, CheckKind};

use crate::service::error::LinkProblem;
use crate::service::portal::{Ending, Request};

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
}

impl Notice {
    fn new(tone: Tone, heading: &str, paragraphs: &[&str]) -> Self {
        let paragraphs = paragraphs.iter().map(|&text| text.to_owned()).collect();
        Self {
            tone,
            heading: heading.to_owned(),
            paragraphs,
        }
    }
}

pub const CONFIRM_YOUR_IDENTITY: &str = "Confirm your identity";
pub const IDENTITY_CHECK: &str = "Identity check";
pub const IT_SERVICE_DESK: &str = "IT service desk";
pub const WHAT_HAPPENS: &str = "What happens";
pub const HOW_LONG: &str = "It takes about two minutes. Once you begin, you have 15 minutes.";
pub const ONLY_IF_YOU_ASKED: &str = "Only go on if you asked the service desk for help yourself. \
     Nobody will ask you for your current password here.";
pub const WHAT_IS_NOTED: &str =
    "To notice misuse, this check also looks at your browser, its language and its time zone.";
pub const BEGIN: &str = "Begin";
pub const CONTINUE: &str = "Continue";
pub const GO_BACK: &str = "Go back";
pub const GO_ON: &str = "Go on with the verification";
pub const NOT_ME: &str = "I did not ask for this";
pub const ERROR_PREFIX: &str = "Error: ";
pub const THERE_IS_A_PROBLEM: &str = "There is a problem";
pub const FOOTER: &str = "Identity check by imper.ai";

pub const STOP_HEADING: &str = "You did not ask for this?";
pub const STOP_WHAT_IT_MEANS: &str = "Then someone may be using your name. \
     We stop this verification at once and tell the service desk. It cannot be started again with the same link.";
pub const STOP_BUTTON: &str = "Stop the verification";

pub const NUMBER_HEADING: &str = "Enter the number you hear";
pub const NUMBER_LABEL: &str = "Two-digit number";
pub const NUMBER_NOT_COMPLETE: &str = "Enter the two digits that you hear on the phone.";
pub const NUMBER_HELP_HEADING: &str = "I cannot hear a number";

pub const CODE_HEADING: &str = "Enter the code we sent you";
pub const CODE_LABEL: &str = "Six-digit code";
pub const CODE_NOT_COMPLETE: &str = "Enter all six digits of the code.";
pub const CODE_SENT_TO: &str = "We sent it to";
pub const CODE_LIFE: &str = "It may take a minute to arrive and works for ten minutes.";
pub const CODE_EXPIRED: &str = "This code has run out. A code works for ten minutes.";
pub const CODE_EXPIRED_HEADING: &str = "Ask for a new code";
pub const CODE_HELP_HEADING: &str = "I cannot get this code";
pub const CODE_RESEND: &str = "Send a new code";
pub const CODE_NO_MORE: &str = "No more codes can be sent. Use the newest one that you received.";
pub const CODE_RESEND_IN: &str = "You can ask for a new code in";
pub const CODE_RELOAD: &str = "Show this page again";

/// "Beth from the Acme IT service desk asks you …", in the parts around what is set in bold.
pub fn who_asks(company: &str) -> String {
    format!("from the {company} {IT_SERVICE_DESK} asks you to confirm your identity for ticket")
}

/// The action in the middle of a sentence.
pub const fn action(action: Action) -> &'static str {
    match action {
        Action::PasswordReset => "password reset",
        Action::AccountUnlock => "account unlock",
        Action::MfaReset => "reset of your second sign-in step",
    }
}

/// What a check will ask, on the landing page.
pub fn check(kind: CheckKind, request: &Request) -> String {
    match kind {
        CheckKind::CallNumber => format!(
            "You enter a number that {} reads out to you on the phone.",
            request.agent_name
        ),
        CheckKind::OnFileCode => format!(
            "You enter a code that we send to a contact {} has on file for you.",
            request.company
        ),
        CheckKind::Passkey => "You use the passkey that you added here earlier.".to_owned(),
        CheckKind::AuthenticatorApp => "You enter a code from your authenticator app.".to_owned(),
        CheckKind::RecoveryCode => "You enter one of your recovery codes.".to_owned(),
        CheckKind::CompanySignIn => format!("You sign in with your {} account.", request.company),
        CheckKind::ManagerApproval => "Your manager confirms that it is you.".to_owned(),
    }
}

/// "Step 1 of 2".
pub fn step(number: usize, of: usize) -> String {
    format!("Step {number} of {of}")
}

/// What the number is, under its label.
pub fn number_hint(request: &Request) -> String {
    format!("{} reads it out to you on the phone.", request.agent_name)
}

/// What to do without a number.
pub fn number_help(request: &Request) -> String {
    format!(
        "Ask {} to read the number from the ticket again. If you are not on the phone, {}",
        request.agent_name,
        call_the_desk(&request.company)
    )
}

/// Whose contact the code went to.
pub fn code_contact(request: &Request) -> String {
    format!("a contact that {} has on file for you.", request.company)
}

/// When neither the last code nor a new one can be used.
pub fn code_no_more_and_expired(request: &Request) -> String {
    format!(
        "No more codes can be sent. To go on, {}",
        call_the_desk(&request.company)
    )
}

/// What to do without a code.
pub fn code_help(request: &Request) -> String {
    format!(
        "Look among unwanted messages, too. If the contact is no longer yours, tell {}. They can stop this verification and help you in another way.",
        request.agent_name
    )
}

/// After a new code was asked for.
pub const CODE_ON_ITS_WAY: &str = "A new code is on its way. Only the newest code works.";

/// A wrong number.
pub fn number_wrong(tries_left: u8) -> String {
    format!("That number does not match. {}", tries(tries_left))
}

/// A wrong code.
pub fn code_wrong(tries_left: u8) -> String {
    format!("That code does not match. {}", tries(tries_left))
}

fn tries(left: u8) -> String {
    if left == 1 {
        "1 try left.".to_owned()
    } else {
        format!("{left} tries left.")
    }
}

/// Seconds as people say them.
pub fn wait(seconds: u32) -> String {
    match seconds {
        0..=59 => "less than a minute".to_owned(),
        60..=90 => "about a minute".to_owned(),
        91..=5400 => format!("about {} minutes", (seconds + 30) / 60),
        _ => format!("about {} hours", (seconds + 1800) / 3600),
    }
}

fn call_the_desk(company: &str) -> String {
    format!("call the {company} {IT_SERVICE_DESK} on the number you already have.")
}

/// The page of an ending.
pub fn ending(ending: Ending, request: &Request) -> Notice {
    let call = call_the_desk(&request.company);
    let (agent, ticket) = (&request.agent_name, &request.ticket_number);
    match ending {
        Ending::Confirmed => {
            let next = match request.action {
                Some(asked) => format!(
                    "{agent} sees the result in ticket {ticket} and goes on with the {}.",
                    action(asked)
                ),
                None => format!("{agent} sees the result in ticket {ticket} and goes on from there."),
            };
            Notice::new(
                Tone::Passed,
                "Your identity is confirmed",
                &[&next, "You can close this page."],
            )
        }
        Ending::NotConfirmed => Notice::new(
            Tone::Failed,
            "We could not confirm your identity",
            &[&format!("Your service desk knows. To go on, {call}")],
        ),
        Ending::NoWayLeft => Notice::new(
            Tone::Attention,
            "We cannot confirm your identity here",
            &[
                &format!(
                    "{} has no contact or sign-in method on file that we could use for this check.",
                    request.company
                ),
                &format!("Your service desk knows. To go on, {call}"),
            ],
        ),
        Ending::Refused => Notice::new(
            Tone::Neutral,
            "The verification is stopped",
            &[
                "Thank you for telling us. The service desk knows that you did not ask for this, and the link no longer works.",
                &format!("If you are worried that someone is using your name, {call}"),
            ],
        ),
        Ending::Expired => Notice::new(
            Tone::Attention,
            "The time has run out",
            &[
                "Nothing was confirmed and nothing was changed.",
                &format!("To try again, ask {agent} to send you a new link."),
            ],
        ),
        Ending::Cancelled => Notice::new(
            Tone::Neutral,
            "The service desk stopped this verification",
            &[
                "There is nothing left for you to do here.",
                &format!("If you still need help, {call}"),
            ],
        ),
    }
}

/// The page of a link or a session that opens nothing.
pub fn link_problem(problem: LinkProblem) -> Notice {
    match problem {
        LinkProblem::Unknown => Notice::new(
            Tone::Attention,
            "This link does not work",
            &[
                "It may not be complete. Open it from your message again, or copy the whole of it.",
                "If that does not help, ask your service desk to send you a new link.",
            ],
        ),
        LinkProblem::Expired => Notice::new(
            Tone::Attention,
            "This link has expired",
            &[
                "A link works for a short time only, so that nobody can use it later.",
                "Ask your service desk to send you a new link.",
            ],
        ),
        LinkProblem::Replaced => Notice::new(
            Tone::Attention,
            "There is a newer link",
            &[
                "We sent you another link after this one, and only the newest one works.",
                "Open the newest message.",
            ],
        ),
        LinkProblem::Used => Notice::new(
            Tone::Attention,
            "This link was already used",
            &[
                "A link works once. If it was you who began, in this browser, you can go on.",
                "If it was not you, tell your service desk now, on the number you already have.",
            ],
        ),
        LinkProblem::Cancelled => Notice::new(
            Tone::Neutral,
            "The service desk stopped this verification",
            &[
                "There is nothing left for you to do here.",
                "If you still need help, call your service desk on the number you already have.",
            ],
        ),
        LinkProblem::NoSession => Notice::new(
            Tone::Attention,
            "No verification is open in this browser",
            &[
                "If you began in another browser or on another device, go on there.",
                "If you have not begun, open the link in your message. If it no longer works, ask your service desk to send you a new link.",
            ],
        ),
    }
}

/// Too much within a time.
pub fn limit(retry_after: u32) -> Notice {
    Notice::new(
        Tone::Attention,
        "Too many messages were sent",
        &[
            &format!(
                "No new code was sent. The next one can be sent in {}.",
                wait(retry_after)
            ),
            "The newest code that you received may still work.",
        ],
    )
}

/// Our own fault.
pub fn internal() -> Notice {
    Notice::new(
        Tone::Failed,
        "Something failed on our side",
        &[
            "Wait a moment and try again.",
            "If it happens again, tell your service desk.",
        ],
    )
}

/// No such page.
pub fn nothing_here() -> Notice {
    Notice::new(
        Tone::Attention,
        "There is nothing here",
        &["Open the link in your message from the service desk."],
    )
}

/// An address that is only for forms was opened, or the other way round.
pub fn wrong_method() -> Notice {
    Notice::new(
        Tone::Attention,
        "This page cannot be opened like this",
        &["Nothing was changed."],
    )
}

/// A form that another site sent.
pub fn foreign() -> Notice {
    Notice::new(
        Tone::Failed,
        "This did not come from our page",
        &[
            "Another site tried to answer for you, so nothing was changed.",
            "Open the link in your message, or go on here if you have already begun.",
        ],
    )
}

/// A form of another session.
pub fn stale_form() -> Notice {
    Notice::new(
        Tone::Attention,
        "This page was out of date",
        &["Your answer was not counted. Go on with the current page."],
    )
}
