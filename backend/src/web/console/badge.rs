//! Badges: a meaning is always an icon and a word, the colour only repeats it.

use shared::words::{RiskLevel, Status};

/// Icon, word and meaning of a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Badge {
    /// Class of the meaning: `passed`, `attention`, `failed` or `pending`.
    pub tone: &'static str,
    /// Path of the icon in a field of 16 by 16, drawn with a line.
    pub icon: &'static str,
    /// What it says.
    pub word: &'static str,
}

/// A circle with a tick.
pub const TICK: &str = "M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM5 8.3l2.1 2.1L11 6.2";
/// A circle with a cross.
pub const CROSS: &str = "M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM5.8 5.8l4.4 4.4M10.2 5.8l-4.4 4.4";
/// A circle with a dash.
pub const DASH: &str = "M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM5.3 8h5.4";
/// A circle with three dots.
pub const DOTS: &str = "M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM5 8h.01M8 8h.01M11 8h.01";
/// A clock.
pub const CLOCK: &str = "M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM8 4.4V8l2.4 1.6";
/// A paper plane.
pub const PLANE: &str = "M14 2 7.3 8.7M14 2 9.8 14l-2.5-5.3L2 6.2z";
/// An eye.
pub const EYE: &str = "M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8zM8 6.3a1.7 1.7 0 1 0 0 3.4 1.7 1.7 0 0 0 0-3.4z";
/// A triangle with an exclamation mark.
pub const WARNING: &str = "M8 2 14.5 13.5h-13zM8 6.4v3M8 11.5h.01";
/// A shield with a tick.
pub const SHIELD: &str =
    "M8 1.5l5.5 2v4c0 3.4-2.3 5.8-5.5 7-3.2-1.2-5.5-3.6-5.5-7v-4zM5.4 7.9l1.8 1.8 3.4-3.5";
/// An octagon with a cross.
pub const STOP: &str = "M5.3 1.5h5.4l3.8 3.8v5.4l-3.8 3.8H5.3l-3.8-3.8V5.3zM6 6l4 4M10 6l-4 4";
/// A scale: a rule was applied.
pub const RULE: &str = "M8 2v12M5 14h6M2.5 4.5h11M2.5 4.5l-1.5 5h4l-1.5-5M13.5 4.5l-2 5h4l-1.5-5";

/// The badge of a status.
pub const fn status(status: Status) -> Badge {
    let (tone, icon) = match status {
        Status::Sending | Status::Sent => ("pending", PLANE),
        Status::Opened => ("pending", EYE),
        Status::InProgress => ("pending", DOTS),
        Status::Passed => ("passed", TICK),
        Status::Failed => ("failed", CROSS),
        Status::Expired => ("attention", CLOCK),
        Status::Cancelled => ("pending", DASH),
        Status::Undeliverable => ("attention", WARNING),
    };
    Badge {
        tone,
        icon,
        word: status.label(),
    }
}

/// The badge of a level of risk.
pub const fn risk(level: RiskLevel) -> Badge {
    let (tone, icon) = match level {
        RiskLevel::Verified => ("passed", SHIELD),
        RiskLevel::Medium => ("attention", WARNING),
        RiskLevel::High => ("failed", STOP),
    };
    Badge {
        tone,
        icon,
        word: level.label(),
    }
}
