//! Interprets error responses of the provider or of an API. Auth0 describes in text what RFC 6749 and RFC 8707 express
//! by error codes.

use super::{Diagnosis, printable};
use crate::config::{ApiSettings, Config};

impl Diagnosis {
    /// Returns the diagnosis for an error of the token endpoint. Auth0 answers a wrong client secret with
    /// `access_denied` and “Unauthorized”, an unknown API with “Service not found: …”, and an API that the application
    /// may not use with “Client … is not authorized to access resource server …”. `audience` comes with its variable.
    pub fn of_error_response(
        error: &str,
        description: Option<&str>,
        audience: Option<(&str, &str)>,
    ) -> Self {
        let variable = audience.map_or("AUTH0_AUDIENCE", |(_, variable)| variable);
        let audience = audience.map(|(audience, _)| audience.to_owned());
        match (error, description) {
            ("invalid_client", _) | ("access_denied", Some("Unauthorized")) => Self::ClientRejected,
            ("unauthorized_client", _) if !is_unauthorized_for_api(description) => {
                Self::grant_not_allowed(error, description)
            }
            ("invalid_target", Some(text)) if is_about_number(text) => {
                Self::SeveralAudiencesRefused {
                    description: printable(text),
                }
            }
            ("invalid_dpop_proof", _) => Self::DpopProofRefused {
                description: description.map(printable),
            },
            _ if is_unauthorized_for_api(description) => Self::ApiNotAuthorized { audience },
            _ if is_unknown_audience(error, description) => Self::AudienceUnknown {
                audience,
                variable: variable.to_owned(),
            },
            _ => Self::RefusedByProvider {
                error: printable(error),
                description: description.map(printable),
            },
        }
    }

    /// Returns the diagnosis for a provider that requires a `DPoP` proof, if this server sends none. RFC 9449 §5 names
    /// no error for that: `invalid_grant` and `invalid_request` are common, with a description.
    pub(crate) fn of_missing_proof(
        uses_dpop: bool,
        error: &str,
        description: Option<&str>,
    ) -> Option<Self> {
        let is_about_proofs = matches!(error, "invalid_dpop_proof" | "use_dpop_nonce")
            || description.is_some_and(|text| text.to_ascii_lowercase().contains("dpop"));
        (is_about_proofs && !uses_dpop).then(|| Self::DpopProofRequired {
            description: description.map(printable),
        })
    }

    /// Returns the diagnosis for an error of a login for `audience`, as [`Self::of_error_response`] does. A refused
    /// scope comes with its variable.
    pub fn of_login_error(
        config: &Config,
        error: &str,
        description: Option<&str>,
        audience: Option<&str>,
    ) -> Self {
        if let Some(diagnosis) = Self::of_missing_proof(config.dpop(), error, description) {
            return diagnosis;
        }
        let audience = audience.map(|audience| (audience, "AUTH0_AUDIENCE"));
        match Self::of_error_response(error, description, audience) {
            Self::RefusedByProvider { .. } if error == "invalid_scope" => {
                Self::scope_refused(config, description)
            }
            diagnosis => diagnosis,
        }
    }

    /// Returns the diagnosis that the application may not use the grant, with the provider's `error` and `description`.
    pub fn grant_not_allowed(error: &str, description: Option<&str>) -> Self {
        Self::GrantNotAllowed {
            error: printable(error),
            description: description.map(printable),
        }
    }

    /// Returns the diagnosis that the application may not use the grant of this type, which the provider need not name.
    pub(crate) fn grant_refused(error: &str, description: Option<&str>, grant_type: &str) -> Self {
        match description {
            Some(text) if text.contains(grant_type) => Self::grant_not_allowed(error, description),
            Some(text) => Self::grant_not_allowed(error, Some(&format!("{grant_type}: {text}"))),
            None => Self::grant_not_allowed(error, Some(grant_type)),
        }
    }

    /// Returns the diagnosis that the provider refused the scope of a login, with the provider's `description`.
    pub fn scope_refused(config: &Config, description: Option<&str>) -> Self {
        Self::ScopeRefused {
            description: description.map(printable),
            requested: config.scope_variables(),
        }
    }

    /// Returns the diagnosis for an API that refused a fresh token for `audience`. `www_authenticate` is the header of
    /// that name ([RFC 6750 §3](https://www.rfc-editor.org/rfc/rfc6750#section-3)).
    pub(crate) fn refused_by_api(
        api: &ApiSettings,
        audience: &str,
        www_authenticate: Option<&str>,
    ) -> Self {
        Self::RefusedByApi {
            audience: audience.to_owned(),
            variable: api.audience_variable().to_owned(),
            base_url: api.base_url().to_string(),
            description: www_authenticate.and_then(error_description),
        }
    }
}

/// Returns whether the provider knows no API with the audience. Auth0 reports it as text, RFC 8707 §2 as a code.
fn is_unknown_audience(error: &str, description: Option<&str>) -> bool {
    let begins = |text: &str| text.to_ascii_lowercase().starts_with("service not found");
    error == "invalid_target" || description.is_some_and(begins)
}

/// Returns whether the provider refuses `resource` because there are several, not because of the value.
fn is_about_number(description: &str) -> bool {
    let text = description.to_ascii_lowercase();
    ["single resource", "one resource", "multiple resource"]
        .iter()
        .any(|words| text.contains(words))
}

/// Returns whether the provider refuses because the application may not use the API. Matches the texts of Auth0.
fn is_unauthorized_for_api(description: Option<&str>) -> bool {
    description.is_some_and(|text| {
        text.to_ascii_lowercase()
            .contains("is not authorized to access resource server")
    })
}

/// Returns the `error_description` of a `WWW-Authenticate` header (RFC 6750 §3).
fn error_description(header: &str) -> Option<String> {
    let (_, rest) = header.split_once("error_description=\"")?;
    let (text, _) = rest.split_once('"')?;
    Some(printable(text))
}
