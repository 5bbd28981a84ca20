//! The grant `refresh_token` (RFC 6749 §6): rotation with reuse detection, and Auth0's multi-resource refresh tokens.

mod target;

use sqlx::SqliteConnection;

use self::target::{Target, find_target};
use super::{PATH, request::TokenRequest, response::TokenResponse};
use crate::{
    binding::Binding,
    grant_log,
    http::{OAuthError, Parameters},
    state::AppState,
    store::{
        applications::Application,
        grants::{self, Grant},
        tokens::{self, RefreshToken},
    },
};

pub(super) const UNKNOWN_TOKEN: &str = "Unknown or invalid refresh token.";

/// Exchanges a refresh token for new tokens. `binding` is what the request has proven.
pub(super) async fn refresh(
    state: &AppState,
    application: &Application,
    parameters: &Parameters,
    binding: &Binding,
) -> Result<TokenResponse, OAuthError> {
    let presented = parameters
        .get("refresh_token")
        .ok_or_else(|| OAuthError::invalid_request("Missing required parameter: refresh_token"))?;
    let now = state.now();
    let config = &state.config;
    let mut transaction = state.store.begin().await?;
    let Some(grant) = usable_grant(state, &mut transaction, application, presented).await? else {
        transaction.commit().await?;
        return Err(OAuthError::invalid_grant(UNKNOWN_TOKEN));
    };

    let target = find_target(state, &mut transaction, application, &grant, parameters).await?;
    let idle_until = grant
        .expires_at
        .min(now + config.lifetimes.refresh_token_idle);
    let refresh_token = if config.rotation {
        tokens::mark_consumed(&mut transaction, presented, now).await?;
        Some(tokens::issue_refresh_token(&mut transaction, &grant.id, idle_until).await?)
    } else {
        tokens::extend_idle_timeout(&mut transaction, presented, idle_until).await?;
        None
    };
    let response = TokenResponse::issue(
        state,
        &mut transaction,
        TokenRequest {
            grant: &grant,
            audience: target.audience.as_deref(),
            scopes: &target.scopes,
            // OpenID Connect Core §12.2: a refreshed ID token should not contain a nonce.
            nonce: None,
            refresh_token,
            actor: None,
            binding,
        },
    )
    .await?;
    transaction.commit().await?;
    state.refresh_counters.record_granted();
    grant_log::refreshed(&grant);
    log_refresh(state, application, &grant, &target, &response);
    if !config.refresh_delay.is_zero() {
        tokio::time::sleep(config.refresh_delay).await;
    }
    Ok(response)
}

/// Returns the grant of a refresh token. `None` if the token was reused, which revoked the grant: the caller has to commit.
pub(super) async fn usable_grant(
    state: &AppState,
    connection: &mut SqliteConnection,
    application: &Application,
    presented: &str,
) -> Result<Option<Grant>, OAuthError> {
    let now = state.now();
    let (token, grant) = validate_refresh_token(connection, application, presented, now).await?;
    let is_reused = token
        .consumed_at
        .is_some_and(|consumed_at| now >= consumed_at + state.config.lifetimes.refresh_leeway);
    if !is_reused {
        return Ok(Some(grant));
    }
    // RFC 9700 §4.14.2: either client may be the attacker, so the family is revoked for both.
    grants::revoke(connection, &grant.id).await?;
    state.refresh_counters.record_reused();
    grant_log::reused(&grant);
    state.activity_log.refused(
        PATH,
        format!(
            "A consumed refresh token of {} was reused: the whole family was revoked.",
            grant.sub
        ),
    );
    Ok(None)
}

/// Returns the token and its grant if neither has expired and they belong to the application.
async fn validate_refresh_token(
    connection: &mut SqliteConnection,
    application: &Application,
    presented: &str,
    now: i64,
) -> Result<(RefreshToken, Grant), OAuthError> {
    let unknown = || OAuthError::invalid_grant(UNKNOWN_TOKEN);
    let token = tokens::find_refresh_token(connection, presented)
        .await?
        .ok_or_else(unknown)?;
    let grant = grants::find(connection, &token.grant_id)
        .await?
        .ok_or_else(unknown)?;
    if grant.client_id != application.client_id
        || token.idle_until <= now
        || grant.expires_at <= now
    {
        return Err(unknown());
    }
    Ok((token, grant))
}

fn log_refresh(
    state: &AppState,
    application: &Application,
    grant: &Grant,
    target: &Target,
    response: &TokenResponse,
) {
    let text = format!(
        "{} refreshed the tokens of {}: {}.",
        application.name,
        grant.sub,
        response.describe()
    );
    match &target.ignored_audience {
        None => {
            state
                .activity_log
                .granted_or_unexpected(PATH, response.is_unexpected(), text);
        }
        Some(ignored) => state.activity_log.unexpected(
            PATH,
            format!(
                "{text} The refresh asked for audience {ignored}, which the application's multi-resource policy does not \
                 contain. Like Auth0, the tenant issued a token for the API of the login instead."
            ),
        ),
    }
}
