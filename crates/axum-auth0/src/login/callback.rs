//! `GET /auth/callback`: takes the browser back from the provider, checks in a fixed order, and makes a session.

use std::{borrow::Cow, collections::HashMap, sync::Arc};

use axum::{
    extract::{RawQuery, State},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, Method, StatusCode};
use tokio::sync::oneshot;
use tower_sessions::{Session, session::Id};

use super::{
    LoginState,
    complete::complete,
    error::LoginError,
    start::{begin, set_cookie},
    transaction::{self, LIFETIME, StateParameter, Transaction},
    unclaimed,
};
use crate::{
    diagnosis::{Cause, Diagnosis},
    request::RequestKind,
    responses::{no_content, see_other},
    return_to::ReturnTo,
    session::{CurrentUser, SessionCookie, StoredSession},
    tasks::Work,
};

/// `error_description` of Keycloak when the user's session at the login page timed out. A second try works.
const AUTHENTICATION_EXPIRED: &str = "authentication_expired";

/// A provider's login page can stay open longer than a transaction lasts: Keycloak says `authentication_expired` after
/// half an hour and more. Such a login is restarted up to this many seconds after its start.
const EXPIRED_AUTHENTICATION_MAX_AGE: i64 = 86_400;

pub(crate) async fn callback(
    State(login): State<Arc<LoginState>>,
    RawQuery(query): RawQuery,
    axum::Extension(user): axum::Extension<CurrentUser>,
    session: Session,
    method: Method,
    headers: HeaderMap,
) -> Response {
    let kind = RequestKind::of(&method, &headers);
    if kind == RequestKind::Speculative {
        return no_content();
    }
    // In a task of its own: a client that hangs up does not stop a login halfway.
    let (sender, receiver) = oneshot::channel();
    let tasks = login.tasks.clone();
    drop(tasks.spawn(Work::Callback, async move {
        let query = query.unwrap_or_default();
        // A second callback of the same login (a reload) waits for the first, and gets its session.
        let one_at_a_time = login.callbacks.for_query(&query);
        let _permit = one_at_a_time.lock().await;
        let response = respond(&login, &query, &user, &session, kind, &headers).await;
        if let Err(response) = sender.send(response)
            && let Some(SessionCookie::Set(id)) = response.extensions().get()
        {
            tracing::info!("the client hung up during its login");
            unclaimed::mark(&login, *id).await;
        }
    }));
    receiver.await.unwrap_or_else(|_| {
        tracing::error!("the callback did not finish");
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
    let answer = match AuthorizationResponse::parse(query) {
        Ok(answer) => answer,
        Err(refusal) => return refusal.into_response(login.config.routes()),
    };
    let settings = login.config.cookie();
    let Some(transaction) = Transaction::find(headers, &login.keys, &answer.state, settings) else {
        // The cookie was lost, and one more attempt may help.
        return restart(login, kind, headers, &answer)
            .await
            .unwrap_or_else(|| {
                LoginError::UnknownTransaction.into_response(login.config.routes())
            });
    };
    // From here on the transaction is spent, whatever the outcome.
    let return_to = transaction.return_to.clone();
    let mut response = match answer_to(login, session, user, transaction, &answer).await {
        Ok(new_session) => {
            let mut response = see_other(return_to.as_str());
            if let Some(id) = new_session {
                response.extensions_mut().insert(SessionCookie::Set(id));
            }
            response
        }
        Err(refusal) => {
            let may_help = refusal.is_expired_authentication(AUTHENTICATION_EXPIRED)
                || (matches!(refusal, LoginError::Expired(_))
                    && answer.is_expired_authentication());
            let restarted = if may_help {
                restart(login, kind, headers, &answer).await
            } else {
                None
            };
            restarted.unwrap_or_else(|| refusal.into_response(login.config.routes()))
        }
    };
    set_cookie(
        &mut response,
        &transaction::removal(&answer.state, settings),
    );
    response
}

/// The identifier of the session that the browser gets; `None` if it has one already.
async fn answer_to(
    login: &LoginState,
    session: &Session,
    user: &CurrentUser,
    transaction: Transaction,
    answer: &AuthorizationResponse<'_>,
) -> Result<Option<Id>, LoginError> {
    let return_to = transaction.return_to.clone();
    if transaction.has_expired(login.clock.unix_seconds()) {
        return Err(LoginError::Expired(return_to));
    }
    // RFC 9207 §2.4, for errors too: the response must be from the issuer that the login began at.
    let issuer = login.config.issuer().as_str();
    if transaction.issuer != issuer
        || answer
            .issuer
            .as_deref()
            .is_some_and(|found| found != issuer)
    {
        return Err(LoginError::WrongIssuer);
    }
    if answer.issuer.is_none() {
        let metadata = login
            .provider
            .metadata()
            .await
            .map_err(|error| LoginError::provider(&error, return_to.clone()))?;
        if metadata.authorization_response_iss_parameter_supported {
            return Err(match answer.outcome {
                Outcome::Code(_) => LoginError::WrongIssuer,
                Outcome::Error { .. } => LoginError::NotCompleted(return_to),
            });
        }
    }
    let code = match &answer.outcome {
        Outcome::Code(code) => code,
        // Nothing is stored for an error: it can be caused without limit and leads to no token request.
        Outcome::Error { code, description } => {
            return Err(refused(login, code, description.as_deref(), return_to));
        }
    };
    // Spent once, over all processes that share the store: a replay gets no second token request.
    let first = login
        .store
        .consume_transaction(&transaction.key(), transaction.created_at + LIFETIME)
        .await
        .map_err(|error| LoginError::store(&error, return_to.clone()))?;
    if !first {
        return match (unclaimed::take(login, &transaction).await, user) {
            (Some(waiting), _) => Ok(Some(waiting)),
            (None, CurrentUser::SignedIn(_)) => Ok(None),
            (None, _) => Err(LoginError::AlreadyUsed(return_to)),
        };
    }
    let carried = StoredSession::read(session)
        .await
        .map_err(|error| LoginError::store(&error, return_to))?;
    complete(login, &carried, &transaction, code)
        .await
        .map(Some)
}

/// Starts the login of `state` again with everything that it asked for, once. `None` if it was restarted before, if
/// `state` is not ours or not fresh (a forgery, a bookmark), or if no user follows the redirect. It never leads to a
/// token request.
async fn restart(
    login: &LoginState,
    kind: RequestKind,
    headers: &HeaderMap,
    answer: &AuthorizationResponse<'_>,
) -> Option<Response> {
    let state = StateParameter::open(&login.keys, &answer.state)?;
    let max_age = if answer.is_expired_authentication() {
        EXPIRED_AUTHENTICATION_MAX_AGE
    } else {
        LIFETIME
    };
    let (parameters, attempt) = state.restart(login.clock.unix_seconds(), max_age)?;
    if !kind.may_start_login() {
        return None;
    }
    tracing::info!(attempt, "login restarted");
    let restarted = begin(login, headers, parameters, attempt).await;
    Some(restarted.unwrap_or_else(|error| error.into_response(login.config.routes())))
}

fn refused(
    login: &LoginState,
    code: &str,
    description: Option<&str>,
    return_to: ReturnTo,
) -> LoginError {
    let audience = login.config.audience();
    let diagnosis = Diagnosis::of_login_refusal(&login.config, code, description, audience);
    match diagnosis.code {
        Cause::AudienceUnknown if audience.is_some() => LoginError::Misconfigured(diagnosis),
        Cause::ApiNotAuthorized => LoginError::Misconfigured(diagnosis),
        // RFC 6749 §4.1.2.1: nothing that the person did or could do differently.
        _ if matches!(
            code,
            "invalid_scope"
                | "invalid_request"
                | "unauthorized_client"
                | "unsupported_response_type"
        ) =>
        {
            LoginError::Misconfigured(diagnosis)
        }
        _ => LoginError::ByProvider {
            code: code.to_owned(),
            description: description.map(str::to_owned),
            return_to,
        },
    }
}

/// The authorization response (RFC 6749 §4.1.2), each parameter at most once.
struct AuthorizationResponse<'a> {
    state: Cow<'a, str>,
    issuer: Option<Cow<'a, str>>,
    outcome: Outcome<'a>,
}

enum Outcome<'a> {
    Code(Cow<'a, str>),
    Error {
        code: Cow<'a, str>,
        description: Option<Cow<'a, str>>,
    },
}

impl<'a> AuthorizationResponse<'a> {
    fn parse(query: &'a str) -> Result<Self, LoginError> {
        let mut given: HashMap<&'static str, Cow<'a, str>> = HashMap::new();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            // Providers add parameters of their own, `session_state` for example.
            let Some(&known) = ["code", "state", "iss", "error", "error_description"]
                .iter()
                .find(|known| **known == name)
            else {
                continue;
            };
            if given.insert(known, value).is_some() {
                return Err(LoginError::MalformedCallback("a parameter is given twice"));
            }
        }
        let mut take = |name| given.remove(name).filter(|value| !value.is_empty());
        let state = take("state").ok_or(LoginError::MalformedCallback("state is missing"))?;
        let issuer = take("iss");
        let description = take("error_description");
        let outcome = match (take("code"), take("error")) {
            (Some(code), None) => Outcome::Code(code),
            (_, Some(code)) => Outcome::Error { code, description },
            (None, None) => return Err(LoginError::MalformedCallback("code is missing")),
        };
        Ok(Self {
            state,
            issuer,
            outcome,
        })
    }

    fn is_expired_authentication(&self) -> bool {
        matches!(
            &self.outcome,
            Outcome::Error { code, description: Some(description) }
                if code == "temporarily_unavailable" && description == AUTHENTICATION_EXPIRED
        )
    }
}
