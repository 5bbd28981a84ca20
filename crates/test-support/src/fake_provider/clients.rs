//! Client authentication, and pushed authorization requests.

use axum_auth0::clock::Clock as _;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use jsonwebtoken::{DecodingKey, Validation, jwk::Jwk};
use serde_json::{Value, json};

use super::{CLIENT_ID, CLIENT_SECRET, Endpoint, FakeProvider, RecordedRequest, Reply};
use crate::signer::parts;

const REQUEST_URI: &str = "urn:ietf:params:oauth:request_uri:";

impl FakeProvider {
    pub(super) fn authenticates_client(&self, request: &RecordedRequest) -> bool {
        let policy = self.state().policy.clone();
        if let Some(certificate) = &policy.client_certificate {
            let credentials = ["client_secret", "client_assertion"];
            return request.certificate.as_ref() == Some(certificate)
                && request.authorization.is_none()
                && credentials.iter().all(|name| request.get(name).is_none())
                && request.get("client_id") == Some(CLIENT_ID);
        }
        if let Some(key) = &policy.client_key {
            return self.accepts_assertion(request, key);
        }
        let by_post = policy.accepts_post
            && request.authorization.is_none()
            && request.get("client_id") == Some(CLIENT_ID)
            && request.get("client_secret") == Some(CLIENT_SECRET);
        let encode =
            |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let pair = format!("{}:{}", encode(CLIENT_ID), encode(CLIENT_SECRET));
        let basic = format!("Basic {}", STANDARD.encode(pair));
        let by_basic = policy.accepts_basic
            && request.get("client_secret").is_none()
            && request.authorization.as_deref() == Some(&basic);
        let only = policy
            .revocation_method
            .filter(|_| request.endpoint == Endpoint::Revocation);
        (by_post && only != Some("client_secret_basic"))
            || (by_basic && only != Some("client_secret_post"))
    }

    /// Checks a client assertion (RFC 7523 §3). There must be no other credentials.
    fn accepts_assertion(&self, request: &RecordedRequest, key: &Value) -> bool {
        let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
        if request.authorization.is_some()
            || request.get("client_secret").is_some()
            || request.get("client_assertion_type") != Some(kind)
            || request.get("client_id") != Some(CLIENT_ID)
        {
            return false;
        }
        let assertion = request.get("client_assertion").unwrap_or_default();
        self.0.secrets.add("client assertion", assertion);
        let Some(claims) = Self::claims_signed_by(assertion, key) else {
            return false;
        };
        let now = self.0.clock.unix_seconds();
        let seconds = |name: &str| claims[name].as_i64().unwrap_or_default();
        let id = claims["jti"].as_str().unwrap_or_default().to_owned();
        claims["iss"] == CLIENT_ID
            && claims["sub"] == CLIENT_ID
            && claims["aud"] == self.issuer()
            && seconds("exp") > now
            && seconds("exp") <= now + 60
            && seconds("iat") <= now
            && !id.is_empty()
            && self.state().used_assertions.insert(id)
    }

    /// Returns the claims of a JWT that `key` signed. Checks no claims: the time is that of the test.
    fn claims_signed_by(jwt: &str, key: &Value) -> Option<Value> {
        let jwk: Jwk = serde_json::from_value(key.clone()).unwrap();
        let algorithm = key["alg"].as_str().unwrap().parse().unwrap();
        let mut validation = Validation::new(algorithm);
        validation.validate_exp = false;
        validation.validate_aud = false;
        let key = DecodingKey::from_jwk(&jwk).unwrap();
        let token = jsonwebtoken::decode::<Value>(jwt, &key, &validation);
        token.ok().map(|token| token.claims)
    }

    /// Stores an authorization request (RFC 9126 §2.2).
    pub(super) fn push(&self, request: &RecordedRequest) -> Reply {
        let credentials = ["client_secret", "client_assertion", "client_assertion_type"];
        let mut parameters = request.form.clone();
        parameters.retain(|(name, _)| !credentials.contains(&name.as_str()));
        if request.get("client_id").is_none() {
            parameters.push(("client_id".to_owned(), CLIENT_ID.to_owned()));
        }
        let mut state = self.state();
        let reference = format!("{REQUEST_URI}{}", state.grants.unique("request"));
        state.pushed.insert(reference.clone(), parameters);
        Reply::Json(201, json!({ "request_uri": reference, "expires_in": 60 }))
    }

    /// Returns the pushed request that an authorization request names, which has no other parameters. It can be used once.
    pub(super) fn resolve(&self, request: RecordedRequest) -> RecordedRequest {
        self.open_request_object(self.resolve_pushed(request))
    }

    /// Returns the request with the parameters of its request object alone (RFC 9101 §6.3).
    fn open_request_object(&self, request: RecordedRequest) -> RecordedRequest {
        let policy = self.state().policy.clone();
        let Some(jwt) = request.get("request") else {
            assert!(
                !policy.requires_signed_requests,
                "the request is not signed"
            );
            return request;
        };
        assert_eq!(request.form.len(), 2, "{:?}", request.form);
        let (header, claims) = parts(jwt);
        assert_eq!(header["typ"], "oauth-authz-req+jwt");
        assert!(Self::claims_signed_by(jwt, policy.client_key.as_ref().unwrap()).is_some());
        let now = self.0.clock.unix_seconds();
        assert_eq!(claims["iss"], CLIENT_ID);
        assert_eq!(claims["aud"], self.issuer());
        assert!(claims["nbf"].as_i64().unwrap() <= now && claims["exp"].as_i64().unwrap() > now);
        assert!(claims["jti"].as_str().is_some_and(|id| !id.is_empty()));
        let of_the_jwt = ["iss", "aud", "iat", "nbf", "exp", "jti"];
        let members = claims.as_object().unwrap().iter();
        let members = members.filter(|(name, _)| !of_the_jwt.contains(&name.as_str()));
        let form = members.flat_map(|(name, value)| match value {
            Value::Array(values) if name == "resource" => values
                .iter()
                .map(|value| (name.clone(), value.as_str().unwrap().to_owned()))
                .collect(),
            Value::String(text) => vec![(name.clone(), text.clone())],
            value => vec![(name.clone(), value.to_string())],
        });
        RecordedRequest {
            form: form.collect(),
            ..request
        }
    }

    fn resolve_pushed(&self, request: RecordedRequest) -> RecordedRequest {
        let Some(reference) = request.get("request_uri") else {
            assert!(
                !self.state().policy.requires_pushed_requests,
                "the request was not pushed"
            );
            return request;
        };
        assert_eq!(request.get("client_id"), Some(CLIENT_ID));
        assert_eq!(request.form.len(), 2, "{:?}", request.form);
        let form = self.state().pushed.remove(reference);
        let form = form.expect("the request_uri is unknown or used");
        RecordedRequest { form, ..request }
    }
}
