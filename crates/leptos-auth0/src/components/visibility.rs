//! Parts of a page for those who are signed in, and for those who are not. What they show is no secret: guards are
//! on the server.

use crate::use_user;
use leptos::prelude::*;

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
    let user = use_user();
    let shown = Memo::new(move |_| user.is_signed_in());
    move || shown.get().then(|| children())
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
    let user = use_user();
    let shown = Memo::new(move |_| user.is_signed_out());
    move || shown.get().then(|| children())
}
