//! The dialog "Send verification portal link": who, what for, how, where to, Send.

use std::rc::Rc;

use leptos::prelude::*;
use shared::agent_api::SendLink;
use shared::words::Channel;
use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlDialogElement, HtmlInputElement, SubmitEvent};

use super::app::alert;
use super::parts::{button, el, el_with, nothing, on, part, span, text, words};
use crate::browser::is_framed;
use crate::logic::claims::ShownClaims;
use crate::logic::destination;
use crate::logic::trouble::{Doing, Trouble};
use crate::store::{Draft, Field, State, Store};

/// Room above and below the dialog, in CSS pixels.
const MARGIN: i32 = 16;

/// Shows the dialog, empty, on the channel that the instance prefers.
pub fn open(store: &Rc<Store>) {
    store.change(|state| {
        let channel = state.channels.first().copied().or(Some(Channel::Email));
        state.draft = Draft {
            channel,
            ..Draft::default()
        };
        state.alert = None;
        state.confirming = false;
    });
    if let (Some(dialog), Some(input)) = (element(store), input(store)) {
        input.set_value("");
        // Fails only when it is open already.
        _ = dialog.show_modal();
        fit(store);
    }
}

fn element(store: &Store) -> Option<HtmlDialogElement> {
    store.find("dialog").map(JsCast::unchecked_into)
}

fn input(store: &Store) -> Option<HtmlInputElement> {
    store.find("destination").map(JsCast::unchecked_into)
}

/// Makes room for the dialog as it is after the next frame: the field lives in an iframe that is as high as its
/// content, and a modal dialog does not count as content.
fn fit(store: &Rc<Store>) {
    let store = Rc::clone(store);
    request_animation_frame(move || {
        let (Some(dialog), Some(field)) = (element(&store), store.find("field")) else {
            return;
        };
        let room = if dialog.open() && is_framed() {
            dialog.scroll_height() + 2 * MARGIN
        } else {
            0
        };
        // Fails only for an invalid property.
        _ = field.style().set_property("min-height", &format!("{room}px"));
    });
}

fn channel(state: &State) -> Channel {
    state.draft.channel.unwrap_or(Channel::Email)
}

fn is_sending(state: &State) -> bool {
    state.busy == Some(Doing::Sending)
}

fn submit(store: &Rc<Store>) {
    let Some(input) = input(store).filter(|_| !store.peek(is_sending)) else {
        return;
    };
    let channel = store.peek(channel);
    match destination::check(channel, &input.value()) {
        Ok(destination) => {
            store.change(|state| {
                state.draft = Draft {
                    channel: Some(channel),
                    ..Draft::default()
                }
            });
            let answered = Rc::clone(store);
            store.send(SendLink { channel, destination }, move |result| {
                answer(&answered, result)
            });
        }
        Err(mistake) => wrong(store, mistake.to_string()),
    }
    fit(store);
}

fn answer(store: &Rc<Store>, result: Result<(), Trouble>) {
    match result {
        Ok(()) => {
            if let Some(dialog) = element(store) {
                dialog.close();
            }
            // The link that opened the dialog is gone; its place says what came of it.
            store.focus("card");
        }
        Err(trouble) if trouble.field().is_some() => wrong(store, trouble.say(Doing::Sending)),
        Err(trouble) => store.change(|state| state.draft.alert = Some(trouble.say(Doing::Sending))),
    }
    fit(store);
}

fn wrong(store: &Rc<Store>, words: String) {
    store.change(|state| state.draft.mistake = Some(words));
    store.focus("destination");
}

/// A choice of channel, or a letter typed: what was wrong is not what stands there now.
fn edited(store: &Rc<Store>, target: &HtmlInputElement) {
    let chosen = if target.type_() == "radio" {
        Channel::parse(&target.value())
    } else {
        None
    };
    let is_stale = store.peek(|state| state.draft.mistake.is_some() || state.draft.alert.is_some());
    if chosen.is_some() || is_stale {
        store.change(|state| {
            state.draft = Draft {
                channel: chosen.or(state.draft.channel),
                ..Draft::default()
            }
        });
        fit(store);
    }
}

