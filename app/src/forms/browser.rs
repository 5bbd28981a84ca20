//! Submits the forms of the products page from the browser; `forms::server` is its counterpart.

use super::types::{Done, FormState, Returned};
use crate::{error::AppError, half};
use gloo_net::http::Request;
use leptos::{
    prelude::*,
    server_fn::error::ServerFnErrorErr,
    task::spawn_local,
    wasm_bindgen::JsCast as _,
    web_sys::{FormData, HtmlFormElement, SubmitEvent, UrlSearchParams},
};

/// Reads the form that failed without JavaScript from the page's HTML. A page opened inside the app has none.
pub(super) fn returned_form() -> Returned {
    let mut returned = Returned::default();
    returned.form.key = half::random_digits();
    returned
}

/// Submits a form without leaving the page.
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
                        half::focus("[aria-invalid='true']");
                    }
                }
            }
        });
    }
}

/// Gives the form a new idempotency key, if it has one, because the next submission is another order.
fn renew_key(form: &HtmlFormElement) {
    if let Ok(Some(key)) = form.query_selector("[name=idempotency_key]") {
        _ = key.set_attribute("value", &half::random_digits());
    }
}

/// Submits the form and returns its value of `name`.
async fn post(form: &HtmlFormElement) -> Result<String, AppError> {
    let unreachable = || AppError::from_server_fn_error(ServerFnErrorErr::Request(String::new()));
    let typed = FormData::new_with_form(form).map_err(|_| unreachable())?;
    let name = typed.get("name").as_string().unwrap_or_default();
    let body =
        UrlSearchParams::new_with_str_sequence_sequence(&typed).map_err(|_| unreachable())?;
    let response = Request::post(&form.action())
        .header("accept", "application/json")
        .body(body)
        .map_err(|_| unreachable())?
        .send()
        .await
        .map_err(|_| unreachable())?;
    if response.ok() {
        return Ok(name);
    }
    let body = response.text().await.map_err(|_| unreachable())?;
    Err(AppError::de(body.into()))
}
