//! What was typed into a form, kept while the form is away from its page.
//!
//! A form posted without JavaScript that fails comes back to its page with its error and with everything typed; see
//! `server/typed_form.rs` for how.

use crate::AppError;
use serde::{Deserialize, Serialize};

/// What was typed into the form for a new product.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ProductForm {
    pub(crate) name: String,
    pub(crate) category: String,
    pub(crate) price: String,
    pub(crate) stock: String,
}

/// One of the forms of the products page, as it was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum TypedForm {
    Add(ProductForm),
    Rename { id: String, name: String },
    Delete { id: String },
}

/// A form that failed without JavaScript, back on its page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Returned {
    /// Why it failed.
    pub(crate) error: AppError,
    /// Which form it was, if the browser kept that.
    pub(crate) form: Option<TypedForm>,
}

impl Returned {
    /// The text of the form for a new product, and why it failed.
    pub(crate) fn add(&self) -> Option<(&ProductForm, &AppError)> {
        match &self.form {
            Some(TypedForm::Add(form)) => Some((form, &self.error)),
            _ => None,
        }
    }

    /// The new name typed for the product `product`, and why that failed.
    pub(crate) fn rename(&self, product: &str) -> Option<(&str, &AppError)> {
        match &self.form {
            Some(TypedForm::Rename { id, name }) if id == product => Some((name, &self.error)),
            _ => None,
        }
    }

    /// Why deleting the product `product` failed.
    pub(crate) fn delete(&self, product: &str) -> Option<&AppError> {
        match &self.form {
            Some(TypedForm::Delete { id }) if id == product => Some(&self.error),
            _ => None,
        }
    }
}
