//! The grants of the provider, and the codes and tokens that represent them.

use std::collections::{HashMap, HashSet};

use http::HeaderMap;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{
    CLIENT_ID, Endpoint, FakeProvider, ORDERS, PRODUCTS, Part, RecordedRequest, Reply, Rotation,
    request_log::pairs,
};
use crate::signer::encode;

/// An authorization of the client by a user.
#[derive(Clone)]
pub(crate) struct Grant {
    pub(crate) user: String,
    pub(crate) audience: Option<String>,
    pub(crate) scope: String,
    pub(crate) nonce: String,
    /// `authorization_details` (RFC 9396), all of which are granted.
    pub(crate) details: Option<Value>,
    redirect_uri: String,
    challenge: String,
    /// `dpop_jkt` of the authorization request.
    key: Option<String>,
    pub(super) family: u64,
}

pub(crate) struct Grants {
    port: u16,
    counter: u64,
    codes: HashMap<String, Grant>,
    pub(super) refresh_tokens: HashMap<String, Grant>,
    pub(super) consumed: HashMap<String, u64>,
    pub(super) ended: HashSet<u64>,
    access_tokens: HashMap<String, String>,
}

/// The authorization response, which a test can change before the callback receives it.
#[derive(Clone, Debug)]
pub struct AuthorizationResponse(Vec<(String, String)>);

impl AuthorizationResponse {
    /// Creates a response with these parameters.
    pub fn new(pairs: &[(&str, &str)]) -> Self {
        let pairs = pairs.iter();
        Self(
            pairs
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
        )
    }

    /// Removes a parameter.
    pub fn without(mut self, name: &str) -> Self {
        self.0.retain(|(given, _)| given != name);
        self
    }

    /// Replaces a parameter.
    pub fn with(self, name: &str, value: &str) -> Self {
        self.without(name).and(name, value)
    }

    /// Adds a parameter, or duplicates an existing one.
    pub fn and(mut self, name: &str, value: &str) -> Self {
        self.0.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Returns a parameter.
    ///
    /// # Panics
    /// If it is missing.
    pub fn get(&self, name: &str) -> &str {
        let pair = self.0.iter().find(|(given, _)| given == name);
        pair.map(|(_, value)| value.as_str()).unwrap()
    }

    /// Returns path and query of the callback.
    pub fn path(&self) -> String {
        self.url("/auth/callback")
    }

    pub fn url(&self, redirect_uri: &str) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(&self.0);
        format!("{redirect_uri}?{}", query.finish())
    }
}

impl Grants {
    pub(crate) fn new(port: u16) -> Self {
        Self {
            port,
            counter: 0,
            codes: HashMap::new(),
            refresh_tokens: HashMap::new(),
            consumed: HashMap::new(),
            ended: HashSet::new(),
            access_tokens: HashMap::new(),
        }
    }

    /// Returns a value that is unique among all providers of the test run.
    pub(crate) fn unique(&mut self, kind: &str) -> String {
        self.counter += 1;
        format!("canary-{kind}-{}-{}", self.port, self.counter)
    }

    pub(crate) fn insert_access_token(&mut self, token: String, user: &str) {
        self.access_tokens.insert(token, user.to_owned());
    }

    pub(crate) fn insert_refresh_token(&mut self, token: String, grant: &Grant) {
        self.refresh_tokens.insert(token, grant.clone());
    }

    pub(crate) fn user_of_access_token(&self, token: &str) -> Option<&String> {
        self.access_tokens.get(token)
    }
}

fn error(code: &str, description: &str) -> Reply {
    Reply::Json(
        400,
        json!({ "error": code, "error_description": description }),
    )
}

impl FakeProvider {
    /// Follows the redirect to the provider, authenticates `user`, and returns the authorization response.
    pub fn authorize(&self, location: &str, user: &str) -> AuthorizationResponse {
        let url = url::Url::parse(location).unwrap();
        let request = RecordedRequest {
            endpoint: Endpoint::Authorize,
            form: pairs(url.query().unwrap_or_default().as_bytes()),
            authorization: None,
            path: url.path().to_owned(),
            headers: HeaderMap::new(),
            certificate: None,
        };
        let request = self.resolve(request);
        let required = |name: &str| {
            request
                .get(name)
                .unwrap_or_else(|| panic!("the authorization request lacks {name}"))
                .to_owned()
        };
        assert_eq!(required("response_type"), "code");
        assert_eq!(required("client_id"), CLIENT_ID);
        assert_eq!(required("code_challenge_method"), "S256");
        assert!(required("scope").split(' ').any(|word| word == "openid"));
        let (state, nonce) = (required("state"), required("nonce"));
        assert!(nonce.len() <= 43, "the conformance suite's limit");
        self.0.secrets.add("state", &state);
        self.0.secrets.add("nonce", &nonce);

        let by_resource = self.state().policy.resource_indicators;
        let name = if by_resource { "resource" } else { "audience" };
        // RFC 8707 §2 allows several `resource` parameters. The code is for the first one.
        let audience = request.all(name).first().copied().map(str::to_owned);
        let known = |audience: &String| [PRODUCTS, ORDERS].contains(&audience.as_str());
        let error = self.state().policy.authorization_errors.pop_front();
        let response = if let Some((code, description)) = error {
            AuthorizationResponse::new(&[
                ("error", code),
                ("error_description", description),
                ("state", &state),
            ])
        } else if let Some(unknown) = audience.as_ref().filter(|name| !known(name)) {
            let text = format!("Service not found: {unknown}");
            AuthorizationResponse::new(&[
                ("error", "access_denied"),
                ("error_description", &text),
                ("state", &state),
            ])
        } else {
            let mut provider = self.state();
            let code = provider.grants.unique("code");
            provider.grants.counter += 1;
            let family = provider.grants.counter;
            let grant = Grant {
                user: user.to_owned(),
                audience,
                scope: required("scope"),
                nonce,
                details: request
                    .get("authorization_details")
                    .map(|text| serde_json::from_str(text).unwrap()),
                redirect_uri: required("redirect_uri"),
                challenge: required("code_challenge"),
                key: request.get("dpop_jkt").map(str::to_owned),
                family,
            };
            provider.grants.codes.insert(code.clone(), grant);
            self.0.secrets.add("code", &code);
            AuthorizationResponse::new(&[("code", &code), ("state", &state)])
        };
        self.record(request);
        response
    }

