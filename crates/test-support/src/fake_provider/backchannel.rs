//! Logins on another device (CIBA).

use serde_json::{Value, json};

use super::{
    FakeProvider, Part, RecordedRequest, Reply,
    other_grants::{bound, token_type},
};

/// A request that waits for its user, or was decided.
#[derive(Clone)]
pub(crate) struct BackchannelRequest {
    audience: String,
    scope: String,
    /// The user who approved, or that the request was denied.
    decision: Option<Result<String, ()>>,
}

impl FakeProvider {
    /// Approves all waiting logins as `user`.
    pub fn approve_backchannel_logins(&self, user: &str) {
        self.decide(&Ok(user.to_owned()));
    }

    /// Denies all waiting logins.
    pub fn deny_backchannel_logins(&self) {
        self.decide(&Err(()));
    }

    fn decide(&self, decision: &Result<String, ()>) {
        for request in self.state().backchannel.values_mut() {
            request.decision = Some(decision.clone());
        }
    }

    pub(super) fn start_backchannel_login(&self, request: &RecordedRequest) -> Reply {
        let audience = match self.audience_of(request) {
            Ok(audience) => audience,
            Err(reply) => return reply,
        };
        let hint: Value =
            serde_json::from_str(request.get("login_hint").unwrap_or_default()).unwrap_or_default();
        if hint["iss"] != self.issuer() && !hint.is_null() {
            return Reply::error(400, "unknown_user_id");
        }
        let mut state = self.state();
        let id = state.grants.unique("auth-req-id");
        self.0.secrets.add("auth_req_id", &id);
        let waiting = BackchannelRequest {
            audience,
            scope: request.get("scope").unwrap_or_default().to_owned(),
            decision: None,
        };
        state.backchannel.insert(id.clone(), waiting);
        drop(state);
        let response = json!({ "auth_req_id": id, "expires_in": 300, "interval": 5 });
        Reply::Json(200, self.modified(Part::BackchannelResponse, response))
    }

    pub(super) fn poll_backchannel_login(
        &self,
        request: &RecordedRequest,
        key: Option<&str>,
    ) -> Reply {
        let id = request.get("auth_req_id").unwrap_or_default();
        let found = self.state().backchannel.get(id).cloned();
        let Some(found) = found else {
            return Reply::error(400, "invalid_grant");
        };
        let user = match found.decision {
            None => return Reply::error(400, "authorization_pending"),
            Some(Err(())) => return Reply::error(400, "access_denied"),
            Some(Ok(user)) => user,
        };
        self.state().backchannel.remove(id);
        let subject = format!("auth0|{user}");
        let (audience, scope) = (&found.audience, &found.scope);
        let token = self.token_of(&subject, audience, scope, &bound(json!({}), key));
        let mut response = json!({
            "access_token": token,
            "token_type": token_type(key),
            "expires_in": 3_600,
            "scope": found.scope,
            "id_token": self.id_token_of(&user, &token),
        });
        if scope.split(' ').any(|word| word == "offline_access") {
            let mut state = self.state();
            let token = state.grants.issue_refresh_token(&user, audience, scope);
            response["refresh_token"] = json!(token);
        }
        self.grant_response(response)
    }
}
