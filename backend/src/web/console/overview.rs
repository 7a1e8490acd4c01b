//! The overview: what went on, in charts whose every bar leads to its rows.

use askama::Template;
use shared::words::{RiskLevel, Status, UnixMillis};
use warp::http::StatusCode;
use warp::reply::Response;

use super::bypasses;
use super::chart::{Chart, Series, Values};
use super::filters::{code_label, same_label};
use super::pages::{self, Failure, Frame};
use super::request::Request;
use super::view::address_of;
use super::words::{When, count, duration, when};
use crate::service::Service;
use crate::service::console::{self, Bucket, Filter, Overview, Period, Session, Shared, Standing, Tally};

#[derive(Template)]
#[template(path = "console/overview.html")]
struct Page {
    frame: Frame,
    periods: Vec<PeriodLink>,
    tiles: Vec<Tile>,
    charts: Vec<Chart>,
    codes: Vec<CodeBar>,
    codes_of: String,
    waves: Vec<Wave>,
    /// Findings and what requesters share are shown.
    is_whole: bool,
    given_up: Vec<(&'static str, String)>,
}

/// One length of time to choose.
pub struct PeriodLink {
    /// Where it leads.
    pub href: String,
    /// What it says.
    pub label: &'static str,
    /// It is shown.
    pub current: bool,
}

/// One figure.
struct Tile {
    label: &'static str,
    value: String,
    remark: String,
    href: String,
}

/// How often a finding raised the risk.
struct CodeBar {
    label: String,
    href: String,
    count: String,
    length: String,
}

/// What several requesters share.
struct Wave {
    what: &'static str,
    href: String,
    requesters: String,
    verifications: String,
    failed: String,
    last: When,
}

/// The period that a request asks for.
pub fn period(request: &Request) -> Period {
    let days = request.field("days").and_then(|days| days.parse::<i64>().ok());
    let found = Period::ALL.iter().find(|period| Some(period.days()) == days);
    found.copied().unwrap_or_default()
}

/// The periods to choose from on the page at `path`.
pub fn period_links(path: &str, shown: Period) -> Vec<PeriodLink> {
    let link = |period: &Period| PeriodLink {
        href: format!("{path}?days={}", period.days()),
        label: match period {
            Period::Week => "7 days",
            Period::Month => "30 days",
            Period::Quarter => "13 weeks",
        },
        current: *period == shown,
    };
    Period::ALL.iter().map(link).collect()
}

/// Shows the overview.
pub async fn show(
    service: &Service,
    request: &Request,
    session: &Session,
    frame: Frame,
) -> Result<Response, Failure> {
    let period = period(request);
    let overview = console::overview(service, session, period).await?;
    let now = service.now();
    let page = Page {
        frame,
        periods: period_links("/console/overview", period),
        tiles: tiles(&overview),
        charts: charts(&overview.buckets),
        codes: codes(&overview),
        codes_of: count(overview.codes_of),
        waves: overview.waves.iter().map(|wave| self::wave(wave, now)).collect(),
        is_whole: session.reads_everything(),
        given_up: overview
            .given_up
            .iter()
            .map(|(kind, number)| (message_label(kind), count(*number)))
            .collect(),
    };
    pages::render(StatusCode::OK, &page)
}

fn message_label(kind: &str) -> &'static str {
    match kind {
        "link" => "links to requesters",
        "code" => "codes to contacts on file",
        "notice" => "notices to contacts on file",
        _ => "results to ServiceNow",
    }
}

fn between(from: UnixMillis, before: UnixMillis) -> Filter {
    Filter {
        from: Some(from),
        before: Some(before),
        ..Filter::default()
    }
}

fn with_status(filter: &Filter, status: Status) -> String {
    address_of(Filter {
        standing: Some(Standing::One(status)),
        ..filter.clone()
    })
}

fn with_risk(filter: &Filter, level: RiskLevel) -> String {
    address_of(Filter {
        risk: Some(level),
        ..filter.clone()
    })
}

/// `97.3 %`.
pub fn rate(share: Option<f64>) -> String {
    share.map_or_else(|| "–".into(), |share| format!("{share:.1} %"))
}

/// A time in words, or a dash.
pub fn time(seconds: Option<i64>) -> String {
    seconds.map_or_else(|| "–".into(), duration)
}

fn tiles(of: &Overview) -> Vec<Tile> {
    let filter = between(of.from, of.before);
    let all = &of.all;
    let tile = |label, value: String, remark: String, href| Tile {
        label,
        value,
        remark,
        href,
    };
    vec![
        tile(
            "Verifications",
            count(all.total),
            format!("{} under way", count(all.pending)),
            address_of(filter.clone()),
        ),
        tile(
            "Passed of the decided",
            rate(all.pass_rate()),
            format!("{} of {}", count(all.passed), count(all.decided())),
            with_status(&filter, Status::Passed),
        ),
        tile(
            "Failed",
            count(all.failed),
            format!("{} of high risk", count(all.risk[2])),
            with_status(&filter, Status::Failed),
        ),
        tile(
            "Decided within",
            time(all.median_seconds()),
            format!("half of them; nine of ten within {}", time(all.slow_seconds())),
            address_of(filter.clone()),
        ),
        tile(
            "Not delivered",
            count(all.undeliverable),
            "the link reached nobody".into(),
            with_status(&filter, Status::Undeliverable),
        ),
        tile(
            "Without verification",
            count(of.bypasses),
            "resolved although none passed".into(),
            bypasses::address(of.from, of.before, None),
        ),
    ]
}

