//! Shows an error.

use super::part;
use crate::error::AppError;
use leptos::prelude::*;
use leptos_auth0::{AuthError, LoginLink, Whole, use_user, whole};

/// Suffix of a fix that requires a new login, because it changes the content of a login's tokens.
const LAST_STEP: &str = "log in again.";

/// The code of an API that is not configured. The site works without it, so this is not an error.
const ABSENT: &str = "api_not_configured";

/// Shows the error and, if the site's configuration is the cause, how to fix it.
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
    // If the session ended while the page was open, the page has a login link that preserves the input.
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
