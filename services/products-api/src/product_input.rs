//! The fields of a product in a request: all of them, or some of them. Each is validated.

use std::ops::RangeInclusive;

use serde_json::{Map, Value};

use api_support::{ApiError, FieldErrors};

use crate::product::Details;

/// The fields of a request, each valid. An update leaves an absent field unchanged.
#[derive(Debug, Default)]
pub(crate) struct ProductInput {
    pub(crate) name: Option<String>,
    pub(crate) category: Option<String>,
    pub(crate) price_cents: Option<i64>,
    pub(crate) currency: Option<String>,
    pub(crate) stock: Option<i64>,
}

const MISSING: &str = "is missing";

impl ProductInput {
    /// Parses and validates all fields. The error lists every invalid field.
    pub(crate) fn from_json(fields: Map<String, Value>) -> Result<Self, ApiError> {
        let mut input = Self::default();
        let mut errors = FieldErrors::new();
        for (field, value) in fields {
            let outcome = match field.as_str() {
                "name" => text(&value, 80).map(|name| input.name = Some(name)),
                "category" => text(&value, 40).map(|category| input.category = Some(category)),
                "priceCents" => {
                    number(&value, 0..=100_000_000).map(|cents| input.price_cents = Some(cents))
                }
                "currency" => currency(&value).map(|currency| input.currency = Some(currency)),
                "stock" => number(&value, 0..=1_000_000).map(|stock| input.stock = Some(stock)),
                _ => Err("is not a field that can be set".to_owned()),
            };
            if let Err(error) = outcome {
                // The field name comes from the request as well, so its length is limited.
                errors.insert(field.chars().take(40).collect(), error);
            }
        }
        if errors.is_empty() {
            Ok(input)
        } else {
            Err(ApiError::InvalidFields(errors))
        }
    }

    /// Returns the details of a new product, which needs all fields.
    pub(crate) fn require_all(self) -> Result<Details, ApiError> {
        let present = [
            ("name", self.name.is_some()),
            ("category", self.category.is_some()),
            ("priceCents", self.price_cents.is_some()),
            ("currency", self.currency.is_some()),
            ("stock", self.stock.is_some()),
        ];
        let (Some(name), Some(category), Some(price_cents), Some(currency), Some(stock)) = (
            self.name,
            self.category,
            self.price_cents,
            self.currency,
            self.stock,
        ) else {
            let missing = present
                .iter()
                .filter(|(_, present)| !present)
                .map(|(field, _)| ((*field).to_owned(), MISSING.to_owned()));
            return Err(ApiError::InvalidFields(missing.collect()));
        };
        Ok(Details {
            name,
            category,
            price_cents,
            currency,
            stock,
        })
    }
}

/// Parses a text of 1 to `max_chars` characters, and trims it.
fn text(value: &Value, max_chars: usize) -> Result<String, String> {
    let text = value.as_str().ok_or("must be text")?.trim();
    if text.is_empty() {
        return Err("must not be empty".to_owned());
    }
    if text.chars().count() > max_chars {
        return Err(format!("must have at most {max_chars} characters"));
    }
    if text.chars().any(char::is_control) {
        return Err("must not contain control characters".to_owned());
    }
    Ok(text.to_owned())
}

fn number(value: &Value, range: RangeInclusive<i64>) -> Result<i64, String> {
    let number = value.as_i64().filter(|number| range.contains(number));
    number.ok_or_else(|| {
        format!(
            "must be a whole number from {} to {}",
            range.start(),
            range.end()
        )
    })
}

fn currency(value: &Value) -> Result<String, String> {
    let code = value
        .as_str()
        .filter(|code| code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase()));
    code.map(str::to_owned)
        .ok_or_else(|| "must be three capital letters, such as EUR".to_owned())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use serde_json::json;

    use super::*;

    fn errors(fields: Value) -> Vec<(String, String)> {
        let input = ProductInput::from_json(serde_json::from_value(fields).unwrap())
            .and_then(ProductInput::require_all);
        match input {
            Err(ApiError::InvalidFields(errors)) => errors.into_iter().collect(),
            _ => Vec::new(),
        }
    }

    fn valid() -> Value {
        json!({"name": "Teapot", "category": "Kitchen", "priceCents": 2490, "currency": "EUR", "stock": 3})
    }

    #[test]
    fn a_valid_product_is_accepted_and_trimmed() {
        let mut fields = valid();
        fields["name"] = json!("  Teapot ");
        let details = ProductInput::from_json(serde_json::from_value(fields).unwrap())
            .unwrap()
            .require_all()
            .unwrap();
        assert_eq!(
            (details.name.as_str(), details.price_cents),
            ("Teapot", 2490)
        );
    }

    #[test]
    fn limits_are_inclusive_and_lengths_count_characters() {
        for (field, accepted, rejected) in [
            ("name", json!("ü".repeat(80)), json!("ü".repeat(81))),
            ("category", json!("c".repeat(40)), json!("c".repeat(41))),
            ("priceCents", json!(100_000_000), json!(100_000_001)),
            ("priceCents", json!(0), json!(-1)),
            ("stock", json!(1_000_000), json!(1_000_001)),
            ("stock", json!(0), json!(0.5)),
            ("currency", json!("CHF"), json!("chf")),
            ("currency", json!("EUR"), json!("ÄÖ")),
            ("name", json!("x"), json!(" \t ")),
            ("name", json!("x"), json!("a\u{0}b")),
            ("name", json!("x"), json!(5)),
            ("stock", json!(1), json!("1")),
            ("stock", json!(1), json!(null)),
        ] {
            let mut fields = valid();
            fields[field] = accepted.clone();
            assert_eq!(errors(fields.clone()), [], "{field}: {accepted}");
            fields[field] = rejected.clone();
            let errors = errors(fields);
            assert_eq!(errors.len(), 1, "{field}: {rejected}");
            assert_eq!(errors[0].0, field);
        }
    }

    #[test]
    fn all_invalid_fields_are_reported_at_once() {
        let errors = errors(json!({"name": "", "stock": -1, "id": "mine"}));
        assert_eq!(
            errors
                .iter()
                .map(|(field, _)| field.as_str())
                .collect::<Vec<_>>(),
            ["id", "name", "stock"]
        );
        assert_eq!(self::errors(json!({"name": "x"})).len(), 4);
    }
}
