//! A help desk: an instance with the app, one ticket, and a small language for what happens to it.
//!
//! A case is a text of steps, separated by `;`:
//!
//! - `A2 passed` – the event 2 of the verification A arrives. The same text again is the same event again;
//! - `A2 passed !old` – with something wrong about it, see [`Wrong`];
//! - `ticket state=6, close_code=User error` – somebody edits the ticket;
//! - `policy close_automatically=false` – the admin edits the policy for password resets;
//! - `property x_imper_verify.close_code=…`;
//! - `script …` – the admin runs a script in the global scope; `case` ends a case with this.

use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use backend::servicenow::signature;
use imper_tests::instance::{Instance, InstanceConfig, UserSpec};
use secrecy::SecretString;
use serde_json::{Value, json};
use shared::words::UnixMillis;
use tokio::net::TcpListener;

/// 2026-01-01 00:00:00 UTC.
const START: i64 = 1_767_225_600_000;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const OTHER_SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSx";

/// The app as it is shipped, with a stand-in for the widget, which no ticket is written by.
pub static UPDATE_SET: LazyLock<String> = LazyLock::new(|| {
    let app = Path::new(env!("CARGO_MANIFEST_DIR")).join("../servicenow-app/app");
    let panel = format!("{}const widget = 1;\n", servicenow_app::MARKER);
    servicenow_app::pack(&app, &panel).expect("the app packs").xml
});

/// Everything that a case needs.
pub struct Desk {
    pub instance: Instance,
    time: Arc<AtomicI64>,
    client: reqwest::Client,
    url: String,
    bearer: String,
    ticket: (String, String),
    caller: String,
    agent: String,
    answers: Vec<String>,
}

impl Desk {
    /// An instance with the app, connected and with one ticket that asks for a password reset.
    pub async fn open() -> Self {
        let time = Arc::new(AtomicI64::new(START));
        let shared = Arc::clone(&time);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let clock = Arc::new(move || shared.load(Ordering::Relaxed));
        let instance = Instance::new(InstanceConfig::new(&url, clock)).unwrap();
        let report = instance.install(&UPDATE_SET).unwrap();
        assert_eq!(report.warnings, Vec::<String>::new());
        for (name, value) in [
            ("backend_url", "https://verify.example.com"),
            ("key_id", "k1"),
            ("token_secret", "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="),
            ("webhook_secret", SECRET),
            ("allowed_tables", "incident,sc_req_item"),
        ] {
            instance
                .set_property(&format!("x_imper_verify.{name}"), value)
                .unwrap();
        }
        let user = |name: &str, role: &str| {
            let spec = UserSpec::new(name, name, "secret");
            instance.add_user(if role.is_empty() { spec } else { spec.role(role) })
        };
        user("integration", "x_imper_verify.integration").unwrap();
        user("nobody", "").unwrap();
        let agent = user("beth", "x_imper_verify.agent").unwrap();
        let caller = user("marta", "").unwrap();
        instance
            .add_oauth_client("backend", "s3cret", "integration")
            .unwrap();
        instance.add_oauth_client("stranger", "s3cret", "nobody").unwrap();
        let fields = [("caller_id", caller.as_str()), ("category", "password_reset")];
        let ticket = instance.insert("incident", &fields).unwrap();
        let served = instance.clone();
        tokio::spawn(async move { served.serve(listener, std::future::pending()).await });
        let client = reqwest::Client::builder()
            .timeout(Duration::from_mins(1))
            .build()
            .unwrap();
        let mut desk = Self {
            instance,
            time,
            client,
            url,
            bearer: String::new(),
            ticket: ("incident".to_owned(), ticket),
            caller,
            agent,
            answers: Vec::new(),
        };
        desk.bearer = desk.token("backend").await;
        desk
    }

