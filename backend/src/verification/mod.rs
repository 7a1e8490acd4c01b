//! Ring 1: what a verification is and how it is decided. Pure functions over plain data.
//!
//! Nothing here does I/O, reads a clock or draws randomness: moments and random values are handed in, so every
//! rule can be tested at any moment and every decision replayed.

pub mod bypass;
pub mod checks;
pub mod decision;
pub mod destination;
pub mod enrolment;
pub mod erasure;
pub mod facts;
pub mod grant;
pub mod ids;
pub mod limits;
pub mod policy;
pub mod report;
pub mod signals;
pub mod state;
pub mod statement;

#[cfg(test)]
mod state_tests;

pub use checks::{Check, CheckDetail, SessionStep};
pub use decision::{Decision, decide};
pub use destination::{Destination, DestinationError};
pub use facts::{ClientFacts, Facts, History};
pub use grant::Grant;
pub use ids::{InstanceId, LinkId, SignInId, VerificationId};
pub use policy::{Mistake, Plan, Policy, PolicyError, Step};
pub use report::{Finding, FindingKind, Report};
pub use state::{Delivery, InvalidTransition, Link, Opens, Session, State, Verification};
