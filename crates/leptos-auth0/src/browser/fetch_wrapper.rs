//! Wraps `window.fetch`: requests contain the user of the page, and responses contain the user of the request.

use super::refetch::reload;
use crate::{
    location::is_path_of_site,
    page_user::{ANONYMOUS, CURRENT_USER_HEADER, PAGE_USER_HEADER, STEP_UP_HEADER},
    session_end::{RemainingSession, SESSION_EXPIRES_HEADER},
    user_signal::UserSignal,
};
use leptos::{
    prelude::*,
    wasm_bindgen::{JsCast as _, JsValue, closure::Closure},
    web_sys::js_sys::{Function, Reflect},
};
use web_sys::{Request, Response};

/// Replaces `window.fetch`, which all server functions call regardless of type, codec and client. Requests to other
/// sites are forwarded unchanged.
pub(super) fn wrap_fetch(user: UserSignal) -> Result<(), JsValue> {
    let window = window();
    let name = JsValue::from_str("fetch");
    let fetch: Function = Reflect::get(&window, &name)?.unchecked_into();
    let site = window.location().origin()? + "/";
    let then = JsValue::from_str("then");
    let on_response = Closure::<dyn Fn(JsValue) -> JsValue>::new(move |response: JsValue| {
        let headers = response.unchecked_ref::<Response>().headers();
        if let Ok(Some(current)) = headers.get(CURRENT_USER_HEADER) {
            if user.is_page_of(&current)
                && let Ok(Some(end)) = headers.get(SESSION_EXPIRES_HEADER)
            {
                let end = RemainingSession::from_header(&end);
                user.end.set(end.map(RemainingSession::end));
            }
            compare_user(user, &current);
        }
        // The form waits at the server, which sends it after the login.
        if let Ok(Some(login)) = headers.get(STEP_UP_HEADER)
            && is_path_of_site(&login)
        {
            _ = leptos::prelude::window().location().assign(&login);
        }
        response
    });
    let wrapper = move |input: JsValue, init: JsValue| {
        let window = leptos::prelude::window();
        let request =
            Request::new_with_request_and_init(input.unchecked_ref(), init.unchecked_ref());
        let Ok(request) = request else {
            // The original `fetch` reports invalid arguments.
            return fetch.call2(&window, &input, &init);
        };
        if !request.url().starts_with(&site) {
            return fetch.call1(&window, &request);
        }
        let page = user.page.get_untracked().unwrap_or_default();
        request.headers().set(PAGE_USER_HEADER, &page)?;
        let response = fetch.call1(&window, &request)?;
        let then: Function = Reflect::get(&response, &then)?.unchecked_into();
        then.call1(&response, on_response.as_ref())
    };
    let wrapper = Closure::<dyn Fn(JsValue, JsValue) -> Result<JsValue, JsValue>>::new(wrapper);
    Reflect::set(&window, &name, wrapper.as_ref())?;
    wrapper.forget();
    Ok(())
}

/// Compares the user of a response with the user of the page: reloads the page for another user, and fetches the user
/// again if the session ended or began.
fn compare_user(user: UserSignal, current: &str) {
    let is_same = user.is_page_of(current);
    if user.had_session() && !is_same && current != ANONYMOUS {
        // The engine rejected the request, so the response contains no data of the other user.
        return reload();
    }
    let is_shown = if user.ended.get_untracked() {
        current == ANONYMOUS
    } else {
        is_same
    };
    // More responses can arrive until the pending request is complete.
    if !is_shown && !user.pending.get_untracked() {
        user.refetch();
    }
}