    async fn token(&self, client: &str) -> String {
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", client),
            ("client_secret", "s3cret"),
        ];
        let request = self
            .client
            .post(format!("{}/oauth_token.do", self.url))
            .form(&form);
        let answer: Value = request.send().await.unwrap().json().await.unwrap();
        answer["access_token"].as_str().unwrap().to_owned()
    }

    /// Runs the steps of a case.
    pub async fn run(&mut self, steps: &str) {
        for step in steps.split(';').map(str::trim).filter(|step| !step.is_empty()) {
            // Everything takes a second, so that what is later has a later time.
            self.time.fetch_add(1000, Ordering::Relaxed);
            let (what, rest) = step.split_once(' ').unwrap_or((step, ""));
            match what {
                "ticket" => self.edit(rest),
                "policy" => self.policy(rest),
                "property" => {
                    let (name, value) = rest.split_once('=').unwrap();
                    self.instance.set_property(name, value).unwrap();
                }
                "script" => _ = self.instance.run_script("global", "admin", rest).unwrap(),
                "item" => self.item(),
                _ => self.event(what, rest).await,
            }
        }
    }

    fn edit(&self, fields: &str) {
        let (table, sys_id) = &self.ticket;
        self.instance.update(table, sys_id, &pairs(fields)).unwrap();
    }

    fn policy(&self, fields: &str) {
        let found = self
            .instance
            .query("x_imper_verify_policy", "action=password_reset")
            .unwrap();
        self.instance
            .update("x_imper_verify_policy", &found[0]["sys_id"], &pairs(fields))
            .unwrap();
    }

    /// From here on the ticket is an item of the service catalogue.
    fn item(&mut self) {
        let fields = [("requested_for", self.caller.as_str())];
        let item = self.instance.insert("sc_req_item", &fields).unwrap();
        self.ticket = ("sc_req_item".to_owned(), item);
        self.policy("table_name=sc_req_item, condition=");
    }

    /// `A2` and `passed !old`.
    async fn event(&mut self, number: &str, rest: &str) {
        let (kind, wrong) = rest.split_once(" !").unwrap_or((rest, ""));
        let (verification, sequence) = number.split_at(1);
        let id = event_id(&format!("{number} {kind}"));
        let mut body = self.body(verification, sequence.parse().unwrap(), kind, &id);
        let mut secret = SECRET;
        let mut header_id = id.clone();
        let mut offset = 0;
        let mut bearer = self.bearer.clone();
        match wrong {
            "" | "body" => {}
            "signature" => secret = "",
            "instance" => secret = OTHER_SECRET,
            "old" => offset = -301,
            "future" => offset = 301,
            "edge" => offset = -300,
            "header" => header_id = event_id("another"),
            "ticket" => body["ticket"]["sys_id"] = json!(self.instance.insert("incident", &[]).unwrap()),
            "gone" => body["ticket"]["sys_id"] = json!("0123456789abcdef0123456789abcdef"),
            "table" => body["ticket"]["table"] = json!("sys_user"),
            "outcome" => body["verification"]["outcome"] = json!("passed"),
            "score" => body["verification"]["risk_score"] = json!(101),
            "nobody" => bearer = self.token("stranger").await,
            "anonymous" => bearer = String::new(),
            other => panic!("what is wrong with {other}?"),
        }
        let text = body.to_string();
        let now = UnixMillis(self.time.load(Ordering::Relaxed)).plus_seconds(offset);
        let signed = signature::sign(
            &SecretString::from(if secret.is_empty() { SECRET } else { secret }),
            &header_id,
            now,
            &text,
        )
        .unwrap();
        let mut request = self
            .client
            .post(format!("{}/api/x_imper_verify/v1/verify/result", self.url))
            .header("content-type", "application/json")
            .header("webhook-id", header_id)
            .header("webhook-timestamp", signed.timestamp);
        if !bearer.is_empty() {
            request = request.bearer_auth(bearer);
        }
        request = match secret {
            "" => request.header("webhook-signature", format!("v1,{}", "A".repeat(43) + "=")),
            _ => request.header("webhook-signature", signed.signature),
        };
        // One letter more than what was signed.
        let sent = if wrong == "body" { format!("{text} ") } else { text };
        let answer = request.body(sent).send().await.unwrap();
        let status = answer.status().as_u16();
        let value: Value = answer.json().await.unwrap_or(Value::Null);
        let said = if status == 200 {
            value["result"]["status"].as_str().unwrap_or("?").to_owned()
        } else {
            let detail = value["error"]["detail"].as_str().unwrap_or("");
            // The platform's own refusals have long texts, the app's have codes.
            let code = if detail.contains(' ') { "" } else { detail };
            format!("{status} {code}").trim_end().to_owned()
        };
        self.answers.push(said);
    }

    /// The event as the service makes it: the types are the contract.
    fn body(&self, verification: &str, sequence: u32, kind: &str, id: &str) -> Value {
        let (status, action) = match kind {
            "medium" => ("passed", None),
            "renamed" => ("sent", None),
            // Somebody disowns the pass: it is none any more.
            "disputed" => ("failed", None),
            "action.disputed" => ("failed", Some("disputed")),
            _ => kind
                .strip_prefix("action.")
                .map_or((kind, None), |state| ("passed", Some(state))),
        };
        let decided = matches!(status, "passed" | "failed");
        let level = match (kind, status) {
            ("medium", _) => "medium",
            (_, "passed") => "verified",
            _ => "high",
        };
        // Z was started before A, and A before B.
        let started = format!("2026-01-01T00:00:0{}Z", "ZAB".find(verification).unwrap());
        let mut event = json!({
            "id": id,
            "type": match (kind, action) {
                ("renamed" | "disputed", _) => format!("verification.{kind}"),
                (_, Some(state)) => format!("action.{}", state.trim_end_matches("-by-hand")),
                _ => format!("verification.{status}"),
            },
            "sequence": sequence,
            "occurred_at": "2026-01-01T00:10:00Z",
            "verification": {
                "id": format!("VER{}", verification.repeat(13)),
                "url": format!("https://verify.example.com/console/v/VER{}", verification.repeat(13)),
                "status": status,
                "outcome": decided.then_some(status),
                "risk_level": decided.then_some(level),
                "risk_score": decided.then_some(8),
                "recommendation": decided.then_some(match level { "verified" => "proceed", "medium" => "proceed_with_care", _ => "reject" }),
                "recommendation_text": decided.then_some(match level {
                    "verified" => "User verified successfully - Proceed with action",
                    "medium" => "Verified with medium risk - Review the reasons before you proceed",
                    _ => "High risk detected - Reject this request",
                }),
                "report_summary": if decided { "Call number: proven\nOn-file code: proven" } else { "" },
                "action": "password_reset",
                "channel": "email",
                "destination": "m•••@example.net",
                "agent_sys_id": self.agent,
                "agent_name": "Beth Anglin",
                "requester_sys_id": self.caller,
                "created_at": started,
                "ended_at": (decided || matches!(status, "expired" | "cancelled" | "undeliverable")).then_some("2026-01-01T00:09:00Z"),
            },
            "ticket": { "table": self.ticket.0, "sys_id": self.ticket.1, "number": "INC0010001" },
        });
        if let Some(state) = action {
            let by_hand = state.ends_with("-by-hand");
            // A dispute is no state: what is disputed was performed.
            let state = match state.trim_end_matches("-by-hand") {
                "disputed" => "performed",
                state => state,
            };
            event["action"] = json!({
                "action": "password_reset",
                "state": state,
                "connector": if by_hand { "manual" } else { "active_directory" },
                "automated": !by_hand,
                "receipt": (state == "performed").then_some("RCP7K3M9QX2A4TNAB"),
                "summary": "The password of marta.kovacs.",
                "expires_at": (state == "granted").then_some("2026-01-01T00:25:00Z"),
            });
            if state != "teleported" {
                let _: shared::events::ResultEvent =
                    serde_json::from_value(event.clone()).expect("the contract knows this event");
            }
        }
        event
    }

    /// Everything that the case has left behind, in a form that a person can compare.
    pub fn state(&self) -> String {
        let mut out = String::new();
        let (table, sys_id) = &self.ticket;
        let record = self.instance.record(table, sys_id).unwrap();
        let of = |field: &str| record.get(field).cloned().unwrap_or_default();
        let shown = self.instance.display_value(table, sys_id, "state").unwrap();
        let fields = [
            "x_imper_verify_outcome",
            "x_imper_verify_risk",
            "x_imper_verify_action",
            "close_code",
        ];
        let _ = write!(out, "{shown}");
        for value in fields.map(of).iter().filter(|value| !value.is_empty()) {
            let _ = write!(out, " · {value}");
        }
        if let Some(letter) = of("x_imper_verify_id").chars().last() {
            let _ = write!(out, " · {letter}");
        }
        let notes: Vec<String> = self
            .instance
            .journal(sys_id, "work_notes")
            .iter()
            .map(|note| headings(note))
            .collect();
        let _ = write!(out, "\nnotes: {}", notes.join(" | "));
        let _ = write!(out, "\nrecords: {}", self.records().join(" | "));
        let _ = write!(out, "\nevents: {}", self.events().join(" | "));
        let _ = write!(out, "\nanswers: {}", self.answers.join(" | "));
        out.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
    }

    fn records(&self) -> Vec<String> {
        let rows = self
            .instance
            .query("x_imper_verify_verification", "ORDERBYstarted")
            .unwrap();
        rows.iter()
            .map(|row| {
                let of = |field: &str| row.get(field).map_or("", String::as_str);
                let letter = of("number").chars().last().unwrap();
                let parts = [
                    of("status"),
                    of("risk_level"),
                    of("action_state"),
                    of("last_sequence"),
                ];
                format!("{letter} {}", join(&parts))
            })
            .collect()
    }

    fn events(&self) -> Vec<String> {
        let rows = self
            .instance
            .query("x_imper_verify_event", "ORDERBYsys_created_on")
            .unwrap();
        rows.iter()
            .map(|row| {
                let of = |field: &str| row.get(field).map_or("", String::as_str);
                let applied = if of("applied") == "1" {
                    ""
                } else {
                    " (not applied)"
                };
                let kind = of("type").trim_start_matches("verification.");
                let kind = kind.replace("ticket.resolved_without_verification", "bypass");
                format!("{}{applied}", join(&[of("sequence"), &kind]))
            })
            .collect()
    }
}

