//! How a failure is told.

use super::part;
use crate::AppError;
use leptos::prelude::*;
use leptos_auth0::{AuthError, LoginLink, Whole, use_user, whole};

/// How a fix ends that only a new login completes, since what it changes is part of a login's tokens.
const LAST_STEP: &str = "log in again.";

/// A site may do without an API: nothing went wrong where one is not there.
const ABSENT: &str = "api_not_configured";

/// Says what went wrong and what can be done. Where the site's configuration is the reason, that is the fix.
pub(crate) fn problem(error: AppError) -> Whole {
    let text = error.to_string();
    let mut role = "alert";
    let (fix, wants_login) = match error {
        AppError::Auth(AuthError::Misconfigured(explanation)) => {
            if explanation.code == ABSENT {
                role = "note";
            }
            let wants_login = explanation.fix.ends_with(LAST_STEP);
            (Some(explanation.fix), wants_login)
        }
        AppError::Auth(AuthError::SignInRequired) => (None, true),
        _ => (None, false),
    };
    // Where a session ended under an open page, the page has a way to log in that keeps what was typed.
    let user = use_user();
    let offers_login = move || wants_login && !user.session_ended();
    whole(view! {
        <div class="notice" role=role>
            <p>{text}</p>
            {fix.map(|fix| view! { <p class="problem-fix"><strong>"How to fix it: "</strong> {fix}</p> })}
            {part(move || {
                offers_login().then(|| whole(view! { <p><LoginLink label="Log in again"/></p> }))
            })}
        </div>
    })
}
