//! What the provider granted, and to whom.

use std::collections::{HashMap, HashSet};

use http::HeaderMap;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::{
    CLIENT_ID, Endpoint, FakeProvider, ORDERS, PRODUCTS, Part, RecordedRequest, Reply, Rotation,
    request_log::pairs,
};
use crate::signer::encode;

/// What a person agreed to.
#[derive(Clone)]
pub(crate) struct Grant {
    pub(crate) user: String,
    pub(crate) audience: Option<String>,
    pub(crate) scope: String,
    pub(crate) nonce: String,
    redirect_uri: String,
    challenge: String,
    family: u64,
}

pub(crate) struct Grants {
    port: u16,
    drawn: u64,
    codes: HashMap<String, Grant>,
    refresh_tokens: HashMap<String, Grant>,
    spent: HashMap<String, u64>,
    ended: HashSet<u64>,
    bearers: HashMap<String, String>,
}

/// The authorization response on its way to the callback, which a test can change first.
#[derive(Clone, Debug)]
pub struct AuthorizationResponse(Vec<(String, String)>);

impl AuthorizationResponse {
    pub fn new(pairs: &[(&str, &str)]) -> Self {
        let pairs = pairs.iter();
        Self(
            pairs
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
        )
    }

    pub fn without(mut self, name: &str) -> Self {
        self.0.retain(|(given, _)| given != name);
        self
    }

    pub fn with(self, name: &str, value: &str) -> Self {
        self.without(name).and(name, value)
    }

    /// Adds a parameter, a second time where it is there already.
    pub fn and(mut self, name: &str, value: &str) -> Self {
        self.0.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn get(&self, name: &str) -> &str {
        let pair = self.0.iter().find(|(given, _)| given == name);
        pair.map(|(_, value)| value.as_str()).unwrap()
    }

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
            drawn: 0,
            codes: HashMap::new(),
            refresh_tokens: HashMap::new(),
            spent: HashMap::new(),
            ended: HashSet::new(),
            bearers: HashMap::new(),
        }
    }

    /// A text that no other provider of this test run gives out.
    pub(crate) fn draw(&mut self, kind: &str) -> String {
        self.drawn += 1;
        format!("canary-{kind}-{}-{}", self.port, self.drawn)
    }

    pub(crate) fn remember_bearer(&mut self, token: String, user: &str) {
        self.bearers.insert(token, user.to_owned());
    }

    pub(crate) fn remember_refresh_token(&mut self, token: String, grant: &Grant) {
        self.refresh_tokens.insert(token, grant.clone());
    }

    pub(crate) fn bearer(&self, token: &str) -> Option<&String> {
        self.bearers.get(token)
    }
}

fn refused(code: &str, description: &str) -> Reply {
    Reply::Json(
        400,
        json!({ "error": code, "error_description": description }),
    )
}

