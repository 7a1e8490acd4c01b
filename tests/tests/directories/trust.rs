//! Whom the connector believes, and whom the directory lets in.

use anyhow::{Result, ensure};
use backend::actions::Connector as _;
use backend::actions::ldap::open_ldap::OpenLdap;
use backend::actions::settings::LdapSettings;
use backend::actions::{Answer, DirectoryRules};
use backend::verification::grant::Reason;
use imper_tests::directory::Directory;

use super::{EVERYBODY, MIA, NEW, OLD, TWIN, perform, refused, reset, settings};

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_with_an_unknown_authority_is_told_nothing() -> Result<()> {
    let (directory, elsewhere) = (
        Directory::start(&EVERYBODY).await?,
        Directory::start(&EVERYBODY).await?,
    );
    let other_authority = LdapSettings {
        ca_pem: Some(std::fs::read(elsewhere.ca_file())?),
        ..settings(&directory)?
    };
    let machines_authorities = LdapSettings {
        ca_pem: None,
        ..settings(&directory)?
    };
    let inside = LdapSettings {
        url: directory.plain_url().parse()?,
        starttls: true,
        ..other_authority.clone()
    };
    for settings in [other_authority, machines_authorities, inside] {
        let connector = OpenLdap::new(settings);
        let answer = perform(&connector, MIA.user_name, reset(NEW)).await;
        ensure!(refused(&answer) == Some(Reason::Unreachable), "{answer:?}");
        ensure!(connector.rules().await == DirectoryRules::default());
    }
    let log = directory.log();
    // The service account's password never left.
    ensure!(!log.contains("cn=imper"), "{log}");
    ensure!(directory.accepts(&MIA.dn(), OLD).await?);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn tls_may_also_begin_inside_the_connection() -> Result<()> {
    let directory = Directory::start(&EVERYBODY).await?;
    let connector = OpenLdap::new(LdapSettings {
        url: directory.plain_url().parse()?,
        starttls: true,
        ..settings(&directory)?
    });
    let answer = perform(&connector, MIA.user_name, reset(NEW)).await;
    ensure!(matches!(answer, Answer::Done { .. }), "{answer:?}");
    ensure!(directory.log().contains("STARTTLS"));
    ensure!(directory.accepts(&MIA.dn(), NEW).await?);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_account_that_may_not_do_it_is_told_apart_from_a_bad_password() -> Result<()> {
    let directory = Directory::start(&EVERYBODY).await?;
    let wrong_password = LdapSettings {
        bind_password: "not the password".into(),
        ..settings(&directory)?
    };
    let answer = perform(&OpenLdap::new(wrong_password), MIA.user_name, reset(NEW)).await;
    ensure!(refused(&answer) == Some(Reason::NotPermitted), "{answer:?}");
    // Signs in, but may read nothing: then it finds nobody.
    let no_rights = LdapSettings {
        bind_dn: TWIN.dn(),
        bind_password: OLD.into(),
        ..settings(&directory)?
    };
    let answer = perform(&OpenLdap::new(no_rights), MIA.user_name, reset(NEW)).await;
    ensure!(refused(&answer) == Some(Reason::NotOneAccount), "{answer:?}");
    ensure!(directory.accepts(&MIA.dn(), OLD).await?);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_that_is_gone_changed_nothing() -> Result<()> {
    let directory = Directory::start(&EVERYBODY).await?;
    let connector = OpenLdap::new(settings(&directory)?);
    drop(directory);
    let answer = perform(&connector, MIA.user_name, reset(NEW)).await;
    ensure!(refused(&answer) == Some(Reason::Unreachable), "{answer:?}");
    Ok(())
}
