//! What can go wrong between the field, its instance and the verification service, and how it is said: what
//! happened, what it means, what to do next.

use std::fmt;

use shared::problem::Problem;

use super::words::span;

/// What the agent (or the field itself) was about to do. It decides what a failure means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doing {
    /// Reading the state.
    Loading,
    /// Sending a first link.
    Sending,
    /// Sending another link.
    Resending,
    /// Stopping the verification.
    Cancelling,
    /// Taking the action back.
    TakingBack,
    /// Releasing the action as the second person.
    Releasing,
    /// Confirming that the action was performed by hand.
    Confirming,
}

impl Doing {
    /// What a failure leaves behind.
    const fn consequence(self) -> &'static str {
        match self {
            Self::Loading | Self::Sending => " Nothing was sent.",
            Self::Resending => " No new link was sent.",
            Self::Cancelling => " The verification was not cancelled.",
            Self::TakingBack | Self::Releasing | Self::Confirming => " Nothing was changed.",
        }
    }
}

/// One failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The instance does not know the session any more (401).
    SessionEnded,
    /// The instance knows the agent, but they may not (403).
    NotAllowed,
    /// The instance does not show this ticket to the agent (404).
    TicketNotFound,
    /// The instance is limiting requests (429).
    InstanceBusy,
    /// The instance answered with another error; its own words, if it had any for people.
    InstanceRefused(u16, Option<String>),
    /// The instance did not answer.
    InstanceUnreachable,
    /// The instance answered something that is not an agent token.
    InstanceUnreadable,
    /// The verification service did not answer, and nothing can have happened.
    ServiceUnreachable,
    /// The verification service did not answer, and it cannot be told whether the request arrived.
    ServiceUncertain,
    /// The verification service answered something that the field does not understand.
    ServiceUnreadable(u16),
    /// The verification service refused, and said why.
    Refused(Problem),
    /// Between opening the dialog and sending, the ticket got another requester.
    RequesterChanged(String),
}

impl Trouble {
    /// The trouble that a status code of the instance stands for.
    pub fn from_instance(status: u16, message: Option<String>) -> Self {
        match status {
            // 0 is how the browser reports a redirect that was not followed: to the login page.
            0 | 401 => Self::SessionEnded,
            403 => Self::NotAllowed,
            404 => Self::TicketNotFound,
            429 => Self::InstanceBusy,
            _ => Self::InstanceRefused(status, message.filter(|text| !text.trim().is_empty())),
        }
    }

    /// The input that the problem belongs to, when it belongs to one.
    pub fn field(&self) -> Option<&str> {
        match self {
            Self::Refused(problem) => problem.field.as_deref(),
            _ => None,
        }
    }

    /// True when the field itself should keep trying, because waiting may help.
    pub const fn may_pass(&self) -> bool {
        match self {
            Self::InstanceBusy
            | Self::InstanceUnreachable
            | Self::ServiceUnreachable
            | Self::ServiceUncertain => true,
            Self::InstanceRefused(status, _) | Self::ServiceUnreadable(status) => *status >= 500,
            Self::Refused(problem) => problem.status >= 500 || problem.status == 429,
            _ => false,
        }
    }

    /// True when a request that changes something may have worked although this came back: the answer was lost,
    /// or the browser sent the request again by itself (it does when a connection breaks) and the second one met
    /// a spent token. Only the service knows; it must be asked.
    pub const fn may_hide_success(&self) -> bool {
        match self {
            Self::ServiceUnreachable => true,
            _ => self.is_refused_token(),
        }
    }

    /// True when the service did not accept the agent token.
    pub const fn is_refused_token(&self) -> bool {
        matches!(self, Self::Refused(problem) if problem.status == 401)
    }

    /// The failure in plain sentences.
    pub fn say(&self, doing: Doing) -> String {
        Said(self, doing).to_string()
    }
}

impl Trouble {
    /// Why the live stream has stopped for good.
    pub fn say_live(&self) -> String {
        let words = match self {
            Self::SessionEnded => {
                "Your ServiceNow session has ended. Reload the page and sign in again.".to_owned()
            }
            _ => "Reload the page to see the present state.".to_owned(),
        };
        format!("Live updates have stopped. {words}")
    }
}

struct Said<'a>(&'a Trouble, Doing);

