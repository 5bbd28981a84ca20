//! The grant `refresh_token` (RFC 6749 §6): rotation with reuse detection, and Auth0's multi-resource refresh tokens.

use axum::http::StatusCode;
use sqlx::SqliteConnection;

use super::{
    endpoint::PATH,
    issue::{self, Issue, TokenAnswer},
};
use crate::{
    journal::quoted,
    parameters::Parameters,
    refusal::Refusal,
    scopes,
    settings::ApiSettings,
    store::{
        grants::{self, Grant},
        registry::{self, Application},
        tokens::{self, RefreshToken},
    },
    tenant::Shared,
};

const UNKNOWN_TOKEN: &str = "Unknown or invalid refresh token.";

/// What a refresh is for.
struct Target {
    audience: Option<String>,
    scopes: Vec<String>,
    /// The API that was asked for and is not what the token is for.
    ignored: Option<String>,
}

/// Exchanges a refresh token for new tokens.
pub(crate) async fn refresh(
    shared: &Shared,
    application: &Application,
    parameters: &Parameters,
) -> Result<TokenAnswer, Refusal> {
    let presented = parameters
        .get("refresh_token")
        .ok_or_else(|| Refusal::invalid_request("Missing required parameter: refresh_token"))?;
    let now = shared.now();
    let mut transaction = shared.store.begin().await?;
    let (token, grant) = usable(&mut transaction, application, presented, now).await?;

    if let Some(consumed_at) = token.consumed_at
        && now >= consumed_at + shared.lifetimes.refresh_leeway
    {
        // RFC 9700 §4.14.2: it is not known who of the two is the thief, so the family ends for both.
        grants::revoke(&mut transaction, &grant.id).await?;
        transaction.commit().await?;
        shared.refreshes.reused();
        shared.journal.refused(
            PATH,
            format!(
                "A consumed refresh token of {} came again: the whole family was revoked.",
                grant.sub
            ),
        );
        return Err(Refusal::invalid_grant(UNKNOWN_TOKEN));
    }

    let target = target(shared, &mut transaction, application, &grant, parameters).await?;
    let idle_until = grant
        .expires_at
        .min(now + shared.lifetimes.refresh_token_idle);
    let refresh_token = if shared.rotation {
        tokens::consume(&mut transaction, presented, now).await?;
        Some(tokens::issue_refresh_token(&mut transaction, &grant.id, idle_until).await?)
    } else {
        tokens::touch(&mut transaction, presented, idle_until).await?;
        None
    };
    let answer = issue::answer(
        shared,
        &mut transaction,
        Issue {
            grant: &grant,
            audience: target.audience.as_deref(),
            scopes: &target.scopes,
            // OpenID Connect Core §12.2: a refreshed ID token should have no nonce.
            nonce: None,
            refresh_token,
        },
    )
    .await?;
    transaction.commit().await?;
    shared.refreshes.granted();
    note(shared, application, &grant, &target, &answer);
    if !shared.refresh_delay.is_zero() {
        tokio::time::sleep(shared.refresh_delay).await;
    }
    Ok(answer)
}

/// The token and its grant, if both are alive and the application's own.
async fn usable(
    connection: &mut SqliteConnection,
    application: &Application,
    presented: &str,
    now: i64,
) -> Result<(RefreshToken, Grant), Refusal> {
    let unknown = || Refusal::invalid_grant(UNKNOWN_TOKEN);
    let token = tokens::refresh_token(connection, presented)
        .await?
        .ok_or_else(unknown)?;
    let grant = grants::by_id(connection, &token.grant_id)
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

/// Another API only if the application's policy names it; otherwise, without a word, the API of the login.
async fn target(
    shared: &Shared,
    connection: &mut SqliteConnection,
    application: &Application,
    grant: &Grant,
    parameters: &Parameters,
) -> Result<Target, Refusal> {
    let resource = parameters
        .resources()
        .first()
        .filter(|_| shared.resource_parameter);
    let requested = parameters.get("audience").or(resource.map(String::as_str));
    let scope = parameters.get("scope");
    let other = requested.filter(|requested| grant.audience.as_deref() != Some(requested));
    if let Some(audience) = other
        && let Some(policy) = application
            .multi_resource
            .iter()
            .find(|policy| policy.audience == audience)
        && let Some(api) = registry::api(connection, audience).await?
    {
        admitted(application, &api)?;
        return Ok(Target {
            audience: Some(audience.to_owned()),
            scopes: scopes::at_refresh_for(grant, policy, &api, scope),
            ignored: None,
        });
    }
    // The API of the login may have left the tenant since; a token for it would be worth nothing.
    if let Some(audience) = &grant.audience {
        let api = registry::api(connection, audience).await?.ok_or_else(|| {
            Refusal::new(
                StatusCode::FORBIDDEN,
                "access_denied",
                format!("Service not found: {audience}"),
            )
        })?;
        admitted(application, &api)?;
    }
    Ok(Target {
        audience: grant.audience.clone(),
        scopes: scopes::at_refresh(grant, scope),
        ignored: other.map(quoted),
    })
}

/// The API's policy may have closed it to the application since the login.
fn admitted(application: &Application, api: &ApiSettings) -> Result<(), Refusal> {
    if api.admits(&application.client_id) {
        Ok(())
    } else {
        Err(Refusal::api_closed(&application.client_id, api))
    }
}

fn note(
    shared: &Shared,
    application: &Application,
    grant: &Grant,
    target: &Target,
    answer: &TokenAnswer,
) {
    let got = format!(
        "{} refreshed for {}: {}",
        application.name,
        grant.sub,
        answer.in_words()
    );
    match &target.ignored {
        None => shared
            .journal
            .answered(PATH, answer.is_surprising(), format!("{got}.")),
        Some(ignored) => shared.journal.surprising(
            PATH,
            format!(
                "{got}. The refresh asked for audience {ignored}, which the application's multi-resource policy does \
                 not allow for that API; as at Auth0 it got the token of the login instead."
            ),
        ),
    }
}
