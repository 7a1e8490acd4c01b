//! The source files as types: what an author may write in each folder of `app/`.

use serde::Deserialize;

/// `sys_app/*.toml`: the application itself.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AppFile {
    pub name: String,
    pub scope: String,
    pub version: String,
    pub short_description: String,
    pub js_level: String,
    /// The role that ordinary users of the app have.
    pub role: String,
}

/// `sys_user_role/*.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Role {
    pub name: String,
    pub description: String,
    #[serde(default)]
    pub contains: Vec<String>,
}

/// `sys_db_object/*.toml`: a table with its columns, labels and choices.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    pub name: String,
    pub label: String,
    pub plural: Option<String>,
    /// The platform table that this one extends.
    pub extends: Option<String>,
    pub columns: Vec<Column>,
}

/// `sys_dictionary/*.toml`: columns that the app adds to a table of another scope.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForeignColumns {
    pub table: String,
    pub table_label: String,
    pub columns: Vec<Column>,
}

/// One column.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a check box of the platform's own column form"
)]
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    pub name: String,
    pub label: String,
    pub plural: Option<String>,
    pub hint: Option<String>,
    #[serde(rename = "type")]
    pub kind: ColumnType,
    pub max_length: Option<u32>,
    pub reference: Option<String>,
    /// The column that says what this one is about, for example the table of a condition.
    pub dependent: Option<String>,
    pub default: Option<String>,
    #[serde(default)]
    pub mandatory: bool,
    #[serde(default)]
    pub read_only: bool,
    #[serde(default)]
    pub unique: bool,
    #[serde(default)]
    pub display: bool,
    #[serde(default)]
    pub choices: Vec<Choice>,
}

/// One entry of a choice list.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    pub value: String,
    pub label: String,
}

/// The column types that the app uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnType {
    Boolean,
    Conditions,
    DocumentId,
    GlideDateTime,
    Integer,
    Reference,
    String,
    TableName,
    Url,
}

impl ColumnType {
    /// Internal name, the label that people see, and the length that the platform gives it.
    pub const fn facts(self) -> (&'static str, &'static str, u32) {
        match self {
            Self::Boolean => ("boolean", "True/False", 40),
            Self::Conditions => ("conditions", "Conditions", 4000),
            Self::DocumentId => ("document_id", "Document ID", 32),
            Self::GlideDateTime => ("glide_date_time", "Date/Time", 40),
            Self::Integer => ("integer", "Integer", 40),
            Self::Reference => ("reference", "Reference", 32),
            Self::String => ("string", "String", 40),
            Self::TableName => ("table_name", "Table Name", 80),
            Self::Url => ("url", "URL", 1024),
        }
    }
}

/// `sys_security_acl/*.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AclFile {
    pub acl: Vec<Acl>,
}

/// One access control with the roles that pass it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Acl {
    #[serde(rename = "type")]
    pub kind: AclType,
    pub name: String,
    pub operation: Operation,
    pub description: String,
    pub roles: Vec<String>,
    pub script: Option<String>,
    #[serde(default = "yes")]
    pub admin_overrides: bool,
}

/// What an access control protects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum AclType {
    #[serde(rename = "record")]
    Record,
    #[serde(rename = "ui_page")]
    UiPage,
    #[serde(rename = "REST_Endpoint")]
    RestEndpoint,
}

impl AclType {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Record => "record",
            Self::UiPage => "ui_page",
            Self::RestEndpoint => "REST_Endpoint",
        }
    }
}

/// What an access control or a privilege allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Operation {
    Read,
    Write,
    Create,
    Delete,
    Execute,
}

impl Operation {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Create => "create",
            Self::Delete => "delete",
            Self::Execute => "execute",
        }
    }
}

/// `sys_properties/*.toml`: one category page with its properties, in the order of the page.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PropertyPage {
    pub name: String,
    pub title: String,
    pub properties: Vec<Property>,
}

/// One property. Only the app's admin reads and writes it, and no import overwrites it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Property {
    pub name: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub value: String,
    pub description: String,
    #[serde(default)]
    pub choices: Vec<String>,
}

/// `sys_script_include/*.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScriptInclude {
    pub name: String,
    pub access: String,
    pub description: String,
    pub script: String,
}

/// `sys_ui_macro/*.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Macro {
    pub name: String,
    pub description: String,
    pub xml: String,
}

/// `sys_ui_formatter/*.toml`: shows a macro in the forms of a table.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Formatter {
    pub name: String,
    pub table: String,
    #[serde(rename = "macro")]
    pub uses: String,
}

/// `sys_ui_section/*.toml`: a section of the default view; an element that ends in `.xml` is a formatter.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    pub table: String,
    pub table_label: String,
    pub caption: String,
    pub elements: Vec<String>,
}

/// `sys_ui_page/*.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Page {
    pub name: String,
    pub description: String,
    /// Without the platform's own frame around it.
    pub direct: bool,
    pub html: String,
}

/// `sys_ux_lib_asset/*.toml`: an ES module. Its content is built; `entry` is the module that esbuild bundles.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asset {
    pub name: String,
    pub entry: String,
}

/// `sys_ws_definition/*.toml`: a scripted REST API with one version and its resources.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RestApi {
    pub name: String,
    pub short_description: String,
    pub service_id: String,
    pub version: u32,
    pub acl: String,
    pub operations: Vec<RestOperation>,
}

/// One resource.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RestOperation {
    pub name: String,
    pub method: String,
    pub path: String,
    pub acl: String,
    pub script: String,
    pub short_description: String,
}

/// `sys_app_application/*.toml`: the menu with its modules, in order.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Menu {
    pub title: String,
    pub hint: String,
    pub order: u32,
    pub category: Category,
    pub roles: Vec<String>,
    pub modules: Vec<Module>,
}

/// The platform's menu category that the menu belongs to.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Category {
    pub name: String,
    pub sys_id: String,
}

/// One module: a list of `table`, or the page at `query`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Module {
    pub title: String,
    pub link_type: String,
    #[serde(default)]
    pub table: String,
    #[serde(default)]
    pub query: String,
    /// Encoded query of a list.
    #[serde(default)]
    pub filter: String,
    pub roles: Vec<String>,
}

/// `sys_scope_privilege/*.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PrivilegeFile {
    pub privileges: Vec<Privilege>,
}

/// What the app may do to one target outside of its scope.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Privilege {
    #[serde(rename = "type")]
    pub kind: String,
    pub target: String,
    pub operations: Vec<Operation>,
}

/// `sysevent_register/*.toml`: an event that scripts may raise.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    pub name: String,
    pub table: String,
    pub description: String,
}

/// `allowed_sys_ids.toml`: platform records that every instance has.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AllowedIds {
    pub allowed: Vec<AllowedId>,
}

/// One of them, with the reason why it may be named.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AllowedId {
    pub sys_id: String,
    /// Read by people only, and therefore never empty.
    pub reason: String,
}

const fn yes() -> bool {
    true
}
