//! The user's products, from the products API.

use crate::{
    error::AppError,
    models::{Products, StockReport},
};
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

/// Lists the user's products: `GET /api/products`.
///
/// # Errors
/// [`AppError`]; 401 if no user is signed in.
#[server(prefix = "/api", endpoint = "products", input = GetUrl)]
pub async fn list_products() -> Result<Products, AppError> {
    use crate::server::ProductsClient;
    use leptos_auth0::server::{require_user, respond_with_data};

    let user = require_user()?;
    let products = ProductsClient::new(&user).list().await?;
    respond_with_data(<ListProducts as leptos::server_fn::ServerFn>::PATH);
    Ok(products)
}

/// Adds up the user's products: `GET /api/products/report`. Requires the role `manager`.
///
/// # Errors
/// [`AppError`]; 403 without the role.
#[server(name = LoadStockReport, prefix = "/api", endpoint = "products/report", input = GetUrl)]
pub async fn stock_report() -> Result<StockReport, AppError> {
    use crate::{routes::REPORT_ROLE, server::ProductsClient};
    use leptos_auth0::server::{require_role, respond_with_data};

    let user = require_role(REPORT_ROLE)?;
    let products = ProductsClient::new(&user).list().await?;
    respond_with_data(<LoadStockReport as leptos::server_fn::ServerFn>::PATH);
    Ok(StockReport::of(&products.products))
}

/// Adds a product: `POST /api/products`. One of more than 1,000 EUR requires a second factor: the user gives it at the provider,
/// and the form is sent after that.
///
/// # Errors
/// [`AppError`]; [`AppError::Invalid`] names the invalid fields.
#[server(prefix = "/api", endpoint = "products")]
pub async fn add_product(
    name: String,
    category: String,
    price: String,
    stock: String,
) -> Result<(), AppError> {
    use super::redirect_to_products;
    use crate::server::{ProductsClient, validation};
    use leptos_auth0::server::{axum_auth0::StepUp, require_step_up, require_user};

    let user = require_user()?;
    let product = validation::new_product(&name, &category, &price, &stock)?;
    if product.is_expensive() {
        require_step_up(&StepUp::multi_factor())?;
    }
    ProductsClient::new(&user).add(&product).await?;
    redirect_to_products("added");
    Ok(())
}

/// Renames a product: `POST /api/products/rename`.
///
/// # Errors
/// [`AppError`]; [`AppError::NotFound`] if the product does not exist or belongs to another user.
#[server(prefix = "/api", endpoint = "products/rename")]
pub async fn rename_product(id: String, name: String) -> Result<(), AppError> {
    use super::redirect_to_products;
    use crate::server::{ProductsClient, validation};
    use leptos_auth0::server::require_user;

    let user = require_user()?;
    let name = validation::name(&name)?;
    ProductsClient::new(&user).rename(&id, name).await?;
    redirect_to_products("renamed");
    Ok(())
}

/// Deletes a product: `POST /api/products/delete`. Requires a login of the last five minutes: an older one is repeated, and
/// the form is sent after it.
///
/// # Errors
/// [`AppError`]; [`AppError::NotFound`] if the product does not exist or belongs to another user.
#[server(prefix = "/api", endpoint = "products/delete")]
pub async fn delete_product(id: String) -> Result<(), AppError> {
    use super::redirect_to_products;
    use crate::server::ProductsClient;
    use leptos_auth0::server::require_recent_auth;
    use std::time::Duration;

    let user = require_recent_auth(Duration::from_mins(5))?;
    ProductsClient::new(&user).delete(&id).await?;
    redirect_to_products("deleted");
    Ok(())
}
