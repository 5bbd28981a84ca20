//! Notifies an application that a session has ended (OpenID Connect Back-Channel Logout 1.0 §2.4, §2.5).

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::{
    grant_log,
    opaque_id::random_id,
    state::AppState,
    store::{applications::Application, sessions::Session},
};

/// The lifetime of a logout token, in seconds (§2.4 recommends at most two minutes).
const LOGOUT_TOKEN_TTL: i64 = 120;
const ENDPOINT: &str = "back-channel logout";

/// Posts a logout token to the application in the background, if the application has a back-channel logout URL.
pub(super) fn notify(state: &AppState, application: &Application, session: &Session) {
    let Some(url) = application.backchannel_logout_url.clone() else {
        return;
    };
    let claims = logout_claims(state, application, session);
    let token = match state.with_keys(|keys| keys.sign("logout+jwt", &claims)) {
        Ok(token) => token,
        Err(error) => {
            tracing::error!(%error, "failed to sign a logout token");
            return;
        }
    };
    // The client has a timeout and follows no redirects, so the task ends.
    let request = state
        .http_client
        .post(url)
        .form(&[("logout_token", token)])
        .send();
    let (sub, sid) = (session.sub.clone(), session.sid.clone());
    let activity_log = state.activity_log.clone();
    let name = application.name.clone();
    tokio::spawn(async move {
        let answer = request.await.map(|response| response.status());
        let status = answer.as_ref().map_or(0, StatusCode::as_u16);
        tracing::info!(target: grant_log::TARGET, event = "logout_token", %sub, %sid, status);
        match answer {
            Ok(status) if status.is_success() => activity_log.granted(
                ENDPOINT,
                format!("{name} received a logout token and responded with {status}."),
            ),
            Ok(status) => activity_log.refused(
                ENDPOINT,
                format!("{name} received a logout token and responded with {status}."),
            ),
            Err(_) => activity_log.refused(
                ENDPOINT,
                format!("{name} did not respond to a logout token."),
            ),
        }
    });
}

fn logout_claims(state: &AppState, application: &Application, session: &Session) -> Value {
    let now = state.now();
    json!({
        "iss": state.config.issuer,
        "sub": session.sub,
        "aud": application.client_id,
        "iat": now,
        "exp": now + LOGOUT_TOKEN_TTL,
        "jti": random_id(),
        "sid": session.sid,
        "events": { "http://schemas.openid.net/event/backchannel-logout": {} },
    })
}
