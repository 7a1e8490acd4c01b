//! Dishonest agents, many requesters, and the limits of the desk.

use shared::words::Channel;

use super::{begun, call, guess_codes, other_number, past_the_number};
use crate::people::{Browser, Desk, HOSTING, PHONE_ON_FILE, code_to, go_through, mia, requester, sys_id};
use crate::story::{End, Story};
use crate::world::World;

pub fn all() -> Vec<Story> {
    vec![
        Story::new("agent_types_an_own_address", End::Rejected, own_address),
        Story::new("one_address_for_three_requesters", End::Rejected, one_address),
        Story::new("one_device_for_three_requesters", End::Flagged, one_device),
        Story::new("wave_over_fifty_requesters", End::Flagged, wave),
        Story::new("third_try_after_two_failures", End::Flagged, third_try),
        Story::new("agent_starts_without_end", End::Refused(429), many_starts),
        Story::new("links_without_end_to_one_address", End::Refused(429), many_links),
        Story::new(
            "second_verification_of_a_running_ticket",
            End::Refused(409),
            second_running,
        ),
        Story::new("header_injection_in_the_address", End::Refused(422), injection),
        Story::new("resend_before_its_time", End::Refused(409), resend_early),
    ]
}

fn colleague(number: u32) -> (Desk, String) {
    let phone = format!("+44740012{:04}", 1_000 + number);
    let name = format!("Colleague {number}");
    let record = requester(
        0x100 + number,
        &name,
        &format!("c{number}@acme.example"),
        &[&phone],
    );
    (
        Desk::new(100 + number, &record).by_agent(0x500 + number / 8),
        phone,
    )
}

async fn own_address(world: World) -> End {
    // The agent knows the number, of course; the code goes to Mia.
    let (desk, mut browser) = (call(), Browser::windows());
    let id = past_the_number(&world, &desk, &mut browser).await;
    let right = code_to(&world, PHONE_ON_FILE).await;
    guess_codes(&world, &mut browser, right).await;
    desk.end(&world, &id).await
}

async fn one_address(world: World) -> End {
    let mut end = End::Breached;
    for number in 0..3 {
        let (desk, phone) = colleague(number);
        // A new browser each time, so that only the address gives it away.
        let mut browser = Browser::windows();
        let id = go_through(
            &world,
            &desk,
            &mut browser,
            (Channel::Email, "helper@outlook.com"),
            &phone,
        )
        .await;
        end = desk.end(&world, &id).await;
    }
    end
}

async fn one_device(world: World) -> End {
    let mut browser = Browser::windows();
    let mut end = End::Breached;
    for number in 0..3 {
        let (desk, phone) = colleague(number);
        let address = format!("private{number}@outlook.com");
        let id = go_through(&world, &desk, &mut browser, (Channel::Email, &address), &phone).await;
        end = desk.end(&world, &id).await;
        world.wait(3600).await;
    }
    end
}

async fn wave(world: World) -> End {
    for number in 0..50 {
        let (desk, _) = colleague(number);
        let mut browser = Browser::windows();
        let address = format!("private{number}@outlook.com");
        let id = desk.mail(&world, &address).await;
        let link = crate::people::link_to(&world, &address).await;
        browser.begin(&world, &link).await;
        let wrong = other_number(&desk.number(&world, &id).await);
        for _ in 0..3 {
            browser.answer(&world, "number", wrong).await;
        }
        if desk.end(&world, &id).await != End::Rejected {
            return End::Breached;
        }
        world.wait(30).await;
    }
    // The one among fifty whose phone the attackers hold.
    let (desk, phone) = colleague(60);
    let to = (Channel::Email, "private60@outlook.com");
    let id = go_through(&world, &desk, &mut Browser::windows(), to, &phone).await;
    desk.end(&world, &id).await
}

async fn third_try(world: World) -> End {
    for ticket in 1..=2 {
        let desk = Desk::new(ticket, &mia());
        let mut browser = Browser::windows();
        let id = begun(&world, &desk, &mut browser).await;
        let wrong = other_number(&desk.number(&world, &id).await);
        for _ in 0..3 {
            browser.answer(&world, "number", wrong).await;
        }
        assert_eq!(desk.end(&world, &id).await, End::Rejected);
    }
    let desk = Desk::new(3, &mia());
    let to = (Channel::Email, "mia.private2@gmail.com");
    let id = go_through(&world, &desk, &mut Browser::windows(), to, PHONE_ON_FILE).await;
    desk.end(&world, &id).await
}

async fn many_starts(world: World) -> End {
    for number in 0..10 {
        let (desk, _) = colleague(number);
        let sent = desk
            .by_agent(0xa)
            .send(&world, Channel::Email, &format!("p{number}@outlook.com"))
            .await;
        assert!(sent.status < 300, "{}", sent.body);
    }
    let (desk, _) = colleague(10);
    desk.by_agent(0xa)
        .send(&world, Channel::Email, "p10@outlook.com")
        .await
        .end()
}

async fn many_links(world: World) -> End {
    for number in 0..3 {
        let (desk, _) = colleague(number);
        let sent = desk.send(&world, Channel::Email, "victim@outlook.com").await;
        assert!(sent.status < 300, "{}", sent.body);
    }
    let (desk, _) = colleague(3);
    desk.send(&world, Channel::Email, "Victim@Outlook.com")
        .await
        .end()
}

async fn second_running(world: World) -> End {
    let (desk, mut browser) = (call(), Browser::windows().at(HOSTING));
    begun(&world, &desk, &mut browser).await;
    // A second one would come with fresh tries.
    let mut again = desk.clone();
    again.claims.agent.sys_id = sys_id(0xc);
    again.claims.sub = sys_id(0xc);
    again
        .send(&world, Channel::Email, "other@outlook.com")
        .await
        .end()
}

async fn injection(world: World) -> End {
    call()
        .send(&world, Channel::Email, "mia@gmail.com\r\nBcc: thief@evil.example")
        .await
        .end()
}

async fn resend_early(world: World) -> End {
    let desk = call();
    let id = desk.mail(&world, crate::people::PRIVATE_MAIL).await;
    world.wait(119).await;
    let path = format!("/api/v1/verifications/{id}/resend");
    crate::people::call(&world, "POST", &path, &desk.token(&world), "")
        .await
        .end()
}
