//! The card: one state, its words, and what can be done about it.

use leptos::html;
use leptos::prelude::*;
use shared::words::UnixMillis;

use crate::browser::time;
use crate::components::dialog::SendForm;
use crate::components::icon::icon;
use crate::logic::card::{Card as Shown, SEND_LINK};
use crate::logic::trouble::Doing;
use crate::logic::words::{countdown, span, spelled};
use crate::store::Field;

/// Draws the state of the newest verification.
#[component]
pub fn Card(field: Field, form: SendForm, card: Memo<Option<Shown>>) -> impl IntoView {
    let confirming = RwSignal::new(false);
    move || card.get().map(|shown| draw(field, form, confirming, shown))
}

fn draw(field: Field, form: SendForm, confirming: RwSignal<bool>, shown: Shown) -> impl IntoView {
    let tone = shown.tone;
    let can_cancel = shown.can_cancel;
    let actions = (shown.send.is_some() || shown.can_resend || can_cancel)
        .then(|| actions(field, form, confirming, &shown));
    view! {
        <div class=format!("card {}", tone.class()) data-state=shown.state tabindex="-1" node_ref=form.status>
            {icon(shown.icon, tone)}
            <div class="main">
                <p class="line">
                    <strong class="headline">{shown.headline}</strong>
                    {(!shown.tail.is_empty()).then(|| view! { " " <span class="tail">{shown.tail}</span> })}
                    {shown.when.map(|when| view! { <span class="when">{when.joint}{moment(when.at)}</span> })}
                    {shown.details.map(|(id, url)| view! { " " {details(id, url)} })}
                </p>
                {shown.call_number.map(call_number)}
                {shown.recommendation.map(|words| view! { <p class="recommendation">{words}</p> })}
                {(!shown.reasons.is_empty()).then(|| view! {
                    <ul class="reasons">{shown.reasons.into_iter().map(|why| view! { <li>{why}</li> }).collect_view()}</ul>
                })}
                {shown.notes.into_iter().map(|note| view! { <p class="note">{note}</p> }).collect_view()}
                {shown.valid_until.map(|until| view! { <p class="note">"The link works until "{moment(until)}"."</p> })}
            </div>
            {actions}
            {move || (can_cancel && confirming.get()).then(|| confirm(field, form, confirming))}
        </div>
    }
}

/// A time as people write it, with the exact one in its title.
pub fn moment(at: UnixMillis) -> impl IntoView {
    view! { <time datetime=time::machine(at) title=time::exact(at)>{time::short(at)}</time> }
}

/// The verification id, leading to its detailed view in a new tab.
pub fn details(id: String, url: String) -> impl IntoView {
    view! {
        <a class="details" href=url target="_blank" rel="noopener noreferrer nofollow">
            {id}<span aria-hidden="true">" ↗"</span><span class="unseen">", details, opens in a new tab"</span>
        </a>
    }
}

fn call_number(number: String) -> impl IntoView {
    let aloud = spelled(&number);
    view! {
        <p class="call">
            <span>"Tell the caller this number:"</span>
            " "
            <strong class="digits">
                <span aria-hidden="true">{number}</span>
                <span class="unseen">{aloud}</span>
            </strong>
        </p>
    }
}

fn actions(field: Field, form: SendForm, confirming: RwSignal<bool>, shown: &Shown) -> impl IntoView + use<> {
    let send = shown.send.map(|words| {
        let class = if words == SEND_LINK { "link" } else { "button" };
        view! { <button type="button" class=class data-action="send" on:click=move |_| form.open()>{words}</button> }
    });
    let resend = shown.can_resend.then(|| resend(field, form));
    let cancel = shown.can_cancel.then(|| {
        view! {
            <button
                type="button"
                class="button"
                data-action="cancel"
                aria-expanded=move || confirming.get().to_string()
                on:click=move |_| confirming.update(|open| *open = !*open)
            >
                {move || if field.busy.get() == Some(Doing::Cancelling) { "Cancelling …" } else { "Cancel" }}
            </button>
        }
    });
    view! { <div class="actions">{send}{resend}{cancel}</div> }
}

/// The button that counts down to the moment when it may be pressed. It stays focusable meanwhile, so that the
/// focus is not lost when it is pressed.
fn resend(field: Field, form: SendForm) -> impl IntoView {
    let remaining = Memo::new(move |_| {
        let now = field.now.get();
        field
            .verifications
            .with(|all| all.first().and_then(|heard| heard.resend_in(now)))
            .unwrap_or(0)
    });
    let resending = move || field.busy.get() == Some(Doing::Resending);
    let blocked = move || remaining.get() > 0 || field.busy.get().is_some();
    let words = move || match (resending(), remaining.get()) {
        (true, _) => "Sending …".to_owned(),
        (false, 0) => "Resend".to_owned(),
        (false, seconds) => format!("Resend ({})", countdown(seconds)),
    };
    // Whole minutes: a name that changes every second would be read out every second.
    let name = move || match (resending(), remaining.get()) {
        (true, _) => "Sending another link".to_owned(),
        (false, 0) => "Resend the link".to_owned(),
        (false, seconds @ 0..60) => {
            format!("Resend the link, possible in less than {}", span(seconds.max(60)))
        }
        (false, seconds) => format!("Resend the link, possible in {}", span(seconds)),
    };
    let press = move |_| {
        if !blocked() {
            field.resend();
            form.focus_status();
        }
    };
    view! {
        <button
            type="button"
            class="button"
            data-action="resend"
            aria-label=name
            aria-disabled=move || blocked().to_string()
            on:click=press
        >
            {words}
        </button>
    }
}

/// Asks once more, in place: `window.confirm` would stop the whole ticket form.
fn confirm(field: Field, form: SendForm, confirming: RwSignal<bool>) -> impl IntoView {
    let keep: NodeRef<html::Button> = NodeRef::new();
    keep.on_load(|button| {
        // Fails only for an element that is not in the document.
        request_animation_frame(move || _ = button.focus());
    });
    let close = move || {
        confirming.set(false);
        form.focus_status();
    };
    let on_key = move |event: web_sys::KeyboardEvent| {
        if event.key() == "Escape" {
            event.stop_propagation();
            close();
        }
    };
    view! {
        <div class="confirm" role="group" aria-label="Cancel this verification?" on:keydown=on_key>
            <p>"Cancel this verification? The link stops working at once."</p>
            <div class="actions">
                <button
                    type="button"
                    class="button danger"
                    data-action="confirm-cancel"
                    on:click=move |_| {
                        close();
                        field.cancel();
                    }
                >
                    "Cancel verification"
                </button>
                <button type="button" class="button" node_ref=keep data-action="keep" on:click=move |_| close()>
                    "Keep it"
                </button>
            </div>
        </div>
    }
}
