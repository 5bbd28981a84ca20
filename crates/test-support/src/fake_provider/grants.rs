//! The grants of the provider, and the codes and tokens that represent them.

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{CLIENT_ID, FakeProvider, Part, RecordedRequest, Reply, Rotation};
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
    pub(super) redirect_uri: String,
    pub(super) challenge: String,
    /// `dpop_jkt` of the authorization request.
    pub(super) key: Option<String>,
    pub(super) family: u64,
}

pub(crate) struct Grants {
    port: u16,
    pub(super) counter: u64,
    pub(super) codes: HashMap<String, Grant>,
    pub(super) refresh_tokens: HashMap<String, Grant>,
    pub(super) consumed: HashMap<String, u64>,
    pub(super) ended: HashSet<u64>,
    access_tokens: HashMap<String, String>,
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

    /// Issues the refresh token of a grant without an authorization code.
    pub(super) fn issue_refresh_token(
        &mut self,
        user: &str,
        audience: &str,
        scope: &str,
    ) -> String {
        let token = self.unique("refresh-token");
        let grant = Grant {
            user: user.to_owned(),
            audience: Some(audience.to_owned()),
            scope: scope.to_owned(),
            nonce: String::new(),
            details: None,
            redirect_uri: String::new(),
            challenge: String::new(),
            key: None,
            family: self.counter,
        };
        self.insert_refresh_token(token.clone(), &grant);
        token
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
