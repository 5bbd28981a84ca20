//! How a failure is told.

use crate::AppError;
use leptos::prelude::*;
use leptos_auth0::{AuthError, LoginLink, use_user};

/// Says what went wrong and what can be done. Where the site's configuration is the reason, that is the fix.
#[component]
pub(crate) fn Problem(error: AppError) -> impl IntoView {
    let text = error.to_string();
    let help = match error {
        AppError::Auth(AuthError::Misconfigured(explanation)) => view! {
            <p class="problem-fix"><strong>"How to fix it: "</strong> {explanation.fix}</p>
        }
        .into_any(),
        // Where a session ended under an open page, the page has a way to log in that keeps what was typed.
        AppError::Auth(AuthError::SignInRequired) => {
            let user = use_user();
            (move || {
                (!user.session_ended()).then(|| view! { <p><LoginLink label="Log in again"/></p> })
            })
            .into_any()
        }
        _ => ().into_any(),
    };
    view! {
        <div class="notice" role="alert" data-kind="problem">
            <p>{text}</p>
            {help}
        </div>
    }
    .into_any()
}
