//! The tenant with one behavior changed: that of another provider, or another clock.

use std::{collections::HashMap, net::SocketAddr};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::Request,
    middleware::{Next, from_fn},
    response::{IntoResponse as _, Redirect, Response},
};
use http::{HeaderValue, header};
use serde_json::Value;
use tokio::{net::TcpSocket, task::JoinSet};
use url::{Url, form_urlencoded};

use crate::test_env::TestEnv;

/// Body limit in bytes; no body in the tests is larger.
const MAX_BODY_BYTES: usize = 1 << 20;

/// A provider at the tenant's address. It stops when dropped.
pub(crate) struct ModifiedTenant(JoinSet<()>);

impl ModifiedTenant {
    /// Serves `provider` at the address of the stopped tenant of `env`.
    pub(crate) fn at_tenant_of(env: &TestEnv, provider: Router) -> Self {
        let url: Url = env.tenant_url("/").parse().unwrap();
        let address = SocketAddr::from(([127, 0, 0, 1], url.port().unwrap()));
        let socket = TcpSocket::new_v4().unwrap();
        // The environment has bound the port and does not listen.
        socket.set_reuseaddr(true).unwrap();
        socket.bind(address).unwrap();
        let listener = socket.listen(64).unwrap();
        let mut running = JoinSet::new();
        running.spawn(async move {
            axum::serve(listener, provider.into_make_service())
                .await
                .unwrap();
        });
        Self(running)
    }

    /// Stops, so that the tenant can start.
    pub(crate) async fn go(mut self) {
        self.0.shutdown().await;
    }
}

/// Ignores the parameter `audience`.
pub(crate) fn without_audience(tenant: Router) -> Router {
    tenant.layer(from_fn(|request, next| {
        drop_parameter("audience", request, next)
    }))
}

/// Ignores the parameter `organization`.
pub(crate) fn without_organizations(tenant: Router) -> Router {
    tenant.layer(from_fn(|request, next| {
        drop_parameter("organization", request, next)
    }))
}

/// Ignores the parameters that ask for a second factor.
pub(crate) fn without_second_factors(tenant: Router) -> Router {
    tenant
        .layer(from_fn(|request, next| {
            drop_parameter("acr_values", request, next)
        }))
        .layer(from_fn(|request, next| {
            drop_parameter("claims", request, next)
        }))
}

async fn drop_parameter(dropped: &str, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let path = parts.uri.path().to_owned();
    if let Some(query) = parts.uri.query() {
        let kept = format!("{path}?{}", without(dropped, query.as_bytes()));
        parts.uri = kept.parse().unwrap();
    }
    let mut body = to_bytes(body, MAX_BODY_BYTES).await.unwrap();
    if path == "/oauth/token" {
        body = without(dropped, &body).into();
        parts.headers.remove(header::CONTENT_LENGTH);
    }
    next.run(Request::from_parts(parts, Body::from(body))).await
}

/// Removes the field `dropped` from a form.
fn without(dropped: &str, form: &[u8]) -> String {
    let kept = form_urlencoded::parse(form).filter(|(name, _)| name != dropped);
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(kept)
        .finish()
}

/// Rejects a login with the scope `write:products`, without a description.
pub(crate) fn rejecting_write_products(tenant: Router) -> Router {
    tenant.layer(from_fn(refuse_write_products))
}

async fn refuse_write_products(request: Request, next: Next) -> Response {
    let query = request.uri().query().unwrap_or_default().to_owned();
    let asked: HashMap<String, String> = form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect();
    let is_refused = request.uri().path() == "/authorize"
        && asked["scope"]
            .split(' ')
            .any(|word| word == "write:products");
    if !is_refused {
        return next.run(request).await;
    }
    let host = request.headers()[header::HOST].to_str().unwrap();
    let mut callback: Url = asked["redirect_uri"].parse().unwrap();
    callback
        .query_pairs_mut()
        .append_pair("error", "invalid_scope")
        .append_pair("state", &asked["state"])
        .append_pair("iss", &format!("http://{host}/"));
    Redirect::to(callback.as_str()).into_response()
}

/// Issues access tokens that contain a line break.
pub(crate) fn with_line_breaks(tenant: Router) -> Router {
    with_access_tokens(tenant, |_| "opaque\nin two lines".to_owned())
}

/// Rewrites the issued access tokens.
pub(crate) fn with_access_tokens(tenant: Router, rewrite: fn(&str) -> String) -> Router {
    tenant.layer(from_fn(move |request, next| {
        rewrite_tokens(rewrite, request, next)
    }))
}

async fn rewrite_tokens(rewrite: fn(&str) -> String, request: Request, next: Next) -> Response {
    let is_token = request.uri().path() == "/oauth/token";
    let response = next.run(request).await;
    if !is_token {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let body = to_bytes(body, MAX_BODY_BYTES).await.unwrap();
    let mut response: Value = serde_json::from_slice(&body).unwrap();
    let token = response["access_token"].as_str().unwrap_or_default();
    response["access_token"] = rewrite(token).into();
    let body = response.to_string();
    parts
        .headers
        .insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    Response::from_parts(parts, body.into())
}
