//! The resources of the products page. They are loaded on the server, and the browser reads them from the first HTML.

use super::{orders::list_orders, products::list_products};
use crate::{
    error::AppError,
    models::{Order, Product},
};
use leptos::prelude::*;
use leptos_auth0::{ErrorBody, LightJsonEncoding};
use std::{future::Future, pin::Pin};

/// One of the two lists, or the error instead.
///
/// One type for both, so that the WASM contains its code only once.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, miniserde::Deserialize)]
pub(crate) struct Listing {
    products: Option<Vec<Product>>,
    orders: Option<Vec<Order>>,
    error: Option<ErrorBody>,
}

type Loading = Pin<Box<dyn Future<Output = Listing> + Send>>;

impl Listing {
    /// Loads the user's products, initially on the server.
    pub(crate) fn of_products() -> Resource<Self, LightJsonEncoding> {
        Self::resource(|| {
            Box::pin(async {
                match list_products().await {
                    Ok(list) => Self {
                        products: Some(list.products),
                        ..Self::default()
                    },
                    Err(error) => Self::failed(error),
                }
            })
        })
    }

    /// Loads the user's orders, initially on the server.
    pub(crate) fn of_orders() -> Resource<Self, LightJsonEncoding> {
        Self::resource(|| {
            Box::pin(async {
                match list_orders().await {
                    Ok(list) => Self {
                        orders: Some(list.orders),
                        ..Self::default()
                    },
                    Err(error) => Self::failed(error),
                }
            })
        })
    }

    fn resource(load: fn() -> Loading) -> Resource<Self, LightJsonEncoding> {
        Resource::new_with_options(|| (), move |()| load(), false)
    }

    fn failed(error: AppError) -> Self {
        Self {
            error: Some(error.into()),
            ..Self::default()
        }
    }

    /// Returns the products, or the error.
    pub(crate) fn into_products(self) -> Result<Vec<Product>, AppError> {
        let Self {
            products, error, ..
        } = self;
        products.ok_or_else(|| error.unwrap_or_default().into())
    }

    /// Returns the orders, or the error.
    pub(crate) fn into_orders(self) -> Result<Vec<Order>, AppError> {
        let Self { orders, error, .. } = self;
        orders.ok_or_else(|| error.unwrap_or_default().into())
    }
}
