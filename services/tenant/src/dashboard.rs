//! The dashboard at `/` and its data.

use std::sync::Arc;

use axum::{
    Json,
    extract::{RawQuery, State},
    http::{HeaderMap, header::CONTENT_TYPE},
    response::{IntoResponse as _, Response},
};

use crate::{
    http::{Parameters, is_same_origin},
    opaque_id::random_secret,
    pages::{
        activity_log::log_entries,
        dashboard::DashboardPage,
        error_page::ErrorPage,
        security::Security,
        sessions::{MAX_SESSIONS, SessionRow, ShownSessions},
        users::{SecondFactorColumn, UserRow},
    },
    state::AppState,
    store::{
        apis, applications, backchannel_requests, organizations, second_factors, sessions, users,
    },
    totp,
};

pub(crate) const PATH: &str = "/";
/// The log entries alone, for the dashboard's script.
pub(crate) const LOG_PATH: &str = "/log";
/// The refresh counters, for tests that run the tenant as a program.
pub(crate) const REFRESHES_PATH: &str = "/dashboard/refreshes.json";

/// Reads a form of the dashboard.
///
/// # Errors
///
/// If another site sent it, or if it is malformed.
pub(crate) fn form(headers: &HeaderMap, body: &[u8]) -> Result<Parameters, ErrorPage> {
    if !is_same_origin(headers) {
        return Err(ErrorPage::cross_site_form());
    }
    Ok(Parameters::from_body(headers, body)?)
}

/// `?sessions=all` shows all sessions instead of the newest.
pub(crate) async fn get(
    State(state): State<Arc<AppState>>,
    RawQuery(query): RawQuery,
) -> Result<Response, ErrorPage> {
    let parameters = Parameters::from_query(query.as_deref())?;
    let max_sessions = if parameters.get("sessions") == Some("all") {
        u32::MAX
    } else {
        MAX_SESSIONS
    };
    let mut connection = state.store.connection().await?;
    let applications = applications::list(&mut connection).await?;
    let apis = apis::list(&mut connection).await?;
    let mut users = Vec::new();
    for user in users::list(&mut connection).await? {
        let permissions = users::permissions(&mut connection, &user.sub).await?;
        let roles = users::roles(&mut connection, &user.sub).await?;
        let code = second_factors::current_code(&mut connection, &user.sub, state.now()).await?;
        let secret = second_factors::secret(&mut connection, &user.sub).await?;
        let second_factor = match code.zip(secret) {
            None => SecondFactorColumn::None,
            Some((code, secret)) if state.config.one_click_login => SecondFactorColumn::Shown {
                code,
                key: totp::key(&secret),
            },
            Some(_) => SecondFactorColumn::Hidden,
        };
        users.push(UserRow {
            user,
            permissions,
            roles,
            second_factor,
        });
    }
    let mut newest = Vec::new();
    for (session, applications) in
        sessions::list_newest(&mut connection, state.now(), max_sessions).await?
    {
        // The schema guarantees that the user exists.
        if let Some(user) = users::find(&mut connection, &session.sub).await? {
            newest.push(SessionRow {
                session,
                user,
                applications,
            });
        }
    }
    let sessions = ShownSessions {
        newest,
        count: sessions::count(&mut connection, state.now()).await?,
    };
    let waiting = backchannel_requests::list_waiting(&mut connection, state.now()).await?;
    let mut all_organizations = Vec::new();
    for organization in &state.config.organizations {
        let mut members = organization.members.clone();
        for member in organizations::invited(&mut connection, &organization.id).await? {
            if !members.contains(&member) {
                members.push(member);
            }
        }
        all_organizations.push((organization.clone(), members));
    }
    drop(connection);
    Ok(DashboardPage {
        config: &state.config,
        log: &state.activity_log.newest_first(),
        sessions: &sessions,
        waiting_logins: &waiting,
        apis: &apis,
        applications: &applications,
        users: &users,
        requires_second_factor: state.requires_second_factor(),
        security: Security {
            requires_pushed_requests: state.requires_pushed_requests(),
            signing_algorithm: state.config.signing_algorithm,
            mutual_tls: state.mutual_tls.as_ref(),
        },
        organizations: &all_organizations,
        nonce: random_secret(),
    }
    .into_response())
}

pub(crate) async fn log(State(state): State<Arc<AppState>>) -> Response {
    let html = log_entries(&state.activity_log.newest_first());
    ([(CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response()
}

/// `GET /dashboard/refreshes.json`: [`RefreshCounts`](crate::RefreshCounts).
pub(crate) async fn refreshes(State(state): State<Arc<AppState>>) -> Response {
    Json(state.refresh_counters.counts()).into_response()
}
