//! The dialog "Send verification portal link": who, what for, how, where to, Send.

use leptos::html;
use leptos::prelude::*;
use shared::agent_api::SendLink;
use shared::words::Channel;
use web_sys::{Event, HtmlInputElement, SubmitEvent};

use crate::logic::claims::ShownClaims;
use crate::logic::destination;
use crate::logic::trouble::{Doing, Trouble};
use crate::store::Field;

/// Room above and below the dialog, in CSS pixels.
const MARGIN: i32 = 16;

/// The form's state. A handle: copies are the same form.
#[derive(Clone, Copy)]
pub struct SendForm {
    field: Field,
    dialog: NodeRef<html::Dialog>,
    input: NodeRef<html::Input>,
    /// Takes the focus when what had it is gone.
    pub status: NodeRef<html::Div>,
    channel: RwSignal<Channel>,
    /// What was typed, for each channel: switching to look does not lose it.
    email: RwSignal<String>,
    phone: RwSignal<String>,
    /// What is wrong with the input.
    mistake: RwSignal<Option<String>>,
    /// What went wrong otherwise.
    alert: RwSignal<Option<String>>,
    /// The height that the page needs for the dialog. The field lives in an iframe as high as its content, and
    /// a modal dialog does not count as content.
    pub room: RwSignal<Option<i32>>,
}

impl SendForm {
    /// A closed, empty form.
    pub fn new(field: Field) -> Self {
        Self {
            field,
            dialog: NodeRef::new(),
            input: NodeRef::new(),
            status: NodeRef::new(),
            channel: RwSignal::new(Channel::Email),
            email: RwSignal::new(String::new()),
            phone: RwSignal::new(String::new()),
            mistake: RwSignal::new(None),
            alert: RwSignal::new(None),
            room: RwSignal::new(None),
        }
    }

    /// Shows the dialog, empty, on the channel that the instance prefers.
    pub fn open(self) {
        let Some(dialog) = self.dialog.get_untracked() else {
            return;
        };
        self.field.alert.set(None);
        self.email.set(String::new());
        self.phone.set(String::new());
        self.use_channel(
            self.field
                .channels
                .with_untracked(|all| all.first().copied())
                .unwrap_or(Channel::Email),
        );
        // Fails only when it is open already.
        _ = dialog.show_modal();
        self.fit();
    }

    /// Puts the focus on the card: there stands what came of it.
    pub fn focus_status(self) {
        request_animation_frame(move || {
            if let Some(Some(card)) = self.status.try_get_untracked() {
                // Fails only for an element that is not in the document.
                _ = card.focus();
            }
        });
    }

    fn close(self) {
        if let Some(Some(dialog)) = self.dialog.try_get_untracked() {
            dialog.close();
        }
    }

    fn use_channel(self, channel: Channel) {
        self.channel.set(channel);
        self.mistake.set(None);
        self.alert.set(None);
        self.fit();
    }

    /// Makes room for the dialog as it is after the next frame.
    fn fit(self) {
        request_animation_frame(move || {
            let Some(Some(dialog)) = self.dialog.try_get_untracked() else {
                return;
            };
            if dialog.open() && is_framed() {
                self.room.try_set(Some(dialog.scroll_height() + 2 * MARGIN));
            }
        });
    }

    fn submit(self) {
        if self.is_sending() {
            return;
        }
        self.alert.set(None);
        let channel = self.channel.get_untracked();
        match destination::check(channel, &self.typed(channel).get_untracked()) {
            Ok(destination) => {
                self.mistake.set(None);
                self.field.send(SendLink { channel, destination }, move |result| {
                    self.answered(result)
                });
            }
            Err(mistake) => self.wrong(mistake.to_string()),
        }
        self.fit();
    }

    fn answered(self, result: Result<(), Trouble>) {
        match result {
            Ok(()) => {
                self.close();
                self.focus_status();
            }
            Err(trouble) if trouble.field().is_some() => self.wrong(trouble.say(Doing::Sending)),
            Err(trouble) => {
                self.alert.try_set(Some(trouble.say(Doing::Sending)));
            }
        }
        self.fit();
    }

    fn wrong(self, words: String) {
        self.mistake.try_set(Some(words));
        if let Some(Some(input)) = self.input.try_get_untracked() {
            // Fails only for an element that is not in the document.
            _ = input.focus();
        }
    }

    const fn typed(self, channel: Channel) -> RwSignal<String> {
        match channel {
            Channel::Email => self.email,
            Channel::Sms => self.phone,
        }
    }

    fn is_sending(self) -> bool {
        self.field.busy.get() == Some(Doing::Sending)
    }
}

