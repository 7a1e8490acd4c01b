//! Reads the app's folder into types. A file that does not parse becomes a finding, so that all of them are named.

pub mod kinds;
pub mod model;
mod supplement;

pub use supplement::{Supplement, load_supplement};

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;
use std::path::Path;

use serde::de::DeserializeOwned;
use walkdir::WalkDir;

use crate::error::{Finding, PackError, Rule};
use kinds::{
    AliasFile, BusinessRule, Deletions, Form, ListLayout, PortalWidget, RelatedLists, WorkspaceAction,
};
use model::{
    AclFile, AllowedIds, AppFile, Asset, Event, ForeignColumns, Formatter, Macro, Menu, Page, PrivilegeFile,
    PropertyPage, RestApi, Role, ScriptInclude, Section, Table,
};

/// The list of platform `sys_id`s that sources may name.
pub const ALLOWED_IDS: &str = "allowed_sys_ids.toml";

/// The list of records that this version takes away.
pub const DELETED: &str = "deleted.toml";

/// A parsed value and the file that it stands in.
#[derive(Debug)]
pub struct Sourced<T> {
    /// Path relative to the app's folder, with `/`.
    pub file: String,
    value: T,
}

impl<T> Deref for Sourced<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

/// The whole app.
#[derive(Debug)]
pub struct Source {
    /// Every file by its path, with line feeds as the only line ends.
    pub files: BTreeMap<String, String>,
    pub app: Sourced<AppFile>,
    pub roles: Vec<Sourced<Role>>,
    pub tables: Vec<Sourced<Table>>,
    pub foreign_columns: Vec<Sourced<ForeignColumns>>,
    pub acls: Vec<Sourced<AclFile>>,
    pub properties: Vec<Sourced<PropertyPage>>,
    pub script_includes: Vec<Sourced<ScriptInclude>>,
    pub macros: Vec<Sourced<Macro>>,
    pub formatters: Vec<Sourced<Formatter>>,
    pub sections: Vec<Sourced<Section>>,
    pub pages: Vec<Sourced<Page>>,
    pub assets: Vec<Sourced<Asset>>,
    pub rest_apis: Vec<Sourced<RestApi>>,
    pub menus: Vec<Sourced<Menu>>,
    pub privileges: Vec<Sourced<PrivilegeFile>>,
    pub events: Vec<Sourced<Event>>,
    pub business_rules: Vec<Sourced<BusinessRule>>,
    pub workspace_actions: Vec<Sourced<WorkspaceAction>>,
    pub portal_widgets: Vec<Sourced<PortalWidget>>,
    pub lists: Vec<Sourced<ListLayout>>,
    pub related_lists: Vec<Sourced<RelatedLists>>,
    pub forms: Vec<Sourced<Form>>,
    pub aliases: Vec<Sourced<AliasFile>>,
    pub deletions: Deletions,
    /// Data rows of the app's own tables.
    pub rows: Vec<Sourced<DataRow>>,
    pub allowed_ids: AllowedIds,
}

/// One data row.
#[derive(Debug)]
pub struct DataRow {
    pub table: String,
    /// File name without its ending; the row's `sys_id` is derived from it.
    pub key: String,
    pub fields: toml::Table,
}

impl Source {
    /// The text of `name`, a file beside `file`; empty if it is missing, which `check` reports.
    pub fn beside(&self, file: &str, name: &str) -> &str {
        self.files
            .get(&path_beside(file, name))
            .map_or("", String::as_str)
    }

    /// The same with the placeholders of scripts filled in.
    pub fn script(&self, file: &str, name: &str) -> String {
        self.beside(file, name).replace("@version@", &self.app.version)
    }
}

/// Path of `name`, a file in the same folder as `file`.
pub fn path_beside(file: &str, name: &str) -> String {
    match file.rsplit_once('/') {
        Some((folder, _)) => format!("{folder}/{name}"),
        None => name.to_owned(),
    }
}

