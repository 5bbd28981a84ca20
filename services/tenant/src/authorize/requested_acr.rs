//! The authentication context class that a request asks for: `acr_values` and the parameter `claims` (OpenID Connect Core
//! §3.1.2.1, §5.5.1.1).

use serde_json::Value;

use crate::{http::Parameters, store::authorization_request::SecondFactor};

/// The class of a login with a second factor, as at Auth0.
pub(crate) const MULTI_FACTOR: &str =
    "http://schemas.openid.net/pape/policies/2007/06/multi-factor";

/// Returns whether the request asks for a second factor. The error is a description for `invalid_request`.
///
/// As with Auth0's Actions, `acr_values` is enough to be asked for it, although the parameter is voluntary.
pub(super) fn requested(parameters: &Parameters) -> Result<SecondFactor, &'static str> {
    if let Some(claims) = parameters.get("claims") {
        let essential = essential_acr(claims)?;
        if essential != SecondFactor::NotRequested {
            return Ok(essential);
        }
    }
    let values = parameters.get("acr_values").unwrap_or_default();
    let is_requested = values
        .split_ascii_whitespace()
        .any(|acr| acr == MULTI_FACTOR);
    Ok(if is_requested {
        SecondFactor::Voluntary
    } else {
        SecondFactor::NotRequested
    })
}

fn essential_acr(claims: &str) -> Result<SecondFactor, &'static str> {
    let claims: Value = serde_json::from_str(claims)
        .ok()
        .filter(Value::is_object)
        .ok_or("The parameter claims is not a JSON object.")?;
    let acr = &claims["id_token"]["acr"];
    if acr["essential"] != true {
        return Ok(SecondFactor::NotRequested);
    }
    let mut accepted = acr["values"]
        .as_array()
        .into_iter()
        .flatten()
        .chain(acr.get("value"))
        .peekable();
    // Without values, any class satisfies the request, and this is the only one.
    if accepted.peek().is_none() || accepted.any(|value| value == MULTI_FACTOR) {
        Ok(SecondFactor::Essential)
    } else {
        Ok(SecondFactor::Unsupported)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn of(query: &[(&str, &str)]) -> Result<SecondFactor, &'static str> {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(query)
            .finish();
        requested(&Parameters::from_query(Some(&query)).ok().unwrap())
    }

    #[test]
    fn acr_values_ask_for_a_second_factor() {
        assert_eq!(of(&[]), Ok(SecondFactor::NotRequested));
        assert_eq!(
            of(&[("acr_values", "urn:other")]),
            Ok(SecondFactor::NotRequested)
        );
        assert_eq!(
            of(&[("acr_values", &format!("urn:other {MULTI_FACTOR}"))]),
            Ok(SecondFactor::Voluntary)
        );
    }

    #[test]
    fn the_parameter_claims_makes_it_essential() {
        for (acr, expected) in [
            (
                format!(r#"{{"essential":true,"values":["x","{MULTI_FACTOR}"]}}"#),
                SecondFactor::Essential,
            ),
            (
                format!(r#"{{"essential":true,"value":"{MULTI_FACTOR}"}}"#),
                SecondFactor::Essential,
            ),
            (r#"{"essential":true}"#.to_owned(), SecondFactor::Essential),
            (
                r#"{"essential":true,"values":["urn:gold"]}"#.to_owned(),
                SecondFactor::Unsupported,
            ),
            (
                r#"{"essential":"yes"}"#.to_owned(),
                SecondFactor::NotRequested,
            ),
            ("null".to_owned(), SecondFactor::NotRequested),
        ] {
            let claims = format!(r#"{{"id_token":{{"acr":{acr}}}}}"#);
            assert_eq!(of(&[("claims", &claims)]), Ok(expected), "{acr}");
        }
        for malformed in ["[]", "x", "{"] {
            assert!(of(&[("claims", malformed)]).is_err(), "{malformed}");
        }
    }
}
