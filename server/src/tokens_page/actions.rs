//! The buttons of the page: plain forms that redirect back to it.

use app::server::{OrdersApi, ProductsApi};
use axum::{
    Form,
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use axum_auth0::{Api, SignedInUser, TokenError, TokenOptions};
use http::StatusCode;
use serde::Deserialize;

use super::{PATH, action_error::ActionError, site::Site};

/// The fields of a button that requests a token.
#[derive(Debug, Deserialize)]
pub(super) struct RenewForm {
    /// The API, by the prefix of its variables.
    api: String,
    /// The scopes beyond those of the API's configuration, separated by spaces.
    scope: String,
}

/// Requests a new access token for an API, even if one is cached: `POST /tokens/renew`. Responds with 404 if the site has
/// no such API.
pub(super) async fn renew(
    State(site): State<Site>,
    user: SignedInUser,
    Form(form): Form<RenewForm>,
) -> Response {
    let result = match form.api.as_str() {
        ProductsApi::ENV_PREFIX => renew_token::<ProductsApi>(&user, &form.scope).await,
        OrdersApi::ENV_PREFIX => renew_token::<OrdersApi>(&user, &form.scope).await,
        _ => return (StatusCode::NOT_FOUND, "the site has no such API\n").into_response(),
    };
    site.redirect_back(result)
}

/// Revokes the refresh token of this login at the provider: `POST /tokens/revoke`.
pub(super) async fn revoke(State(site): State<Site>, user: SignedInUser) -> Response {
    site.redirect_back(user.revoke_refresh_token().await)
}

async fn renew_token<A: Api>(user: &SignedInUser, scope: &str) -> Result<(), TokenError> {
    let options = TokenOptions {
        force_refresh: true,
        extra_scopes: scope.split_whitespace().map(str::to_owned).collect(),
        ..TokenOptions::default()
    };
    user.access_token_with::<A>(options).await?;
    Ok(())
}

impl Site {
    /// Redirects to the page, with the code of the error in the query, or to the login if the session has ended.
    fn redirect_back(&self, result: Result<(), TokenError>) -> Response {
        let page = self.path(PATH);
        match result {
            Ok(()) => Redirect::to(&page).into_response(),
            Err(TokenError::SignInRequired) => self.login_redirect(),
            Err(error) => {
                let code = ActionError::from(&error).code();
                Redirect::to(&format!("{page}?error={code}")).into_response()
            }
        }
    }

    /// Redirects to the login, which returns to the page.
    pub(super) fn login_redirect(&self) -> Response {
        Redirect::to(&self.login_path()).into_response()
    }
}
