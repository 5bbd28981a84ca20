//! The endpoints of the provider.

use axum::{
    body::to_bytes,
    extract::{ConnectInfo, Request, State},
    response::Response,
};
use http::{Method, header};
use serde_json::json;

use super::{Endpoint, FakeProvider, Gate, Part, RecordedRequest, Reply, request_log::pairs};
use crate::tls::PeerThumbprint;

pub(crate) async fn serve(State(provider): State<FakeProvider>, http_request: Request) -> Response {
    let certificate = http_request
        .extensions()
        .get::<ConnectInfo<PeerThumbprint>>()
        .map(|peer| peer.0.0.clone());
    let (parts, body) = http_request.into_parts();
    let body = to_bytes(body, 1 << 20).await.unwrap();
    let form = pairs(&body);
    let path = parts.uri.path().strip_prefix(&provider.0.prefix);
    let grant_type = form
        .iter()
        .find(|(name, _)| name == "grant_type")
        .map_or("authorization_code", |(_, value)| value);
    let endpoint = match (&parts.method, path.unwrap_or_default()) {
        (&Method::GET, "/.well-known/openid-configuration") => Endpoint::Discovery,
        (&Method::GET, "/keys") => Endpoint::Keys,
        (&Method::GET | &Method::POST, "/authorize") => Endpoint::Authorize,
        (&Method::POST, "/oauth/token") => match grant_type {
            "authorization_code" => Endpoint::Exchange,
            "refresh_token" => Endpoint::Refresh,
            _ => Endpoint::OtherGrant,
        },
        (&Method::GET, "/userinfo") => Endpoint::Userinfo,
        (&Method::POST, "/oauth/revoke") => Endpoint::Revocation,
        (&Method::POST, "/bc-authorize") => Endpoint::BackchannelAuthentication,
        (&Method::POST, "/oauth/par") => Endpoint::PushedAuthorization,
        (&Method::GET, "/oidc/logout" | "/v2/logout" | "/logout") => Endpoint::EndSession,
        _ => Endpoint::Unknown,
    };
    let authorization = parts
        .headers
        .get(header::AUTHORIZATION)
        .map(|value| value.to_str().unwrap().to_owned());
    let query = pairs(parts.uri.query().unwrap_or_default().as_bytes());
    let request = RecordedRequest {
        endpoint,
        form: if form.is_empty() { query } else { form },
        authorization,
        path: parts.uri.path().to_owned(),
        headers: parts.headers,
        certificate,
    };
    let by_path = provider.state().replies_by_path.get(&request.path).cloned();
    let by_endpoint = || provider.state().replies.get(&endpoint).cloned();
    let mut reply = by_path
        .or_else(by_endpoint)
        .unwrap_or_else(|| provider.respond(&request));
    if let Reply::Computed(compute) = reply {
        reply = compute(&request);
    }
    if provider.state().policy.gzip && matches!(reply, Reply::Json(..)) {
        reply = reply.gzipped();
    }
    if provider.state().truncations.remove(&endpoint) {
        reply = Reply::Truncated;
    }
    let released = provider.state().gates.get(&endpoint).map(Gate::enter);
    provider.record(request);
    if let Some(released) = released {
        // The gate drops the sender to release the response.
        let _ = released.await;
    }
    reply.respond().await
}

impl FakeProvider {
    fn respond(&self, request: &RecordedRequest) -> Reply {
        match request.endpoint {
            Endpoint::Discovery => Reply::Json(200, self.metadata()),
            Endpoint::Keys => Reply::Json(200, self.key_set()),
            Endpoint::Exchange | Endpoint::Refresh if self.rejects_grant_first(request) => {
                Reply::error(400, "invalid_grant")
            }
            Endpoint::Exchange
            | Endpoint::Refresh
            | Endpoint::OtherGrant
            | Endpoint::Revocation
            | Endpoint::PushedAuthorization
            | Endpoint::BackchannelAuthentication
                if !self.authenticates_client(request) =>
            {
                Reply::error(401, "invalid_client")
            }
            Endpoint::Exchange | Endpoint::Refresh | Endpoint::OtherGrant => {
                match self.proven_key(request, "POST", None) {
                    Err(refused) => refused,
                    Ok(key) if request.endpoint == Endpoint::Exchange => {
                        self.exchange(request, key.as_deref())
                    }
                    Ok(key) if request.endpoint == Endpoint::Refresh => {
                        self.refresh(request, key.as_deref())
                    }
                    Ok(key) => self.other_grant(request, key.as_deref()),
                }
            }
            Endpoint::Revocation => {
                self.revoke(request);
                Reply::status(200)
            }
            Endpoint::PushedAuthorization => self.push(request),
            Endpoint::BackchannelAuthentication => self.start_backchannel_login(request),
            Endpoint::Userinfo => self.userinfo(request),
            Endpoint::Authorize => self.authorize_over_http(&self.resolve(request.clone())),
            Endpoint::EndSession => self.end_session(request),
            Endpoint::Unknown => Reply::status(404),
        }
    }

    fn userinfo(&self, request: &RecordedRequest) -> Reply {
        let token = match self.presented_token(request) {
            Ok(token) => token,
            Err(refused) => return refused,
        };
        let user = self.state().grants.user_of_access_token(&token).cloned();
        let Some(user) = user else {
            return Reply::status(401);
        };
        let claims = json!({
            "sub": format!("auth0|{user}"),
            "name": format!("{user} of Userinfo"),
            "email": format!("{user}@userinfo.example.com"),
        });
        Reply::Json(200, self.modified(Part::Userinfo, claims))
    }
}
