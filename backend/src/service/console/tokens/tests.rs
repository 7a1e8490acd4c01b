use super::*;
use crate::service::console::Role;
use crate::testing::{START, service};

fn new(name: &str) -> NewToken {
    NewToken {
        name: name.into(),
        scopes: vec![Scope::OverviewRead, Scope::VerificationsRead],
        days: 30,
        networks: "198.51.100.7, 2001:db8::/32\n10.1.2.3/8".into(),
    }
}

fn operator(instance: &str) -> By {
    By::operator(InstanceId::parse(instance).unwrap())
}

async fn present_from(service: &Service, secret: &Secret, address: &str) -> Result<Machine, TokenRefused> {
    present(service, secret.expose(), address.parse().ok(), address.into()).await
}

#[tokio::test]
async fn a_token_is_used_where_and_while_it_may_be() {
    let (_folder, service, clock) = service();
    let secret = add_token(&service, operator("acme"), new("siem")).await.unwrap();
    for inside in [
        "198.51.100.7",
        "::ffff:198.51.100.7",
        "2001:db8:9::1",
        "10.200.0.1",
    ] {
        let machine = present_from(&service, &secret, inside).await.unwrap();
        assert_eq!(
            (machine.name.as_str(), machine.instance.as_str()),
            ("siem", "acme")
        );
    }
    for outside in ["198.51.100.8", "2001:db9::1", "nowhere"] {
        let refused = present_from(&service, &secret, outside).await;
        assert!(matches!(refused, Err(TokenRefused::Network)), "{outside}");
    }
    clock.advance_seconds(30 * 86_400 - 1);
    let machine = present_from(&service, &secret, "10.0.0.1").await.unwrap();
    assert!(still_valid(&service, &machine).await.unwrap());
    clock.advance_seconds(1);
    assert!(!still_valid(&service, &machine).await.unwrap());
    let refused = present_from(&service, &secret, "10.0.0.1").await;
    assert!(matches!(refused, Err(TokenRefused::Expired)));
}

#[tokio::test]
async fn revoking_works_at_once_and_only_in_the_own_instance() {
    let (_folder, service, _clock) = service();
    let secret = add_token(&service, operator("acme"), new("siem")).await.unwrap();
    let id = list_tokens(&service, InstanceId::parse("acme").unwrap())
        .await
        .unwrap()[0]
        .id;
    let foreign = revoke_token(&service, operator("globex"), id).await;
    assert!(matches!(foreign, Err(ServiceError::NotFound)));
    assert!(present_from(&service, &secret, "10.0.0.1").await.is_ok());
    revoke_token(&service, operator("acme"), id).await.unwrap();
    let refused = present_from(&service, &secret, "10.0.0.1").await;
    assert!(matches!(refused, Err(TokenRefused::Revoked)));
    let again = add_token(&service, operator("acme"), new("SIEM")).await;
    assert!(matches!(again, Err(TokenProblem::NameTaken)));
    assert!(add_token(&service, operator("globex"), new("siem")).await.is_ok());
}

#[tokio::test]
async fn what_cannot_be_a_token_is_refused_with_its_reason() {
    type Case = (fn(&mut NewToken), &'static str);
    let (_folder, service, _clock) = service();
    let cases: [Case; 7] = [
        (|new| new.name = " ".into(), "A name has"),
        (|new| new.name = "a:b".into(), "A name has"),
        (|new| new.scopes.clear(), "Choose at least one"),
        (|new| new.days = 0, "ends after 1 to 365 days"),
        (|new| new.days = 366, "ends after 1 to 365 days"),
        (|new| new.networks = "10.0.0.0/40".into(), "“10.0.0.0/40” is not"),
        (|new| new.networks = "10.0.0.1 ".repeat(21), "at most 20"),
    ];
    for (change, expected) in cases {
        let mut wrong = new("siem");
        change(&mut wrong);
        let problem = add_token(&service, operator("acme"), wrong.clone()).await;
        let text = problem.err().map(|problem| problem.to_string());
        assert!(
            text.as_ref().is_some_and(|text| text.contains(expected)),
            "{wrong:?}: {text:?}"
        );
    }
    for number in 0..MAX_VALID {
        add_token(&service, operator("acme"), new(&format!("t{number}")))
            .await
            .unwrap();
    }
    let problem = add_token(&service, operator("acme"), new("more")).await;
    assert!(matches!(problem, Err(TokenProblem::TooMany)));
}

#[tokio::test]
async fn the_database_does_not_hold_the_secret() {
    let (folder, service, _clock) = service();
    let secret = add_token(&service, operator("acme"), new("siem")).await.unwrap();
    service.store.close();
    let body = &secret.expose()[PREFIX.len()..];
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        assert!(!String::from_utf8_lossy(&bytes).contains(&body[..64]));
    }
}

#[test]
fn a_scope_reads_as_the_role_that_may_read_it() {
    let machine = |scopes: &[Scope]| Machine {
        id: 1,
        instance: InstanceId::parse("acme").unwrap(),
        name: "siem".into(),
        scopes: scopes.to_vec(),
        expires_at: START,
        client: String::new(),
    };
    for scope in Scope::ALL {
        let one = machine(&[*scope]);
        assert_eq!(one.session(*scope).unwrap().user.role, scope.role(), "{scope:?}");
        for other in Scope::ALL.iter().filter(|other| *other != scope) {
            assert!(one.session(*other).is_none(), "{scope:?} opens {other:?}");
        }
        let private = machine(&[*scope, Scope::VerificationsPrivate]);
        assert!(private.session(*scope).unwrap().reads_everything());
        assert!(private.session(*scope).unwrap().user.role < Role::Admin || *scope == Scope::AuditRead);
    }
}
