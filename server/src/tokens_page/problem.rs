//! A problem and its fix.

use axum_auth0::Diagnosis;
use leptos::prelude::*;

/// Shows a diagnosis, as in the log and on the error page.
pub(super) fn problem(diagnosis: &Diagnosis) -> impl IntoView + use<> {
    let (code, cause, fix) = (diagnosis.code(), diagnosis.cause(), diagnosis.fix());
    view! {
        <div class="fault" role="group" aria-label="What is wrong">
            <p>{cause}</p>
            <p><strong>"How to fix it: "</strong> {fix}</p>
            <p class="small">"Code: " <code>{code.as_str()}</code></p>
        </div>
    }
}
