//! Parts of a page for those who are signed in, and for those who are not. What they show is no secret: guards are
//! on the server.

use crate::{UserResource, Whole, use_user, whole};
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
        Arc::new(move || whole(children())),
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
        Arc::new(move || whole(children())),
    )
}

/// Not generic, so that the browser has to load its code once only.
pub(super) fn shown_while(
    condition: fn(UserResource) -> bool,
    content: Arc<dyn Fn() -> Whole + Send + Sync>,
) -> impl IntoView {
    let user = use_user();
    let shown = Memo::new(move |_| condition(user));
    move || shown.get().then(|| content())
}
