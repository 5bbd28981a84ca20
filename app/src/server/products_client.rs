//! The client of the products API.

use super::{
    apis::ProductsApi,
    products_error::{map_error, map_item_error},
    validation::NewProduct,
};
use crate::{error::AppError, models::Products};
use axum_auth0::{ApiClient, SignedInUser};
use serde::Serialize;

/// A client of the products API for one user.
pub(crate) struct ProductsClient(ApiClient<ProductsApi>);

impl ProductsClient {
    /// Creates a client that uses the access token of `user`.
    pub(crate) fn new(user: &SignedInUser) -> Self {
        Self(user.api())
    }

    /// Returns the user's products.
    pub(crate) async fn list(&self) -> Result<Products, AppError> {
        let response = self.0.get(["products"]).send().await.map_err(map_error)?;
        response.json().map_err(map_error)
    }

    /// Adds a product. The call is never retried, so that the product is not added twice.
    pub(crate) async fn add(&self, product: &NewProduct) -> Result<(), AppError> {
        let request = self.0.post(["products"]).json(product);
        request.send().await.map_err(map_error)?;
        Ok(())
    }

    /// Renames the product `id`.
    pub(crate) async fn rename(&self, id: &str, name: &str) -> Result<(), AppError> {
        #[derive(Serialize)]
        struct Renamed<'n> {
            name: &'n str,
        }
        let request = self.0.patch(["products", id]).json(&Renamed { name });
        request.idempotent().send().await.map_err(map_item_error)?;
        Ok(())
    }

    /// Deletes the product `id`.
    pub(crate) async fn delete(&self, id: &str) -> Result<(), AppError> {
        let request = self.0.delete(["products", id]);
        request.send().await.map_err(map_item_error)?;
        Ok(())
    }
}
