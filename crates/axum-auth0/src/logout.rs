//! `/auth/logout`: here first, whatever the provider does; then the refresh token; then the provider (OpenID Connect
//! RP-Initiated Logout 1.0).

use std::{sync::Arc, time::Duration};

use axum::{
    extract::{RawForm, RawQuery, State, rejection::RawFormRejection},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use tower_sessions::Session;

use crate::{
    engine::Engine,
    login::{no_content, see_other},
    page::Page,
    provider::Issuer,
    request_kind::{RequestKind, RequestSite},
    return_to::ReturnTo,
    session::{self, SESSION_KEY, SessionData},
    stores::{LoginRow, StoreError},
};

/// Where a logout begins.
pub const LOGOUT_PATH: &str = "/auth/logout";

/// Where a logout ends, where it does not say otherwise; registered at the provider.
pub const SIGNED_OUT_PATH: &str = "/signed-out";

/// How long the revocation of the refresh token may hold up a logout.
const REVOCATION_TIMEOUT: Duration = Duration::from_secs(2);

/// A longer URL than this is refused somewhere on the way; then the provider gets no `id_token_hint`.
const MAX_URL: usize = 6_000;

/// `POST /auth/logout`. The cross-site layer has seen to it that the request comes from this site.
pub(crate) async fn post(
    State(engine): State<Arc<Engine>>,
    session: Session,
    form: Result<RawForm, RawFormRejection>,
) -> Response {
    // A program may post without a form; a logout does not fail for that.
    let return_to = form.ok().and_then(|RawForm(form)| return_to(&form));
    log_out(&engine, &session, return_to).await
}

/// `GET /auth/logout`: works for a link on this site and for a typed address. From anywhere else it only asks: a
/// picture on another site must not log anybody out.
pub(crate) async fn get(
    State(engine): State<Arc<Engine>>,
    session: Session,
    RawQuery(query): RawQuery,
    method: Method,
    headers: HeaderMap,
) -> Response {
    let is_ours = matches!(
        RequestSite::of(&headers),
        Some(RequestSite::SameOrigin | RequestSite::User)
    );
    match RequestKind::of(&method, &headers) {
        RequestKind::Speculative => no_content(),
        RequestKind::Navigation if is_ours => {
            let return_to = return_to(query.unwrap_or_default().as_bytes());
            log_out(&engine, &session, return_to).await
        }
        _ => Page::new(StatusCode::OK, "Do you want to log out?")
            .paragraph("You came here from another place, so nothing has happened yet.")
            .form("Log out", LOGOUT_PATH, form_action(&engine).await)
            .link("Stay logged in", "/")
            .into_response(),
    }
}

/// The policy for the logout form: the answer redirects to the provider, so its endpoints must be known.
async fn form_action(engine: &Engine) -> String {
    // Without metadata the logout ends at this site, which the policy allows.
    let _ = engine.provider().metadata().await;
    engine.form_action()
}

fn return_to(form: &[u8]) -> Option<ReturnTo> {
    url::form_urlencoded::parse(form)
        .find(|(name, _)| name == "returnTo")
        .and_then(|(_, value)| ReturnTo::parse(&value).ok())
}

async fn log_out(engine: &Arc<Engine>, session: &Session, return_to: Option<ReturnTo>) -> Response {
    let (row, claims_session) = match end_here(engine, session).await {
        Ok(ended) => ended,
        Err(error) => {
            tracing::error!(%error, "a logout could not be carried out");
            return Page::new(StatusCode::SERVICE_UNAVAILABLE, "Logging out is not possible right now")
                .paragraph("This site cannot reach its sessions at the moment, so you are still logged in. Please try again in a moment.")
                .retry_after(5)
                .form("Try again", LOGOUT_PATH, form_action(engine).await)
                .into_response();
        }
    };
    let id_token = row
        .as_ref()
        .and_then(|row| engine.tokens().open(row))
        .and_then(|set| set.id_token);
    if let Some(row) = &row {
        tracing::info!(login = ?row.id, "logged out");
        if tokio::time::timeout(REVOCATION_TIMEOUT, engine.tokens().revoke(row))
            .await
            .is_err()
        {
            tracing::warn!(login = ?row.id, "the refresh token was not revoked in time");
        }
    }
    let target = at_provider(
        engine,
        id_token.as_deref(),
        claims_session.as_deref(),
        return_to,
    )
    .await;
    let mut response = see_other(&target);
    if let Some(cookie) = session::removal(&engine.config().cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    // The pages of the session must not come out of the browser's cache afterwards.
    response
        .headers_mut()
        .insert("clear-site-data", HeaderValue::from_static("\"cache\""));
    response
}

/// Deletes login and session; from here on the cookie opens nothing.
async fn end_here(
    engine: &Engine,
    session: &Session,
) -> Result<(Option<LoginRow>, Option<String>), StoreError> {
    let failed = |error: tower_sessions::session::Error| StoreError(error.to_string());
    if session.id().is_none() {
        return Ok((None, None));
    }
    let data = session
        .get::<SessionData>(SESSION_KEY)
        .await
        .map_err(failed)?;
    let row = match &data {
        Some(data) => engine.store().delete_login(&data.login).await?,
        None => None,
    };
    if session.id().is_some() {
        session.flush().await.map_err(failed)?;
    }
    let provider_session = row.as_ref().and_then(|row| row.provider_session.clone());
    Ok((row, provider_session))
}

/// Where the provider logs the person out too: its `end_session_endpoint`, or `/v2/logout` of an Auth0 tenant that
/// does not announce one. Where it has neither, or does not answer, the logout ends here.
async fn at_provider(
    engine: &Engine,
    id_token: Option<&str>,
    provider_session: Option<&str>,
    return_to: Option<ReturnTo>,
) -> String {
    let config = engine.config();
    let path = return_to.map_or_else(|| SIGNED_OUT_PATH.to_owned(), String::from);
    let landing = config.site_url(&path);
    let Ok(metadata) = engine.provider().metadata().await else {
        return path;
    };
    if let Some(endpoint) = &metadata.end_session_endpoint {
        let with = |hint: Option<&str>| {
            let mut url = endpoint.clone();
            {
                let mut query = url.query_pairs_mut();
                query
                    .append_pair("client_id", &config.client_id)
                    .append_pair("post_logout_redirect_uri", &landing);
                if let Some(sid) = provider_session {
                    query.append_pair("logout_hint", sid);
                }
                if let Some(hint) = hint {
                    query.append_pair("id_token_hint", hint);
                }
            }
            url
        };
        let url = with(id_token);
        let url = if url.as_str().len() > MAX_URL {
            with(None)
        } else {
            url
        };
        return url.into();
    }
    if looks_like_auth0(&config.issuer)
        && let Ok(mut url) = config.issuer.url().join("v2/logout")
    {
        url.query_pairs_mut()
            .append_pair("client_id", &config.client_id)
            .append_pair("returnTo", &landing);
        return url.into();
    }
    path
}

/// The issuer of an Auth0 tenant is its domain and a slash, on custom domains too; `AUTH0_DOMAIN=tenant.example` says so.
fn looks_like_auth0(issuer: &Issuer) -> bool {
    issuer.as_str().ends_with('/') && issuer.url().path() == "/"
}
