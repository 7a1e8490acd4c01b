//! Attackers who hold another employee's account, and those who turn to a manager.

use shared::agent_token::{Manager, Requester};

use super::begun;
use crate::people::{A_MOMENT, Browser, COMPANY_MAIL, Desk, HOSTING, PRIVATE_MAIL, requester, sys_id};
use crate::provider::PROVIDER;
use crate::story::{End, Story};
use crate::ways::{arrive, ask_manager, at_initech, depart, managed};
use crate::world::World;

pub fn all() -> Vec<Story> {
    vec![
        Story::new("another_employees_company_account", End::Rejected, other_account),
        Story::new(
            "another_employees_account_of_a_privileged_person",
            End::Rejected,
            other_account_of_the_privileged,
        ),
        Story::new(
            "sign_in_handed_to_another_browser",
            End::Refused(422),
            handed_over,
        ),
        Story::new(
            "sign_in_answered_by_another_site",
            End::Refused(403),
            from_elsewhere,
        ),
        Story::new(
            "approval_link_forwarded_to_the_requester",
            End::Refused(403),
            forwarded,
        ),
        Story::new("scanner_opens_the_approval_link", End::Undecided, scanner),
        Story::new("manager_approves_twice", End::Refused(410), twice),
        Story::new("older_approval_link_after_a_new_one", End::Refused(410), older),
        Story::new("manager_refuses", End::Rejected, refuses),
        Story::new("manager_is_persuaded_too", End::Flagged, persuaded),
        Story::new("agent_listed_as_manager", End::Rejected, agent_as_manager),
        Story::new(
            "requester_listed_as_their_own_manager",
            End::Rejected,
            own_manager,
        ),
        Story::new("managers_mailbox_is_the_typed_one", End::Rejected, typed_manager),
    ]
}

/// Nothing but a manager is on file.
fn alone(manager: Manager) -> Requester {
    let mut mia = requester(0xb, "Mia Chen", "", &[]);
    mia.manager = Some(manager);
    mia
}

fn manager(number: u32, email: &str) -> Manager {
    Manager {
        sys_id: sys_id(number),
        name: "Ada Lopez".into(),
        email: email.into(),
    }
}

/// Past the number, at the next question.
async fn asked(world: &World, desk: &Desk, browser: &mut Browser) -> String {
    let id = begun(world, desk, browser).await;
    let number = desk.number(world, &id).await;
    browser.answer(world, "number", &number).await;
    world.wait(A_MOMENT).await;
    id
}

async fn other_account(world: World) -> End {
    let desk = at_initech(1, &requester(0xb, "Mia Chen", "", &[]));
    let mut attacker = Browser::windows();
    let id = asked(&world, &desk, &mut attacker).await;
    let address = depart(&world, &mut attacker).await;
    let answer = PROVIDER.sign_in(&world, &address, "trudy.miller");
    arrive(&world, &mut attacker, &answer).await;
    desk.end(&world, &id).await
}

async fn other_account_of_the_privileged(world: World) -> End {
    let desk = at_initech(1, &managed("Mia Chen")).with_high_assurance();
    let mut attacker = Browser::windows();
    let id = asked(&world, &desk, &mut attacker).await;
    let address = depart(&world, &mut attacker).await;
    let answer = PROVIDER.sign_in(&world, &address, "trudy.miller");
    arrive(&world, &mut attacker, &answer).await;
    desk.end(&world, &id).await
}

/// The attacker signs in with an account of their own and has the victim's browser bring the answer.
async fn handed_over(world: World) -> End {
    let desk = at_initech(1, &requester(0xb, "Mia Chen", "", &[]));
    let mut mia = Browser::iphone();
    let id = asked(&world, &desk, &mut mia).await;
    depart(&world, &mut mia).await;
    let others = at_initech(2, &requester(0xc, "Trudy Miller", "", &[])).by_agent(0xd);
    let mut attacker = Browser::windows();
    asked(&world, &others, &mut attacker).await;
    let address = depart(&world, &mut attacker).await;
    let answer = PROVIDER.sign_in(&world, &address, "trudy.miller");
    let page = arrive(&world, &mut mia, &answer).await;
    assert_eq!(desk.end(&world, &id).await, End::Undecided);
    page.end()
}

