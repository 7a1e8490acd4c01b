//! Live status: one stream from the verification service for the newest verification, opened again with a
//! fresh token whenever it ends. ServiceNow itself is never polled; it is asked for a token when the last one
//! has run out, and not while nobody looks.

use std::rc::Rc;
use std::time::Duration;

use js_sys::{Reflect, Uint8Array};
use leptos::prelude::*;
use shared::agent_api::{EVENT_NAME, VerificationView};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, AbortSignal, ReadableStreamDefaultReader};

use crate::browser::{is_hidden, json, sleep};
use crate::client::Client;
use crate::logic::backoff::Backoff;
use crate::logic::sse::Parser;
use crate::logic::trouble::{Doing, Trouble};
use crate::store::Field;

/// The service sends at least a comment every 15 seconds. Silence for so long means a connection that died
/// without saying so, as after sleep or a change of network.
const SILENCE: Duration = Duration::from_secs(45);
/// How often a hidden page looks whether it is seen again.
const HIDDEN_MS: u32 = 1_000;

/// Why a stream ended.
enum End {
    /// It is over: final, stopped, or the verification is gone.
    Over,
    /// It was open, and closed: usual when the token has run out.
    Closed,
    /// It could not be opened or broke.
    Broken(Trouble),
}

/// Follows one verification until it is final or `stop` is signalled.
pub async fn follow(field: Field, client: Rc<Client>, id: String, stop: AbortSignal) {
    let mut backoff = Backoff::default();
    let mut again = false;
    while !stop.aborted() {
        match listen(field, &client, &id, &stop, &mut backoff, again).await {
            End::Over => return,
            End::Closed => {}
            End::Broken(trouble) if !trouble.may_pass() && !is_stale_token(&trouble) => {
                if !stop.aborted() {
                    field.alert.try_set(Some(format!(
                        "Live updates have stopped. {}",
                        trouble.say(Doing::Loading).replace(" Nothing was sent.", "")
                    )));
                }
                return;
            }
            End::Broken(_) => {}
        }
        again = true;
        let wait = backoff.failed(js_sys::Math::random());
        if !stop.aborted() {
            field.interrupted.try_set(backoff.is_worth_saying());
        }
        sleep(wait).await;
        while is_hidden() && !stop.aborted() {
            sleep(HIDDEN_MS).await;
        }
    }
}

/// A refused token was good a moment ago; the next attempt brings a new one.
fn is_stale_token(trouble: &Trouble) -> bool {
    matches!(trouble, Trouble::Refused(problem) if problem.status == 401)
}

async fn listen(
    field: Field,
    client: &Client,
    id: &str,
    stop: &AbortSignal,
    backoff: &mut Backoff,
    again: bool,
) -> End {
    let Ok(connection) = AbortController::new() else {
        return End::Over;
    };
    let stopper = connection.clone();
    let on_stop = wasm_bindgen::closure::Closure::<dyn FnMut()>::new(move || stopper.abort());
    // Only a missing EventTarget could make this fail, and a signal is one.
    _ = stop.add_event_listener_with_callback("abort", on_stop.as_ref().unchecked_ref());
    let end = read_stream(field, client, id, stop, &connection, backoff, again).await;
    _ = stop.remove_event_listener_with_callback("abort", on_stop.as_ref().unchecked_ref());
    connection.abort();
    if stop.aborted() { End::Over } else { end }
}

async fn read_stream(
    field: Field,
    client: &Client,
    id: &str,
    stop: &AbortSignal,
    connection: &AbortController,
    backoff: &mut Backoff,
    again: bool,
) -> End {
    let response = match client.events(id, &connection.signal()).await {
        Ok(response) => response,
        Err(trouble) => return End::Broken(trouble),
    };
    // What happened while nobody listened.
    if again && let Ok(view) = client.read(id).await {
        let is_final = view.status.is_final();
        if stop.aborted() {
            return End::Over;
        }
        field.apply(view);
        if is_final {
            return End::Over;
        }
    }
    let reader = response
        .body()
        .and_then(|body| body.get_reader().dyn_into::<ReadableStreamDefaultReader>().ok());
    let Some(reader) = reader else {
        return End::Broken(Trouble::ServiceUnreadable(response.status()));
    };
    let mut parser = Parser::default();
    while let Some(chunk) = next_chunk(&reader, connection).await {
        if stop.aborted() {
            return End::Over;
        }
        backoff.succeeded();
        field.interrupted.try_set(false);
        for message in parser.push(&chunk) {
            if message.event != EVENT_NAME {
                continue;
            }
            let Some(view) = json::parse::<VerificationView>(&message.data) else {
                continue;
            };
            let is_final = view.status.is_final();
            field.apply(view);
            if is_final {
                return End::Over;
            }
        }
    }
    End::Closed
}

/// The next bytes; `None` at the end, after an error, and after too long a silence.
async fn next_chunk(reader: &ReadableStreamDefaultReader, connection: &AbortController) -> Option<Vec<u8>> {
    let silent = connection.clone();
    let watchdog = set_timeout_with_handle(move || silent.abort(), SILENCE);
    let read = JsFuture::from(reader.read()).await;
    if let Ok(watchdog) = watchdog {
        watchdog.clear();
    }
    let chunk = Reflect::get(&read.ok()?, &JsValue::from_str("value")).ok()?;
    // `value` is undefined at the end.
    chunk.dyn_into::<Uint8Array>().ok().map(|bytes| bytes.to_vec())
}
