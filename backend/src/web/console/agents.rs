//! Figures of the agents.

use askama::Template;
use shared::words::{RiskLevel, Status};
use warp::http::StatusCode;
use warp::reply::Response;

use super::bypasses;
use super::overview::{PeriodLink, period, period_links, rate, time};
use super::pages::{self, Failure, Frame};
use super::request::Request;
use super::view::address_of;
use super::words::{When, count, when};
use crate::service::Service;
use crate::service::console::{self, AgentFigures, Filter, Session, Standing};

#[derive(Template)]
#[template(path = "console/agents.html")]
struct Page {
    frame: Frame,
    periods: Vec<PeriodLink>,
    rows: Vec<Line>,
}

/// One agent.
struct Line {
    name: String,
    all: Figure,
    /// Length of the bar of all, in percent of the busiest agent's.
    length: String,
    pass_rate: String,
    failed: Figure,
    high: Figure,
    undecided: String,
    undeliverable: Figure,
    bypasses: Figure,
    median: String,
    last: When,
}

/// A count that leads to its rows.
struct Figure {
    count: String,
    href: String,
}

/// Shows the agents.
pub async fn show(
    service: &Service,
    request: &Request,
    session: &Session,
    frame: Frame,
) -> Result<Response, Failure> {
    let period = period(request);
    let (figures, from, before) = console::agents(service, session, period).await?;
    let now = service.now();
    let most = figures.first().map_or(1, |busiest| busiest.tally.total.max(1));
    let line = |of: &AgentFigures| {
        let filter = Filter {
            agent: Some(of.agent.sys_id.clone()),
            from: Some(from),
            before: Some(before),
            ..Filter::default()
        };
        let with_status = |status: Status, number: u32| Figure {
            count: count(number),
            href: address_of(Filter {
                standing: Some(Standing::One(status)),
                ..filter.clone()
            }),
        };
        Line {
            name: of.agent.name.clone(),
            all: Figure {
                count: count(of.tally.total),
                href: address_of(filter.clone()),
            },
            length: format!("{:.1}%", f64::from(of.tally.total) * 100.0 / f64::from(most)),
            pass_rate: rate(of.tally.pass_rate()),
            failed: with_status(Status::Failed, of.tally.failed),
            high: Figure {
                count: count(of.tally.risk[2]),
                href: address_of(Filter {
                    risk: Some(RiskLevel::High),
                    ..filter.clone()
                }),
            },
            undecided: count(of.tally.undecided),
            undeliverable: with_status(Status::Undeliverable, of.tally.undeliverable),
            bypasses: Figure {
                count: count(of.bypasses),
                href: bypasses::address(from, before, Some(&of.agent.sys_id)),
            },
            median: time(of.tally.median_seconds()),
            last: when(of.last_at, now),
        }
    };
    let page = Page {
        frame,
        periods: period_links("/console/agents", period),
        rows: figures.iter().map(line).collect(),
    };
    pages::render(StatusCode::OK, &page)
}
