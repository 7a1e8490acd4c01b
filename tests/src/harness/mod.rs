//! What the end-to-end tests and the demo stand on: processes, a clock, browsers, and the world of service,
//! instance, mail server and people.

pub mod accessibility;
pub mod browser;
pub mod clock;
pub mod console;
pub mod hosts;
pub mod people;
pub mod process;
pub mod sample;
pub mod story;
pub mod world;
