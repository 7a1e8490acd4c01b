//! The dictionary: which tables exist, what they extend, which columns they have.
//!
//! It is never written directly: it is read off the `sys_db_object`, `sys_dictionary` and
//! `sys_documentation` records, so a table that an update set installs is as real as a base one.

use std::collections::{BTreeMap, HashMap};

use super::Row;

/// What a column holds, as far as the instance treats it differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text of any sort: string, url, script, conditions, json …
    Text,
    /// Whole number.
    Integer,
    /// Decimal or floating number.
    Decimal,
    /// `1` or `0` in the database, `true` or `false` everywhere else.
    Boolean,
    /// `YYYY-MM-DD HH:MM:SS` in UTC.
    DateTime,
    /// `YYYY-MM-DD`.
    Date,
    /// `sys_id` of a record of another table.
    Reference,
    /// Write-only text whose entries live in `sys_journal_field`.
    Journal,
    /// Two-way encrypted text.
    Password2,
}

impl Kind {
    fn parse(internal_type: &str) -> Self {
        match internal_type {
            "integer" | "longint" | "count" | "order_index" => Self::Integer,
            "decimal" | "float" | "percent_complete" => Self::Decimal,
            "boolean" => Self::Boolean,
            "glide_date_time" | "due_date" => Self::DateTime,
            "glide_date" => Self::Date,
            "reference" | "domain_id" => Self::Reference,
            "journal" | "journal_input" => Self::Journal,
            "password2" => Self::Password2,
            _ => Self::Text,
        }
    }
}

/// One column.
#[derive(Debug, Clone)]
pub struct Column {
    /// Element name.
    pub name: String,
    /// Label on forms and lists.
    pub label: String,
    /// How values are treated.
    pub kind: Kind,
    /// The platform's own type name, for example `url`.
    pub internal_type: String,
    /// Longer text is cut silently, as the platform does.
    pub max_length: usize,
    /// Target table of a reference.
    pub reference: Option<String>,
    /// Forms do not let people edit it. Scripts still can.
    pub read_only: bool,
    /// Forms insist on a value.
    pub mandatory: bool,
    /// No two records may have the same value.
    pub unique: bool,
    /// Value of new records; may start with `javascript:`.
    pub default_value: String,
}

/// One table.
#[derive(Debug, Clone)]
pub struct Table {
    /// Name, for example `incident`.
    pub name: String,
    /// Singular label.
    pub label: String,
    /// Plural label, for lists.
    pub plural: String,
    /// Table that this one extends.
    pub parent: Option<String>,
    /// Name of the scope that owns it.
    pub scope: String,
    /// Own columns in dictionary order.
    pub columns: Vec<Column>,
    /// Column that stands for the record in references.
    pub display: Option<String>,
    /// Other scopes may not touch it at all.
    pub private: bool,
    /// The platform's own configuration table: unknown columns are kept and reported, not refused.
    pub metadata: bool,
}

/// All tables.
#[derive(Debug, Clone, Default)]
pub struct Schema {
    tables: BTreeMap<String, Table>,
}

/// Columns that every record has.
const SYSTEM: &[(&str, &str, Kind)] = &[
    ("sys_id", "Sys ID", Kind::Text),
    ("sys_created_on", "Created", Kind::DateTime),
    ("sys_created_by", "Created by", Kind::Text),
    ("sys_updated_on", "Updated", Kind::DateTime),
    ("sys_updated_by", "Updated by", Kind::Text),
    ("sys_mod_count", "Updates", Kind::Integer),
    ("sys_class_name", "Class", Kind::Text),
    ("sys_domain", "Domain", Kind::Text),
    ("sys_domain_path", "Domain path", Kind::Text),
    ("sys_tags", "Tags", Kind::Text),
];

/// Columns that every configuration record has besides.
const METADATA: &[&str] = &[
    "sys_name",
    "sys_policy",
    "sys_update_name",
    "sys_overrides",
    "sys_customer_update",
    "sys_replace_on_upgrade",
    "sys_code",
];

