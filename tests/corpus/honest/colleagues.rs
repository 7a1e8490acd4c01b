//! People who sign in at their company, or whose manager speaks for them.

use crate::people::{A_MOMENT, Browser, Desk, OFFICE, PRIVATE_MAIL, link_to, requester};
use crate::provider::PROVIDER;
use crate::story::{End, Story};
use crate::ways::{arrive, ask_manager, at_initech, depart, managed};
use crate::world::World;

/// Every one of them.
pub fn all() -> Vec<Story> {
    vec![
        Story::new("signs_in_at_the_company", End::Verified, signs_in),
        Story::new("signs_in_at_the_second_try", End::Verified, signs_in_later),
        Story::new("manager_confirms", End::Flagged, manager_confirms),
        Story::new(
            "manager_answers_the_second_request",
            End::Flagged,
            manager_is_slow,
        ),
        Story::new(
            "privileged_person_signs_in_and_the_manager_confirms",
            End::Verified,
            privileged,
        ),
    ]
}

/// Past the number; gives the id.
async fn past_the_number(world: &World, desk: &Desk, browser: &mut Browser) -> String {
    let id = desk.mail(world, PRIVATE_MAIL).await;
    let link = link_to(world, PRIVATE_MAIL).await;
    world.wait(A_MOMENT).await;
    browser.begin(world, &link).await;
    world.wait(A_MOMENT).await;
    let number = desk.number(world, &id).await;
    browser.answer(world, "number", &number).await;
    world.wait(A_MOMENT).await;
    id
}

async fn sign_in(world: &World, browser: &mut Browser) {
    let address = depart(world, browser).await;
    let answer = PROVIDER.sign_in(world, &address, "mia.chen");
    world.wait(A_MOMENT).await;
    let page = arrive(world, browser, &answer).await;
    assert_eq!(page.status, 303, "{}", page.body);
}

async fn confirm(world: &World, browser: &mut Browser) {
    let link = ask_manager(world, browser, ADA).await;
    world.wait(60).await;
    let mut ada = Browser::windows().at(OFFICE);
    let page = ada
        .post(world, &link, &[("answer", "approve"), ("spoke", "yes")])
        .await;
    assert_eq!(page.status, 200, "{}", page.body);
}

const ADA: &str = "ada.lopez@acme.example";

async fn signs_in(world: World) -> End {
    let desk = at_initech(1, &requester(0xb, "Mia Chen", "", &[]));
    let mut mia = Browser::iphone();
    let id = past_the_number(&world, &desk, &mut mia).await;
    sign_in(&world, &mut mia).await;
    desk.end(&world, &id).await
}

/// The first try ends at the provider, and its answer comes back too late.
async fn signs_in_later(world: World) -> End {
    let desk = at_initech(1, &requester(0xb, "Mia Chen", "", &[]));
    let mut mia = Browser::iphone();
    let id = past_the_number(&world, &desk, &mut mia).await;
    let address = depart(&world, &mut mia).await;
    let answer = PROVIDER.sign_in(&world, &address, "mia.chen");
    world.wait(600).await;
    assert_eq!(arrive(&world, &mut mia, &answer).await.status, 422);
    sign_in(&world, &mut mia).await;
    desk.end(&world, &id).await
}

async fn manager_confirms(world: World) -> End {
    let desk = Desk::new(1, &managed("Mia Chen"));
    let mut mia = Browser::iphone();
    let id = past_the_number(&world, &desk, &mut mia).await;
    confirm(&world, &mut mia).await;
    desk.end(&world, &id).await
}

async fn manager_is_slow(world: World) -> End {
    let desk = Desk::new(1, &managed("Mia Chen"));
    let mut mia = Browser::iphone();
    let id = past_the_number(&world, &desk, &mut mia).await;
    ask_manager(&world, &mut mia, ADA).await;
    world.wait(200).await;
    confirm(&world, &mut mia).await;
    desk.end(&world, &id).await
}

async fn privileged(world: World) -> End {
    let desk = at_initech(1, &managed("Mia Chen")).with_high_assurance();
    let mut mia = Browser::iphone();
    let id = past_the_number(&world, &desk, &mut mia).await;
    sign_in(&world, &mut mia).await;
    confirm(&world, &mut mia).await;
    desk.end(&world, &id).await
}
