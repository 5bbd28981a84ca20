//! `POST /dev/sign-in`: signs a user in without a login, for browser tests that are about something else.
//!
//! In debug builds only, and for programs and pages on this machine only: the client and the site must be on loopback, and
//! the request must not come from another site. With the local tenant, its users get its tokens.

use std::{collections::BTreeMap, net::SocketAddr, time::Duration};

use axum::{
    Json, Router,
    extract::{ConnectInfo, FromRequestParts, State},
    response::{AppendHeaders, IntoResponse, Response},
    routing::post,
};
use axum_auth0::{Auth0, Config, http_client::is_loopback, testing::TestLogin};
use http::{HeaderMap, StatusCode, header, request::Parts};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tenant::{IssueError, Tenant};
use url::Position;

/// Path of the route, below the site's base path.
pub const PATH: &str = "/dev/sign-in";

/// State of the route.
#[derive(Clone, Debug)]
struct DevSignIn {
    auth0: Auth0,
    /// The tenant in this process, if it is the site's provider.
    tenant: Option<Tenant>,
}

/// The user to sign in.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct User {
    /// The identifier at the provider.
    sub: String,
    /// Claims about the user, in addition to those of the local tenant.
    #[serde(default)]
    claims: Map<String, Value>,
    /// Access tokens by audience, instead of those of the local tenant.
    #[serde(default)]
    tokens: BTreeMap<String, String>,
    /// How long ago the user logged in, in seconds.
    #[serde(default)]
    logged_in_ago: u64,
    /// How long ago the user proved their identity at the provider, in seconds; when they logged in by default.
    authenticated_ago: Option<u64>,
    /// How long ago the session was last used, in seconds.
    #[serde(default)]
    last_used_ago: u64,
    /// In what time the provider ends the session, in seconds.
    provider_ends_in: Option<u64>,
}

/// Returns the route. `tenant` is the tenant in this process, if it is the site's provider.
pub fn router(auth0: &Auth0, tenant: Option<Tenant>) -> Router {
    let state = DevSignIn {
        auth0: auth0.clone(),
        tenant,
    };
    auth0.mount(Router::new().route(PATH, post(sign_in)).with_state(state))
}

/// Responds with the session cookie.
async fn sign_in(
    _: FromThisMachine,
    State(DevSignIn { auth0, tenant }): State<DevSignIn>,
    Json(user): Json<User>,
) -> Result<impl IntoResponse, Rejection> {
    let mut login = TestLogin::new(&user.sub)
        .claims(user.claims)
        .logged_in_ago(Duration::from_secs(user.logged_in_ago))
        .last_used_ago(Duration::from_secs(user.last_used_ago))
        .authenticated_ago(Duration::from_secs(
            user.authenticated_ago.unwrap_or(user.logged_in_ago),
        ));
    if let Some(seconds) = user.provider_ends_in {
        login = login.provider_ends_in(Duration::from_secs(seconds));
    }
    if let Some(tenant) = tenant {
        login = with_tokens_of(&tenant, auth0.config(), &user.sub, login).await?;
    }
    for (audience, token) in user.tokens {
        login = login.token_for(audience, token);
    }
    let session = auth0.sign_in_for_test(login).await;
    let session = session.map_err(|error| Rejection::invalid(&error))?;
    tracing::info!(sub = user.sub, "signed in for a test, without a login");
    let cookie = AppendHeaders([(header::SET_COOKIE, session.set_cookie())]);
    Ok((StatusCode::NO_CONTENT, cookie))
}

/// Adds the tokens that a login of the user at the tenant would bring; none if the tenant does not know the user.
async fn with_tokens_of(
    tenant: &Tenant,
    config: &Config,
    sub: &str,
    mut login: TestLogin,
) -> Result<TestLogin, Rejection> {
    let (audience, scope) = (config.audience(), config.scope().join(" "));
    let issued = tenant.issue_tokens(config.client_id(), sub, audience, &scope);
    let tokens = match issued.await {
        Ok(tokens) => tokens,
        Err(IssueError::UnknownUser(_)) => return Ok(login),
        Err(error) => return Err(Rejection::invalid(&error)),
    };
    let is_of_api = |audience: &&str| config.apis().any(|api| api.audience() == Some(audience));
    if let Some(audience) = audience.filter(is_of_api) {
        login = login.token_for(audience, tokens.access_token);
    }
    if let Some(token) = tokens.refresh_token {
        login = login.refresh_token(token);
    }
    Ok(match tokens.id_token {
        Some(token) => login.id_token(token),
        None => login,
    })
}

/// A request from this machine that no other site caused.
struct FromThisMachine;

