//! Ring 2: what proves a person beyond what is sent to them. Nothing here knows the portal, the console or the database.

pub mod oidc;
