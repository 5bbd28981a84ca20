//! The server functions of the page.

use crate::{
    AppError, paths,
    server::{OrdersApi, ProductsApi},
};
use axum_auth0::{Api, SignedInUser, TokenOptions};
use leptos::prelude::*;
use leptos_auth0::server::{redirect_after_form, require_user};

/// Requests a new access token for an API, even if one is cached: `POST /api/tokens/renew`. `api` is the API's name, `scope`
/// the scopes beyond those of its configuration, separated by spaces.
///
/// # Errors
/// [`AppError`]; [`AppError::NotFound`] if the site has no such API.
#[server(prefix = "/api", endpoint = "tokens/renew")]
pub async fn renew_token(api: String, scope: String) -> Result<(), AppError> {
    let user = require_user()?;
    match api.as_str() {
        ProductsApi::ENV_PREFIX => renew::<ProductsApi>(&user, &scope).await?,
        OrdersApi::ENV_PREFIX => renew::<OrdersApi>(&user, &scope).await?,
        _ => return Err(AppError::NotFound),
    }
    redirect_after_form(paths::TOKENS);
    Ok(())
}

/// Revokes the refresh token of this login at the provider: `POST /api/tokens/revoke`.
///
/// # Errors
/// [`AppError`].
#[server(prefix = "/api", endpoint = "tokens/revoke")]
pub async fn revoke_token() -> Result<(), AppError> {
    require_user()?.revoke_refresh_token().await?;
    redirect_after_form(paths::TOKENS);
    Ok(())
}

async fn renew<A: Api>(user: &SignedInUser, scope: &str) -> Result<(), AppError> {
    let options = TokenOptions {
        force_refresh: true,
        extra_scopes: scope.split_whitespace().map(str::to_owned).collect(),
        ..TokenOptions::default()
    };
    user.access_token_with::<A>(options).await?;
    Ok(())
}
