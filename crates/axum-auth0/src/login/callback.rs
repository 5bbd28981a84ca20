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
    complete::complete,
    refusal::Refusal,
    start::{begin, no_content, see_other, set_cookie},
    transaction::{self, LIFETIME, State as LoginState, Transaction},
    undelivered,
};
use crate::{
    diagnosis::{Cause, Diagnosis},
    engine::Engine,
    request_kind::RequestKind,
    return_to::ReturnTo,
    session::{Carried, CurrentUser, SessionCookie},
    tasks::Work,
};

/// `error_description` of Keycloak when the user's session at the login page timed out. A second try works.
const AUTHENTICATION_EXPIRED: &str = "authentication_expired";

/// A provider's login page can stay open longer than a transaction lasts: Keycloak says `authentication_expired` after
/// half an hour and more. Such a login is restarted up to this many seconds after its start.
const EXPIRED_AUTHENTICATION_MAX_AGE: i64 = 86_400;

pub(crate) async fn callback(
    State(engine): State<Arc<Engine>>,
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
    let tasks = engine.tasks().clone();
    drop(tasks.spawn(Work::Callback, async move {
        let query = query.unwrap_or_default();
        // A second callback of the same login (a reload) waits for the first, and gets its session.
        let one_at_a_time = engine.callbacks().of(&query);
        let _permit = one_at_a_time.lock().await;
        let response = respond(&engine, &query, &user, &session, kind, &headers).await;
        if let Err(response) = sender.send(response)
            && let Some(SessionCookie::Set(id)) = response.extensions().get()
        {
            tracing::info!("the client hung up during its login");
            undelivered::note(&engine, *id).await;
        }
    }));
    receiver.await.unwrap_or_else(|_| {
        tracing::error!("the callback did not finish");
        StatusCode::INTERNAL_SERVER_ERROR.into_response()
    })
}

