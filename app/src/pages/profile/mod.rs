//! The user's claims that pages may contain, and the devices on which the user is signed in.

mod devices;
mod organization;

use devices::Devices;
use leptos::prelude::*;
use leptos_auth0::{User, use_user};
use organization::Organization;

#[component]
pub(crate) fn ProfilePage() -> impl IntoView {
    let user = use_user().get_untracked().unwrap_or_default();
    let rows = claims(&user)
        .into_iter()
        .map(|(claim, value)| view! { <tr><th scope="row"><code>{claim}</code></th><td>{value}</td></tr> })
        .collect_view();
    view! {
        <header class="page-head">
            <h1 tabindex="-1">"Profile"</h1>
            <p class="lede">"What your login provider told this site about you."</p>
        </header>
        <table class="claims">
            <caption class="visually-hidden">"Your claims"</caption>
            <thead>
                <tr><th scope="col">"Claim"</th><th scope="col">"Value"</th></tr>
            </thead>
            <tbody>
                {rows}
            </tbody>
        </table>
        <Organization/>
        <Devices/>
    }
}

/// Returns the present claims with their OpenID Connect names.
fn claims(user: &User) -> Vec<(&'static str, String)> {
    let verified = user
        .email_verified
        .map(|verified| (if verified { "yes" } else { "no" }).to_owned());
    [
        ("sub", Some(user.sub.clone())),
        ("name", user.name.clone()),
        ("nickname", user.nickname.clone()),
        ("given_name", user.given_name.clone()),
        ("family_name", user.family_name.clone()),
        ("email", user.email.clone()),
        ("email_verified", verified),
        ("picture", user.picture.clone()),
        ("org_id", user.organization().map(|own| own.id.clone())),
        (
            "org_name",
            user.organization().and_then(|own| own.name.clone()),
        ),
    ]
    .into_iter()
    .filter_map(|(claim, value)| Some((claim, value?)))
    .collect()
}

#[cfg(test)]
mod tests {
    use super::claims;
    use leptos_auth0::User;

    #[test]
    fn only_present_claims_are_listed() {
        let user = User {
            sub: "auth0|alice".into(),
            email_verified: Some(false),
            ..User::default()
        };
        assert_eq!(
            claims(&user),
            [
                ("sub", "auth0|alice".to_owned()),
                ("email_verified", "no".to_owned())
            ]
        );
    }
}
