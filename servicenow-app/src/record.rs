//! A record as it travels: its fields, the blocks that every record carries, and the row around it.

use crate::ids;
use crate::source::model::AppFile;
use crate::xml::Element;

/// The one moment that every record was created at: times would make two builds differ.
pub(crate) const FIXED_TIME: &str = "2026-01-01 00:00:00";

/// The user that every record was created by.
pub(crate) const FIXED_USER: &str = "admin";

/// One row of the update set: a record (or a group of records with one update name) and its payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Table of the record.
    pub table: String,
    /// Derived identifier of the record.
    pub sys_id: String,
    /// The key by which the platform upserts: `<table>_<sys_id>`, except where a table has a handler of its own.
    pub update_name: String,
    /// What the platform calls this kind of record (`type`), for people.
    pub label: String,
    /// The table that the record belongs to, empty for most.
    pub target_table: String,
    /// Display name of the record, for people.
    pub target_name: String,
    /// Name of the view, for the few records that belong to one.
    pub view: String,
    /// True for a row that takes the record away.
    pub deletes: bool,
    /// The `record_update` element.
    pub(crate) payload: Element,
}

impl Record {
    /// A record whose payload and update name have a form of their own.
    pub(crate) fn of(identity: &Identity<'_>, sys_id: String, update_name: String, payload: Element) -> Self {
        Self {
            table: identity.table.to_owned(),
            sys_id,
            update_name,
            label: identity.label.to_owned(),
            target_table: identity.target_table.to_owned(),
            target_name: identity.name.to_owned(),
            view: String::new(),
            deletes: false,
            payload,
        }
    }

    /// The payload as text, the way it stands in the row once decoded.
    pub fn payload(&self) -> String {
        let mut text = String::from(r#"<?xml version="1.0" encoding="UTF-8"?>"#);
        self.payload.write(&mut text);
        text
    }
}

/// What names a record: everything about it but its fields.
pub(crate) struct Identity<'a> {
    /// Table of the record.
    pub table: &'a str,
    /// What makes it unique within its table.
    pub key: &'a str,
    /// Display name (`sys_name`).
    pub name: &'a str,
    /// Label of its kind (`type`).
    pub label: &'a str,
    /// The table that it belongs to (`table` of the row).
    pub target_table: &'a str,
}

impl AppFile {
    /// The `sys_id` of the application, which is also that of its scope.
    pub(crate) fn sys_id(&self) -> String {
        if self.is_global() {
            return self.scope.clone();
        }
        self.id("sys_app", &self.scope)
    }

    /// The platform's own scope, for the sets that an admin may add beside the app.
    pub(crate) fn global(&self) -> Self {
        Self {
            name: "Global".to_owned(),
            scope: "global".to_owned(),
            ..self.clone()
        }
    }

    pub(crate) fn is_global(&self) -> bool {
        self.scope == "global"
    }

    /// The `sys_id` of one of the app's records.
    pub(crate) fn id(&self, table: &str, key: &str) -> String {
        ids::sys_id(&self.scope, table, key)
    }

    /// A record of the plain form: one element with the common blocks inside `record_update`.
    pub(crate) fn record(&self, identity: &Identity<'_>, fields: Fields) -> Record {
        self.plain(identity, fields, false, Vec::new())
    }

    /// The same for a table that is separated by domain.
    pub(crate) fn domain_record(&self, identity: &Identity<'_>, fields: Fields) -> Record {
        self.plain(identity, fields.domain(), true, Vec::new())
    }

    /// The same with the (empty) list of its translations after it, which the platform replaces as a whole.
    pub(crate) fn translated_record(&self, identity: &Identity<'_>, fields: Fields) -> Record {
        let id = self.id(identity.table, identity.key);
        self.plain(identity, fields, false, vec![no_translations(&id)])
    }

