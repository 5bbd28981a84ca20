//! Completes a login: exchanges the code, validates the ID token, and creates the session.

use std::sync::Arc;

use http::HeaderMap;
use tower_sessions::session::Id;

use super::{
    LoginState, NewSession, claims, error::LoginError, replace_session::NewLogin,
    transaction::Transaction,
};
use crate::{
    diagnosis::Diagnosis,
    dpop::DpopKey,
    events::{AuthEvent, EventSubject},
    jwt::{self, Claims, TokenKind},
    oauth::{EndpointResponse, IdTokenChecks, IdTokenError, TokenResponse, provider_end},
    organization::RequiredOrganization,
    provider::VerifyError,
    session::{
        LoginContext, LoginDetails, ProviderSession, SessionData, SessionTimes, SignedInUser,
        StoredSession, id,
    },
    store::{LoginId, LoginRecord, LoginState as StoredState},
    tokens::{CachedToken, LoginSnapshot, OpenedLogin, RequestedGrant, TokenRequest, TokenSet},
};

/// Exchanges the code and returns the identifier and the user of the new session. `old` is the session that the browser
/// had. If the login is refused, the tokens are revoked.
pub(super) async fn complete(
    state: &LoginState,
    old: &StoredSession,
    transaction: &Transaction,
    code: &str,
    headers: &HeaderMap,
) -> Result<(Id, SignedInUser), LoginError> {
    let requested_at = state.clock.unix_seconds();
    let response = exchange_code(state, transaction, code).await?;
    let unused = state.tokens.unused(&response, None);
    let tokens = response.tokens.map_err(|error| {
        let (audience, return_to) = (transaction.audience.as_deref(), &transaction.return_to);
        LoginError::from_endpoint(error, &state.config, audience, return_to.clone())
    })?;
    state.tokens.record_code_exchange();
    let created = create_session(state, old, transaction, (tokens, requested_at), headers).await;
    if created.is_ok() {
        unused.mark_used();
    }
    created
}

async fn create_session(
    state: &LoginState,
    old: &StoredSession,
    transaction: &Transaction,
    (response, requested_at): (TokenResponse, i64),
    headers: &HeaderMap,
) -> Result<(Id, SignedInUser), LoginError> {
    let return_to = || transaction.return_to.clone();
    // The ID token is verified before the other tokens are used.
    let verified = verify_id_token(state, transaction, &response).await?;
    let invalid = |error| LoginError::InvalidIdToken(Some(IdTokenError::Claim(error)), return_to());
    let subject = verified.required_string("sub").map_err(invalid)?.to_owned();
    let provider_end = provider_end(&verified).map_err(invalid)?;
    let provider_session = verified.string("sid").ok().flatten().map(str::to_owned);
    let details = LoginDetails::new(&verified, headers);
    if let Some(details) = &transaction.details {
        let missing = details.missing(&response.authorization_details);
        if !missing.is_empty() {
            return Err(LoginError::DetailsNotGranted(missing, return_to()));
        }
    }
    let context = LoginContext {
        authorization_details: response.authorization_details.clone(),
        ..LoginContext::of_login(&verified, old)
    };
    let claims = claims::user_claims(state, verified.clone(), &response).await;

    let now = state.clock.unix_seconds();
    let login = LoginId::random(state.random.as_ref());
    let issuer = state.config.issuer().as_str();
    let new_session = NewSession::new(subject.clone(), claims, verified);
    let hooked = state.hooks.before_session_saved(new_session).await;
    let (claims, app_data) = hooked
        .map_err(|error| LoginError::Hook(error.to_string(), return_to()))?
        .into_parts();
    let set = TokenSet {
        app_data,
        ..token_set(state, transaction, &response, (requested_at, now))
    };
    let lifetime = state.config.session_lifetime();
    let absolute_end = now + lifetime.absolute_seconds();
    let new = NewLogin {
        row: LoginRecord {
            id: login,
            issuer: issuer.to_owned(),
            subject,
            provider_session: provider_session.clone(),
            created_at: now,
            last_seen_at: now,
            expires_at: provider_end.map_or(absolute_end, |end| end.min(absolute_end)),
            version: 0,
            tokens: set.seal(&state.keys, &login),
            details: details.seal(&state.keys, &login),
        },
        data: SessionData {
            login,
            issuer: issuer.to_owned(),
            claims,
            provider_session: Some(ProviderSession {
                sid: provider_session,
            }),
            provider_end,
            is_unclaimed: false,
            context: context.clone(),
        },
        started_at: transaction.created_at,
        issued_at: details.issued_at,
        session: id::of_transaction(&state.keys, &transaction.verifier),
    };
    let id = new
        .replace(state, old)
        .await
        .map_err(|error| LoginError::store(&error, return_to()))?
        .ok_or_else(|| LoginError::SignedOut(return_to()))?;
    state.events.emit(&AuthEvent::LoginSucceeded {
        login,
        subject: EventSubject::of(&new.row.subject),
    });
    let times = SessionTimes::new(now, StoredState::from(&new.row), provider_end);
    let user = state.session.user(
        LoginSnapshot::new(Arc::new(OpenedLogin::new(new.row)), now),
        Arc::new(new.data.claims),
        Arc::new(context),
        times.expiry(lifetime, now),
        headers,
    );
    Ok((id, user))
}

