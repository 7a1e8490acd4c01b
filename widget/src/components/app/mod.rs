//! The whole field.

use leptos::prelude::*;

use super::card::draw;
use super::dialog::SendDialog;
use super::earlier::list;
use super::icon::icon;
use super::parts::{el, nothing, on, paragraph, part, plain_button, words};
use crate::logic::card::{Icon, Tone};
use crate::logic::trouble::{Doing, Trouble};
use crate::store::{Field, Load};

/// The field: loading, failed, or its card with what belongs to it.
#[component]
pub fn App(field: Field) -> impl IntoView {
    let store = move || field.get_value();
    // One quiet place for announcements: the visible text changes with every second of a countdown.
    let spoken = words(move || store().see(|state| state.card().map(|card| card.spoken).unwrap_or_default()));
    let height =
        words(move || store().see(|state| state.room.map_or_else(String::new, |room| format!("{room}px"))));
    let body = part(move || match store().see(|state| state.load.clone()) {
        Load::Waiting => skeleton(),
        Load::Failed(trouble) => failure(field, &trouble),
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
    store().load();
    view! {
        <section class="field" aria-label="imper.ai Verification" style:min-height=height>
            <p class="unseen" role="status" aria-live="polite">{spoken}</p>
            {body}
            {interrupted}
            <div role="alert">{alert}</div>
            {part(move || list(field))}
            <SendDialog field />
        </section>
    }
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
    view! {
        <div class="card" aria-busy="true" data-state="loading">
            <span class="bone round"></span>
            <span class="bone"></span>
            <span class="bone short"></span>
            <span class="unseen">"Loading the verification"</span>
        </div>
    }
    .into_any()
}

fn failure(field: Field, trouble: &Trouble) -> AnyView {
    let retry = plain_button(
        "button",
        "retry",
        "Try again",
        on(move |_| field.get_value().load()),
    );
    let parts = vec![
        icon(Icon::Warning, Tone::Attention),
        el(
            "DIV",
            "main",
            vec![paragraph("line", trouble.say(Doing::Loading))],
        ),
        el("DIV", "actions", vec![retry]),
    ];
    view! { <div role="alert">{el("DIV", "card attention", parts)}</div> }.into_any()
}
