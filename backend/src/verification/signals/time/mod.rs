//! About clocks, zones, languages and hours.

pub mod clock_inconsistent;
pub mod language_differs;
pub mod outside_working_hours;
pub mod time_zone_differs;
pub mod too_fast;
pub mod zone_outside_country;
pub mod zones;
