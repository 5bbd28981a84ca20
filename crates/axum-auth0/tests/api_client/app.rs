//! An application that passes the user of a request to the test.

use std::sync::{Arc, Mutex};

use axum::{Router, extract::State, routing::get};
use axum_auth0::{CurrentUser, SignedInUser};
use test_support::TestApp;

#[derive(Clone, Default)]
pub(crate) struct App {
    user: Arc<Mutex<Option<SignedInUser>>>,
}

pub(crate) type TestEnv = test_support::TestEnv<App>;
pub(crate) type TestEnvBuilder = test_support::TestEnvBuilder<App>;

impl TestApp for App {
    fn router(&self) -> Router {
        Router::new()
            .route("/whoami", get(whoami))
            .route("/hand-over", get(hand_over))
            .with_state(self.clone())
    }
}

impl App {
    /// Returns the user of the last request to `/hand-over`.
    pub(crate) fn user(&self) -> SignedInUser {
        self.user.lock().unwrap().take().unwrap()
    }
}

async fn whoami(axum::Extension(user): axum::Extension<CurrentUser>) -> String {
    match user {
        CurrentUser::SignedIn(user) => user.subject().to_owned(),
        CurrentUser::Anonymous => "anonymous".to_owned(),
        CurrentUser::Unavailable => "unknown".to_owned(),
    }
}

async fn hand_over(State(app): State<App>, user: SignedInUser) {
    *app.user.lock().unwrap() = Some(user);
}
