//! Links to the engine's login and logout. Both are plain HTML and work without WASM.

use crate::{location::use_path_and_query, provide::use_auth_routes};
use leptos::prelude::*;

/// A link that logs in and then returns to the page.
///
/// `rel="external"` makes the router ignore it, because the path is a route of the server.
///
/// The props from `screen_hint` to `acr_values` are parameters of the [authorization request]; without them, the provider
/// decides. There is none for `invitation`, which Auth0 puts into the link of an e-mail. A link to an identity provider:
///
/// ```
/// # use leptos::prelude::*;
/// # use leptos_auth0::LoginLink;
/// # #[component] fn WithGoogle() -> impl IntoView {
/// view! { <LoginLink connection="google-oauth2" label="Log in with Google"/> }
/// # }
/// ```
///
/// [authorization request]: https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest
#[component]
pub fn LoginLink(
    /// Path and query to return to; the current page by default.
    #[prop(optional, into)]
    return_to: Option<String>,
    /// CSS classes of the link.
    #[prop(optional, into)]
    class: Option<&'static str>,
    /// Text of the link; "Log in" by default.
    #[prop(optional, into)]
    label: Option<&'static str>,
    /// The form that opens first: `signup` or `login` (Auth0).
    #[prop(optional, into)]
    screen_hint: Option<String>,
    /// The connection to log in with, such as `google-oauth2` (Auth0).
    #[prop(optional, into)]
    connection: Option<String>,
    /// The organization to log in to (Auth0). The login fails if the ID token is for another one.
    #[prop(optional, into)]
    organization: Option<String>,
    /// The user name to fill in.
    #[prop(optional, into)]
    login_hint: Option<String>,
    /// `login`, `select_account`, `consent`, `create` or `none`: what the provider asks the user for.
    #[prop(optional, into)]
    prompt: Option<String>,
    /// The languages of the provider's pages, in order of preference, separated by spaces.
    #[prop(optional, into)]
    ui_locales: Option<String>,
    /// How many seconds ago the user may have authenticated. The login fails if the ID token says more.
    #[prop(optional, into)]
    max_age: Option<String>,
    /// The authentication context classes to use, such as one for multi-factor authentication.
    #[prop(optional, into)]
    acr_values: Option<String>,
) -> impl IntoView {
    let parameters = [
        ("screen_hint", screen_hint),
        ("connection", connection),
        ("organization", organization),
        ("login_hint", login_hint),
        ("prompt", prompt),
        ("ui_locales", ui_locales),
        ("max_age", max_age),
        ("acr_values", acr_values),
    ];
    anchor(return_to, class, label.unwrap_or("Log in"), parameters)
}

/// A link that opens the registration of the provider (`screen_hint=signup`, Auth0) and then returns to the page. At other
/// providers, use [`LoginLink`] with `prompt="create"`.
///
/// ```
/// # use leptos::prelude::*;
/// # use leptos_auth0::SignupLink;
/// # #[component] fn Register() -> impl IntoView {
/// view! { <SignupLink return_to="/welcome"/> }
/// # }
/// ```
#[component]
pub fn SignupLink(
    /// Path and query to return to; the current page by default.
    #[prop(optional, into)]
    return_to: Option<String>,
    /// CSS classes of the link.
    #[prop(optional, into)]
    class: Option<&'static str>,
    /// Text of the link; "Sign up" by default.
    #[prop(optional, into)]
    label: Option<&'static str>,
    /// The connection to register with (Auth0).
    #[prop(optional, into)]
    connection: Option<String>,
    /// The organization to log in to (Auth0).
    #[prop(optional, into)]
    organization: Option<String>,
    /// The e-mail address to fill in.
    #[prop(optional, into)]
    login_hint: Option<String>,
) -> impl IntoView {
    let parameters = [
        ("screen_hint", Some("signup".to_owned())),
        ("connection", connection),
        ("organization", organization),
        ("login_hint", login_hint),
    ];
    anchor(return_to, class, label.unwrap_or("Sign up"), parameters)
}

/// A link to the login route with the parameters that have a value.
fn anchor<const N: usize>(
    return_to: Option<String>,
    class: Option<&'static str>,
    label: &'static str,
    parameters: [(&'static str, Option<String>); N],
) -> impl IntoView {
    let routes = use_auth_routes();
    let path_and_query = use_path_and_query();
    let href = move || {
        let given = parameters.iter();
        let given = given.filter_map(|(name, value)| Some((*name, value.as_deref()?)));
        let return_to = return_to.clone().unwrap_or_else(path_and_query);
        routes.login_url_with(&return_to, given)
    };
    view! { <a rel="external" class=class href=href>{label}</a> }
}

/// A button that logs out, as a plain form that the browser posts to the server.
#[component]
pub fn LogoutButton(
    /// Path and query of the page after the logout; the site's page after a logout by default (`AUTH0_LOGOUT_RETURN_TO`).
    /// Its URL has to be registered at the provider.
    #[prop(optional, into)]
    return_to: Option<String>,
    /// CSS classes of the button.
    #[prop(optional, into)]
    class: Option<&'static str>,
    /// Text of the button; "Log out" by default.
    #[prop(optional, into)]
    label: Option<&'static str>,
) -> impl IntoView {
    view! {
        <form method="post" action=use_auth_routes().logout>
            {return_to.map(|return_to| view! { <input type="hidden" name="returnTo" value=return_to/> })}
            <button type="submit" class=class>{label.unwrap_or("Log out")}</button>
        </form>
    }
}
