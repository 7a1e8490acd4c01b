use crate::config::Config;
use crate::testing::config_text;
use crate::verification::InstanceId;

const LDAP: &str = r#"
    [[instance.connector]]
    name = "corp"
    kind = "ldap"
    url = "ldaps://ldap.acme.example"
    bind_dn = "cn=imper,dc=acme"
    bind_password_env = "LDAP_PASSWORD"
    base_dn = "dc=acme"
    [[instance.action]]
    action = "password_reset"
    connector = "corp"
    release_for = ["adm-*"]
    [[instance.action]]
    action = "mfa_reset"
    connector = "manual"
    "#;

fn read(more: &str) -> Result<Config, Vec<String>> {
    let (text, mut secrets) = config_text();
    secrets.insert("LDAP_PASSWORD".into(), "secret".into());
    Config::parse(&format!("{text}{more}"), &secrets).map_err(|error| error.mistakes)
}

#[test]
fn actions_are_given_to_connectors() {
    use shared::words::Action;
    let config = read(LDAP).unwrap();
    let instance = &config.instances[&InstanceId::parse("globex").unwrap()];
    assert_eq!(instance.actions[&Action::PasswordReset].connector, "corp");
    assert!(!instance.actions.contains_key(&Action::AccountUnlock));
    assert_eq!(instance.connectors["corp"].kind(), "ldap");
    assert_eq!(instance.connectors["manual"].kind(), "manual");
}

#[test]
fn a_service_account_without_a_password_is_a_mistake() {
    let (text, mut secrets) = config_text();
    secrets.insert("LDAP_PASSWORD".into(), String::new());
    let read = Config::parse(&format!("{text}{LDAP}"), &secrets);
    let mistakes = read.map(|_| ()).unwrap_err().mistakes;
    assert!(
        mistakes.len() == 1 && mistakes[0].contains("LDAP_PASSWORD is empty"),
        "{mistakes:?}"
    );
}

#[test]
fn every_mistake_is_named() {
    let mistaken = [
        ("ldaps://ldap", "ldap://ldap", ".url"),
        ("LDAP_PASSWORD\"", "NO_SUCH\"", ".bind_password_env"),
        (
            "base_dn =",
            "user_filter = \"(uid=mia)\"\nbase_dn =",
            ".user_filter",
        ),
        (
            "base_dn =",
            "user_filter = \"(uid={user_name}\"\nbase_dn =",
            ".user_filter",
        ),
        (
            "base_dn =",
            "privileged_filter = \"x\"\nbase_dn =",
            ".privileged_filter",
        ),
        (
            "\"mfa_reset\"\n    connector = \"manual\"",
            "\"mfa_reset\"\n    connector = \"corp\"",
            "cannot do this",
        ),
        (
            "connector = \"manual\"",
            "connector = \"elsewhere\"",
            "no connector",
        ),
        ("\"mfa_reset\"", "\"coffee\"", "is not one of"),
        ("name = \"corp\"", "name = \"manual\"", "“manual”"),
        ("bind_dn = \"cn=imper,dc=acme\"", "bind_dn = \"\"", ".bind_dn"),
        ("\"mfa_reset\"", "\"password_reset\"", "given twice"),
    ];
    for (right, wrong, named) in mistaken {
        let text = LDAP.replacen(right, wrong, 1);
        assert_ne!(text, LDAP, "{wrong}");
        let found = read(&text).err().unwrap_or_default();
        assert!(
            found.iter().any(|mistake| mistake.contains(named)),
            "{wrong}: {found:?}"
        );
    }
}
