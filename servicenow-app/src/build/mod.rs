//! From source to records, one function for each folder of the app.

mod access;
mod application;
mod atf;
mod automation;
mod forms;
mod hosts;
mod interface;
mod layouts;
mod rest;
mod tables;

pub use atf::placeholder;
pub use automation::supplement;
pub use forms::{formatter_element, shows_in};
pub use rest::versioned_path;

use crate::record::Record;
use crate::source::Source;

/// Every record of the app, in an order that reads well: what others refer to comes first.
pub fn records(source: &Source, panel_module: &str) -> Vec<Record> {
    let mut records = application::records(source);
    records.extend(tables::records(source));
    records.extend(tables::rows(source));
    records.extend(access::records(source));
    records.extend(application::properties(source));
    records.extend(rest::records(source));
    records.extend(interface::records(source, panel_module));
    records.extend(automation::records(source));
    records.extend(hosts::records(source));
    records.extend(forms::records(source));
    records.extend(layouts::records(source));
    records.extend(interface::menus(source));
    records.extend(automation::deletions(source));
    records
}
