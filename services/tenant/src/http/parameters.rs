//! Request parameters from the query, a form, or a JSON object, which Auth0 also accepts.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    fmt,
};

use axum::http::{HeaderMap, header::CONTENT_TYPE};
use serde_json::{Map, Value};

/// Parameters by name. A parameter with an empty value is treated as absent (RFC 6749 §3.1).
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Parameters {
    single: BTreeMap<String, String>,
    resources: Vec<String>,
}

/// The parameters are invalid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ParametersError {
    /// The named parameter was sent more than once (RFC 6749 §3.1).
    Duplicate(String),
    /// The body is neither a form nor a JSON object of strings.
    InvalidBody,
}

/// Shows the names. The values include secrets, codes and tokens.
impl fmt::Debug for Parameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.single.keys()).finish()
    }
}

impl Parameters {
    pub(crate) fn from_query(query: Option<&str>) -> Result<Self, ParametersError> {
        Self::from_form(query.unwrap_or_default().as_bytes())
    }

    pub(crate) fn from_body(headers: &HeaderMap, body: &[u8]) -> Result<Self, ParametersError> {
        let content_type = headers
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        let media_type = content_type.split(';').next().unwrap_or_default().trim();
        if media_type.eq_ignore_ascii_case("application/json") {
            let object: BTreeMap<String, String> =
                serde_json::from_slice(body).map_err(|_| ParametersError::InvalidBody)?;
            Self::collect(object.into_iter())
        } else {
            Self::from_form(body)
        }
    }

    /// Reads the claims of a request object (RFC 9101 §4). Those of the JWT itself are left out; an array or an object is a
    /// parameter whose value is JSON, except for `resource`, which may be repeated.
    pub(crate) fn from_claims(claims: &Map<String, Value>) -> Result<Self, ParametersError> {
        const OF_THE_JWT: [&str; 6] = ["iss", "aud", "exp", "nbf", "iat", "jti"];
        let mut pairs = Vec::new();
        for (name, value) in claims {
            match value {
                _ if OF_THE_JWT.contains(&name.as_str()) => {}
                Value::String(text) => pairs.push((name.clone(), text.clone())),
                Value::Array(values) if name == "resource" => {
                    for value in values {
                        let text = value.as_str().ok_or(ParametersError::InvalidBody)?;
                        pairs.push((name.clone(), text.to_owned()));
                    }
                }
                Value::Null => return Err(ParametersError::InvalidBody),
                value => pairs.push((name.clone(), value.to_string())),
            }
        }
        Self::collect(pairs.into_iter())
    }

    fn from_form(encoded: &[u8]) -> Result<Self, ParametersError> {
        Self::collect(
            url::form_urlencoded::parse(encoded)
                .map(|(name, value)| (name.into_owned(), value.into_owned())),
        )
    }

    fn collect(pairs: impl Iterator<Item = (String, String)>) -> Result<Self, ParametersError> {
        let mut parameters = Self::default();
        for (name, value) in pairs.filter(|(_, value)| !value.is_empty()) {
            // RFC 8707 §2: `resource` may be repeated.
            if name == "resource" {
                parameters.resources.push(value);
                continue;
            }
            match parameters.single.entry(name) {
                Entry::Occupied(entry) => {
                    return Err(ParametersError::Duplicate(entry.key().clone()));
                }
                Entry::Vacant(entry) => {
                    entry.insert(value);
                }
            }
        }
        Ok(parameters)
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.single.get(name).map(String::as_str)
    }

    pub(crate) fn get_owned(&self, name: &str) -> Option<String> {
        self.get(name).map(str::to_owned)
    }

    /// Sets the parameter `name` to `value`.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.single.insert(name.to_owned(), value.to_owned());
        self
    }

    pub(crate) fn resources(&self) -> &[String] {
        &self.resources
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_may_not_be_repeated_except_resource() {
        assert_eq!(
            Parameters::from_query(Some("state=a&state=b")).err(),
            Some(ParametersError::Duplicate("state".to_owned()))
        );
        let parameters =
            Parameters::from_query(Some("resource=https%3A%2F%2Fa&resource=https%3A%2F%2Fb"));
        assert_eq!(parameters.map(|found| found.resources().len()), Ok(2));
    }

    #[test]
    fn debug_shows_the_names_only() {
        let parameters = Parameters::from_query(Some("client_secret=canary&code=canary"));
        assert_eq!(
            format!("{parameters:?}"),
            r#"Ok(["client_secret", "code"])"#
        );
    }

    #[test]
    fn an_empty_value_is_treated_as_absent() {
        let parameters = Parameters::from_query(Some("audience=&scope=openid")).unwrap_or_default();
        assert_eq!(parameters.get("audience"), None);
        assert_eq!(parameters.get("scope"), Some("openid"));
    }

    #[test]
    fn a_json_body_is_read_like_a_form() {
        let mut headers = HeaderMap::new();
        headers.insert(
            CONTENT_TYPE,
            "application/json; charset=utf-8"
                .parse()
                .unwrap_or_else(|_| unreachable!()),
        );
        let parameters = Parameters::from_body(&headers, br#"{"grant_type":"refresh_token"}"#)
            .unwrap_or_default();
        assert_eq!(parameters.get("grant_type"), Some("refresh_token"));
        assert_eq!(
            Parameters::from_body(&headers, b"[1]").err(),
            Some(ParametersError::InvalidBody)
        );
    }
}
