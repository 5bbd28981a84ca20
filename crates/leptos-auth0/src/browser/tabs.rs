//! Tells the other tabs of the browser that a page was opened, that the session was used, and that the user logged out.

use crate::user_signal::UserSignal;
use leptos::{
    prelude::*,
    wasm_bindgen::{JsCast as _, JsValue, closure::Closure},
    web_sys::js_sys::Reflect,
};
use web_sys::{BroadcastChannel, Element, Event};

/// The channel of the tabs. A message is the page user of the sender, or [`LOGOUT`]. It only makes other tabs ask the
/// server, so a message of another script of the site does no harm.
const CHANNEL: &str = "auth0-session";

/// The message of a tab in which the user logged out.
const LOGOUT: &str = "logout";

/// Opens the channel, and announces the user of this page.
pub(super) fn join(user: UserSignal) {
    let routes = user.routes();
    // Sites below different paths of a host share its channels.
    let Ok(channel) = BroadcastChannel::new(&[CHANNEL, &routes.base_path].concat()) else {
        // Then a page asks the server when it becomes visible.
        return;
    };
    user.channel.set_value(Some(channel));
    on_message(user, move |message| receive(user, message));
    announce_logout(user);
    let path = window().location().pathname().unwrap_or_default();
    if !user.had_session() && path == routes.signed_out {
        post(user, LOGOUT);
    } else {
        announce_user(user);
    }
}

/// Tells the other tabs that the user of this page has used the session.
pub(super) fn announce_user(user: UserSignal) {
    let page = user.page.get_untracked();
    if let Some(page) = page {
        post(user, &page);
    }
}

/// Calls `receive` for the messages of other tabs.
pub(super) fn on_message(user: UserSignal, receive: impl Fn(&str) + 'static) {
    let listener = Closure::<dyn Fn(Event)>::new(move |event: Event| {
        let data = Reflect::get(&event, &JsValue::from_str("data"));
        if let Some(message) = data.ok().and_then(|data| data.as_string()) {
            receive(&message);
        }
    });
    user.channel.with_value(|channel| {
        if let Some(channel) = channel {
            _ = channel
                .add_event_listener_with_callback("message", listener.as_ref().unchecked_ref());
        }
    });
    listener.forget();
}

fn receive(user: UserSignal, message: &str) {
    if !user.had_session() {
        return;
    }
    if message == LOGOUT {
        user.logged_out.set_value(true);
        user.refetch();
    } else if !user.is_page_of(message) || user.ended.get_untracked() {
        user.refetch();
    }
}

/// Announces a logout when the browser leaves this page for it. By then, the server has ended the session: the browser
/// shows the next page when its response arrives.
fn announce_logout(user: UserSignal) {
    let logout = user.routes().logout;
    let is_leaving = StoredValue::new(false);
    for name in ["submit", "click"] {
        let selector = format!("form[action^='{logout}'], a[href^='{logout}']");
        _ = window_event_listener_untyped(name, move |event| {
            let target = event
                .target()
                .and_then(|target| target.dyn_into::<Element>().ok());
            if target.is_some_and(|target| matches!(target.closest(&selector), Ok(Some(_)))) {
                is_leaving.set_value(true);
            }
        });
    }
    _ = window_event_listener_untyped("pagehide", move |_| {
        if is_leaving.get_value() {
            is_leaving.set_value(false);
            post(user, LOGOUT);
        }
    });
}

fn post(user: UserSignal, message: &str) {
    user.channel.with_value(|channel| {
        if let Some(channel) = channel {
            _ = channel.post_message(&JsValue::from_str(message));
        }
    });
}
