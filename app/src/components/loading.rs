//! Parts of a page that load data.

use leptos::prelude::*;
use leptos_auth0::Whole;

/// Shows `waiting` until the resources that `content` reads are loaded, then the result of `content`. The server waits
/// for them. While they reload, the previous content stays visible.
///
/// Has one type for all parts, like [`part`](super::part).
pub(crate) fn loading(
    waiting: &'static str,
    content: impl Fn() -> Whole + Send + Sync + 'static,
) -> impl IntoView {
    of_one_type(waiting, Box::new(content))
}

fn of_one_type(
    waiting: &'static str,
    content: Box<dyn Fn() -> Whole + Send + Sync>,
) -> impl IntoView {
    view! {
        <Transition fallback=move || {
            view! { <p class="loading" aria-busy="true">{waiting}</p> }
        }>{content()}</Transition>
    }
}
