//! The earlier verifications of the ticket, folded away.

use leptos::prelude::*;

use super::card::{details, moment, timed};
use super::icon::icon;
use super::parts::{el, nothing, part, span, text};
use crate::logic::card::Earlier;
use crate::logic::words::ago;
use crate::store::Field;

/// `Earlier: 2`, and the list when it is opened.
pub fn list(field: Field) -> AnyView {
    let lines: Vec<Earlier> = field
        .get_value()
        .see(|state| state.verifications.iter().skip(1).map(Earlier::of).collect());
    if lines.is_empty() {
        return nothing();
    }
    let title = format!("Earlier: {}", lines.len());
    let entries: Vec<AnyView> = lines.into_iter().map(|line| entry(field, line)).collect();
    el(
        "DETAILS",
        "earlier",
        vec![el("SUMMARY", "", vec![text(title)]), el("UL", "", entries)],
    )
}

fn entry(field: Field, line: Earlier) -> AnyView {
    let at = line.at;
    let when = part(move || {
        let now = field.get_value().watch(|state| state.now);
        ago(now.millis_since(at)).map_or_else(|| moment(at), |words| timed(at, words))
    });
    let mut words = vec![
        text(format!("{} · ", line.line)),
        when,
        span("note", format!(" · {}", line.by)),
    ];
    if let Some(about) = line.details {
        words.push(text(" "));
        words.push(details(about));
    }
    el(
        "LI",
        "",
        vec![icon(line.icon, line.tone), el("DIV", "main", words)],
    )
}
