//! What may be sent to the products API. The rules are the API's; checked here so that a form can say, beside each
//! field, what is wrong with it.

use crate::{AppError, Field, FieldFault, InvalidField, forms::TypedForm};
use serde::Serialize;

const LONGEST_NAME: usize = 80;
const LONGEST_CATEGORY: usize = 40;
const HIGHEST_PRICE_CENTS: u32 = 100_000_000;
const HIGHEST_STOCK: u32 = 1_000_000;

/// The site's forms have prices in this currency.
const CURRENCY: &str = "EUR";

/// A product as the API takes it.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewProduct {
    name: String,
    category: String,
    price_cents: u32,
    currency: &'static str,
    stock: u32,
}

/// Reads the form for a new product.
///
/// # Errors
/// [`AppError::Invalid`] with every field that cannot be taken.
pub(crate) fn new_product(form: &TypedForm) -> Result<NewProduct, AppError> {
    let name = text(&form.name, LONGEST_NAME);
    let category = text(&form.category, LONGEST_CATEGORY);
    let price = price_cents(&form.price);
    let stock = whole_number(form.stock.trim(), HIGHEST_STOCK);
    match (name, category, price, stock) {
        (Ok(name), Ok(category), Ok(price_cents), Ok(stock)) => Ok(NewProduct {
            name: name.to_owned(),
            category: category.to_owned(),
            price_cents,
            currency: CURRENCY,
            stock,
        }),
        (name, category, price, stock) => {
            let faults = [
                (Field::Name, name.err()),
                (Field::Category, category.err()),
                (Field::Price, price.err()),
                (Field::Stock, stock.err()),
            ];
            let invalid = faults
                .into_iter()
                .filter_map(|(field, fault)| fault.map(|fault| InvalidField { field, fault }));
            Err(AppError::Invalid(invalid.collect()))
        }
    }
}

/// Reads a new name for a product.
///
/// # Errors
/// [`AppError::Invalid`] if it cannot be taken.
pub(crate) fn name(typed: &str) -> Result<&str, AppError> {
    text(typed, LONGEST_NAME).map_err(|fault| {
        AppError::Invalid(vec![InvalidField {
            field: Field::Name,
            fault,
        }])
    })
}

fn text(typed: &str, longest: usize) -> Result<&str, FieldFault> {
    let text = typed.trim();
    if text.is_empty() {
        Err(FieldFault::Missing)
    } else if text.chars().count() > longest {
        Err(FieldFault::TooLong)
    } else {
        Ok(text)
    }
}

/// `12`, `12.5`, `12.50` and `12,50` are prices; `1.249,00` is not, because it means different things to different
/// people.
fn price_cents(typed: &str) -> Result<u32, FieldFault> {
    let price = typed.trim().trim_start_matches('€').trim();
    let (whole, cents) = price.split_once(['.', ',']).unwrap_or((price, "00"));
    let cents = match cents.len() {
        1 => whole_number(cents, 9)? * 10,
        2 => whole_number(cents, 99)?,
        _ if price.is_empty() => return Err(FieldFault::Missing),
        _ => return Err(FieldFault::NotANumber),
    };
    let price = whole_number(whole, HIGHEST_PRICE_CENTS / 100)? * 100 + cents;
    if price > HIGHEST_PRICE_CENTS {
        Err(FieldFault::TooLarge)
    } else {
        Ok(price)
    }
}

fn whole_number(digits: &str, highest: u32) -> Result<u32, FieldFault> {
    if digits.is_empty() {
        Err(FieldFault::Missing)
    } else if !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        Err(FieldFault::NotANumber)
    } else {
        digits
            .parse()
            .ok()
            .filter(|number| *number <= highest)
            .ok_or(FieldFault::TooLarge)
    }
}

#[cfg(test)]
mod tests {
    use super::{name, new_product, price_cents};
    use crate::{AppError, Field, FieldFault, InvalidField, forms::TypedForm};

    fn form() -> TypedForm {
        TypedForm {
            name: " Walnut desk ".into(),
            category: "Furniture".into(),
            price: "499,90".into(),
            stock: "4".into(),
            ..TypedForm::default()
        }
    }

    #[test]
    fn a_good_form_becomes_what_the_api_takes() {
        let product = new_product(&form()).map(|product| serde_json::to_string(&product).ok());
        let json = r#"{"name":"Walnut desk","category":"Furniture","priceCents":49990,"currency":"EUR","stock":4}"#;
        assert_eq!(product, Ok(Some(json.to_owned())));
    }

    #[test]
    fn a_bad_form_names_every_field_at_once() {
        let bad = TypedForm {
            name: "x".repeat(81),
            category: "  ".into(),
            price: "cheap".into(),
            stock: "1000001".into(),
            ..TypedForm::default()
        };
        let invalid = |field, fault| InvalidField { field, fault };
        assert_eq!(
            new_product(&bad),
            Err(AppError::Invalid(vec![
                invalid(Field::Name, FieldFault::TooLong),
                invalid(Field::Category, FieldFault::Missing),
                invalid(Field::Price, FieldFault::NotANumber),
                invalid(Field::Stock, FieldFault::TooLarge),
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
    fn a_price_is_read_as_it_was_meant() {
        for (typed, cents) in [
            ("0", Ok(0)),
            ("12", Ok(1200)),
            ("12.5", Ok(1250)),
            ("12.05", Ok(1205)),
            ("12,50", Ok(1250)),
            (" € 7 ", Ok(700)),
            ("1000000", Ok(100_000_000)),
            ("1000000.01", Err(FieldFault::TooLarge)),
            ("99999999999999999999", Err(FieldFault::TooLarge)),
            ("1.249,00", Err(FieldFault::NotANumber)),
            ("12.505", Err(FieldFault::NotANumber)),
            ("12.", Err(FieldFault::NotANumber)),
            ("-1", Err(FieldFault::NotANumber)),
            ("1e3", Err(FieldFault::NotANumber)),
            (".50", Err(FieldFault::Missing)),
            ("", Err(FieldFault::Missing)),
        ] {
            assert_eq!(price_cents(typed), cents, "{typed:?}");
        }
    }
}
