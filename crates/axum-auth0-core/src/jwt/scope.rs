//! The scopes of a token.

use serde_json::Value;

use super::claims::{ClaimError, Claims};

/// The scopes of a token and the claim that they were read from.
///
/// For all providers, the scopes are in `scope` ([RFC 8693 §4.2](https://www.rfc-editor.org/rfc/rfc8693#section-4.2))
/// or, if that has no value, in `scp` (Okta, Entra ID, Ory Hydra). Both may be a string or an array. Scopes are
/// compared exactly. An empty string is used only if neither claim has a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScopeClaim<'claims> {
    name: &'static str,
    words: Vec<&'claims str>,
}

impl Claims {
    /// Returns the scopes from `scope` or, if it has no value, from `scp`. Returns `None` if both are absent.
    ///
    /// # Errors
    /// [`ClaimError::Malformed`] if the value is neither a string nor an array of strings.
    pub fn scopes(&self) -> Result<Option<ScopeClaim<'_>>, ClaimError> {
        ScopeClaim::read(self)
    }
}

impl<'claims> ScopeClaim<'claims> {
    fn read(claims: &'claims Claims) -> Result<Option<Self>, ClaimError> {
        for name in ["scope", "scp"] {
            if let Some(value) = claims.get(name) {
                let words = scope_words(value).ok_or(ClaimError::Malformed(name))?;
                return Ok(Some(Self { name, words }));
            }
        }
        // An empty string explicitly grants no scopes, regardless of the requested ones.
        let is_empty_text = |name: &&str| claims.as_map().get(*name) == Some(&Value::from(""));
        Ok(["scope", "scp"]
            .into_iter()
            .find(is_empty_text)
            .map(|name| Self {
                name,
                words: Vec::new(),
            }))
    }

    /// Returns the name of the claim that was read: `scope` or `scp`.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Returns the scopes in the order of the claim.
    pub fn words(&self) -> &[&'claims str] {
        &self.words
    }

    /// Returns the scopes, owned.
    pub fn to_vec(&self) -> Vec<String> {
        self.words.iter().map(|&word| word.to_owned()).collect()
    }
}

/// Returns the space-separated words of a string ([RFC 6749 §3.3](https://www.rfc-editor.org/rfc/rfc6749#section-3.3))
/// or the elements of an array of strings. Returns `None` for other values.
///
/// An element of an array is one word. If it contains a space, it matches no scope.
pub fn scope_words(value: &Value) -> Option<Vec<&str>> {
    match value {
        Value::String(text) => Some(text.split(' ').filter(|word| !word.is_empty()).collect()),
        Value::Array(items) => items.iter().map(Value::as_str).collect(),
        _ => None,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(claims: Value) -> Result<Option<(&'static str, Vec<String>)>, ClaimError> {
        let claims = Claims::new(serde_json::from_value(claims).unwrap());
        let scopes = claims.scopes()?;
        Ok(scopes.map(|scopes| (scopes.name(), scopes.to_vec())))
    }

    #[test]
    fn scopes_are_a_string_or_an_array_in_scope_or_else_in_scp() {
        for (claims, name, words) in [
            (json!({ "scope": "a b" }), "scope", vec!["a", "b"]),
            (json!({ "scope": ["a", "b"] }), "scope", vec!["a", "b"]),
            (json!({ "scp": "a b" }), "scp", vec!["a", "b"]),
            (json!({ "scp": ["a", "b"] }), "scp", vec!["a", "b"]),
            (json!({ "scope": "a", "scp": ["b"] }), "scope", vec!["a"]),
            (json!({ "scope": [], "scp": ["b"] }), "scope", vec![]),
            (json!({ "scope": "", "scp": "b" }), "scp", vec!["b"]),
            (json!({ "scope": null, "scp": ["b"] }), "scp", vec!["b"]),
            (json!({ "scope": "" }), "scope", vec![]),
            (json!({ "scope": null, "scp": "" }), "scp", vec![]),
            (json!({ "scope": "  a  b " }), "scope", vec!["a", "b"]),
            (json!({ "scope": "a\tb" }), "scope", vec!["a\tb"]),
            (json!({ "scope": ["a b"] }), "scope", vec!["a b"]),
        ] {
            let words = words.into_iter().map(str::to_owned).collect();
            assert_eq!(read(claims.clone()), Ok(Some((name, words))), "{claims}");
        }
        assert_eq!(read(json!({ "permissions": ["a"] })), Ok(None));
        assert_eq!(read(json!({ "scope": null, "scp": null })), Ok(None));
    }

    #[test]
    fn a_scope_of_another_type_is_malformed_and_grants_nothing() {
        for (claims, name) in [
            (json!({ "scope": 5 }), "scope"),
            (json!({ "scope": { "a": true }, "scp": "a" }), "scope"),
            (json!({ "scope": ["a", 5] }), "scope"),
            (json!({ "scp": true }), "scp"),
            (json!({ "scp": [["a"]] }), "scp"),
        ] {
            assert_eq!(
                read(claims.clone()),
                Err(ClaimError::Malformed(name)),
                "{claims}"
            );
        }
    }
}
