//! Asks the server for the current user again.

use crate::{
    current_user::current_user,
    page_user::ANONYMOUS,
    user_signal::{RefetchReason, UserSignal, page_user},
};
use leptos::{prelude::*, task::spawn_local, wasm_bindgen::JsCast as _};
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;

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
        if leave_after_logout(user, current.is_some()).await {
            return;
        }
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
    use crate::page_user::CURRENT_USER_HEADER;
    use leptos::server_fn::ServerFn as _;
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
        if leave_after_logout(user, current != ANONYMOUS).await {
            return;
        }
        if user.is_page_of(&current) {
            user.ended.set(false);
        } else if current == ANONYMOUS && reason == RefetchReason::Requested {
            user.set(None);
        } else {
            reload();
        }
    });
}

/// Leaves the page if its user logged out in another tab, so that nothing of their data stays on the screen. Returns
/// whether it does.
///
/// A page that does not require a user is loaded again. For another one, that would start a login, and a provider whose
/// own session still lasts would sign the user in again.
async fn leave_after_logout(user: UserSignal, is_signed_in: bool) -> bool {
    if is_signed_in {
        user.logged_out.set_value(false);
        return false;
    }
    if !user.logged_out.get_value() {
        return false;
    }
    // From now on, this is no page of the user.
    user.page.set(Some(ANONYMOUS.to_owned()));
    let href = window().location().href().unwrap_or_default();
    // The guard responds to a script with 401.
    let page = JsFuture::from(window().fetch_with_str(&href)).await;
    if page.is_ok_and(|page| page.unchecked_ref::<Response>().ok()) {
        reload();
    } else {
        _ = window().location().replace(&user.routes().signed_out);
    }
    true
}

pub(super) fn reload() {
    _ = window().location().reload();
}
