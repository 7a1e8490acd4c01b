//! A Service Portal with a page for one ticket. Which widgets stand on it is the admin's affair.

use super::put;
use crate::instance::store::Store;

/// The portal `/sp` with its page `ticket`.
pub fn load(store: &mut Store) {
    let page = put(
        store,
        "sp_page",
        "ticket",
        &[("id", "ticket"), ("title", "Ticket page")],
    );
    let container = put(
        store,
        "sp_container",
        "ticket",
        &[("name", "Ticket"), ("sp_page", &page), ("order", "1")],
    );
    let row = put(
        store,
        "sp_row",
        "ticket",
        &[("sp_container", &container), ("order", "1")],
    );
    put(
        store,
        "sp_column",
        "ticket",
        &[("sp_row", &row), ("size", "12"), ("order", "1")],
    );
    put(
        store,
        "sp_portal",
        "sp",
        &[
            ("title", "Service Portal"),
            ("url_suffix", "sp"),
            ("homepage", &page),
        ],
    );
}
