//! What the end-to-end tests and the demo stand on: processes, a clock, browsers, and the world of service,
//! instance, mail server and people.

pub mod accessibility;
pub mod backend;
pub mod browser;
pub mod certificates;
pub mod clock;
pub mod console;
pub mod hosts;
pub mod people;
pub mod portal;
pub mod process;
pub mod sample;
pub mod scene;
pub mod service;
pub mod setup;
pub mod desk;
pub mod people;
pub mod process;
pub mod receiver;
pub mod settings;
pub mod soft_passkey;
pub mod story;
pub mod world;
