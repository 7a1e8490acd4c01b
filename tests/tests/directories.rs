//! The LDAP connectors against a real slapd: what they change there, what they refuse, and what they make of refusals.

#[path = "directories/active_directory.rs"]
mod active_directory;
#[path = "directories/open_ldap.rs"]
mod open_ldap;
#[path = "directories/trust.rs"]
mod trust;

use anyhow::Result;
use backend::actions::settings::LdapSettings;
use backend::actions::{Answer, Connector, Order, Subject, Task};
use backend::verification::grant::{Reason, ReceiptId};
use imper_tests::directory::entries::{BASE_DN, POLICY_DN, SERVICE_DN, UNITS};
use imper_tests::directory::{Account, Directory};

const OLD: &str = "the-password-of-last-summer";
const NEW: &str = "seven lamps above a quiet harbour";

const MIA: Account<'_> = Account::new("mia.chen", "Mia Chen", "mia.chen@acme.example", OLD);
/// Two people with one name.
const TWIN: Account<'_> = Account::new("tom.twin", "Tom Twin", "tom.twin@acme.example", OLD);
const OTHER_TWIN: Account<'_> = Account {
    unit: UNITS[1],
    ..TWIN
};
const ADMIN: Account<'_> = Account {
    is_privileged: true,
    ..Account::new("adm.root", "Ada Root", "ada.root@acme.example", OLD)
};
const EVERYBODY: [Account<'_>; 4] = [MIA, TWIN, OTHER_TWIN, ADMIN];

/// How an operator would set the connector up.
fn settings(directory: &Directory) -> Result<LdapSettings> {
    Ok(LdapSettings {
        url: directory.url().parse()?,
        starttls: false,
        ca_pem: Some(std::fs::read(directory.ca_file())?),
        bind_dn: SERVICE_DN.into(),
        bind_password: directory.service_password().into(),
        base_dn: BASE_DN.into(),
        user_filter: "(uid={user_name})".into(),
        privileged_filter: Some("(employeeType=privileged)".into()),
        policy_dn: Some(POLICY_DN.into()),
    })
}

fn reset(password: &str) -> Task {
    Task::ResetPassword(password.into())
}

fn order_for(user_name: &str, task: Task) -> Order {
    Order {
        task,
        subject: subject(user_name),
        receipt: ReceiptId::from_random([7; 16]),
        is_released: false,
        ticket_number: "INC0010023".into(),
    }
}

fn subject(user_name: &str) -> Subject {
    Subject {
        sys_id: "b".repeat(32),
        user_name: user_name.into(),
        email: format!("{user_name}@acme.example"),
    }
}

async fn perform(connector: &impl Connector, user_name: &str, task: Task) -> Answer {
    connector.perform(&order_for(user_name, task)).await
}

fn refused(answer: &Answer) -> Option<Reason> {
    match answer {
        Answer::Refused { reason, .. } => Some(*reason),
        _ => None,
    }
}
