//! `POST /dashboard/sessions/end`: ends sessions from the dashboard, as an administrator would.

use std::{sync::Arc, time::Duration};

use axum::{body::Bytes, extract::State, http::HeaderMap, response::Response};

use crate::{
    dashboard,
    http::{Parameters, is_same_origin, redirect},
    pages::{error_page::ErrorPage, sessions::END_PATH},
    sso::{self, Notifications},
    state::AppState,
    store::users,
};

/// How long the response waits for the applications, so that the activity log has their responses already.
const NOTIFICATION_TIMEOUT: Duration = Duration::from_secs(2);

pub(crate) async fn end(
    State(state): State<Arc<AppState>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, ErrorPage> {
    let notifications = end_sessions(&state, &headers, &body)
        .await
        .inspect_err(|page| state.activity_log.refused(END_PATH, page.message()))?;
    let notified = async {
        for notification in notifications {
            // It only fails if the tenant stops.
            let _ = notification.await;
        }
    };
    // The retries of a notification continue in the background.
    let _ = tokio::time::timeout(NOTIFICATION_TIMEOUT, notified).await;
    Ok(redirect(dashboard::PATH))
}

async fn end_sessions(
    state: &Arc<AppState>,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Notifications, ErrorPage> {
    if !is_same_origin(headers) {
        return Err(ErrorPage::cross_site_form());
    }
    let parameters = Parameters::from_body(headers, body)?;
    if let Some(sid) = parameters.get("sid") {
        let ended = sso::end_session(state, sid).await?;
        let (text, notifications) = match ended {
            Some((session, notifications)) => (
                format!("The dashboard ended a session of {}.", session.sub),
                notifications,
            ),
            None => ("The session had ended before.".to_owned(), Vec::new()),
        };
        state.activity_log.granted(END_PATH, text);
        return Ok(notifications);
    }
    let sub = parameters.get("sub").unwrap_or_default();
    let mut connection = state.store.connection().await?;
    let user = users::find(&mut connection, sub).await?;
    drop(connection);
    let user = user.ok_or_else(ErrorPage::user_not_found)?;
    let (count, notifications) = sso::end_sessions_of(state, &user.sub).await?;
    let plural = if count == 1 { "" } else { "s" };
    state.activity_log.granted(
        END_PATH,
        format!(
            "The dashboard signed {} out everywhere: {count} session{plural} ended.",
            user.sub
        ),
    );
    Ok(notifications)
}
