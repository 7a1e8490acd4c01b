//! The whole product on one machine, for people to try (`demo`) or to watch (`demo --once`).
//!
//! `cargo xtask demo` builds what this needs and starts it.

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, bail, ensure};
use imper_tests::directory::Directory;
use imper_tests::harness::browser::Driver;
use imper_tests::harness::people::{AgentDesk, AnalystDesk, RequesterPhone};
use imper_tests::harness::story::{self, TicketState};
use imper_tests::harness::world::{
    ADMIN, AGENT, ANALYST, COMPANY_MAILBOX, MANAGER_MAILBOX, OLD_PASSWORD, PRIVATE_MAILBOX, Plan, Ports,
    World, company_directory, requester_dn, update_set,
};
use imper_tests::mail::inbox::Inbox;
use shared::words::{Outcome, Status};
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::Instant;
use tracing_subscriber::EnvFilter;

/// Where people expect it, unless something else is there.
const PORTS: Ports = Ports {
    instance: 8081,
    service: 8080,
};
const INBOX_PORT: u16 = 8025;

/// What the requester chooses in the portal. Taken by the rules of portal and directory.
const NEW_PASSWORD: &str = "seven lamps above a quiet harbour";

struct Arguments {
    update_set: PathBuf,
    once: bool,
}