    /// Returns whether a token request is rejected for its code or refresh token before client authentication.
    pub(crate) fn rejects_grant_first(&self, request: &RecordedRequest) -> bool {
        let state = self.state();
        if !state.policy.checks_grant_before_client {
            return false;
        }
        let knows = |name: &str, grants: &HashMap<String, Grant>| {
            request
                .get(name)
                .is_some_and(|grant| grants.contains_key(grant))
        };
        !knows("code", &state.grants.codes) && !knows("refresh_token", &state.grants.refresh_tokens)
    }

    pub(crate) fn exchange(&self, request: &RecordedRequest, key: Option<&str>) -> Reply {
        let text = |name: &str| request.get(name).unwrap_or_default().to_owned();
        let verifier = text("code_verifier");
        self.0.secrets.add("verifier", &verifier);
        let Some(grant) = self.state().grants.codes.remove(&text("code")) else {
            return error("invalid_grant", "Invalid authorization code");
        };
        if encode(Sha256::digest(&verifier)) != grant.challenge {
            return error("invalid_grant", "Failed to verify code verifier");
        }
        let dpop = self.state().policy.dpop;
        if dpop && grant.key.is_some() && grant.key.as_deref() != key {
            return error("invalid_grant", "The code is bound to another key");
        }
        if text("redirect_uri") != grant.redirect_uri {
            return error("invalid_grant", "The redirect URI is wrong");
        }
        let audience = self.requested_audience(request, &grant);
        let response = self.tokens(&grant, audience, None, Part::ExchangeResponse, key);
        Reply::Json(self.state().policy.token_response_status, response)
    }

    pub(crate) fn refresh(&self, request: &RecordedRequest, key: Option<&str>) -> Reply {
        let token = request.get("refresh_token").unwrap_or_default().to_owned();
        let grant = {
            let mut state = self.state();
            if let Some(family) = state.grants.consumed.get(&token).copied() {
                state.grants.ended.insert(family);
                return error("invalid_grant", "Unknown or invalid refresh token.");
            }
            let grant = state.grants.refresh_tokens.get(&token).cloned();
            let live = grant.filter(|grant| !state.grants.ended.contains(&grant.family));
            let Some(grant) = live else {
                return error("invalid_grant", "Unknown or invalid refresh token.");
            };
            if state.policy.rotation == Rotation::Strict {
                state.grants.refresh_tokens.remove(&token);
                state.grants.consumed.insert(token, grant.family);
            }
            grant
        };
        let audience = self.requested_audience(request, &grant);
        let response = self.tokens(
            &grant,
            audience,
            request.get("scope"),
            Part::RefreshResponse,
            key,
        );
        Reply::Json(self.state().policy.token_response_status, response)
    }

    pub(crate) fn revoke(&self, request: &RecordedRequest) {
        let token = request.get("token").unwrap_or_default();
        let mut state = self.state();
        if state.policy.revocation_deletes_grants
            && let Some(user) = state
                .grants
                .refresh_tokens
                .get(token)
                .map(|grant| grant.user.clone())
        {
            let all = state.grants.refresh_tokens.values();
            let families: Vec<_> = all
                .filter(|grant| grant.user == user)
                .map(|grant| grant.family)
                .collect();
            state.grants.ended.extend(families);
            return;
        }
        let family = state
            .grants
            .refresh_tokens
            .get(token)
            .map(|grant| grant.family);
        if let Some(family) = family.or_else(|| state.grants.consumed.get(token).copied()) {
            state.grants.ended.insert(family);
        }
    }

    /// Returns the number of refresh token families that ended by reuse or revocation.
    pub fn revoked_families(&self) -> usize {
        self.state().grants.ended.len()
    }

    fn requested_audience(&self, request: &RecordedRequest, grant: &Grant) -> Option<String> {
        if self.state().policy.resource_indicators {
            // This provider supports RFC 8707 and requires the parameter in each token request.
            let resource = request.get("resource").map(str::to_owned);
            return Some(resource.unwrap_or_else(|| CLIENT_ID.to_owned()));
        }
        let other = request.get("audience").map(str::to_owned);
        grant.audience.clone().and(other.or(grant.audience.clone()))
    }
}