impl FromRequestParts<DevSignIn> for FromThisMachine {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &DevSignIn) -> Result<Self, Rejection> {
        let config = state.auth0.config();
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        if !peer.is_some_and(|peer| peer.ip().to_canonical().is_loopback()) {
            return Err(Rejection::forbidden("the client is not on this machine"));
        }
        if !is_loopback(config.base_url()) {
            return Err(Rejection::forbidden("APP_BASE_URL is not on this machine"));
        }
        if !is_of_site(&parts.headers, config) {
            return Err(Rejection::forbidden(
                "the request is for another host than APP_BASE_URL, or comes from another site",
            ));
        }
        Ok(Self)
    }
}

/// Returns whether the request is for the site's host, and from a page of the site or from a program. Browsers send
/// `Origin` with every POST; a program may omit it.
fn is_of_site(headers: &HeaderMap, config: &Config) -> bool {
    let site = config.base_url();
    let all_are = |name: &str, allowed: &[&str]| {
        let mut values = headers.get_all(name).iter();
        values.all(|value| allowed.iter().any(|allowed| value == allowed))
    };
    headers.contains_key(header::HOST)
        && all_are("host", &[&site[Position::BeforeHost..Position::AfterPort]])
        && all_are("origin", &[&config.origin()])
        && all_are("sec-fetch-site", &["same-origin"])
}

/// An error response, in JSON.
struct Rejection {
    status: StatusCode,
    code: &'static str,
    description: String,
}

impl Rejection {
    fn forbidden(description: &str) -> Self {
        Self {
            status: StatusCode::FORBIDDEN,
            code: "forbidden",
            description: format!("{PATH} is for tests on this machine: {description}"),
        }
    }

    fn invalid(error: &impl ToString) -> Self {
        Self {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            code: "invalid_user",
            description: error.to_string(),
        }
    }
}

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        let body = json!({ "error": self.code, "error_description": self.description });
        (self.status, Json(body)).into_response()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use axum::body::Body;
    use http::Request;
    use tower::ServiceExt as _;

    use super::*;

    const LOOPBACK: [u8; 4] = [127, 0, 0, 1];

    /// Sends the sign-in of Alice to a site at `base_url`.
    async fn status(base_url: &str, peer: Option<[u8; 4]>, headers: &[(&str, &str)]) -> StatusCode {
        let auth0 = Auth0::builder().for_test().base_url(base_url);
        let auth0 = auth0.build().await.unwrap();
        let mut request = Request::post(PATH).header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(peer) = peer {
            request = request.extension(ConnectInfo(SocketAddr::from((peer, 50_000))));
        }
        let request = request
            .body(Body::from(r#"{"sub":"auth0|alice"}"#))
            .unwrap();
        let response = router(&auth0, None).oneshot(request).await.unwrap();
        let is_signed_in = response.headers().contains_key(header::SET_COOKIE);
        assert_eq!(is_signed_in, response.status() == StatusCode::NO_CONTENT);
        response.status()
    }

    #[tokio::test]
    async fn programs_and_pages_of_the_site_sign_in() {
        let host = ("host", "localhost:3000");
        let site = "http://localhost:3000";
        for headers in [
            &[host][..],
            &[host, ("origin", site)],
            &[host, ("origin", site), ("sec-fetch-site", "same-origin")],
        ] {
            let status = status(site, Some(LOOPBACK), headers).await;
            assert_eq!(status, StatusCode::NO_CONTENT, "{headers:?}");
        }
    }

    #[tokio::test]
    async fn other_machines_do_not_sign_in() {
        let (site, headers) = ("http://localhost:3000", [("host", "localhost:3000")]);
        for peer in [Some([192, 168, 1, 20]), None] {
            let status = status(site, peer, &headers).await;
            assert_eq!(status, StatusCode::FORBIDDEN, "{peer:?}");
        }
    }

    #[tokio::test]
    async fn a_site_with_a_public_address_signs_in_no_one() {
        let headers = [("host", "shop.example")];
        let status = status("https://shop.example", Some(LOOPBACK), &headers).await;
        assert_eq!(status, StatusCode::FORBIDDEN);
    }

    #[tokio::test]
    async fn other_sites_and_hosts_do_not_sign_in() {
        let host = ("host", "localhost:3000");
        for headers in [
            &[][..],
            &[("host", "rebound.example:3000")],
            &[("host", "127.0.0.1:3000")],
            &[host, ("origin", "https://evil.example")],
            &[host, ("origin", "http://localhost:4000")],
            &[host, ("origin", "null")],
            &[
                host,
                ("origin", "http://localhost:3000"),
                ("origin", "null"),
            ],
            &[host, ("sec-fetch-site", "cross-site")],
            &[host, ("sec-fetch-site", "same-site")],
        ] {
            let status = status("http://localhost:3000", Some(LOOPBACK), headers).await;
            assert_eq!(status, StatusCode::FORBIDDEN, "{headers:?}");
        }
    }
}
