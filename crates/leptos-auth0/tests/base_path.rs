//! An ordinary Leptos app below a path of its host.

#![expect(clippy::unwrap_used, clippy::unused_async, reason = "tests")]

use axum::{Router, http::StatusCode};
use leptos::{form::ActionForm, prelude::*};
use leptos_auth0::{
    AuthError, LoginLink, PageUserField, form_action, provide_auth, site_path, use_base_path,
};
use leptos_axum::{LeptosRoutes as _, generate_route_list};
use leptos_router::{
    SsrMode, StaticSegment,
    components::{FlatRoutes, Route, Router as Pages},
};
use test_support::{TestApp, TestEnvBuilder};

#[server(prefix = "/api", endpoint = "base-path-notes")]
async fn add_note(text: String) -> Result<(), AuthError> {
    if text.is_empty() {
        return Err(AuthError::BadRequest);
    }
    leptos_axum::redirect(&site_path("/notes"));
    Ok(())
}

#[component]
fn NotesPage() -> impl IntoView {
    let add = ServerAction::<AddNote>::new();
    view! {
        <p>"notes"</p>
        <a href=site_path("/")>"home"</a>
        <LoginLink/>
        <ActionForm action=add>
            <PageUserField/>
            <button formaction=form_action(add)>"Add"</button>
        </ActionForm>
    }
}

#[component]
fn App() -> impl IntoView {
    provide_auth();
    view! {
        <Pages base=use_base_path()>
            <FlatRoutes fallback=|| "not found">
                <Route path=StaticSegment("") view=|| "home" ssr=SsrMode::Async/>
                <Route path=StaticSegment("notes") view=NotesPage ssr=SsrMode::Async/>
            </FlatRoutes>
        </Pages>
    }
}

#[derive(Default)]
struct Notes;

impl TestApp for Notes {
    fn router(&self) -> Router {
        let options = LeptosOptions::builder().output_name("notes").build();
        let shell = {
            let options = options.clone();
            move || {
                let options = options.clone();
                view! {
                    <!DOCTYPE html>
                    <html>
                        <head><HydrationScripts options root=use_base_path()/></head>
                        <body><App/></body>
                    </html>
                }
            }
        };
        Router::new()
            .leptos_routes(&options, generate_route_list(App), shell)
            .with_state(options)
    }
}

async fn shop() -> test_support::TestEnv<Notes> {
    TestEnvBuilder::new()
        .set("APP_BASE_URL", "http://localhost:3000/shop")
        .build()
        .await
}

#[tokio::test]
async fn pages_match_below_the_base_path() {
    let env = shop().await;
    let mut browser = env.browser();
    for (path, content) in [
        ("/shop", ">home<"),
        ("/shop?x=1", ">home<"),
        ("/shop/", ">home<"),
        ("/shop/notes", "<p>notes"),
    ] {
        let body = browser.get(path).await.body;
        assert!(body.contains(content), "{path}: {body}");
        assert!(!body.contains("not found"), "{path}: {body}");
    }
}

#[tokio::test]
async fn links_forms_and_scripts_have_the_base_path() {
    let env = shop().await;
    let body = env.browser().get("/shop/notes?page=2").await.body;
    for part in [
        "href=\"/shop\"",
        "href=\"/shop/auth/login?returnTo=%2Fshop%2Fnotes%3Fpage%3D2\"",
        "formaction=\"/shop/api/base-path-notes\"",
        "href=\"/shop/pkg/notes.js\"",
    ] {
        assert!(body.contains(part), "{part}: {body}");
    }
    // The browser finds it in the page.
    let data = body.replace('\\', "");
    assert!(data.contains("\"base_path\":\"/shop\""), "{data}");
}

#[tokio::test]
async fn a_form_returns_below_the_base_path() {
    let env = shop().await;
    let mut browser = env.browser();
    for (text, referer, location) in [
        ("a+note", "http://localhost:3000/shop", "/shop/notes"),
        (
            "",
            "http://localhost:3000/shop/notes?page=2",
            "/shop/notes?page=2",
        ),
        ("", "http://localhost:3000/blog", "/shop"),
    ] {
        let request = browser
            .form("/shop/api/base-path-notes")
            .header("accept", "text/html")
            .header("referer", referer)
            .body(format!("text={text}").into())
            .unwrap();
        let response = browser.send(request).await;
        assert!(response.status.is_redirection(), "{}", response.body);
        assert_eq!(response.location(), location, "{text} {referer}");
    }
    let response = browser.post("/api/base-path-notes", "text=x").await;
    assert_eq!(response.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn without_a_base_path_nothing_is_added() {
    let env = test_support::TestEnv::<Notes>::new().await;
    let body = env.browser().get("/notes").await.body;
    for part in ["href=\"/\"", "returnTo=%2Fnotes\"", "\"/pkg/notes.js\""] {
        assert!(body.contains(part), "{part}: {body}");
    }
    assert!(
        !body.contains("formaction") && !body.contains("base_path"),
        "{body}"
    );
}
