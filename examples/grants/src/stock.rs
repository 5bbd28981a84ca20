//! Client credentials: a page for visitors who are not logged in, with data of an API that requires a token.

use axum::extract::State;
use axum_auth0::Auth0;
use reqwest::header::AUTHORIZATION;

use crate::{ProductsApi, error::PageError};

/// The application calls the API with a token of its own. A job without any request would do the same.
pub(crate) async fn page(State(auth0): State<Auth0>) -> Result<String, PageError> {
    let token = auth0.client_token::<ProductsApi>().await?;
    let response = reqwest::Client::new()
        .get(token.base_url().clone())
        .header(AUTHORIZATION, token.authorization()?)
        .send()
        .await?;
    Ok(response.error_for_status()?.text().await?)
}
