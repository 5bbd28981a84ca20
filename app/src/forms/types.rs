//! The data of the forms.

use crate::error::AppError;
use leptos::prelude::*;
use leptos_auth0::ErrorBody;
use std::sync::Arc;

/// The state of one form, or of several related forms.
#[derive(Clone, Copy)]
pub(crate) struct FormState {
    /// Whether a submission is pending.
    pub(crate) pending: RwSignal<bool>,
    /// The error of the last submission, if it failed.
    pub(crate) error: RwSignal<Option<AppError>>,
}

impl FormState {
    /// Creates the state of a form that this page has not submitted. `error` is the failure of a submission without
    /// JavaScript.
    pub(crate) fn new(error: Option<AppError>) -> Self {
        Self {
            pending: RwSignal::new(false),
            error: RwSignal::new(error),
        }
    }

    /// Returns the value of `aria-busy`.
    pub(crate) fn busy(self) -> Option<&'static str> {
        self.pending.get().then_some("true")
    }
}

/// Callback after a successful submission, with the form's value of `name`.
pub(crate) type Done = Arc<dyn Fn(String) + Send + Sync>;

/// One of the forms of the products page, as submitted. The struct is flat, so that the browser needs little code to
/// read it; each form uses some of the fields.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, miniserde::Deserialize)]
pub(crate) struct TypedForm {
    /// The form: one of the constants below, or empty.
    pub(crate) form: String,
    /// The identifier of the product, in the forms of a row.
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) category: String,
    pub(crate) price: String,
    pub(crate) stock: String,
    /// The idempotency key of an order. Submissions with the same key are one order.
    pub(crate) key: String,
}

/// The form for a new product.
pub(crate) const ADD: &str = "add";
/// The form that renames a product.
pub(crate) const RENAME: &str = "rename";

/// A form that failed without JavaScript and is shown again on its page.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, miniserde::Deserialize)]
pub(crate) struct Returned {
    /// The error, if a form failed.
    pub(crate) error: Option<ErrorBody>,
    /// The form, if the browser kept it. Its key, without a dash, is the prefix of the keys of the page's next orders.
    /// After a failed order the prefix stays the same, so that a second attempt is not a second order.
    pub(crate) form: TypedForm,
}

impl Returned {
    /// Returns the `idempotency_key` of this page's order for the product `id`.
    pub(crate) fn key_for(&self, id: &str) -> String {
        [&self.form.key, "-", id].concat()
    }

    /// Returns the error of the form for a new product.
    pub(crate) fn add(&self) -> Option<AppError> {
        if self.form.form == ADD {
            self.error()
        } else {
            None
        }
    }

    /// Returns the error of a form of the product `id`.
    pub(crate) fn in_row(&self, id: &str) -> Option<AppError> {
        if self.form.id == id {
            self.error()
        } else {
            None
        }
    }

    /// Returns the error of any other form, which the page itself shows.
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
