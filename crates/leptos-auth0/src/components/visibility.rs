//! Parts of a page for those who are signed in, and for those who are not. What they show is no secret: guards are
//! on the server.

use super::at_once;
use crate::{UserResource, use_user};
use leptos::prelude::*;
use std::sync::Arc;

/// Shows its children while a user is signed in.
#[component]
pub fn SignedIn<C>(
    /// For signed-in users.
    children: TypedChildrenFn<C>,
) -> impl IntoView
where
    C: IntoView + 'static,
{
    let children = children.into_inner();
    shown_while(
        UserResource::is_signed_in,
        Arc::new(move || at_once(children())),
    )
}

/// Shows its children while it is known that nobody is signed in.
#[component]
pub fn SignedOut<C>(
    /// For everyone else.
    children: TypedChildrenFn<C>,
) -> impl IntoView
where
    C: IntoView + 'static,
{
    let children = children.into_inner();
    shown_while(
        UserResource::is_signed_out,
        Arc::new(move || at_once(children())),
    )
}

/// Not generic, so that the browser has to load its code once only.
pub(super) fn shown_while(
    condition: fn(UserResource) -> bool,
    content: Arc<dyn Fn() -> AnyView + Send + Sync>,
) -> impl IntoView {
    let user = use_user();
    let shown = Memo::new(move |_| condition(user));
    move || shown.get().then(|| content())
}
