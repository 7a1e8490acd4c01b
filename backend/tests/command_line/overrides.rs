//! The way back from what was set in the console to what stands in the configuration.

use backend::service::Service;
use backend::service::console::keys::{Purpose, begin_rotation};
use backend::service::console::{Admin, Role, Session, add_user};
use backend::store::policies::{self, NewActivation};
use backend::store::{StoreError, console::accounts};
use backend::verification::InstanceId;

use crate::house::House;

/// What an administrator would have activated in the console.
const OWN: &str = include_str!("../../policy/standard.toml");

fn acme() -> InstanceId {
    InstanceId::parse("acme").unwrap()
}

async fn activate(service: &Service, number_of: &str) {
    let text = OWN.replacen("version = \"", &format!("version = \"{number_of}-"), 1);
    let version = number_of.to_owned();
    let digest = backend::keys::sha256_hex(text.as_bytes());
    let now = service.clock.now();
    service
        .store
        .write(move |tx| {
            let new = NewActivation {
                instance: &acme(),
                user: Some((1, "max")),
                note: "Stricter for now",
                text: Some(&text),
                version: &version,
                digest: &digest,
            };
            policies::append(tx, new, now).map(drop)
        })
        .await
        .map_err(|error: StoreError| error)
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_of_the_console_is_shown_and_taken_back() {
    let house = House::new();
    let shipped = house.run(&["policy", "show"]);
    assert_eq!(shipped.code, Some(0), "{}", shipped.err);
    assert!(
        shipped.out.starts_with("# acme: policy standard-")
            && shipped.out.contains("shipped with this program"),
        "{}",
        shipped.out
    );
    let none = house.run(&["policy", "history", "--instance", "acme"]);
    assert!(none.out.contains("No policy was ever activated"), "{}", none.out);

    let service = house.service();
    activate(&service, "mine").await;
    service.store.close();
    let own = house.run(&["policy", "show", "--instance", "acme"]);
    assert_eq!(own.code, Some(0), "{}", own.err);
    assert!(
        own.out.contains("activated in the console, number 1")
            && own.out.contains("version = \"mine-standard"),
        "{}",
        own.out
    );
    // What cannot be understood changes nothing, and says so by its exit code, too.
    for (arguments, expected) in [
        (vec!["use-file", "--note", " "], "--note must be one line"),
        (vec!["use-file", "--note", "a\nb"], "--note must be one line"),
        (
            vec!["use-file", "--note", "x", "--instance", "nowhere"],
            "not the id of a configured instance",
        ),
    ] {
        let said = house.run(&[&["policy"], arguments.as_slice()].concat());
        assert_eq!(said.code, Some(1), "{}", said.out);
        assert!(said.err.contains(expected), "{}", said.err);
    }
    let back = house.run(&["policy", "use-file", "--note", "It failed everybody"]);
    assert_eq!(back.code, Some(0), "{}", back.err);
    assert!(back.out.contains("Number 2"), "{}", back.out);
    let again = house.run(&["policy", "use-file", "--note", "Once more"]);
    assert!(again.out.contains("already"), "{}", again.out);
    assert_eq!(
        house.run(&["policy", "show"]).out,
        shipped.out.replace("this program", "this program, number 2")
    );
    let history = house.run(&["policy", "history"]).out;
    let lines: Vec<&str> = history.lines().collect();
    assert_eq!(lines.len(), 2, "{history}");
    assert!(
        lines[0].contains("command line") && lines[0].contains("It failed everybody"),
        "{history}"
    );
    assert!(
        lines[1].contains("max") && lines[1].contains("Stricter for now"),
        "{history}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_of_the_console_are_ended() {
    let house = House::new();
    let none = house.run(&["keys", "use-config"]);
    assert_eq!(none.code, Some(0), "{}", none.err);
    assert!(none.out.starts_with("0 keys of acme ended"), "{}", none.out);

    let service = house.service();
    let password = "a-long-admin-password".into();
    add_user(&service, &acme(), "max", Role::Admin, password)
        .await
        .unwrap();
    let found = service
        .store
        .read::<_, StoreError, _>(|tx| accounts::find_user(tx, &acme(), "max"))
        .await
        .unwrap();
    let session = Session {
        user: found.unwrap().0,
        cookie_digest: String::new(),
        expires_at: service.clock.now().plus_seconds(3600),
    };
    for purpose in [Purpose::Tokens, Purpose::Events] {
        let admin = Admin::of(&session).unwrap();
        begin_rotation(&service, admin, purpose, String::new())
            .await
            .unwrap();
    }
    service.store.close();
    let ended = house.run(&["keys", "use-config", "--instance", "acme"]);
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    assert!(ended.out.starts_with("2 keys of acme ended"), "{}", ended.out);
    let unknown = house.run(&["keys", "use-config", "--instance", "globex"]);
    assert_eq!(unknown.code, Some(1));
    assert!(
        unknown.err.contains("not the id of a configured instance"),
        "{}",
        unknown.err
    );
}
