//! How a failure is told.

use super::part;
use crate::AppError;
use leptos::prelude::*;
use leptos_auth0::{AuthError, LoginLink, Whole, use_user, whole};

/// Says what went wrong and what can be done. Where the site's configuration is the reason, that is the fix.
pub(crate) fn problem(error: AppError) -> Whole {
    let text = error.to_string();
    let (fix, session_ended) = match error {
        AppError::Auth(AuthError::Misconfigured(explanation)) => (Some(explanation.fix), false),
        AppError::Auth(AuthError::SignInRequired) => (None, true),
        _ => (None, false),
    };
    // Where a session ended under an open page, the page has a way to log in that keeps what was typed.
    let user = use_user();
    let offers_login = move || session_ended && !user.session_ended();
    whole(view! {
        <div class="notice" role="alert" data-kind="problem">
            <p>{text}</p>
            {fix.map(|fix| view! { <p class="problem-fix"><strong>"How to fix it: "</strong> {fix}</p> })}
            {part(move || {
                offers_login().then(|| whole(view! { <p><LoginLink label="Log in again"/></p> }))
            })}
        </div>
    })
}
