//! An order, and the fields of one in a request.

use api_support::{ApiError, FieldErrors};
use serde::Serialize;
use serde_json::{Map, Value};
use time::Date;

/// Maximum number of characters of a product's name.
const MAX_NAME_CHARS: usize = 80;
/// Maximum quantity of an order.
const MAX_QUANTITY: i64 = 1000;

/// An order in a response.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Order {
    /// Opaque, and unique over all users.
    pub(crate) id: String,
    pub(crate) product: String,
    pub(crate) quantity: i64,
    /// A [`Status`].
    pub(crate) status: String,
    /// The day in UTC, `2026-11-20`.
    pub(crate) placed_at: String,
}

/// The progress of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Placed,
    Shipped,
    Delivered,
}

impl Status {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Placed => "placed",
            Self::Shipped => "shipped",
            Self::Delivered => "delivered",
        }
    }
}

/// An order that has no id yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NewOrder {
    pub(crate) input: OrderInput,
    pub(crate) status: Status,
    pub(crate) placed_at: Date,
}

/// The fields that a client sets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OrderInput {
    pub(crate) product: String,
    pub(crate) quantity: i64,
}

impl OrderInput {
    /// Parses and validates a request. The error lists every invalid field.
    pub(crate) fn from_json(fields: &Map<String, Value>) -> Result<Self, ApiError> {
        let mut errors = FieldErrors::new();
        let unknown = fields
            .keys()
            .filter(|field| !matches!(field.as_str(), "product" | "quantity"));
        for field in unknown {
            // The field name comes from the request as well, so its length is limited.
            let field = field.chars().take(40).collect();
            errors.insert(field, "is not a field that can be set".to_owned());
        }
        let (product, quantity) = (
            product(fields.get("product")),
            quantity(fields.get("quantity")),
        );
        if let Err(error) = &product {
            errors.insert("product".to_owned(), error.clone());
        }
        if let Err(error) = &quantity {
            errors.insert("quantity".to_owned(), error.clone());
        }
        match (product, quantity) {
            (Ok(product), Ok(quantity)) if errors.is_empty() => Ok(Self { product, quantity }),
            _ => Err(ApiError::InvalidFields(errors)),
        }
    }
}

/// Parses a text of 1 to [`MAX_NAME_CHARS`] characters, and trims it.
fn product(value: Option<&Value>) -> Result<String, String> {
    let text = value
        .ok_or("is missing")?
        .as_str()
        .ok_or("must be text")?
        .trim();
    if text.is_empty() {
        return Err("must not be empty".to_owned());
    }
    if text.chars().count() > MAX_NAME_CHARS {
        return Err(format!("must have at most {MAX_NAME_CHARS} characters"));
    }
    if text.chars().any(char::is_control) {
        return Err("must not contain control characters".to_owned());
    }
    Ok(text.to_owned())
}

fn quantity(value: Option<&Value>) -> Result<i64, String> {
    value
        .ok_or("is missing")?
        .as_i64()
        .filter(|quantity| (1..=MAX_QUANTITY).contains(quantity))
        .ok_or_else(|| format!("must be a whole number from 1 to {MAX_QUANTITY}"))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use serde_json::json;

    use super::*;

    fn input(fields: Value) -> Result<OrderInput, Vec<String>> {
        OrderInput::from_json(&serde_json::from_value(fields).unwrap()).map_err(|error| match error
        {
            ApiError::InvalidFields(errors) => errors.into_keys().collect(),
            other => panic!("{other:?}"),
        })
    }

    #[test]
    fn a_valid_order_is_accepted_and_trimmed() {
        let input = input(json!({"product": "  Go board ", "quantity": 2})).unwrap();
        assert_eq!((input.product.as_str(), input.quantity), ("Go board", 2));
    }

    #[test]
    fn limits_are_inclusive_and_lengths_count_characters() {
        for (field, accepted, rejected) in [
            ("product", json!("ü".repeat(80)), json!("ü".repeat(81))),
            ("product", json!("x"), json!(" \t ")),
            ("product", json!("x"), json!("a\u{0}b")),
            ("product", json!("x"), json!(5)),
            ("quantity", json!(1), json!(0)),
            ("quantity", json!(1000), json!(1001)),
            ("quantity", json!(1), json!(1.5)),
            ("quantity", json!(1), json!("1")),
            ("quantity", json!(1), json!(null)),
            ("quantity", json!(1), json!(-1)),
        ] {
            let mut fields = json!({"product": "Go board", "quantity": 1});
            fields[field] = accepted.clone();
            assert!(input(fields.clone()).is_ok(), "{field}: {accepted}");
            fields[field] = rejected.clone();
            assert_eq!(input(fields), Err(vec![field.to_owned()]), "{rejected}");
        }
    }

    #[test]
    fn all_invalid_fields_are_reported_at_once() {
        let errors = input(json!({"quantity": 0, "id": "mine"})).unwrap_err();
        assert_eq!(errors, ["id", "product", "quantity"]);
    }
}
