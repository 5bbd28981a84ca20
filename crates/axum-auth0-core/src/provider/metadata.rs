//! What the provider says about itself.

use serde_json::{Map, Value};
use url::Url;

use super::{Issuer, ProviderError, internal_origin::InternalOrigin};
use crate::{http_client::is_secure, json};

/// A provider's metadata: [OpenID Connect Discovery §3](https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata),
/// [RFC 8414](https://www.rfc-editor.org/rfc/rfc8414).
///
/// Only the issuer and the keys' address must be right; an API needs no more. Members that we do not know, and optional ones
/// that are `null`, an empty string, or of a type that they must not have, are taken for absent: real providers have all of these.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "the specification has them")]
pub struct Metadata {
    /// The issuer, equal to the configured one.
    pub issuer: Issuer,
    /// Where the keys are.
    pub jwks_uri: Url,
    /// Where a login begins.
    pub authorization_endpoint: Option<Url>,
    /// Where a code is exchanged and a token refreshed.
    pub token_endpoint: Option<Url>,
    /// Where profile claims are.
    pub userinfo_endpoint: Option<Url>,
    /// Where a logout at the provider begins.
    pub end_session_endpoint: Option<Url>,
    /// Where a token is revoked (RFC 7009).
    pub revocation_endpoint: Option<Url>,
    /// Where an authorization request is pushed (RFC 9126).
    pub pushed_authorization_request_endpoint: Option<Url>,
    /// Whether every authorization request must be pushed.
    pub require_pushed_authorization_requests: bool,
    /// The scopes it knows, where it lists them.
    pub scopes_supported: Option<Vec<String>>,
    /// The algorithms it signs ID tokens with; empty where it does not say. May list `none` and others that we do not accept.
    pub id_token_signing_alg_values_supported: Vec<String>,
    /// How clients authenticate at the token endpoint.
    pub token_endpoint_auth_methods_supported: Option<Vec<String>>,
    /// How clients authenticate at the revocation endpoint; `client_secret_basic` where it does not say (RFC 8414 §2).
    pub revocation_endpoint_auth_methods_supported: Option<Vec<String>>,
    /// The PKCE methods it knows (RFC 7636).
    pub code_challenge_methods_supported: Option<Vec<String>>,
    /// The grants it knows.
    pub grant_types_supported: Option<Vec<String>>,
    /// The values of `prompt` that it knows.
    pub prompt_values_supported: Option<Vec<String>>,
    /// The algorithms of `DPoP` proofs it knows (RFC 9449).
    pub dpop_signing_alg_values_supported: Option<Vec<String>>,
    /// Whether the callback carries `iss` (RFC 9207).
    pub authorization_response_iss_parameter_supported: bool,
    /// Whether it sends back-channel logout tokens.
    pub backchannel_logout_supported: bool,
    /// Whether these name the session (`sid`).
    pub backchannel_logout_session_supported: bool,
}

