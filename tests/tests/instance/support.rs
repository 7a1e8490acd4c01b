//! A made-up application `x_acme_demo`, and the pieces to build update sets from.

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use imper_tests::instance::{Instance, InstanceConfig, UserSpec};

/// `sys_id` of the application.
pub const APP: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
/// `sys_id` of the update set.
pub const SET: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

/// A `sys_id` for a test record.
pub fn id(number: u32) -> String {
    format!("{number:032x}")
}

/// An update set under construction.
pub struct Set {
    rows: String,
    next: u32,
    pub envelope: String,
}

impl Set {
    /// An empty set of the application.
    pub fn new() -> Self {
        let envelope = format!(
            "<sys_remote_update_set action=\"INSERT_OR_UPDATE\"><application display_value=\"Demo\">{APP}</application>\
             <application_scope>x_acme_demo</application_scope><name>Demo 1.0</name><state>loaded</state>\
             <sys_id>{SET}</sys_id></sys_remote_update_set>"
        );
        Self {
            rows: String::new(),
            next: 0x1000,
            envelope,
        }
    }

    /// A set with the application record.
    pub fn app() -> Self {
        Self::new().record(
            "sys_app",
            APP,
            &[
                ("name", "Demo"),
                ("scope", "x_acme_demo"),
                ("runtime_access_tracking", "permissive"),
            ],
        )
    }

    /// The demo application with a table, roles, labels and choices.
    pub fn demo() -> Self {
        Self::app()
            .record("sys_user_role", &id(1), &[("name", "x_acme_demo.user")])
            .record("sys_user_role", &id(2), &[("name", "x_acme_demo.admin")])
            .record("sys_user_role_contains", &id(3), &[("role", &id(2)), ("contains", &id(1))])
            .record(
                "sys_db_object",
                &id(4),
                &[("name", "x_acme_demo_thing"), ("label", "Thing"), ("access", "public"), ("ws_access", "true")],
            )
            .column("x_acme_demo_thing", 0x10, "name", "string", &[("max_length", "10"), ("display", "true")])
            .column("x_acme_demo_thing", 0x11, "code", "string", &[("unique", "true")])
            .column("x_acme_demo_thing", 0x12, "status", "string", &[("default_value", "open")])
            .column("x_acme_demo_thing", 0x13, "ticket", "reference", &[("reference", "incident")])
            .column("x_acme_demo_thing", 0x14, "count", "integer", &[])
            .column("x_acme_demo_thing", 0x15, "secret", "password2", &[("max_length", "255")])
            .column("incident", 0x16, "x_acme_demo_result", "string", &[("read_only", "true")])
            .payload(
                "sys_documentation_x_acme_demo_thing_status_en",
                "<sys_documentation element=\"status\" language=\"en\" table=\"x_acme_demo_thing\">\
                 <sys_documentation action=\"INSERT_OR_UPDATE\"><sys_id>00000000000000000000000000000020</sys_id>\
                 <name>x_acme_demo_thing</name><element>status</element><label>Standing</label><language>en</language>\
                 </sys_documentation></sys_documentation>",
            )
            .payload(
                "sys_choice_x_acme_demo_thing_status",
                "<sys_choice action=\"INSERT_OR_UPDATE\" field=\"status\" table=\"x_acme_demo_thing\" version=\"3\">\
                 <sys_choice action=\"INSERT_OR_UPDATE\"><sys_id>00000000000000000000000000000021</sys_id>\
                 <name>x_acme_demo_thing</name><element>status</element><value>open</value><label>Open</label>\
                 <language>en</language><sequence>0</sequence></sys_choice></sys_choice>",
            )
            .acl(0x30, "x_acme_demo_thing", "record", "read", "x_acme_demo.user")
            .acl(0x31, "x_acme_demo_thing", "record", "write", "x_acme_demo.admin")
            .acl(0x32, "x_acme_demo_thing", "record", "create", "x_acme_demo.admin")
            .acl(0x33, "x_acme_demo_thing.code", "record", "read", "x_acme_demo.admin")
    }

    /// Adds a row with one record.
    pub fn record(self, table: &str, sys_id: &str, fields: &[(&str, &str)]) -> Self {
        let payload = record(table, "INSERT_OR_UPDATE", sys_id, fields);
        self.payload(&format!("{table}_{sys_id}"), &payload)
    }

    /// Adds a row that deletes a record.
    pub fn delete(mut self, table: &str, sys_id: &str) -> Self {
        let payload = format!(
            "<record_update>{}</record_update>",
            record(table, "DELETE", sys_id, &[])
        );
        let row = self.row(&format!("{table}_{sys_id}"), "DELETE", &payload);
        self.rows.push_str(&row);
        self
    }

    /// Adds a column.
    pub fn column(self, table: &str, number: u32, name: &str, kind: &str, more: &[(&str, &str)]) -> Self {
        let sys_id = id(number);
        let mut fields = vec![
            ("name", table),
            ("element", name),
            ("internal_type", kind),
            ("active", "true"),
        ];
        fields.extend_from_slice(more);
        let payload = record("sys_dictionary", "INSERT_OR_UPDATE", &sys_id, &fields);
        self.payload(&format!("sys_dictionary_{table}_{name}"), &payload)
    }

