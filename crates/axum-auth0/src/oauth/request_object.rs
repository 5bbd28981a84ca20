//! Signed authorization requests (JAR, RFC 9101).

use serde_json::{Map, Value, json};
use url::Url;

use super::{
    client_authentication::RegisteredClient, error::EndpointError, token_endpoint::TokenEndpoint,
};
use crate::{
    config::{ClientCredentials, Config},
    provider::Metadata,
    random,
};

/// `typ` of a request object (RFC 9101 §10.8), so that it cannot be taken for another JWT of the client.
const TYPE: &str = "oauth-authz-req+jwt";

/// Seconds during which the browser can present a request.
const LIFETIME: i64 = 120;

const SETTING: &str = "AUTH0_SIGNED_REQUEST_OBJECT";

/// Parameters whose value in a request object is JSON instead of text (OpenID Connect Core 1.0 §6.1, RFC 9396 §3).
const JSON_PARAMETERS: [&str; 3] = ["authorization_details", "claims", "max_age"];

/// Returns whether a login signs its authorization request.
pub(crate) fn signs_requests(config: &Config, metadata: &Metadata) -> bool {
    config.signs_authorization_requests() || metadata.require_signed_request_object
}

impl TokenEndpoint {
    /// Returns `request`, a URL of the authorization endpoint, with its parameters in a signed JWT. Besides `client_id` there are
    /// no others (RFC 9101 §5).
    ///
    /// # Errors
    ///
    /// [`EndpointError::NotSupported`] if the client has no key, or one whose signatures the provider does not accept.
    pub(crate) fn sign_authorization_request(
        &self,
        metadata: &Metadata,
        request: &Url,
    ) -> Result<Url, EndpointError> {
        let ClientCredentials::PrivateKey { key, id } = &self.client.credentials else {
            return Err(EndpointError::NotSupported {
                setting: "A login without AUTH0_CLIENT_ASSERTION_SIGNING_KEY",
                missing: "requests that are not signed (require_signed_request_object)",
            });
        };
        let algorithms = metadata
            .request_object_signing_alg_values_supported
            .as_ref();
        if algorithms.is_some_and(|names| !names.iter().any(|name| name == key.algorithm().name()))
        {
            return Err(EndpointError::NotSupported {
                setting: SETTING,
                missing: "request objects with the algorithm of AUTH0_CLIENT_ASSERTION_SIGNING_KEY",
            });
        }
        let mut header = Map::new();
        header.insert("typ".to_owned(), TYPE.into());
        if let Some(id) = id {
            header.insert("kid".to_owned(), id.as_str().into());
        }
        let jwt = key.sign(header, &self.client.request_claims(request))?;
        let mut url = request.clone();
        // An endpoint may have a query of its own (RFC 6749 §3.1).
        let own = metadata.authorization_endpoint.as_ref();
        url.set_query(own.and_then(|endpoint| endpoint.query()));
        url.query_pairs_mut()
            .append_pair("client_id", &self.client.id)
            .append_pair("request", &jwt);
        Ok(url)
    }
}

impl RegisteredClient {
    /// Returns the claims of a request object (RFC 9101 §4).
    fn request_claims(&self, request: &Url) -> Map<String, Value> {
        let now = self.clock.unix_seconds();
        let mut claims = Map::new();
        for (name, value) in request.query_pairs() {
            let value = if JSON_PARAMETERS.contains(&name.as_ref()) {
                serde_json::from_str(&value).unwrap_or_else(|_| json!(value))
            } else {
                json!(value)
            };
            match claims.get_mut(name.as_ref()) {
                // RFC 8707 §2: `resource` may be repeated.
                Some(Value::Array(values)) if name == "resource" => values.push(value),
                Some(first) if name == "resource" => *first = json!([first.take(), value]),
                _ => {
                    claims.insert(name.into_owned(), value);
                }
            }
        }
        for (name, value) in [
            ("iss", json!(self.id)),
            ("aud", json!(self.issuer)),
            ("iat", json!(now)),
            ("nbf", json!(now)),
            ("exp", json!(now + LIFETIME)),
            ("jti", json!(random::base64url::<16>(self.random.as_ref()))),
        ] {
            claims.insert(name.to_owned(), value);
        }
        claims
    }
}
