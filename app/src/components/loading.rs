//! Parts of a page that wait for their data.

use leptos::prelude::*;
use leptos_auth0::Whole;

/// Shows what `content` returns as soon as the resources that it reads are there, and `waiting` until then. The server
/// waits for them; after that, what is on the page stays until there is something newer.
///
/// Of one type for all parts, like [`part`](super::part).
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
