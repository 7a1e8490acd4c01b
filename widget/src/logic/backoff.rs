//! How long to wait before the live stream is opened again.

/// Waiting times of one stream: short at first, because most breaks are short, and never above half a minute,
/// because an agent is on the phone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Backoff {
    failures: u32,
}

/// The first wait, in milliseconds.
const FIRST_MS: u32 = 1_000;
/// The longest wait, in milliseconds.
const LONGEST_MS: u32 = 30_000;
/// So many failures in a row are shown to the agent; fewer are not worth a word.
const WORTH_SAYING: u32 = 2;

impl Backoff {
    /// The stream is up: the next break starts from the shortest wait.
    pub const fn succeeded(&mut self) {
        self.failures = 0;
    }

    /// Counts a failure and gives the wait in milliseconds. `jitter` in 0..1 spreads many widgets, which all
    /// lose the same server at the same moment, over a quarter of the wait.
    pub fn failed(&mut self, jitter: f64) -> u32 {
        let doubled = FIRST_MS.saturating_mul(1 << self.failures.min(5));
        self.failures = self.failures.saturating_add(1);
        let wait = doubled.min(LONGEST_MS);
        let spread = f64::from(wait) * 0.25 * jitter.clamp(0.0, 1.0);
        // In 0..=7500 by the two lines above.
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "bounded above"
        )]
        let spread = spread as u32;
        wait - spread
    }

    /// True when the interruption has lasted long enough to be shown.
    pub const fn is_worth_saying(&self) -> bool {
        self.failures >= WORTH_SAYING
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_half_a_minute_and_start_over_after_a_success() {
        let mut backoff = Backoff::default();
        let waits: Vec<u32> = (0..8).map(|_| backoff.failed(0.0)).collect();
        assert_eq!(
            waits,
            [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]
        );
        backoff.succeeded();
        assert_eq!(backoff.failed(0.0), 1_000);
    }

    #[test]
    fn jitter_shortens_by_at_most_a_quarter() {
        assert_eq!(Backoff::default().failed(1.0), 750);
        assert_eq!(Backoff::default().failed(99.0), 750);
    }

    #[test]
    fn a_single_break_is_not_mentioned() {
        let mut backoff = Backoff::default();
        backoff.failed(0.0);
        assert!(!backoff.is_worth_saying());
        backoff.failed(0.0);
        assert!(backoff.is_worth_saying());
    }
}
