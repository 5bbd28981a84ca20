//! The `WWW-Authenticate` challenge with which an API rejects a token (RFC 6750 §3, RFC 9470 §3).

use std::time::Duration;

use http::{HeaderMap, header::WWW_AUTHENTICATE};

use super::error::StepUpChallenge;

/// Maximum length of a header in bytes. Longer headers are ignored.
const MAX_LENGTH: usize = 4_096;

/// Minimum length of a token part to search for. Shorter parts can occur in a text by coincidence.
const MIN_PART: usize = 12;

/// Maximum length of `acr_values` in bytes: what the login route accepts.
const MAX_ACR_VALUES: usize = 512;

/// The challenge of a response, for the scheme of the request.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Challenge {
    /// The header's value, unless it contains the token.
    pub(super) text: Option<String>,
    error: Option<String>,
    scope: Option<String>,
    acr_values: Option<String>,
    max_age: Option<String>,
    /// Whether the token is bound to a key, and the API offers bearer tokens only.
    pub(super) is_without_dpop: bool,
}

impl Challenge {
    /// Parses the challenge of a response to a request with `token`. If it is bound to a key (`is_bound`), that is the one
    /// for `DPoP` (RFC 9449 §7.1), or else that for bearer tokens.
    pub(crate) fn of(headers: &HeaderMap, token: &str, is_bound: bool) -> Self {
        let find = |scheme: &str| {
            headers
                .get_all(WWW_AUTHENTICATE)
                .iter()
                .filter_map(|value| value.to_str().ok())
                .filter(|text| text.len() <= MAX_LENGTH && !repeats(text, token))
                .find_map(|text| parse(text, scheme))
        };
        if !is_bound {
            return find("bearer").unwrap_or_default();
        }
        find("dpop").unwrap_or_else(|| {
            let bearer = find("bearer");
            Self {
                is_without_dpop: bearer.is_some(),
                ..bearer.unwrap_or_default()
            }
        })
    }

    /// Returns whether the API asks for a proof with the nonce of its response (RFC 9449 §9).
    pub(crate) fn asks_for_nonce(&self) -> bool {
        self.error.as_deref() == Some("use_dpop_nonce")
    }

    /// Returns whether another token may be accepted: the error is `invalid_token` (expired, revoked, malformed) or
    /// absent.
    pub(crate) fn is_invalid_token(&self) -> bool {
        matches!(self.error.as_deref(), None | Some("invalid_token"))
    }

    /// Returns the scopes that the token lacks, if the error is `insufficient_scope` and lists them.
    pub(crate) fn missing_scope(&self) -> Option<&str> {
        let is_reason = self.error.as_deref() == Some("insufficient_scope");
        let named = self
            .scope
            .as_deref()
            .filter(|scope| !scope.trim().is_empty());
        named.filter(|_| is_reason)
    }

    /// Returns the login that the API requires, if the error is `insufficient_user_authentication` (RFC 9470 §3).
    /// A malformed parameter counts as absent.
    pub(crate) fn step_up(&self) -> Option<StepUpChallenge> {
        if self.error.as_deref() != Some("insufficient_user_authentication") {
            return None;
        }
        let acr_values = self.acr_values.as_deref().unwrap_or_default();
        let is_text = |byte: u8| byte.is_ascii_graphic() || byte == b' ';
        let is_valid = acr_values.len() <= MAX_ACR_VALUES && acr_values.bytes().all(is_text);
        let acr_values = acr_values.split(' ').filter(|value| !value.is_empty());
        let max_age = self.max_age.as_deref().and_then(|text| text.parse().ok());
        Some(StepUpChallenge {
            acr_values: acr_values.filter(|_| is_valid).map(str::to_owned).collect(),
            max_age: max_age.map(|seconds: u32| Duration::from_secs(seconds.into())),
        })
    }
}

fn parse(text: &str, scheme: &str) -> Option<Challenge> {
    let challenges = http_auth::parse_challenges(text).ok()?;
    let challenge = challenges
        .iter()
        .find(|challenge| challenge.scheme.eq_ignore_ascii_case(scheme))?;
    let parameter = |name: &str| {
        let found = challenge
            .params
            .iter()
            .find(|(given, _)| given.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.to_unescaped())
    };
    Some(Challenge {
        text: Some(text.to_owned()),
        error: parameter("error"),
        scope: parameter("scope"),
        acr_values: parameter("acr_values"),
        max_age: parameter("max_age"),
        is_without_dpop: false,
    })
}