fn is_framed() -> bool {
    web_sys::window().is_some_and(|window| {
        window
            .parent()
            .ok()
            .flatten()
            .is_some_and(|parent| parent != window)
    })
}

/// The dialog. It is always there and shown on demand, so that the browser returns the focus by itself.
#[component]
pub fn SendDialog(form: SendForm) -> impl IntoView {
    let on_cancel = move |event: Event| {
        // A request is on its way: its answer must not be missed.
        if form.is_sending() {
            event.prevent_default();
        }
    };
    let on_submit = move |event: SubmitEvent| {
        event.prevent_default();
        form.submit();
    };
    let sending = move || form.is_sending();
    view! {
        <dialog
            node_ref=form.dialog
            aria-labelledby="send-title"
            on:cancel=on_cancel
            on:close=move |_| form.room.set(None)
        >
            <form novalidate on:submit=on_submit>
                <h2 id="send-title">"Send verification portal link"</h2>
                {move || who(form.field.shown.get().as_ref())}
                {move || channels(form)}
                {destination_input(form)}
                <div role="alert">{move || form.alert.get().map(|words| view! { <p class="alert">{words}</p> })}</div>
                <div class="actions">
                    <button
                        type="submit"
                        class="button primary"
                        data-action="submit"
                        aria-disabled=move || sending().to_string()
                    >
                        {move || if sending() { "Sending …" } else { "Send" }}
                    </button>
                    <button
                        type="button"
                        class="button"
                        data-action="close"
                        aria-disabled=move || sending().to_string()
                        on:click=move |_| if !form.is_sending() { form.close() }
                    >
                        "Close"
                    </button>
                </div>
            </form>
        </dialog>
    }
}

fn who(shown: Option<&ShownClaims>) -> impl IntoView + use<> {
    let name = shown.map_or_else(
        || "The requester of this ticket".to_owned(),
        |shown| shown.requester.name.clone(),
    );
    let purpose = shown.map(ShownClaims::purpose).unwrap_or_default();
    let initials = shown.map(ShownClaims::initials).unwrap_or_default();
    view! {
        <div class="who">
            <span class="initials" aria-hidden="true">{initials}</span>
            <p>
                <strong>{name}</strong>
                <span class="note">{purpose}</span>
            </p>
        </div>
    }
}

/// A choice only where there is one.
fn channels(form: SendForm) -> impl IntoView {
    let channels = form.field.channels.get();
    (channels.len() > 1).then(|| {
        let radios = channels.into_iter().map(|channel| {
            view! {
                <label class="choice">
                    <input
                        type="radio"
                        name="channel"
                        value=channel.as_str()
                        prop:checked=move || form.channel.get() == channel
                        on:change=move |_| form.use_channel(channel)
                    />
                    {channel.label()}
                </label>
            }
        });
        view! {
            <fieldset>
                <legend>"Send by"</legend>
                <div class="choices">{radios.collect_view()}</div>
            </fieldset>
        }
    })
}

fn destination_input(form: SendForm) -> impl IntoView {
    let is_email = move || form.channel.get() == Channel::Email;
    let wrong = move || form.mistake.with(Option::is_some);
    let on_input = move |event: Event| {
        let typed = event_target::<HtmlInputElement>(&event).value();
        form.typed(form.channel.get_untracked()).set(typed);
        // The sentence stays until the next try would change it: vanishing while typing is as bad as nagging.
        form.mistake.set(None);
        form.fit();
    };
    let label = move || {
        if is_email() {
            "Private email address"
        } else {
            "Private phone number"
        }
    };
    let hint = move || {
        if is_email() {
            "One the requester can open now; not their company mailbox."
        } else {
            "With its country code, like +44 7700 900123."
        }
    };
    let note = move || {
        let what = if is_email() { "address" } else { "number" };
        format!(
            "If this {what} is not on file in ServiceNow, the requester is also asked for a code sent to a contact \
             that is, and the risk is rated higher."
        )
    };
    view! {
        <div class="entry" class:wrong=wrong>
            <label for="destination">{label}</label>
            <p class="note" id="destination-hint">{hint}</p>
            <p class="mistake" id="destination-error" role="alert">{move || form.mistake.get()}</p>
            <input
                id="destination"
                name="destination"
                node_ref=form.input
                type=move || if is_email() { "email" } else { "tel" }
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
                autofocus
                aria-describedby="destination-error destination-hint destination-note"
                aria-invalid=move || wrong().to_string()
                prop:readOnly=move || form.is_sending()
                prop:value=move || form.typed(form.channel.get()).get()
                on:input=on_input
            />
            <p class="note" id="destination-note">{note}</p>
        </div>
    }
}
