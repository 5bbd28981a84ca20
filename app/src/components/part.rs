//! Parts of a page that are shown conditionally.

use leptos::prelude::*;
use leptos_auth0::Whole;
use std::sync::Arc;

/// Shows the result of `content`, and updates when it changes.
///
/// Equivalent to the closure itself, but with one type for all parts, so that the WASM contains its code only once.
pub(crate) fn part(content: impl Fn() -> Option<Whole> + Send + Sync + 'static) -> impl IntoView {
    of_one_type(Arc::new(content))
}

fn of_one_type(content: Arc<dyn Fn() -> Option<Whole> + Send + Sync>) -> impl IntoView {
    move || content()
}
