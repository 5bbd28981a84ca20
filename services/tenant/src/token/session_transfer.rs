//! Auth0's session transfer tokens: in exchange for a refresh token (*Native to Web SSO*), or for a token of another system with an actor.

use serde_json::{Value, json};
use url::Url;

use super::{
    PATH,
    connection_token::REFRESH_TOKEN,
    refresh::{UNKNOWN_TOKEN, usable_grant},
    token_exchange::{actor, required, subject},
};
use crate::{
    http::{OAuthError, Parameters},
    state::AppState,
    store::{
        applications::Application,
        session_transfer_tokens::{self, SESSION_TRANSFER_TTL},
        tokens,
    },
};

const TOKEN_TYPE: &str = "urn:auth0:params:oauth:token-type:session_transfer_token";

/// Returns whether an exchange requests a session transfer token: by its audience, as at Auth0.
pub(super) fn is_requested(state: &AppState, parameters: &Parameters) -> bool {
    let Ok(issuer) = Url::parse(&state.config.issuer) else {
        return false;
    };
    let host = issuer.host_str().unwrap_or_default();
    let port = issuer
        .port()
        .map(|port| format!(":{port}"))
        .unwrap_or_default();
    parameters.get("audience") == Some(&format!("urn:{host}{port}:session_transfer"))
}

/// Issues a session transfer token. With rotation, a refresh token is consumed, and the response has its successor.
pub(super) async fn issue(
    state: &AppState,
    application: &Application,
    parameters: &Parameters,
) -> Result<Value, OAuthError> {
    if parameters
        .get("requested_token_type")
        .is_some_and(|requested| requested != TOKEN_TYPE)
    {
        return Err(OAuthError::invalid_request(
            "The requested_token_type is not supported for this audience.",
        ));
    }
    let now = state.now();
    let mut transaction = state.store.begin().await?;
    let (sub, refresh_token) = if parameters.get("subject_token_type") == Some(REFRESH_TOKEN) {
        let presented = required(parameters, "subject_token")?;
        let Some(grant) = usable_grant(state, &mut transaction, application, presented).await?
        else {
            transaction.commit().await?;
            return Err(OAuthError::invalid_grant(UNKNOWN_TOKEN));
        };
        let successor = if state.config.rotation {
            tokens::mark_consumed(&mut transaction, presented, now).await?;
            let idle_until = grant
                .expires_at
                .min(now + state.config.lifetimes.refresh_token_idle);
            Some(tokens::issue_refresh_token(&mut transaction, &grant.id, idle_until).await?)
        } else {
            None
        };
        (grant.sub, successor)
    } else {
        let (user, _) = subject(state, &mut transaction, application, parameters).await?;
        // At Auth0 the error has the code `setactor_required`.
        let actor = actor(state, application, parameters)?.ok_or_else(|| {
            OAuthError::invalid_request("setactor_required: a session transfer needs an actor.")
        })?;
        state.activity_log.granted(
            PATH,
            format!(
                "{actor} transfers a session of {}: {}.",
                user.sub,
                crate::activity_log::quoted(parameters.get("reason").unwrap_or("no reason given"))
            ),
        );
        (user.sub, None)
    };
    let token = session_transfer_tokens::issue(&mut transaction, &sub, now).await?;
    transaction.commit().await?;
    state.activity_log.granted(
        PATH,
        format!(
            "{} received a session transfer token of {sub}.",
            application.name
        ),
    );
    let mut response = json!({
        "access_token": token,
        "issued_token_type": TOKEN_TYPE,
        "token_type": "N_A",
        "expires_in": SESSION_TRANSFER_TTL,
    });
    if let Some(refresh_token) = refresh_token {
        response["refresh_token"] = json!(refresh_token);
    }
    Ok(response)
}