impl FakeProvider {
    /// A person follows the redirect to the provider and logs in.
    pub fn authorize(&self, location: &str, user: &str) -> AuthorizationResponse {
        let url = url::Url::parse(location).unwrap();
        let asked = RecordedRequest {
            endpoint: Endpoint::Authorize,
            form: pairs(url.query().unwrap_or_default().as_bytes()),
            authorization: None,
            path: url.path().to_owned(),
            headers: HeaderMap::new(),
        };
        let required = |name: &str| {
            asked
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

        let by_resource = self.state().policy.resource;
        let name = if by_resource { "resource" } else { "audience" };
        // RFC 8707 §2: `resource` may be there several times; the first is that of the code.
        let audience = asked.all(name).first().copied().map(str::to_owned);
        let known = |audience: &String| [PRODUCTS, ORDERS].contains(&audience.as_str());
        let error = self.state().policy.authorization_errors.pop_front();
        let returned = if let Some((code, description)) = error {
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
            let mut book = self.state();
            let code = book.grants.draw("code");
            book.grants.drawn += 1;
            let family = book.grants.drawn;
            let grant = Grant {
                user: user.to_owned(),
                audience,
                scope: required("scope"),
                nonce,
                redirect_uri: required("redirect_uri"),
                challenge: required("code_challenge"),
                family,
            };
            book.grants.codes.insert(code.clone(), grant);
            self.0.secrets.add("code", &code);
            AuthorizationResponse::new(&[("code", &code), ("state", &state)])
        };
        self.note(asked);
        returned
    }

    /// Whether a token request is refused for its code or refresh token before the client is looked at.
    pub(crate) fn refuses_grant_first(&self, asked: &RecordedRequest) -> bool {
        let state = self.state();
        if !state.policy.grant_before_client {
            return false;
        }
        let knows = |name: &str, grants: &HashMap<String, Grant>| {
            asked
                .get(name)
                .is_some_and(|grant| grants.contains_key(grant))
        };
        !knows("code", &state.grants.codes) && !knows("refresh_token", &state.grants.refresh_tokens)
    }

    pub(crate) fn exchange(&self, asked: &RecordedRequest) -> Reply {
        let text = |name: &str| asked.get(name).unwrap_or_default().to_owned();
        let verifier = text("code_verifier");
        self.0.secrets.add("verifier", &verifier);
        let Some(grant) = self.state().grants.codes.remove(&text("code")) else {
            return refused("invalid_grant", "Invalid authorization code");
        };
        if encode(Sha256::digest(&verifier)) != grant.challenge {
            return refused("invalid_grant", "Failed to verify code verifier");
        }
        if text("redirect_uri") != grant.redirect_uri {
            return refused("invalid_grant", "The redirect URI is wrong");
        }
        let audience = self.audience(asked, &grant);
        let answer = self.tokens(&grant, audience, None, Part::Exchanged);
        Reply::Json(self.state().policy.token_status, answer)
    }

    pub(crate) fn refresh(&self, asked: &RecordedRequest) -> Reply {
        let token = asked.get("refresh_token").unwrap_or_default().to_owned();
        let grant = {
            let mut book = self.state();
            if let Some(family) = book.grants.spent.get(&token).copied() {
                book.grants.ended.insert(family);
                return refused("invalid_grant", "Unknown or invalid refresh token.");
            }
            let grant = book.grants.refresh_tokens.get(&token).cloned();
            let live = grant.filter(|grant| !book.grants.ended.contains(&grant.family));
            let Some(grant) = live else {
                return refused("invalid_grant", "Unknown or invalid refresh token.");
            };
            if book.policy.rotation == Rotation::Strict {
                book.grants.refresh_tokens.remove(&token);
                book.grants.spent.insert(token, grant.family);
            }
            grant
        };
        let audience = self.audience(asked, &grant);
        let answer = self.tokens(&grant, audience, asked.get("scope"), Part::Refreshed);
        Reply::Json(self.state().policy.token_status, answer)
    }

    pub(crate) fn revoke(&self, asked: &RecordedRequest) {
        let token = asked.get("token").unwrap_or_default();
        let mut book = self.state();
        if book.policy.revocation_ends_grants
            && let Some(user) = book
                .grants
                .refresh_tokens
                .get(token)
                .map(|grant| grant.user.clone())
        {
            let all = book.grants.refresh_tokens.values();
            let families: Vec<_> = all
                .filter(|grant| grant.user == user)
                .map(|grant| grant.family)
                .collect();
            book.grants.ended.extend(families);
            return;
        }
        let family = book
            .grants
            .refresh_tokens
            .get(token)
            .map(|grant| grant.family);
        if let Some(family) = family.or_else(|| book.grants.spent.get(token).copied()) {
            book.grants.ended.insert(family);
        }
    }

    /// How many families of refresh tokens ended: one of them was used twice, or revoked.
    pub fn ended_families(&self) -> usize {
        self.state().grants.ended.len()
    }

    fn audience(&self, asked: &RecordedRequest, grant: &Grant) -> Option<String> {
        if self.state().policy.resource {
            // A provider of RFC 8707 that wants it said each time.
            let resource = asked.get("resource").map(str::to_owned);
            return Some(resource.unwrap_or_else(|| CLIENT_ID.to_owned()));
        }
        let other = asked.get("audience").map(str::to_owned);
        grant.audience.clone().and(other.or(grant.audience.clone()))
    }
}
