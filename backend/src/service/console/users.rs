//! Looking after users: adding, changing and removing them, by an admin of their instance or on the command line.

use rusqlite::Transaction;
use secrecy::{ExposeSecret as _, SecretString};
use shared::words::UnixMillis;

use super::access::Admin;
use super::password::{self, HashError, PasswordProblem};
use super::sessions::{Client, IDLE_SECONDS};
use crate::identity::recovery;
use crate::ports::{NoEntropy, random};
use crate::service::{Service, ServiceError};
use crate::store::StoreError;
use crate::store::console::accounts::{self, Kind, Role, User};
use crate::store::console::audit::{self, Action, Entry};
use crate::store::console::users::{self, Account};
use crate::store::console::{factors, sessions};
use crate::verification::InstanceId;

/// Longest user name, in characters.
const MAX_NAME: usize = 64;
/// An initial password is good for a week.
const INITIAL_SECONDS: i64 = 7 * 86_400;

/// Why a user was not added.
#[derive(Debug, thiserror::Error)]
pub enum AddUserError {
    /// Not configured.
    #[error("there is no instance “{0}” in the configuration")]
    UnknownInstance(InstanceId),
    /// Not a name.
    #[error("a user name has 1 to {MAX_NAME} letters, digits or characters of . _ - + @")]
    Name,
    /// Taken, in whatever case.
    #[error("there is a user with this name already")]
    NameTaken,
    /// Cannot be chosen.
    #[error("{0}")]
    Password(#[from] PasswordProblem),
    /// Hashing failed.
    #[error(transparent)]
    Hash(#[from] HashError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No random bytes.
    #[error(transparent)]
    Entropy(#[from] NoEntropy),
}

/// Why a user was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// It is the admin's own account.
    #[error(
        "This is your own account. Another admin has to change it; your password and factors are under Your account."
    )]
    Oneself,
    /// Nobody would be left to administer.
    #[error("This is the last active admin. Make somebody else an admin first.")]
    LastAdmin,
    /// The company decides.
    #[error("This user signs in at the company's provider, which decides about role and factors.")]
    CompanyDecides,
    /// Hashing failed.
    #[error(transparent)]
    Hash(#[from] HashError),
    /// Something failed.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl From<StoreError> for ChangeError {
    fn from(error: StoreError) -> Self {
        ServiceError::from(error).into()
    }
}

/// A user to be added.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// The name to sign in with.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// May sign in with a password although that is switched off for others.
    pub is_emergency: bool,
}

/// A password that somebody is given, and must replace when they first sign in. Shown once.
pub struct InitialPassword(pub SecretString);

impl InitialPassword {
    fn new(service: &Service) -> Result<Self, NoEntropy> {
        Ok(Self(recovery::write(random(service.entropy.as_ref())?).into()))
    }
}

/// Who changes a user.
#[derive(Clone, Copy)]
pub enum By<'a> {
    /// An admin of the user's instance.
    Admin(Admin<'a>, &'a Client),
    /// Whoever runs the service, for this instance.
    CommandLine(&'a InstanceId),
}

/// [`By`], to be taken along.
struct Author {
    instance: InstanceId,
    user: Option<User>,
    client_address: String,
}

impl Author {
    fn of(by: By<'_>) -> Self {
        match by {
            By::Admin(admin, client) => Self {
                instance: admin.session().user.instance.clone(),
                user: Some(admin.session().user.clone()),
                client_address: client.address.clone(),
            },
            By::CommandLine(instance) => Self {
                instance: instance.clone(),
                user: None,
                client_address: String::new(),
            },
        }
    }

    fn log(
        &self,
        tx: &Transaction<'_>,
        action: Action,
        subject: &str,
        now: UnixMillis,
    ) -> Result<(), StoreError> {
        let entry = Entry {
            instance: Some(&self.instance),
            user: self.user.as_ref().map(|user| (user.id, user.name.as_str())),
            action,
            subject,
            client_address: &self.client_address,
        };
        audit::append(tx, entry, now)
    }
}

/// What becomes of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// They may do this from now on.
    Role(Role),
    /// They cannot sign in any more.
    Disable,
    /// They can again.
    Enable,
    /// They get an initial password and lose every second factor: whoever lost both, or may have lost them to somebody.
    Reset,
    /// They have to sign in again.
    EndSessions,
    /// They are gone.
    Remove,
}

/// Adds a local user who has chosen their password already.
pub async fn add_user(
    service: &Service,
    instance: &InstanceId,
    name: &str,
    role: Role,
    password: SecretString,
) -> Result<User, AddUserError> {
    let new = NewUser {
        name: name.to_owned(),
        role,
        is_emergency: false,
    };
    add(service, By::CommandLine(instance), new, password, false).await
}

/// Adds a local user with an initial password.
pub async fn create_user(
    service: &Service,
    by: By<'_>,
    new: NewUser,
) -> Result<(User, InitialPassword), AddUserError> {
    let initial = InitialPassword::new(service)?;
    let user = add(service, by, new, initial.0.clone(), true).await?;
    Ok((user, initial))
}