async fn from_elsewhere(world: World) -> End {
    let desk = at_initech(1, &requester(0xb, "Mia Chen", "", &[]));
    let mut mia = Browser::iphone();
    asked(&world, &desk, &mut mia).await;
    let address = depart(&world, &mut mia).await;
    let answer = PROVIDER.sign_in(&world, &address, "mia.chen");
    let mut mia = mia
        .header("origin", "https://evil.example")
        .header("sec-fetch-site", "cross-site");
    arrive(&world, &mut mia, &answer).await.end()
}

const ADA: &str = "ada.lopez@acme.example";
const APPROVE: &[(&str, &str)] = &[("answer", "approve"), ("spoke", "yes")];

/// The manager was asked; gives the id and the link.
async fn waiting(world: &World, desk: &Desk, browser: &mut Browser) -> (String, String) {
    let id = asked(world, desk, browser).await;
    let link = ask_manager(world, browser, ADA).await;
    world.wait(A_MOMENT).await;
    (id, link)
}

fn with_ada() -> Desk {
    Desk::new(1, &alone(manager(0xc, ADA)))
}

async fn forwarded(world: World) -> End {
    let mut attacker = Browser::windows();
    let (id, link) = waiting(&world, &with_ada(), &mut attacker).await;
    let page = attacker.post(&world, &link, APPROVE).await;
    // The browser is known by its own mark, too, when its session is gone.
    attacker.cookies.remove("__Host-imper_session");
    let again = attacker.post(&world, &link, APPROVE).await;
    assert_eq!(again.status, 403, "{}", again.body);
    assert_eq!(with_ada().end(&world, &id).await, End::Undecided);
    page.end()
}

async fn scanner(world: World) -> End {
    let mut mia = Browser::iphone();
    let (id, link) = waiting(&world, &with_ada(), &mut mia).await;
    let mut scanner = Browser::linux().at(HOSTING).without_script();
    for _ in 0..30 {
        scanner.get(&world, &link).await;
    }
    // It presses the first button that it finds.
    let pressed = scanner.post(&world, &link, &[("answer", "approve")]).await;
    assert_eq!(pressed.status, 422, "{}", pressed.body);
    with_ada().end(&world, &id).await
}

async fn twice(world: World) -> End {
    let mut mia = Browser::iphone();
    let (id, link) = waiting(&world, &with_ada(), &mut mia).await;
    let mut ada = Browser::windows();
    assert_eq!(ada.post(&world, &link, APPROVE).await.status, 200);
    let end = with_ada().end(&world, &id).await;
    let again = ada.post(&world, &link, APPROVE).await;
    assert_eq!(with_ada().end(&world, &id).await, end);
    again.end()
}

async fn older(world: World) -> End {
    let mut mia = Browser::iphone();
    let (_, first) = waiting(&world, &with_ada(), &mut mia).await;
    world.wait(120).await;
    let second = ask_manager(&world, &mut mia, ADA).await;
    assert_ne!(second, first);
    Browser::windows().post(&world, &first, APPROVE).await.end()
}

async fn refuses(world: World) -> End {
    let mut attacker = Browser::windows();
    let (id, link) = waiting(&world, &with_ada(), &mut attacker).await;
    let mut ada = Browser::iphone();
    ada.post(&world, &link, &[("answer", "refuse")]).await;
    with_ada().end(&world, &id).await
}

/// Whoever persuaded the agent persuades the manager too: that is why a manager's word never leads to Verified.
async fn persuaded(world: World) -> End {
    let mut attacker = Browser::windows();
    let (id, link) = waiting(&world, &with_ada(), &mut attacker).await;
    Browser::iphone().post(&world, &link, APPROVE).await;
    with_ada().end(&world, &id).await
}

/// No manager may be asked, so nothing is left.
async fn without_manager(world: World, desk: Desk) -> End {
    let mut attacker = Browser::windows();
    let id = asked(&world, &desk, &mut attacker).await;
    let page = attacker.get(&world, "/verify").await;
    assert!(!page.asks("manager"), "{}", page.body);
    desk.end(&world, &id).await
}

async fn agent_as_manager(world: World) -> End {
    without_manager(world, Desk::new(1, &alone(manager(0xa, ADA)))).await
}

async fn own_manager(world: World) -> End {
    let mut mia = alone(manager(0xc, COMPANY_MAIL));
    mia.email = COMPANY_MAIL.into();
    without_manager(world, Desk::new(1, &mia)).await
}

async fn typed_manager(world: World) -> End {
    without_manager(world, Desk::new(1, &alone(manager(0xc, PRIVATE_MAIL)))).await
}
