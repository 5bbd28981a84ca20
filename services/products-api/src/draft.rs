//! What a request wants a product to be: all of it, or some of it, checked field by field.

use std::ops::RangeInclusive;

use serde_json::{Map, Value};

use crate::{
    answer::{FieldErrors, Refusal},
    product::Details,
};

/// The fields of a request, each valid. A field that is absent stays as it is.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    pub(crate) name: Option<String>,
    pub(crate) category: Option<String>,
    pub(crate) price_cents: Option<i64>,
    pub(crate) currency: Option<String>,
    pub(crate) stock: Option<i64>,
}

const MISSING: &str = "is missing";

impl Draft {
    /// Reads and checks all fields, and reports everything that is wrong at once.
    pub(crate) fn from_json(fields: Map<String, Value>) -> Result<Self, Refusal> {
        let mut draft = Self::default();
        let mut errors = FieldErrors::new();
        for (field, value) in fields {
            let outcome = match field.as_str() {
                "name" => text(&value, 80).map(|name| draft.name = Some(name)),
                "category" => text(&value, 40).map(|category| draft.category = Some(category)),
                "priceCents" => {
                    number(&value, 0..=100_000_000).map(|cents| draft.price_cents = Some(cents))
                }
                "currency" => currency(&value).map(|currency| draft.currency = Some(currency)),
                "stock" => number(&value, 0..=1_000_000).map(|stock| draft.stock = Some(stock)),
                _ => Err("is not a field that can be set".to_owned()),
            };
            if let Err(error) = outcome {
                // The name came with the request too, and may be anything.
                errors.insert(field.chars().take(40).collect(), error);
            }
        }
        if errors.is_empty() {
            Ok(draft)
        } else {
            Err(Refusal::Fields(errors))
        }
    }

    /// A new product, which needs all fields.
    pub(crate) fn complete(self) -> Result<Details, Refusal> {
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
            return Err(Refusal::Fields(missing.collect()));
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

/// Text of 1 to `longest` characters, without spaces around it.
fn text(value: &Value, longest: usize) -> Result<String, String> {
    let text = value.as_str().ok_or("must be text")?.trim();
    if text.is_empty() {
        return Err("must not be empty".to_owned());
    }
    if text.chars().count() > longest {
        return Err(format!("must have at most {longest} characters"));
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
        let draft =
            Draft::from_json(serde_json::from_value(fields).unwrap()).and_then(Draft::complete);
        match draft {
            Err(Refusal::Fields(errors)) => errors.into_iter().collect(),
            _ => Vec::new(),
        }
    }

    fn good() -> Value {
        json!({"name": "Teapot", "category": "Kitchen", "priceCents": 2490, "currency": "EUR", "stock": 3})
    }

    #[test]
    fn a_good_product_is_accepted_with_its_spaces_trimmed() {
        let mut fields = good();
        fields["name"] = json!("  Teapot ");
        let details = Draft::from_json(serde_json::from_value(fields).unwrap())
            .unwrap()
            .complete()
            .unwrap();
        assert_eq!(
            (details.name.as_str(), details.price_cents),
            ("Teapot", 2490)
        );
    }

    #[test]
    fn limits_are_inclusive_and_lengths_count_characters() {
        for (field, accepted, refused) in [
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
            let mut fields = good();
            fields[field] = accepted.clone();
            assert_eq!(errors(fields.clone()), [], "{field}: {accepted}");
            fields[field] = refused.clone();
            let errors = errors(fields);
            assert_eq!(errors.len(), 1, "{field}: {refused}");
            assert_eq!(errors[0].0, field);
        }
    }

    #[test]
    fn everything_that_is_wrong_is_reported_at_once() {
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
