//! The organization that the user is signed in to, and a form that opens another one.

use crate::routes::PROFILE;
use leptos::prelude::*;
use leptos_auth0::{use_auth_routes, use_user};

/// A form of the login route: the login asks the provider for the organization, and returns to this page. It needs no
/// JavaScript.
#[component]
pub(super) fn Organization() -> impl IntoView {
    let user = use_user().get_untracked().unwrap_or_default();
    let current = match user.organization() {
        Some(own) => format!(
            "You are signed in to {}.",
            own.name.as_ref().unwrap_or(&own.id)
        ),
        None => "You are signed in without an organization.".to_owned(),
    };
    view! {
        <section class="organization" aria-labelledby="organization">
            <h2 id="organization">"Organization"</h2>
            <p>{current}</p>
            <form class="fields" method="get" action=use_auth_routes().login>
                <input type="hidden" name="returnTo" value=PROFILE.href()/>
                <div class="field">
                    <label for="organization-name">"Organization, by name or org_id"</label>
                    <input id="organization-name" name="organization" autocomplete="organization" autocapitalize="none" required/>
                </div>
                <div class="field"><button class="button" type="submit">"Switch organization"</button></div>
            </form>
        </section>
    }
}
