//! Pages link to the paths of the engine's configuration.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::sync::Arc;

use axum::{Extension, Router, body::Body};
use axum_auth0::{LOGIN_PARAMETERS, Routes};
use http::Request;
use leptos::prelude::*;
use leptos_auth0::{LoginLink, LogoutButton, Protected, provide_auth};
use leptos_axum::{LeptosRoutes as _, generate_route_list};
use leptos_router::{
    SsrMode, StaticSegment,
    components::{FlatRoutes, Route, Router as Pages},
};
use tower::ServiceExt as _;

#[component]
fn App() -> impl IntoView {
    provide_auth();
    view! {
        <Pages>
            <LoginLink/>
            <LogoutButton/>
            <FlatRoutes fallback=|| ()>
                <Route path=StaticSegment("") view=|| () ssr=SsrMode::Async/>
                <Route path=StaticSegment("hints") view=Hints ssr=SsrMode::Async/>
                <Route
                    path=StaticSegment("private")
                    view=|| view! { <Protected>"private"</Protected> }
                    ssr=SsrMode::Async
                />
            </FlatRoutes>
        </Pages>
    }
}

/// Links with all parameters.
#[component]
fn Hints() -> impl IntoView {
    view! {
        <LoginLink
            return_to="/welcome"
            screen_hint="signup"
            connection="google-oauth2"
            organization="org_1"
            login_hint="a@example.com"
            prompt="login"
            ui_locales="de en"
            max_age="60"
            acr_values="mfa"
        />
        <LogoutButton return_to="/bye?a=1"/>
    }
}

fn site() -> Router {
    let options = LeptosOptions::builder().output_name("routes").build();
    Router::new()
        .leptos_routes(&options, generate_route_list(App), || {
            view! { <!DOCTYPE html><html><head></head><body><App/></body></html> }
        })
        .with_state(options)
}

async fn get(site: Router, path: &str) -> (Option<String>, String) {
    let request = Request::get(path).body(Body::empty()).unwrap();
    let response = site.oneshot(request).await.unwrap();
    let location = response.headers().get("location");
    let location = location.map(|location| location.to_str().unwrap().to_owned());
    let body = axum::body::to_bytes(response.into_body(), 1 << 20).await;
    (location, String::from_utf8(body.unwrap().to_vec()).unwrap())
}

fn configured() -> Router {
    let routes = Routes::default().login("/in").logout("/out").profile("/me");
    let routes = routes.signed_out("/bye");
    site().layer(Extension(Arc::new(routes)))
}

#[tokio::test]
async fn links_and_forms_use_the_configured_paths() {
    let (_, html) = get(configured(), "/").await;
    assert!(html.contains("href=\"/in?returnTo=%2F\""), "{html}");
    assert!(html.contains("action=\"/out\""), "{html}");
    let (location, _) = get(configured(), "/private").await;
    assert_eq!(location.as_deref(), Some("/in?returnTo=%2Fprivate"));
}

#[tokio::test]
async fn the_browser_finds_the_configured_paths_in_the_page() {
    let (_, html) = get(configured(), "/").await;
    let html = html.replace("\\\"", "\"");
    for path in ["\"/in\"", "\"/out\"", "\"/me\"", "\"/bye\""] {
        assert!(html.contains(path), "{html}");
    }
}

#[tokio::test]
async fn without_the_engine_the_paths_are_the_defaults() {
    let (_, html) = get(site(), "/").await;
    assert!(html.contains("href=\"/auth/login?returnTo=%2F\""), "{html}");
    assert!(html.contains("action=\"/auth/logout\""), "{html}");
}

/// Returns the query of the link of `Hints`, without `returnTo`.
async fn query_of_hints() -> String {
    let (_, html) = get(site(), "/hints").await;
    let (_, query) = html.split_once("returnTo=%2Fwelcome&").unwrap();
    let (query, _) = query.split_once('"').unwrap();
    query.replace("amp;", "")
}

#[tokio::test]
async fn a_login_link_has_the_given_parameters() {
    assert_eq!(
        query_of_hints().await,
        "screen_hint=signup&connection=google-oauth2&organization=org_1&login_hint=a%40example.com&prompt=login\
         &ui_locales=de%20en&max_age=60&acr_values=mfa"
    );
}

/// A link sets every parameter that the login route forwards, except the ticket of an invitation, which Auth0 puts into
/// the link of an e-mail.
#[tokio::test]
async fn a_login_link_has_a_prop_for_each_parameter_of_the_login_route() {
    let query = query_of_hints().await;
    let mut props: Vec<_> = query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, _)| name)
        .chain(["invitation"])
        .collect();
    let mut parameters = LOGIN_PARAMETERS.to_vec();
    props.sort_unstable();
    parameters.sort_unstable();
    assert_eq!(props, parameters);
}

#[tokio::test]
async fn a_logout_button_says_where_the_logout_ends() {
    let (_, html) = get(site(), "/hints").await;
    let field = "<input type=\"hidden\" name=\"returnTo\" value=\"/bye?a=1\">";
    assert!(html.contains(field), "{html}");
    let (_, html) = get(site(), "/").await;
    assert!(!html.contains("name=\"returnTo\""), "{html}");
}
