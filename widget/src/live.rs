//! Live status: one stream from the verification service for the newest verification, opened again with a
//! fresh token whenever it ends. ServiceNow itself is never polled; it is asked for a token when the last one
//! has run out, and not while nobody looks.

use std::rc::Rc;
use std::time::Duration;

use js_sys::Uint8Array;
use leptos::prelude::set_timeout_with_handle;
use shared::agent_api::{EVENT_NAME, VerificationView};
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, AbortSignal, ReadableStreamDefaultReader};

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

/// Why a stream ended.
enum End {
    /// It is over: final, or stopped.
    Over,
    /// It was open, and closed: usual when the token has run out.
    Closed,
    /// It could not be opened or broke.
    Broken(Trouble),
}

/// Follows one verification until it is final or `stop` is signalled.
pub async fn follow(store: Rc<Store>, id: String, stop: AbortSignal) {
    let mut backoff = Backoff::default();
    let mut again = false;
    while !stop.aborted() {
        match listen(&store, &id, &stop, &mut backoff, again).await {
            End::Over => return,
            End::Broken(trouble) if !is_worth_a_try(&trouble) => {
                store.change(|state| state.alert = Some(trouble.say_live()));
                return;
            }
            End::Broken(_) | End::Closed => {}
        }
        again = true;
        let wait = backoff.failed(js_sys::Math::random());
        if backoff.is_worth_saying() && !stop.aborted() {
            store.change(|state| state.interrupted = true);
        }
        sleep(wait).await;
        while is_hidden() && !stop.aborted() {
            sleep(HIDDEN_MS).await;
        }
    }
}

/// A refused token was good a moment ago: the next attempt brings a new one.
fn is_worth_a_try(trouble: &Trouble) -> bool {
    trouble.may_pass() || matches!(trouble, Trouble::Refused(problem) if problem.status == 401)
}

async fn listen(store: &Store, id: &str, stop: &AbortSignal, backoff: &mut Backoff, again: bool) -> End {
    let Ok(connection) = AbortController::new() else {
        return End::Over;
    };
    let stopper = connection.clone();
    let on_stop = Closure::<dyn FnMut()>::new(move || stopper.abort());
    stop.set_onabort(Some(on_stop.as_ref().unchecked_ref()));
    let end = read_stream(store, id, &connection, backoff, again).await;
    stop.set_onabort(None);
    connection.abort();
    if stop.aborted() { End::Over } else { end }
}

async fn read_stream(
    store: &Store,
    id: &str,
    connection: &AbortController,
    backoff: &mut Backoff,
    again: bool,
) -> End {
    let signal = connection.signal();
    let response = match store.client.events(id, &signal).await {
        Ok(response) => response,
        Err(trouble) => return End::Broken(trouble),
    };
    // What happened while nobody listened.
    if again
        && let Ok(view) = store.client.read(id).await
        && heard(store, &signal, view)
    {
        return End::Over;
    }
    let reader = response
        .body()
        .and_then(|body| body.get_reader().dyn_into::<ReadableStreamDefaultReader>().ok());
    let Some(reader) = reader else {
        return End::Broken(Trouble::ServiceUnreadable(response.status()));
    };
    let mut parser = Parser::default();
    while let Some(chunk) = next_chunk(&reader, connection).await {
        backoff.succeeded();
        if store.peek(|state| state.interrupted) && !signal.aborted() {
            store.change(|state| state.interrupted = false);
        }
        for message in parser.push(&chunk) {
            if message.event == EVENT_NAME
                && let Some(view) = wire::verification(&json::parse(&message.data))
                && heard(store, &signal, view)
            {
                return End::Over;
            }
        }
    }
    End::Closed
}

/// Passes a message on; true when it was the last one.
fn heard(store: &Store, signal: &AbortSignal, view: VerificationView) -> bool {
    let is_last = signal.aborted() || view.status.is_final();
    if !signal.aborted() {
        store.apply(view);
    }
    is_last
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