impl Metadata {
    pub(super) fn from_json(
        document: Value,
        issuer: &Issuer,
        internal: &InternalOrigin,
    ) -> Result<Self, ProviderError> {
        let Value::Object(members) = document else {
            return Err(ProviderError::Metadata("it is not a JSON object"));
        };
        let members = Members {
            document: members,
            issuer,
            internal,
        };
        members.check_issuer()?;
        Ok(Self {
            issuer: issuer.clone(),
            jwks_uri: members
                .internal_endpoint("jwks_uri", "jwks_uri must be an https URL")?
                .ok_or(ProviderError::Metadata(
                    "jwks_uri is missing, null or empty",
                ))?,
            authorization_endpoint: members.endpoint(
                "authorization_endpoint",
                "authorization_endpoint must be an https URL",
            )?,
            token_endpoint: members
                .internal_endpoint("token_endpoint", "token_endpoint must be an https URL")?,
            userinfo_endpoint: members.optional_internal_endpoint("userinfo_endpoint"),
            end_session_endpoint: members.optional_endpoint("end_session_endpoint"),
            revocation_endpoint: members.optional_internal_endpoint("revocation_endpoint"),
            pushed_authorization_request_endpoint: members
                .optional_internal_endpoint("pushed_authorization_request_endpoint"),
            require_pushed_authorization_requests: members
                .flag("require_pushed_authorization_requests"),
            scopes_supported: members.list("scopes_supported"),
            id_token_signing_alg_values_supported: members
                .list("id_token_signing_alg_values_supported")
                .unwrap_or_default(),
            token_endpoint_auth_methods_supported: members
                .list("token_endpoint_auth_methods_supported"),
            revocation_endpoint_auth_methods_supported: members
                .list("revocation_endpoint_auth_methods_supported"),
            code_challenge_methods_supported: members.list("code_challenge_methods_supported"),
            grant_types_supported: members.list("grant_types_supported"),
            prompt_values_supported: members.list("prompt_values_supported"),
            dpop_signing_alg_values_supported: members.list("dpop_signing_alg_values_supported"),
            authorization_response_iss_parameter_supported: members
                .flag("authorization_response_iss_parameter_supported"),
            backchannel_logout_supported: members.flag("backchannel_logout_supported"),
            backchannel_logout_session_supported: members
                .flag("backchannel_logout_session_supported"),
        })
    }
}

struct Members<'a> {
    document: Map<String, Value>,
    issuer: &'a Issuer,
    internal: &'a InternalOrigin,
}

