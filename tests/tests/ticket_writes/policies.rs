//! What the policy, the instance's own choices and the agents decide.

use imper_tests::instance::UserSpec;

use super::desk::{Case, Desk, check};

const CASES: &[Case] = &[
    (
        "the policy resolves and does not close",
        "policy close_automatically=false; A1 action.performed",
        "Resolved · passed · verified · performed · Solution provided · A
         notes: Passed + Password reset performed | ticket resolved
         records: A passed verified performed 1
         events: 1 action.performed
         answers: applied",
    ),
    (
        "the policy leaves the ticket to its agent",
        "policy resolve_automatically=false; A1 action.performed",
        "New · passed · verified · performed · A
         notes: Passed + Password reset performed
         records: A passed verified performed 1
         events: 1 action.performed
         answers: applied",
    ),
    (
        "the code that the admin has chosen",
        "property x_imper_verify.close_code=Resolved by request; A1 action.performed",
        "Closed · passed · verified · performed · Resolved by request · A
         notes: Passed + Password reset performed | ticket resolved and closed
         records: A passed verified performed 1
         events: 1 action.performed
         answers: applied",
    ),
    (
        "the codes of an older release",
        "script var c = new GlideRecord('sys_choice'), a = [c.addQuery('name', 'incident'), c.addQuery('element', 'close_code'), c.deleteMultiple(), c.initialize(), c.setValue('name', 'incident'), c.setValue('element', 'close_code'), c.setValue('value', 'Solved (Permanently)'), c.setValue('label', 'Solved (Permanently)'), c.setValue('language', 'en'), c.setValue('inactive', false), c.insert()]; A1 action.performed",
        "Closed · passed · verified · performed · Solved (Permanently) · A
         notes: Passed + Password reset performed | ticket resolved and closed
         records: A passed verified performed 1
         events: 1 action.performed
         answers: applied",
    ),
    (
        "an item of the service catalogue",
        "item; A1 passed; A2 action.performed",
        "Closed Complete
         notes: Passed | Password reset performed | ticket resolved and closed
         records: A passed verified performed 2
         events: 1 passed | 2 action.performed
         answers: applied | applied",
    ),
    (
        "an item, its events repeated, out of order and with a gap",
        "item; A1 sent; A7 failed; A1 sent; A3 opened; A7 failed",
        "Open
         notes: link sent | Failed
         records: A failed high 7
         events: 1 sent | 7 failed | 3 opened (not applied)
         answers: applied | applied | duplicate | superseded | duplicate",
    ),
    (
        "an item that somebody has closed meanwhile",
        "item; A1 passed; ticket state=3; A2 action.performed",
        "Closed Complete
         notes: Passed | Password reset performed (late)
         records: A passed verified performed 2
         events: 1 passed | 2 action.performed
         answers: applied | applied",
    ),
    (
        "an item whose table is not allowed any more",
        "item; A1 sent; property x_imper_verify.allowed_tables=incident; A2 passed",
        "Open
         notes: link sent
         records: A sent 1
         events: 1 sent
         answers: applied | 403 table_not_allowed",
    ),
    (
        "resolved without verification, then closed: one bypass",
        "ticket state=6, close_code=User error, close_notes=x; ticket state=7",
        "Closed · User error
         notes: resolved without verification
         records:
         events: bypass
         answers:",
    ),
    (
        "resolved without verification, reopened, and again: two",
        "ticket state=6, close_code=User error, close_notes=x; ticket state=2; ticket state=6",
        "Resolved · User error
         notes: resolved without verification | resolved without verification
         records:
         events: bypass | bypass
         answers:",
    ),
    (
        "resolved after a failure",
        "A1 failed; ticket state=6, close_code=User error, close_notes=x",
        "Resolved · failed · high · User error · A
         notes: Failed | resolved without verification
         records: A failed high 1
         events: 1 failed | bypass
         answers: applied",
    ),
    (
        "resolved after a pass",
        "A1 passed; ticket state=6, close_code=User error, close_notes=x",
        "Resolved · passed · verified · User error · A
         notes: Passed
         records: A passed verified 1
         events: 1 passed
         answers: applied",
    ),
    (
        "cancelled, or moved out of the category: no bypass",
        "ticket category=hardware; ticket state=6, close_code=User error, close_notes=x; ticket state=2; ticket category=password_reset; ticket state=8",
        "Canceled · User error
         notes:
         records:
         events:
         answers:",
    ),
    (
        "a running verification survives the move out of the category and back",
        "A1 sent; ticket category=hardware; A2 passed; ticket category=password_reset",
        "New · passed · verified · A
         notes: link sent | Passed
         records: A passed verified 2
         events: 1 sent | 2 passed
         answers: applied | applied",
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn policies_leave_exactly_this_behind() {
    check(CASES).await;
}

/// Whether the field is offered for the desk's ticket to somebody.
fn is_shown(desk: &Desk, user: &str) -> bool {
    let ticket = &desk.instance.query("incident", "number=INC0010001").unwrap()[0]["sys_id"];
    let script = format!("new ImperPolicy().panelUrl('incident', '{ticket}')");
    let url = desk.instance.run_script("x_imper_verify", user, &script).unwrap();
    !url.as_str().unwrap().is_empty()
}

/// Somebody of the service desk: an agent of the app who may read tickets.
fn add_reader(desk: &Desk) {
    let reader = UserSpec::new("rita", "Rita", "secret").role("itil");
    desk.instance
        .add_user(reader.role("x_imper_verify.agent"))
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn moving_a_ticket_between_categories_shows_and_hides_the_field() {
    let mut desk = Desk::open().await;
    add_reader(&desk);
    assert!(is_shown(&desk, "rita"));
    desk.run("ticket category=hardware").await;
    assert!(!is_shown(&desk, "rita"));
    desk.run("ticket subcategory=password_reset").await;
    assert!(is_shown(&desk, "rita"), "the subcategory counts as well");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_field_is_offered_to_agents_who_may_read_the_ticket_and_to_nobody_else() {
    let desk = Desk::open().await;
    add_reader(&desk);
    assert!(is_shown(&desk, "rita"));
    // An agent of the app without a role that reads incidents; somebody who reads them and is no agent.
    assert!(!is_shown(&desk, "beth"));
    desk.instance
        .add_user(UserSpec::new("ida", "Ida", "secret").role("itil"))
        .unwrap();
    assert!(!is_shown(&desk, "ida"));
    assert_eq!(desk.instance.unsupported(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admins_policy_survives_the_next_import() {
    let mut desk = Desk::open().await;
    desk.run("policy close_automatically=false").await;
    let app = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../servicenow-app/app");
    let panel = format!("{}const widget = 2;\n", servicenow_app::MARKER);
    let next = servicenow_app::pack(&app, &panel).unwrap();
    let report = desk.instance.install(&next.xml).unwrap();
    assert_eq!(
        report.collisions.len(),
        1,
        "the preview names it: {:?}",
        report.collisions
    );
    assert!(report.collisions[0].starts_with("x_imper_verify_policy_"));
    let policies = desk
        .instance
        .query("x_imper_verify_policy", "ORDERBYorder")
        .unwrap();
    let closes: Vec<&str> = policies
        .iter()
        .map(|row| row["close_automatically"].as_str())
        .collect();
    assert_eq!(closes, ["0", "1", "1"]);
}
