//! `unicodePwd` and `lockoutTime`, behind the rules of a domain controller.

use anyhow::{Context, Result, ensure};
use backend::actions::ldap::active_directory::ActiveDirectory;
use backend::actions::settings::LdapSettings;
use backend::actions::{Answer, Connector, DirectoryRules, Known, Order, Task};
use backend::ports::{Clock, SystemClock};
use backend::verification::grant::Reason;
use imper_tests::directory::Directory;
use imper_tests::directory::entries::{ADMINS_DN, BASE_DN, HISTORY, MIN_LENGTH};
use shared::words::Action;

use super::{ADMIN, EVERYBODY, MIA, NEW, TWIN, order_for, perform, refused, reset, settings, subject};

/// As `config/` makes it where nothing else is said.
fn settings_of(directory: &Directory) -> Result<LdapSettings> {
    Ok(LdapSettings {
        user_filter: "(&(objectCategory=person)(objectClass=user)(sAMAccountName={user_name}))".into(),
        privileged_filter: Some(format!("(memberOf={ADMINS_DN})")),
        policy_dn: Some(BASE_DN.into()),
        ..settings(directory)?
    })
}

/// A password as Active Directory stores and takes it.
fn quoted(password: &str) -> Vec<u8> {
    format!("\"{password}\"")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect()
}

fn changes(directory: &Directory) -> Result<usize> {
    Ok(directory.gate().context("no gate")?.changes())
}

#[tokio::test(flavor = "multi_thread")]
async fn password_and_lock_change_in_one_operation() -> Result<()> {
    let directory = Directory::start_active_directory(&EVERYBODY).await?;
    let connector = ActiveDirectory::new(settings_of(&directory)?);
    let dn = MIA.dn();
    directory.set(&dn, "lockoutTime", "134000000000000000").await?;
    // Names are compared without case there.
    let answer = perform(&connector, "MIA.Chen", reset("Grüße aus dem Hafen, leise")).await;
    ensure!(matches!(answer, Answer::Done { .. }), "{answer:?}");
    let stored = directory.bytes(&dn, "unicodePwd").await?;
    ensure!(stored == Some(quoted("Grüße aus dem Hafen, leise")), "{stored:?}");
    ensure!(directory.attribute(&dn, "lockoutTime").await?.as_deref() == Some("0"));
    ensure!(changes(&directory)? == 1, "one operation");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_words_of_a_domain_controller_are_understood() -> Result<()> {
    let directory = Directory::start_active_directory(&EVERYBODY).await?;
    let connector = ActiveDirectory::new(settings_of(&directory)?);
    let dn = MIA.dn();
    let answer = perform(&connector, MIA.user_name, reset("too-short")).await;
    ensure!(refused(&answer) == Some(Reason::Policy), "{answer:?}");
    ensure!(directory.bytes(&dn, "unicodePwd").await?.is_none());
    perform(&connector, MIA.user_name, reset(NEW)).await;
    let answer = perform(&connector, MIA.user_name, reset(NEW)).await;
    ensure!(
        refused(&answer) == Some(Reason::Policy),
        "used before: {answer:?}"
    );

    let rules = connector.rules().await;
    let expected = DirectoryRules {
        min_length: Some(MIN_LENGTH),
        history: Some(HISTORY),
        is_complex: true,
    };
    ensure!(rules == expected, "{rules:?}");

    // Without TLS, which our configuration allows on this machine only, it takes no password at all.
    let bare = ActiveDirectory::new(LdapSettings {
        url: directory.plain_url().parse()?,
        ..settings_of(&directory)?
    });
    let answer = perform(&bare, TWIN.user_name, reset(NEW)).await;
    ensure!(
        refused(&answer) == Some(Reason::NotOneAccount),
        "two of them: {answer:?}"
    );
    let answer = perform(&bare, MIA.user_name, reset("another harbour, no lamps")).await;
    ensure!(refused(&answer) == Some(Reason::SetUp), "{answer:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn locks_are_opened_and_disabled_accounts_left_alone() -> Result<()> {
    let directory = Directory::start_active_directory(&EVERYBODY).await?;
    let connector = ActiveDirectory::new(settings_of(&directory)?);
    let dn = MIA.dn();
    let answer = perform(&connector, MIA.user_name, Task::Unlock).await;
    ensure!(
        matches!(&answer, Answer::Done { summary, .. } if summary.contains("was not locked")),
        "{answer:?}"
    );
    ensure!(changes(&directory)? == 0);
    directory.set(&dn, "lockoutTime", "134000000000000000").await?;
    let now = SystemClock.now();
    let known = connector
        .inquire(&subject(MIA.user_name), Action::AccountUnlock, now)
        .await;
    ensure!(matches!(known, Known::Unchanged(_)), "{known:?}");
    let answer = perform(&connector, MIA.user_name, Task::Unlock).await;
    ensure!(matches!(answer, Answer::Done { .. }), "{answer:?}");
    ensure!(directory.attribute(&dn, "lockoutTime").await?.as_deref() == Some("0"));

    // 514 = 512, an ordinary account, and 2, disabled.
    directory.set(&dn, "userAccountControl", "514").await?;
    let answer = perform(&connector, MIA.user_name, reset(NEW)).await;
    ensure!(refused(&answer) == Some(Reason::Disabled), "{answer:?}");
    ensure!(changes(&directory)? == 1);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn members_of_the_named_group_wait_for_a_second_person() -> Result<()> {
    let directory = Directory::start_active_directory(&EVERYBODY).await?;
    let connector = ActiveDirectory::new(settings_of(&directory)?);
    let answer = perform(&connector, ADMIN.user_name, reset(NEW)).await;
    ensure!(answer == Answer::NeedsRelease, "{answer:?}");
    ensure!(changes(&directory)? == 0);
    let released = Order {
        is_released: true,
        ..order_for(ADMIN.user_name, reset(NEW))
    };
    let answer = connector.perform(&released).await;
    ensure!(matches!(answer, Answer::Done { .. }), "{answer:?}");
    ensure!(directory.bytes(&ADMIN.dn(), "unicodePwd").await? == Some(quoted(NEW)));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_time_of_the_last_change_tells_what_became_of_an_interrupted_reset() -> Result<()> {
    let directory = Directory::start_active_directory(&EVERYBODY).await?;
    let connector = ActiveDirectory::new(settings_of(&directory)?);
    let (about, now) = (subject(MIA.user_name), SystemClock.now());
    let known = connector.inquire(&about, Action::PasswordReset, now).await;
    ensure!(matches!(known, Known::Unchanged(_)), "{known:?}");
    // A domain controller writes it by itself, in tenths of a microsecond since 1601.
    let ticks = (now.0 + 11_644_473_600_000) * 10_000;
    directory.set(&MIA.dn(), "pwdLastSet", &ticks.to_string()).await?;
    let known = connector.inquire(&about, Action::PasswordReset, now).await;
    ensure!(matches!(known, Known::Changed(_)), "{known:?}");
    // Zero: a new password is asked for, and when the last one was set is not told.
    directory.set(&MIA.dn(), "pwdLastSet", "0").await?;
    let known = connector.inquire(&about, Action::PasswordReset, now).await;
    ensure!(known == Known::Nothing, "{known:?}");
    Ok(())
}
