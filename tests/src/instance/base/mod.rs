//! The base data set: what a new instance has before anything is installed.

mod portal;

use aws_lc_rs::digest;

use super::core::hex;
use super::error::InstanceError;
use super::store::{Store, Values};

const DICTIONARY: &str = include_str!("dictionary.txt");
const SECTIONS: &str = include_str!("sections.txt");
const RULES: &str = include_str!("rules.js");

/// Roles of the base system.
const ROLES: &[&str] = &[
    "admin",
    "itil",
    "itil_admin",
    "security_admin",
    "snc_internal",
    "sn_incident_read",
    "sn_incident_write",
    "rest_service",
    "web_service_admin",
    "user_admin",
    "personalize",
];

/// Role and the role that it contains.
const CONTAINED: &[(&str, &str)] = &[
    ("itil_admin", "itil"),
    ("itil", "sn_incident_write"),
    ("sn_incident_write", "sn_incident_read"),
];

/// Record ACLs: name, operations, roles (comma separated).
const ACLS: &[(&str, &str, &str)] = &[
    ("task", "read", "itil"),
    ("incident", "read", "sn_incident_read"),
    ("incident", "write", "sn_incident_write"),
    ("incident", "create", "sn_incident_write"),
    ("incident", "delete", "admin"),
    ("sc_req_item", "read,write,create", "itil"),
    ("sys_user", "read", "snc_internal"),
    ("sys_user.user_password", "read,write", "admin"),
    ("sys_user", "write,create", "user_admin"),
    ("sys_user_group", "read", "snc_internal"),
    ("sys_choice", "read", "snc_internal"),
    ("sys_journal_field", "read", "itil"),
    ("cmdb_ci", "read", "itil"),
    ("cmn_department", "read", "snc_internal"),
    ("cmn_location", "read", "snc_internal"),
    ("core_company", "read", "snc_internal"),
];

/// A stable `sys_id`: the same base record has the same id on every instance.
pub fn stable_id(key: &str) -> String {
    let mut id = hex(digest::digest(&digest::SHA256, key.as_bytes()).as_ref());
    id.truncate(32);
    id
}

/// Fills an empty store.
pub fn load(store: &mut Store) -> Result<(), InstanceError> {
    dictionary(store)?;
    store.rebuild_schema();
    put(
        store,
        "sys_number",
        "incident",
        &[
            ("category", "incident"),
            ("prefix", "INC"),
            ("number", "10000"),
            ("maximum_digits", "7"),
        ],
    );
    put(
        store,
        "sys_number",
        "sc_req_item",
        &[
            ("category", "sc_req_item"),
            ("prefix", "RITM"),
            ("number", "10000"),
            ("maximum_digits", "7"),
        ],
    );
    security(store);
    portal::load(store);
    sections(store)?;
    rules(store)
}

fn put(store: &mut Store, table: &str, key: &str, fields: &[(&str, &str)]) -> String {
    let mut values: Values = fields
        .iter()
        .map(|(field, value)| ((*field).to_owned(), (*value).to_owned()))
        .collect();
    let sys_id = stable_id(&format!("{table} {key}"));
    values.insert("sys_id".to_owned(), sys_id.clone());
    values.insert("sys_scope".to_owned(), "global".to_owned());
    values.insert("sys_created_by".to_owned(), "system".to_owned());
    store.put(table, values);
    sys_id
}

fn broken(line: &str) -> InstanceError {
    InstanceError::Internal(format!("base data: {line:?}"))
}

/// `(before, quoted, after)` of a line with one quoted part.
fn quoted(line: &str) -> Result<(&str, &str, &str), InstanceError> {
    let (before, rest) = line.split_once('"').ok_or_else(|| broken(line))?;
    let (label, after) = rest.split_once('"').ok_or_else(|| broken(line))?;
    Ok((before.trim(), label, after.trim()))
}

fn dictionary(store: &mut Store) -> Result<(), InstanceError> {
    let mut table = String::new();
    let mut sequence = 0;
    for line in DICTIONARY
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
    {
        let (before, label, after) = quoted(line)?;
        if let Some(name) = before.strip_prefix("table ").filter(|name| !name.contains(' ')) {
            name.clone_into(&mut table);
            let parent = after
                .strip_prefix("extends ")
                .map(|parent| stable_id(&format!("sys_db_object {parent}")));
            put(
                store,
                "sys_db_object",
                name,
                &[
                    ("name", name),
                    ("label", label),
                    ("super_class", parent.as_deref().unwrap_or_default()),
                    ("access", "public"),
                ],
            );
        } else if let Some(name) = before.strip_prefix("meta ") {
            metadata(store, name, label, after.trim_start_matches(':'));
        } else if let Some(choice) = before.strip_prefix("choice ") {
            let (element, value) = choice.split_once(' ').ok_or_else(|| broken(line))?;
            sequence += 1;
            put(
                store,
                "sys_choice",
                &format!("{table} {element} {value}"),
                &[
                    ("name", &table),
                    ("element", element),
                    ("value", value),
                    ("label", label),
                    ("language", "en"),
                    ("inactive", "0"),
                    ("sequence", &sequence.to_string()),
                ],
            );
        } else {
            column(store, &table, before, label, after)?;
        }
    }
    Ok(())
}

