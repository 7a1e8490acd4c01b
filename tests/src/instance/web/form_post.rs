//! Saving a form.

use std::sync::Arc;

use super::http::{Request, Response};
use super::pages;
use super::session::{Caller, remember_messages};
use crate::instance::acl::{CREATE, Subject, WRITE};
use crate::instance::core::{Core, Exec, lock};
use crate::instance::error::InstanceError;
use crate::instance::store::schema::Kind;
use crate::instance::store::{Row, Values};

/// What became of a save.
enum Saved {
    /// Stored under this `sys_id`.
    Yes(String),
    /// A rule aborted it; the messages say why.
    Aborted,
    /// The user may not.
    Forbidden,
}

/// Answers `POST /<table>.do`.
pub fn save(core: &Arc<Core>, request: &Request, caller: &Caller, table: &str) -> Response {
    let form = request.form();
    let field = |name: &str| {
        form.iter()
            .find(|(key, _)| key == name)
            .map_or("", |(_, value)| value.as_str())
    };
    let Caller::Browser(_, session) = caller else {
        return pages::failure(core, caller, 403, "Forms are saved from a browser session");
    };
    if field("sysparm_ck") != session.token {
        return pages::failure(
            core,
            caller,
            403,
            "The form's security token does not match the session",
        );
    }
    let exec = caller.exec(core, "global");
    let id = field("sys_id").to_owned();
    let outcome = store(&exec, table, &id, &form).and_then(|saved| exec.run_jobs().map(|()| saved));
    match outcome {
        Ok(Saved::Yes(id)) => {
            remember_messages(core, caller, &exec);
            if field("sys_action").ends_with("_and_stay") {
                Response::see_other(&format!("/{table}.do?sys_id={id}"))
            } else {
                Response::see_other(&format!("/{table}_list.do"))
            }
        }
        Ok(Saved::Aborted) => {
            remember_messages(core, caller, &exec);
            Response::see_other(&format!("/{table}.do?sys_id={id}"))
        }
        Ok(Saved::Forbidden) => {
            pages::failure(core, caller, 403, "Security constraints prevent this operation")
        }
        Err(error) => pages::broken(core, caller, &error),
    }
}

fn store(exec: &Exec, table: &str, id: &str, form: &[(String, String)]) -> Result<Saved, InstanceError> {
    let existing = lock(&exec.core.store).get(table, id).cloned();
    let fresh = id == "-1" || id.is_empty();
    if existing.is_none() && !fresh {
        return Ok(Saved::Forbidden);
    }
    let operation = if fresh { CREATE } else { WRITE };
    let class = existing
        .as_ref()
        .map_or(table, |row| row.class.as_str())
        .to_owned();
    let subject = Subject {
        table: &class,
        values: existing.as_ref().map(|row| &row.values),
    };
    if !exec.may(operation, &subject)? {
        return Ok(Saved::Forbidden);
    }
    let mut values = Values::new();
    for (field, value) in submitted(exec, &class, existing.as_ref(), form)? {
        if exec.may_field(operation, &subject, &field)? {
            values.insert(field, value);
        }
    }
    let stored = if fresh {
        exec.insert(table, values, true)?
    } else {
        exec.update(&class, id, values, true)?
    };
    Ok(match stored {
        Some(values) => Saved::Yes(values.get("sys_id").cloned().unwrap_or_default()),
        None => Saved::Aborted,
    })
}

/// Values of the form's own fields; of a repeated field (a check box behind a hidden one) the last counts.
fn submitted(
    exec: &Exec,
    class: &str,
    existing: Option<&Row>,
    form: &[(String, String)],
) -> Result<Values, InstanceError> {
    let prefix = format!("{class}.");
    let display_prefix = format!("sys_display.{class}.");
    let store = lock(&exec.core.store);
    let mut values = Values::new();
    for (key, value) in form {
        if let Some(field) = key.strip_prefix(&prefix) {
            let column = store.column(class, field)?;
            if column.kind == Kind::Password2 && value.is_empty() {
                continue;
            }
            // Browsers send line ends as CR LF.
            values.insert(field.to_owned(), value.replace("\r\n", "\n"));
        }
    }
    for (key, text) in form {
        let Some(field) = key.strip_prefix(&display_prefix) else {
            continue;
        };
        let column = store.column(class, field)?;
        let Some(target) = column.reference else { continue };
        let current = values.get(field).cloned().unwrap_or_default();
        let shown = store
            .get(&target, &current)
            .map(|row| store.display_name(row))
            .unwrap_or_default();
        if *text == shown {
            continue;
        }
        let found = store
            .all(&target)
            .into_iter()
            .find(|row| store.display_name(row) == *text || row.sys_id() == text);
        let chosen = match found {
            Some(row) => row.sys_id().to_owned(),
            None if text.is_empty() => String::new(),
            // An unknown name leaves the reference as it was, as the real form's red field does.
            None => existing.map(|row| row.get(field).to_owned()).unwrap_or_default(),
        };
        values.insert(field.to_owned(), chosen);
    }
    Ok(values)
}
