//! Issues the tokens of the provider.

use serde_json::{Value, json};

use super::{CLIENT_ID, FakeProvider, ORDERS, OfflineAccess, Part, Rotation, grants::Grant};

impl FakeProvider {
    pub(crate) fn tokens(
        &self,
        grant: &Grant,
        audience: Option<String>,
        requested_scope: Option<&str>,
        part: Part,
        key: Option<&str>,
    ) -> Value {
        let now = self.now();
        let policy = self.state().policy.clone();
        let access_token = match audience {
            Some(audience) if !policy.opaque_access_tokens => {
                self.access_token(grant, &audience, requested_scope, key)
            }
            _ => self.state().grants.unique("opaque-token"),
        };
        self.0.secrets.add("access token", &access_token);
        let mut response = json!({
            "access_token": access_token,
            "token_type": if key.is_some() { "DPoP" } else { "Bearer" },
            "expires_in": self.lifetime(),
            "scope": grant.scope,
        });
        if let Some(details) = &grant.details {
            response["authorization_details"] = details.clone();
        }
        let at_login = part == Part::ExchangeResponse;
        if at_login || policy.id_token_on_refresh {
            response["id_token"] = json!(self.id_token(grant, &access_token, now, at_login));
        }
        let requested = grant.scope.split(' ').any(|word| word == "offline_access");
        let offline = match policy.offline_access {
            OfflineAccess::OnRequest => requested,
            OfflineAccess::Never => false,
            OfflineAccess::Always => true,
        };
        if offline && (at_login || policy.rotation == Rotation::Strict) {
            let mut state = self.state();
            let token = state.grants.unique("refresh-token");
            self.0.secrets.add("refresh token", &token);
            state.grants.insert_refresh_token(token.clone(), grant);
            response["refresh_token"] = json!(token);
        }
        if let Some(key) = key {
            let bound = (access_token.clone(), key.to_owned());
            self.state().bound.extend([bound]);
        }
        self.state()
            .grants
            .insert_access_token(access_token, &grant.user);
        if policy.null_members {
            for name in ["refresh_token", "id_token", "scope", "resource"] {
                if response.get(name).is_none() {
                    response[name] = Value::Null;
                }
            }
        }
        let response = self.modified(part, response);
        for name in ["access_token", "refresh_token", "id_token"] {
            if let Some(token) = response[name].as_str() {
                self.0.secrets.add("token", token);
            }
        }
        response
    }

    /// Returns the lifetime of an access token in seconds. The token does not outlive the provider's session.
    fn lifetime(&self) -> i64 {
        let (now, policy) = (self.now(), self.state().policy.clone());
        let to_end = policy.session_end.map_or(i64::MAX, |end| end - now);
        policy.access_token_lifetime.min(to_end.max(0))
    }

    fn with_null_members(&self, mut claims: Value) -> Value {
        if self.state().policy.null_members {
            for name in [
                "nonce",
                "azp",
                "auth_time",
                "nbf",
                "acr",
                "amr",
                "sid",
                "org_id",
            ] {
                if claims.get(name).is_none() {
                    claims[name] = Value::Null;
                }
            }
        }
        claims
    }

    /// Issues an access token. The orders API grants every scope that is requested.
    fn access_token(
        &self,
        grant: &Grant,
        audience: &str,
        requested_scope: Option<&str>,
        key: Option<&str>,
    ) -> String {
        let now = self.now();
        let oidc = ["openid", "profile", "email", "offline_access"];
        let scope = grant
            .scope
            .split(' ')
            .filter(|word| audience != ORDERS || oidc.contains(word))
            // RFC 6749 §6: a refresh can request fewer scopes.
            .filter(|word| {
                oidc.contains(word)
                    || requested_scope.is_none_or(|requested| {
                        requested.split(' ').any(|requested| requested == *word)
                    })
            })
            .chain((audience == ORDERS).then(|| requested_scope.unwrap_or("read:orders")))
            .collect::<Vec<_>>()
            .join(" ");
        let jti = self.state().grants.unique("jti");
        let mut claims = json!({
            "iss": self.issuer(),
            "sub": format!("auth0|{}", grant.user),
            "aud": [audience, self.url("/userinfo")],
            "azp": CLIENT_ID,
            "iat": now,
            "exp": now + self.lifetime(),
            "jti": jti,
            "scope": scope,
        });
        if let Some(key) = key {
            claims["cnf"] = json!({ "jkt": key });
        }
        let claims = self.modified(Part::AccessToken, self.with_null_members(claims));
        let signer = self.signer();
        signer.sign(&claims)
    }

    fn id_token(&self, grant: &Grant, access_token: &str, now: i64, at_login: bool) -> String {
        let signer = self.signer();
        let mut claims = json!({
            "iss": self.issuer(),
            "sub": format!("auth0|{}", grant.user),
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 36_000,
            "sid": format!("session-of-{}", grant.user),
            "name": format!("{} Example", grant.user),
            "email": format!("{}@example.com", grant.user),
            "at_hash": signer.half_hash(access_token),
        });
        if at_login {
            claims["nonce"] = json!(grant.nonce);
        }
        let part = if at_login {
            Part::IdToken
        } else {
            Part::RefreshedIdToken
        };
        let claims = self.modified(part, self.with_null_members(claims));
        let header = self.modified(Part::IdTokenHeader, signer.header());
        let token = signer.sign_with_header(&header, &claims);
        self.0.secrets.add("ID token", &token);
        token
    }
}
