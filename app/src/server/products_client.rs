//! The client of the products API: one user, four calls.

use super::{
    apis::ProductsApi,
    check::NewProduct,
    products_answer::{meaning, of_one},
};
use crate::{AppError, api::products::Products};
use axum_auth0::{ApiClient, SignedInUser};
use serde::Serialize;

/// Calls the products API for one user.
pub(crate) struct ProductsClient(ApiClient<ProductsApi>);

impl ProductsClient {
    /// Calls for `user`, with their access token for this API.
    pub(crate) fn new(user: &SignedInUser) -> Self {
        Self(user.api())
    }

    /// The user's products.
    pub(crate) async fn list(&self) -> Result<Products, AppError> {
        self.0.get(["products"]).json().await.map_err(meaning)
    }

    /// Adds a product. Sent once: a product must not be there twice.
    pub(crate) async fn add(&self, product: &NewProduct) -> Result<(), AppError> {
        let adding = self.0.post(["products"]).json_body(product);
        adding.done().await.map_err(meaning)
    }

    /// Gives the product `id` another name.
    pub(crate) async fn rename(&self, id: &str, name: &str) -> Result<(), AppError> {
        #[derive(Serialize)]
        struct Renamed<'n> {
            name: &'n str,
        }
        let renaming = self.0.patch(["products", id]).json_body(&Renamed { name });
        renaming.safe_to_repeat().done().await.map_err(of_one)
    }

    /// Deletes the product `id`.
    pub(crate) async fn delete(&self, id: &str) -> Result<(), AppError> {
        self.0.delete(["products", id]).done().await.map_err(of_one)
    }
}
