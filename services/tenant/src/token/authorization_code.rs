//! The grant `authorization_code` (RFC 6749 §4.1.3, RFC 7636 §4.6).

use axum::http::StatusCode;
use sqlx::SqliteConnection;

use super::{PATH, request::TokenRequest, response::TokenResponse};
use crate::{
    activity_log::quoted,
    binding::Binding,
    grant_log,
    http::{OAuthError, Parameters},
    opaque_id::sha256_base64url,
    state::AppState,
    store::{
        applications::Application,
        bindings,
        codes::{self, Code},
        grants::{self, Grant},
        tokens,
    },
};

const INVALID_CODE: &str = "Invalid authorization code";

/// Exchanges a code for tokens. `binding` is what the request has proven.
pub(super) async fn redeem(
    state: &AppState,
    application: &Application,
    parameters: &Parameters,
    binding: &Binding,
) -> Result<TokenResponse, OAuthError> {
    let presented = parameters
        .get("code")
        .ok_or_else(|| OAuthError::invalid_request("Missing required parameter: code"))?;
    let now = state.now();
    let mut transaction = state.store.begin().await?;
    let code = codes::find(&mut transaction, presented)
        .await?
        .ok_or_else(|| OAuthError::invalid_grant(INVALID_CODE))?;
    let grant = grants::find(&mut transaction, &code.grant_id)
        .await?
        // The code of another application remains valid, and the response does not reveal that it exists.
        .filter(|grant| grant.client_id == application.client_id)
        .ok_or_else(|| OAuthError::invalid_grant(INVALID_CODE))?;

    if code.used {
        // RFC 6749 §4.1.2: a code that is used twice may be stolen, so its tokens are revoked.
        grants::revoke(&mut transaction, &grant.id).await?;
        transaction.commit().await?;
        state.activity_log.refused(
            PATH,
            "A code was used a second time: its tokens were revoked.",
        );
        return Err(OAuthError::invalid_grant(INVALID_CODE));
    }
    codes::mark_used(&mut transaction, presented).await?;
    let bound_to = bindings::find(&mut transaction, presented).await?;
    if let Err(error) =
        check(&code, parameters, now).and_then(|()| check_key(bound_to.key(), binding.key()))
    {
        // Commit, so that a client has one attempt per code to present the code verifier.
        transaction.commit().await?;
        return Err(error);
    }

    let nonce = code.nonce.as_deref();
    let response = issue_first(state, &mut transaction, &grant, nonce, binding, now).await?;
    transaction.commit().await?;
    grant_log::issued(&grant);
    state.activity_log.granted_or_unexpected(
        PATH,
        response.is_unexpected(),
        format!(
            "{} exchanged a code of {}: {}.",
            application.name,
            grant.sub,
            response.describe()
        ),
    );
    Ok(response)
}

/// Issues the tokens of a new grant.
pub(super) async fn issue_first(
    state: &AppState,
    connection: &mut SqliteConnection,
    grant: &Grant,
    nonce: Option<&str>,
    binding: &Binding,
    now: i64,
) -> Result<TokenResponse, OAuthError> {
    let refresh_token = if grant.has_scope("offline_access") {
        let idle_until = grant
            .expires_at
            .min(now + state.config.lifetimes.refresh_token_idle);
        Some(tokens::issue_refresh_token(connection, &grant.id, idle_until).await?)
    } else {
        None
    };
    let scopes: Vec<String> = grant.scopes().map(str::to_owned).collect();
    let request = TokenRequest {
        grant,
        audience: grant.audience.as_deref(),
        scopes: &scopes,
        nonce,
        refresh_token,
        actor: None,
        binding,
    };
    TokenResponse::issue(state, connection, request).await
}

/// RFC 9449 §10: a code with `dpop_jkt` needs a proof of this key.
fn check_key(bound_to: Option<&str>, proven_key: Option<&str>) -> Result<(), OAuthError> {
    if bound_to.is_none() || bound_to == proven_key {
        Ok(())
    } else {
        Err(OAuthError::invalid_grant(
            "The code is bound to a key (dpop_jkt), and the request has no proof of it",
        ))
    }
}

fn check(code: &Code, parameters: &Parameters, now: i64) -> Result<(), OAuthError> {
    if code.expires_at <= now {
        return Err(OAuthError::invalid_grant(INVALID_CODE));
    }
    // RFC 6749 §4.1.3: the same redirect_uri as in the authorization request.
    match parameters.get("redirect_uri") {
        Some(sent) if sent == code.redirect_uri => {}
        sent => {
            return Err(OAuthError::new(
                StatusCode::FORBIDDEN,
                "unauthorized_client",
                format!(
                    "The redirect URI is wrong. You sent {}, and we expected {}",
                    quoted(sent.unwrap_or("null")),
                    code.redirect_uri
                ),
            ));
        }
    }
    let verified = match (&code.challenge, parameters.get("code_verifier")) {
        (None, None) => true,
        // RFC 7636 §4.1: 43 to 128 characters.
        (Some(challenge), Some(verifier)) => {
            (43..=128).contains(&verifier.len()) && sha256_base64url(verifier) == *challenge
        }
        // RFC 9700 §2.1.1: a verifier for a code without a challenge is a downgrade.
        (Some(_), None) | (None, Some(_)) => false,
    };
    if verified {
        Ok(())
    } else {
        Err(OAuthError::invalid_grant("Failed to verify code verifier"))
    }
}
