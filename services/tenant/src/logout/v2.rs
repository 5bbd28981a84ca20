//! `/v2/logout`: Auth0's logout, which predates RP-Initiated Logout. It requires no confirmation and no proof.

use std::sync::Arc;

use axum::{
    extract::{RawQuery, State},
    http::HeaderMap,
    response::Response,
};
use url::{Position, Url};

use super::redirect_target::{describe, logged_out, not_registered};
use crate::{
    clients, http::Parameters, pages::error_page::ErrorPage, sso, state::AppState,
    store::applications::Application,
};

pub(crate) const PATH: &str = "/v2/logout";

pub(crate) async fn get(
    State(state): State<Arc<AppState>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ErrorPage> {
    logout(&state, &headers, query.as_deref())
        .await
        .inspect_err(|page| state.activity_log.refused(PATH, page.message()))
}

async fn logout(
    state: &Arc<AppState>,
    headers: &HeaderMap,
    query: Option<&str>,
) -> Result<Response, ErrorPage> {
    let parameters = Parameters::from_query(query)?;
    let mut connection = state.store.connection().await?;
    let application = match parameters.get("client_id") {
        None => None,
        client_id => Some(clients::find_application(&mut connection, client_id).await?),
    };
    let target = redirect_target(application.as_ref(), parameters.get("returnTo"))?;
    let session = sso::current_session(state, &mut connection, headers).await?;
    drop(connection);
    let event = match session {
        Some(session) => {
            sso::end_session(state, &session.sid).await?;
            format!("{} logged out", session.sub)
        }
        None => "No session".to_owned(),
    };
    state
        .activity_log
        .granted(PATH, format!("{event}; {}.", describe(target.as_ref())));
    Ok(logged_out(target.as_ref()))
}

/// Returns `returnTo` if it is registered, ignoring its query, or the first registered URL if it is absent.
fn redirect_target(
    application: Option<&Application>,
    return_to: Option<&str>,
) -> Result<Option<Url>, ErrorPage> {
    let registered = application
        .map(|application| application.logout_urls.as_slice())
        .unwrap_or_default();
    let Some(return_to) = return_to else {
        return Ok(registered.first().and_then(|url| Url::parse(url).ok()));
    };
    let without_query = |url: &Url| url[..Position::AfterPath].to_owned();
    Url::parse(return_to)
        .ok()
        .filter(|url| {
            registered
                .iter()
                .filter_map(|registered| Url::parse(registered).ok())
                .any(|registered| without_query(&registered) == without_query(url))
        })
        .map(Some)
        .ok_or_else(|| not_registered("returnTo", return_to, application))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn return_to_is_compared_without_its_query() {
        let settings = crate::settings::Settings::local(
            Url::parse("http://127.0.0.1:4000/").unwrap(),
            &Url::parse("http://localhost:3000").unwrap(),
            "hush",
        );
        let application = Application::from(&settings.applications[0]);
        let is_allowed = |url| redirect_target(Some(&application), Some(url)).is_ok();
        assert!(is_allowed("http://localhost:3000/signed-out?why=idle"));
        assert!(!is_allowed("http://localhost:3000/signed-out/elsewhere"));
        assert!(!is_allowed("http://user@localhost:3000/signed-out"));
        assert!(!is_allowed("https://evil.example/signed-out"));
        assert!(redirect_target(None, Some("http://localhost:3000/signed-out")).is_err());
        assert_eq!(
            redirect_target(Some(&application), None)
                .unwrap()
                .unwrap()
                .path(),
            "/signed-out"
        );
    }
}
