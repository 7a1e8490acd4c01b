//! Pages to look at, as those of the console: `cargo test -p backend api_pages_to_look_at -- --ignored`.

use std::path::Path;

use super::Program;
use crate::push::settings::{Form, Settings, SyslogSettings, Way, WebhookSettings};
use crate::service::console::Role;
use crate::service::console::tokens::Scope;
use crate::service::push::{self, Next};
use crate::testing::service_with;
use crate::verification::InstanceId;
use crate::web::assets;
use crate::web::console::tests::fixture::{Browser, failed, hidden, text};

fn destinations() -> Vec<Settings> {
    let settings = |name: &str, form, way| Settings {
        name: name.into(),
        form,
        audit: true,
        way,
    };
    vec![
        settings(
            "siem",
            Form::Cef,
            Way::Syslog(SyslogSettings {
                host: "siem.acme.example".into(),
                port: 6514,
                ca_pem: None,
                client: None,
            }),
        ),
        settings(
            "lake",
            Form::Ndjson,
            Way::Webhook(WebhookSettings {
                url: "https://lake.acme.example/imper/9f2c".into(),
                secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".into(),
            }),
        ),
    ]
}

#[tokio::test]
#[ignore = "writes files for people to look at"]
async fn api_pages_to_look_at() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/console-pages");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("console.css"), assets::CONSOLE_CSS.text()).unwrap();
    std::fs::write(folder.join("console.js"), assets::CONSOLE_JS.text()).unwrap();
    let write = |name: &str, page: String| {
        let page = page
            .replace(assets::CONSOLE_CSS.href(), "console.css")
            .replace(assets::CONSOLE_JS.href(), "console.js");
        std::fs::write(folder.join(name), page).unwrap();
    };
    let (_folder, service, clock) = service_with(|config| {
        let acme = InstanceId::parse("acme").unwrap();
        config.instances.get_mut(&acme).unwrap().push = destinations();
    });
    let mut admin = Browser::signed_in_as(&service, "acme", "max", Role::Admin).await;
    write(
        "tokens-empty.html",
        text(&admin.get("/console/admin/tokens").await),
    );
    let form = text(&admin.get("/console/admin/tokens/new").await);
    let token = hidden(&form, "form_token");
    write("token-new.html", form);
    let fields = [
        ("form_token", &*token),
        ("name", "Splunk production"),
        ("days", "90"),
        ("verifications:read", "on"),
        ("verifications:private", "on"),
        ("audit:read", "on"),
        ("networks", "198.51.100.0/24\n203.0.113.9"),
    ];
    let made = admin.post("/console/admin/tokens/new", &fields).await;
    write("token-made.html", text(&made));
    let again = admin.post("/console/admin/tokens/new", &fields).await;
    write("token-wrong.html", text(&again));
    for one in destinations() {
        let acme = InstanceId::parse("acme").unwrap();
        push::next(&service, &acme, &one).await.unwrap();
        failed(&service, &clock, &format!("INC00{}", one.name)).await;
        if let Next::Batch(batch) = push::next(&service, &acme, &one).await.unwrap() {
            if one.name == "siem" {
                push::taken(&service, &acme, &one, &batch).await.unwrap();
            } else {
                let why = "it answered with the status 503".into();
                push::refused(&service, &acme, &one, &batch, why).await.unwrap();
            }
        }
    }
    let program = Program::new(&service, "acme", "Nightly report", &[Scope::OverviewRead]).await;
    program.get("overview").await;
    clock.advance_seconds(400);
    write("tokens.html", text(&admin.get("/console/admin/tokens").await));
    write(
        "token-revoke.html",
        text(&admin.get("/console/admin/tokens/1/revoke").await),
    );
    write("push.html", text(&admin.get("/console/admin/push").await));
    write("admin.html", text(&admin.get("/console/admin").await));
    write("api.html", text(&admin.get("/api/docs").await));
}
