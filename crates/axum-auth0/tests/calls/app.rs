//! An application that hands its user to the test.

use std::sync::{Arc, Mutex};

use axum::{Router, extract::State, routing::get};
use axum_auth0::{Api, CurrentUser, SignedInUser};

pub(crate) struct ProductsApi;

impl Api for ProductsApi {
    const NAME: &'static str = "PRODUCTS";
    const SCOPES: &'static [&'static str] = &["read:products", "write:products"];
}

pub(crate) struct OrdersApi;

impl Api for OrdersApi {
    const NAME: &'static str = "ORDERS";
    const SCOPES: &'static [&'static str] = &["read:orders"];
}

/// An API that the configuration was not told of.
pub(crate) struct UndeclaredApi;

impl Api for UndeclaredApi {
    const NAME: &'static str = "INVOICES";
    const SCOPES: &'static [&'static str] = &[];
}

#[derive(Clone, Default)]
pub(crate) struct App {
    user: Arc<Mutex<Option<SignedInUser>>>,
}

impl App {
    pub(crate) fn router(&self) -> Router {
        Router::new()
            .route("/whoami", get(whoami))
            .route("/hand-over", get(hand_over))
            .with_state(self.clone())
    }

    /// The user of the last request at `/hand-over`.
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
