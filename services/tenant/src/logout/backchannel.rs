//! Telling an application that a session ended (OpenID Connect Back-Channel Logout 1.0 §2.4, §2.5).

use serde_json::{Value, json};

use crate::{
    handle::unique,
    store::{registry::Application, sessions::Session},
    tenant::Shared,
};

/// How long a logout token is good, in seconds (§2.4 recommends at most two minutes).
const LIFETIME: i64 = 120;
const ENDPOINT: &str = "back-channel logout";

/// Posts a logout token, if the application has a URL for it. The person who logs out does not wait for the answer.
pub(super) fn tell(shared: &Shared, application: &Application, session: &Session) {
    let Some(url) = application.backchannel_logout_url.clone() else {
        return;
    };
    let claims = logout_claims(shared, application, session);
    let token = match shared.with_keys(|keys| keys.sign("logout+jwt", &claims)) {
        Ok(token) => token,
        Err(error) => {
            tracing::error!(%error, "a logout token cannot be signed");
            return;
        }
    };
    // The client has a connect and a total timeout and follows no redirects, so the task ends.
    let request = shared
        .outbound
        .post(url)
        .form(&[("logout_token", token)])
        .send();
    let journal = shared.journal.clone();
    let name = application.name.clone();
    tokio::spawn(async move {
        match request.await.map(|response| response.status()) {
            Ok(status) if status.is_success() => {
                journal.granted(
                    ENDPOINT,
                    format!("{name} was told that a session ended and answered {status}."),
                );
            }
            Ok(status) => {
                journal.refused(
                    ENDPOINT,
                    format!("{name} was told that a session ended and answered {status}."),
                );
            }
            Err(_) => journal.refused(
                ENDPOINT,
                format!("{name} could not be told that a session ended: no answer."),
            ),
        }
    });
}

fn logout_claims(shared: &Shared, application: &Application, session: &Session) -> Value {
    let now = shared.now();
    json!({
        "iss": shared.issuer,
        "sub": session.sub,
        "aud": application.client_id,
        "iat": now,
        "exp": now + LIFETIME,
        "jti": unique(),
        "sid": session.sid,
        "events": { "http://schemas.openid.net/event/backchannel-logout": {} },
    })
}
