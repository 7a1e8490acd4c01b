//! What the end-to-end tests and the demo stand on: processes, a clock, browsers, and the world of service,
//! instance, mail server and people.

pub mod accessibility;
pub mod admin;
pub mod backend;
pub mod browser;
pub mod certificates;
pub mod clock;
pub mod console;
pub mod desk;
pub mod hosts;
pub mod people;
pub mod portal;
pub mod process;
pub mod receiver;
pub mod sample;
pub mod scene;
pub mod second_factor;
pub mod service;
pub mod settings;
pub mod setup;
pub mod soft_passkey;
pub mod story;
pub mod world;
