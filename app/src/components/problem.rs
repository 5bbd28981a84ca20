//! An error, shown to the user.

use crate::error::AppError;
use leptos::prelude::*;
use leptos_auth0::{AuthError, LoginLink, use_user};

/// Suffix of a fix that requires a new login, because it changes the content of a login's tokens.
const LAST_STEP: &str = "log in again.";

/// The code of an API that is not configured. The site works without it, so this is not an error.
const ABSENT: &str = "api_not_configured";

/// Shows the error and, if the site's configuration is the cause, how to fix it.
#[component]
pub(crate) fn Problem(
    /// The error.
    error: AppError,
    /// Whether it is that of a form that the user sent before.
    #[prop(optional)]
    of_form: bool,
) -> impl IntoView {
    let text = error.to_string();
    let mut role = "alert";
    let is_signed_in = use_user().is_signed_in();
    let (text, fix, wants_login) = match error {
        AppError::Auth(AuthError::Misconfigured(explanation)) => {
            if explanation.code == ABSENT {
                role = "note";
            }
            let fix = explanation.fix;
            let wants_login = fix.as_ref().is_some_and(|fix| fix.ends_with(LAST_STEP));
            (text, fix, wants_login)
        }
        AppError::Auth(AuthError::SignInRequired) if of_form && is_signed_in => {
            // The login redirected back to the form.
            let text = "Your session had ended, so nothing was saved. Please check what you typed and send it again.";
            (text.to_owned(), None, false)
        }
        AppError::Auth(AuthError::SignInRequired) => (text, None, true),
        AppError::Auth(AuthError::StepUpRequired(login)) if of_form => {
            // The user came back without sending the form.
            let text = if login.acr_values.is_empty() {
                "This needs a recent login, so nothing was done. Send it again to log in first."
            } else {
                "This needs a second factor, so nothing was done. Send it again to give it first."
            };
            (text.to_owned(), None, false)
        }
        _ => (text, None, false),
    };
    view! {
        <div class="notice" role=role>
            <p>{text}</p>
            {fix.map(|fix| view! { <p class="problem-fix"><strong>"How to fix it: "</strong> {fix}</p> })}
            {wants_login.then(|| view! { <p><LoginLink label="Log in again"/></p> })}
        </div>
    }
}
