//! Time zones: their offsets, and the countries in which they are used. From data that is part of the program, so
//! nothing here depends on the machine.

use std::collections::HashMap;
use std::sync::LazyLock;

use jiff::tz::{TimeZone, TimeZoneDatabase};
use shared::words::UnixMillis;

/// One zone a line, with its countries; source in the file.
const LIST: &str = include_str!("../../../../data/zone-countries.txt");

/// A moment by the clock of a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Local {
    /// Offset from UTC in minutes, east positive.
    pub offset_minutes: i32,
    /// Minute of the day, 0–1439.
    pub minute: u16,
    /// Day of the week, 1 (Monday) – 7.
    pub weekday: u8,
}

/// What the clocks of the zone `name` show at `at`; `None` for a name that is no zone.
pub fn local(name: &str, at: UnixMillis) -> Option<Local> {
    static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);
    let zone: TimeZone = ZONES.get(name).ok()?;
    let time = jiff::Timestamp::from_millisecond(at.0).ok()?.to_zoned(zone);
    let minute = i32::from(time.hour()) * 60 + i32::from(time.minute());
    Some(Local {
        offset_minutes: time.offset().seconds() / 60,
        minute: u16::try_from(minute).ok()?,
        weekday: u8::try_from(time.weekday().to_monday_one_offset()).ok()?,
    })
}

/// The countries in which the zone `name` is used, ISO 3166 codes; empty for a name that is no zone of a country.
pub fn countries(name: &str) -> Vec<String> {
    static COUNTRIES: LazyLock<HashMap<String, &str>> = LazyLock::new(|| {
        let lines = LIST.lines().filter(|line| !line.starts_with('#'));
        lines
            .filter_map(|line| line.split_once(' '))
            .map(|(zone, codes)| (zone.to_lowercase(), codes))
            .collect()
    });
    let codes = COUNTRIES.get(&name.to_lowercase());
    codes.map_or_else(Vec::new, |codes| codes.split(',').map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_have_offsets_hours_and_countries() {
        // 2026-11-22T10:00:00Z, a Sunday.
        let at = UnixMillis(1_795_341_600_000);
        let berlin = local("Europe/Berlin", at).unwrap();
        assert_eq!(
            (berlin.offset_minutes, berlin.minute, berlin.weekday),
            (60, 11 * 60, 7)
        );
        assert_eq!(local("US/Pacific", at).unwrap().offset_minutes, -480);
        assert_eq!(local("Mars/Olympus", at), None);
        assert!(countries("europe/london").contains(&"GB".to_owned()));
        assert_eq!(countries("US/Pacific"), ["US"]);
        assert!(countries("UTC").is_empty());
    }
}
