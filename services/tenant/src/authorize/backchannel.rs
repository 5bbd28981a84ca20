//! `POST /bc-authorize`: a login that its user approves on another device (OpenID Connect CIBA Core 1.0 §7).

use std::sync::Arc;

use axum::{
    Json,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
};
use serde_json::{Value, json};

use crate::{
    activity_log::quoted,
    clients,
    http::{OAuthError, Parameters},
    mutual_tls::TlsPeer,
    scopes,
    settings::OtherGrant,
    state::AppState,
    store::{
        apis,
        backchannel_requests::{self, BackchannelRequest},
        users,
    },
};

pub(crate) const PATH: &str = "/bc-authorize";

/// Auth0's limits of `requested_expiry` in seconds, and of `binding_message` in characters.
const MAX_EXPIRY: i64 = 300;
const MAX_BINDING_MESSAGE: usize = 64;

pub(crate) async fn post(
    State(state): State<Arc<AppState>>,
    peer: TlsPeer,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    match start(&state, &peer, &headers, &body).await {
        Ok(response) => Json(response).into_response(),
        Err(error) => {
            state.activity_log.refused(PATH, error.description());
            error.into_response()
        }
    }
}

async fn start(
    state: &AppState,
    peer: &TlsPeer,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Value, OAuthError> {
    let parameters = Parameters::from_body(headers, body)?;
    let application = clients::authenticate(state, peer, headers, &parameters).await?;
    let mut transaction = state.store.begin().await?;
    if !application.other_grants.contains(&OtherGrant::Ciba) {
        return Err(OAuthError::new(
            StatusCode::FORBIDDEN,
            "unauthorized_client",
            "Grant type 'urn:openid:params:grant-type:ciba' not allowed for the client.",
        ));
    }
    let required = |name: &str| {
        parameters.get_owned(name).ok_or_else(|| {
            OAuthError::invalid_request(format!("Missing required parameter: {name}"))
        })
    };
    let sub = subject(state, &required("login_hint")?)?;
    let user = users::find(&mut transaction, &sub).await?.ok_or_else(|| {
        OAuthError::new(
            StatusCode::BAD_REQUEST,
            "unknown_user_id",
            "User not found.",
        )
    })?;
    let binding_message = required("binding_message")?;
    if binding_message.chars().count() > MAX_BINDING_MESSAGE {
        return Err(OAuthError::new(
            StatusCode::BAD_REQUEST,
            "invalid_binding_message",
            "The binding_message is longer than 64 characters.",
        ));
    }
    let expires_in = requested_expiry(parameters.get("requested_expiry"))?;
    let api =
        match parameters.get("audience") {
            None => None,
            Some(audience) => Some(apis::find(&mut transaction, audience).await?.ok_or_else(
                || {
                    OAuthError::new(
                        StatusCode::FORBIDDEN,
                        "access_denied",
                        format!("Service not found: {}", quoted(audience)),
                    )
                },
            )?),
        };
    let scope = required("scope")?;
    let granted = scopes::for_login(&scope, api.as_ref(), application.refresh_tokens).scopes;
    if !granted.iter().any(|scope| scope == "openid") {
        return Err(OAuthError::invalid_request(
            "The scope must contain openid.",
        ));
    }
    let now = state.now();
    let request = BackchannelRequest {
        id_hash: String::new(),
        client_id: application.client_id.clone(),
        sub: user.sub.clone(),
        audience: api.map(|api| api.identifier),
        scope: granted.join(" "),
        binding_message: binding_message.clone(),
        approved: None,
        polled_at: now,
        expires_at: now + expires_in,
    };
    let id = backchannel_requests::insert(&mut transaction, &request).await?;
    transaction.commit().await?;
    state.activity_log.granted(
        PATH,
        format!(
            "{} asks {} to approve a login: {}. The dashboard takes the place of the user's device.",
            application.name,
            user.sub,
            quoted(&binding_message)
        ),
    );
    Ok(json!({
        "auth_req_id": id,
        "expires_in": expires_in,
        "interval": state.config.backchannel_interval,
    }))
}

/// Returns `sub` of a `login_hint` in the format `iss_sub`, the only one that Auth0 accepts.
fn subject(state: &AppState, login_hint: &str) -> Result<String, OAuthError> {
    let hint: Value = serde_json::from_str(login_hint).unwrap_or_default();
    let is_valid = hint["format"] == "iss_sub" && hint["iss"] == state.config.issuer.as_str();
    hint["sub"]
        .as_str()
        .filter(|_| is_valid)
        .map(str::to_owned)
        .ok_or_else(|| {
            OAuthError::invalid_request(
                "The login_hint must be JSON with format iss_sub, iss of this tenant, and sub.",
            )
        })
}

fn requested_expiry(text: Option<&str>) -> Result<i64, OAuthError> {
    let Some(text) = text else {
        return Ok(MAX_EXPIRY);
    };
    text.parse()
        .ok()
        .filter(|seconds| (1..=MAX_EXPIRY).contains(seconds))
        .ok_or_else(|| OAuthError::invalid_request("The requested_expiry must be 1 to 300."))
}
