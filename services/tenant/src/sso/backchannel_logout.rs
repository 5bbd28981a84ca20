//! Notifies an application that a session has ended (OpenID Connect Back-Channel Logout 1.0 §2.4, §2.5).

use std::{sync::Arc, time::Duration};

use axum::http::StatusCode;
use serde_json::{Value, json};
use tokio::time::sleep;
use url::Url;

use crate::{
    grant_log,
    opaque_id::random_id,
    state::AppState,
    store::{applications::Application, sessions::Session},
};

/// The lifetime of a logout token, in seconds (§2.4 recommends at most two minutes).
const LOGOUT_TOKEN_TTL: i64 = 120;
const ENDPOINT: &str = "back-channel logout";

/// Delays before the token is sent again if the application does not respond or is unavailable.
const RETRY_DELAYS: [Duration; 5] = [
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
    Duration::from_secs(8),
    Duration::from_secs(15),
];

/// Posts a logout token to the application in the background, if the application has a back-channel logout URL. Repeats it
/// while the application is unavailable.
pub(super) fn notify(state: &Arc<AppState>, application: &Application, session: &Session) {
    let Some(url) = application.backchannel_logout_url.clone() else {
        return;
    };
    let (state, application) = (Arc::clone(state), application.clone());
    let session = session.clone();
    tokio::spawn(async move {
        let mut delays = RETRY_DELAYS.into_iter();
        while send(&state, &url, &application, &session).await == Delivery::Unavailable
            && let Some(delay) = delays.next()
        {
            sleep(delay).await;
        }
    });
}

/// The outcome of one attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Delivery {
    /// The application responded, or no token can be sent.
    Done,
    /// Another attempt may succeed.
    Unavailable,
}

/// Sends a new token, because the previous one may have been used although its response was lost.
async fn send(
    state: &AppState,
    url: &Url,
    application: &Application,
    session: &Session,
) -> Delivery {
    let claims = logout_claims(state, application, session);
    let token = match state.with_keys(|keys| keys.sign("logout+jwt", &claims)) {
        Ok(token) => token,
        Err(error) => {
            tracing::error!(%error, "failed to sign a logout token");
            return Delivery::Done;
        }
    };
    // The client has a timeout and follows no redirects, so the request ends.
    let request = state.http_client.post(url.clone());
    let answer = request.form(&[("logout_token", token)]).send().await;
    let answer = answer.map(|response| response.status());
    let (sub, sid, name) = (&session.sub, &session.sid, &application.name);
    let status = answer.as_ref().map_or(0, StatusCode::as_u16);
    tracing::info!(target: grant_log::TARGET, event = "logout_token", %sub, %sid, status);
    let text = match answer {
        Ok(status) => format!("{name} received a logout token and responded with {status}."),
        Err(_) => format!("{name} did not respond to a logout token."),
    };
    match answer {
        Ok(status) if status.is_success() => state.activity_log.granted(ENDPOINT, text),
        _ => state.activity_log.refused(ENDPOINT, text),
    }
    match answer {
        Ok(status) if !is_unavailable(status) => Delivery::Done,
        _ => Delivery::Unavailable,
    }
}

fn is_unavailable(status: StatusCode) -> bool {
    status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS
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
