//! The app's connection test, against the real service.
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests: a failure is the test's failure"
)]

use std::path::Path;

use imper_tests::harness::world::{Ports, World};
use serde_json::Value;

async fn rows(world: &World) -> Vec<(String, bool, String)> {
    let instance = world.instance.clone();
    let run = move || instance.run_script("x_imper_verify", "admin", "new ImperConnection().run()");
    let answer = tokio::task::spawn_blocking(run).await.unwrap().unwrap();
    let row = |row: &Value| {
        (
            row["name"].as_str().unwrap().to_owned(),
            row["ok"].as_bool().unwrap(),
            row["text"].as_str().unwrap().to_owned(),
        )
    };
    answer.as_array().unwrap().iter().map(row).collect()
}

fn said<'a>(rows: &'a [(String, bool, String)], name: &str) -> (bool, &'a str) {
    let row = rows.iter().find(|row| row.0 == name);
    let row = row.unwrap_or_else(|| panic!("nothing about {name} in {rows:?}"));
    (row.1, &row.2)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_test_says_what_works_and_what_does_not() {
    let app = Path::new(env!("CARGO_MANIFEST_DIR")).join("../servicenow-app/app");
    let panel = format!("{}const widget = 1;\n", servicenow_app::MARKER);
    let set = servicenow_app::pack(&app, &panel).expect("the app packs");
    let world = World::start_on(Ports::default(), &set.xml).await.unwrap();

    let good = rows(&world).await;
    assert!(said(&good, "Properties").0, "{good:?}");
    assert_eq!(said(&good, "Token secret"), (true, "Taken from the property."));
    assert_eq!(said(&good, "Clock"), (true, "The two clocks agree."));
    assert_eq!(
        said(&good, "Agent tokens"),
        (true, "The backend accepts the tokens of this instance.")
    );
    assert!(!said(&good, "Results from the backend").0);

    // Counted in the database, week by week; the newest one first.
    let weeks = world
        .instance
        .run_script("x_imper_verify", "admin", "new ImperOverview().weeks()");
    let weeks = weeks.unwrap();
    assert_eq!(weeks.as_array().unwrap().len(), 12);
    let ticket = world.open_ticket("password_reset", "Locked out").unwrap();
    let close = [("state", "6"), ("close_code", "User error"), ("close_notes", "x")];
    world.instance.update("incident", &ticket, &close).unwrap();
    let weeks = world
        .instance
        .run_script("x_imper_verify", "admin", "new ImperOverview().weeks()");
    let weeks = weeks.unwrap();
    assert_eq!(
        (&weeks[0]["bypassed"], &weeks[0]["passed"]),
        (&1.into(), &0.into())
    );
    let rows_of_page = world
        .instance
        .run_script("x_imper_verify", "admin", "new ImperOverview().rows()");
    assert_eq!(
        rows_of_page
            .unwrap()
            .as_str()
            .unwrap()
            .matches("<th scope=\"row\">")
            .count(),
        12
    );

    let set = |name: &str, value: &str| {
        world
            .instance
            .set_property(&format!("x_imper_verify.{name}"), value)
            .unwrap();
    };
    set("key_id", "another");
    let wrong = rows(&world).await;
    let (ok, text) = said(&wrong, "Agent tokens");
    assert!(!ok && text.contains("key ID and token secret"), "{text}");

    set("backend_url", "http://127.0.0.1:9");
    let silent = rows(&world).await;
    let (ok, text) = said(&silent, "Backend");
    assert!(!ok && text.contains("does not answer"), "{text}");

    set("backend_url", "");
    let empty = rows(&world).await;
    assert_eq!(empty.len(), 1);
    assert!(
        said(&empty, "Properties")
            .1
            .contains("x_imper_verify.backend_url")
    );
    assert_eq!(world.instance.unsupported(), Vec::<String>::new());
    world.stop().await;
}
