//! The `WWW-Authenticate` challenge of an error response
//! ([RFC 6750 §3](https://www.rfc-editor.org/rfc/rfc6750#section-3)).

use std::sync::Arc;

use super::{error_detail::ErrorDetail, error_kind::BearerErrorKind, presented_token::Scheme};

/// The settings of a verifier that its challenges depend on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ChallengeSettings {
    /// The API's identifier. The challenge contains it as the audience to request.
    pub(super) audience: Arc<str>,
    /// The URL of the API's metadata ([RFC 9728 §5.1](https://www.rfc-editor.org/rfc/rfc9728#section-5.1)).
    pub(super) metadata_url: Option<Arc<str>>,
    pub(super) error_detail: ErrorDetail,
    pub(super) dpop: Option<DpopChallenge>,
}

/// What challenges say about `DPoP`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DpopChallenge {
    /// The algorithms of proofs, separated by spaces.
    pub(super) algorithms: String,
    /// Whether bearer tokens are refused.
    pub(super) is_required: bool,
}

impl ChallengeSettings {
    /// Returns a challenge for each scheme that the API accepts (RFC 9449 §7.1). The first one is for the scheme of the
    /// request, and only it has the error.
    pub(super) fn challenges(
        &self,
        kind: &BearerErrorKind,
        description: &str,
        presented: Scheme,
    ) -> Vec<String> {
        let schemes: &[Scheme] = match (&self.dpop, presented) {
            (None, _) => &[Scheme::Bearer],
            (Some(dpop), _) if dpop.is_required => &[Scheme::Dpop],
            (Some(_), Scheme::Bearer) => &[Scheme::Bearer, Scheme::Dpop],
            (Some(_), Scheme::Dpop) => &[Scheme::Dpop, Scheme::Bearer],
        };
        let mut challenges = Vec::new();
        for scheme in schemes {
            let kind = if challenges.is_empty() {
                kind
            } else {
                &BearerErrorKind::NoToken
            };
            challenges.push(self.challenge(kind, description, *scheme));
        }
        challenges
    }

    /// Returns the challenge for a scheme. It always has the realm, because RFC 6750 §3 requires a parameter. It has no
    /// error if the request has no token.
    fn challenge(&self, kind: &BearerErrorKind, description: &str, scheme: Scheme) -> String {
        let mut parameters = vec![("realm", quoted(&self.audience))];
        if let Some(url) = &self.metadata_url {
            parameters.push(("resource_metadata", quoted(url)));
        }
        if let (Scheme::Dpop, Some(dpop)) = (scheme, &self.dpop) {
            parameters.push(("algs", dpop.algorithms.clone()));
        }
        if *kind != BearerErrorKind::NoToken {
            parameters.push(("error", kind.code().to_owned()));
            parameters.push(("error_description", quoted(description)));
        }
        match kind {
            BearerErrorKind::InsufficientScope(missing)
            | BearerErrorKind::InsufficientPermission(missing) => {
                parameters.push(("scope", quoted(missing)));
            }
            BearerErrorKind::InsufficientUserAuthentication {
                acr_values,
                max_age,
            } => {
                if !acr_values.is_empty() {
                    parameters.push(("acr_values", quoted(&acr_values.join(" "))));
                }
                if let Some(max_age) = max_age {
                    parameters.push(("max_age", max_age.as_secs().to_string()));
                }
            }
            _ => {}
        }
        let parameters: Vec<_> = parameters
            .iter()
            .map(|(name, value)| format!("{name}=\"{value}\""))
            .collect();
        let scheme = match scheme {
            Scheme::Bearer => "Bearer",
            Scheme::Dpop => "DPoP",
        };
        format!("{scheme} {}", parameters.join(", "))
    }
}

