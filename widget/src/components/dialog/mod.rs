//! The dialog "Send verification portal link": who, what for, how, where to, Send.

use std::rc::Rc;

use leptos::prelude::*;
use shared::agent_api::SendLink;
use shared::words::{Channel, Status};
use wasm_bindgen::JsCast;
use web_sys::{HtmlDialogElement, HtmlInputElement};

use super::app::alert;
use super::parts::{Attributes, button, el, el_live, el_with, live, nothing, part, span, text, words};
use crate::browser::is_framed;
use crate::logic::claims::ShownClaims;
use crate::logic::destination;
use crate::logic::trouble::{Doing, Trouble};
use crate::store::{Draft, Field, State, Store};

/// Room above and below the dialog, in CSS pixels.
const MARGIN: i32 = 16;

/// Shows the dialog, empty, on the channel that the instance prefers, or on the other one after a link that did not
/// arrive.
pub fn open(store: &Rc<Store>) {
    let preferred = store.peek(|state| {
        let newest = state.verifications.first();
        let failed = newest.filter(|view| view.status == Status::Undeliverable);
        destination::offered(&state.channels, failed.map(|view| view.channel))
    });
    store.change(|state| {
        state.alert = None;
        state.confirming = false;
    });
    use_channel(store, preferred);
    if let Some(radio) = store.find(preferred.as_str()) {
        radio.unchecked_into::<HtmlInputElement>().set_checked(true);
    }
    if let (Some(dialog), Some(input)) = (element(store), input(store)) {
        input.set_value("");
        // Fails only when it is open already.
        _ = dialog.show_modal();
        fit(store);
    }
}

/// Hides the dialog, unless a request is on its way.
pub fn close(store: &Store) {
    if let Some(dialog) = element(store).filter(|_| !store.peek(is_sending)) {
        dialog.close();
    }
}

fn use_channel(store: &Rc<Store>, channel: Channel) {
    store.change(|state| {
        state.draft = Draft {
            channel: Some(channel),
            ..Draft::default()
        }
    });
    if let Some(input) = input(store) {
        // The keyboard of a phone or tablet. A wrong `type` would make the browser check what the service decides.
        _ = input.set_attribute("inputmode", if channel == Channel::Sms { "tel" } else { "email" });
    }
    fit(store);
}

fn element(store: &Store) -> Option<HtmlDialogElement> {
    store.find("dialog").map(JsCast::unchecked_into)
}

fn input(store: &Store) -> Option<HtmlInputElement> {
    store.find("destination").map(JsCast::unchecked_into)
}

/// Makes room for the dialog as it is after the next frame: the field lives in an iframe that is as high as its
/// content, and a modal dialog does not count as content.
pub fn fit(store: &Rc<Store>) {
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

pub fn is_sending(state: &State) -> bool {
    state.busy == Some(Doing::Sending)
}

pub fn submit(store: &Rc<Store>) {
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
                answer(&answered, result);
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

/// A channel was chosen, or a letter typed: what was wrong is not what stands there now.
pub fn edited(store: &Rc<Store>, target: &HtmlInputElement) {
    let chosen = Channel::parse(&target.id());
    let (present, is_stale) = store.peek(|state| {
        (
            channel(state),
            state.draft.mistake.is_some() || state.draft.alert.is_some(),
        )
    });
    if chosen.is_some() || is_stale {
        use_channel(store, chosen.unwrap_or(present));
    }
}

/// The dialog. It is always there and shown on demand, so that the browser returns the focus by itself.
pub fn dialog(field: Field) -> AnyView {
    let store = move || field.get_value();
    let sending = move || live(move || store().see(is_sending));
    let send = words(move || {
        if store().see(is_sending) {
            "Sending …"
        } else {
            "Send"
        }
        .to_owned()
    });
    let buttons = vec![
        button("button primary", &[("type", "submit")], send, sending()),
        button(
            "button",
            &[("id", "dismiss"), ("type", "button")],
            text("Close"),
            sending(),
        ),
    ];
    let alert = part(move || alert(store().see(|state| state.draft.alert.clone())));
    let parts = vec![
        el_with(
            "H2",
            "",
            &[("id", "send-title")],
            vec![text("Send verification portal link")],
        ),
        part(move || who(store().see(|state| state.shown.clone()).as_ref())),
        part(move || channels(&store().see(|state| state.channels.clone()))),
        destination_input(field),
        el_with("DIV", "", &[("role", "alert")], vec![alert]),
        el("DIV", "actions", buttons),
    ];
    let form = el_with("FORM", "", &[("novalidate", "")], parts);
    el_with(
        "DIALOG",
        "",
        &[("id", "dialog"), ("aria-labelledby", "send-title")],
        vec![form],
    )
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
            el_with(
                "SPAN",
                "initials",
                &[("aria-hidden", "true")],
                vec![text(initials)],
            ),
            el(
                "P",
                "",
                vec![el("STRONG", "", vec![text(name)]), span("note", purpose)],
            ),
        ],
    )
}

/// A choice only where there is one.
fn channels(channels: &[Channel]) -> AnyView {
    if channels.len() < 2 {
        return nothing();
    }
    let radio = |channel: &Channel| {
        let attributes: Attributes = match channel {
            Channel::Email => &[
                ("id", "email"),
                ("type", "radio"),
                ("name", "channel"),
                ("value", "email"),
            ],
            Channel::Sms => &[
                ("id", "sms"),
                ("type", "radio"),
                ("name", "channel"),
                ("value", "sms"),
            ],
        };
        el(
            "LABEL",
            "choice",
            vec![
                el_with("INPUT", "", attributes, Vec::new()),
                text(channel.label()),
            ],
        )
    };
    let radios = channels.iter().map(radio).collect();
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
    let wrong = live(move || field.get_value().see(|state| state.draft.mistake.is_some()));
    let note = by_channel(
        "The requester is also asked for a code sent to a contact on file. An address that is not on file \
         raises the risk.",
        "The requester is also asked for a code sent to a contact on file. A number that is not on file \
         raises the risk.",
    );
    let label = el_with(
        "LABEL",
        "",
        &[("for", "destination")],
        vec![by_channel("Private email address", "Private phone number")],
    );
    let hint = by_channel(
        "One that the requester can open now; not their company mailbox.",
        "With its country code, like +44 7700 900123.",
    );
    let input = el_live(
        "INPUT",
        "",
        &[
            ("id", "destination"),
            ("name", "destination"),
            ("autocomplete", "off"),
            ("autocapitalize", "none"),
            ("spellcheck", "false"),
            ("autofocus", ""),
            (
                "aria-describedby",
                "destination-error destination-hint destination-note",
            ),
        ],
        ("aria-invalid", wrong),
        Vec::new(),
    );
    let parts = vec![
        label,
        el_with("P", "note", &[("id", "destination-hint")], vec![hint]),
        el_with(
            "P",
            "mistake",
            &[("id", "destination-error"), ("role", "alert")],
            vec![mistake],
        ),
        input,
        el_with("P", "note", &[("id", "destination-note")], vec![note]),
    ];
    el("DIV", "entry", parts)
}
