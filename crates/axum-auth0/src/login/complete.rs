//! The second half of the callback: code, tokens, ID token, session.

use tower_sessions::session::Id;

use super::{LoginState, claims, error::LoginError, new_login::NewLogin, transaction::Transaction};
use crate::{
    diagnosis::Diagnosis,
    jwt::{self, JwtError, TokenKind},
    oauth::{IdTokenChecks, IdTokenError, TokenResponse},
    session::{ProviderSession, SessionData, StoredSession, id},
    store::{LoginId, LoginRecord},
    tokens::{CachedToken, RequestedGrant, TokenRequest, TokenSet},
};

/// Exchanges the code, and returns the identifier of the new session. `carried` is the session that the browser had.
pub(super) async fn complete(
    state: &LoginState,
    carried: &StoredSession,
    transaction: &Transaction,
    code: &str,
) -> Result<Id, LoginError> {
    let return_to = || transaction.return_to.clone();
    let redirect_uri = state.config.site_url(state.config.routes().callback_path());
    let answer = state
        .token_endpoint
        .exchange_code(
            code,
            &transaction.verifier,
            &redirect_uri,
            transaction.audience.as_deref(),
        )
        .await
        .map_err(|error| {
            LoginError::endpoint(
                error,
                &state.config,
                transaction.audience.as_deref(),
                return_to(),
            )
        })?;

    state.tokens.record_code_exchange();

    // The ID token is verified before any other token is used.
    let id_token = answer
        .id_token
        .as_deref()
        .ok_or_else(|| LoginError::IdToken(None, return_to()))?;
    let checks = IdTokenChecks {
        nonce: &transaction.nonce,
        max_age: transaction.max_age,
        organization: transaction.organization.as_deref(),
        access_token: &answer.access_token,
    };
    let verified =
        state
            .id_tokens
            .verify(id_token, &checks)
            .await
            .map_err(|error| match error {
                // Without keys nobody can say anything about the token.
                IdTokenError::Signature(JwtError::Unavailable(error)) => {
                    LoginError::provider(&error, return_to())
                }
                error => {
                    if let Some(diagnosis) = Diagnosis::of_id_token(TokenKind::of(id_token)) {
                        LoginError::IdTokenKind(error, Box::new(diagnosis), return_to())
                    } else {
                        note_clock_skew(state, id_token, &error);
                        LoginError::IdToken(Some(error), return_to())
                    }
                }
            })?;
    let subject = verified
        .required_string("sub")
        .map_err(|error| LoginError::IdToken(Some(error.into()), return_to()))?
        .to_owned();
    let provider_session = verified.string("sid").ok().flatten().map(str::to_owned);
    let claims = claims::user_claims(state, verified, &answer.access_token).await;

    let now = state.clock.unix_seconds();
    let login = LoginId::random(state.random.as_ref());
    let set = token_set(state, transaction, &answer, now);
    let new = NewLogin {
        row: LoginRecord {
            id: login,
            subject,
            provider_session: provider_session.clone(),
            created_at: now,
            last_seen_at: now,
            expires_at: now + state.config.session_lifetime().absolute_seconds(),
            version: 0,
            tokens: set.seal(&state.keys, &login),
        },
        data: SessionData {
            login,
            issuer: state.config.issuer().as_str().to_owned(),
            claims,
            provider_session: Some(ProviderSession {
                sid: provider_session,
            }),
            undelivered: false,
        },
        session: id::of_transaction(&state.keys, &transaction.verifier),
        refresh_token: set.refresh_token,
    };
    let id = new
        .replace(state, carried)
        .await
        .map_err(|error| LoginError::store(&error, return_to()))?;
    tracing::info!(?login, "logged in");
    Ok(id)
}

/// An ID token of another time is refused; most often it is the clock of this server that is wrong.
fn note_clock_skew(state: &LoginState, id_token: &str, error: &IdTokenError) {
    let is_about_time = matches!(error, IdTokenError::Rule(rule) if rule.starts_with("iat is "));
    if is_about_time
        && let Ok(claims) = jwt::decode_unverified(id_token)
        && let Ok(Some(iat)) = claims.unverified().numeric_date("iat")
    {
        Diagnosis::clock_skew(state.clock.unix_seconds().saturating_sub(iat)).log();
    }
}

/// The tokens to keep. An access token that is not what was asked for is not kept under that name; why it is not is
/// logged now and told to whoever needs it later.
fn token_set(
    state: &LoginState,
    transaction: &Transaction,
    answer: &TokenResponse,
    now: i64,
) -> TokenSet {
    // A login that began under another configuration asked for something else.
    let is_of_today = transaction.audience.as_deref() == state.config.audience();
    let mut set = TokenSet {
        refresh_token: answer.refresh_token.clone(),
        id_token: answer.id_token.clone(),
        requested_grant: is_of_today.then(|| RequestedGrant::of(&state.config)),
        ..TokenSet::default()
    };
    let config = &state.config;
    let wants = config.apis().filter_map(|api| TokenRequest::new(api, &[]));
    for want in wants.filter(|want| Some(want.audience) == config.audience()) {
        match CachedToken::verify(answer, &want, config, now) {
            Ok(token) => set.insert(token),
            Err(diagnosis) => {
                diagnosis.log();
                set.record_rejection(&want, diagnosis, now);
            }
        }
    }
    if answer.refresh_token.is_none()
        && config.scope().iter().any(|scope| scope == "offline_access")
    {
        tracing::warn!(
            "offline_access was asked for, but the provider issued no refresh token: sessions will have to log in \
             again when their access token expires"
        );
    }
    set
}
