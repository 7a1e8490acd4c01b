//! The table of all routes of the console: who may use each, and what is logged when it is used. There is no way to a
//! page but through a row of this table.

use warp::http::Method;

use super::account::Change;
use super::pages::Failure;
use super::report::Form;
use super::steps::Step;
use crate::service::console::{Action, Role};

/// What a route leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    /// To the first page.
    Home,
    /// The sign-in form.
    SignIn,
    /// Signing in.
    SubmitSignIn,
    /// Off to the company's provider.
    DepartToCompany,
    /// Back from there.
    ArriveFromCompany,
    /// What is missing after the password.
    Step,
    /// Giving it.
    SubmitStep(Step),
    /// Signing out.
    SignOut,
    /// The table.
    Verifications,
    /// News of the table, as server-sent events.
    News,
    /// The table as a file.
    Export,
    /// The details of one verification.
    Details,
    /// The signed report of one verification.
    Report(Form),
    /// Saving a view of the table.
    SaveView,
    /// Removing one.
    RemoveView,
    /// Charts.
    Overview,
    /// Tickets resolved without verification.
    Bypasses,
    /// Figures of the agents.
    Agents,
    /// The console's own log.
    AuditLog,
    /// One's own password, factors and sessions.
    Account,
    /// Changing them.
    ChangeAccount(Change),
    /// An authenticator app that waits for its first code.
    AddApp,
    /// What an admin looks after.
    Administration,
    /// The users.
    Users,
    /// The form for a new one.
    NewUser,
    /// Adding one.
    AddUser,
    /// One user.
    User,
    /// Changing one.
    ChangeUser,
    /// The policy in force, and its history.
    Policy,
    /// The field in which a policy is written.
    EditPolicy,
    /// Saving a draft of a policy.
    SavePolicy,
    /// A draft, and what it would change.
    PolicyDraft,
    /// Discarding it.
    DiscardPolicy,
    /// Replaying past decisions under it.
    ReplayPolicy,
    /// Putting it in force.
    ActivatePolicy,
    /// One policy of the history.
    PolicyVersion,
    /// Putting it in force again.
    RollBackPolicy,
    /// The instance and its keys.
    Instance,
    /// Making a new key.
    BeginKey,
    /// Making the new key the only one.
    FinishKey,
    /// Taking the new key back.
    AbortKey,
    /// What goes out, and what was given up.
    Delivery,
    /// Trying again what was given up.
    RetryDelivery,
    /// What requesters get to see.
    Messages,
    /// An email, to be shown in a frame.
    MessageFrame,
    /// Sending a test message.
    SendTest,
    /// How the company appears.
    Branding,
    /// Previewing or saving it.
    SubmitBranding,
    /// Back to the configuration.
    ResetBranding,
    /// How long things are kept.
    Retention,
    /// Counting or saving new rules.
    SubmitRetention,
    /// Back to the configuration.
    ResetRetention,
    /// How the service is doing.
    Health,
    /// Verifying the chain of evidence.
    VerifyChain,
    /// The API tokens.
    Tokens,
    /// The form for a new one.
    NewToken,
    /// Making one.
    AddToken,
    /// Asks whether to revoke one.
    AskRevokeToken,
    /// Revoking one.
    RevokeToken,
    /// Destinations of the push.
    Push,
}

/// Whether a route reads or changes something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// GET and HEAD.
    Read,
    /// POST with a form of ours.
    Post,
}

/// One row.
#[derive(Debug)]
pub struct Route {
    /// Below `/console/`; a part in braces stands for any one part.
    pub path: &'static str,
    /// Reads or changes.
    pub verb: Verb,
    /// The least role that may use it; `None` for everybody, signed in or not.
    pub role: Option<Role>,
    /// What is logged before it answers. Use cases that change something log it themselves, with the change.
    pub logs: Option<Action>,
    /// What it leads to.
    pub page: Page,
}

const fn read(path: &'static str, role: Option<Role>, logs: Option<Action>, page: Page) -> Route {
    Route {
        path,
        verb: Verb::Read,
        role,
        logs,
        page,
    }
}

const fn post(path: &'static str, role: Option<Role>, page: Page) -> Route {
    Route {
        path,
        verb: Verb::Post,
        role,
        logs: None,
        page,
    }
}

const VIEWER: Option<Role> = Some(Role::Viewer);
const ANALYST: Option<Role> = Some(Role::Analyst);
const ADMIN: Option<Role> = Some(Role::Admin);

