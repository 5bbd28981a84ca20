//! The Tokens page, for development only: a tree of what a login holds on the server, from the login and its refresh token
//! to the access tokens of each API. Problems are shown at their place, with a fix.
//!
//! It is a plain document without scripts. It contains no tokens, nor anything that reveals them.

mod access_token;
mod action_error;
mod actions;
mod api_card;
mod binding;
mod claims;
mod expiry_bar;
mod layout;
mod page;
mod problem;
mod scopes;
mod site;
mod status;
mod timestamp;
mod tree;

use axum::{
    Router,
    routing::{get, post},
};
use axum_auth0::Auth0;
use http::header;
use leptos::config::LeptosOptions;

use self::site::Site;

/// The path of the page. The guard protects it and everything below it.
pub(crate) const PATH: &str = "/tokens";

/// The path of the styles that only this page uses.
const STYLE_PATH: &str = "/tokens/style.css";
const STYLE: &str = include_str!("../../../style/tokens.css");

/// The form action that requests a new access token.
const RENEW_PATH: &str = "/tokens/renew";

/// The form action that revokes the refresh token.
const REVOKE_PATH: &str = "/tokens/revoke";

/// Returns the routes of the page, its stylesheet and its buttons.
pub(crate) fn router(options: LeptosOptions, auth0: Auth0) -> Router {
    let style = ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], STYLE);
    Router::new()
        .route(PATH, get(page::show))
        .route(STYLE_PATH, get(async move || style))
        .route(RENEW_PATH, post(actions::renew))
        .route(REVOKE_PATH, post(actions::revoke))
        .with_state(Site::new(options, auth0))
}
