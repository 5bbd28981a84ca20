//! An order, and what a request wants one to be.

use serde::Serialize;
use serde_json::{Map, Value};
use time::Date;

use crate::answer::{FieldErrors, Refusal};

/// The most characters that a product's name has.
const LONGEST_NAME: usize = 80;
/// The most pieces that can be ordered at once.
const LARGEST_QUANTITY: i64 = 1000;

/// An order as the API shows it.
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

/// How far an order has come.
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
    pub(crate) wish: Wish,
    pub(crate) status: Status,
    pub(crate) placed_at: Date,
}

/// What somebody orders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wish {
    pub(crate) product: String,
    pub(crate) quantity: i64,
}

impl Wish {
    /// Reads and checks a request, and reports everything that is wrong at once.
    pub(crate) fn from_json(fields: &Map<String, Value>) -> Result<Self, Refusal> {
        let mut errors = FieldErrors::new();
        let unknown = fields
            .keys()
            .filter(|field| !matches!(field.as_str(), "product" | "quantity"));
        for field in unknown {
            // The name came with the request too, and may be anything.
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
            _ => Err(Refusal::Fields(errors)),
        }
    }
}

/// Text of 1 to 80 characters, without spaces around it.
fn product(value: Option<&Value>) -> Result<String, String> {
    let text = value
        .ok_or("is missing")?
        .as_str()
        .ok_or("must be text")?
        .trim();
    if text.is_empty() {
        return Err("must not be empty".to_owned());
    }
    if text.chars().count() > LONGEST_NAME {
        return Err(format!("must have at most {LONGEST_NAME} characters"));
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
        .filter(|quantity| (1..=LARGEST_QUANTITY).contains(quantity))
        .ok_or_else(|| format!("must be a whole number from 1 to {LARGEST_QUANTITY}"))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use serde_json::json;

    use super::*;

    fn wish(fields: Value) -> Result<Wish, Vec<String>> {
        Wish::from_json(&serde_json::from_value(fields).unwrap()).map_err(|refusal| match refusal {
            Refusal::Fields(errors) => errors.into_keys().collect(),
            other => panic!("{other:?}"),
        })
    }

    #[test]
    fn a_good_order_is_accepted_with_its_spaces_trimmed() {
        let wish = wish(json!({"product": "  Go board ", "quantity": 2})).unwrap();
        assert_eq!((wish.product.as_str(), wish.quantity), ("Go board", 2));
    }

    #[test]
    fn limits_are_inclusive_and_lengths_count_characters() {
        for (field, accepted, refused) in [
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
            assert!(wish(fields.clone()).is_ok(), "{field}: {accepted}");
            fields[field] = refused.clone();
            assert_eq!(wish(fields), Err(vec![field.to_owned()]), "{refused}");
        }
    }

    #[test]
    fn everything_that_is_wrong_is_reported_at_once() {
        let errors = wish(json!({"quantity": 0, "id": "mine"})).unwrap_err();
        assert_eq!(errors, ["id", "product", "quantity"]);
    }
}
