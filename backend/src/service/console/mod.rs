//! Use cases of the console: its users, their sessions, the list of verifications, the details of one, charts, exports,
//! and the log of all that.
//!
//! Everything that is read is scoped by the instance of the session: what belongs to another tenant is answered
//! exactly like what does not exist. What a viewer must not see is taken out here, so that no page can show it.

mod access;
mod accounts;
mod backoff;
mod details;
pub mod export;
mod lists;
mod log;
mod overview;
mod password;
pub mod tokens;
mod views;

pub use access::{Admin, Analyst, Forbidden};
pub use accounts::{
    AddUserError, Credentials, Session, SessionCookie, SignInError, add_user, only_instance, session,
    sign_in, sign_out, still_runs,
};
pub use details::{Details, Relation, details};
use lists::masked;
pub use lists::{Asked, Choices, MOST_COUNTED, PAGE_ROWS, Page, choices, list, list_rows, newer};
pub use log::{LOG_ROWS, LogPage, log, read_log, read_log_rows};
pub use overview::{AgentFigures, Bucket, Overview, Period, Tally, agents, overview};
pub use password::PasswordProblem;
pub use views::{ViewProblem, remove_view, save_view, views};

pub use crate::store::console::accounts::{Role, User};
pub use crate::store::console::audit::{Action, Logged, Narrowing, TOKEN_PREFIX};
pub use crate::store::console::deliveries::Delivery;
pub use crate::store::console::listing::{
    Agent, Column, Cursor, Filter, Listed, Order, Position, SORTED_ROWS, Same, Shared, Standing, place_of,
};
pub use crate::store::console::views::SavedView;
