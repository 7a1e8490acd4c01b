//! How long things are kept.

use askama::Template;
use warp::http::StatusCode;
use warp::reply::Response;

use crate::config::Retention;
use crate::config::retention::Rule;
use crate::service::Service;
use crate::service::console::retention::{self, Keeping};
use crate::service::console::{Admin, Session};
use crate::service::retention::Erased;
use crate::web::console::pages::{self, Failure, Frame};
use crate::web::console::request::{Form, Request};
use crate::web::console::saved::check_form;
use crate::web::console::words::{When, when};

const PATH: &str = "/console/admin/retention";

#[derive(Template)]
#[template(path = "console/admin/retention.html")]
struct Page {
    frame: Frame,
    notice: Option<&'static str>,
    rows: Vec<Row>,
    last_run: Option<When>,
    last_erasure: Option<(When, String)>,
    /// What new rules would erase, once they were counted.
    counted: Option<String>,
    is_changed: bool,
}

/// One rule.
struct Row {
    setting: &'static str,
    what: &'static str,
    from: &'static str,
    configured: u32,
    in_force: u32,
    typed: String,
    /// What was typed is not in force.
    is_new: bool,
    due: String,
    wrong: Option<String>,
}

const fn words(rule: Rule) -> (&'static str, &'static str) {
    match rule {
        Rule::Addresses => (
            "Full addresses: what the agent typed, the contacts on file. Masked forms stay",
            "the end of the verification",
        ),
        Rule::Personal => (
            "Names, ticket texts, browser, network, devices. What was decided stays",
            "the end of the verification",
        ),
        Rule::Evidence => (
            "The content of the evidence. Its hashes stay",
            "the end of the verification",
        ),
        Rule::Origins => (
            "Devices and networks of beginnings and openings",
            "when they were written",
        ),
        Rule::Messages => (
            "Messages and results that were sent or given up, and what limits count",
            "when they ended",
        ),
        Rule::Audit => ("The console's audit log", "when it was written"),
    }
}

/// Rows that a rule erases.
const fn part(erased: &Erased, rule: Rule) -> u64 {
    match rule {
        Rule::Addresses => erased.addresses,
        Rule::Personal => erased.personal,
        Rule::Evidence => erased.evidence,
        Rule::Origins => erased.origins,
        Rule::Messages => erased.messages,
        Rule::Audit => erased.audit,
    }
}

const fn noun(rule: Rule) -> &'static str {
    match rule {
        Rule::Addresses => "verifications lose their full addresses",
        Rule::Personal => "verifications lose their personal data",
        Rule::Evidence => "verifications lose the content of their evidence",
        Rule::Origins => "devices and networks go",
        Rule::Messages => "messages go",
        Rule::Audit => "entries of the audit log go",
    }
}

fn sentence(count: impl Fn(Rule) -> u64) -> String {
    let parts: Vec<String> = Rule::ALL
        .into_iter()
        .filter(|rule| count(*rule) > 0)
        .map(|rule| format!("{} {}", count(rule), noun(rule)))
        .collect();
    if parts.is_empty() {
        "Nothing goes.".into()
    } else {
        format!("{}.", parts.join(", "))
    }
}

/// What an earlier run kept, in words.
fn earlier(found: &str) -> String {
    let found: serde_json::Value = serde_json::from_str(found).unwrap_or_default();
    sentence(|rule| {
        let name = rule.setting().trim_end_matches("_days");
        found[name].as_u64().unwrap_or(0)
    })
}

/// What stands in the form: as typed, and what is wrong with it.
struct Typed {
    days: [String; 6],
    mistakes: Vec<(Rule, String)>,
}

impl Typed {
    fn of(rules: &Retention) -> Self {
        Self {
            days: Rule::ALL.map(|rule| rule.days(rules).to_string()),
            mistakes: Vec::new(),
        }
    }
}

/// Shows the rules.
pub async fn show(
    service: &Service,
    request: &Request,
    session: &Session,
    frame: Frame,
) -> Result<Response, Failure> {
    let keeping = retention::keeping(service, Admin::of(session)?).await?;
    let notice = match request.field("done").as_deref() {
        Some("saved") => Some("Saved. The next run, within the hour, follows these rules."),
        Some("reset") => Some("The configuration's rules are in force again."),
        _ => None,
    };
    let typed = Typed::of(&keeping.in_force);
    page(service, frame, &keeping, typed, None, notice)
}

fn page(
    service: &Service,
    frame: Frame,
    keeping: &Keeping,
    typed: Typed,
    counted: Option<&Erased>,
    notice: Option<&'static str>,
) -> Result<Response, Failure> {
    let now = service.now();
    let status = if typed.mistakes.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let rows = Rule::ALL.into_iter().zip(typed.days).map(|(rule, typed_days)| {
        let (what, from) = words(rule);
        let wrong = typed.mistakes.iter().find(|(of, _)| *of == rule);
        Row {
            setting: rule.setting(),
            what,
            from,
            configured: rule.days(&keeping.configured),
            in_force: rule.days(&keeping.in_force),
            is_new: typed_days != rule.days(&keeping.in_force).to_string(),
            typed: typed_days,
            due: part(&keeping.due, rule).to_string(),
            wrong: wrong.map(|(_, wrong)| wrong.clone()),
        }
    });
    let page = Page {
        frame,
        notice,
        rows: rows.collect(),
        last_run: keeping.last_run.as_ref().map(|kept| when(kept.at, now)),
        last_erasure: keeping
            .last_erasure
            .as_ref()
            .map(|kept| (when(kept.at, now), earlier(&kept.found))),
        counted: counted.map(|erased| sentence(|rule| part(erased, rule))),
        is_changed: keeping.in_force != keeping.configured,
    };
    pages::render(status, &page)
}

/// Counts what new rules would erase, and saves them once that was shown.
pub async fn submit(
    service: &Service,
    request: &Request,
    session: &Session,
    frame: Frame,
    form: Form,
) -> Result<Response, Failure> {
    check_form(service, session, &form)?;
    let admin = Admin::of(session)?;
    let keeping = retention::keeping(service, admin).await?;
    let mut days = Rule::ALL.map(|rule| form.get(rule.setting()).trim().to_owned());
    let mut rules = keeping.in_force;
    for (rule, text) in Rule::ALL.into_iter().zip(&days) {
        // A field that is empty leaves its rule as it is; what is no number is no time that anything may be kept.
        if !text.is_empty() {
            rule.set(&mut rules, text.parse().unwrap_or(0));
        }
    }
    for (rule, text) in Rule::ALL.into_iter().zip(&mut days) {
        if text.is_empty() {
            *text = rule.days(&rules).to_string();
        }
    }
    let mistakes = retention::mistakes(&keeping.configured, &rules);
    if !mistakes.is_empty() {
        return page(service, frame, &keeping, Typed { days, mistakes }, None, None);
    }
    if form.get("do") == "save" {
        retention::save(service, admin, rules, request.client.clone()).await?;
        return Ok(pages::see_other(&format!("{PATH}?done=saved")));
    }
    let counted = retention::would_erase(service, admin, rules).await?;
    page(
        service,
        frame,
        &keeping,
        Typed { days, mistakes },
        Some(&counted),
        None,
    )
}

/// Back to the configuration.
pub async fn reset(
    service: &Service,
    request: &Request,
    session: &Session,
    form: Form,
) -> Result<Response, Failure> {
    check_form(service, session, &form)?;
    retention::reset(service, Admin::of(session)?, request.client.clone()).await?;
    Ok(pages::see_other(&format!("{PATH}?done=reset")))
}
