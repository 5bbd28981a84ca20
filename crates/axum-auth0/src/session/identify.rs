//! Finds out who makes a request, once, before anything else looks.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderMap, HeaderValue, header};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tower_sessions::Session;

use super::{CurrentUser, IDLE, SignedInUser, TOUCH_EVERY};
use crate::{
    engine::Engine,
    stores::{LoginId, StoreError},
    trace_context::TraceContext,
};

/// Where the engine keeps its part of a session.
pub(crate) const SESSION_KEY: &str = "axum-auth0";

/// What the session knows of a login. Written at login, never changed; no token is in it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SessionData {
    pub(crate) login: LoginId,
    /// The issuer of the login: a session of another provider is none.
    pub(crate) issuer: String,
    pub(crate) claims: Map<String, Value>,
}

/// The layer: puts [`CurrentUser`] into the request, and keeps the answer out of every cache.
pub(crate) async fn identify(
    State(engine): State<Arc<Engine>>,
    session: Session,
    mut request: Request,
    next: Next,
) -> Response {
    let user = match find(&engine, &session, request.headers()).await {
        Ok(Some(user)) => CurrentUser::SignedIn(user),
        Ok(None) => CurrentUser::Anonymous,
        Err(error) => {
            tracing::error!(%error, "nobody can be identified");
            CurrentUser::Unavailable
        }
    };
    request.extensions_mut().insert(user);
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    // Whatever depends on the session must not come to another person out of a cache (CVE-2025-48947).
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static(
            "private, no-cache, no-store, must-revalidate, max-age=0",
        ));
    headers.append(header::VARY, HeaderValue::from_static("cookie"));
    response
}

async fn find(
    engine: &Arc<Engine>,
    session: &Session,
    headers: &HeaderMap,
) -> Result<Option<SignedInUser>, StoreError> {
    if session.id().is_none() {
        return Ok(None);
    }
    let value = session
        .get_value(SESSION_KEY)
        .await
        .map_err(|error| StoreError(error.to_string()))?;
    let Some(data) = value.and_then(|value| serde_json::from_value::<SessionData>(value).ok())
    else {
        return Ok(None);
    };
    if data.issuer != engine.config().issuer.as_str() {
        return Ok(None);
    }
    let store = engine.store();
    let Some(row) = store.load_login(&data.login).await? else {
        return Ok(None);
    };
    let now = engine.clock().unix_seconds();
    if now >= row.expires_at || now - row.last_seen_at >= IDLE {
        tracing::info!(login = ?row.id, "a session ended of itself");
        store.delete_login(&row.id).await?;
        return Ok(None);
    }
    if now - row.last_seen_at >= TOUCH_EVERY {
        store.touch_login(&row.id, now).await?;
    }
    Ok(Some(SignedInUser {
        engine: Arc::clone(engine),
        login: row.id,
        subject: row.subject.into(),
        claims: Arc::new(data.claims),
        trace: TraceContext::of(headers, engine.chance().as_ref()),
    }))
}
