//! The notice that a session ended while its page was open.

use crate::provide::{use_auth_routes, use_user};
use leptos::prelude::*;

/// Shows that the session ended, with a login link that does not leave the page.
/// `path_and_query` returns the page to log in for.
pub(crate) fn ended_notice(
    path_and_query: impl Fn() -> String + Send + Sync + 'static,
) -> impl IntoView {
    let user = use_user();
    let login = use_auth_routes();
    view! {
        <Show when=move || user.session_ended()>
            <div class="notice session-ended" role="alert">
                <p><strong>"Your session has ended."</strong> " What you typed is still here."</p>
                <p>
                    <a rel="external" target="_blank" href=login.login_url(&path_and_query())>
                        "Log in again in a new tab"
                    </a>
                    ", then come back to this one."
                </p>
            </div>
        </Show>
    }
}
