//! Parts of a page for signed-in users and for anonymous visitors. They do not protect data; guards run on the server.

use crate::{
    half::{Whole, whole},
    provide::use_user,
    user_signal::UserSignal,
};
use leptos::prelude::*;
use std::sync::Arc;

/// Shows its children while a user is signed in.
#[component]
pub fn SignedIn<C>(
    /// Content for signed-in users.
    children: TypedChildrenFn<C>,
) -> impl IntoView
where
    C: IntoView + 'static,
{
    let children = children.into_inner();
    shown_while(
        UserSignal::is_signed_in,
        Arc::new(move || whole(children())),
    )
}

/// Shows its children while no user is signed in. Shows nothing if the session lookup failed.
#[component]
pub fn SignedOut<C>(
    /// Content for anonymous visitors.
    children: TypedChildrenFn<C>,
) -> impl IntoView
where
    C: IntoView + 'static,
{
    let children = children.into_inner();
    shown_while(
        UserSignal::is_signed_out,
        Arc::new(move || whole(children())),
    )
}

/// Shows `children` conditionally. Not generic, so that the WASM contains its code only once.
pub(super) fn shown_while(
    condition: fn(UserSignal) -> bool,
    content: Arc<dyn Fn() -> Whole + Send + Sync>,
) -> impl IntoView {
    let user = use_user();
    let shown = Memo::new(move |_| condition(user));
    move || shown.get().then(|| content())
}
