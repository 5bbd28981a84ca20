//! The server functions.

use leptos::{prelude::*, server_fn::codec::GetUrl};
use serde::{Deserialize, Serialize};

use crate::AppError;

#[cfg(feature = "ssr")]
const MAX_PIECES: u32 = 10;

/// A product of the user.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Product {
    pub name: String,
}

/// Lists the user's products. `?` converts both `AuthError` and `ApiError`.
#[server(input = GetUrl)]
pub async fn list_products() -> Result<Vec<Product>, AppError> {
    let user = leptos_auth0::server::require_user()?;
    let call = user
        .api::<crate::products_api::ProductsApi>()
        .get(["products"]);
    Ok(call.send().await?.json()?)
}

/// Orders a product.
#[server]
pub async fn order(name: String, pieces: u32) -> Result<(), AppError> {
    if pieces > MAX_PIECES {
        return Err(AppError::TooMany { max: MAX_PIECES });
    }
    let products = list_products().await?;
    if products.iter().any(|product| product.name == name) {
        Ok(())
    } else {
        Err(AppError::NoSuchProduct { name })
    }
}
