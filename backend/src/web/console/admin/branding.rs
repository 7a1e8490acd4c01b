//! How the company appears in messages and on the portal.

use askama::Template;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use warp::http::StatusCode;
use warp::reply::Response;

use crate::config::{Colour, Logo, branding as rules};
use crate::service::Service;
use crate::service::console::branding::{
    self, COMPANY_CHARS, CONTACT_CHARS, Draft, Mistakes, SavedLogo, Wish,
};
use crate::service::console::{Admin, Session};
use crate::service::look::Look;
use crate::web::brand;
use crate::web::console::pages::{self, Failure, Frame};
use crate::web::console::request::{Form, Request};
use crate::web::console::saved::check_form;
use crate::web::console::upload::Upload;

const PATH: &str = "/console/admin/branding";

#[derive(Template)]
#[template(path = "console/admin/branding.html")]
struct Page {
    frame: Frame,
    notice: Option<&'static str>,
    form: Fields,
    mistakes: Mistakes,
    configured: Configured,
    sample: Sample,
    /// What is shown is not in force yet.
    is_draft: bool,
    /// Something was saved over the configuration.
    is_changed: bool,
}

/// What stands in the form.
struct Fields {
    company: String,
    support_contact: String,
    colour: String,
    /// `configured`, `none` or `own`.
    logo: &'static str,
    /// A logo that was chosen already, in base64.
    kept: String,
}

/// What the configuration says.
struct Configured {
    company: String,
    support_contact: String,
    colour: String,
}

/// How it looks.
struct Sample {
    style: Option<String>,
    company: String,
    support_contact: String,
    logo: Option<String>,
    logo_elsewhere: bool,
    colour: String,
    contrast: String,
}

impl Fields {
    fn of(saved: &branding::SavedLook) -> Self {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        let (logo, kept) = match &saved.logo {
            SavedLogo::Configured => ("configured", String::new()),
            SavedLogo::None => ("none", String::new()),
            SavedLogo::Own(bytes) => ("own", STANDARD.encode(bytes)),
        };
        Self {
            company: text(&saved.company),
            support_contact: text(&saved.support_contact),
            colour: text(&saved.colour),
            logo,
            kept,
        }
    }

    fn typed(form: &Form) -> Self {
        let text = |name: &str| form.get(name).to_owned();
        Self {
            company: text("company"),
            support_contact: text("support_contact"),
            colour: text("colour"),
            logo: match form.get("logo") {
                "none" => "none",
                "own" => "own",
                _ => "configured",
            },
            kept: text("kept"),
        }
    }
}

impl Sample {
    fn new(look: &Look) -> Self {
        let colour = look.branding.colour;
        Self {
            style: colour.map(brand::sample_href),
            company: look.company.clone(),
            support_contact: look.support_contact.clone(),
            logo: look
                .own_logo()
                .map(|(media_type, bytes)| format!("data:{media_type};base64,{}", STANDARD.encode(bytes))),
            logo_elsewhere: matches!(look.branding.logo, Some(Logo::Url(_))),
            colour: colour.map_or_else(|| "the standard blue".into(), |colour| colour.to_string()),
            contrast: colour
                .and_then(|colour| rules::judge_colour(colour).ok())
                .map_or_else(String::new, |ratio| format!("{ratio:.1} to 1")),
        }
    }
}

/// Shows what is in force.
pub async fn show(
    service: &Service,
    request: &Request,
    session: &Session,
    frame: Frame,
) -> Result<Response, Failure> {
    let in_force = branding::branding(service, Admin::of(session)?).await?;
    let notice = match request.field("done").as_deref() {
        Some("saved") => Some("Saved. Messages and the pages of the portal look like this from now on."),
        Some("reset") => Some("What was saved here is gone. The configuration's values are in force again."),
        _ => None,
    };
    let fields = Fields::of(&in_force.saved);
    let parts = (fields, Mistakes::default());
    page(service, session, frame, parts, (&in_force, false), notice).await
}

async fn page(
    service: &Service,
    session: &Session,
    frame: Frame,
    (form, mistakes): (Fields, Mistakes),
    (draft, is_draft): (&Draft, bool),
    notice: Option<&'static str>,
) -> Result<Response, Failure> {
    let instance = service.instance(&session.user.instance)?;
    let saved = branding::branding(service, Admin::of(session)?).await?.saved;
    let has_mistakes = mistakes != Mistakes::default();
    let page = Page {
        frame,
        notice,
        form,
        mistakes,
        configured: Configured {
            company: instance.company.clone(),
            support_contact: instance.support_contact.clone(),
            colour: instance
                .branding
                .colour
                .as_ref()
                .map(Colour::to_string)
                .unwrap_or_default(),
        },
        sample: Sample::new(&draft.look),
        is_draft,
        is_changed: saved != branding::SavedLook::default(),
    };
    let status = if has_mistakes {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    pages::render(status, &page)
}

/// Shows what a wish would look like, or saves it.
pub async fn submit(
    service: &Service,
    request: &Request,
    session: &Session,
    frame: Frame,
    upload: Upload,
) -> Result<Response, Failure> {
    let Upload { form, file } = upload;
    check_form(service, session, &form)?;
    let admin = Admin::of(session)?;
    let mut fields = Fields::typed(&form);
    let kept = STANDARD.decode(&fields.kept).unwrap_or_default();
    let mut no_file = None;
    let logo = match fields.logo {
        "none" => SavedLogo::None,
        "own" if !file.is_empty() => SavedLogo::Own(file),
        "own" if !kept.is_empty() => SavedLogo::Own(kept),
        "own" => {
            no_file = Some("Choose a file.".to_owned());
            SavedLogo::Configured
        }
        // Whoever chooses a file means it.
        _ if !file.is_empty() => SavedLogo::Own(file),
        _ => SavedLogo::Configured,
    };
    let wish = Wish {
        company: fields.company.clone(),
        support_contact: fields.support_contact.clone(),
        colour: fields.colour.clone(),
        logo,
    };
    let judged = branding::draft(service, admin, wish)?;
    let judged = match no_file {
        None => judged,
        Some(mistake) => Err(Mistakes {
            logo: Some(mistake),
            ..judged.err().unwrap_or_default()
        }),
    };
    match judged {
        Err(mistakes) => {
            let in_force = branding::branding(service, admin).await?;
            page(
                service,
                session,
                frame,
                (fields, mistakes),
                (&in_force, false),
                None,
            )
            .await
        }
        Ok(draft) if form.get("do") == "save" => {
            branding::save(service, admin, draft, request.client.clone()).await?;
            Ok(pages::see_other(&format!("{PATH}?done=saved")))
        }
        Ok(draft) => {
            let chosen = Fields::of(&draft.saved);
            (fields.logo, fields.kept) = (chosen.logo, chosen.kept);
            page(
                service,
                session,
                frame,
                (fields, Mistakes::default()),
                (&draft, true),
                None,
            )
            .await
        }
    }
}

/// Back to the configuration.
pub async fn reset(
    service: &Service,
    request: &Request,
    session: &Session,
    form: Form,
) -> Result<Response, Failure> {
    check_form(service, session, &form)?;
    branding::reset(service, Admin::of(session)?, request.client.clone()).await?;
    Ok(pages::see_other(&format!("{PATH}?done=reset")))
}