fn join(parts: &[&str]) -> String {
    let filled: Vec<&str> = parts.iter().copied().filter(|part| !part.is_empty()).collect();
    filled.join(" ")
}

/// `a=b, c=d`.
fn pairs(text: &str) -> Vec<(&str, &str)> {
    text.split(',')
        .map(|pair| pair.trim().split_once('=').expect("field=value"))
        .collect()
}

/// The headings of a work note.
fn headings(note: &str) -> String {
    let found: Vec<&str> = note
        .lines()
        .filter_map(|line| line.strip_prefix("imper.ai Verification: "))
        .collect();
    let late = if note.contains("after the ticket had been closed") {
        " (late)"
    } else {
        ""
    };
    format!("{}{late}", found.join(" + "))
}

fn event_id(text: &str) -> String {
    let half = |salt: u8| {
        let mut hasher = DefaultHasher::new();
        (salt, text).hash(&mut hasher);
        hasher.finish()
    };
    format!("evt_{:016x}{:016x}", half(0), half(1))
}

/// One case: its name, its steps, and what they must leave behind.
pub type Case = (&'static str, &'static str, &'static str);

/// Runs every case on an instance of its own and names all that differ.
pub async fn check(cases: &[Case]) {
    let mut wrong = String::new();
    for (name, steps, expected) in cases {
        let mut desk = Desk::open().await;
        desk.run(steps).await;
        let expected: Vec<&str> = expected
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .collect();
        let (found, expected) = (desk.state(), expected.join("\n"));
        if found != expected {
            let _ = write!(
                wrong,
                "\n=== {name}\n--- expected\n{expected}\n--- found\n{found}\n"
            );
        }
        assert_eq!(desk.instance.unsupported(), Vec::<String>::new(), "{name}");
    }
    assert!(wrong.is_empty(), "{wrong}");
}
