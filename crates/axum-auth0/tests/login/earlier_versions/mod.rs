//! Two versions side by side: this one reads the sessions and tokens of an earlier one.

use std::fmt::Write as _;

use axum::{Router, body::Body, routing::get};
use axum_auth0::{Auth0, SignedInUser, clock::MockClock};
use http::{Request, StatusCode, header};
use test_support::ProductsApi;
use tower::ServiceExt as _;

/// What an earlier version wrote.
struct Written {
    database: &'static str,
    cookie: &'static str,
    secret: &'static str,
    /// A time soon after the login, in seconds since 1970.
    now: i64,
}

const SCHEMA_2: Written = Written {
    database: include_str!("schema-2.sql"),
    cookie: "session=ME5z5lMbsmzXqwoz8zxr6A",
    secret: "a-secret-of-an-earlier-version-0123456789abcdef",
    now: 1_795_949_700,
};

/// Returns the user, the length of the access token, and what is known about the session.
async fn describe(user: SignedInUser) -> String {
    let name: String = user.claim("name").unwrap_or_default();
    let mut text = format!("{} {name}", user.subject());
    match user.access_token::<ProductsApi>().await {
        Ok(token) => {
            let parts = token.expose().split('.').count();
            _ = write!(text, ", a token of {parts} parts for {}", token.audience());
        }
        Err(error) => _ = write!(text, ", {error}"),
    }
    text
}

/// Opens the database with this version.
async fn open(written: &Written, path: &std::path::Path) -> Router {
    let auth0 = Auth0::builder()
        .domain("http://127.0.0.1:4000/")
        .client("leptos-auth0-sample", "client-secret-0123456789abcdef")
        .secret(written.secret)
        .base_url("http://localhost:3300")
        .audience("https://products.example.com")
        .set("PRODUCTS_API_URL", "http://127.0.0.1:4001")
        .set("AUTH0_SESSION_STORE", format!("sqlite:{}", path.display()))
        .login_api::<ProductsApi>()
        .clock(MockClock::at(written.now))
        .build()
        .await
        .unwrap();
    auth0.wrap(Router::new().route("/", get(describe)))
}

#[tokio::test]
async fn sessions_and_tokens_of_schema_2_are_read_and_stay_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sessions.db");
    let database = rusqlite::Connection::open(&path).unwrap();
    database.execute_batch(SCHEMA_2.database).unwrap();
    let rows = |sql: &str| -> Vec<u8> { database.query_row(sql, [], |row| row.get(0)).unwrap() };
    let sealed = [
        rows("SELECT tokens FROM logins"),
        rows("SELECT record FROM records"),
    ];

    let site = open(&SCHEMA_2, &path).await;
    for _ in 0..2 {
        let request = Request::get("/")
            .header(header::HOST, "localhost:3300")
            .header(header::COOKIE, SCHEMA_2.cookie)
            .header("sec-fetch-site", "none")
            .body(Body::empty());
        let response = site.clone().oneshot(request.unwrap()).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        let body = axum::body::to_bytes(response.into_body(), 1_000).await;
        assert_eq!(
            String::from_utf8_lossy(&body.unwrap()),
            "auth0|alice Alice Example, a token of 3 parts for https://products.example.com"
        );
    }
    // The earlier version still runs, and reads them as well.
    let now = [
        rows("SELECT tokens FROM logins"),
        rows("SELECT record FROM records"),
    ];
    assert_eq!(now, sealed);
}
