//! The callback route: validates the authorization response in a fixed order, and creates a session.

use std::sync::Arc;

use axum::{
    Extension,
    extract::{RawQuery, State},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, Method, StatusCode};
use tokio::sync::oneshot;
use tower_sessions::{Session, session::Id};
use tracing::Instrument as _;

use super::{
    CallbackOutcome, LoginFailure, LoginState,
    authorization_response::{AuthorizationResponse, Outcome},
    complete::complete,
    error::LoginError,
    start::begin,
    state_parameter::StateParameter,
    transaction::{TRANSACTION_TTL, Transaction},
    transaction_cookie::{self, set_cookie},
    unclaimed,
};
use crate::{
    request::RequestKind,
    responses::{no_content, see_other},
    session::{CurrentUser, SessionCookie, SignedInUser, StoredSession},
    tasks::Work,
};

/// Maximum age of a login that is restarted after an `authentication_expired` error, in seconds. Keycloak sends this
/// error half an hour or more after the start of the login, when the transaction has already expired.
const EXPIRED_AUTHENTICATION_MAX_AGE: i64 = 86_400;

pub(crate) async fn callback(
    State(login): State<Arc<LoginState>>,
    RawQuery(query): RawQuery,
    Extension(user): Extension<CurrentUser>,
    session: Session,
    method: Method,
    headers: HeaderMap,
) -> Response {
    let kind = RequestKind::of(&method, &headers);
    if kind == RequestKind::Speculative {
        return no_content();
    }
    // Runs in a separate task: a client that disconnects must not cancel the login.
    let (sender, receiver) = oneshot::channel();
    let tasks = login.tasks.clone();
    drop(tasks.spawn(Work::Callback, async move {
        let query = query.unwrap_or_default();
        // A second callback of the same login (a reload) waits for the first one and gets its session.
        let lock = login.callbacks.for_query(&query);
        let _guard = lock.lock().await;
        let response = respond(&login, &query, &user, &session, kind, &headers).await;
        if let Err(response) = sender.send(response)
            && let Some(SessionCookie::Set(id)) = response.extensions().get()
        {
            tracing::info!("client disconnected during its login");
            unclaimed::mark(&login, *id).await;
        }
    }));
    receiver.await.unwrap_or_else(|_| {
        tracing::error!("callback task failed");
        StatusCode::INTERNAL_SERVER_ERROR.into_response()
    })
}

async fn respond(
    login: &LoginState,
    query: &str,
    user: &CurrentUser,
    session: &Session,
    kind: RequestKind,
    headers: &HeaderMap,
) -> Response {
    let authorization = match AuthorizationResponse::parse(query) {
        Ok(authorization) => authorization,
        Err(error) => return failed(login, &error, &[]).await,
    };
    let cookies = login.config.cookie();
    let Some(transaction) = Transaction::find(headers, &login.keys, &authorization.state, cookies)
    else {
        // The cookie was lost. A second attempt can succeed.
        return match restart(login, kind, headers, &authorization).await {
            Some(restarted) => restarted,
            None => failed(login, &LoginError::UnknownTransaction, &[]).await,
        };
    };
    // From here on, the transaction is consumed, regardless of the outcome.
    let return_to = transaction.return_to.clone();
    let is_silent = transaction.is_silent;
    let requirements = transaction.requirements();
    let processed = process(login, session, user, transaction, &authorization, headers).await;
    let mut response = match processed {
        Ok(Processed::AlreadySignedIn) => see_other(return_to.as_str()),
        Ok(Processed::Claimed(id)) => with_session(see_other(return_to.as_str()), id),
        Ok(Processed::SignedIn(id, user)) => {
            let outcome = CallbackOutcome::SignedIn {
                user: *user,
                return_to: return_to.clone(),
            };
            let response = login.hooks.on_callback(outcome).await;
            with_session(
                response.unwrap_or_else(|| see_other(return_to.as_str())),
                id,
            )
        }
        Err(error) if is_silent => {
            if error.requires_interaction() {
                tracing::debug!("silent login: the provider requires interaction");
            } else {
                error.report(&login.events);
            }
            see_other(return_to.as_str())
        }
        Err(error) => {
            let can_restart = authorization.is_expired_authentication()
                && matches!(
                    error,
                    LoginError::Expired(_) | LoginError::ProviderError { .. }
                );
            let restarted = if can_restart {
                restart(login, kind, headers, &authorization).await
            } else {
                None
            };
            match restarted {
                Some(restarted) => restarted,
                None => failed(login, &error, &requirements).await,
            }
        }
    };
    set_cookie(
        &mut response,
        &transaction_cookie::removal(&authorization.state, cookies),
    );
    response
}

