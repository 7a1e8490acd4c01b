//! The card: one state, its words, and what can be done about it.

use leptos::prelude::*;
use shared::words::UnixMillis;

use super::icon::icon;
use super::parts::{button, el, el_with, live, nothing, paragraph, part, plain_button, span, text, words};
use crate::browser::time;
use crate::logic::card::{ActionLine, Card, SEND_LINK};
use crate::logic::trouble::Doing;
use crate::logic::words::{countdown, spelled};
use crate::store::{Field, State};

/// Draws the state of the newest verification.
pub fn draw(field: Field) -> AnyView {
    let Some(card) = field.get_value().see(State::card) else {
        return nothing();
    };
    let (class, state, sign) = (card.tone.card_class(), card.state, icon(card.icon, card.tone));
    let actions = el("DIV", "actions", actions(field, &card));
    let confirm = part(move || {
        if field.get_value().see(|state| state.confirming) {
            confirm()
        } else {
            nothing()
        }
    });
    let children = vec![sign, el("DIV", "main", main(card)), actions, confirm];
    view! { <div class=class data-state=state id="card" tabindex="-1">{children}</div> }.into_any()
}

fn main(card: Card) -> Vec<AnyView> {
    let mut line = vec![span("headline", card.headline)];
    if !card.tail.is_empty() {
        line.push(span("tail", format!(" {}", card.tail)));
    }
    if let Some(when) = card.when {
        line.push(span("when", when.joint));
        line.push(moment(when.at));
    }
    if let Some(about) = card.details {
        line.push(text(" \u{2002}"));
        line.push(details(about));
    }
    let mut main = vec![el("P", "line", line)];
    main.extend(card.call_number.map(call_number));
    main.extend(
        card.recommendation
            .map(|words| paragraph("recommendation", words)),
    );
    if !card.reasons.is_empty() {
        let reasons = card.reasons.into_iter().map(|why| el("LI", "", vec![text(why)]));
        main.push(el("UL", "reasons", reasons.collect()));
    }
    main.extend(card.granted.map(granted));
    main.extend(card.notes.into_iter().map(|note| paragraph("note", note)));
    if let Some(until) = card.valid_until {
        main.push(paragraph(
            "note",
            format!("The link works until {}.", time::short(until)),
        ));
    }
    main
}

/// A time as people write it, with the exact one in its title.
pub fn moment(at: UnixMillis) -> AnyView {
    timed(at, time::short(at))
}

/// A time in other words, with the exact one in its title.
pub fn timed(at: UnixMillis, words: String) -> AnyView {
    view! { <time class="when" datetime=time::machine(at) title=time::exact(at)>{words}</time> }.into_any()
}

/// The verification id, leading to its detailed view in a new tab.
pub fn details((id, url): (String, String)) -> AnyView {
    let arrow = vec![
        el_with("SPAN", "", &[("aria-hidden", "true")], vec![text(" ↗")]),
        span("unseen", ", details, opens in a new tab"),
    ];
    view! {
        <a class="details" href=url target="_blank" rel="noopener noreferrer nofollow">
            {id}{arrow}
        </a>
    }
    .into_any()
}

/// The line of the action: `✓ Password reset by the requester at 10:49 · ticket closed`.
fn granted(line: ActionLine) -> AnyView {
    let mut parts = vec![span("", line.words)];
    if let Some(when) = line.when {
        parts.push(span("when", when.joint));
        parts.push(moment(when.at));
    }
    if !line.ticket.is_empty() {
        parts.push(span("", line.ticket));
    }
    el(
        "P",
        "granted",
        vec![icon(line.icon, line.tone), el("SPAN", "", parts)],
    )
}

fn call_number(number: String) -> AnyView {
    let aloud = spelled(&number);
    let digits = vec![
        el_with("SPAN", "", &[("aria-hidden", "true")], vec![text(number)]),
        span("unseen", aloud),
    ];
    el(
        "P",
        "call",
        vec![
            span("", "Tell the caller this number: "),
            el("STRONG", "digits", digits),
        ],
    )
}

fn actions(field: Field, card: &Card) -> Vec<AnyView> {
    let mut actions = Vec::new();
    if let Some(label) = card.send {
        let class = if label == SEND_LINK { "link" } else { "button" };
        actions.push(plain_button(class, &[("id", "send"), ("type", "button")], label));
    }
    for (attributes, label) in &card.acts {
        let blocked = live(move || field.get_value().see(|state| state.busy.is_some()));
        actions.push(button("button", attributes, text(*label), blocked));
    }
    if card.can_resend {
        actions.push(resend(field));
    }
    if card.can_cancel {
        let label = words(move || {
            let cancelling = field
                .get_value()
                .see(|state| state.busy == Some(Doing::Cancelling));
            (if cancelling { "Cancelling …" } else { "Cancel" }).to_owned()
        });
        let blocked = live(move || field.get_value().see(|state| state.busy.is_some()));
        actions.push(button(
            "button",
            &[("id", "cancel"), ("type", "button")],
            label,
            blocked,
        ));
    }
    actions
}

/// The button that counts down to the moment when it may be pressed.
fn resend(field: Field) -> AnyView {
    let label = words(move || {
        field
            .get_value()
            .watch(|state| match (state.busy, state.resend_in()) {
                (Some(Doing::Resending), _) => "Sending …".to_owned(),
                (_, 0) => "Resend".to_owned(),
                (_, seconds) => format!("Resend ({})", countdown(seconds)),
            })
    });
    let blocked = live(move || {
        field
            .get_value()
            .watch(|state| state.busy.is_some() || state.resend_in() > 0)
    });
    button("button", &[("id", "resend"), ("type", "button")], label, blocked)
}

/// Asks once more, in place: `window.confirm` would stop the whole ticket form.
fn confirm() -> AnyView {
    let buttons = vec![
        plain_button(
            "button danger",
            &[("id", "confirm-cancel"), ("type", "button")],
            "Cancel verification",
        ),
        plain_button("button", &[("id", "keep"), ("type", "button")], "Keep it"),
    ];
    let parts = vec![
        paragraph("", "Cancel this verification? The link stops working at once."),
        el("DIV", "actions", buttons),
    ];
    el_with(
        "DIV",
        "confirm",
        &[("role", "group"), ("aria-label", "Cancel this verification?")],
        parts,
    )
}
