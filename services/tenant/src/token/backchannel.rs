//! The grant `urn:openid:params:grant-type:ciba` in poll mode (OpenID Connect CIBA Core 1.0 §10, §11).

use axum::http::StatusCode;

use super::{
    PATH, authorization_code::issue_first, response::TokenResponse, token_exchange::required,
};
use crate::{
    binding::Binding,
    http::{OAuthError, Parameters},
    opaque_id::random_id,
    state::AppState,
    store::{
        applications::Application,
        backchannel_requests::{self, BackchannelRequest},
        grants::{self, Grant},
    },
};

pub(crate) const GRANT_TYPE: &str = "urn:openid:params:grant-type:ciba";

/// Issues tokens if the user has approved.
pub(super) async fn poll(
    state: &AppState,
    application: &Application,
    parameters: &Parameters,
    binding: &Binding,
) -> Result<TokenResponse, OAuthError> {
    let id = required(parameters, "auth_req_id")?;
    let now = state.now();
    let mut transaction = state.store.begin().await?;
    let request = backchannel_requests::find(&mut transaction, id)
        .await?
        .filter(|request| request.client_id == application.client_id)
        .ok_or_else(|| OAuthError::invalid_grant("Invalid or expired auth_req_id"))?;
    let error =
        |code, description| Err(OAuthError::new(StatusCode::BAD_REQUEST, code, description));
    if request.expires_at <= now {
        return error("expired_token", "The auth_req_id has expired.");
    }
    let is_too_early = now < request.polled_at + state.config.backchannel_interval;
    backchannel_requests::record_poll(&mut transaction, &request.id_hash, now).await?;
    match request.approved {
        _ if is_too_early => {
            transaction.commit().await?;
            return error("slow_down", "You are polling faster than allowed.");
        }
        None => {
            transaction.commit().await?;
            return error(
                "authorization_pending",
                "The end-user authorization is pending.",
            );
        }
        Some(false) => {
            backchannel_requests::delete(&mut transaction, &request.id_hash).await?;
            transaction.commit().await?;
            return error(
                "access_denied",
                "The end-user denied the authorization request or it has been expired.",
            );
        }
        Some(true) => {}
    }
    // RFC 6749 §10.5: an approval is used once.
    backchannel_requests::delete(&mut transaction, &request.id_hash).await?;
    let grant = new_grant(state, request);
    grants::insert(&mut transaction, &grant).await?;
    let response = issue_first(state, &mut transaction, &grant, None, binding, now).await?;
    transaction.commit().await?;
    state.activity_log.granted(
        PATH,
        format!(
            "{} received the tokens of a login that {} approved: {}.",
            application.name,
            grant.sub,
            response.describe()
        ),
    );
    Ok(response)
}

fn new_grant(state: &AppState, request: BackchannelRequest) -> Grant {
    let now = state.now();
    let scopes: Vec<String> = request.scope.split(' ').map(str::to_owned).collect();
    Grant {
        id: random_id(),
        client_id: request.client_id,
        sub: request.sub,
        sid: random_id(),
        audience: request.audience,
        scope: request.scope,
        auth_time: now,
        show_auth_time: true,
        second_factor: false,
        created_at: now,
        expires_at: now + state.config.lifetimes.grant(&scopes),
    }
}
