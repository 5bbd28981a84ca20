//! Token exchange: a token for another API on behalf of the user.

use axum_auth0::SignedInUser;
use reqwest::header::AUTHORIZATION;

use crate::{OrdersApi, error::PageError};

/// The API sees in `act` that the application acts for the user.
pub(crate) async fn page(user: SignedInUser) -> Result<String, PageError> {
    let token = user.exchange_token::<OrdersApi>().await?;
    let response = reqwest::Client::new()
        .get(token.base_url().clone())
        .header(AUTHORIZATION, token.authorization()?)
        .send()
        .await?;
    Ok(response.error_for_status()?.text().await?)
}
