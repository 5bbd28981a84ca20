//! A product.

use serde::Serialize;

/// A product as the API shows it: what its owner decides, and the id that the API gave it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Product {
    /// Opaque, and unique over all users.
    pub(crate) id: String,
    #[serde(flatten)]
    pub(crate) details: Details,
}

/// What the owner of a product decides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Details {
    pub(crate) name: String,
    pub(crate) category: String,
    /// In hundredths of the currency's unit.
    pub(crate) price_cents: i64,
    /// Three capital letters, as in ISO 4217.
    pub(crate) currency: String,
    pub(crate) stock: i64,
}
