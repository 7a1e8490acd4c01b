//! More source files as types: layouts, business rules, workspace buttons, portal widgets, aliases, deletions, and the
//! sets beside the app.

use serde::Deserialize;

/// `sys_script/*.toml`: a business rule.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BusinessRule {
    pub name: String,
    pub table: String,
    /// `before`, `after`, `async_always` or `display`.
    pub when: String,
    pub order: u32,
    /// `insert`, `update`, `delete`.
    pub on: Vec<String>,
    /// Encoded query, evaluated before anything else.
    #[serde(default)]
    pub filter: String,
    /// Expression in JavaScript.
    #[serde(default)]
    pub condition: String,
    pub script: String,
    pub description: String,
}

/// `sys_ui_list/*.toml`: the columns of a list in the default view.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListLayout {
    pub table: String,
    /// Column names; a dotted one follows a reference.
    pub columns: Vec<String>,
}

/// `sys_ui_related_list/*.toml`: the lists below the form of one of the app's own tables.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RelatedLists {
    pub table: String,
    /// `table.column`: the column refers to the form's record.
    pub lists: Vec<String>,
}

/// `sys_ui_form/*.toml`: the form of one of the app's own tables.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Form {
    pub table: String,
    pub sections: Vec<FormSection>,
}

/// A section of such a form.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormSection {
    pub caption: String,
    /// Column names, and `.begin_split`, `.split`, `.end_split`.
    pub elements: Vec<String>,
}

/// `sys_ui_action/*.toml`: a button on the record pages of workspaces.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkspaceAction {
    pub name: String,
    /// The name that scripts know it by.
    pub action_name: String,
    /// Tables that extend this one have the button as well.
    pub table: String,
    pub hint: String,
    pub order: u32,
    /// Expression in JavaScript, evaluated on the server with the record as `current`.
    pub condition: String,
    pub roles: Vec<String>,
    /// Runs in the browser and defines `onClick(g_form)`.
    pub script: String,
}

/// `sp_widget/*.toml`: what an admin may place on a page of a Service Portal.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PortalWidget {
    pub name: String,
    /// The name that pages know it by.
    pub id: String,
    pub description: String,
    pub roles: Vec<String>,
    /// `AngularJS` markup.
    pub template: String,
    /// Fills `data` on the server.
    pub server_script: String,
    /// Sets `api.controller` in the browser.
    pub client_script: String,
}

/// `sys_alias/*.toml`: credential aliases.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AliasFile {
    pub aliases: Vec<Alias>,
}

/// One of them; an admin may put a credential behind it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alias {
    pub name: String,
    pub description: String,
}

impl Alias {
    /// The id that scripts look for.
    pub fn id(&self, scope: &str) -> String {
        format!("{scope}.{}", self.name.replace(' ', "_"))
    }
}

/// `deleted.toml`: records that an earlier version brought and that this one takes away again.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deletions {
    #[serde(default)]
    pub deleted: Vec<Deletion>,
}

/// One of them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deletion {
    pub table: String,
    /// What named the record within its table: the key that its `sys_id` is derived from.
    pub key: String,
    /// Display name, for the person who reads the preview.
    pub name: String,
    /// The version that deletes it.
    pub since: String,
}

/// `set.toml`: an update set beside the app's own.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetFile {
    /// Beginning of the file name.
    pub file: String,
    pub title: String,
    pub description: String,
    /// True for records of the global scope, false for records of the app's.
    pub global: bool,
}

/// `sys_atf_test/*.toml`: an automated test that an admin may run on a sub-production instance.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AtfTest {
    pub name: String,
    pub description: String,
    pub steps: Vec<AtfStep>,
}

/// One step: inserts a record, or runs a script on the server.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AtfStep {
    pub name: String,
    /// The table of the record to insert.
    pub insert: Option<String>,
    /// Its values, as an encoded query has them.
    #[serde(default)]
    pub values: String,
    /// The script to run. `@step:NAME@` in it becomes the `sys_id` of the step of that name.
    pub script: Option<String>,
}