/// Every route. Of two that fit the first counts, so that fixed parts stand before those in braces.
pub const ALL: &[Route] = &[
    read("", None, None, Page::Home),
    read("sign-in", None, None, Page::SignIn),
    post("sign-in", None, Page::SubmitSignIn),
    post("sign-in/company", None, Page::DepartToCompany),
    // Logged by the use case: who came in, or why nobody did.
    read("sign-in/company/{instance}", None, None, Page::ArriveFromCompany),
    read("sign-in/next", None, None, Page::Step),
    post("sign-in/code", None, Page::SubmitStep(Step::Code)),
    post(
        "sign-in/passkey/options",
        None,
        Page::SubmitStep(Step::AskPasskey),
    ),
    post("sign-in/passkey", None, Page::SubmitStep(Step::Passkey)),
    post("sign-in/password", None, Page::SubmitStep(Step::Password)),
    post("sign-in/app", None, Page::SubmitStep(Step::BeginApp)),
    post("sign-in/app/code", None, Page::SubmitStep(Step::AddApp)),
    post(
        "sign-in/passkeys/options",
        None,
        Page::SubmitStep(Step::AskNewPasskey),
    ),
    post("sign-in/passkeys", None, Page::SubmitStep(Step::AddPasskey)),
    post("sign-out", None, Page::SignOut),
    read(
        "verifications",
        VIEWER,
        Some(Action::ListRead),
        Page::Verifications,
    ),
    read("verifications/news", VIEWER, None, Page::News),
    read(
        "verifications/export/{format}",
        ANALYST,
        Some(Action::Exported),
        Page::Export,
    ),
    read(
        "verifications/{id}",
        VIEWER,
        Some(Action::DetailsRead),
        Page::Details,
    ),
    // Logged by the use case, in one transaction with what is signed.
    read(
        "verifications/{id}/report.json",
        ANALYST,
        None,
        Page::Report(Form::Json),
    ),
    read(
        "verifications/{id}/report.html",
        ANALYST,
        None,
        Page::Report(Form::Html),
    ),
    post("views", VIEWER, Page::SaveView),
    post("views/remove", VIEWER, Page::RemoveView),
    read("overview", VIEWER, Some(Action::OverviewRead), Page::Overview),
    read("bypasses", VIEWER, Some(Action::BypassesRead), Page::Bypasses),
    read("agents", ANALYST, Some(Action::AgentsRead), Page::Agents),
    read("audit", ADMIN, Some(Action::AuditRead), Page::AuditLog),
    read("account", VIEWER, Some(Action::AccountRead), Page::Account),
    post("account/password", VIEWER, Page::ChangeAccount(Change::Password)),
    read("account/app", VIEWER, None, Page::AddApp),
    post("account/app", VIEWER, Page::ChangeAccount(Change::BeginApp)),
    post("account/app/code", VIEWER, Page::ChangeAccount(Change::AddApp)),
    post(
        "account/app/remove",
        VIEWER,
        Page::ChangeAccount(Change::RemoveApp),
    ),
    post(
        "account/passkeys/options",
        VIEWER,
        Page::ChangeAccount(Change::AskNewPasskey),
    ),
    post(
        "account/passkeys",
        VIEWER,
        Page::ChangeAccount(Change::AddPasskey),
    ),
    post(
        "account/passkeys/remove",
        VIEWER,
        Page::ChangeAccount(Change::RemovePasskey),
    ),
    post("account/codes", VIEWER, Page::ChangeAccount(Change::Codes)),
    post(
        "account/sessions",
        VIEWER,
        Page::ChangeAccount(Change::EndSessions),
    ),
    // Administration, each page with its own file in `admin/` and its row in `admin::SECTIONS`.
    read("admin", ADMIN, None, Page::Administration),
    read("admin/users", ADMIN, Some(Action::UsersRead), Page::Users),
    read("admin/users/new", ADMIN, Some(Action::UsersRead), Page::NewUser),
    post("admin/users/new", ADMIN, Page::AddUser),
    read("admin/users/{id}", ADMIN, Some(Action::UsersRead), Page::User),
    post("admin/users/{id}", ADMIN, Page::ChangeUser),
    read("admin/policy", ADMIN, Some(Action::PolicyRead), Page::Policy),
    read(
        "admin/policy/edit",
        ADMIN,
        Some(Action::PolicyRead),
        Page::EditPolicy,
    ),
    post("admin/policy/edit", ADMIN, Page::SavePolicy),
    read(
        "admin/policy/draft",
        ADMIN,
        Some(Action::PolicyRead),
        Page::PolicyDraft,
    ),
    post("admin/policy/replay", ADMIN, Page::ReplayPolicy),
    post("admin/policy/activate", ADMIN, Page::ActivatePolicy),
    post("admin/policy/discard", ADMIN, Page::DiscardPolicy),
    read(
        "admin/policy/versions/{version}",
        ADMIN,
        Some(Action::PolicyRead),
        Page::PolicyVersion,
    ),
    post(
        "admin/policy/versions/{version}/roll-back",
        ADMIN,
        Page::RollBackPolicy,
    ),
    read(
        "admin/instance",
        ADMIN,
        Some(Action::InstanceRead),
        Page::Instance,
    ),
    post("admin/instance/keys/{purpose}/begin", ADMIN, Page::BeginKey),
    post("admin/instance/keys/{purpose}/finish", ADMIN, Page::FinishKey),
    post("admin/instance/keys/{purpose}/abort", ADMIN, Page::AbortKey),
    read(
        "admin/delivery",
        ADMIN,
        Some(Action::DeliveryRead),
        Page::Delivery,
    ),
    post("admin/delivery/retry", ADMIN, Page::RetryDelivery),
    read(
        "admin/messages",
        ADMIN,
        Some(Action::MessagesRead),
        Page::Messages,
    ),
    read("admin/messages/frame", ADMIN, None, Page::MessageFrame),
    post("admin/messages/test", ADMIN, Page::SendTest),
    read(
        "admin/branding",
        ADMIN,
        Some(Action::BrandingRead),
        Page::Branding,
    ),
    post("admin/branding", ADMIN, Page::SubmitBranding),
    post("admin/branding/reset", ADMIN, Page::ResetBranding),
    read(
        "admin/retention",
        ADMIN,
        Some(Action::RetentionRead),
        Page::Retention,
    ),
    post("admin/retention", ADMIN, Page::SubmitRetention),
    post("admin/retention/reset", ADMIN, Page::ResetRetention),
    read("admin/health", ADMIN, Some(Action::HealthRead), Page::Health),
    post("admin/health/verify", ADMIN, Page::VerifyChain),
    read("admin/tokens", ADMIN, Some(Action::TokensRead), Page::Tokens),
    read(
        "admin/tokens/new",
        ADMIN,
        Some(Action::TokensRead),
        Page::NewToken,
    ),
    post("admin/tokens/new", ADMIN, Page::AddToken),
    read(
        "admin/tokens/{token}/revoke",
        ADMIN,
        Some(Action::TokensRead),
        Page::AskRevokeToken,
    ),
    post("admin/tokens/{token}/revoke", ADMIN, Page::RevokeToken),
    read("admin/push", ADMIN, Some(Action::PushRead), Page::Push),
];

