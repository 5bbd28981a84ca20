//! The grants besides code and refresh token, against a fake provider whose responses the tests modify.

#![expect(clippy::unwrap_used, reason = "tests")]

mod client_token;

use axum::{Router, routing::get};
use axum_auth0::CurrentUser;
use test_support::TestApp;

type TestEnv = test_support::TestEnv<App>;
type TestEnvBuilder = test_support::TestEnvBuilder<App>;

/// The application in which a user logs in.
#[derive(Default)]
struct App;

impl TestApp for App {
    fn router(&self) -> Router {
        Router::new().route("/whoami", get(whoami))
    }
}

async fn whoami(user: CurrentUser) -> String {
    match user {
        CurrentUser::SignedIn(user) => user.subject().to_owned(),
        _ => "anonymous".to_owned(),
    }
}