/// Reads the folder. The source is `None` if there is no application record to build upon.
pub fn load(root: &Path) -> Result<(Option<Source>, Vec<Finding>), PackError> {
    let mut findings = Vec::new();
    let files = read_files(root, &mut findings)?;
    let mut reader = Reader {
        files: &files,
        seen: BTreeSet::new(),
        findings,
    };
    let mut apps: Vec<Sourced<AppFile>> = reader.folder("sys_app");
    let tables: Vec<Sourced<Table>> = reader.folder("sys_db_object");
    let rows = tables.iter().flat_map(|table| reader.rows(&table.name)).collect();
    let roles = reader.folder("sys_user_role");
    let foreign_columns = reader.folder("sys_dictionary");
    let acls = reader.folder("sys_security_acl");
    let properties = reader.folder("sys_properties");
    let script_includes: Vec<Sourced<ScriptInclude>> = reader.folder("sys_script_include");
    let macros: Vec<Sourced<Macro>> = reader.folder("sys_ui_macro");
    let formatters = reader.folder("sys_ui_formatter");
    let sections = reader.folder("sys_ui_section");
    let pages: Vec<Sourced<Page>> = reader.folder("sys_ui_page");
    let assets: Vec<Sourced<Asset>> = reader.folder("sys_ux_lib_asset");
    let rest_apis: Vec<Sourced<RestApi>> = reader.folder("sys_ws_definition");
    let menus = reader.folder("sys_app_application");
    let privileges = reader.folder("sys_scope_privilege");
    let events = reader.folder("sysevent_register");
    let business_rules: Vec<Sourced<BusinessRule>> = reader.folder("sys_script");
    let workspace_actions: Vec<Sourced<WorkspaceAction>> = reader.folder("sys_ui_action");
    let portal_widgets: Vec<Sourced<PortalWidget>> = reader.folder("sp_widget");
    let lists = reader.folder("sys_ui_list");
    let related_lists = reader.folder("sys_ui_related_list");
    let forms = reader.folder("sys_ui_form");
    let aliases = reader.folder("sys_alias");
    let deletions = reader.file(DELETED).unwrap_or_default();
    let allowed_ids = reader.file(ALLOWED_IDS).unwrap_or_default();
    for include in &script_includes {
        reader.companion(&include.file, &include.script);
    }
    for rule in &business_rules {
        reader.companion(&rule.file, &rule.script);
    }
    for action in &workspace_actions {
        reader.companion(&action.file, &action.script);
    }
    for widget in &portal_widgets {
        for name in [&widget.template, &widget.server_script, &widget.client_script] {
            reader.companion(&widget.file, name);
        }
    }
    for item in &macros {
        reader.companion(&item.file, &item.xml);
    }
    for page in &pages {
        reader.companion(&page.file, &page.html);
    }
    for asset in &assets {
        reader.companion(&asset.file, &asset.entry);
    }
    for api in &rest_apis {
        for operation in &api.operations {
            reader.companion(&api.file, &operation.script);
        }
    }
    let mut findings = reader.finish();
    if apps.len() != 1 {
        let message = format!("there must be exactly one application record, not {}", apps.len());
        findings.push(Finding::in_file("sys_app", Rule::Syntax, message));
        return Ok((None, findings));
    }
    let app = apps.remove(0);
    let source = Source {
        files,
        app,
        roles,
        tables,
        foreign_columns,
        acls,
        properties,
        script_includes,
        macros,
        formatters,
        sections,
        pages,
        assets,
        rest_apis,
        menus,
        privileges,
        events,
        business_rules,
        workspace_actions,
        portal_widgets,
        lists,
        related_lists,
        forms,
        aliases,
        deletions,
        rows,
        allowed_ids,
    };
    Ok((Some(source), findings))
}