fn column(
    store: &mut Store,
    table: &str,
    before: &str,
    label: &str,
    after: &str,
) -> Result<(), InstanceError> {
    let mut words = before.split(' ');
    let (Some(name), Some(kind), Some(length)) = (words.next(), words.next(), words.next()) else {
        return Err(broken(before));
    };
    let (kind, reference) = kind.split_once(':').unwrap_or((kind, ""));
    let (flags, default) = after.split_once("default=").unwrap_or((after, ""));
    let flag = |name: &str| {
        if flags.split(' ').any(|word| word == name) {
            "1"
        } else {
            "0"
        }
    };
    put(
        store,
        "sys_dictionary",
        &format!("{table} {name}"),
        &[
            ("name", table),
            ("element", name),
            ("column_label", label),
            ("internal_type", kind),
            ("reference", reference),
            ("max_length", length),
            ("read_only", flag("read_only")),
            ("mandatory", flag("mandatory")),
            ("unique", flag("unique")),
            ("display", flag("display")),
            ("default_value", default),
            ("active", "1"),
        ],
    );
    Ok(())
}

fn metadata(store: &mut Store, name: &str, label: &str, columns: &str) {
    put(
        store,
        "sys_db_object",
        name,
        &[
            ("name", name),
            ("label", label),
            ("access", "public"),
            ("emulator_metadata", "true"),
        ],
    );
    for column in columns.split_whitespace() {
        let mut parts = column.split(':');
        let field = parts.next().unwrap_or_default();
        let (mut kind, mut reference, mut display) = ("mediumtext", "", "0");
        for part in parts {
            match part.split_once('=') {
                Some((_, target)) => (kind, reference) = ("reference", target),
                None if part == "b" => kind = "boolean",
                None if part == "i" => kind = "integer",
                None => display = "1",
            }
        }
        put(
            store,
            "sys_dictionary",
            &format!("{name} {field}"),
            &[
                ("name", name),
                ("element", field),
                ("column_label", field),
                ("internal_type", kind),
                ("reference", reference),
                ("display", display),
                ("active", "1"),
            ],
        );
    }
}

fn security(store: &mut Store) {
    for role in ROLES {
        put(store, "sys_user_role", role, &[("name", role)]);
    }
    let role_id = |role: &str| stable_id(&format!("sys_user_role {role}"));
    for (role, contains) in CONTAINED {
        put(
            store,
            "sys_user_role_contains",
            &format!("{role} {contains}"),
            &[("role", &role_id(role)), ("contains", &role_id(contains))],
        );
    }
    for (name, operations, roles) in ACLS {
        for operation in operations.split(',') {
            let acl = put(
                store,
                "sys_security_acl",
                &format!("{name} {operation}"),
                &[
                    ("name", name),
                    ("type", "record"),
                    ("operation", operation),
                    ("active", "1"),
                    ("admin_overrides", "1"),
                ],
            );
            for role in roles.split(',') {
                put(
                    store,
                    "sys_security_acl_role",
                    &format!("{name} {operation} {role}"),
                    &[("sys_security_acl", &acl), ("sys_user_role", &role_id(role))],
                );
            }
        }
    }
}

fn sections(store: &mut Store) -> Result<(), InstanceError> {
    for (index, line) in SECTIONS
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .enumerate()
    {
        if let Some(rest) = line.strip_prefix("list ") {
            let (table, columns) = rest.split_once(' ').ok_or_else(|| broken(line))?;
            let list = put(
                store,
                "sys_ui_list",
                table,
                &[("name", table), ("view", "Default view")],
            );
            for (position, column) in columns.split(',').enumerate() {
                put(
                    store,
                    "sys_ui_list_element",
                    &format!("{table} {column}"),
                    &[
                        ("list_id", &list),
                        ("element", column.trim()),
                        ("position", &position.to_string()),
                    ],
                );
            }
            continue;
        }
        let (before, caption, elements) = quoted(line)?;
        let table = before.strip_prefix("section ").ok_or_else(|| broken(line))?;
        let section = put(
            store,
            "sys_ui_section",
            &format!("{table} {index}"),
            &[("name", table), ("caption", caption), ("view", "Default view")],
        );
        for (position, element) in elements.split(',').map(str::trim).enumerate() {
            let kind = match element {
                ".begin_split" | ".split" | ".end_split" => element,
                _ if element.strip_suffix(".xml").is_some() => "formatter",
                _ => "",
            };
            put(
                store,
                "sys_ui_element",
                &format!("{section} {position}"),
                &[
                    ("sys_ui_section", &section),
                    ("element", element),
                    ("position", &position.to_string()),
                    ("type", kind),
                ],
            );
        }
    }
    Ok(())
}

fn rules(store: &mut Store) -> Result<(), InstanceError> {
    for block in RULES.split("//@ ").skip(1) {
        let (head, script) = block.split_once('\n').ok_or_else(|| broken(block))?;
        let mut words = head.splitn(5, ' ');
        let mut next = || words.next().ok_or_else(|| broken(head));
        let (table, when, actions, order, name) = (next()?, next()?, next()?, next()?, next()?);
        let on = |action: &str| {
            if actions.split(',').any(|one| one == action) {
                "1"
            } else {
                "0"
            }
        };
        put(
            store,
            "sys_script",
            name,
            &[
                ("name", name),
                ("collection", table),
                ("when", when),
                ("order", order),
                ("active", "1"),
                ("advanced", "1"),
                ("action_insert", on("insert")),
                ("action_update", on("update")),
                ("script", script),
            ],
        );
    }
    Ok(())
}
