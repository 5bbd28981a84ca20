//! The calls of a page say for whom it was rendered, and their answers for whom they are.

use crate::{UserResource, page_user::ANONYMOUS};
use leptos::{
    prelude::*,
    wasm_bindgen::{JsCast as _, JsValue, closure::Closure},
    web_sys::js_sys::{Function, Reflect},
};
use web_sys::{Request, Response};

/// `axum_auth0::PAGE_USER_HEADER`.
const PAGE_USER_HEADER: &str = "auth0-page-user";

/// `axum_auth0::CURRENT_USER_HEADER`.
const CURRENT_USER_HEADER: &str = "auth0-current-user";

/// Puts itself around `window.fetch`, which server functions call: whatever their type, codec and client, and whatever
/// else of the page calls this site. Calls of other sites are passed on as they are.
pub(super) fn watch(user: UserResource) -> Result<(), JsValue> {
    let window = window();
    let name = JsValue::from_str("fetch");
    let fetch: Function = Reflect::get(&window, &name)?.unchecked_into();
    let site = window.location().origin()? + "/";
    let then = JsValue::from_str("then");
    let answered = Closure::<dyn Fn(JsValue) -> JsValue>::new(move |response: JsValue| {
        let headers = response.unchecked_ref::<Response>().headers();
        if let Ok(Some(now)) = headers.get(CURRENT_USER_HEADER) {
            notice(user, &now);
        }
        response
    });
    let call = move |input: JsValue, init: JsValue| {
        let window = leptos::prelude::window();
        let request =
            Request::new_with_request_and_init(input.unchecked_ref(), init.unchecked_ref());
        let Ok(request) = request else {
            // The browser says in its own way what is wrong with it.
            return fetch.call2(&window, &input, &init);
        };
        if !request.url().starts_with(&site) {
            return fetch.call1(&window, &request);
        }
        let page = user.page.get_untracked().unwrap_or_default();
        request.headers().set(PAGE_USER_HEADER, &page)?;
        let answer = fetch.call1(&window, &request)?;
        let then: Function = Reflect::get(&answer, &then)?.unchecked_into();
        then.call1(&answer, answered.as_ref())
    };
    let call = Closure::<dyn Fn(JsValue, JsValue) -> Result<JsValue, JsValue>>::new(call);
    Reflect::set(&window, &name, call.as_ref())?;
    call.forget();
    Ok(())
}

/// Draws the conclusion from an answer that was given to the user `now`.
fn notice(user: UserResource, now: &str) {
    let is_same = user
        .page
        .with_untracked(|page| page.as_deref() == Some(now));
    if user.had_session() && !is_same && now != ANONYMOUS {
        // The answer was a refusal. Nothing of it belongs into this page.
        return super::reload();
    }
    let is_shown = if user.ended.get_untracked() {
        now == ANONYMOUS
    } else {
        is_same
    };
    if !is_shown {
        super::refetch_once(user);
    }
}