impl fmt::Display for Said<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(trouble, doing) = self;
        let then = doing.consequence();
        match trouble {
            Trouble::SessionEnded => {
                write!(f, "Your ServiceNow session has ended.{then} Reload the page and sign in again.")
            }
            Trouble::NotAllowed => write!(
                f,
                "You are not allowed to verify the requester of this ticket.{then} Ask your ServiceNow \
                 administrator for the imper.ai agent role."
            ),
            Trouble::TicketNotFound => write!(
                f,
                "ServiceNow does not find this ticket.{then} It may have been deleted, or not saved yet: save it, \
                 then try again."
            ),
            Trouble::InstanceBusy => {
                write!(f, "ServiceNow is limiting requests at the moment.{then} Wait a minute, then try again.")
            }
            Trouble::InstanceRefused(_, Some(message)) => {
                write!(f, "ServiceNow could not prepare the verification: {}.{then}", message.trim_end_matches('.'))
            }
            Trouble::InstanceRefused(status, None) => write!(
                f,
                "ServiceNow could not prepare the verification (error {status}).{then} Try again; if it stays like \
                 this, tell your ServiceNow administrator."
            ),
            Trouble::InstanceUnreachable => {
                write!(f, "ServiceNow cannot be reached.{then} Check your connection, then try again.")
            }
            Trouble::InstanceUnreadable => write!(
                f,
                "ServiceNow answered in a way that this field does not understand.{then} Reload the page; if it \
                 stays like this, tell your ServiceNow administrator."
            ),
            Trouble::ServiceUnreachable => write!(f, "The verification service cannot be reached.{then}"),
            Trouble::ServiceUncertain => f.write_str(match doing {
                Doing::Cancelling => {
                    "The verification service did not answer, so it is not certain whether the verification was \
                     cancelled. Try again to see."
                }
                Doing::TakingBack | Doing::Releasing | Doing::Confirming => {
                    "The verification service did not answer. Try again to see what happened."
                }
                _ => {
                    "The verification service did not answer, so it is not certain whether a link was sent. Try \
                     again to see."
                }
            }),
            Trouble::ServiceUnreadable(status) => write!(
                f,
                "The verification service answered in a way that this field does not understand (error \
                 {status}).{then} Try again in a minute."
            ),
            Trouble::Refused(problem) => say_problem(f, problem),
            Trouble::RequesterChanged(name) => write!(
                f,
                "This ticket is now for {name}.{then} Check that this is the person you are talking to, then press \
                 Send again."
            ),
        }
    }
}

fn say_problem(f: &mut fmt::Formatter<'_>, problem: &Problem) -> fmt::Result {
    let text = problem.detail.as_deref().unwrap_or(&problem.title).trim();
    f.write_str(text)?;
    if !text.ends_with(['.', '?']) {
        f.write_str(".")?;
    }
    match problem.retry_after {
        Some(seconds) if seconds > 0 => write!(f, " Try again in {}.", span(seconds)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(detail: Option<&str>, retry_after: Option<u32>) -> Trouble {
        Trouble::Refused(Problem {
            kind: "urn:imper:problem:too-many-links".into(),
            title: "Too many links".into(),
            status: 429,
            detail: detail.map(Into::into),
            field: Some("destination".into()),
            retry_after,
        })
    }

    #[test]
    fn each_answer_of_the_instance_has_its_own_sentence() {
        let said: Vec<String> = [401, 403, 404, 429, 500]
            .map(|status| Trouble::from_instance(status, None).say(Doing::Loading))
            .into();
        for (index, sentence) in said.iter().enumerate() {
            assert!(sentence.contains("Nothing was sent."), "{sentence}");
            assert!(!said[..index].contains(sentence), "{sentence}");
        }
    }

    #[test]
    fn the_sentence_of_the_look_stays_as_it_is() {
        assert_eq!(
            Trouble::ServiceUnreachable.say(Doing::Sending),
            "The verification service cannot be reached. Nothing was sent."
        );
    }

    #[test]
    fn the_consequence_fits_what_was_tried() {
        assert!(
            Trouble::ServiceUnreachable
                .say(Doing::Resending)
                .ends_with("No new link was sent.")
        );
        assert!(
            Trouble::ServiceUnreachable
                .say(Doing::Cancelling)
                .ends_with("was not cancelled.")
        );
    }

    #[test]
    fn when_it_is_not_known_whether_a_link_left_nothing_is_claimed() {
        assert!(
            !Trouble::ServiceUncertain
                .say(Doing::Sending)
                .contains("Nothing was sent")
        );
    }

    #[test]
    fn a_problem_speaks_for_itself_and_its_wait_is_put_into_words() {
        let said =
            problem(Some("This address got three links in the last hour"), Some(754)).say(Doing::Sending);
        assert_eq!(
            said,
            "This address got three links in the last hour. Try again in 13 minutes."
        );
        assert_eq!(problem(None, None).say(Doing::Sending), "Too many links.");
        assert_eq!(problem(None, None).field(), Some("destination"));
    }

    #[test]
    fn the_words_of_the_instance_are_passed_on_when_no_sentence_of_ours_fits() {
        let said = Trouble::from_instance(422, Some("The caller of this ticket is empty.".into()))
            .say(Doing::Loading);
        assert_eq!(
            said,
            "ServiceNow could not prepare the verification: The caller of this ticket is empty. Nothing was sent."
        );
    }

    #[test]
    fn only_what_may_pass_is_tried_again_without_being_asked() {
        assert!(Trouble::ServiceUnreachable.may_pass());
        assert!(Trouble::from_instance(503, None).may_pass());
        assert!(!Trouble::SessionEnded.may_pass());
        assert!(!Trouble::NotAllowed.may_pass());
    }
}
