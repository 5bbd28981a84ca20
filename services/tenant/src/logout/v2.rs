//! `/v2/logout`: Auth0's own logout, older than RP-Initiated Logout. It asks nobody and proves nothing.

use std::sync::Arc;

use axum::{
    extract::{RawQuery, State},
    http::HeaderMap,
    response::{IntoResponse as _, Response},
};
use url::{Position, Url};

use super::{
    end_session, of_browser,
    oidc::{landing, not_registered},
    without_cookie,
};
use crate::{
    authorize::{answer, validation},
    pages::{error::PageRefusal, logout::LoggedOutPage},
    parameters::Parameters,
    store::registry::Application,
    tenant::Shared,
};

pub(crate) const PATH: &str = "/v2/logout";

pub(crate) async fn get(
    State(shared): State<Arc<Shared>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, PageRefusal> {
    logout(&shared, &headers, query.as_deref())
        .await
        .inspect_err(|refusal| {
            shared.journal.refused(PATH, refusal.message());
        })
}

async fn logout(
    shared: &Shared,
    headers: &HeaderMap,
    query: Option<&str>,
) -> Result<Response, PageRefusal> {
    let parameters = Parameters::from_query(query)?;
    let application = match parameters.get("client_id") {
        None => None,
        client_id => {
            let mut connection = shared.store.connection().await?;
            Some(validation::known_application(&mut connection, client_id).await?)
        }
    };
    let target = target(application.as_ref(), parameters.get("returnTo"))?;
    if let Some(session) = of_browser(shared, headers).await? {
        end_session(shared, &session.sid).await?;
        shared.journal.granted(
            PATH,
            format!("{} logged out; {}.", session.sub, landing(target.as_ref())),
        );
    } else {
        shared.journal.granted(
            PATH,
            format!("Nobody was logged in; {}.", landing(target.as_ref())),
        );
    }
    Ok(without_cookie(match target {
        Some(target) => answer::redirect(target.as_str()),
        None => LoggedOutPage.into_response(),
    }))
}

/// `returnTo` if it is registered, whatever its query; without it, the first registered URL.
fn target(
    application: Option<&Application>,
    return_to: Option<&str>,
) -> Result<Option<Url>, PageRefusal> {
    let registered = application
        .map(|application| application.logout_urls.as_slice())
        .unwrap_or_default();
    let Some(sent) = return_to else {
        return Ok(registered.first().and_then(|url| Url::parse(url).ok()));
    };
    let base = |url: &Url| url[..Position::AfterPath].to_owned();
    Url::parse(sent)
        .ok()
        .filter(|url| {
            registered
                .iter()
                .filter_map(|url| Url::parse(url).ok())
                .any(|known| base(&known) == base(url))
        })
        .map(Some)
        .ok_or_else(|| not_registered("returnTo", sent, application))
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
        let allowed = |text| target(Some(&application), Some(text)).is_ok();
        assert!(allowed("http://localhost:3000/signed-out?why=idle"));
        assert!(!allowed("http://localhost:3000/signed-out/elsewhere"));
        assert!(!allowed("http://user@localhost:3000/signed-out"));
        assert!(!allowed("https://evil.example/signed-out"));
        assert!(target(None, Some("http://localhost:3000/signed-out")).is_err());
        assert_eq!(
            target(Some(&application), None).unwrap().unwrap().path(),
            "/signed-out"
        );
    }
}