impl Schema {
    /// The table, if it exists.
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.get(name)
    }

    /// The table and everything it extends, nearest first.
    pub fn lineage(&self, name: &str) -> Vec<&Table> {
        let mut found = Vec::new();
        let mut next = self.tables.get(name);
        while let Some(table) = next {
            // A cycle can only come from a broken update set; stop instead of spinning.
            if found.len() > 16 {
                break;
            }
            found.push(table);
            next = table.parent.as_deref().and_then(|parent| self.tables.get(parent));
        }
        found
    }

    /// The topmost ancestor, whose rows hold this table's records too.
    pub fn root<'a>(&'a self, name: &'a str) -> &'a str {
        self.lineage(name)
            .last()
            .map_or(name, |table| table.name.as_str())
    }

    /// Whether `name` is `ancestor` or extends it.
    pub fn is_a(&self, name: &str, ancestor: &str) -> bool {
        name == ancestor || self.lineage(name).iter().any(|table| table.name == ancestor)
    }

    /// A column of the table or of one that it extends; a copy, because system columns are made up.
    pub fn column(&self, table: &str, field: &str) -> Option<Column> {
        let lineage = self.lineage(table);
        let own = lineage
            .iter()
            .find_map(|t| t.columns.iter().find(|column| column.name == field));
        if let Some(column) = own {
            return Some(column.clone());
        }
        lineage.first()?;
        if let Some((name, label, kind)) = SYSTEM.iter().find(|(name, _, _)| *name == field) {
            return Some(plain(name, label, *kind));
        }
        if !lineage.iter().any(|level| level.metadata) {
            return None;
        }
        match field {
            "sys_scope" | "sys_package" => {
                let mut column = plain(field, "Application", Kind::Reference);
                column.reference = Some("sys_app".to_owned());
                Some(column)
            }
            _ => METADATA.contains(&field).then(|| plain(field, field, Kind::Text)),
        }
    }

    /// Whether records of the table are configuration, shipped in update sets.
    pub fn is_metadata(&self, name: &str) -> bool {
        self.lineage(name).iter().any(|table| table.metadata)
    }

    /// All columns that the dictionary lists for the table, inherited ones first.
    pub fn columns(&self, table: &str) -> Vec<Column> {
        let mut columns: Vec<Column> = Vec::new();
        for level in self.lineage(table).into_iter().rev() {
            for column in &level.columns {
                match columns.iter_mut().find(|known| known.name == column.name) {
                    Some(known) => *known = column.clone(),
                    None => columns.push(column.clone()),
                }
            }
        }
        columns
    }

    /// Column that stands for a record of this table.
    pub fn display_column(&self, table: &str) -> String {
        let lineage = self.lineage(table);
        lineage
            .iter()
            .find_map(|level| level.display.clone())
            .or_else(|| {
                ["name", "u_name", "number"]
                    .iter()
                    .find(|name| self.column(table, name).is_some())
                    .map(|name| (*name).to_owned())
            })
            .unwrap_or_else(|| "sys_id".to_owned())
    }

    /// Builds the schema from the dictionary records.
    pub fn build<'a>(
        objects: impl Iterator<Item = &'a Row>,
        dictionary: impl Iterator<Item = &'a Row>,
        labels: impl Iterator<Item = &'a Row>,
        scopes: &HashMap<String, String>,
    ) -> Self {
        let objects: Vec<&Row> = objects.collect();
        let names: HashMap<&str, &str> = objects
            .iter()
            .map(|row| (row.get("sys_id"), row.get("name")))
            .collect();
        let mut schema = Self::default();
        for row in &objects {
            let parent = row.get("super_class");
            let scope = row.get("sys_scope");
            schema.tables.insert(
                row.get("name").to_owned(),
                Table {
                    name: row.get("name").to_owned(),
                    label: row.get("label").to_owned(),
                    plural: plural(row.get("label")),
                    parent: names.get(parent).map(|name| (*name).to_owned()),
                    scope: scopes.get(scope).cloned().unwrap_or_else(|| "global".to_owned()),
                    columns: Vec::new(),
                    display: None,
                    private: row.get("access") == "package_private",
                    metadata: row.get("emulator_metadata") == "true",
                },
            );
        }
        let mut entries: Vec<&Row> = dictionary.filter(|row| !row.get("element").is_empty()).collect();
        entries.sort_by_key(|row| row.seq);
        for row in entries {
            schema.add_column(row);
        }
        for row in labels.filter(|row| matches!(row.get("language"), "" | "en")) {
            schema.add_label(row);
        }
        schema
    }

    fn add_column(&mut self, row: &Row) {
        let Some(table) = self.tables.get_mut(row.get("name")) else {
            return;
        };
        let internal_type = row.get("internal_type").to_owned();
        let name = row.get("element").to_owned();
        if row.get("display") == "1" || row.get("display") == "true" {
            table.display = Some(name.clone());
        }
        let label = match row.get("column_label") {
            "" => name.clone(),
            label => label.to_owned(),
        };
        let flag = |field: &str| matches!(row.get(field), "1" | "true");
        let reference = row.get("reference");
        table.columns.retain(|column| column.name != name);
        table.columns.push(Column {
            label,
            kind: Kind::parse(&internal_type),
            internal_type,
            max_length: row.get("max_length").parse().unwrap_or(40),
            reference: (!reference.is_empty()).then(|| reference.to_owned()),
            read_only: flag("read_only"),
            mandatory: flag("mandatory"),
            unique: flag("unique"),
            default_value: row.get("default_value").to_owned(),
            name,
        });
    }

    fn add_label(&mut self, row: &Row) {
        let Some(table) = self.tables.get_mut(row.get("name")) else {
            return;
        };
        let element = row.get("element");
        if element.is_empty() {
            row.get("label").clone_into(&mut table.label);
            if !row.get("plural").is_empty() {
                row.get("plural").clone_into(&mut table.plural);
            }
        } else if let Some(column) = table.columns.iter_mut().find(|column| column.name == element) {
            row.get("label").clone_into(&mut column.label);
        }
    }
}

fn plain(name: &str, label: &str, kind: Kind) -> Column {
    Column {
        name: name.to_owned(),
        label: label.to_owned(),
        kind,
        internal_type: "string".to_owned(),
        max_length: 255,
        reference: None,
        read_only: true,
        mandatory: false,
        unique: false,
        default_value: String::new(),
    }
}

fn plural(label: &str) -> String {
    match label.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o']) => format!("{stem}ies"),
        _ if label.is_empty() || label.ends_with('s') => label.to_owned(),
        _ => format!("{label}s"),
    }
}