impl Members<'_> {
    /// [OpenID Connect Discovery §4.3](https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfigurationValidation):
    /// exactly equal, or any host could speak for any provider.
    fn check_issuer(&self) -> Result<(), ProviderError> {
        let found = match self.get("issuer") {
            Some(Value::String(found)) => found,
            Some(_) => return Err(ProviderError::Metadata("issuer is not a string")),
            None => return Err(ProviderError::Metadata("issuer is missing, null or empty")),
        };
        if found == self.issuer.as_str() {
            return Ok(());
        }
        let shown = found
            .chars()
            .filter(|character| !character.is_control())
            .take(200)
            .collect();
        Err(ProviderError::IssuerMismatch {
            configured: self.issuer.as_str().to_owned(),
            found: shown,
        })
    }

    fn get(&self, name: &str) -> Option<&Value> {
        json::member(&self.document, name)
    }

    /// An endpoint that a login or an API stands on: where it is unsafe, that is not the same as absent.
    fn endpoint(&self, name: &str, problem: &'static str) -> Result<Option<Url>, ProviderError> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => self
                .safe_url(text)
                .map(Some)
                .ok_or(ProviderError::Metadata(problem)),
            Some(_) => Err(ProviderError::Metadata(problem)),
        }
    }

    /// As [`Self::endpoint`], of one that this program asks itself: at the internal origin, if there is one.
    fn internal_endpoint(
        &self,
        name: &str,
        problem: &'static str,
    ) -> Result<Option<Url>, ProviderError> {
        match self.announced_internally(name) {
            Some(url) => Ok(Some(url)),
            None => Ok(self
                .endpoint(name, problem)?
                .map(|url| self.internal.of(url, self.issuer))),
        }
    }

    fn optional_internal_endpoint(&self, name: &'static str) -> Option<Url> {
        self.announced_internally(name).or_else(|| {
            self.optional_endpoint(name)
                .map(|url| self.internal.of(url, self.issuer))
        })
    }

    /// An endpoint that the provider, asked at the internal origin, announces there. The configuration trusts that origin,
    /// plain http or not.
    fn announced_internally(&self, name: &str) -> Option<Url> {
        let url = Url::parse(self.get(name)?.as_str()?).ok()?;
        let is_plain =
            url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
        (is_plain && self.internal.contains(&url)).then_some(url)
    }

    fn optional_endpoint(&self, name: &'static str) -> Option<Url> {
        let text = self.get(name)?.as_str()?;
        let url = self.safe_url(text);
        if url.is_none() {
            tracing::warn!(
                endpoint = name,
                "the provider's metadata has an endpoint that is not an https URL: it is ignored"
            );
        }
        url
    }

    /// Plain http is for local providers; a remote one must not point us at our own machine.
    fn safe_url(&self, text: &str) -> Option<Url> {
        let url = Url::parse(text).ok()?;
        let allowed = is_secure(&url)
            && (url.scheme() == "https" || self.issuer.is_local())
            && url.fragment().is_none();
        allowed.then_some(url)
    }

    fn list(&self, name: &str) -> Option<Vec<String>> {
        let items = self.get(name)?.as_array()?;
        Some(
            items
                .iter()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect(),
        )
    }

    fn flag(&self, name: &str) -> bool {
        matches!(self.get(name), Some(Value::Bool(true)))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(document: Value) -> Result<Metadata, ProviderError> {
        let issuer = Issuer::parse("op.example.com").unwrap();
        Metadata::from_json(document, &issuer, &InternalOrigin::default())
    }

    #[test]
    fn the_least_that_an_api_needs_is_enough() {
        let metadata = read(
            json!({"issuer": "https://op.example.com/", "jwks_uri": "https://op.example.com/keys"}),
        )
        .unwrap();
        assert_eq!(metadata.jwks_uri.as_str(), "https://op.example.com/keys");
        assert_eq!(metadata.token_endpoint, None);
        assert!(metadata.id_token_signing_alg_values_supported.is_empty());
    }

    #[test]
    fn odd_optional_members_are_taken_for_absent() {
        let metadata = read(json!({
            "issuer": "https://op.example.com/", "jwks_uri": "https://op.example.com/keys",
            "scopes_supported": "openid", "revocation_endpoint": 5, "userinfo_endpoint": "http://op.example.com/me",
            "end_session_endpoint": "https://op.example.com/logout", "token_endpoint": null,
            "authorization_response_iss_parameter_supported": "true", "backchannel_logout_supported": true,
            "id_token_signing_alg_values_supported": ["none", 7, "RS256"], "unknown": {"nested": []},
        }))
        .unwrap();
        assert_eq!(metadata.scopes_supported, None);
        assert_eq!(metadata.revocation_endpoint, None);
        assert_eq!(metadata.userinfo_endpoint, None);
        assert_eq!(metadata.token_endpoint, None);
        assert_eq!(metadata.end_session_endpoint.unwrap().path(), "/logout");
        assert!(!metadata.authorization_response_iss_parameter_supported);
        assert!(metadata.backchannel_logout_supported);
        assert_eq!(
            metadata.id_token_signing_alg_values_supported,
            ["none", "RS256"]
        );
    }

    #[test]
    fn null_and_empty_members_are_absent_and_required_ones_are_named() {
        let with = |name: &str, value: Value| {
            let mut document = json!({
                "issuer": "https://op.example.com/", "jwks_uri": "https://op.example.com/keys",
            });
            document[name] = value;
            read(document)
        };
        for empty in [json!(null), json!("")] {
            for name in [
                "authorization_endpoint",
                "token_endpoint",
                "end_session_endpoint",
                "scopes_supported",
                "require_pushed_authorization_requests",
            ] {
                let least = with("unknown", json!(1)).unwrap();
                assert_eq!(with(name, empty.clone()).unwrap(), least, "{name}");
            }
            for name in ["issuer", "jwks_uri"] {
                let error = with(name, empty.clone()).unwrap_err().to_string();
                assert!(
                    error.contains(&format!("{name} is missing, null or empty")),
                    "{error}"
                );
            }
        }
    }

    #[test]
    fn another_issuer_is_an_error_that_says_what_to_set() {
        for found in [
            "https://op.example.com",
            "https://op.example.com/INVALID",
            "https://OP.example.com/",
            "http://op.example.com/",
        ] {
            let error = read(json!({"issuer": found, "jwks_uri": "https://op.example.com/keys"}))
                .unwrap_err();
            let text = error.to_string();
            assert!(
                text.contains("https://op.example.com/,")
                    && text.ends_with(&format!("set AUTH0_DOMAIN={found}")),
                "{text}"
            );
        }
        assert!(matches!(
            read(json!({"jwks_uri": "https://op.example.com/keys"})),
            Err(ProviderError::Metadata(_))
        ));
    }

    #[test]
    fn unsafe_endpoints_are_refused() {
        for unsafe_url in [
            "http://op.example.com/x",
            "http://127.0.0.1/x",
            "http://169.254.169.254/",
            "file:///etc/passwd",
            "keys",
        ] {
            for name in ["jwks_uri", "token_endpoint", "authorization_endpoint"] {
                let mut document = json!({"issuer": "https://op.example.com/", "jwks_uri": "https://op.example.com/keys"});
                document[name] = json!(unsafe_url);
                assert!(
                    matches!(read(document), Err(ProviderError::Metadata(_))),
                    "{name} {unsafe_url}"
                );
            }
        }
    }

    #[test]
    fn a_local_provider_may_speak_http() {
        let issuer = Issuer::parse("http://127.0.0.1:4000/").unwrap();
        let document =
            json!({"issuer": "http://127.0.0.1:4000/", "jwks_uri": "http://127.0.0.1:4000/keys"});
        assert!(Metadata::from_json(document, &issuer, &InternalOrigin::default()).is_ok());
    }

    #[test]
    fn what_this_program_asks_itself_is_at_the_internal_origin_and_the_rest_is_not() {
        let issuer = Issuer::parse("https://op.example.com/realms/a").unwrap();
        let internal = InternalOrigin::new(Some(&Url::parse("http://keycloak:8080").unwrap()));
        let document = |token: &str, authorization: &str| {
            json!({
                "issuer": "https://op.example.com/realms/a", "jwks_uri": "https://op.example.com/realms/a/keys",
                "token_endpoint": token, "authorization_endpoint": authorization,
                "userinfo_endpoint": "https://op.example.com/me", "revocation_endpoint": "http://keycloak:8080/revoke",
                "end_session_endpoint": "https://op.example.com/logout",
            })
        };
        let public = "https://op.example.com/authorize";
        let read = |token, authorization| {
            Metadata::from_json(document(token, authorization), &issuer, &internal)
        };
        for token in ["https://op.example.com/token", "http://keycloak:8080/token"] {
            let metadata = read(token, public).unwrap();
            let text = |url: Option<Url>| url.unwrap().to_string();
            assert_eq!(
                metadata.jwks_uri.as_str(),
                "http://keycloak:8080/realms/a/keys"
            );
            assert_eq!(text(metadata.token_endpoint), "http://keycloak:8080/token");
            assert_eq!(text(metadata.userinfo_endpoint), "http://keycloak:8080/me");
            assert_eq!(
                text(metadata.revocation_endpoint),
                "http://keycloak:8080/revoke"
            );
            assert_eq!(text(metadata.authorization_endpoint), public);
            assert_eq!(
                text(metadata.end_session_endpoint),
                "https://op.example.com/logout"
            );
        }
        // A browser cannot go there, and no other plain address is trusted.
        assert!(
            read(
                "https://op.example.com/token",
                "http://keycloak:8080/authorize"
            )
            .is_err()
        );
        assert!(read("http://other:8080/token", public).is_err());
        // The issuer is compared as ever.
        let mut document = document("https://op.example.com/token", public);
        document["issuer"] = json!("http://keycloak:8080/realms/a");
        assert!(matches!(
            Metadata::from_json(document, &issuer, &internal),
            Err(ProviderError::IssuerMismatch { .. })
        ));
    }

    #[test]
    fn what_is_not_an_object_is_refused() {
        for document in [json!(null), json!([]), json!("text"), json!({})] {
            assert!(matches!(read(document), Err(ProviderError::Metadata(_))));
        }
    }
}
