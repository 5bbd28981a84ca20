//! The answer that the browser carries to the application's callback.

use axum::{
    http::{StatusCode, header::LOCATION},
    response::{IntoResponse, Response},
};
use sqlx::SqliteConnection;
use url::Url;

use super::request::{AuthorizationRequest, RedirectRefusal};
use crate::{
    handle::unique,
    store::{
        codes,
        grants::{self, Grant},
        sessions::{self, Session},
    },
    tenant::Shared,
};

/// Makes the grant and its code; answers the callback URL that carries the code.
pub(crate) async fn with_code(
    shared: &Shared,
    connection: &mut SqliteConnection,
    request: &AuthorizationRequest,
    session: &Session,
) -> Result<String, sqlx::Error> {
    let now = shared.now();
    let lifetimes = shared.lifetimes;
    let offline = request.scopes.iter().any(|scope| scope == "offline_access");
    let lifetime = if offline { lifetimes.refresh_token } else { 0 }
        .max(lifetimes.access_token)
        .max(60);
    let grant = Grant {
        id: unique(),
        client_id: request.client_id.clone(),
        sub: session.sub.clone(),
        sid: session.sid.clone(),
        audience: request.audience.clone(),
        scope: request.scopes.join(" "),
        auth_time: session.auth_time,
        show_auth_time: request.max_age.is_some(),
        created_at: now,
        expires_at: now + lifetime,
    };
    grants::insert(connection, &grant).await?;
    sessions::joined_by(connection, &session.sid, &request.client_id).await?;
    let code = codes::issue(
        connection,
        &grant.id,
        &request.redirect_uri,
        request.code_challenge.as_deref(),
        request.nonce.as_deref(),
        now,
    )
    .await?;
    Ok(callback(
        shared,
        &request.redirect_uri,
        &[("code", &code)],
        request.state.as_deref(),
    ))
}

/// The callback URL that carries an error (RFC 6749 §4.1.2.1).
pub(crate) fn with_error(shared: &Shared, refusal: &RedirectRefusal) -> String {
    let pairs = [
        ("error", refusal.error),
        ("error_description", &refusal.description),
    ];
    callback(
        shared,
        &refusal.redirect_uri,
        &pairs,
        refusal.state.as_deref(),
    )
}

/// A redirect, as Auth0 sends it.
pub(crate) fn redirect(location: &str) -> Response {
    (StatusCode::FOUND, [(LOCATION, location)]).into_response()
}

fn callback(
    shared: &Shared,
    redirect_uri: &str,
    pairs: &[(&str, &str)],
    state: Option<&str>,
) -> String {
    let Ok(mut url) = Url::parse(redirect_uri) else {
        // Cannot be: registered URLs are parsed when the tenant opens. The dashboard is a harmless place to land.
        return "/".to_owned();
    };
    {
        let mut query = url.query_pairs_mut();
        query.extend_pairs(pairs);
        if let Some(state) = state {
            query.append_pair("state", state);
        }
        // RFC 9207 §2: who answers, in errors too.
        query.append_pair("iss", &shared.issuer);
    }
    url.into()
}
