//! The whole field.

use leptos::prelude::*;

use super::card::draw;
use super::dialog::dialog;
use super::earlier::list;
use super::icon::icon;
use super::parts::{el, el_with, nothing, paragraph, part, plain_button, span, words};
use crate::logic::card::{Icon, Tone};
use crate::logic::trouble::{Doing, Trouble};
use crate::store::{Field, Load};

/// The field: loading, failed, or its card with what belongs to it.
pub fn app(field: Field) -> AnyView {
    let store = move || field.get_value();
    // One quiet place for announcements: the visible text changes with every second of a countdown.
    let spoken = words(move || store().see(|state| state.card().map(|card| card.spoken).unwrap_or_default()));
    let body = part(move || match store().see(|state| state.load.clone()) {
        Load::Waiting => skeleton(),
        Load::Failed(trouble) => failure(&trouble),
        Load::Ready => draw(field),
    });
    let interrupted = part(move || {
        if store().see(|state| state.interrupted) {
            paragraph("aside", "Live updates are interrupted. Trying to reconnect …")
        } else {
            nothing()
        }
    });
    let alert = part(move || alert(store().see(|state| state.alert.clone())));
    let parts = vec![
        el_with(
            "P",
            "unseen",
            &[("role", "status"), ("aria-live", "polite")],
            vec![spoken],
        ),
        body,
        interrupted,
        el_with("DIV", "", &[("role", "alert")], vec![alert]),
        part(move || list(field)),
        dialog(field),
    ];
    store().load();
    el_with(
        "SECTION",
        "field",
        &[("id", "field"), ("aria-label", "imper.ai Verification")],
        parts,
    )
}

/// What went wrong, where it is looked for.
pub fn alert(words: Option<String>) -> AnyView {
    words.map_or_else(nothing, |words| {
        el(
            "DIV",
            "alert",
            vec![icon(Icon::Warning, Tone::Failed), paragraph("", words)],
        )
    })
}

/// The shape of the card while it is read: no spinner, nothing jumps.
fn skeleton() -> AnyView {
    let bones = ["bone round", "bone", "bone short"].map(|bone| el("SPAN", bone, Vec::new()));
    let mut parts = Vec::from(bones);
    parts.push(span("unseen", "Loading the verification"));
    el_with(
        "DIV",
        "card",
        &[("aria-busy", "true"), ("data-state", "loading")],
        parts,
    )
}

fn failure(trouble: &Trouble) -> AnyView {
    let retry = plain_button("button", &[("id", "retry"), ("type", "button")], "Try again");
    let parts = vec![
        icon(Icon::Warning, Tone::Attention),
        el(
            "DIV",
            "main",
            vec![paragraph("line", trouble.say(Doing::Loading))],
        ),
        el("DIV", "actions", vec![retry]),
    ];
    el_with(
        "DIV",
        "card attention",
        &[("role", "alert"), ("data-state", "error")],
        parts,
    )
}
