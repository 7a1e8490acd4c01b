//! How the company appears, changed by its administrators: name, colour, logo and the way to the service desk, in
//! messages and on the pages of the portal.

use super::{Action, Admin};
use crate::config::{Colour, branding};
use crate::service::look::{self, Look};
use crate::service::{Service, ServiceError};
use crate::store::console::audit::{self, Entry};
use crate::store::console::look as store;

pub use crate::store::console::look::{SavedLogo, SavedLook};

/// Longest name of a company, in characters: longer ones are cut off in messages.
pub const COMPANY_CHARS: usize = 60;
/// Longest way to the service desk, in characters.
pub const CONTACT_CHARS: usize = 120;

/// What an administrator wishes; an empty text is the configuration's value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wish {
    /// The company's name.
    pub company: String,
    /// How to reach the service desk.
    pub support_contact: String,
    /// `#1d4ed8`.
    pub colour: String,
    /// The logo.
    pub logo: SavedLogo,
}

/// What is wrong with a wish, by field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mistakes {
    /// The company's name.
    pub company: Option<String>,
    /// How to reach the service desk.
    pub support_contact: Option<String>,
    /// The colour.
    pub colour: Option<String>,
    /// The logo.
    pub logo: Option<String>,
}

/// A wish that can be fulfilled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// What would be saved.
    pub saved: SavedLook,
    /// How it would look.
    pub look: Look,
}

/// What was saved, and what is in force by it.
pub async fn branding(service: &Service, admin: Admin<'_>) -> Result<Draft, ServiceError> {
    let instance = admin.session().user.instance.clone();
    let of = instance.clone();
    let saved = service
        .store
        .read(move |tx| store::find(tx, &of).map_err(ServiceError::from))
        .await?;
    let look = Look::with(service.instance(&instance)?, saved.clone());
    Ok(Draft { saved, look })
}

/// Judges a wish. Nothing is saved.
///
/// # Errors
/// The outer one when the instance is gone, the inner one when something is wrong with the wish.
pub fn draft(
    service: &Service,
    admin: Admin<'_>,
    wish: Wish,
) -> Result<Result<Draft, Mistakes>, ServiceError> {
    let instance = service.instance(&admin.session().user.instance)?;
    let mut mistakes = Mistakes::default();
    let saved = SavedLook {
        company: line(&wish.company, COMPANY_CHARS, &mut mistakes.company),
        support_contact: line(
            &wish.support_contact,
            CONTACT_CHARS,
            &mut mistakes.support_contact,
        ),
        colour: colour(&wish.colour, &mut mistakes.colour),
        logo: match wish.logo {
            SavedLogo::Own(bytes) => match branding::read_logo(bytes.clone()) {
                Ok(_) => SavedLogo::Own(bytes),
                Err(problem) => {
                    mistakes.logo = Some(format!("This file {problem}."));
                    SavedLogo::Configured
                }
            },
            other => other,
        },
    };
    if mistakes != Mistakes::default() {
        return Ok(Err(mistakes));
    }
    let look = Look::with(instance, saved.clone());
    Ok(Ok(Draft { saved, look }))
}

fn line(text: &str, most: usize, mistake: &mut Option<String>) -> Option<String> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    if text.chars().count() > most || text.chars().any(char::is_control) {
        *mistake = Some(format!("Write one line of at most {most} characters."));
        return None;
    }
    Some(text.to_owned())
}

fn colour(text: &str, mistake: &mut Option<String>) -> Option<String> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let Ok(colour) = text.parse::<Colour>() else {
        *mistake = Some("Write a colour as # and six hexadecimal digits, like #1d4ed8.".into());
        return None;
    };
    if let Err(too_light) = branding::judge_colour(colour) {
        *mistake = Some(format!(
            "White text on {colour} has a contrast of {:.1} to 1. At least {} to 1 is needed: choose a darker colour.",
            too_light.ratio,
            branding::CONTRAST
        ));
        return None;
    }
    Some(colour.to_string())
}

/// Saves a wish that was judged. Messages and pages look like it from now on.
pub async fn save(
    service: &Service,
    admin: Admin<'_>,
    draft: Draft,
    client_address: String,
) -> Result<(), ServiceError> {
    let (user, now) = (admin.session().user.clone(), service.now());
    let of = user.instance.clone();
    let saved = draft.saved.clone();
    service
        .store
        .write(move |tx| {
            store::put(tx, &user.instance, &saved, now)?;
            let subject = subject(&saved);
            let entry = Entry {
                instance: Some(&user.instance),
                user: Some((user.id, &user.name)),
                action: Action::BrandingChanged,
                subject: &subject,
                client_address: &client_address,
            };
            audit::append(tx, entry, now).map_err(ServiceError::from)
        })
        .await?;
    look::took(service, &of, draft.saved)
}

/// Back to what the configuration says.
pub async fn reset(service: &Service, admin: Admin<'_>, client_address: String) -> Result<(), ServiceError> {
    let (user, now) = (admin.session().user.clone(), service.now());
    let of = user.instance.clone();
    service
        .store
        .write(move |tx| {
            if store::remove(tx, &user.instance)? {
                let entry = Entry {
                    instance: Some(&user.instance),
                    user: Some((user.id, &user.name)),
                    action: Action::BrandingChanged,
                    subject: "back to the configuration",
                    client_address: &client_address,
                };
                audit::append(tx, entry, now)?;
            }
            Ok::<_, ServiceError>(())
        })
        .await?;
    look::took(service, &of, SavedLook::default())
}

/// What the log says was saved.
fn subject(saved: &SavedLook) -> String {
    let configured = || "as configured".to_owned();
    let quoted = |text: &Option<String>| text.as_ref().map_or_else(configured, |text| format!("“{text}”"));
    format!(
        "name {}, service desk {}, colour {}, logo {}",
        quoted(&saved.company),
        quoted(&saved.support_contact),
        saved.colour.clone().unwrap_or_else(configured),
        match &saved.logo {
            SavedLogo::Configured => configured(),
            SavedLogo::None => "none".into(),
            SavedLogo::Own(bytes) => format!("of {} bytes", bytes.len()),
        }
    )
}
