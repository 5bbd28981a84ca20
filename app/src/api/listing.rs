//! The lists of the products page, on their way from the first HTML to the browser.

use super::{
    orders::{Order, list_orders},
    products::{Product, list_products},
};
use crate::AppError;
use leptos::prelude::*;
use leptos_auth0::{ErrorBody, LightJsonEncoding};
use std::{future::Future, pin::Pin};

/// A list as a page has it: one of the two, or why it is not there.
///
/// One type for both, so that the browser has to load its code once only.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, miniserde::Deserialize)]
pub(crate) struct Listing {
    products: Option<Vec<Product>>,
    orders: Option<Vec<Order>>,
    error: Option<ErrorBody>,
}

type Loading = Pin<Box<dyn Future<Output = Listing> + Send>>;

impl Listing {
    /// The user's products; loaded at first on the server.
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

    /// The user's orders; loaded at first on the server.
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

    /// The products, or why there are none.
    pub(crate) fn into_products(self) -> Result<Vec<Product>, AppError> {
        let Self {
            products, error, ..
        } = self;
        products.ok_or_else(|| error.unwrap_or_default().into())
    }

    /// The orders, or why there are none.
    pub(crate) fn into_orders(self) -> Result<Vec<Order>, AppError> {
        let Self { orders, error, .. } = self;
        orders.ok_or_else(|| error.unwrap_or_default().into())
    }
}
