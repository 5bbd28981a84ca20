//! The browser part of a page guard.

use super::visibility::shown_while;
use crate::{
    half::{self, whole},
    location::{path_and_query_untracked, use_path_and_query},
    provide::{use_auth_routes, use_user},
    user_signal::UserSignal,
};
use leptos::prelude::*;
use std::sync::Arc;

/// A page that requires a signed-in user.
///
/// On the server, the page guard of `axum-auth0` responds first. This component handles navigation inside the app:
/// - If no user is signed in when the page is opened, the browser navigates to the login, which returns here.
/// - If the session ends while the page is open, the page stays and shows a notice, so that form input is not lost. The
///   login opens in another tab; when the user returns to this one, the page continues.
///
/// It does not protect data: every server function needs its own guard.
#[component]
pub fn Protected<C>(
    /// The page.
    children: TypedChildren<C>,
) -> impl IntoView
where
    C: IntoView + 'static,
{
    let children = children.into_inner();
    let user = use_user();
    if user.had_session() {
        return whole(view! {
            <SessionEndedNotice/>
            {children()}
        });
    }
    let path_and_query = path_and_query_untracked();
    if user.is_unavailable_untracked() {
        return whole(view! {
            <div role="alert" class="notice">
                <p>"Your login cannot be checked at the moment."</p>
                <p><a rel="external" href=path_and_query>"Try again"</a></p>
            </div>
        });
    }
    let login = use_auth_routes().login_url(&path_and_query);
    half::leave_to(&login);
    whole(view! {
        <p class="notice">
            "This page is for signed-in users. " <a rel="external" href=login>"Log in"</a>
        </p>
    })
}

/// Shows that the session ended, with a login link that does not leave the page.
#[component]
fn SessionEndedNotice() -> impl IntoView {
    let routes = use_auth_routes();
    let path_and_query = use_path_and_query();
    let notice = move || {
        whole(view! {
            <div class="notice session-ended" role="alert">
                <p><strong>"Your session has ended."</strong> " What you typed is still here."</p>
                <p>
                    <a rel="external" target="_blank" href=routes.login_url(&path_and_query())>
                        "Log in again in a new tab"
                    </a>
                    ", then come back to this one."
                </p>
            </div>
        })
    };
    shown_while(UserSignal::session_ended, Arc::new(notice))
}
