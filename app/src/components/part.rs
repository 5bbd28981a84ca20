//! Parts of a page that come and go.

use leptos::prelude::*;
use leptos_auth0::Whole;
use std::sync::Arc;

/// Shows what `content` returns, and again whenever that changes.
///
/// The same as the closure itself, but of one type for all parts: the browser has to load its code once only.
pub(crate) fn part(content: impl Fn() -> Option<Whole> + Send + Sync + 'static) -> impl IntoView {
    of_one_type(Arc::new(content))
}

fn of_one_type(content: Arc<dyn Fn() -> Option<Whole> + Send + Sync>) -> impl IntoView {
    move || content()
}