    fn plain(&self, identity: &Identity<'_>, fields: Fields, domain: bool, then: Vec<Element>) -> Record {
        let sys_id = self.id(identity.table, identity.key);
        let update_name = format!("{}_{sys_id}", identity.table);
        let fields = fields.meta(self, identity.table, &sys_id, identity.name, &update_name);
        let mut children = vec![fields.into_upsert(identity.table)];
        children.extend(then);
        let mut payload = Element::new("record_update").with("table", identity.table);
        if domain {
            payload = payload.with("sys_domain", "global");
        }
        Record::of(identity, sys_id, update_name, payload.holding(children))
    }
}

/// `<sys_translated_text action="delete_multiple" …/>`: this record has no translations.
pub(crate) fn no_translations(sys_id: &str) -> Element {
    Element::new("sys_translated_text")
        .with("action", "delete_multiple")
        .with("query", &format!("documentkey={sys_id}"))
}

/// The fields of one record. They are written in alphabetical order, as the platform writes them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fields(Vec<Element>);

impl Fields {
    pub fn new() -> Self {
        Self::default()
    }

    /// One field with plain text.
    pub fn set(self, name: &str, value: &str) -> Self {
        self.element(Element::text(name, value))
    }

    /// One field with script or markup.
    pub fn script(self, name: &str, value: &str) -> Self {
        self.element(Element::script(name, value))
    }

    /// A boolean field.
    pub fn flag(self, name: &str, value: bool) -> Self {
        self.set(name, if value { "true" } else { "false" })
    }

    /// Fields that are true; names separated by white space.
    pub fn yes(self, names: &str) -> Self {
        names
            .split_whitespace()
            .fold(self, |fields, name| fields.set(name, "true"))
    }

    /// Fields that are false.
    pub fn no(self, names: &str) -> Self {
        names
            .split_whitespace()
            .fold(self, |fields, name| fields.set(name, "false"))
    }

    /// Fields that are empty.
    pub fn empty(self, names: &str) -> Self {
        names
            .split_whitespace()
            .fold(self, |fields, name| fields.set(name, ""))
    }

    /// A field with a display value beside its value.
    pub fn shown(self, name: &str, display: &str, value: &str) -> Self {
        self.element(Element::text(name, value).with("display_value", display))
    }

    /// A reference that the importer may also resolve by the target's name.
    pub fn named(self, name: &str, target: &str, value: &str) -> Self {
        self.element(
            Element::text(name, value)
                .with("display_value", target)
                .with("name", target),
        )
    }

    pub fn element(mut self, element: Element) -> Self {
        self.0.push(element);
        self
    }

    /// The block of every metadata record.
    pub fn meta(self, app: &AppFile, table: &str, sys_id: &str, name: &str, update_name: &str) -> Self {
        let id = app.sys_id();
        self.audit(sys_id)
            .set("sys_class_name", table)
            .set("sys_name", name)
            .element(
                Element::text("sys_package", &id)
                    .with("display_value", &app.name)
                    .with("source", &app.scope),
            )
            .empty("sys_policy")
            .shown("sys_scope", &app.name, &id)
            .set("sys_update_name", update_name)
    }

    /// Who and when: the block of child records and data rows.
    pub fn audit(self, sys_id: &str) -> Self {
        self.set("sys_created_by", FIXED_USER)
            .set("sys_created_on", FIXED_TIME)
            .set("sys_id", sys_id)
            .set("sys_mod_count", "0")
            .set("sys_updated_by", FIXED_USER)
            .set("sys_updated_on", FIXED_TIME)
    }

    /// The block of records that are separated by domain.
    pub fn domain(self) -> Self {
        self.set("sys_domain", "global")
            .set("sys_domain_path", "/")
            .empty("sys_overrides")
    }

    /// `<table action="DELETE">` with the fields in it.
    pub fn into_delete(self, table: &str) -> Element {
        self.into_element(table, "DELETE")
    }

    /// `<table action="INSERT_OR_UPDATE">` with the fields in it.
    pub fn into_upsert(self, table: &str) -> Element {
        self.into_element(table, "INSERT_OR_UPDATE")
    }

    fn into_element(self, table: &str, action: &str) -> Element {
        let mut fields = self.0;
        fields.sort_by(|a, b| a.name().cmp(b.name()));
        Element::new(table).with("action", action).holding(fields)
    }
}
