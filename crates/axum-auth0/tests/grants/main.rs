//! The grants besides code and refresh token, against a fake provider whose responses the tests modify.

#![expect(clippy::unwrap_used, reason = "tests")]

mod backchannel_login;
mod client_token;
mod connections;
mod dpop;
mod external_tokens;
mod mtls;
mod on_behalf;
mod session_transfer;
mod unused_tokens;

use std::collections::HashMap;

use axum::{
    Router,
    extract::{Path, Query},
    response::Redirect,
    routing::get,
};
use axum_auth0::{
    AccessToken, Api, ConnectionTokenError, CurrentUser, SignedInUser, TokenError, TokenExchange,
    TokenExchangeError, TokenOptions, TokenType, jwt,
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use test_support::{OrdersApi, TestApp};

type TestEnv = test_support::TestEnv<App>;
type TestEnvBuilder = test_support::TestEnvBuilder<App>;

const HOUR: i64 = 3_600;

/// The application in which a user logs in.
#[derive(Default)]
struct App;

impl TestApp for App {
    fn router(&self) -> Router {
        Router::new()
            .route("/whoami", get(whoami))
            .route("/orders", get(orders))
            .route("/orders/on-behalf", get(on_behalf))
            .route("/orders/on-behalf/again", get(on_behalf_again))
            .route("/connections/{connection}", get(connection))
            .route("/shop", get(shop))
            .route("/customer", get(customer))
    }
}

async fn whoami(user: CurrentUser) -> String {
    match user {
        CurrentUser::SignedIn(user) => user.subject().to_owned(),
        _ => "anonymous".to_owned(),
    }
}

async fn orders(user: SignedInUser) -> Result<String, TokenError> {
    Ok(describe(&user.access_token::<OrdersApi>().await?))
}

async fn on_behalf(user: SignedInUser) -> Result<String, TokenError> {
    Ok(describe(&user.exchange_token::<OrdersApi>().await?))
}

async fn on_behalf_again(user: SignedInUser) -> Result<String, TokenError> {
    let token = user.exchange_token::<OrdersApi>().await?;
    let options = TokenOptions::instead_of(&token);
    Ok(describe(
        &user.exchange_token_with::<OrdersApi>(options).await?,
    ))
}

async fn connection(
    user: SignedInUser,
    Path(connection): Path<String>,
    Query(query): Query<HashMap<String, String>>,
) -> Result<String, ConnectionTokenError> {
    let login_hint = query.get("login_hint").map(String::as_str);
    let token = user
        .access_token_for_connection(&connection, login_hint)
        .await?;
    Ok(json!({
        "fingerprint": fingerprint(token.expose()),
        "scope": token.scope(),
        "expires_at": token.expires_at(),
    })
    .to_string())
}

/// Transfers the session of the user to another site.
async fn shop(user: SignedInUser) -> Result<Redirect, TokenExchangeError> {
    let token = user.session_transfer_token(Some("acme")).await?;
    let url = token.login_url("https://shop.example.com/auth/login?returnTo=%2Fcart");
    Ok(Redirect::to(url.unwrap().as_str()))
}

/// Transfers the session of a customer, whose user this one helps.
async fn customer(
    user: SignedInUser,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Redirect, TokenExchangeError> {
    let subject = query.get("subject").cloned().unwrap_or_default();
    let kind = TokenType::custom("urn:example:customer").unwrap();
    let exchange = TokenExchange::new(subject, kind);
    let token = user
        .session_transfer_token_for(exchange, Some("Ticket 1234"))
        .await?;
    let url = token.login_url("https://shop.example.com/auth/login");
    Ok(Redirect::to(url.unwrap().as_str()))
}

fn fingerprint(token: &str) -> String {
    format!("{:x}", Sha256::digest(token))
}

/// Describes a token without revealing it.
fn describe<A: Api>(token: &AccessToken<A>) -> String {
    json!({ "fingerprint": fingerprint(token.expose()), "claims": claims(token.expose()) })
        .to_string()
}

/// Returns the claims of a JWT; `null` for an opaque token.
fn claims(token: &str) -> Value {
    jwt::decode_unverified(token).map_or(Value::Null, |claims| {
        Value::Object(claims.unverified().as_map().clone())
    })
}
