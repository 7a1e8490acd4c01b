//! Users, their roles and passwords, and OAuth clients.

use std::sync::Arc;

use super::core::{Client, Core, Exec, SYSTEM, lock, secret_digest};
use super::error::InstanceError;
use super::store::Values;

/// A user to add.
#[derive(Debug, Clone, Default)]
pub struct UserSpec {
    /// Login name.
    pub user_name: String,
    /// Full name; the first word becomes the first name.
    pub name: String,
    /// Password for the login page and for HTTP Basic.
    pub password: String,
    /// Email address on file.
    pub email: String,
    /// Mobile number on file.
    pub mobile_phone: String,
    /// Roles by name.
    pub roles: Vec<String>,
    /// Without the role `snc_internal`, which everyone else has.
    pub external: bool,
    /// Further columns of `sys_user`.
    pub fields: Vec<(String, String)>,
}

impl UserSpec {
    /// A user with nothing but a name and a password.
    pub fn new(user_name: &str, name: &str, password: &str) -> Self {
        Self {
            user_name: user_name.to_owned(),
            name: name.to_owned(),
            password: password.to_owned(),
            ..Self::default()
        }
    }

    /// Adds a role.
    #[must_use]
    pub fn role(mut self, role: &str) -> Self {
        self.roles.push(role.to_owned());
        self
    }

    /// Sets the email address on file.
    #[must_use]
    pub fn email(mut self, email: &str) -> Self {
        email.clone_into(&mut self.email);
        self
    }

    /// Sets the mobile number on file.
    #[must_use]
    pub fn mobile_phone(mut self, number: &str) -> Self {
        number.clone_into(&mut self.mobile_phone);
        self
    }

    /// Sets another column of `sys_user`.
    #[must_use]
    pub fn field(mut self, name: &str, value: &str) -> Self {
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }
}

/// Adds a user with its roles.
pub fn add_user(core: &Arc<Core>, user: UserSpec) -> Result<String, InstanceError> {
    let exec = Exec::new(core, SYSTEM, "global");
    let (first, last) = user.name.split_once(' ').unwrap_or((user.name.as_str(), ""));
    let mut values: Values = [
        ("user_name", user.user_name.as_str()),
        ("name", &user.name),
        ("first_name", first),
        ("last_name", last),
        ("email", &user.email),
        ("mobile_phone", &user.mobile_phone),
    ]
    .into_iter()
    .map(|(field, value)| (field.to_owned(), value.to_owned()))
    .collect();
    values.extend(user.fields);
    let stored = exec
        .insert("sys_user", values, true)?
        .ok_or_else(|| InstanceError::Rejected {
            table: "sys_user".to_owned(),
            reason: exec.error_text(),
        })?;
    let sys_id = stored.get("sys_id").cloned().unwrap_or_default();
    let internal = if user.external {
        None
    } else {
        Some("snc_internal".to_owned())
    };
    for role in user.roles.into_iter().chain(internal) {
        let role_id = {
            let store = lock(&core.store);
            let row = store.first("sys_user_role", "name", &role);
            row.map(|row| row.sys_id().to_owned())
        }
        .ok_or_else(|| InstanceError::NoSuchRecord {
            kind: "role",
            name: role.clone(),
        })?;
        let link = [("user".to_owned(), sys_id.clone()), ("role".to_owned(), role_id)].into();
        exec.insert("sys_user_has_role", link, true)?;
    }
    let digest = secret_digest(&sys_id, &user.password);
    lock(&core.logins).passwords.insert(sys_id.clone(), digest);
    Ok(sys_id)
}

/// Deletes the link between a user and a role.
pub fn remove_role(core: &Arc<Core>, user: &str, role: &str) -> Result<(), InstanceError> {
    let missing = |kind, name: &str| InstanceError::NoSuchRecord {
        kind,
        name: name.to_owned(),
    };
    let user_id = find_user(core, user)?;
    let link = {
        let store = lock(&core.store);
        let role_id = store
            .first("sys_user_role", "name", role)
            .ok_or_else(|| missing("role", role))?
            .sys_id()
            .to_owned();
        let mut links = store.find("sys_user_has_role", "user", &user_id).into_iter();
        let link = links.find(|row| row.get("role") == role_id);
        link.map(|row| row.sys_id().to_owned())
            .ok_or_else(|| missing("role of the user", role))?
    };
    Exec::new(core, SYSTEM, "global").delete("sys_user_has_role", &link, true)?;
    Ok(())
}

/// `sys_id` of a user by login name.
pub fn find_user(core: &Core, user_name: &str) -> Result<String, InstanceError> {
    if user_name == SYSTEM {
        return Ok(SYSTEM.to_owned());
    }
    lock(&core.store)
        .first("sys_user", "user_name", user_name)
        .map(|row| row.sys_id().to_owned())
        .ok_or_else(|| InstanceError::NoSuchRecord {
            kind: "user",
            name: user_name.to_owned(),
        })
}

/// `sys_id` of the active user with this name and password.
pub fn authenticate(core: &Core, user_name: &str, password: &str) -> Option<String> {
    let sys_id = {
        let store = lock(&core.store);
        let row = store.first("sys_user", "user_name", user_name)?;
        if !row.is_true("active") || row.is_true("locked_out") {
            return None;
        }
        row.sys_id().to_owned()
    };
    let known = lock(&core.logins).passwords.get(&sys_id).cloned()?;
    (known == secret_digest(&sys_id, password)).then_some(sys_id)
}

/// Registers an OAuth client.
pub fn add_oauth_client(core: &Core, client_id: &str, secret: &str, user: &str) -> Result<(), InstanceError> {
    let user = find_user(core, user)?;
    let client = Client {
        secret: secret_digest(client_id, secret),
        user,
    };
    lock(&core.logins).clients.insert(client_id.to_owned(), client);
    Ok(())
}
