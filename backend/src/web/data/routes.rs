//! The table of all routes of the data API: the scope that each needs, and what is logged when it is used. There is no
//! way to an answer but through a row of this table.

use crate::service::console::Action;
use crate::service::console::tokens::Scope;

/// What a route answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// The list.
    Verifications,
    /// The list as a file.
    Export,
    /// One verification.
    Verification,
    /// Its signed report.
    Report,
    /// Figures over time.
    Overview,
    /// Tickets resolved without verification.
    Bypasses,
    /// Figures of agents.
    Agents,
    /// The console's log.
    Audit,
}

/// One row. All routes are read with GET or HEAD.
#[derive(Debug)]
pub struct Route {
    /// Below `/api/v1/console/`; a part in braces stands for any one part.
    pub path: &'static str,
    /// What the token must have.
    pub scope: Scope,
    /// What is logged before it answers; `None` where the use case logs it itself.
    pub logs: Option<Action>,
    /// What it answers.
    pub endpoint: Endpoint,
}

const fn row(path: &'static str, scope: Scope, logs: Option<Action>, endpoint: Endpoint) -> Route {
    Route {
        path,
        scope,
        logs,
        endpoint,
    }
}

/// What stands before every path.
pub const BASE: &str = "/api/v1/console/";

/// Every route. Of two that fit the first counts.
pub const ALL: &[Route] = &[
    row(
        "verifications",
        Scope::VerificationsRead,
        Some(Action::ListRead),
        Endpoint::Verifications,
    ),
    row(
        "verifications/export/{format}",
        Scope::VerificationsExport,
        Some(Action::Exported),
        Endpoint::Export,
    ),
    row(
        "verifications/{id}",
        Scope::VerificationsRead,
        Some(Action::DetailsRead),
        Endpoint::Verification,
    ),
    // Logged in one transaction with what is signed.
    row(
        "verifications/{id}/report",
        Scope::ReportsRead,
        None,
        Endpoint::Report,
    ),
    row(
        "overview",
        Scope::OverviewRead,
        Some(Action::OverviewRead),
        Endpoint::Overview,
    ),
    row(
        "bypasses",
        Scope::VerificationsRead,
        Some(Action::BypassesRead),
        Endpoint::Bypasses,
    ),
    row(
        "agents",
        Scope::AgentsRead,
        Some(Action::AgentsRead),
        Endpoint::Agents,
    ),
    row(
        "audit",
        Scope::AuditRead,
        Some(Action::AuditRead),
        Endpoint::Audit,
    ),
];

/// The route of a path, with what stands for the part in braces, empty without one.
pub fn find(path: &str) -> Option<(&'static Route, &str)> {
    ALL.iter()
        .find_map(|route| Some((route, crate::web::console::routes::fits(route.path, path)?)))
}