/// The route of a request, with what stands for the part in braces, empty without one.
pub fn find<'p>(path: &'p str, method: &Method) -> Result<(&'static Route, &'p str), Failure> {
    let verb = match *method {
        Method::GET | Method::HEAD => Some(Verb::Read),
        Method::POST => Some(Verb::Post),
        _ => None,
    };
    let mut verbs = Vec::new();
    let mut best: Option<&str> = None;
    for route in ALL {
        let Some(part) = fits(route.path, path) else {
            continue;
        };
        // Other verbs of this very path may fit, but not those of a vaguer one.
        if *best.get_or_insert(route.path) != route.path {
            continue;
        }
        if Some(route.verb) == verb {
            return Ok((route, part));
        }
        verbs.push(route.verb);
    }
    match verbs.as_slice() {
        [] => Err(Failure::NotFound),
        [Verb::Read] => Err(Failure::Method("GET, HEAD")),
        [Verb::Post] => Err(Failure::Method("POST")),
        _ => Err(Failure::Method("GET, HEAD, POST")),
    }
}

/// The part of a path that stands for the part in braces of a pattern; `None` if the path does not fit.
pub fn fits<'p>(pattern: &str, path: &'p str) -> Option<&'p str> {
    let mut part = "";
    let mut parts = path.split('/');
    for wanted in pattern.split('/') {
        let given = parts.next()?;
        if wanted.starts_with('{') {
            if given.is_empty() {
                return None;
            }
            part = given;
        } else if wanted != given {
            return None;
        }
    }
    parts.next().is_none().then_some(part)
}

/// One entry of the navigation.
pub struct Entry {
    /// Where it leads.
    pub href: &'static str,
    /// What it says.
    pub label: &'static str,
    /// Path of its icon.
    pub icon: &'static str,
    /// Pages that belong to it.
    pub pages: &'static [Page],
}

/// The navigation, from top to bottom. Entries whose first page a role may not use are not shown to it.
const NAVIGATION: &[Entry] = &[
    Entry {
        href: "/console/verifications",
        label: "Verifications",
        icon: "M2 3.5h12M2 8h12M2 12.5h12",
        pages: &[Page::Verifications, Page::Details],
    },
    Entry {
        href: "/console/overview",
        label: "Overview",
        icon: "M2.5 13.5v-5M8 13.5v-11M13.5 13.5v-8",
        pages: &[Page::Overview, Page::Bypasses],
    },
    Entry {
        href: "/console/agents",
        label: "Agents",
        icon: "M8 8a2.75 2.75 0 1 0 0-5.5A2.75 2.75 0 0 0 8 8zM2.5 14c.5-2.6 2.7-4 5.5-4s5 1.4 5.5 4",
        pages: &[Page::Agents],
    },
    Entry {
        href: "/console/audit",
        label: "Audit log",
        icon: "M3.5 1.5h9v13h-9zM6 5h4M6 8h4M6 11h2.5",
        pages: &[Page::AuditLog],
    },
    Entry {
        href: "/console/admin",
        label: "Administration",
        icon: "M2 4.5h6M12 4.5h2M10 2.5v4M2 11.5h2M8 11.5h6M6 9.5v4",
        pages: &[Page::Administration],
    },
];

/// The entries that a role sees.
pub fn navigation(role: Role) -> impl Iterator<Item = &'static Entry> {
    let allowed = move |page: Page| {
        let route = ALL.iter().find(|route| route.page == page);
        route.is_some_and(|route| route.role.is_none_or(|least| role >= least))
    };
    NAVIGATION
        .iter()
        .filter(move |entry| entry.pages.first().is_some_and(|page| allowed(*page)))
}

#[cfg(test)]
mod tests;
