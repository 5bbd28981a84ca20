//! When the session ends, in a page of an ordinary Leptos app, and data of the application in a server function.

#![expect(clippy::unwrap_used, reason = "tests")]

use axum::{
    Router,
    body::Body,
    http::{Method, StatusCode, header},
    routing,
};
use axum_auth0::{AppData, CurrentUser};
use leptos::prelude::*;
use leptos_auth0::{
    AuthError, SessionEndTime, SessionExpiry, SessionLimit, SignedIn, provide_auth, use_user,
};
use leptos_axum::{LeptosRoutes as _, generate_route_list};
use leptos_router::{
    SsrMode, StaticSegment,
    components::{FlatRoutes, Route, Router as Pages},
};
use serde::{Deserialize, Serialize};
use test_support::{Browser, SITE, TestApp, TestResponse};

type TestEnv = test_support::TestEnv<Site>;

const DAY: i64 = 86_400;

#[derive(Default, Serialize, Deserialize)]
struct Theme {
    name: String,
}

impl AppData for Theme {
    const KEY: &'static str = "theme";
}

#[server(prefix = "/api", endpoint = "theme")]
async fn set_theme(name: String) -> Result<String, AuthError> {
    let user = leptos_auth0::server::require_user()?;
    let previous = user
        .update_session(|theme: &mut Theme| std::mem::replace(&mut theme.name, name.clone()))
        .await?;
    Ok(previous)
}

#[component]
fn App() -> impl IntoView {
    provide_auth();
    let user = use_user();
    let end = user.session_end();
    let limit = end.map(|end| match end.limit {
        SessionLimit::Inactivity => "inactivity",
        SessionLimit::Absolute => "absolute",
        _ => "provider",
    });
    view! {
        <Pages>
            <SignedIn><SessionExpiry/></SignedIn>
            <p id="end">{limit} "@" {end.map(|end| end.at)}</p>
            <FlatRoutes fallback=|| ()>
                <Route path=StaticSegment("page") view=|| "a page" ssr=SsrMode::Async/>
            </FlatRoutes>
            <SessionEndTime/>
        </Pages>
    }
}

#[derive(Default)]
struct Site;

impl TestApp for Site {
    fn router(&self) -> Router {
        let options = LeptosOptions::builder().output_name("site").build();
        let document = {
            let options = options.clone();
            move || {
                let options = options.clone();
                view! {
                    <!DOCTYPE html>
                    <html>
                        <head><HydrationScripts options/></head>
                        <body><App/></body>
                    </html>
                }
            }
        };
        Router::new()
            .leptos_routes(&options, generate_route_list(App), document)
            .route("/whoami", routing::get(who))
            .with_state(options)
    }
}

async fn who(axum::Extension(user): axum::Extension<CurrentUser>) -> String {
    match user {
        CurrentUser::SignedIn(user) => user.subject().to_owned(),
        _ => "anonymous".to_owned(),
    }
}

async fn call(browser: &mut Browser, name: &str) -> TestResponse {
    let request = browser
        .request(Method::POST, "/api/theme")
        .header(header::ORIGIN, SITE)
        .header("sec-fetch-site", "same-origin")
        .header(header::ACCEPT, "application/json")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let body = Body::from(format!("name={name}"));
    browser.send(request.body(body).unwrap()).await
}

#[tokio::test]
async fn a_page_says_when_the_session_ends_and_holds_the_notice() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    let page = browser.get("/page").await.body;
    let end = env.clock_now() + DAY;
    let page_end = format!("inactivity<!>@<!>{end}");
    assert!(page.replace("<!---->", "<!>").contains(&page_end), "{page}");
    assert!(page.contains("role=\"alertdialog\""), "{page}");
    assert!(page.contains("hidden"), "{page}");
    let (_, text) = page.split_once("<noscript>").unwrap();
    let text = text.split_once("</noscript>").unwrap().0;
    assert!(
        text.starts_with(
            "<p class=\"session-end\">Your session ends in 24 hours, on <time datetime="
        ),
        "{text}"
    );
    assert!(text.ends_with("Each page that you open moves this time.</p>"));
}

#[tokio::test]
async fn a_page_at_the_absolute_limit_says_that_a_login_is_needed() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    for _ in 0..3 {
        env.clock.advance(DAY - 600);
        browser.whoami().await;
    }
    let page = browser.get("/page").await.body;
    assert!(page.contains("absolute"), "{page}");
    assert!(page.contains("Your session ends in 30 minutes"), "{page}");
    assert!(page.contains("Then please log in again."), "{page}");
}

#[tokio::test]
async fn a_page_of_an_anonymous_visitor_says_nothing_about_a_session() {
    let env = TestEnv::new().await;
    let page = env.browser().get("/page").await.body;
    assert!(!page.contains("session-end"), "{page}");
    assert!(!page.contains("alertdialog"), "{page}");
}

#[tokio::test]
async fn a_server_function_keeps_data_in_the_session() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    assert_eq!(call(&mut browser, "dark").await.body, "\"\"");
    assert_eq!(call(&mut browser, "light").await.body, "\"dark\"");
    let anonymous = call(&mut env.browser(), "dark").await;
    assert_eq!(anonymous.status, StatusCode::UNAUTHORIZED);

    env.store.set_failing(&["swap_tokens"]);
    let failed = call(&mut browser, "dark").await;
    assert_eq!(
        failed.status,
        StatusCode::SERVICE_UNAVAILABLE,
        "{}",
        failed.body
    );
    assert!(failed.body.contains("store_unavailable"), "{}", failed.body);
}
