//! The grants besides code and refresh token.

use serde_json::{Value, json};

use super::{
    CLIENT_ID, FakeProvider, ORDERS, PRODUCTS, Part, RecordedRequest, Reply, grants::Grant,
};

const TOKEN_EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";

const FEDERATED_CONNECTION: &str =
    "urn:auth0:params:oauth:grant-type:token-exchange:federated-connection-access-token";
const CIBA: &str = "urn:openid:params:grant-type:ciba";
const SESSION_TRANSFER: &str = "urn:auth0:params:oauth:token-type:session_transfer_token";
const REFRESH_TOKEN: &str = "urn:ietf:params:oauth:token-type:refresh_token";

/// The beginning of a subject token that the provider accepts from another system. The user follows.
pub const EXTERNAL_TOKEN: &str = "token-of-another-system-for-";

impl FakeProvider {
    /// Responds to a token request with another grant type than `authorization_code` and `refresh_token`.
    pub(super) fn other_grant(&self, request: &RecordedRequest, key: Option<&str>) -> Reply {
        match request.get("grant_type").unwrap_or_default() {
            "client_credentials" => self.client_credentials(request, key),
            TOKEN_EXCHANGE => self.exchange_token(request, key),
            FEDERATED_CONNECTION => self.connection_token(request, key),
            CIBA => self.poll_backchannel_login(request, key),
            _ => Reply::error(400, "unsupported_grant_type"),
        }
    }

    fn client_credentials(&self, request: &RecordedRequest, key: Option<&str>) -> Reply {
        let audience = match self.audience_of(request) {
            Ok(audience) => audience,
            Err(reply) => return reply,
        };
        let subject = format!("{CLIENT_ID}@clients");
        let scope = request.get("scope").unwrap_or_default();
        let token = self.token_of(&subject, &audience, scope, &bound(json!({}), key));
        self.grant_response(json!({
            "access_token": token,
            "token_type": token_type(key),
            "expires_in": self.state().policy.access_token_lifetime,
            "scope": scope,
        }))
    }

    /// Exchanges an access token of this provider, or a token that begins with [`EXTERNAL_TOKEN`] (RFC 8693).
    fn exchange_token(&self, request: &RecordedRequest, key: Option<&str>) -> Reply {
        if request.get("requested_token_type") == Some(SESSION_TRANSFER) {
            return self.session_transfer_token(request, key);
        }
        let text = |name: &str| request.get(name).unwrap_or_default();
        let subject = text("subject_token");
        let user = match text("subject_token_type") {
            "urn:ietf:params:oauth:token-type:access_token" => {
                self.state().grants.user_of_access_token(subject).cloned()
            }
            _ => subject.strip_prefix(EXTERNAL_TOKEN).map(str::to_owned),
        };
        // RFC 8693 §2.2.2.
        let Some(user) = user else {
            return Reply::error(400, "invalid_request");
        };
        let audience = match self.audience_of(request) {
            Ok(audience) => audience,
            Err(reply) => return reply,
        };
        let actor = request.get("actor_token").unwrap_or(CLIENT_ID);
        let actor = json!({ "act": { "sub": actor.trim_start_matches(EXTERNAL_TOKEN) } });
        let scope = text("scope");
        let token = self.token_of(
            &format!("auth0|{user}"),
            &audience,
            scope,
            &bound(actor, key),
        );
        let mut response = json!({
            "access_token": token,
            "issued_token_type": "urn:ietf:params:oauth:token-type:access_token",
            "token_type": token_type(key),
            "expires_in": self.state().policy.access_token_lifetime,
            "scope": scope,
        });
        let requested: Vec<&str> = scope.split(' ').collect();
        if requested.contains(&"openid") {
            response["id_token"] = json!(self.id_token_of(&user, &token));
        }
        if requested.contains(&"offline_access") {
            let mut state = self.state();
            let token = state.grants.issue_refresh_token(&user, &audience, scope);
            response["refresh_token"] = json!(token);
        }
        self.grant_response(response)
    }

    /// Returns a token of the connection `calendar`, which every user has (Auth0's Token Vault).
    fn connection_token(&self, request: &RecordedRequest, key: Option<&str>) -> Reply {
        let grant = match self.subject_grant(request, key) {
            Ok(grant) => grant,
            Err(reply) => return reply,
        };
        if request.get("connection") == Some("not-connected") {
            return Reply::error(401, "federated_connection_refresh_token_not_found");
        }
        let token = self.state().grants.unique("connection-token");
        let mut response = json!({
            "access_token": token,
            "issued_token_type": request.get("requested_token_type"),
            "token_type": "Bearer",
            "expires_in": self.state().policy.access_token_lifetime,
            "scope": "calendar.read",
        });
        self.rotate(request, &grant, &mut response);
        self.grant_response(response)
    }

    /// Consumes the refresh token that is the subject token, and adds a new one to `response`, if the policy rotates it.
    fn rotate(&self, request: &RecordedRequest, grant: &Grant, response: &mut Value) {
        let mut state = self.state();
        if !state.policy.rotates_in_exchanges {
            return;
        }
        let old = request.get("subject_token").unwrap_or_default();
        state.grants.refresh_tokens.remove(old);
        state.grants.consumed.insert(old.to_owned(), grant.family);
        let new = state.grants.unique("refresh-token");
        state.grants.insert_refresh_token(new.clone(), grant);
        response["refresh_token"] = json!(new);
    }

