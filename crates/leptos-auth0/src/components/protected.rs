//! The browser part of a page guard.

use super::session_ended::ended_notice;
use crate::{
    location::{path_and_query_untracked, use_path_and_query},
    platform,
    provide::{use_auth_routes, use_user},
};
use leptos::prelude::*;

/// A page that requires a signed-in user.
///
/// On the server, the page guard of `axum-auth0` responds first. This component handles navigation inside the app:
/// - If no user is signed in when the page is opened, the browser navigates to the login, which returns here.
/// - If the session ends while the page is open, the page stays and shows a notice, so that form input is not lost. The
///   login opens in another tab; when the user returns to this one, the page continues.
///
/// It does not protect data: every server function needs its own guard.
#[component]
pub fn Protected(
    /// The page.
    children: Children,
) -> impl IntoView {
    let user = use_user();
    if user.had_session() {
        return view! {
            {ended_notice(use_path_and_query())}
            {children()}
        }
        .into_any();
    }
    let path_and_query = path_and_query_untracked();
    if user.is_unavailable_untracked() {
        return view! {
            <div role="alert" class="notice">
                <p>"Your login cannot be checked at the moment."</p>
                <p><a rel="external" href=path_and_query>"Try again"</a></p>
            </div>
        }
        .into_any();
    }
    let login = use_auth_routes().login_url(&path_and_query);
    platform::leave_to(&login);
    view! {
        <p class="notice">
            "This page is for signed-in users. " <a rel="external" href=login>"Log in"</a>
        </p>
    }
    .into_any()
}
