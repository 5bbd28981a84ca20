//! Parts of a page that appear and disappear.

use leptos::prelude::*;
use leptos_auth0::Whole;
use std::sync::Arc;

/// Shows what `content` returns, and updates when that changes.
///
/// The same as the closure itself, but with one type for all parts, so that the WASM contains its code once.
pub(crate) fn part(content: impl Fn() -> Option<Whole> + Send + Sync + 'static) -> impl IntoView {
    of_one_type(Arc::new(content))
}

fn of_one_type(content: Arc<dyn Fn() -> Option<Whole> + Send + Sync>) -> impl IntoView {
    move || content()
}
