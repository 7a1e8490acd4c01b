//! The imper.ai Verification field: sends a verification link to the requester of a ticket and shows, live,
//! what becomes of it.
//!
//! The page that carries it calls [`mount`] with an element and a context:
//!
//! ```js
//! import init, { mount } from "./widget.js";
//! await init();
//! mount(element, { table: "incident", sys_id, user_token: g_ck, token_path: "/api/x_imper_verify/v1/verify/agent_token" });
//! ```
//!
//! `logic` decides, `client` and `live` talk, `store` holds, `components` draw. Only `logic` is worth a test
//! without a browser, so everything that can be decided without one is there.

mod browser;
mod client;
mod components;
mod live;
pub mod logic;
mod store;
mod wire;

use std::any::Any;
use std::cell::RefCell;
use std::rc::Rc;

use leptos::prelude::GetValue;
use wasm_bindgen::prelude::*;
use web_sys::{CssStyleSheet, Event, HtmlElement, ShadowRoot, ShadowRootInit, ShadowRootMode};

use client::Client;
use logic::host::HostContext;
use store::Store;

/// The design tokens and every component's sheet, joined by `build.rs`.
const CSS: &str = include_str!(concat!(env!("OUT_DIR"), "/widget.css"));

thread_local! {
    /// Every mounted field by its host element. Dropping a handle unmounts the field.
    static MOUNTED: RefCell<Vec<(HtmlElement, Box<dyn Any>)>> = const { RefCell::new(Vec::new()) };
}

/// Shows the field inside `element`, in a shadow root of its own. `host` is
/// `{table, sys_id, user_token, token_path}`. Mounting again replaces what was there.
///
/// # Errors
/// An `Error` that names the part of `host` that is wrong; the same words stand in the element.
#[wasm_bindgen]
pub fn mount(element: HtmlElement, host: &JsValue) -> Result<(), JsValue> {
    unmount(&element);
    let part = |name| browser::json::text(host, name).unwrap_or_default();
    let context = HostContext {
        table: part("table"),
        sys_id: part("sys_id"),
        user_token: part("user_token"),
        token_path: part("token_path"),
    };
    let context = context.checked().map_err(|error| {
        let words = error.to_string();
        element.set_text_content(Some(&words));
        js_sys::Error::new(&words)
    })?;
    let root = shadow_root(&element)?;
    browser::theme::adopt(&element);
    let inside: HtmlElement = web_sys::window()
        .and_then(|window| window.document())
        .ok_or_else(|| js_sys::Error::new("imper.ai Verification needs a document"))?
        .create_element("div")?
        .unchecked_into();
    root.append_child(&inside)?;
    let client = Client::new(context);
    let place = inside.clone();
    let handle = leptos::mount::mount_to(inside, move || {
        let field = Store::create(client, root);
        listen(&place, field.get_value());
        components::app::app(field)
    });
    MOUNTED.with_borrow_mut(|mounted| mounted.push((element, Box::new(handle))));
    Ok(())
}

/// Hears everything that the agent does in the field. The listener lives as long as the element that it is on.
fn listen(place: &HtmlElement, store: Rc<Store>) {
    let listener =
        Closure::<dyn FnMut(Event)>::new(move |event: Event| components::acts::handle(&store, &event));
    let listener = listener.into_js_value();
    for name in components::acts::EVENTS {
        // Fails only for something that is no function.
        _ = place.add_event_listener_with_callback_and_bool(name, listener.unchecked_ref(), true);
    }
}

/// Takes the field out of `element` and ends its requests. Does nothing when there is none.
#[wasm_bindgen]
pub fn unmount(element: &HtmlElement) {
    let handles =
        MOUNTED.with_borrow_mut(|mounted| mounted.extract_if(.., |(host, _)| host == element).count());
    if handles > 0
        && let Some(root) = element.shadow_root()
    {
        root.set_inner_html("");
    }
}

/// The shadow root of the host, with our sheet and nothing else. A constructed sheet needs no `style-src` in the
/// page's content security policy.
fn shadow_root(element: &HtmlElement) -> Result<ShadowRoot, JsValue> {
    let root = match element.shadow_root() {
        Some(root) => root,
        None => element.attach_shadow(&ShadowRootInit::new(ShadowRootMode::Open))?,
    };
    root.set_inner_html("");
    let sheet = CssStyleSheet::new()?;

    sheet.replace_sync(CSS)?;
    root.set_adopted_style_sheets(&js_sys::Array::of1(&sheet));
    Ok(root)
}
