//! Company sign-in and manager approval, as people go through them.

use shared::agent_token::{Manager, Requester};

use crate::people::{Browser, Desk, Page, link_to, requester, sys_id};
use crate::world::World;

/// A call at the company “initech”, whose people sign in at a provider.
pub fn at_initech(ticket: u32, requester: &Requester) -> Desk {
    let mut desk = Desk::new(ticket, requester);
    desk.claims.iss = "https://initech.service-now.com".into();
    desk.key = [9; 32];
    desk
}

/// A requester with nothing on file but a manager, Ada Lopez.
pub fn managed(name: &str) -> Requester {
    let mut requester = requester(0xb, name, "", &[]);
    requester.manager = Some(Manager {
        sys_id: sys_id(0xc),
        name: "Ada Lopez".into(),
        email: "ada.lopez@acme.example".into(),
    });
    requester
}

/// Presses the button of company sign-in; gives the provider's address.
pub async fn depart(world: &World, browser: &mut Browser) -> String {
    let page = browser.get(world, "/verify").await;
    assert!(page.asks("sign-in"), "{}", page.body);
    let page = browser
        .post(world, "/verify/sign-in", &[("form_token", &page.form_token())])
        .await;
    let rest = page.body.split_once(r#"<a class="button" href=""#);
    let address = rest.and_then(|(_, rest)| rest.split_once('"'));
    address.expect(&page.body).0.replace("&#38;", "&")
}

/// Comes back from the provider with an answer.
pub async fn arrive(world: &World, browser: &mut Browser, answer: &str) -> Page {
    let path = "/verify/sign-in/initech";
    browser.get(world, &format!("{path}?{answer}")).await;
    browser.post(world, path, &[("answer", answer)]).await
}

/// Presses the button that asks the manager; gives the path of the link in the message to them.
pub async fn ask_manager(world: &World, browser: &mut Browser, manager: &str) -> String {
    let page = browser.get(world, "/verify").await;
    assert!(page.asks("manager"), "{}", page.body);
    let asked = browser
        .post(world, "/verify/manager", &[("form_token", &page.form_token())])
        .await;
    assert_eq!(asked.status, 303, "{}", asked.body);
    link_to(world, manager).await
}
