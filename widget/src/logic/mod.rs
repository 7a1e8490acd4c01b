//! What the field knows and decides, free of browser and framework: plain values, tested natively.

pub mod backoff;
pub mod card;
pub mod claims;
pub mod destination;
pub mod host;
pub mod sse;
pub mod trouble;
pub mod words;
