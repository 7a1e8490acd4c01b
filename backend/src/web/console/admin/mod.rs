//! Administration: one page for each thing that an admin looks after, all with the same way from one to the other.

pub mod instance;
pub mod policy;
pub mod users;

use askama::Template;
use warp::http::StatusCode;
use warp::reply::Response;

use super::pages::{self, Failure, Frame};
use super::routes::Page;

/// One page of the administration.
#[derive(Debug)]
pub struct Section {
    /// The page, and those that belong to it.
    pub pages: &'static [Page],
    /// Where it is.
    pub href: &'static str,
    /// Its name.
    pub label: &'static str,
    /// What is done there, in one sentence.
    pub about: &'static str,
}

/// All pages of the administration, in the order in which they are shown. A new one needs a row here.
const SECTIONS: &[Section] = &[
    Section {
        pages: &[
            Page::Policy,
            Page::EditPolicy,
            Page::SavePolicy,
            Page::PolicyDraft,
            Page::ActivatePolicy,
            Page::PolicyVersion,
            Page::RollBackPolicy,
        ],
        href: "/console/admin/policy",
        label: "Policy",
        about: "What must be proven, what each finding weighs, and what another policy would have decided.",
    },
    Section {
        pages: &[Page::Instance, Page::BeginKey, Page::FinishKey, Page::AbortKey],
        href: "/console/admin/instance",
        label: "Instance and keys",
        about: "What is connected, and new keys between ServiceNow and this service while two are valid.",
    },
    Section {
        pages: &[
            Page::Users,
            Page::NewUser,
            Page::AddUser,
            Page::User,
            Page::ChangeUser,
        ],
        href: "/console/admin/users",
        label: "Users",
        about: "Who may sign in to this console, what they may do, and how they prove who they are.",
    },
];

/// A section, from the view of a page.
pub struct SectionLink {
    /// The section.
    pub section: &'static Section,
    /// Value of `aria-current`; empty elsewhere.
    pub current: &'static str,
}

/// The links between the pages of the administration; none on other pages.
pub fn sections(page: Page) -> Vec<SectionLink> {
    let link = |section: &'static Section| SectionLink {
        section,
        current: match section.pages.iter().position(|one| *one == page) {
            Some(0) => "page",
            Some(_) => "true",
            None => "",
        },
    };
    let links: Vec<SectionLink> = SECTIONS.iter().map(link).collect();
    let is_inside = page == Page::Administration || links.iter().any(|link| !link.current.is_empty());
    if is_inside { links } else { Vec::new() }
}

#[derive(Template)]
#[template(path = "console/admin/index.html")]
struct Index {
    frame: Frame,
}

/// Shows what there is to look after.
pub fn index(frame: Frame) -> Result<Response, Failure> {
    pages::render(StatusCode::OK, &Index { frame })
}
