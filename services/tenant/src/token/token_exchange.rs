//! The grant `urn:ietf:params:oauth:grant-type:token-exchange` (RFC 8693): for a user's access token, as Auth0's *On-Behalf-Of Token
//! Exchange*, and for a token of another system, as Auth0's *Custom Token Exchange*.

use serde_json::{Map, Value, json};
use sqlx::SqliteConnection;

use super::{PATH, client_credentials::find_api, request::TokenRequest, response::TokenResponse};
use crate::{
    activity_log::quoted,
    binding::Binding,
    http::{OAuthError, Parameters},
    opaque_id::random_id,
    scopes,
    settings::EXCHANGE_PROFILE,
    state::AppState,
    store::{
        applications::Application,
        grants::{self, Grant},
        tokens,
        users::{self, User},
    },
};

pub(crate) const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";

pub(super) const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
const ID_TOKEN: &str = "urn:ietf:params:oauth:token-type:id_token";

/// Issues tokens in exchange for another one.
pub(super) async fn exchange(
    state: &AppState,
    application: &Application,
    parameters: &Parameters,
    binding: &Binding,
) -> Result<Value, OAuthError> {
    if parameters
        .get("requested_token_type")
        .is_some_and(|requested| requested != ACCESS_TOKEN)
    {
        return Err(OAuthError::invalid_request(
            "The requested_token_type is not supported.",
        ));
    }
    let api = find_api(state, application, parameters).await?;
    let mut transaction = state.store.begin().await?;
    let (user, is_own_token) = subject(state, &mut transaction, application, parameters).await?;
    let actor = match actor(state, application, parameters)? {
        // On behalf of the user, the application is the actor.
        None if is_own_token => Some(application.client_id.clone()),
        actor => actor,
    };
    let requested = parameters.get("scope").unwrap_or_default();
    // Like Auth0, an exchange on behalf of a user has no refresh token.
    let offline = application.refresh_tokens && !is_own_token;
    let scopes = scopes::for_login(requested, Some(&api), offline).scopes;
    let grant = new_grant(state, application, &user, &api.identifier, &scopes);
    grants::insert(&mut transaction, &grant).await?;
    let refresh_token = if grant.has_scope("offline_access") {
        let idle_until = state.now() + state.config.lifetimes.refresh_token_idle;
        Some(tokens::issue_refresh_token(&mut transaction, &grant.id, idle_until).await?)
    } else {
        None
    };
    let request = TokenRequest {
        grant: &grant,
        audience: grant.audience.as_deref(),
        scopes: &scopes,
        nonce: None,
        refresh_token,
        actor: actor.as_deref(),
        binding,
    };
    let response = TokenResponse::issue(state, &mut transaction, request).await?;
    transaction.commit().await?;
    let by = actor.map(|actor| format!(" with the actor {}", quoted(&actor)));
    state.activity_log.granted(
        PATH,
        format!(
            "{} exchanged a token of {}{}: {}.",
            application.name,
            user.sub,
            by.unwrap_or_default(),
            response.describe()
        ),
    );
    let mut response = json!(response);
    response["issued_token_type"] = json!(ACCESS_TOKEN);
    Ok(response)
}

/// Returns the user of the subject token, and whether it is an access token of this tenant.
pub(super) async fn subject(
    state: &AppState,
    connection: &mut SqliteConnection,
    application: &Application,
    parameters: &Parameters,
) -> Result<(User, bool), OAuthError> {
    let token = required(parameters, "subject_token")?;
    let user = match required(parameters, "subject_token_type")? {
        ACCESS_TOKEN => {
            let claims = verify(state, token, &state.config.access_token_issuer)?;
            // RFC 8693 §2.1 leaves it to policy whose tokens a client may exchange: here its own only.
            if claims.get("azp") != Some(&json!(application.client_id)) {
                return Err(OAuthError::invalid_request(
                    "The subject token was not issued to this application.",
                ));
            }
            let sub = claims
                .get("sub")
                .and_then(Value::as_str)
                .unwrap_or_default();
            users::find(connection, sub).await?.map(|user| (user, true))
        }
        EXCHANGE_PROFILE => users::find_by_email(connection, token)
            .await?
            .map(|user| (user, false)),
        other => {
            return Err(OAuthError::invalid_request(format!(
                "There is no profile for the subject_token_type {}.",
                quoted(other)
            )));
        }
    };
    user.ok_or_else(|| OAuthError::invalid_request("The subject token is of no known user."))
}

/// Returns `sub` of the actor token, an ID token of this application.
pub(super) fn actor(
    state: &AppState,
    application: &Application,
    parameters: &Parameters,
) -> Result<Option<String>, OAuthError> {
    let (token, kind) = match (
        parameters.get("actor_token"),
        parameters.get("actor_token_type"),
    ) {
        (None, None) => return Ok(None),
        (Some(token), Some(kind)) => (token, kind),
        _ => {
            return Err(OAuthError::invalid_request(
                "An actor_token needs an actor_token_type, and the other way round.",
            ));
        }
    };
    if kind != ID_TOKEN {
        return Err(OAuthError::invalid_request(
            "The actor token must be an ID token.",
        ));
    }
    let claims = verify(state, token, &state.config.issuer)?;
    if claims.get("aud") != Some(&json!(application.client_id)) {
        return Err(OAuthError::invalid_request(
            "The actor token was not issued to this application.",
        ));
    }
    let sub = claims.get("sub").and_then(Value::as_str);
    Ok(sub.map(str::to_owned))
}

/// Returns the claims of a JWT of this tenant.
fn verify(state: &AppState, token: &str, issuer: &str) -> Result<Map<String, Value>, OAuthError> {
    state
        .with_keys(|keys| keys.verify_signature(token))
        .filter(|claims| claims.get("iss") == Some(&json!(issuer)))
        .filter(|claims| {
            claims
                .get("exp")
                .and_then(Value::as_i64)
                .is_some_and(|exp| exp > state.now())
        })
        .ok_or_else(|| {
            OAuthError::invalid_request("The token was not issued by this tenant, or has expired.")
        })
}

fn new_grant(
    state: &AppState,
    application: &Application,
    user: &User,
    audience: &str,
    scopes: &[String],
) -> Grant {
    let now = state.now();
    Grant {
        id: random_id(),
        client_id: application.client_id.clone(),
        sub: user.sub.clone(),
        sid: random_id(),
        audience: Some(audience.to_owned()),
        scope: scopes.join(" "),
        auth_time: now,
        show_auth_time: false,
        second_factor: false,
        created_at: now,
        expires_at: now + state.config.lifetimes.grant(scopes),
    }
}

pub(super) fn required<'p>(
    parameters: &'p Parameters,
    name: &'static str,
) -> Result<&'p str, OAuthError> {
    parameters
        .get(name)
        .ok_or_else(|| OAuthError::invalid_request(format!("Missing required parameter: {name}")))
}
