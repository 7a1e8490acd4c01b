use super::*;

/// A configuration that is right, and its secrets.
pub(crate) fn good() -> (String, BTreeMap<String, String>) {
    let text = r#"
        [server]
        listen = "127.0.0.1:0"
        operations_listen = "127.0.0.1:0"
        public_url = "https://verify.example.com/"

        [storage]
        path = "imper.db"

        [smtp]
        host = "localhost"
        port = 2525
        tls = "none"
        from = "Acme service desk <desk@acme.example>"

        [[instance]]
        id = "acme"
        company = "Acme"
        url = "https://acme.service-now.com"
        support_contact = "+44 20 7946 0000"
        default_region = "GB"

        [[instance.agent_key]]
        kid = "k1"
        algorithm = "HS256"
        secret_env = "ACME_AGENT_KEY"

        [instance.callback]
        client_id = "imper"
        client_secret_env = "ACME_CLIENT_SECRET"
        webhook_secret_env = "ACME_WEBHOOK_SECRET"
    "#;
    let secrets = [
        ("IMPER_MASTER_KEY", STANDARD.encode([1; 32])),
        ("ACME_AGENT_KEY", STANDARD.encode([2; 32])),
        ("ACME_CLIENT_SECRET", "client-secret".to_owned()),
        (
            "ACME_WEBHOOK_SECRET",
            format!("whsec_{}", STANDARD.encode([3; 32])),
        ),
    ];
    (
        text.to_owned(),
        secrets
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
    )
}

fn mistakes(text: &str, secrets: &BTreeMap<String, String>) -> Vec<String> {
    Config::parse(text, secrets)
        .err()
        .map(|error| error.mistakes)
        .unwrap_or_default()
}

#[test]
fn a_right_configuration_is_read() {
    let (text, secrets) = good();
    let config = Config::parse(&text, &secrets).unwrap();
    assert_eq!(config.server.public_url, "https://verify.example.com");
    assert_eq!(
        config
            .instance_by_url("https://acme.service-now.com")
            .unwrap()
            .link_seconds,
        600
    );
    assert_eq!(config.channels(), [shared::words::Channel::Email]);
}

#[test]
fn every_mistake_is_named_at_once() {
    let (text, mut secrets) = good();
    let text = text
        .replace("127.0.0.1:0\"\n        public", "nowhere\"\n        public")
        .replace("https://verify.example.com/", "http://verify.example.com")
        .replace("tls = \"none\"", "tls = \"maybe\"")
        .replace("HS256", "none")
        .replace("\"GB\"", "\"XX\"\ndefault_language = \"tlh\"");
    secrets.remove("ACME_CLIENT_SECRET");
    secrets.insert("ACME_WEBHOOK_SECRET".into(), "short".into());
    secrets.insert("IMPER_MASTER_KEY".into(), "AAAA".into());
    let found = mistakes(&text, &secrets).join("\n");
    for part in [
        "operations_listen",
        "public_url",
        "smtp.tls",
        "“none” is not one of",
        "default_region",
        "default_language: “tlh” is not one of en, de, fr, es, ja, ar",
        "ACME_CLIENT_SECRET",
        "ACME_WEBHOOK_SECRET",
        "IMPER_MASTER_KEY",
    ] {
        assert!(found.contains(part), "{part} is not named in:\n{found}");
    }
}

#[test]
fn unknown_settings_and_garbled_files_are_refused() {
    let (text, secrets) = good();
    assert!(mistakes(&text.replace("[storage]", "[storage]\ncolour = 1"), &secrets)[0].contains("colour"));
    assert!(!mistakes("[server", &secrets).is_empty());
}

#[test]
fn a_short_agent_key_is_refused() {
    let (text, mut secrets) = good();
    secrets.insert("ACME_AGENT_KEY".into(), STANDARD.encode([2; 31]));
    assert!(mistakes(&text, &secrets)[0].contains("at least 32 bytes"));
}

#[test]
fn links_live_between_a_minute_and_a_day() {
    let (text, secrets) = good();
    for seconds in [59, 86_401] {
        let text = text.replace(
            "default_region",
            &format!("link_seconds = {seconds}\ndefault_region"),
        );
        assert!(mistakes(&text, &secrets)[0].contains("link_seconds"));
    }
}
