//! The second half of the callback: code, tokens, ID token, session.

use std::sync::Arc;

use tower_sessions::{Expiry, Session};

use super::{
    CALLBACK_PATH, IdTokenError, claims, id_token::Expected, refusal::Refusal,
    transaction::Transaction,
};
use crate::{
    diagnosis::Diagnosis,
    engine::Engine,
    jwt::{self, JwtError},
    session::{ABSOLUTE, SESSION_KEY, SessionData},
    stores::{LoginId, LoginRow, StoreError},
    tokens::{Asked, HeldToken, TokenAnswer, TokenSet, Want},
};

pub(super) async fn complete(
    engine: &Arc<Engine>,
    session: &Session,
    transaction: &Transaction,
    code: &str,
) -> Result<(), Refusal> {
    let return_to = || transaction.return_to.clone();
    let redirect_uri = engine.config().site_url(CALLBACK_PATH);
    let answer = engine
        .endpoint()
        .exchange(
            code,
            &transaction.verifier,
            &redirect_uri,
            transaction.audience.as_deref(),
        )
        .await
        .map_err(|error| Refusal::endpoint(error, transaction.audience.as_deref(), return_to()))?;

    // The ID token is verified before any other token is used.
    let id_token = answer
        .id_token
        .as_deref()
        .ok_or_else(|| Refusal::IdToken(None, return_to()))?;
    let expected = Expected {
        nonce: &transaction.nonce,
        max_age: transaction.max_age,
        organization: transaction.organization.as_deref(),
        access_token: &answer.access_token,
    };
    let verified = engine
        .id_tokens()
        .verify(id_token, &expected)
        .await
        .map_err(|error| match error {
            // Without keys nobody can say anything about the token.
            IdTokenError::Signature(JwtError::Unavailable(error)) => {
                Refusal::provider(&error, return_to())
            }
            error => {
                note_clock_skew(engine, id_token, &error);
                Refusal::IdToken(Some(error), return_to())
            }
        })?;
    let subject = verified
        .required_string("sub")
        .map_err(|error| Refusal::IdToken(Some(error.into()), return_to()))?
        .to_owned();
    let provider_session = verified.string("sid").ok().flatten().map(str::to_owned);
    let claims = claims::of_person(engine, verified, &answer.access_token).await;

    let now = engine.clock().unix_seconds();
    let login = LoginId::random(engine.chance().as_ref());
    let set = token_set(engine, transaction, &answer, now);
    let row = LoginRow {
        id: login,
        subject,
        provider_session,
        created_at: now,
        last_seen_at: now,
        expires_at: now + ABSOLUTE,
        version: 0,
        tokens: set.seal(engine.keys(), &login),
    };
    end_previous(engine, session)
        .await
        .map_err(|error| Refusal::store(&error, return_to()))?;
    engine
        .store()
        .create_login(row)
        .await
        .map_err(|error| Refusal::store(&error, return_to()))?;

    let data = SessionData {
        login,
        issuer: engine.config().issuer.as_str().to_owned(),
        claims,
    };
    if let Err(error) = open_session(engine, session, &data, now).await {
        // Without its session nobody can use the login; it must not lie about.
        if let Err(error) = engine.store().delete_login(&login).await {
            tracing::error!(%error, "a login without a session could not be deleted");
        }
        return Err(Refusal::store(&error, return_to()));
    }
    tracing::info!(?login, "logged in");
    Ok(())
}

/// An ID token of another time is refused; most often it is the clock of this server that is wrong.
fn note_clock_skew(engine: &Engine, id_token: &str, error: &IdTokenError) {
    let is_about_time = matches!(error, IdTokenError::Rule(rule) if rule.starts_with("iat is "));
    if is_about_time
        && let Ok(claims) = jwt::peek(id_token)
        && let Ok(Some(iat)) = claims.unverified().numeric_date("iat")
    {
        Diagnosis::clock_skew(engine.clock().unix_seconds().saturating_sub(iat)).log();
    }
}

/// A login in a browser that has a session ends that session, and its identifier is never used again (session
/// fixation, RFC 9700 §4.7).
async fn end_previous(engine: &Engine, session: &Session) -> Result<(), StoreError> {
    let failed = |error: tower_sessions::session::Error| StoreError(error.to_string());
    if session.id().is_none() {
        return Ok(());
    }
    let previous = session.get::<SessionData>(SESSION_KEY).await.ok().flatten();
    if session.id().is_some() {
        // Not `flush`: after it, the next save would create the record under its old identifier again.
        session.clear().await;
        session.cycle_id().await.map_err(failed)?;
    }
    if let Some(previous) = previous
        && let Some(row) = engine.store().delete_login(&previous.login).await?
    {
        let tokens = engine.tokens().clone();
        tokio::spawn(async move { tokens.revoke(&row).await });
    }
    Ok(())
}

async fn open_session(
    engine: &Engine,
    session: &Session,
    data: &SessionData,
    now: i64,
) -> Result<(), StoreError> {
    let failed = |error: tower_sessions::session::Error| StoreError(error.to_string());
    session.insert(SESSION_KEY, data).await.map_err(failed)?;
    if !engine.config().cookie.transient {
        let end = time::OffsetDateTime::from_unix_timestamp(now + ABSOLUTE)
            .map_err(|error| StoreError(error.to_string()))?;
        session.set_expiry(Some(Expiry::AtDateTime(end)));
    }
    // Now, not at the end of the response: only a stored session counts as a login.
    session.save().await.map_err(failed)
}

/// The tokens to keep. An access token that is not what was asked for is not kept under that name; why it is not is
/// logged now and told to whoever needs it later.
fn token_set(
    engine: &Engine,
    transaction: &Transaction,
    answer: &TokenAnswer,
    now: i64,
) -> TokenSet {
    // A login that began under another configuration asked for something else.
    let is_of_today = transaction.audience == engine.config().audience;
    let mut set = TokenSet {
        refresh_token: answer.refresh_token.clone(),
        id_token: answer.id_token.clone(),
        asked: is_of_today.then(|| Asked::of(engine.config())),
        ..TokenSet::default()
    };
    let config = engine.config();
    let wants = config.apis.values().filter_map(|api| Want::of(api, &[]));
    for want in wants.filter(|want| Some(want.audience) == config.audience.as_deref()) {
        match HeldToken::verify(answer, &want, config, now) {
            Ok(token) => set.hold(token),
            Err(diagnosis) => {
                diagnosis.log();
                set.note_wrong(&want, diagnosis, now);
            }
        }
    }
    if answer.refresh_token.is_none() && config.scope.iter().any(|scope| scope == "offline_access")
    {
        tracing::warn!(
            "offline_access was asked for, but the provider issued no refresh token: sessions will have to log in \
             again when their access token expires"
        );
    }
    set
}
