//! What was typed into a form, kept while the form is away from its page.
//!
//! A form posted without JavaScript that fails comes back to its page with its error and with everything typed; see
//! `server/typed_form.rs` for how.

use crate::{AppError, half};
use leptos::prelude::SharedValue;
use leptos_auth0::{ErrorBody, LightJsonEncoding};

/// What was typed into the form for a new product.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, miniserde::Deserialize)]
pub(crate) struct ProductForm {
    pub(crate) name: String,
    pub(crate) category: String,
    pub(crate) price: String,
    pub(crate) stock: String,
}

/// One of the forms for a product that is there already.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, miniserde::Deserialize)]
pub(crate) struct RowForm {
    /// Which product.
    pub(crate) id: String,
    /// Its new name; without one, it was the form that deletes it.
    pub(crate) name: Option<String>,
}

/// One of the forms of the products page, as it was sent: exactly one of the two.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, miniserde::Deserialize)]
pub(crate) struct TypedForm {
    pub(crate) add: Option<ProductForm>,
    pub(crate) row: Option<RowForm>,
}

/// A form that failed without JavaScript, back on its page.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, miniserde::Deserialize)]
pub(crate) struct Returned {
    /// Why it failed, if one did.
    pub(crate) error: Option<ErrorBody>,
    /// Which form it was, if the browser kept that.
    pub(crate) form: TypedForm,
}

impl Returned {
    /// What came back to the page at hand; the browser finds it in the page.
    pub(crate) fn on_this_page() -> Self {
        SharedValue::<_, LightJsonEncoding>::new_with_encoding(half::returned_form).into_inner()
    }

    /// Why a form failed of which nothing else is known.
    pub(crate) fn elsewhere(&self) -> Option<AppError> {
        let known = self.form.add.is_some() || self.form.row.is_some();
        if known { None } else { self.error() }
    }

    /// The text of the form for a new product, and why it failed.
    pub(crate) fn add(&self) -> Option<(ProductForm, AppError)> {
        Some((self.form.add.clone()?, self.error()?))
    }

    /// The new name typed for the product `product`, and why that failed.
    pub(crate) fn rename(&self, product: &str) -> Option<(String, AppError)> {
        let row = self.form.row.as_ref().filter(|row| row.id == product)?;
        Some((row.name.clone()?, self.error()?))
    }

    /// Why deleting the product `product` failed.
    pub(crate) fn delete(&self, product: &str) -> Option<AppError> {
        let row = self.form.row.as_ref().filter(|row| row.id == product)?;
        if row.name.is_none() {
            self.error()
        } else {
            None
        }
    }

    fn error(&self) -> Option<AppError> {
        self.error.clone().map(AppError::from)
    }
}
