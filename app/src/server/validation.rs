//! Validates the input for the products API with the API's own rules, so that a form can show the error of each field.

use crate::error::{AppError, Field, InvalidField, InvalidReason};
use serde::Serialize;

const MAX_NAME_CHARS: usize = 80;
const MAX_CATEGORY_CHARS: usize = 40;
const MAX_PRICE_CENTS: u32 = 100_000_000;
const MAX_STOCK: u32 = 1_000_000;
/// A product with a higher price requires a second factor.
const MAX_PRICE_CENTS_WITHOUT_SECOND_FACTOR: u32 = 100_000;

/// The currency of all prices in forms.
const CURRENCY: &str = "EUR";

/// A product in the format that the API accepts.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewProduct {
    name: String,
    category: String,
    price_cents: u32,
    currency: &'static str,
    stock: u32,
}

impl NewProduct {
    /// Returns whether adding the product requires a second factor.
    pub(crate) fn is_expensive(&self) -> bool {
        self.price_cents > MAX_PRICE_CENTS_WITHOUT_SECOND_FACTOR
    }
}

/// Parses the fields of a new product.
///
/// # Errors
/// [`AppError::Invalid`] with every invalid field.
pub(crate) fn new_product(
    name: &str,
    category: &str,
    price: &str,
    stock: &str,
) -> Result<NewProduct, AppError> {
    let name = text(name, MAX_NAME_CHARS);
    let category = text(category, MAX_CATEGORY_CHARS);
    let price = price_cents(price);
    let stock = whole_number(stock.trim(), MAX_STOCK);
    match (name, category, price, stock) {
        (Ok(name), Ok(category), Ok(price_cents), Ok(stock)) => Ok(NewProduct {
            name: name.to_owned(),
            category: category.to_owned(),
            price_cents,
            currency: CURRENCY,
            stock,
        }),
        (name, category, price, stock) => {
            let errors = [
                (Field::Name, name.err()),
                (Field::Category, category.err()),
                (Field::Price, price.err()),
                (Field::Stock, stock.err()),
            ];
            let invalid = errors
                .into_iter()
                .filter_map(|(field, reason)| reason.map(|reason| InvalidField { field, reason }));
            Err(AppError::Invalid(invalid.collect()))
        }
    }
}

/// Parses a new name for a product.
///
/// # Errors
/// [`AppError::Invalid`] if it is invalid.
pub(crate) fn name(typed: &str) -> Result<&str, AppError> {
    text(typed, MAX_NAME_CHARS).map_err(|reason| {
        AppError::Invalid(vec![InvalidField {
            field: Field::Name,
            reason,
        }])
    })
}

fn text(typed: &str, max_chars: usize) -> Result<&str, InvalidReason> {
    let text = typed.trim();
    if text.is_empty() {
        Err(InvalidReason::Missing)
    } else if text.chars().count() > max_chars {
        Err(InvalidReason::TooLong)
    } else {
        Ok(text)
    }
}

/// Parses a price. Accepts `12`, `12.5`, `12.50` and `12,50`. Rejects `1.249,00`, because its meaning depends on the
/// locale.
fn price_cents(typed: &str) -> Result<u32, InvalidReason> {
    let price = typed.trim().trim_start_matches('€').trim();
    let (whole, cents) = price.split_once(['.', ',']).unwrap_or((price, "00"));
    let cents = match cents.len() {
        1 => whole_number(cents, 9)? * 10,
        2 => whole_number(cents, 99)?,
        _ if price.is_empty() => return Err(InvalidReason::Missing),
        _ => return Err(InvalidReason::NotANumber),
    };
    let price = whole_number(whole, MAX_PRICE_CENTS / 100)? * 100 + cents;
    if price > MAX_PRICE_CENTS {
        Err(InvalidReason::TooLarge)
    } else {
        Ok(price)
    }
}

fn whole_number(digits: &str, max: u32) -> Result<u32, InvalidReason> {
    if digits.is_empty() {
        Err(InvalidReason::Missing)
    } else if !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        Err(InvalidReason::NotANumber)
    } else {
        digits
            .parse()
            .ok()
            .filter(|number| *number <= max)
            .ok_or(InvalidReason::TooLarge)
    }
}

#[cfg(test)]
mod tests {
    use super::{name, new_product, price_cents};
    use crate::error::{AppError, Field, InvalidField, InvalidReason};

    #[test]
    fn valid_input_becomes_the_json_of_the_api() {
        let product = new_product(" Walnut desk ", "Furniture", "499,90", "4");
        let product = product.map(|product| serde_json::to_string(&product).ok());
        let json = r#"{"name":"Walnut desk","category":"Furniture","priceCents":49990,"currency":"EUR","stock":4}"#;
        assert_eq!(product, Ok(Some(json.to_owned())));
    }

    #[test]
    fn a_product_of_more_than_a_thousand_is_expensive() {
        for (price, expected) in [("1000", false), ("1000.01", true), ("1", false)] {
            let product = new_product("Safe", "Furniture", price, "1");
            let is_expensive = product.map(|product| product.is_expensive());
            assert_eq!(is_expensive, Ok(expected), "{price}");
        }
    }

    #[test]
    fn every_invalid_field_is_reported_at_once() {
        let invalid = |field, reason| InvalidField { field, reason };
        assert_eq!(
            new_product(&"x".repeat(81), "  ", "cheap", "1000001"),
            Err(AppError::Invalid(vec![
                invalid(Field::Name, InvalidReason::TooLong),
                invalid(Field::Category, InvalidReason::Missing),
                invalid(Field::Price, InvalidReason::NotANumber),
                invalid(Field::Stock, InvalidReason::TooLarge),
            ]))
        );
    }

    #[test]
    fn lengths_are_counted_in_characters() {
        let longest = "ü".repeat(80);
        assert_eq!(name(&longest), Ok(&*longest));
        assert!(name(&"ü".repeat(81)).is_err());
    }

    #[test]
    fn prices_are_parsed_to_cents() {
        for (typed, cents) in [
            ("0", Ok(0)),
            ("12", Ok(1200)),
            ("12.5", Ok(1250)),
            ("12.05", Ok(1205)),
            ("12,50", Ok(1250)),
            (" € 7 ", Ok(700)),
            ("1000000", Ok(100_000_000)),
            ("1000000.01", Err(InvalidReason::TooLarge)),
            ("99999999999999999999", Err(InvalidReason::TooLarge)),
            ("1.249,00", Err(InvalidReason::NotANumber)),
            ("12.505", Err(InvalidReason::NotANumber)),
            ("12.", Err(InvalidReason::NotANumber)),
            ("-1", Err(InvalidReason::NotANumber)),
            ("1e3", Err(InvalidReason::NotANumber)),
            (".50", Err(InvalidReason::Missing)),
            ("", Err(InvalidReason::Missing)),
        ] {
            assert_eq!(price_cents(typed), cents, "{typed:?}");
        }
    }
}
