//! What an update set holds, as the packer meant it: whoever reads the file back must find the same.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::record::Record;
use crate::xml::Element;

/// One row of the set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ManifestRow {
    /// Update name.
    pub name: String,
    /// The records that its payload writes or deletes, in their order.
    pub records: Vec<ManifestRecord>,
}

/// One record inside a payload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ManifestRecord {
    /// Table.
    pub table: String,
    /// `INSERT_OR_UPDATE` or `DELETE`.
    pub action: String,
    /// Identifier.
    pub sys_id: String,
    /// Every field with its value.
    pub fields: BTreeMap<String, String>,
}

/// Lists the rows, from the records before they became text.
pub fn of(records: &[Record]) -> Vec<ManifestRow> {
    records
        .iter()
        .map(|record| {
            let mut found = Vec::new();
            collect(&record.payload, &mut found);
            ManifestRow {
                name: record.update_name.clone(),
                records: found,
            }
        })
        .collect()
}

/// A record is an element with an action and a `sys_id`; wrappers lack one of them, bulk deletions both.
fn collect(element: &Element, found: &mut Vec<ManifestRecord>) {
    let sys_id = element.children().iter().find(|child| child.name() == "sys_id");
    match (element.attribute("action"), sys_id) {
        (Some(action), Some(sys_id)) => found.push(ManifestRecord {
            table: element.name().to_owned(),
            action: action.to_owned(),
            sys_id: sys_id.value().to_owned(),
            fields: element
                .children()
                .iter()
                .map(|field| (field.name().to_owned(), field.value().to_owned()))
                .collect(),
        }),
        _ => element.children().iter().for_each(|child| collect(child, found)),
    }
}
