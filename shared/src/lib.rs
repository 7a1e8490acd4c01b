//! The words of the product as types, and the messages that travel between its parts.
//!
//! Every other crate may import this one; it imports nothing but serde, does no I/O, reads no clock and
//! compiles to WebAssembly. Enums are *externally tagged* strings or plain structs: internally tagged enums
//! cost the widget 8 % of its size.

pub mod agent_api;
pub mod agent_token;
pub mod connection;
pub mod events;
pub mod problem;
pub mod words;