/// The dialog. It is always there and shown on demand, so that the browser returns the focus by itself.
pub fn dialog(field: Field) -> AnyView {
    let store = move || field.get_value();
    // A request is on its way: its answer must not be missed.
    let on_cancel = move |event: Event| {
        if store().peek(is_sending) {
            event.prevent_default();
        }
    };
    let on_close = move |_: Event| fit(&store());
    let on_submit = move |event: SubmitEvent| {
        event.prevent_default();
        submit(&store());
    };
    let on_input = move |event: Event| {
        if let Some(target) = event.target() {
            edited(&store(), target.unchecked_ref());
        }
    };
    let sending = move || words(move || store().see(is_sending).to_string());
    let send = words(move || {
        if store().see(is_sending) {
            "Sending …"
        } else {
            "Send"
        }
        .to_owned()
    });
    let close = on(move |_| {
        if !store().peek(is_sending) {
            element(&store()).iter().for_each(HtmlDialogElement::close);
        }
    });
    let buttons = vec![
        button("button primary", "send-now", send, sending(), on(|_| ())),
        button(
            "button",
            "dismiss",
            words(|| "Close".to_owned()),
            sending(),
            close,
        ),
    ];
    let parts = vec![
        el_with(
            "H2",
            "",
            &[("id", "send-title")],
            vec![text("Send verification portal link")],
        ),
        part(move || who(store().see(|state| state.shown.clone()).as_ref())).into_any(),
        part(move || channels(field)).into_any(),
        destination_input(field),
        el_with(
            "DIV",
            "",
            &[("role", "alert")],
            vec![part(move || alert(store().see(|state| state.draft.alert.clone()))).into_any()],
        ),
        el("DIV", "actions", buttons),
    ];
    view! {
        <dialog id="dialog" aria-labelledby="send-title" on:cancel=on_cancel on:close=on_close>
            <form novalidate on:submit=on_submit on:input=on_input>{parts}</form>
        </dialog>
    }
    .into_any()
}

fn who(shown: Option<&ShownClaims>) -> AnyView {
    let name = shown.map_or_else(
        || "The requester of this ticket".to_owned(),
        |shown| shown.requester.name.clone(),
    );
    let purpose = shown.map(ShownClaims::purpose).unwrap_or_default();
    let initials = shown.map(ShownClaims::initials).unwrap_or_default();
    el(
        "DIV",
        "who",
        vec![
            span("initials", initials),
            el(
                "P",
                "",
                vec![el("STRONG", "", vec![text(name)]), span("note", purpose)],
            ),
        ],
    )
}

/// A choice only where there is one.
fn channels(field: Field) -> AnyView {
    let channels = field.get_value().see(|state| state.channels.clone());
    if channels.len() < 2 {
        return nothing();
    }
    let chosen = field.get_value().see(channel);
    let radio = |channel: Channel| {
        let value = channel.as_str();
        let input =
            view! { <input type="radio" name="channel" value=value prop:checked=channel == chosen /> };
        el("LABEL", "choice", vec![input.into_any(), text(channel.label())])
    };
    let radios: Vec<AnyView> = channels.into_iter().map(radio).collect();
    let parts = vec![
        el("LEGEND", "", vec![text("Send by")]),
        el("DIV", "choices", radios),
    ];
    el("FIELDSET", "", parts)
}

fn destination_input(field: Field) -> AnyView {
    let by_channel = move |email: &'static str, phone: &'static str| {
        words(move || match field.get_value().see(channel) {
            Channel::Email => email.to_owned(),
            Channel::Sms => phone.to_owned(),
        })
    };
    let mistake = words(move || {
        field
            .get_value()
            .see(|state| state.draft.mistake.clone())
            .unwrap_or_default()
    });
    let wrong = words(move || {
        field
            .get_value()
            .see(|state| state.draft.mistake.is_some())
            .to_string()
    });
    let note = by_channel(
        "If this address is not on file in ServiceNow, the requester is also asked for a code sent to a contact \
         that is, and the risk is rated higher.",
        "If this number is not on file in ServiceNow, the requester is also asked for a code sent to a contact \
         that is, and the risk is rated higher.",
    );
    let label = el_with(
        "LABEL",
        "",
        &[("for", "destination")],
        vec![by_channel("Private email address", "Private phone number").into_any()],
    );
    let hint = by_channel(
        "One that the requester can open now; not their company mailbox.",
        "With its country code, like +44 7700 900123.",
    );
    let input = view! {
        <input
            id="destination"
            name="destination"
            type=by_channel("email", "tel")
            autocomplete="off"
            autocapitalize="none"
            spellcheck="false"
            autofocus
            aria-describedby="destination-error destination-hint destination-note"
            aria-invalid=wrong
        />
    };
    let parts = vec![
        label,
        el_with("P", "note", &[("id", "destination-hint")], vec![hint.into_any()]),
        el_with(
            "P",
            "mistake",
            &[("id", "destination-error"), ("role", "alert")],
            vec![mistake.into_any()],
        ),
        input.into_any(),
        el_with("P", "note", &[("id", "destination-note")], vec![note.into_any()]),
    ];
    el("DIV", "entry", parts)
}
