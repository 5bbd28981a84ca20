//! The browser's half of a page guard.

use super::visibility::shown_while;
use crate::{
    UserResource, half,
    login_url::{here_untracked, login_url, use_here},
    use_user, whole,
};
use leptos::prelude::*;
use std::sync::Arc;

/// A page for signed-in users.
///
/// On the server the guard of `axum-auth0` answers first; this is the browser's half, for navigation inside the app:
/// - nobody is signed in when the page is opened: a full navigation to the login, which comes back here;
/// - the session ends while the page is open: the page stays, so that nothing typed into it is lost, and says so. The
///   login opens in a tab of its own; back on this one, the page goes on.
///
/// It is not what keeps data safe: every server function has its own guard.
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
    let here = here_untracked();
    if user.is_unavailable_untracked() {
        return whole(view! {
            <div role="alert" class="notice">
                <p>"Your login cannot be checked at the moment."</p>
                <p><a rel="external" href=here>"Try again"</a></p>
            </div>
        });
    }
    let login = login_url(&here);
    half::leave_to(&login);
    whole(view! {
        <p class="notice">
            "This page is for signed-in users. " <a rel="external" href=login>"Log in"</a>
        </p>
    })
}

/// Says that the session ended, and offers to log in again without leaving the page.
#[component]
fn SessionEndedNotice() -> impl IntoView {
    let here = use_here();
    let notice = move || {
        whole(view! {
            <div class="notice session-ended" role="alert">
                <p><strong>"Your session has ended."</strong> " What you typed is still here."</p>
                <p>
                    <a rel="external" target="_blank" href=login_url(&here())>
                        "Log in again in a new tab"
                    </a>
                    ", then come back to this one."
                </p>
            </div>
        })
    };
    shown_while(UserResource::session_ended, Arc::new(notice))
}
