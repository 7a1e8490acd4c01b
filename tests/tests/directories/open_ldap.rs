//! Password modify operation (RFC 3062) and the overlay `ppolicy`.

use anyhow::{Result, ensure};
use backend::actions::ldap::open_ldap::OpenLdap;
use backend::actions::{Answer, Connector, DirectoryRules, Known, Order, Task};
use backend::ports::{Clock, SystemClock};
use backend::verification::grant::Reason;
use imper_tests::directory::Directory;
use imper_tests::directory::entries::{HISTORY, MIN_LENGTH};
use shared::words::{Action, UnixMillis};

use super::{
    ADMIN, EVERYBODY, MIA, NEW, OLD, OTHER_TWIN, TWIN, order_for, perform, refused, reset, settings, subject,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_new_password_opens_the_account_and_the_old_one_does_not() -> Result<()> {
    let directory = Directory::start(&EVERYBODY).await?;
    let connector = OpenLdap::new(settings(&directory)?);
    let dn = MIA.dn();
    directory.lock_out(&dn).await?;
    // An administrator has also asked for a new password at the next sign-in.
    directory.set(&dn, "pwdReset", "TRUE").await?;
    let answer = perform(&connector, MIA.user_name, reset(NEW)).await;
    ensure!(matches!(answer, Answer::Done { .. }), "{answer:?}");
    ensure!(directory.accepts(&dn, NEW).await? && !directory.accepts(&dn, OLD).await?);
    ensure!(directory.attribute(&dn, "pwdReset").await?.is_none());
    ensure!(!directory.is_locked(&dn).await?);
    let stored = directory.bytes(&dn, "userPassword").await?.unwrap_or_default();
    ensure!(
        !stored.windows(NEW.len()).any(|part| part == NEW.as_bytes()),
        "the directory keeps it in clear"
    );
    // Nobody else's account was touched.
    for other in [TWIN, OTHER_TWIN, ADMIN] {
        ensure!(directory.accepts(&other.dn(), OLD).await?, "{}", other.dn());
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_policy_refuses_in_words_and_changes_nothing() -> Result<()> {
    let directory = Directory::start(&EVERYBODY).await?;
    let connector = OpenLdap::new(settings(&directory)?);
    let answer = perform(&connector, MIA.user_name, reset("too-short")).await;
    ensure!(refused(&answer) == Some(Reason::TooShort), "{answer:?}");
    // The password that is in force counts as used before.
    let answer = perform(&connector, MIA.user_name, reset(OLD)).await;
    ensure!(refused(&answer) == Some(Reason::InHistory), "{answer:?}");
    ensure!(directory.accepts(&MIA.dn(), OLD).await?);

    // So does the one before it, when another one is in force.
    let answer = perform(&connector, MIA.user_name, reset(NEW)).await;
    ensure!(matches!(answer, Answer::Done { .. }), "{answer:?}");
    let answer = perform(&connector, MIA.user_name, reset(OLD)).await;
    ensure!(refused(&answer) == Some(Reason::InHistory), "{answer:?}");
    ensure!(directory.accepts(&MIA.dn(), NEW).await?);

    let rules = connector.rules().await;
    let expected = DirectoryRules {
        min_length: Some(MIN_LENGTH),
        history: Some(HISTORY),
        is_complex: false,
    };
    ensure!(rules == expected, "{rules:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_is_opened_unless_somebody_locked_on_purpose() -> Result<()> {
    let directory = Directory::start(&EVERYBODY).await?;
    let connector = OpenLdap::new(settings(&directory)?);
    let dn = MIA.dn();
    directory.lock_out(&dn).await?;
    let answer = perform(&connector, MIA.user_name, Task::Unlock).await;
    ensure!(matches!(answer, Answer::Done { .. }), "{answer:?}");
    ensure!(directory.accepts(&dn, OLD).await?);
    // Again: there is nothing to open, and that is said.
    let answer = perform(&connector, MIA.user_name, Task::Unlock).await;
    ensure!(
        matches!(&answer, Answer::Done { summary, .. } if summary.contains("was not locked")),
        "{answer:?}"
    );

    directory
        .set(&dn, "pwdAccountLockedTime", "000001010000Z")
        .await?;
    for task in [Task::Unlock, reset(NEW)] {
        let answer = perform(&connector, MIA.user_name, task).await;
        ensure!(refused(&answer) == Some(Reason::LockedOnPurpose), "{answer:?}");
    }
    ensure!(directory.is_locked(&dn).await? && directory.password_changes() == 0);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn exactly_one_entry_or_none_is_touched_whatever_the_ticket_says() -> Result<()> {
    let directory = Directory::start(&EVERYBODY).await?;
    let connector = OpenLdap::new(settings(&directory)?);
    let names = [
        // Two entries have it.
        TWIN.user_name,
        "nobody.here",
        // Parts of filters, which must stay text.
        "*",
        "mia*",
        "mia.chen)(objectClass=*",
        "*)(uid=mia.chen",
        "x)(|(uid=mia.chen",
        "mia.chen\0",
        r"\6d\69\61.chen",
        "",
        " ",
    ];
    for name in names {
        let answer = perform(&connector, name, reset(NEW)).await;
        ensure!(
            refused(&answer) == Some(Reason::NotOneAccount),
            "{name:?}: {answer:?}"
        );
    }
    ensure!(directory.password_changes() == 0, "{}", directory.log());
    for account in EVERYBODY {
        ensure!(directory.accepts(&account.dn(), OLD).await?, "{}", account.dn());
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_privileged_account_waits_for_a_second_person() -> Result<()> {
    let directory = Directory::start(&EVERYBODY).await?;
    let connector = OpenLdap::new(settings(&directory)?);
    let answer = perform(&connector, ADMIN.user_name, reset(NEW)).await;
    ensure!(answer == Answer::NeedsRelease, "{answer:?}");
    ensure!(directory.password_changes() == 0);
    let released = Order {
        is_released: true,
        ..order_for(ADMIN.user_name, reset(NEW))
    };
    let answer = connector.perform(&released).await;
    ensure!(matches!(answer, Answer::Done { .. }), "{answer:?}");
    ensure!(directory.accepts(&ADMIN.dn(), NEW).await?);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_became_of_an_interrupted_execution_can_be_asked() -> Result<()> {
    let directory = Directory::start(&EVERYBODY).await?;
    let connector = OpenLdap::new(settings(&directory)?);
    let now = SystemClock.now();
    let about = subject(MIA.user_name);
    let ask = |action: Action, at: UnixMillis| connector.inquire(&about, action, at);
    let known = ask(Action::PasswordReset, now).await;
    ensure!(matches!(known, Known::Unchanged(_)), "{known:?}");
    perform(&connector, MIA.user_name, reset(NEW)).await;
    let known = ask(Action::PasswordReset, now).await;
    ensure!(matches!(known, Known::Changed(_)), "{known:?}");

    let known = ask(Action::AccountUnlock, now).await;
    ensure!(matches!(known, Known::Changed(_)), "{known:?}");
    directory.lock_out(&MIA.dn()).await?;
    let known = ask(Action::AccountUnlock, now).await;
    ensure!(matches!(known, Known::Unchanged(_)), "{known:?}");
    let known = connector
        .inquire(&subject(TWIN.user_name), Action::PasswordReset, now)
        .await;
    ensure!(known == Known::Nothing, "{known:?}");
    Ok(())
}
