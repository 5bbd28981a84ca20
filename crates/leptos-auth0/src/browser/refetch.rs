//! Asks the server for the current user again.

use crate::{
    current_user::current_user,
    user_signal::{RefetchReason, UserSignal, page_user},
};
use leptos::{prelude::*, task::spawn_local};

/// Fetches the user and shows a change in the page. For an app with hydration.
pub(crate) fn fetch_user(user: UserSignal, reason: RefetchReason) {
    let request = user.begin_request();
    spawn_local(async move {
        let response = current_user().await;
        if !user.end_request(request) {
            return;
        }
        // A failed request gives no information about the session.
        let Ok(current) = response else { return };
        let is_same = user.is_page_of(&page_user(current.as_ref()));
        // Another user's page, or a page restored after a logout, is rendered again by the server.
        let may_reload = current.is_some() || reason == RefetchReason::PageRestored;
        if user.had_session() && !is_same && may_reload {
            reload();
        } else {
            user.set(current);
        }
    });
}

/// Compares the user of the session with that of the page. For an app with islands: if another user is signed in, the
/// page is loaded again, because the server renders it.
///
/// The response has the user in a header, so the browser needs no JSON.
#[cfg(feature = "islands")]
pub(crate) fn compare_user(user: UserSignal, reason: RefetchReason) {
    use crate::page_user::{ANONYMOUS, CURRENT_USER_HEADER};
    use leptos::{server_fn::ServerFn as _, wasm_bindgen::JsCast as _};
    use wasm_bindgen_futures::JsFuture;
    use web_sys::Response;

    let request = user.begin_request();
    spawn_local(async move {
        let path = user
            .routes()
            .site_path(crate::current_user::FetchCurrentUser::PATH);
        let response = JsFuture::from(window().fetch_with_str(&path)).await;
        if !user.end_request(request) {
            return;
        }
        let current = response
            .ok()
            .and_then(|response| response.dyn_into::<Response>().ok())
            .and_then(|response| response.headers().get(CURRENT_USER_HEADER).ok()?);
        // A failed request gives no information about the session.
        let Some(current) = current else { return };
        if user.is_page_of(&current) {
            user.ended.set(false);
        } else if current == ANONYMOUS && reason == RefetchReason::Requested {
            user.set(None);
        } else {
            reload();
        }
    });
}

pub(super) fn reload() {
    _ = window().location().reload();
}
