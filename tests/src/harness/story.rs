//! One whole verification, told step by step: the tests check it, and the demo prints it.

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use shared::words::{Outcome, Status};

use super::browser::PATIENCE;
use super::people::{AgentDesk, RequesterPhone};
use super::world::{COMPANY_MAILBOX, PRIVATE_MAILBOX, World};
use crate::mail::Message;

/// How long a mail may take from Send to the mailbox.
pub const MAIL_WITHIN: Duration = Duration::from_secs(30);

/// The one link of a message into the portal: the same in both parts, and on this machine.
pub fn portal_link(world: &World, message: &Message) -> Result<String> {
    let prefix = format!("{}/v/", world.service_url);
    let of_portal = |links: Vec<String>| {
        links
            .into_iter()
            .filter(|link| link.starts_with(&prefix))
            .collect::<Vec<_>>()
    };
    let text = of_portal(message.text_links());
    let html = of_portal(message.html_links());
    ensure!(
        text.len() == 1,
        "the text part has {} links into the portal: {}",
        text.len(),
        message.text
    );
    ensure!(
        text == html,
        "the two parts link to different pages: {text:?} and {html:?}"
    );
    text.into_iter().next().context("no link")
}

/// The newest message to a mailbox that holds a link into the portal.
pub async fn link_sent_to(world: &World, mailbox: &str) -> Result<String> {
    let prefix = format!("{}/v/", world.service_url);
    let message = world
        .mailbox()
        .wait_for(mailbox, |message| message.text.contains(&prefix), MAIL_WITHIN)
        .await?;
    portal_link(world, &message)
}

/// The link of the newest message to the private mailbox, once it is another than this one.
pub async fn newer_link(world: &World, earlier: &str) -> Result<String> {
    for _ in 0..600 {
        let link = link_sent_to(world, PRIVATE_MAILBOX).await?;
        if link != earlier {
            return Ok(link);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    bail!("no newer link was sent")
}

/// The newest code sent to a mailbox.
pub async fn code_sent_to(world: &World, mailbox: &str) -> Result<String> {
    let message = world
        .mailbox()
        .wait_for(mailbox, |message| message.code(6).is_some(), MAIL_WITHIN)
        .await?;
    Ok(message.code(6).context("no code")?.to_owned())
}

/// The agent sends the link from the open ticket; gives the link that arrived.
pub async fn send_link(world: &World, agent: &AgentDesk) -> Result<String> {
    agent.see_field("required").await?;
    agent.click_send_verification_link().await?;
    agent.send_to(PRIVATE_MAILBOX).await?;
    let link = link_sent_to(world, PRIVATE_MAILBOX).await?;
    agent.see_status(Status::Sent).await?;
    Ok(link)
}

/// The requester answers everything right, on the phone with the agent.
pub async fn answer_right(world: &World, agent: &AgentDesk, requester: &RequesterPhone) -> Result<()> {
    requester.click_begin().await?;
    let number = agent.see_call_number().await?;
    requester.enter_call_number(&number).await?;
    requester.see_code_question().await?;
    let code = code_sent_to(world, COMPANY_MAILBOX).await?;
    requester.enter_code(&code).await?;
    requester.see_words("Your identity is confirmed").await?;
    Ok(())
}

/// The requester cannot give the number, whatever the agent's field shows.
pub async fn answer_wrong(agent: &AgentDesk, requester: &RequesterPhone) -> Result<()> {
    requester.click_begin().await?;
    let number = agent.see_call_number().await?;
    let wrong = if number == "11" { "22" } else { "11" };
    for tries_left in ["2 tries left", "1 try left"] {
        requester.enter_call_number(wrong).await?;
        requester.see_words(tries_left).await?;
    }
    requester.enter_call_number(wrong).await?;
    requester.see_words("We could not confirm your identity").await?;
    Ok(())
}

/// Waits until the ticket holds an outcome: the service has told the instance.
pub async fn ticket_shows(world: &World, ticket: &str, outcome: Outcome) -> Result<()> {
    told(&format!("the ticket to show {outcome}"), || {
        Ok(world.ticket_column(ticket, "x_imper_verify_outcome")? == outcome.as_str())
    })
    .await
}

/// Waits until the ticket is in a state: see [`crate::instance`] for the numbers of an incident.
pub async fn ticket_is(world: &World, ticket: &str, state: TicketState) -> Result<()> {
    told(&format!("the ticket to be {state:?}"), || {
        Ok(world.ticket_column(ticket, "state")? == state.value())
    })
    .await
}

/// Waits until a work note of the ticket says something, and gives that note.
pub async fn note_says(world: &World, ticket: &str, words: &str) -> Result<String> {
    let note = || {
        let notes = world.instance.journal(ticket, "work_notes");
        notes.into_iter().find(|note| note.contains(words))
    };
    let waited = told(&format!("a work note with {words:?}"), || Ok(note().is_some())).await;
    let all = || world.instance.journal(ticket, "work_notes").join("\n---\n");
    waited.with_context(|| format!("the work notes: {}", all()))?;
    note().context("the note is gone")
}

/// The link of the newest notice to a mailbox: “This was not me”.
pub async fn alarm_link_sent_to(world: &World, mailbox: &str) -> Result<String> {
    let prefix = format!("{}/alarm/", world.service_url);
    let message = world
        .mailbox()
        .wait_for(mailbox, |message| message.text.contains(&prefix), MAIL_WITHIN)
        .await?;
    let links = message.text_links();
    let link = links.into_iter().find(|link| link.starts_with(&prefix));
    link.context("the notice has no link")
}

/// A state of an incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TicketState {
    /// Nobody has done anything.
    New,
    /// Done and over.
    Closed,
}

impl TicketState {
    const fn value(self) -> &'static str {
        match self {
            Self::New => "1",
            Self::Closed => "7",
        }
    }
}

/// Waits until the ticket's newest verification record holds a status.
pub async fn record_shows(world: &World, ticket: &str, status: Status) -> Result<()> {
    told(&format!("the verification record to show {status}"), || {
        let newest = world.verification_records(ticket)?.pop();
        Ok(newest.is_some_and(|record| record.get("status").is_some_and(|value| value == status.as_str())))
    })
    .await
}

async fn told(what: &str, is_told: impl Fn() -> Result<bool>) -> Result<()> {
    let wait = async {
        while !is_told()? {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    };
    tokio::time::timeout(PATIENCE, wait)
        .await
        .with_context(|| format!("waited in vain for {what}"))?
}
