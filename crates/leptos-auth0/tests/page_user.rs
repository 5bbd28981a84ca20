//! A page belongs to the user that it was rendered for: an ordinary Leptos app that uses only `provide_auth` and
//! `PageUserField` of this crate, below the engine.

#![expect(clippy::unwrap_used, clippy::unused_async, reason = "tests")]

use std::sync::atomic::{AtomicUsize, Ordering};

use axum::{
    Router,
    body::Body,
    http::{Method, StatusCode, header},
    routing,
};
use axum_auth0::{CURRENT_USER_HEADER, CurrentUser, PAGE_USER_FIELD, PAGE_USER_HEADER};
use leptos::{form::ActionForm, prelude::*, server_fn::codec::GetUrl};
use leptos_auth0::{AuthError, PageUserField, provide_auth};
use leptos_axum::{LeptosRoutes as _, generate_route_list};
use leptos_router::{
    SsrMode, StaticSegment,
    components::{FlatRoutes, Route, Router as Pages},
};
use test_support::{Browser, SITE, TestApp, TestResponse};

type TestEnv = test_support::TestEnv<Notes>;

/// Notes that were added.
static ADDED: AtomicUsize = AtomicUsize::new(0);

/// A server function without an error type of this crate.
#[server(prefix = "/api", endpoint = "notes")]
async fn add_note(text: String) -> Result<(), ServerFnError> {
    assert_eq!(text, "a note");
    ADDED.fetch_add(1, Ordering::SeqCst);
    Ok(())
}

#[server(prefix = "/api", endpoint = "notes", input = GetUrl)]
async fn whose_notes() -> Result<String, AuthError> {
    Ok(leptos_auth0::server::require_user()?.subject().to_owned())
}

#[component]
fn NotesPage() -> impl IntoView {
    let add = ServerAction::<AddNote>::new();
    // Not blocking: a page that streams sends the form first.
    let whose = Resource::new(
        || (),
        |()| async {
            whose_notes()
                .await
                .unwrap_or_else(|error| error.to_string())
        },
    );
    view! {
        <ActionForm action=add>
            <PageUserField/>
            <input name="text"/>
        </ActionForm>
        <Suspense>{move || whose.get()}</Suspense>
    }
}

#[component]
fn App() -> impl IntoView {
    provide_auth();
    view! {
        <Pages>
            <FlatRoutes fallback=|| ()>
                <Route path=StaticSegment("notes") view=NotesPage ssr=SsrMode::OutOfOrder/>
                <Route path=StaticSegment("in-order") view=NotesPage ssr=SsrMode::InOrder/>
            </FlatRoutes>
        </Pages>
    }
}

fn shell(options: LeptosOptions) -> impl IntoView {
    view! {
        <!DOCTYPE html>
        <html>
            <head><HydrationScripts options/></head>
            <body><App/></body>
        </html>
    }
}

#[derive(Default)]
struct Notes;

impl TestApp for Notes {
    fn router(&self) -> Router {
        let options = LeptosOptions::builder().output_name("notes").build();
        let document = {
            let options = options.clone();
            move || shell(options.clone())
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

/// Returns the value of the hidden field of a page, and checks it against the header of the page.
fn page_user(page: &TestResponse) -> String {
    let field = format!("name=\"{PAGE_USER_FIELD}\" value=\"");
    let (_, rest) = page
        .body
        .split_once(&field)
        .unwrap_or_else(|| panic!("{}", page.body));
    let value = rest.split_once('"').unwrap().0.to_owned();
    assert_eq!(page.header(CURRENT_USER_HEADER), Some(&*value));
    value
}

async fn call(browser: &mut Browser, method: Method, page: &str) -> TestResponse {
    let body = if method == Method::POST {
        "text=a+note"
    } else {
        ""
    };
    let request = browser
        .request(method, "/api/notes")
        .header(header::ORIGIN, SITE)
        .header("sec-fetch-site", "same-origin")
        .header(header::ACCEPT, "application/json")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(PAGE_USER_HEADER, page);
    browser.send(request.body(Body::from(body)).unwrap()).await
}

async fn post_form(browser: &mut Browser, page: &str) -> TestResponse {
    let request = browser
        .form("/api/notes")
        .header(header::ACCEPT, "text/html,*/*;q=0.8")
        .header("sec-fetch-mode", "navigate")
        .header(header::REFERER, format!("{SITE}/notes"));
    let body = format!("{PAGE_USER_FIELD}={page}&text=a+note");
    browser.send(request.body(Body::from(body)).unwrap()).await
}

/// One test, because `ADDED` counts for the whole process.
#[tokio::test]
async fn an_action_form_and_server_functions_of_alices_page_do_nothing_once_bob_is_signed_in() {
    let env = TestEnv::new().await;
    for path in ["/notes", "/in-order"] {
        let mut browser = env.logged_in("alice").await;
        let page = browser.get(path).await;
        assert_eq!(page.status, StatusCode::OK);
        let hers = page_user(&page);
        let before = ADDED.load(Ordering::SeqCst);

        // Her own page works, with and without JavaScript.
        let response = post_form(&mut browser, &hers).await;
        assert_eq!(response.status, StatusCode::FOUND, "{}", response.body);
        let response = call(&mut browser, Method::POST, &hers).await;
        assert_eq!(response.status, StatusCode::OK, "{}", response.body);
        assert_eq!(ADDED.load(Ordering::SeqCst), before + 2);

        browser.log_in(&env.provider, "bob").await;
        for method in [Method::POST, Method::GET] {
            let response = call(&mut browser, method, &hers).await;
            assert_eq!(response.status, StatusCode::CONFLICT);
            // The error that the server function returns in the browser.
            let error = AuthError::de(response.body.clone().into());
            assert_eq!(error, AuthError::UserChanged);
        }
        let response = post_form(&mut browser, &hers).await;
        assert_eq!(response.status, StatusCode::CONFLICT);
        assert!(
            response.body.contains("href=\"/notes\""),
            "{}",
            response.body
        );
        assert_eq!(ADDED.load(Ordering::SeqCst), before + 2);

        let his = page_user(&browser.get(path).await);
        assert_ne!(his, hers);
        let response = call(&mut browser, Method::GET, &his).await;
        assert_eq!(response.body, "\"auth0|bob\"");
    }
}

#[tokio::test]
async fn the_page_of_an_anonymous_visitor_names_no_user() {
    let env = TestEnv::new().await;
    let mut browser = env.browser();
    assert_eq!(page_user(&browser.get("/notes").await), "anonymous");
}
