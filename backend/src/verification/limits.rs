//! Limits on what agents may start and on what one destination may receive. Pure rules over counts that the store
//! gives; the numbers are those of the design, after the strictest of ASVS, NIST and the platform's own defaults.

/// Starts per agent …
pub const STARTS_PER_AGENT: u32 = 10;
/// … within ten minutes.
pub const AGENT_WINDOW_SECONDS: i64 = 600;
/// Starts per requester …
pub const STARTS_PER_REQUESTER: u32 = 10;
/// … within a day.
pub const REQUESTER_WINDOW_SECONDS: i64 = 86_400;
/// The limit on the starts of a whole instance holds within an hour; how many is its own setting.
pub const INSTANCE_WINDOW_SECONDS: i64 = 3600;
/// Messages to one destination within an hour.
pub const MESSAGES_PER_HOUR: u32 = 3;
/// Messages to one destination within a day.
pub const MESSAGES_PER_DAY: u32 = 5;

/// Counts within the windows above, each with the age in seconds of the oldest entry that counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Starts of the agent within [`AGENT_WINDOW_SECONDS`].
    pub starts_by_agent: Window,
    /// Starts for the requester within [`REQUESTER_WINDOW_SECONDS`].
    pub starts_for_requester: Window,
    /// Links to the destination within an hour.
    pub messages_this_hour: Window,
    /// Links to the destination within a day.
    pub messages_this_day: Window,
    /// Starts of the whole instance within an hour.
    pub starts_of_instance: Window,
}

/// How many entries a window holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Window {
    /// Entries.
    pub count: u32,
    /// Age of the oldest, in seconds.
    pub oldest_age_seconds: i64,
}

/// A limit that is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LimitReached {
    /// This agent has started too many.
    #[error(
        "You have started {STARTS_PER_AGENT} verifications within ten minutes. Wait a little before the next."
    )]
    Agent(u32),
    /// This requester was asked too often.
    #[error(
        "This requester was asked {STARTS_PER_REQUESTER} times within a day. Speak to your team lead before you try again."
    )]
    Requester(u32),
    /// This destination received too many links.
    #[error("This address or number has received too many links. Use another one, or wait.")]
    Destination(u32),
    /// The instance has started too many: more than its help desk ever would.
    #[error(
        "This instance has started more verifications within an hour than its limit allows. Wait a little, and tell your administrator."
    )]
    Instance(u32),
}

impl LimitReached {
    /// Seconds until one more is allowed.
    pub const fn retry_after(self) -> u32 {
        match self {
            Self::Agent(seconds)
            | Self::Requester(seconds)
            | Self::Destination(seconds)
            | Self::Instance(seconds) => seconds,
        }
    }
}

fn over(window: Window, most: u32, seconds: i64) -> Option<u32> {
    (window.count >= most).then(|| u32::try_from((seconds - window.oldest_age_seconds).max(1)).unwrap_or(1))
}

/// May this agent start one more verification of this requester, with a link to this destination, where the instance allows
/// itself `most_of_instance` starts within an hour?
pub fn may_start(counts: Counts, most_of_instance: u32) -> Result<(), LimitReached> {
    if let Some(seconds) = over(counts.starts_by_agent, STARTS_PER_AGENT, AGENT_WINDOW_SECONDS) {
        return Err(LimitReached::Agent(seconds));
    }
    if let Some(seconds) = over(
        counts.starts_for_requester,
        STARTS_PER_REQUESTER,
        REQUESTER_WINDOW_SECONDS,
    ) {
        return Err(LimitReached::Requester(seconds));
    }
    if let Some(seconds) = over(
        counts.starts_of_instance,
        most_of_instance,
        INSTANCE_WINDOW_SECONDS,
    ) {
        return Err(LimitReached::Instance(seconds));
    }
    may_send(counts)
}

/// May one more link go to this destination?
pub fn may_send(counts: Counts) -> Result<(), LimitReached> {
    let hour = over(counts.messages_this_hour, MESSAGES_PER_HOUR, 3600);
    let day = over(counts.messages_this_day, MESSAGES_PER_DAY, 86_400);
    hour.max(day)
        .map_or(Ok(()), |seconds| Err(LimitReached::Destination(seconds)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_says_how_long_to_wait() {
        let mut counts = Counts::default();
        assert_eq!(may_start(counts, 2), Ok(()));
        counts.messages_this_hour = Window {
            count: 3,
            oldest_age_seconds: 3000,
        };
        assert_eq!(may_start(counts, 2), Err(LimitReached::Destination(600)));
        counts.messages_this_day = Window {
            count: 5,
            oldest_age_seconds: 80_000,
        };
        assert_eq!(may_send(counts), Err(LimitReached::Destination(6400)));
        counts.starts_of_instance = Window {
            count: 2,
            oldest_age_seconds: 3500,
        };
        assert_eq!(may_start(counts, 2), Err(LimitReached::Instance(100)));
        assert_eq!(
            may_send(counts),
            Err(LimitReached::Destination(6400)),
            "a resend is no start"
        );
        counts.starts_by_agent = Window {
            count: 10,
            oldest_age_seconds: 599,
        };
        assert_eq!(may_start(counts, 2), Err(LimitReached::Agent(1)));
    }
}