/// Escapes text for a quoted string. Characters that are not allowed in a header become question marks.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            ' '..='~' => quoted.push(character),
            _ => quoted.push('?'),
        }
    }
    quoted
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn challenge(kind: &BearerErrorKind, audience: &str, metadata_url: Option<&str>) -> String {
        let settings = ChallengeSettings {
            audience: audience.into(),
            metadata_url: metadata_url.map(Arc::from),
            error_detail: ErrorDetail::Brief,
            dpop: None,
        };
        settings.challenge(kind, kind.description(), Scheme::Bearer)
    }

    /// Returns the challenges of an API that verifies `DPoP` proofs.
    fn challenges(kind: &BearerErrorKind, presented: Scheme, is_required: bool) -> Vec<String> {
        let settings = ChallengeSettings {
            audience: "api".into(),
            metadata_url: None,
            error_detail: ErrorDetail::Brief,
            dpop: Some(DpopChallenge {
                algorithms: "ES256 EdDSA".to_owned(),
                is_required,
            }),
        };
        settings.challenges(kind, "odd", presented)
    }

    /// RFC 9449 §7.1.
    #[test]
    fn an_api_with_dpop_has_a_challenge_for_each_scheme_and_the_error_for_that_of_the_request() {
        let dpop = r#"DPoP realm="api", algs="ES256 EdDSA""#;
        let bearer = r#"Bearer realm="api""#;
        let error = r#", error="invalid_token", error_description="odd""#;
        let none = BearerErrorKind::NoToken;
        assert_eq!(challenges(&none, Scheme::Bearer, false), [bearer, dpop]);
        assert_eq!(challenges(&none, Scheme::Bearer, true), [dpop]);
        let expired = BearerErrorKind::Expired;
        assert_eq!(
            challenges(&expired, Scheme::Dpop, false),
            [&format!("{dpop}{error}"), bearer]
        );
        assert_eq!(
            challenges(&expired, Scheme::Bearer, false),
            [&format!("{bearer}{error}"), dpop]
        );
        assert_eq!(
            challenges(&expired, Scheme::Bearer, true),
            [format!("{dpop}{error}")]
        );
    }

    #[test]
    fn a_request_without_a_token_gets_a_challenge_without_an_error() {
        let api = "https://api.example.com";
        assert_eq!(
            challenge(&BearerErrorKind::NoToken, api, None),
            r#"Bearer realm="https://api.example.com""#
        );
        let url = "https://api.example.com/.well-known/oauth-protected-resource";
        assert_eq!(
            challenge(&BearerErrorKind::NoToken, api, Some(url)),
            r#"Bearer realm="https://api.example.com", resource_metadata="https://api.example.com/.well-known/oauth-protected-resource""#
        );
    }

    #[test]
    fn a_missing_scope_is_named() {
        assert_eq!(
            challenge(
                &BearerErrorKind::InsufficientScope("write:products".to_owned()),
                "api",
                None
            ),
            r#"Bearer realm="api", error="insufficient_scope", error_description="the access token lacks the scope that this request needs", scope="write:products""#
        );
    }

    #[test]
    fn a_step_up_challenge_has_the_parameters_of_the_login() {
        let kind = BearerErrorKind::InsufficientUserAuthentication {
            acr_values: vec!["urn:mfa".to_owned(), "urn:hwk".to_owned()],
            max_age: Some(Duration::from_mins(5)),
        };
        assert_eq!(
            challenge(&kind, "api", None),
            r#"Bearer realm="api", error="insufficient_user_authentication", error_description="this request needs a more recent or a stronger login of the user", acr_values="urn:mfa urn:hwk", max_age="300""#
        );
    }

    #[test]
    fn nothing_breaks_out_of_the_header() {
        assert_eq!(
            challenge(
                &BearerErrorKind::Expired,
                "a\"b\\c\r\nd\u{e9}",
                Some("https://e\"")
            ),
            r#"Bearer realm="a\"b\\c??d?", resource_metadata="https://e\"", error="invalid_token", error_description="the access token expired""#
        );
    }
}
