//! Notifies an application that a session has ended (OpenID Connect Back-Channel Logout 1.0 §2.4, §2.5).

use std::{sync::Arc, time::Duration};

use axum::http::StatusCode;
use serde_json::{Value, json};
use tokio::{task::JoinHandle, time::sleep};
use url::Url;

use crate::{grant_log, opaque_id::random_id, state::AppState, store::applications::Application};

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

/// What ended: one session of a user, or all.
#[derive(Clone, Debug)]
pub(super) struct Ended {
    pub(super) sub: String,
    /// `None` if all sessions of the user ended.
    pub(super) sid: Option<String>,
}

/// Posts a logout token to the application in the background, if the application has a back-channel logout URL. Repeats it
/// while the application is unavailable. The task ends with the last attempt.
pub(super) fn notify(
    state: &Arc<AppState>,
    application: &Application,
    ended: &Ended,
) -> Option<JoinHandle<()>> {
    let url = application.backchannel_logout_url.clone()?;
    let (state, application) = (Arc::clone(state), application.clone());
    let ended = ended.clone();
    Some(tokio::spawn(async move {
        let mut delays = RETRY_DELAYS.into_iter();
        while send(&state, &url, &application, &ended).await == Delivery::Unavailable
            && let Some(delay) = delays.next()
        {
            sleep(delay).await;
        }
    }))
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
async fn send(state: &AppState, url: &Url, application: &Application, ended: &Ended) -> Delivery {
    let claims = logout_claims(state, application, ended);
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
    let (sub, name) = (&ended.sub, &application.name);
    let sid = ended.sid.as_deref().unwrap_or_default();
    let status = answer.as_ref().map_or(0, StatusCode::as_u16);
    tracing::info!(target: grant_log::TARGET, event = "logout_token", %sub, %sid, status);
    let text = match answer {
        Ok(status) => {
            format!("{name} received a logout token for {sub} and responded with {status}.")
        }
        Err(_) => format!("{name} did not respond to a logout token for {sub}."),
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

fn logout_claims(state: &AppState, application: &Application, ended: &Ended) -> Value {
    let now = state.now();
    let mut claims = json!({
        "iss": state.config.issuer,
        "sub": ended.sub,
        "aud": application.client_id,
        "iat": now,
        "exp": now + LOGOUT_TOKEN_TTL,
        "jti": random_id(),
        "events": { "http://schemas.openid.net/event/backchannel-logout": {} },
    });
    if let Some(sid) = &ended.sid {
        claims["sid"] = sid.as_str().into();
    }
    claims
}