async fn add(
    service: &Service,
    by: By<'_>,
    new: NewUser,
    password: SecretString,
    is_initial: bool,
) -> Result<User, AddUserError> {
    let author = Author::of(by);
    if !service.config.instances.contains_key(&author.instance) {
        return Err(AddUserError::UnknownInstance(author.instance));
    }
    let name = parse_name(&new.name).ok_or(AddUserError::Name)?;
    password::check(password.expose_secret(), &name)?;
    let hash = password::hash(password, random(service.entropy.as_ref())?).await?;
    let now = service.now();
    service
        .store
        .write(move |tx| {
            let mut user = accounts::add_user(tx, &author.instance, &name, new.role, &hash, now)?
                .ok_or(AddUserError::NameTaken)?;
            if is_initial {
                let until = now.plus_seconds(INITIAL_SECONDS);
                accounts::put_password(tx, user.id, &hash, Some(until))?;
            }
            if new.is_emergency {
                users::put_emergency(tx, user.id)?;
                user.kind = Kind::Emergency;
            }
            let subject = format!("{} ({})", user.name, user.role.as_str());
            author.log(tx, Action::UserAdded, &subject, now)?;
            Ok(user)
        })
        .await
}

/// Reads a user name.
pub(super) fn parse_name(text: &str) -> Option<String> {
    let name = text.trim();
    let plain = name
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"._-+@".contains(&byte));
    (plain && (1..=MAX_NAME).contains(&name.len())).then(|| name.to_owned())
}

/// The users of an instance.
pub async fn users(service: &Service, by: By<'_>) -> Result<Vec<Account>, ServiceError> {
    let (instance, now) = (Author::of(by).instance, service.now());
    service
        .store
        .read(move |tx| {
            let used_after = now.plus_seconds(-IDLE_SECONDS);
            users::list(tx, &instance, now, used_after).map_err(ServiceError::from)
        })
        .await
}

/// One user of an instance.
pub async fn user(service: &Service, by: By<'_>, id: i64) -> Result<Account, ServiceError> {
    let (instance, now) = (Author::of(by).instance, service.now());
    service.store.read(move |tx| find(tx, &instance, id, now)).await
}

/// The id of the user with this name.
pub async fn find_user(service: &Service, by: By<'_>, name: &str) -> Result<i64, ServiceError> {
    let (instance, name) = (Author::of(by).instance, name.trim().to_owned());
    service
        .store
        .read(move |tx| users::find_id(tx, &instance, &name)?.ok_or(ServiceError::NotFound))
        .await
}

fn find(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    id: i64,
    now: UnixMillis,
) -> Result<Account, ServiceError> {
    let used_after = now.plus_seconds(-IDLE_SECONDS);
    users::find(tx, instance, id, now, used_after)?.ok_or(ServiceError::NotFound)
}

/// Changes a user and ends their sessions. Returns the password that [`Change::Reset`] gives them.
pub async fn change_user(
    service: &Service,
    by: By<'_>,
    id: i64,
    change: Change,
) -> Result<Option<InitialPassword>, ChangeError> {
    let (author, now) = (Author::of(by), service.now());
    let mut initial = None;
    let mut hash = None;
    if change == Change::Reset {
        let password = InitialPassword::new(service).map_err(ServiceError::from)?;
        let salt = random(service.entropy.as_ref()).map_err(ServiceError::from)?;
        hash = Some(password::hash(password.0.clone(), salt).await?);
        initial = Some(password);
    }
    service
        .store
        .write(move |tx| {
            let account = find(tx, &author.instance, id, now)?;
            allowed(tx, &author, &account, change)?;
            let action = match change {
                Change::Role(role) => {
                    users::put_role(tx, id, role)?;
                    Action::UserRoleChanged
                }
                Change::Disable => {
                    users::put_active(tx, id, false)?;
                    Action::UserDisabled
                }
                Change::Enable => {
                    users::put_active(tx, id, true)?;
                    Action::UserEnabled
                }
                Change::Reset => {
                    factors::remove_all(tx, id)?;
                    let until = now.plus_seconds(INITIAL_SECONDS);
                    accounts::put_password(tx, id, &hash.unwrap_or_default(), Some(until))?;
                    Action::UserReset
                }
                Change::EndSessions => Action::SessionsEnded,
                Change::Remove => Action::UserRemoved,
            };
            sessions::end_all(tx, id, None)?;
            if change == Change::Remove {
                factors::remove_all(tx, id)?;
                users::remove(tx, id)?;
            }
            let name = &account.user.name;
            let subject = match change {
                Change::Role(role) => format!("{name}: {} to {}", account.user.role.as_str(), role.as_str()),
                _ => name.clone(),
            };
            author.log(tx, action, &subject, now)?;
            Ok::<_, ChangeError>(())
        })
        .await?;
    Ok(initial)
}

/// Nobody shuts themselves out by accident, and somebody is always left who can let others in.
fn allowed(
    tx: &Transaction<'_>,
    author: &Author,
    account: &Account,
    change: Change,
) -> Result<(), ChangeError> {
    if author
        .user
        .as_ref()
        .is_some_and(|user| user.id == account.user.id)
    {
        return Err(ChangeError::Oneself);
    }
    let is_company = account.user.kind == Kind::Company;
    if is_company && matches!(change, Change::Role(_) | Change::Reset) {
        return Err(ChangeError::CompanyDecides);
    }
    let leaves = match change {
        Change::Role(role) => role < Role::Admin,
        Change::Disable | Change::Remove => true,
        Change::Enable | Change::Reset | Change::EndSessions => false,
    };
    let is_admin = account.user.role == Role::Admin && account.is_active;
    if leaves && is_admin && users::other_admins(tx, &author.instance, account.user.id)? == 0 {
        return Err(ChangeError::LastAdmin);
    }
    Ok(())
}
