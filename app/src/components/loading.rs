//! Parts of a page that load data.

use leptos::prelude::*;

/// Shows `message` until the resources that the children read are loaded. A page that does not stream waits for them.
#[component]
pub(crate) fn Loading(
    /// The text while waiting.
    message: &'static str,
    /// The content.
    children: ChildrenFn,
) -> impl IntoView {
    view! {
        <Suspense fallback=move || view! { <p class="loading" aria-busy="true">{message}</p> }>
            {children()}
        </Suspense>
    }
}