    /// Returns a session transfer token for a refresh token, or for the token of another system with an actor.
    fn session_transfer_token(&self, request: &RecordedRequest, key: Option<&str>) -> Reply {
        let host = self.base().trim_start_matches("http://");
        let audience = format!("urn:{host}:session_transfer");
        if request.get("audience") != Some(&audience) {
            return Reply::error(400, "invalid_target");
        }
        let is_refresh_token = request.get("subject_token_type") == Some(REFRESH_TOKEN);
        if !is_refresh_token && request.get("actor_token").is_none() {
            return Reply::error(400, "setactor_required");
        }
        let token = self.state().grants.unique("session-transfer-token");
        let mut response = json!({
            "access_token": token,
            "issued_token_type": SESSION_TRANSFER,
            "token_type": "N_A",
            "expires_in": 60,
        });
        if is_refresh_token {
            match self.subject_grant(request, key) {
                Ok(grant) => self.rotate(request, &grant, &mut response),
                Err(reply) => return reply,
            }
        }
        self.grant_response(response)
    }

    /// Returns the grant of the refresh token that is the subject token. A consumed one ends its family. With `DPoP`, the request
    /// needs a proof of the key of its login.
    fn subject_grant(&self, request: &RecordedRequest, key: Option<&str>) -> Result<Grant, Reply> {
        let token = request.get("subject_token").unwrap_or_default();
        let mut state = self.state();
        if request.get("subject_token_type") != Some(REFRESH_TOKEN) {
            return Err(Reply::error(400, "invalid_request"));
        }
        if let Some(family) = state.grants.consumed.get(token).copied() {
            state.grants.ended.insert(family);
        }
        let grant = state.grants.refresh_tokens.get(token).cloned();
        grant
            .filter(|grant| !state.grants.ended.contains(&grant.family))
            .filter(|grant| {
                let is_bound = state.policy.dpop && grant.key.is_some();
                !is_bound || grant.key.as_deref() == key
            })
            .ok_or_else(|| Reply::error(400, "invalid_grant"))
    }

    /// Returns an ID token without a nonce.
    pub(super) fn id_token_of(&self, user: &str, access_token: &str) -> String {
        let signer = self.signer();
        let now = self.now();
        let claims = json!({
            "iss": self.issuer(),
            "sub": format!("auth0|{user}"),
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 36_000,
            "name": format!("{user} Example"),
            "at_hash": signer.half_hash(access_token),
        });
        let token = signer.sign(&self.modified(Part::IdToken, claims));
        self.0.secrets.add("ID token", &token);
        token
    }

    /// Returns the requested audience, or the error of Auth0 or RFC 8707 §2.
    pub(super) fn audience_of(&self, request: &RecordedRequest) -> Result<String, Reply> {
        let by_resource = self.state().policy.resource_indicators;
        let name = if by_resource { "resource" } else { "audience" };
        match request.get(name) {
            Some(audience) if [PRODUCTS, ORDERS].contains(&audience) => Ok(audience.to_owned()),
            Some(unknown) => Err(Reply::Json(
                403,
                json!({ "error": "access_denied", "error_description": format!("Service not found: {unknown}") }),
            )),
            None => Err(Reply::error(400, "invalid_target")),
        }
    }

    /// Returns an access token with the claims `extra`.
    pub(super) fn token_of(
        &self,
        subject: &str,
        audience: &str,
        scope: &str,
        extra: &Value,
    ) -> String {
        let (now, policy) = (self.now(), self.state().policy.clone());
        let token = if policy.opaque_access_tokens {
            self.state().grants.unique("opaque-token")
        } else {
            let jti = self.state().grants.unique("jti");
            let mut claims = json!({
                "iss": self.issuer(),
                "sub": subject,
                "aud": audience,
                "azp": CLIENT_ID,
                "iat": now,
                "exp": now + policy.access_token_lifetime,
                "jti": jti,
                "scope": scope,
            });
            if let (Some(claims), Some(extra)) = (claims.as_object_mut(), extra.as_object()) {
                claims.extend(extra.clone());
            }
            self.signer()
                .sign(&self.modified(Part::AccessToken, claims))
        };
        self.0.secrets.add("access token", &token);
        token
    }

    /// Returns a token response that a test can modify. Its tokens are secrets.
    pub(super) fn grant_response(&self, response: Value) -> Reply {
        let response = self.modified(Part::GrantResponse, response);
        for name in ["access_token", "refresh_token", "id_token"] {
            if let Some(token) = response[name].as_str() {
                self.0.secrets.add("token", token);
            }
        }
        Reply::Json(self.state().policy.token_response_status, response)
    }
}

/// Adds the key that a token is bound to (RFC 9449 §6.1).
pub(super) fn bound(mut claims: Value, key: Option<&str>) -> Value {
    if let Some(key) = key {
        claims["cnf"] = json!({ "jkt": key });
    }
    claims
}

pub(super) fn token_type(key: Option<&str>) -> &'static str {
    if key.is_some() { "DPoP" } else { "Bearer" }
}
