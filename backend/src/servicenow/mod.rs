//! Ring 2: the neighbour ServiceNow. Tokens coming in, signed events going out.

pub mod agent_token;
pub mod client;
pub mod connection_token;
pub mod signature;
