//! What was typed into a form, kept while the form is away from its page.
//!
//! A form posted without JavaScript that fails comes back to its page with its error and with everything typed; see
//! `server/typed_form.rs` for how.

use crate::{AppError, half};
use leptos::prelude::SharedValue;
use leptos_auth0::{ErrorBody, LightJsonEncoding};

/// One of the forms of the products page, as it was sent. Flat, so that the browser needs little code to read it: each
/// form has some of the fields.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, miniserde::Deserialize)]
pub(crate) struct TypedForm {
    /// Which form: one of the words below, or nothing.
    pub(crate) form: String,
    /// Which product, in the forms of a row.
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) category: String,
    pub(crate) price: String,
    pub(crate) stock: String,
    /// The key of an order. To send it again is to send this key again: then it is the same order.
    pub(crate) key: String,
}

/// The form for a new product.
pub(crate) const ADD: &str = "add";
/// The form that gives a product another name.
pub(crate) const RENAME: &str = "rename";

/// A form that failed without JavaScript, back on its page.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, miniserde::Deserialize)]
pub(crate) struct Returned {
    /// Why it failed, if one did.
    pub(crate) error: Option<ErrorBody>,
    /// Which form it was, if the browser kept that. Its key is what those of the page's next orders begin with, without
    /// a dash: after an order that failed the same again, so that the second attempt is no second order.
    pub(crate) form: TypedForm,
}

impl Returned {
    /// What came back to the page at hand; the browser finds it in the page.
    pub(crate) fn on_this_page() -> Self {
        SharedValue::<_, LightJsonEncoding>::new_with_encoding(half::returned_form).into_inner()
    }

    /// The `idempotency_key` of this page's order of the product `id`.
    pub(crate) fn key_for(&self, id: &str) -> String {
        [&self.form.key, "-", id].concat()
    }

    /// Why the form for a new product failed.
    pub(crate) fn add(&self) -> Option<AppError> {
        if self.form.form == ADD {
            self.error()
        } else {
            None
        }
    }

    /// Why a form of the product `id` failed.
    pub(crate) fn in_row(&self, id: &str) -> Option<AppError> {
        if self.form.id == id {
            self.error()
        } else {
            None
        }
    }

    /// Why a form failed that is neither of these, so that the page says it.
    pub(crate) fn elsewhere(&self) -> Option<AppError> {
        if self.form.form != ADD && self.form.id.is_empty() {
            self.error()
        } else {
            None
        }
    }

    fn error(&self) -> Option<AppError> {
        self.error.clone().map(AppError::from)
    }
}
