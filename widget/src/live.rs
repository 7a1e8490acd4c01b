//! Live status: one stream from the verification service for the newest verification, opened again with a
//! fresh token whenever it ends. ServiceNow itself is never polled; it is asked for a token when the last one
//! has run out, and not while nobody looks.

use std::rc::Rc;
use std::time::Duration;

use js_sys::Uint8Array;
use leptos::prelude::set_timeout_with_handle;
use shared::agent_api::{EVENT_NAME, VerificationView};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, ReadableStreamDefaultReader};

use crate::browser::{is_hidden, json, sleep};
use crate::logic::backoff::Backoff;
use crate::logic::sse::Parser;
use crate::logic::trouble::Trouble;
use crate::store::Store;
use crate::wire;

/// The service sends at least a comment every 15 seconds. Silence for so long means a connection that died
/// without saying so, as after sleep or a change of network.
const SILENCE: Duration = Duration::from_secs(45);
/// How often a hidden page looks whether it is seen again.
const HIDDEN_MS: u32 = 1_000;

/// Follows one verification until it is final, or until the store follows another one (`turn` is over).
pub async fn follow(store: Rc<Store>, id: String, turn: u32) {
    let mut backoff = Backoff::default();
    let mut again = false;
    while store.is_turn(turn) {
        if let Err(trouble) = listen(&store, &id, turn, &mut backoff, again).await
            // A refused token was good a moment ago: the next attempt brings a new one.
            && !trouble.may_pass()
            && !trouble.is_refused_token()
            && store.is_turn(turn)
        {
            store.change(|state| state.alert = Some(trouble.say_live()));
            return;
        }
        again = true;
        let wait = backoff.failed(js_sys::Math::random());
        if backoff.is_worth_saying() && store.is_turn(turn) {
            store.change(|state| state.interrupted = true);
        }
        sleep(wait).await;
        while is_hidden() && store.is_turn(turn) {
            sleep(HIDDEN_MS).await;
        }
    }
}

/// Opens the stream and reads it to its end.
async fn listen(
    store: &Store,
    id: &str,
    turn: u32,
    backoff: &mut Backoff,
    again: bool,
) -> Result<(), Trouble> {
    let Ok(connection) = AbortController::new() else {
        return Ok(());
    };
    store.keep_stream(connection.clone());
    let response = store.client.events(id, &connection.signal()).await?;
    // What happened while nobody listened.
    if again && let Ok(view) = store.client.read(id).await {
        heard(store, turn, view);
    }
    let Some(body) = response.body() else {
        return Err(Trouble::ServiceUnreadable(response.status()));
    };
    let reader: ReadableStreamDefaultReader = body.get_reader().unchecked_into();
    let mut parser = Parser::default();
    while store.is_turn(turn) {
        let Some(chunk) = next_chunk(&reader, &connection).await else {
            break;
        };
        backoff.succeeded();
        if store.peek(|state| state.interrupted) {
            store.change(|state| state.interrupted = false);
        }
        for message in parser.push(&chunk) {
            if message.event == EVENT_NAME
                && let Some(view) = wire::verification(&json::parse(&message.data))
            {
                heard(store, turn, view);
            }
        }
    }
    connection.abort();
    Ok(())
}

/// Passes a message on. The last one ends the turn.
fn heard(store: &Store, turn: u32, view: VerificationView) {
    if store.is_turn(turn) {
        if !view.is_live() {
            store.unfollow();
        }
        store.apply(view);
    }
}

/// The next bytes; `None` at the end, after an error, and after too long a silence.
async fn next_chunk(reader: &ReadableStreamDefaultReader, connection: &AbortController) -> Option<Vec<u8>> {
    let silent = connection.clone();
    let watchdog = set_timeout_with_handle(move || silent.abort(), SILENCE);
    let read = JsFuture::from(reader.read()).await;
    if let Ok(watchdog) = watchdog {
        watchdog.clear();
    }
    // `value` is undefined at the end.
    json::part(&read.ok()?, "value")
        .dyn_into::<Uint8Array>()
        .ok()
        .map(|bytes| bytes.to_vec())
}