    /// Adds an access control with one role.
    pub fn acl(self, number: u32, name: &str, kind: &str, operation: &str, role: &str) -> Self {
        let role_id = if role == "x_acme_demo.user" { id(1) } else { id(2) };
        self.record(
            "sys_security_acl",
            &id(number),
            &[
                ("name", name),
                ("type", kind),
                ("operation", operation),
                ("active", "true"),
                ("admin_overrides", "true"),
            ],
        )
        .record(
            "sys_security_acl_role",
            &id(number + 0x800),
            &[("sys_security_acl", &id(number)), ("sys_user_role", &role_id)],
        )
    }

    /// Adds a business rule.
    pub fn rule(self, number: u32, table: &str, when: &str, more: &[(&str, &str)], script: &str) -> Self {
        let name = format!("rule {number}");
        let mut fields = vec![
            ("name", name.as_str()),
            ("collection", table),
            ("when", when),
            ("active", "true"),
            ("advanced", "true"),
            ("action_insert", "true"),
            ("action_update", "true"),
            ("script", script),
        ];
        fields.retain(|(name, _)| more.iter().all(|(other, _)| other != name));
        fields.extend_from_slice(more);
        self.record("sys_script", &id(number), &fields)
    }

    /// Adds a script include.
    pub fn include(self, number: u32, name: &str, script: &str) -> Self {
        self.record(
            "sys_script_include",
            &id(number),
            &[
                ("name", name),
                ("api_name", &format!("x_acme_demo.{name}")),
                ("active", "true"),
                ("access", "package_private"),
                ("script", script),
            ],
        )
    }

    /// Adds a row with the inside of its `record_update`.
    pub fn payload(mut self, name: &str, inside: &str) -> Self {
        let row = self.row(
            name,
            "INSERT_OR_UPDATE",
            &format!("<record_update>{inside}</record_update>"),
        );
        self.rows.push_str(&row);
        self
    }

    /// Adds a row as raw XML.
    pub fn raw(mut self, row: &str) -> Self {
        self.rows.push_str(row);
        self
    }

    /// A whole row.
    pub fn row(&mut self, name: &str, action: &str, payload: &str) -> String {
        self.next += 1;
        format!(
            "<sys_update_xml action=\"INSERT_OR_UPDATE\"><action>{action}</action>\
             <application display_value=\"Demo\">{APP}</application><name>{name}</name><payload>{}</payload>\
             <remote_update_set>{SET}</remote_update_set><sys_id>{}</sys_id></sys_update_xml>",
            escape(payload),
            id(self.next)
        )
    }

    /// The file.
    pub fn xml(&self) -> String {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><unload unload_date=\"2026-01-01 00:00:00\">{}{}</unload>",
            self.envelope, self.rows
        )
    }
}

fn record(table: &str, action: &str, sys_id: &str, fields: &[(&str, &str)]) -> String {
    let mut xml = format!("<{table} action=\"{action}\"><sys_id>{sys_id}</sys_id>");
    for (name, value) in fields {
        let _ = write!(xml, "<{name}>{}</{name}>", escape(value));
    }
    let _ = write!(xml, "</{table}>");
    xml
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// An instance at a fixed moment, with an agent of the service desk.
pub fn instance() -> Instance {
    instance_at("http://localhost:1", Arc::new(|| 1_767_225_600_000))
}

/// An instance with a clock of the test.
pub fn instance_at(url: &str, clock: Arc<dyn Fn() -> i64 + Send + Sync>) -> Instance {
    let instance = Instance::new(InstanceConfig::new(url, clock)).unwrap();
    instance
        .add_user(UserSpec::new("beth", "Beth Anglin", "secret").role("itil"))
        .unwrap();
    instance
}

/// A clock that a test moves.
pub fn clock() -> (Arc<AtomicI64>, Arc<dyn Fn() -> i64 + Send + Sync>) {
    let time = Arc::new(AtomicI64::new(1_767_225_600_000));
    let shared = Arc::clone(&time);
    (time, Arc::new(move || shared.load(Ordering::Relaxed)))
}

/// An instance with a set installed; the set must be accepted without a warning.
pub fn with(set: &Set) -> Instance {
    let instance = instance();
    let report = instance.install(&set.xml()).unwrap();
    assert_eq!(report.warnings, Vec::<String>::new());
    instance
}

/// Runs a script of the application as a user.
pub fn run(instance: &Instance, user: &str, script: &str) -> serde_json::Value {
    instance
        .run_script("x_acme_demo", user, script)
        .unwrap_or_else(|error| panic!("{script}: {error}"))
}

/// The error of a script of the application.
pub fn fails(instance: &Instance, script: &str) -> String {
    instance
        .run_script("x_acme_demo", "beth", script)
        .expect_err(script)
        .to_string()
}
