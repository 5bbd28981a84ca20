//! The documents that the provider publishes.

use serde_json::{Value, json};

use super::{FakeProvider, Part};

impl FakeProvider {
    /// Returns the provider metadata (OpenID Connect Discovery 1.0 §3).
    pub fn metadata(&self) -> Value {
        let policy = self.state().policy.clone();
        let mtls_base = self.state().mtls_base.clone();
        let aliases = mtls_base.map(|base| {
            json!({
                "token_endpoint": format!("{base}/oauth/token"),
                "userinfo_endpoint": format!("{base}/userinfo"),
                "revocation_endpoint": format!("{base}/oauth/revoke"),
                "pushed_authorization_request_endpoint": format!("{base}/oauth/par"),
                "backchannel_authentication_endpoint": format!("{base}/bc-authorize"),
            })
        });
        self.modified(
            Part::Metadata,
            json!({
                "mtls_endpoint_aliases": aliases,
                "issuer": self.issuer(),
                "authorization_endpoint": self.url("/authorize"),
                "token_endpoint": self.url("/oauth/token"),
                "userinfo_endpoint": self.url("/userinfo"),
                "jwks_uri": self.url("/keys"),
                "revocation_endpoint": self.url("/oauth/revoke"),
                "pushed_authorization_request_endpoint": self.url("/oauth/par"),
                "backchannel_authentication_endpoint": self.url("/bc-authorize"),
                "require_pushed_authorization_requests": policy.requires_pushed_requests,
                "require_signed_request_object": policy.requires_signed_requests,
                "end_session_endpoint": self.url("/oidc/logout"),
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "scopes_supported": ["openid", "profile", "email", "offline_access"],
                "code_challenge_methods_supported": ["S256"],
                "id_token_signing_alg_values_supported": ["RS256", "ES256", "HS256", "none"],
                "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            }),
        )
    }

    pub(super) fn key_set(&self) -> Value {
        let keys = json!({ "keys": self.state().published });
        self.modified(Part::Keys, keys)
    }
}
