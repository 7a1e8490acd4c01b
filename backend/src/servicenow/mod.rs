//! Ring 2: the neighbour ServiceNow. Tokens coming in, signed events going out.

pub mod agent_token;
pub mod bypasses;
pub mod client;
pub mod connection_token;
pub mod signature;
