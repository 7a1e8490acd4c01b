//! Use cases of the console: its users, their sessions, the list of verifications, the details of one, charts, exports,
//! and the log of all that.
//!
//! Everything that is read is scoped by the instance of the session: what belongs to another tenant is answered
//! exactly like what does not exist. What a viewer must not see is taken out here, so that no page can show it.

mod access;
mod account;
mod backoff;
pub mod branding;
mod bypasses;
mod company;
pub mod delivery;
mod details;
pub mod export;
mod factors;
pub mod health;
pub mod keys;
mod lists;
mod log;
mod overview;
mod passkeys;
mod password;
pub mod policy;
pub mod retention;
mod sessions;
mod sign_in;
pub mod test_messages;
pub mod tokens;
mod users;
mod views;
mod what_if;

pub use access::{Admin, Analyst, Forbidden};
pub use account::{
    AccountError, Own, change_password, choose_password, end_session, make_codes, own, remove_app,
};
pub use bypasses::{BypassPage, bypass_of_ticket, bypass_rows};
pub use company::{Trouble, Visitor, arrive_from_company, company_sign_in, depart_to_company};
pub use details::{Details, Relation, details};
pub use factors::{Added, AppToAdd, Holder, add_app, app_to_add, begin_app};
use lists::masked;
pub use lists::{Asked, Choices, MOST_COUNTED, PAGE_ROWS, Page, choices, list, list_rows, newer};
pub use log::{LOG_ROWS, LogPage, log, read_log, read_log_rows};
pub use overview::{AgentFigures, Bucket, Overview, Period, Tally, agents, overview};
pub use passkeys::{
    Ways, add_passkey, answer_passkey, ask_passkey, ask_to_add_passkey, can_have_passkeys, remove_passkey,
    ways,
};
pub use password::PasswordProblem;
pub use sessions::{
    Client, Entry, Held, Partial, Session, SessionCookie, Stage, session, sign_out, still_runs,
};
pub use sign_in::{Credentials, SignInError, answer_code, only_instance, sign_in};
pub use users::{
    AddUserError, By, Change, ChangeError, InitialPassword, NewUser, add_user, change_user, create_user,
    find_user, user, users,
};
pub use views::{ViewProblem, remove_view, save_view, views};

pub use crate::store::console::accounts::{Kind, Role, User};
pub use crate::store::console::audit::{Action, Logged, Narrowing, TOKEN_PREFIX};
pub use crate::store::console::deliveries::Delivery;
pub use crate::store::console::factors::Passkey;
pub use crate::store::console::listing::{
    Agent, Column, Cursor, Filter, Listed, Order, Position, SORTED_ROWS, Same, Shared, Standing, place_of,
};
pub use crate::store::console::sessions::OwnSession;
pub use crate::store::console::users::Account;
pub use crate::store::console::views::SavedView;
