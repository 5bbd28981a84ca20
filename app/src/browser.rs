//! The browser's half of what the pages need from their surroundings; `server::half` is the other.

use crate::{
    AppError,
    components::{Done, FormState},
    forms::Returned,
};
use gloo_net::http::Request;
use leptos::{
    prelude::*,
    server_fn::error::ServerFnErrorErr,
    task::spawn_local,
    wasm_bindgen::JsCast as _,
    web_sys::{FormData, HtmlElement, HtmlFormElement, SubmitEvent, UrlSearchParams, js_sys::Math},
};

/// Tells tests, and style sheets, that the page is alive: `data-hydrated="1"` on `<html>`.
pub(crate) fn mark_hydrated() {
    if let Some(html) = document().document_element() {
        _ = html.set_attribute("data-hydrated", "1");
    }
}

/// Names the browser's tab.
pub(crate) fn set_title(title: &str) {
    document().set_title(title);
}

/// Moves the focus to the first element that matches, once the page is on the screen.
pub(crate) fn focus(selector: &str) {
    let selector = selector.to_owned();
    request_animation_frame(move || {
        if let Some(element) = find(&selector) {
            _ = element.focus();
        }
    });
}

fn find(selector: &str) -> Option<HtmlElement> {
    document().query_selector(selector).ok()??.dyn_into().ok()
}

/// Says what was done, in the page's status line.
pub(crate) fn announce(text: &str) {
    if let Some(line) = find("#done") {
        line.set_text_content(Some(text));
    }
}

/// Statuses are the server's.
pub(crate) fn set_status(_: u16) {}

/// What a form posted without JavaScript comes back with is found in the page; another page of the app has had none.
pub(crate) fn returned_form() -> Returned {
    let mut returned = Returned::default();
    returned.form.key = random_digits();
    returned
}

/// Tells the orders of one person apart. It is no secret.
fn random_digits() -> String {
    Math::random().to_bits().to_string()
}

/// Sends a form as the browser would, and stays on the page.
pub(crate) fn submit(event: &SubmitEvent, state: FormState, done: Done) {
    event.prevent_default();
    let form = event.target().and_then(|form| form.dyn_into().ok());
    if let Some(form) = form
        && !state.pending.get_untracked()
    {
        state.pending.set(true);
        spawn_local(async move {
            let outcome = post(&form).await;
            state.pending.set(false);
            match outcome {
                Ok(name) => {
                    state.error.set(None);
                    form.reset();
                    renew_key(&form);
                    done(name);
                }
                Err(error) => {
                    let field = matches!(error, AppError::Invalid(_));
                    state.error.set(Some(error));
                    if field {
                        focus("[aria-invalid='true']");
                    }
                }
            }
        });
    }
}

/// What is sent next from a form with a key is something else than what was sent before.
fn renew_key(form: &HtmlFormElement) {
    if let Ok(Some(key)) = form.query_selector("[name=idempotency_key]") {
        _ = key.set_attribute("value", &random_digits());
    }
}

/// Posts what was typed; returns what was typed as `name`.
async fn post(form: &HtmlFormElement) -> Result<String, AppError> {
    let unreachable = || AppError::from_server_fn_error(ServerFnErrorErr::Request(String::new()));
    let typed = FormData::new_with_form(form).map_err(|_| unreachable())?;
    let name = typed.get("name").as_string().unwrap_or_default();
    let body =
        UrlSearchParams::new_with_str_sequence_sequence(&typed).map_err(|_| unreachable())?;
    let answer = Request::post(&form.action())
        .header("accept", "application/json")
        .body(body)
        .map_err(|_| unreachable())?
        .send()
        .await
        .map_err(|_| unreachable())?;
    if answer.ok() {
        return Ok(name);
    }
    let body = answer.text().await.map_err(|_| unreachable())?;
    Err(AppError::de(body.into()))
}