fn charts(buckets: &[Bucket]) -> Vec<Chart> {
    [
        volume(buckets),
        bypassed(buckets),
        pass_rate(buckets),
        risk_mix(buckets),
        time_to_complete(buckets),
        not_delivered(buckets),
    ]
    .into_iter()
    .map(Series::draw)
    .collect()
}

/// The bars of a chart: each bucket with the values of its parts and the addresses of their rows.
fn bars(buckets: &[Bucket], values: impl Fn(&Tally, &Filter) -> Vec<(Option<f64>, String)>) -> Vec<Values> {
    let bar = |bucket: &Bucket| Values {
        label: day_label(bucket.from),
        values: values(&bucket.tally, &between(bucket.from, bucket.before)),
    };
    buckets.iter().map(bar).collect()
}

fn whole(value: f64) -> String {
    format!("{value:.0}")
}

fn share(value: f64) -> String {
    format!("{value:.0} %")
}

fn volume(buckets: &[Bucket]) -> Series {
    Series {
        id: "volume",
        title: "Verifications",
        description: "How many were begun, by what became of them.".into(),
        parts: vec![("passed", "Passed"), ("failed", "Failed"), ("pending", "Neither")],
        bars: bars(buckets, |tally, filter| {
            let neither = tally.total - tally.decided();
            vec![
                (Some(f64::from(tally.passed)), with_status(filter, Status::Passed)),
                (Some(f64::from(tally.failed)), with_status(filter, Status::Failed)),
                (Some(f64::from(neither)), address_of(filter.clone())),
            ]
        }),
        most: None,
        write: whole,
    }
}

fn pass_rate(buckets: &[Bucket]) -> Series {
    Series {
        id: "rate",
        title: "Pass rate",
        description: "Passed of the decided ones.".into(),
        parts: vec![("passed", "Passed")],
        bars: bars(buckets, |tally, filter| {
            vec![(tally.pass_rate(), with_status(filter, Status::Passed))]
        }),
        most: Some(100.0),
        write: share,
    }
}

fn risk_mix(buckets: &[Bucket]) -> Series {
    Series {
        id: "risk",
        title: "Risk mix",
        description: "Share of each level among the decided ones.".into(),
        parts: vec![
            ("passed", "Verified"),
            ("attention", "Medium"),
            ("failed", "High"),
        ],
        bars: bars(buckets, |tally, filter| {
            let all: u32 = tally.risk.iter().sum();
            let of_all = |part: u32| (all > 0).then(|| f64::from(part) * 100.0 / f64::from(all));
            let levels = RiskLevel::ALL.iter().zip(tally.risk);
            levels
                .map(|(level, part)| (of_all(part), with_risk(filter, *level)))
                .collect()
        }),
        most: Some(100.0),
        write: share,
    }
}

fn time_to_complete(buckets: &[Bucket]) -> Series {
    Series {
        id: "time",
        title: "Time to complete",
        description: "From Send to the decision: half of them took no longer.".into(),
        parts: vec![("pending", "Median")],
        bars: bars(buckets, |tally, filter| {
            let seconds = tally
                .median_seconds()
                .and_then(|seconds| u32::try_from(seconds).ok());
            let minutes = seconds.map(|seconds| f64::from(seconds) / 60.0);
            vec![(minutes, address_of(filter.clone()))]
        }),
        most: None,
        write: |minutes| {
            #[expect(clippy::cast_possible_truncation, reason = "seconds, made from an integer")]
            let seconds = (minutes * 60.0).round() as i64;
            if seconds % 60 == 0 {
                format!("{} min", seconds / 60)
            } else {
                duration(seconds)
            }
        },
    }
}

fn not_delivered(buckets: &[Bucket]) -> Series {
    Series {
        id: "undelivered",
        title: "Links not delivered",
        description: "The mail server or the gateway refused them for good.".into(),
        parts: vec![("attention", "Not delivered")],
        bars: bars(buckets, |tally, filter| {
            vec![(
                Some(f64::from(tally.undeliverable)),
                with_status(filter, Status::Undeliverable),
            )]
        }),
        most: None,
        write: whole,
    }
}

fn bypassed(buckets: &[Bucket]) -> Series {
    let bar = |bucket: &Bucket| Values {
        label: day_label(bucket.from),
        values: vec![(
            Some(f64::from(bucket.bypasses)),
            bypasses::address(bucket.from, bucket.before, None),
        )],
    };
    Series {
        id: "bypassed",
        title: "Tickets resolved without verification",
        description: "Their policy asks for one, and none had passed.".into(),
        parts: vec![("failed", "Without verification")],
        bars: buckets.iter().map(bar).collect(),
        most: None,
        write: whole,
    }
}

/// `22 Nov`.
fn day_label(at: UnixMillis) -> String {
    jiff::Timestamp::from_millisecond(at.0)
        .map(|time| time.strftime("%-d %b").to_string())
        .unwrap_or_default()
}

fn codes(of: &Overview) -> Vec<CodeBar> {
    let most = of.codes.first().map_or(1, |(_, number)| *number);
    let bar = |(code, number): &(String, u32)| CodeBar {
        label: code_label(code),
        href: address_of(Filter {
            code: Some(code.clone()),
            standing: Some(Standing::One(Status::Failed)),
            ..between(of.from, of.before)
        }),
        count: count(*number),
        length: format!("{:.1}%", f64::from(*number) * 100.0 / f64::from(most)),
    };
    of.codes.iter().map(bar).collect()
}

fn wave(of: &Shared, now: UnixMillis) -> Wave {
    Wave {
        what: same_label(of.same),
        href: address_of(Filter {
            same: Some((of.same, of.example.clone())),
            ..Filter::default()
        }),
        requesters: count(of.requesters),
        verifications: count(of.verifications),
        failed: count(of.failed),
        last: when(of.last_at, now),
    }
}