async fn respond(
    engine: &Arc<Engine>,
    query: &str,
    user: &CurrentUser,
    session: &Session,
    kind: RequestKind,
    headers: &HeaderMap,
) -> Response {
    let answer = match Answer::parse(query) {
        Ok(answer) => answer,
        Err(refusal) => return refusal.into_response(),
    };
    let settings = engine.config().cookie();
    let Some(transaction) = Transaction::find(headers, engine.keys(), &answer.state, settings)
    else {
        // The cookie was lost, and one more attempt may help.
        return restart(engine, kind, headers, &answer)
            .await
            .unwrap_or_else(|| Refusal::UnknownTransaction.into_response());
    };
    // From here on the transaction is spent, whatever the outcome.
    let return_to = transaction.return_to.clone();
    let mut response = match answer_to(engine, session, user, transaction, &answer).await {
        Ok(new_session) => {
            let mut response = see_other(return_to.as_str());
            if let Some(id) = new_session {
                response.extensions_mut().insert(SessionCookie::Set(id));
            }
            response
        }
        Err(refusal) => {
            let may_help = refusal.is_expired_authentication(AUTHENTICATION_EXPIRED)
                || (matches!(refusal, Refusal::Expired(_)) && answer.is_expired_authentication());
            let restarted = if may_help {
                restart(engine, kind, headers, &answer).await
            } else {
                None
            };
            restarted.unwrap_or_else(|| refusal.into_response())
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
    engine: &Arc<Engine>,
    session: &Session,
    user: &CurrentUser,
    transaction: Transaction,
    answer: &Answer<'_>,
) -> Result<Option<Id>, Refusal> {
    let return_to = transaction.return_to.clone();
    if transaction.has_expired(engine.clock().unix_seconds()) {
        return Err(Refusal::Expired(return_to));
    }
    // RFC 9207 §2.4, for errors too: the response must be from the issuer that the login began at.
    let issuer = engine.config().issuer().as_str();
    if transaction.issuer != issuer
        || answer
            .issuer
            .as_deref()
            .is_some_and(|found| found != issuer)
    {
        return Err(Refusal::WrongIssuer);
    }
    if answer.issuer.is_none() {
        let metadata = engine
            .provider()
            .metadata()
            .await
            .map_err(|error| Refusal::provider(&error, return_to.clone()))?;
        if metadata.authorization_response_iss_parameter_supported {
            return Err(match answer.outcome {
                Outcome::Code(_) => Refusal::WrongIssuer,
                Outcome::Error { .. } => Refusal::NotCompleted(return_to),
            });
        }
    }
    let code = match &answer.outcome {
        Outcome::Code(code) => code,
        // Nothing is stored for an error: it can be caused without limit and leads to no token request.
        Outcome::Error { code, description } => {
            return Err(refused(engine, code, description.as_deref(), return_to));
        }
    };
    // Spent once, over all processes that share the store: a replay gets no second token request.
    let first = engine
        .store()
        .consume_transaction(&transaction.key(), transaction.created_at + LIFETIME)
        .await
        .map_err(|error| Refusal::store(&error, return_to.clone()))?;
    if !first {
        return match (undelivered::take(engine, &transaction).await, user) {
            (Some(waiting), _) => Ok(Some(waiting)),
            (None, CurrentUser::SignedIn(_)) => Ok(None),
            (None, _) => Err(Refusal::AlreadyUsed(return_to)),
        };
    }
    let carried = Carried::read(session)
        .await
        .map_err(|error| Refusal::store(&error, return_to))?;
    complete(engine, &carried, &transaction, code)
        .await
        .map(Some)
}

/// Starts the login of `state` again with everything that it asked for, once. `None` if it was restarted before, if
/// `state` is not ours or not fresh (a forgery, a bookmark), or if no user follows the redirect. It never leads to a
/// token request.
async fn restart(
    engine: &Engine,
    kind: RequestKind,
    headers: &HeaderMap,
    answer: &Answer<'_>,
) -> Option<Response> {
    let state = LoginState::open(engine.keys(), &answer.state)?;
    let max_age = if answer.is_expired_authentication() {
        EXPIRED_AUTHENTICATION_MAX_AGE
    } else {
        LIFETIME
    };
    let (parameters, attempt) = state.restart(engine.clock().unix_seconds(), max_age)?;
    if !kind.may_start_login() {
        return None;
    }
    tracing::info!(attempt, "login restarted");
    let restarted = begin(engine, headers, parameters, attempt).await;
    Some(restarted.unwrap_or_else(IntoResponse::into_response))
}

fn refused(engine: &Engine, code: &str, description: Option<&str>, return_to: ReturnTo) -> Refusal {
    let audience = engine.config().audience();
    let diagnosis = Diagnosis::of_login_refusal(engine.config(), code, description, audience);
    match diagnosis.code {
        Cause::AudienceUnknown if audience.is_some() => Refusal::Misconfigured(diagnosis),
        Cause::ApiNotAuthorized => Refusal::Misconfigured(diagnosis),
        // RFC 6749 §4.1.2.1: nothing that the person did or could do differently.
        _ if matches!(
            code,
            "invalid_scope"
                | "invalid_request"
                | "unauthorized_client"
                | "unsupported_response_type"
        ) =>
        {
            Refusal::Misconfigured(diagnosis)
        }
        _ => Refusal::ByProvider {
            code: code.to_owned(),
            description: description.map(str::to_owned),
            return_to,
        },
    }
}

/// The authorization response (RFC 6749 §4.1.2), each parameter at most once.
struct Answer<'a> {
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

impl<'a> Answer<'a> {
    fn parse(query: &'a str) -> Result<Self, Refusal> {
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
                return Err(Refusal::MalformedCallback("a parameter is given twice"));
            }
        }
        let mut take = |name| given.remove(name).filter(|value| !value.is_empty());
        let state = take("state").ok_or(Refusal::MalformedCallback("state is missing"))?;
        let issuer = take("iss");
        let description = take("error_description");
        let outcome = match (take("code"), take("error")) {
            (Some(code), None) => Outcome::Code(code),
            (_, Some(code)) => Outcome::Error { code, description },
            (None, None) => return Err(Refusal::MalformedCallback("code is missing")),
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