/// Every file of the folder. Line ends are made the same everywhere: a checkout on Windows packs the same bytes.
fn read_files(root: &Path, findings: &mut Vec<Finding>) -> Result<BTreeMap<String, String>, PackError> {
    let mut files = BTreeMap::new();
    for entry in WalkDir::new(root).sort_by_file_name() {
        let entry = entry.map_err(|error| PackError::Io {
            path: error.path().unwrap_or(root).to_owned(),
            source: error.into(),
        })?;
        if !entry.file_type().is_file() {
            continue;
        }
        let relative = entry.path().strip_prefix(root).unwrap_or(entry.path());
        let name = relative
            .iter()
            .map(|part| part.to_string_lossy())
            .collect::<Vec<_>>()
            .join("/");
        let bytes = std::fs::read(entry.path()).map_err(|source| PackError::Io {
            path: entry.path().to_owned(),
            source,
        })?;
        match String::from_utf8(bytes) {
            Ok(text) => _ = files.insert(name, text.replace("\r\n", "\n")),
            Err(_) => findings.push(Finding::in_file(&name, Rule::Syntax, "is not UTF-8 text")),
        }
    }
    Ok(files)
}

struct Reader<'a> {
    files: &'a BTreeMap<String, String>,
    seen: BTreeSet<String>,
    findings: Vec<Finding>,
}

impl Reader<'_> {
    /// Every TOML file of one folder, in order of name.
    fn folder<T: DeserializeOwned>(&mut self, folder: &str) -> Vec<Sourced<T>> {
        let prefix = format!("{folder}/");
        let names: Vec<String> = self
            .files
            .keys()
            .filter(|name| {
                name.strip_prefix(&prefix)
                    .is_some_and(|rest| is_toml(rest) && !rest.contains('/'))
            })
            .cloned()
            .collect();
        names
            .into_iter()
            .filter_map(|file| {
                Some(Sourced {
                    value: self.file(&file)?,
                    file,
                })
            })
            .collect()
    }

    fn rows(&mut self, table: &str) -> Vec<Sourced<DataRow>> {
        let rows: Vec<Sourced<toml::Table>> = self.folder(table);
        rows.into_iter()
            .map(|row| {
                let stem = row
                    .file
                    .rsplit('/')
                    .next()
                    .unwrap_or_default()
                    .trim_end_matches(".toml");
                let data = DataRow {
                    table: table.to_owned(),
                    key: stem.to_owned(),
                    fields: row.value,
                };
                Sourced {
                    file: row.file,
                    value: data,
                }
            })
            .collect()
    }

    fn file<T: DeserializeOwned>(&mut self, file: &str) -> Option<T> {
        let text = self.files.get(file)?;
        self.seen.insert(file.to_owned());
        match toml::from_str(text) {
            Ok(value) => Some(value),
            Err(error) => {
                let offset = error.span().map_or(0, |span| span.start);
                self.findings
                    .push(Finding::at(file, text, offset, Rule::Syntax, error.message()));
                None
            }
        }
    }

    /// Marks a script or markup file as used; a missing one is a finding.
    fn companion(&mut self, file: &str, name: &str) {
        let path = path_beside(file, name);
        if self.files.contains_key(&path) {
            self.seen.insert(path);
        } else {
            let text = self.files.get(file).map_or("", String::as_str);
            let message = format!("names the file {name}, which does not exist");
            self.findings
                .push(Finding::where_it_says(file, text, name, Rule::Reference, message));
        }
    }

    /// What nothing has read is a mistake: a record that its author believes to be shipped.
    fn finish(self) -> Vec<Finding> {
        let Self {
            files,
            seen,
            mut findings,
        } = self;
        for name in files.keys().filter(|name| !seen.contains(*name)) {
            findings.push(Finding::in_file(
                name,
                Rule::Syntax,
                "no record uses this file, or its folder is unknown",
            ));
        }
        findings
    }
}

fn is_toml(name: &str) -> bool {
    Path::new(name)
        .extension()
        .is_some_and(|extension| extension == "toml")
}
