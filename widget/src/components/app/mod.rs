//! The whole field.

use leptos::prelude::*;

use crate::client::Client;
use crate::components::card::{Card, CardProps};
use crate::components::dialog::{SendDialog, SendForm};
use crate::components::earlier::Earlier;
use crate::components::icon::icon;
use crate::logic::card::{Icon, Tone};
use crate::logic::trouble::{Doing, Trouble};
use crate::store::{Field, Load};

/// The field: loading, failed, or its card with what belongs to it.
#[component]
pub fn App(client: Client) -> impl IntoView {
    let field = Field::new(client);
    let form = SendForm::new(field);
    let card = Memo::new(move |_| field.card());
    field.load();
    let spoken = move || card.with(|card| card.as_ref().map(|card| card.spoken.clone()));
    let body = move || match field.load.get() {
        Load::Waiting => skeleton().into_any(),
        Load::Failed(trouble) => failure(field, &trouble).into_any(),
        Load::Ready => Card(CardProps { field, form, card }).into_any(),
    };
    view! {
        <section
            class="field"
            aria-label="imper.ai Verification"
            style:min-height=move || form.room.get().map(|height| format!("{height}px"))
        >
            // One quiet place for announcements: the visible text changes with every second of a countdown.
            <p class="unseen" role="status" aria-live="polite">{spoken}</p>
            {body}
            {move || {
                field.interrupted.get().then(|| view! {
                    <p class="aside">"Live updates are interrupted. Trying to reconnect …"</p>
                })
            }}
            <div role="alert">
                {move || field.alert.get().map(|words| view! { <p class="alert">{icon(Icon::Warning, Tone::Failed)} <span>{words}</span></p> })}
            </div>
            <Earlier field />
            <SendDialog form />
        </section>
    }
}

/// The shape of the card while it is read: no spinner, nothing jumps.
fn skeleton() -> impl IntoView {
    view! {
        <div class="card" aria-busy="true" data-state="loading">
            <span class="bone round"></span>
            <span class="bone"></span>
            <span class="bone short"></span>
            <span class="unseen">"Loading the verification"</span>
        </div>
    }
}

fn failure(field: Field, trouble: &Trouble) -> impl IntoView {
    view! {
        <div class="card attention" role="alert" data-state="error">
            {icon(Icon::Warning, Tone::Attention)}
            <div class="main"><p class="line">{trouble.say(Doing::Loading)}</p></div>
            <div class="actions">
                <button type="button" class="button" on:click=move |_| field.load()>"Try again"</button>
            </div>
        </div>
    }
}