impl Arguments {
    fn read() -> Result<Self> {
        let mut words = std::env::args().skip(1);
        let mut arguments = Self {
            update_set: PathBuf::new(),
            once: false,
        };
        while let Some(word) = words.next() {
            match word.as_str() {
                "--once" => arguments.once = true,
                "--update-set" => {
                    arguments.update_set = words.next().context("--update-set needs a path")?.into();
                }
                other => bail!("unknown argument {other:?}; usage: demo [--update-set PATH] [--once]"),
            }
        }
        if arguments.update_set.as_os_str().is_empty() {
            arguments.update_set = update_set()?;
        }
        Ok(arguments)
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    // Quiet, unless asked: the demo speaks for itself.
    let filter =
        EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("error,warp::server=off"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    match demo().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn demo() -> Result<()> {
    let arguments = Arguments::read()?;
    let set = fs::read_to_string(&arguments.update_set)
        .with_context(|| format!("could not read {}", arguments.update_set.display()))?;
    if arguments.once {
        let world = world(Ports::default(), &set).await?;
        // A stopped demo must end its mail server and browsers, so it is waited for, not killed.
        tokio::select! {
            told = once(&world) => told?,
            () = told_to_stop() => bail!("stopped"),
        }
        world.stop().await;
        return Ok(());
    }
    let world = world(PORTS, &set).await?;
    let inbox = match Inbox::start(world.mailbox(), INBOX_PORT).await {
        Ok(inbox) => inbox,
        Err(_) => Inbox::start(world.mailbox(), 0).await?,
    };
    world.add_admin().await?;
    world.add_manager()?;
    let ticket = world.open_ticket("password_reset", "Cannot sign in: password forgotten")?;
    let number = world.ticket(&ticket)?.get("number").cloned().unwrap_or_default();
    world.open_ticket("hardware", "Laptop does not charge")?;
    println!(
        "
imper.ai Verification is running.

   ServiceNow (emulated)   {instance}/incident.do?sys_id={ticket}
                           user {user}, password {password}
   In a workspace          {instance}/now/sow/record/incident/{ticket}
   Inbox                   {inbox}
   Console                 {service}/console
                           user {analyst}, password {analyst_password}
   Administration          the same address, user {admin}, password {admin_password}
                           (it asks for a passkey or an authenticator app first)

1. Log in, open {number}, click “imper.ai - Send Verification link”, enter {PRIVATE_MAILBOX}, click Send.
2. Open the link from the inbox, click Begin, and enter the number that the ticket shows.
3. Enter the code that the inbox holds for {COMPANY_MAILBOX}, and look at the ticket.
{last}
More to try: a ticket of the category MFA Reset asks for a passkey, which you can add after a pass of
the level Verified, and for the word of {MANAGER_MAILBOX}, whose mail the inbox holds, too.

Ctrl-C ends it.",
        last = last_step(&world),
        instance = world.instance.url(),
        user = AGENT.user_name,
        password = AGENT.password,
        inbox = inbox.url(),
        service = world.service_url,
        analyst = ANALYST.user_name,
        analyst_password = ANALYST.password,
        admin = ADMIN.user_name,
        admin_password = ADMIN.password,
    );
    told_to_stop().await;
    println!("\nStopping.");
    world.stop().await;
    Ok(())
}

/// Everything that runs, with a real directory where slapd is installed.
async fn world(ports: Ports, set: &str) -> Result<World> {
    let directory = if Directory::is_installed() {
        Some(company_directory().await?)
    } else {
        None
    };
    let plan = Plan {
        ports,
        directory,
        ..Plan::default()
    };
    World::build(plan, set).await
}

/// What there is to do after a pass.
fn last_step(world: &World) -> String {
    match &world.directory {
        Some(directory) => format!(
            "4. Choose a new password: it is set in the directory at {url},
   and the ticket resolves and closes itself. The entry is {dn};
   its password until then is {OLD_PASSWORD}.
",
            url = directory.plain_url(),
            dn = requester_dn(),
        ),
        None => "
There is no slapd on this machine, so nothing performs the action after a pass, and
the ticket stays open. `apt install slapd` and start again to see it close itself.
"
        .into(),
    }
}

/// Waits for Ctrl-C or a polite kill.
async fn told_to_stop() {
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

/// Prints what happens, and when.
struct Timeline {
    start: Instant,
}

impl Timeline {
    fn tell(&self, what: &str) {
        println!("{:>7.1} s  {what}", self.start.elapsed().as_secs_f32());
    }
}

async fn once(world: &World) -> Result<()> {
    let time = Timeline {
        start: Instant::now(),
    };
    let inbox = Inbox::start(world.mailbox(), 0).await?;
    let driver = Driver::start().await?;
    let agent = AgentDesk::open(&driver, world).await?;
    let requester = RequesterPhone::open(&driver).await?;
    match &world.directory {
        Some(directory) => {
            directory.lock_out(&requester_dn()).await?;
            time.tell(
                "the requester has typed a wrong password three times: the directory has locked the account",
            );
        }
        None => time.tell("there is no slapd on this machine: nothing will perform the action"),
    }
    time.tell("two browsers are open: the agent's and the requester's");

    agent.log_in().await?;
    let ticket = agent
        .create_ticket(world, "password_reset", "Cannot sign in: password forgotten")
        .await?;
    agent.open_ticket(&ticket).await?;
    agent.mark_page().await?;
    let number = world.ticket(&ticket)?.get("number").cloned().unwrap_or_default();
    time.tell(&format!("agent: created {number}, category Password Reset"));
    agent.see_field("required").await?;
    agent.look_at_form().await?;
    agent.browser().screenshot("field-required").await?;
    time.tell("agent: sees the field in the ticket");

    agent.click_send_verification_link().await?;
    agent.browser().screenshot("field-dialog").await?;
    agent.send_to(PRIVATE_MAILBOX).await?;
    time.tell(&format!(
        "agent: clicked “imper.ai - Send Verification link”, entered {PRIVATE_MAILBOX}, clicked Send"
    ));
    let link = story::link_sent_to(world, PRIVATE_MAILBOX).await?;
    requester.browser().goto(&inbox.url()).await?;
    requester.browser().see("iframe").await?;
    requester.browser().screenshot("inbox").await?;
    time.tell("requester: the mail is there");
    agent.see_status(Status::Sent).await?;

    requester.browser().be_phone(true).await?;
    requester.open_link(&link).await?;
    requester.browser().screenshot_whole("portal-landing").await?;
    agent.see_status(Status::Opened).await?;
    time.tell("requester: opened the link; the ticket shows Opened");
    requester.click_begin().await?;
    let call_number = agent.see_call_number().await?;
    agent.look_at_form().await?;
    agent.browser().screenshot("field-call-number").await?;
    time.tell(&format!(
        "agent: the field shows the call number {call_number} and reads it out"
    ));
    requester.browser().screenshot_whole("portal-number").await?;
    requester.enter_call_number(&call_number).await?;
    requester.see_code_question().await?;
    requester.browser().screenshot_whole("portal-code").await?;
    let code = story::code_sent_to(world, COMPANY_MAILBOX).await?;
    time.tell("requester: entered the number; a code went to the contact on file");
    requester.enter_code(&code).await?;
    requester.see_words("Your identity is confirmed").await?;
    requester.browser().screenshot_whole("portal-confirmed").await?;
    time.tell("requester: entered the code; the portal says “Your identity is confirmed”");

    let said = agent.see_outcome(Outcome::Passed).await?;
    agent.see_same_page().await?;
    time.tell("agent: the open form shows Passed, without a reload");
    story::ticket_shows(world, &ticket, Outcome::Passed).await?;
    agent.look_at_form().await?;
    agent.browser().screenshot("field-passed").await?;
    time.tell("the ticket's columns hold the outcome");

    let said = match &world.directory {
        Some(directory) => {
            reset_password(world, directory, &agent, &requester, &ticket, &time).await?;
            agent.field_text().await?
        }
        None => said,
    };

    let (_, details) = agent.see_details_link().await?;
    agent.look_at_form().await?;
    let analyst = AnalystDesk::open(&driver).await?;
    analyst.follow(&details).await?;
    analyst.browser().screenshot_whole("console-details").await?;
    analyst.open_verifications(&world.service_url).await?;
    analyst.browser().screenshot("console-verifications").await?;
    time.tell("analyst: followed the link in the ticket to the report");

    print_record(world, &ticket, &said)?;
    let mut errors = [
        agent.browser().console_errors().await?,
        requester.browser().console_errors().await?,
    ]
    .concat();
    // The page of a refused password is answered with this status on purpose.
    errors.retain(|error| !error.contains("a status of 422 "));
    ensure!(
        errors.is_empty(),
        "the browsers' consoles hold errors: {errors:#?}"
    );
    println!("\nScreenshots: target/screenshots");
    Ok(())
}

/// What the field, the ticket and its work notes say in the end.
fn print_record(world: &World, ticket: &str, said: &str) -> Result<()> {
    println!("\nThe field says:\n{}", indented(said));
    println!("\nThe ticket:");
    for (column, value) in world.ticket(ticket)? {
        let telling = column.starts_with("x_imper_verify")
            || matches!(
                column.as_str(),
                "number" | "category" | "state" | "close_code" | "close_notes"
            );
        if telling && !value.is_empty() {
            println!("   {column:<26} {value}");
        }
    }
    for note in world.instance.journal(ticket, "work_notes") {
        println!("\nWork note:\n{}", indented(&note));
    }
    Ok(())
}

/// The requester sets a new password in the directory, and the ticket closes itself.
async fn reset_password(
    world: &World,
    directory: &Directory,
    agent: &AgentDesk,
    requester: &RequesterPhone,
    ticket: &str,
    time: &Timeline,
) -> Result<()> {
    let dn = requester_dn();
    requester.choose_password(OLD_PASSWORD).await?;
    requester.see_words("You have used this password before").await?;
    time.tell("requester: chose the old password again; the directory refused it, and the portal says why");
    requester.browser().screenshot_whole("portal-password").await?;
    requester.choose_password(NEW_PASSWORD).await?;
    requester.see_words("Your new password is set").await?;
    requester
        .browser()
        .screenshot_whole("portal-password-done")
        .await?;
    time.tell("requester: chose a new password; the portal says that it is set");
    ensure!(
        directory.accepts(&dn, NEW_PASSWORD).await?,
        "the new password opens nothing"
    );
    ensure!(
        !directory.accepts(&dn, OLD_PASSWORD).await?,
        "the old password still opens"
    );
    ensure!(!directory.is_locked(&dn).await?, "the account is still locked");
    time.tell("the directory: the new password signs in, the old one does not, the lock is gone");
    story::ticket_is(world, ticket, TicketState::Closed).await?;
    agent.see_in_field("Password reset by the requester").await?;
    agent.see_in_field("· ticket closed").await?;
    agent.look_at_form().await?;
    agent.browser().screenshot("field-closed").await?;
    let alarm = story::alarm_link_sent_to(world, COMPANY_MAILBOX).await?;
    requester.browser().goto(&alarm).await?;
    requester.browser().screenshot_whole("portal-alarm").await?;
    time.tell("the ticket is Closed; the contact on file was told, with a link to say “this was not me”");
    let receipt = story::note_says(world, ticket, "Password reset performed").await?;
    println!("\nThe receipt:\n{}", indented(&receipt));
    Ok(())
}

fn indented(text: &str) -> String {
    text.lines()
        .map(|line| format!("   {line}"))
        .collect::<Vec<_>>()
        .join("\n")
}