/// Returns whether `text` contains the token or a part of it. Some APIs quote the rejected token, and the text is
/// logged.
fn repeats(text: &str, token: &str) -> bool {
    token
        .split('.')
        .any(|part| part.len() >= MIN_PART && text.contains(part))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    const TOKEN: &str = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJlLW9mLWFsaWNl";

    fn challenge(values: &[&str]) -> Challenge {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(WWW_AUTHENTICATE, value.parse().unwrap());
        }
        Challenge::of(&headers, TOKEN, false)
    }

    /// Returns the challenge for a token that is bound to a key.
    fn of_bound(values: &[&str]) -> Challenge {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(WWW_AUTHENTICATE, value.parse().unwrap());
        }
        Challenge::of(&headers, TOKEN, true)
    }

    #[test]
    fn a_bound_token_has_the_challenge_of_dpop() {
        for values in [
            &[r#"dpop error="use_dpop_nonce""#][..],
            &[
                r#"Bearer error="invalid_token""#,
                r#"DPoP error="use_dpop_nonce", algs="ES256""#,
            ],
            &[r#"Bearer realm="a", DPoP error="use_dpop_nonce""#],
        ] {
            let challenge = of_bound(values);
            assert!(challenge.asks_for_nonce(), "{values:?}");
            assert!(!challenge.is_invalid_token(), "{values:?}");
            assert!(!challenge.is_without_dpop, "{values:?}");
        }
        let bearer_only = of_bound(&[r#"Bearer error="invalid_token""#]);
        assert!(bearer_only.is_without_dpop);
        assert!(!of_bound(&[]).is_without_dpop);
        let bearer = challenge(&[r#"Bearer error="use_dpop_nonce""#]);
        assert!(!bearer.is_without_dpop);
    }

    #[test]
    fn an_invalid_token_or_no_reason_is_invalid_token() {
        for values in [
            &[][..],
            &["Bearer"],
            &[r#"Bearer realm="api""#],
            &[r#"Bearer error="invalid_token""#],
            &[r#"bearer realm="a, b", error=invalid_token"#],
            &[r#"Basic realm="x", Bearer error="invalid_token""#],
            &[r#"Digest realm="x""#, r#"Bearer error="invalid_token""#],
            &["what?=="],
        ] {
            assert!(challenge(values).is_invalid_token(), "{values:?}");
        }
    }

    #[test]
    fn other_errors_do_not_allow_another_token() {
        for value in [
            r#"Bearer error="invalid_request""#,
            r#"Bearer error="insufficient_scope", scope="a""#,
            r#"Bearer realm="error=\"invalid_token\"", error="invalid_request""#,
        ] {
            assert!(!challenge(&[value]).is_invalid_token(), "{value}");
        }
    }

    #[test]
    fn a_missing_scope_is_named() {
        let missing = |value| challenge(&[value]).missing_scope().map(str::to_owned);
        assert_eq!(
            missing(r#"Bearer error="insufficient_scope", scope="write:orders read:orders""#),
            Some("write:orders read:orders".to_owned())
        );
        for value in [
            r#"Bearer error="insufficient_scope""#,
            r#"Bearer error="insufficient_scope", scope=" ""#,
            r#"Bearer error="insufficient_scope", xscope="write:orders""#,
            r#"Bearer error="other", scope="write:orders""#,
            r#"DPoP error="insufficient_scope", scope="write:orders""#,
        ] {
            assert_eq!(missing(value), None, "{value}");
        }
    }

    #[test]
    fn a_step_up_challenge_has_the_parameters_of_the_login() {
        let step_up = |value: &str| challenge(&[value]).step_up();
        let required = |acr_values: &[&str], max_age: Option<u64>| {
            Some(StepUpChallenge {
                acr_values: acr_values.iter().map(|&value| value.to_owned()).collect(),
                max_age: max_age.map(Duration::from_secs),
            })
        };
        let error = r#"Bearer error="insufficient_user_authentication""#;
        for (parameters, expected) in [
            ("", required(&[], None)),
            (r#", max_age="5""#, required(&[], Some(5))),
            (", max_age=0", required(&[], Some(0))),
            (
                r#", acr_values="urn:mfa  phr", max_age="300", resource_metadata="https://a""#,
                required(&["urn:mfa", "phr"], Some(300)),
            ),
            // Malformed parameters count as absent.
            (r#", max_age="-5""#, required(&[], None)),
            (r#", max_age="5 minutes""#, required(&[], None)),
            (r#", max_age="99999999999999999999""#, required(&[], None)),
        ] {
            assert_eq!(step_up(&format!("{error}{parameters}")), expected);
        }
        let long = format!(r#"{error}, acr_values="{}""#, "x".repeat(513));
        assert_eq!(step_up(&long), required(&[], None));
    }

    #[test]
    fn other_challenges_require_no_step_up() {
        for value in [
            "Bearer",
            r#"Bearer error="invalid_token", max_age="5", acr_values="urn:mfa""#,
            r#"Bearer error="insufficient_scope", max_age="5""#,
            r#"DPoP error="insufficient_user_authentication", max_age="5""#,
        ] {
            assert_eq!(challenge(&[value]).step_up(), None, "{value}");
        }
        // Another token of the same login would be refused as well.
        let value = r#"Bearer error="insufficient_user_authentication""#;
        assert!(!challenge(&[value]).is_invalid_token());
    }

    #[test]
    fn a_challenge_that_quotes_the_token_is_not_repeated() {
        for quoted in [TOKEN, &TOKEN[..30], "c2lnbmF0dXJlLW9mLWFsaWNl"] {
            let value = format!(r#"Bearer error="invalid_token", error_description="{quoted}""#);
            assert_eq!(challenge(&[&value]), Challenge::default(), "{quoted}");
        }
        let long = format!(r#"Bearer error="{}""#, "x".repeat(MAX_LENGTH));
        assert_eq!(challenge(&[&long]), Challenge::default());
    }
}
