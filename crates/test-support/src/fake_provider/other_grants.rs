//! The grants besides code and refresh token.

use serde_json::{Value, json};

use super::{CLIENT_ID, FakeProvider, ORDERS, PRODUCTS, Part, RecordedRequest, Reply};

impl FakeProvider {
    /// Responds to a token request with another grant type than `authorization_code` and `refresh_token`.
    pub(super) fn other_grant(&self, request: &RecordedRequest) -> Reply {
        match request.get("grant_type").unwrap_or_default() {
            "client_credentials" => self.client_credentials(request),
            _ => Reply::error(400, "unsupported_grant_type"),
        }
    }

    fn client_credentials(&self, request: &RecordedRequest) -> Reply {
        let audience = match self.audience_of(request) {
            Ok(audience) => audience,
            Err(reply) => return reply,
        };
        let subject = format!("{CLIENT_ID}@clients");
        let scope = request.get("scope").unwrap_or_default();
        let token = self.token_of(&subject, &audience, scope, json!({}));
        self.grant_response(json!({
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": self.state().policy.access_token_lifetime,
            "scope": scope,
        }))
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
        extra: Value,
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
