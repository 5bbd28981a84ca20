//! `DPoP` (RFC 9449) at the token endpoint and at userinfo.

use axum_auth0::clock::Clock as _;

use super::{FakeProvider, RecordedRequest, Reply};
use crate::dpop::Proof;

impl FakeProvider {
    /// Returns the thumbprint of the key of the request's proof; `None` if there is no proof. `token` is the access token of
    /// the request.
    pub(super) fn proven_key(
        &self,
        request: &RecordedRequest,
        method: &str,
        token: Option<&str>,
    ) -> Result<Option<String>, Reply> {
        let policy = self.state().policy.clone();
        if !policy.dpop || !request.headers.contains_key("dpop") {
            return Ok(None);
        }
        let refuse = |problem: &str| {
            Reply::Json(
                400,
                serde_json::json!({ "error": "invalid_dpop_proof", "error_description": problem }),
            )
        };
        let proofs: Vec<_> = request.headers.get_all("dpop").iter().collect();
        let [proof] = proofs[..] else {
            return Err(refuse("several proofs"));
        };
        let proof = Proof::parse(proof.to_str().unwrap()).map_err(|problem| refuse(&problem))?;
        let path = request.path.strip_prefix(&self.0.prefix);
        let target = (method, &*self.url(path.unwrap_or_default()));
        let now = self.0.clock.unix_seconds();
        match proof.violation(target, now, policy.dpop_nonce, token) {
            Some("nonce") => {
                let nonce = policy.dpop_nonce.unwrap_or_default();
                let status = if token.is_some() { 401 } else { 400 };
                let challenge = "DPoP error=\"use_dpop_nonce\"";
                return Err(Reply::error(status, "use_dpop_nonce")
                    .with_header("dpop-nonce", nonce)
                    .with_header("www-authenticate", challenge));
            }
            Some(problem) => return Err(refuse(problem)),
            None => {}
        }
        let jti = proof.claims["jti"].as_str().unwrap_or_default();
        if !self.state().used_proofs.insert(jti.to_owned()) {
            return Err(refuse("the proof was used before"));
        }
        Ok(Some(proof.jkt))
    }

    /// Returns the access token of a request to userinfo, if the request may use it.
    pub(super) fn presented_token(&self, request: &RecordedRequest) -> Result<String, Reply> {
        let header = request.authorization.as_deref().unwrap_or_default();
        let (scheme, token) = header.split_once(' ').unwrap_or_default();
        let bound = self.state().bound.get(token).cloned();
        let Some(bound) = bound else {
            let is_bearer = scheme == "Bearer";
            return is_bearer
                .then(|| token.to_owned())
                .ok_or(Reply::status(401));
        };
        let proven = self.proven_key(request, "GET", Some(token))?;
        if scheme == "DPoP" && proven == Some(bound) {
            Ok(token.to_owned())
        } else {
            Err(Reply::status(401))
        }
    }
}