/// Exchanges the code, with a proof if the tokens have to be bound to a key.
async fn exchange_code(
    state: &LoginState,
    transaction: &Transaction,
    code: &str,
) -> Result<EndpointResponse, LoginError> {
    let redirect_uri = state.config.site_url(state.config.routes().callback_path());
    let audience = transaction.audience.as_deref();
    let dpop_key = login_key(state, transaction)?;
    let exchange = state.token_endpoint.exchange_code(
        code,
        &transaction.verifier,
        &redirect_uri,
        audience,
        dpop_key.as_ref(),
    );
    Ok(exchange.await)
}

/// Returns the key that the tokens are bound to: that of the transaction, or a new one if the login started before `DPoP`
/// was switched on.
fn login_key(state: &LoginState, transaction: &Transaction) -> Result<Option<DpopKey>, LoginError> {
    if transaction.dpop_key.is_some() {
        return Ok(transaction.dpop_key.clone());
    }
    let new_key = state.token_endpoint.dpop().new_key();
    new_key.map_err(|error| LoginError::ProviderUnavailable {
        cause: error.to_string(),
        retry_after: None,
        return_to: transaction.return_to.clone(),
    })
}

/// Returns the claims of the ID token of `response`.
async fn verify_id_token(
    state: &LoginState,
    transaction: &Transaction,
    response: &TokenResponse,
) -> Result<Claims, LoginError> {
    let return_to = || transaction.return_to.clone();
    let id_token = response
        .id_token
        .as_deref()
        .ok_or_else(|| LoginError::InvalidIdToken(None, return_to()))?;
    let checks = IdTokenChecks {
        nonce: Some(&transaction.nonce),
        step_up: transaction.step_up.as_ref(),
        organization: required_organization(state, transaction),
        access_token: &response.access_token,
    };
    state
        .id_tokens
        .verify(id_token, &checks)
        .await
        .map_err(|error| match error {
            // Without keys the token can be neither accepted nor rejected.
            IdTokenError::Signature(VerifyError::Unavailable(error)) => {
                LoginError::provider_unavailable(&error, return_to())
            }
            IdTokenError::StepUp(unmet) => LoginError::StepUp(unmet, return_to()),
            IdTokenError::Organization(unmet) => LoginError::Organization(unmet, return_to()),
            error => {
                if let Some(diagnosis) = Diagnosis::of_id_token(TokenKind::of(id_token)) {
                    LoginError::UnsupportedIdToken(error, Box::new(diagnosis), return_to())
                } else {
                    log_clock_skew(state, id_token, &error);
                    LoginError::InvalidIdToken(Some(error), return_to())
                }
            }
        })
}

/// Returns the organization that the ID token of the login must name. The configuration may have changed since the login
/// started.
fn required_organization<'a>(
    state: &'a LoginState,
    transaction: &'a Transaction,
) -> RequiredOrganization<'a> {
    let config = &state.config;
    match transaction.organization.as_deref() {
        _ if config.requires_organization() => match config.organization() {
            Some(organization) => RequiredOrganization::Named(organization),
            None => transaction
                .organization
                .as_deref()
                .map_or(RequiredOrganization::Any, RequiredOrganization::Named),
        },
        Some(organization) => RequiredOrganization::Named(organization),
        None => RequiredOrganization::Optional,
    }
}

/// Logs a clock skew if it explains the rejection of the ID token. Usually the clock of this server is wrong.
fn log_clock_skew(state: &LoginState, id_token: &str, error: &IdTokenError) {
    let is_skewed = matches!(error, IdTokenError::Rule(rule) if rule.starts_with("iat is "));
    if is_skewed
        && let Ok(claims) = jwt::decode_unverified(id_token)
        && let Ok(Some(iat)) = claims.unverified().numeric_date("iat")
    {
        let ahead = state.clock.unix_seconds().saturating_sub(iat);
        Diagnosis::ClockSkew { ahead }.log("ID token rejected");
    }
}

/// Returns the tokens to store. An access token that is not the requested one is rejected: the diagnosis is logged and
/// stored instead.
fn token_set(
    state: &LoginState,
    transaction: &Transaction,
    response: &TokenResponse,
    (requested_at, now): (i64, i64),
) -> TokenSet {
    // The configuration may have changed since the login started.
    let is_current = transaction.audience.as_deref() == state.config.audience();
    let mut set = TokenSet {
        refresh_token: response.refresh_token.clone(),
        id_token: response.id_token.clone(),
        dpop_key: response.dpop_key.clone(),
        requested_grant: is_current.then(|| RequestedGrant::of(&state.config)),
        ..TokenSet::default()
    };
    let config = &state.config;
    let requests = config.apis().filter_map(|api| TokenRequest::new(api, &[]));
    for request in requests.filter(|request| Some(request.audience) == config.audience()) {
        match CachedToken::verify(response, &request, config, (requested_at, now)) {
            Ok(token) => set.insert(token),
            Err(diagnosis) => {
                diagnosis.log("access token rejected");
                set.record_rejection(&request, diagnosis, now);
            }
        }
    }
    if response.refresh_token.is_none()
        && config.scope().iter().any(|scope| scope == "offline_access")
    {
        tracing::warn!(
            "the provider issued no refresh token although offline_access was requested: users have to log in again when \
             their access token expires"
        );
    }
    set
}