/// A callback without an error.
enum Processed {
    /// The login is complete.
    SignedIn(Id, Box<SignedInUser>),
    /// The login was complete before, but no browser has received its session.
    Claimed(Id),
    /// The login was complete before, and the browser has its session.
    AlreadySignedIn,
}

fn with_session(mut response: Response, id: Id) -> Response {
    response.extensions_mut().insert(SessionCookie::Set(id));
    response
}

/// Logs the error of a login. Returns the response of the application, or the page of the error.
async fn failed(
    login: &LoginState,
    error: &LoginError,
    requirements: &[(&'static str, String)],
) -> Response {
    let page = error.respond(&login.config, &login.events, requirements);
    let outcome = CallbackOutcome::Failed {
        failure: LoginFailure::new(error, page.status()),
        return_to: error.return_to().cloned(),
    };
    login.hooks.on_callback(outcome).await.unwrap_or(page)
}

async fn process(
    login: &LoginState,
    session: &Session,
    user: &CurrentUser,
    transaction: Transaction,
    authorization: &AuthorizationResponse<'_>,
    headers: &HeaderMap,
) -> Result<Processed, LoginError> {
    let return_to = transaction.return_to.clone();
    if transaction.has_expired(login.clock.unix_seconds()) {
        return Err(LoginError::Expired(return_to));
    }
    check_issuer(login, &transaction, authorization).await?;
    let code = match &authorization.outcome {
        Outcome::Code(code) => code,
        // Stores nothing: an error leads to no token request, and clients can cause any number of errors.
        Outcome::Error { code, description } => {
            let description = description.as_deref();
            return Err(LoginError::from_response(
                &login.config,
                code,
                description,
                return_to,
            ));
        }
    };
    // The transaction is consumed once across all replicas that share the store: a replay causes no second token
    // request.
    let is_first = login
        .store
        .consume_transaction(&transaction.key(), transaction.created_at + TRANSACTION_TTL)
        .await
        .map_err(|error| LoginError::store(&error, return_to.clone()))?;
    if !is_first {
        return match (unclaimed::claim(login, &transaction).await, user) {
            (Some(unclaimed), _) => Ok(Processed::Claimed(unclaimed)),
            (None, CurrentUser::SignedIn(_)) => Ok(Processed::AlreadySignedIn),
            (None, _) => Err(LoginError::AlreadyUsed(return_to)),
        };
    }
    let old = StoredSession::read(session)
        .await
        .map_err(|error| LoginError::store(&error, return_to))?;
    let (id, user) = complete(login, &old, &transaction, code, headers)
        .instrument(tracing::debug_span!("login"))
        .await?;
    Ok(Processed::SignedIn(id, Box::new(user)))
}

/// Checks that the response, including an error response, is from the issuer at which the login started (RFC 9207
/// §2.4).
async fn check_issuer(
    login: &LoginState,
    transaction: &Transaction,
    authorization: &AuthorizationResponse<'_>,
) -> Result<(), LoginError> {
    let issuer = login.config.issuer().as_str();
    if transaction.issuer != issuer {
        return Err(LoginError::WrongIssuer);
    }
    if let Some(found) = authorization.issuer.as_deref() {
        return if found == issuer {
            Ok(())
        } else {
            Err(LoginError::WrongIssuer)
        };
    }
    let metadata =
        login.provider.metadata().await.map_err(|error| {
            LoginError::provider_unavailable(&error, transaction.return_to.clone())
        })?;
    // The metadata may have changed since the login started, but the profile requires it.
    if metadata.authorization_response_iss_parameter_supported || login.config.fapi2() {
        return Err(match authorization.outcome {
            Outcome::Code(_) => LoginError::WrongIssuer,
            Outcome::Error { .. } => LoginError::NotCompleted(transaction.return_to.clone()),
        });
    }
    Ok(())
}

/// Restarts the login of `state` with all its parameters, at most once. Never causes a token request.
///
/// Returns `None` if the login was restarted before, if `state` is foreign or expired (a forgery or a bookmark), or if
/// the request may not start a login.
async fn restart(
    login: &LoginState,
    kind: RequestKind,
    headers: &HeaderMap,
    authorization: &AuthorizationResponse<'_>,
) -> Option<Response> {
    let state = StateParameter::open(&login.keys, &authorization.state)?;
    let max_age = if authorization.is_expired_authentication() {
        EXPIRED_AUTHENTICATION_MAX_AGE
    } else {
        TRANSACTION_TTL
    };
    let (parameters, attempt) = state.restart(login.clock.unix_seconds(), max_age)?;
    if !kind.may_start_login() {
        return None;
    }
    if parameters.is_silent {
        return Some(see_other(parameters.return_to.as_str()));
    }
    let requirements = parameters.requirements();
    let restarted = begin(login, headers, parameters, attempt).await;
    Some(
        restarted
            .unwrap_or_else(|error| error.respond(&login.config, &login.events, &requirements)),
    )
}
