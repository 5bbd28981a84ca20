//! `/oidc/logout` (OpenID Connect RP-Initiated Logout 1.0).

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{RawQuery, State},
    http::{HeaderMap, Method, StatusCode},
    response::{IntoResponse as _, Response},
};
use serde_json::{Map, Value, json};
use url::Url;

use super::{end_session, of_browser, without_cookie};
use crate::{
    authorize::{answer, validation},
    guard::is_same_origin,
    journal::quoted,
    pages::{error::PageRefusal, logout::ConfirmPage, logout::LoggedOutPage},
    parameters::Parameters,
    store::{registry::Application, sessions::Session},
    tenant::Shared,
};

pub(crate) const PATH: &str = "/oidc/logout";

pub(crate) async fn respond(
    State(shared): State<Arc<Shared>>,
    method: Method,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, PageRefusal> {
    // §2: both methods.
    let parameters = if method == Method::POST {
        Parameters::from_body(&headers, &body)?
    } else {
        Parameters::from_query(query.as_deref())?
    };
    let confirmed =
        method == Method::POST && parameters.get("confirmed").is_some() && is_same_origin(&headers);
    logout(&shared, &headers, &parameters, confirmed)
        .await
        .inspect_err(|refusal| {
            shared.journal.refused(PATH, refusal.message());
        })
}

async fn logout(
    shared: &Shared,
    headers: &HeaderMap,
    parameters: &Parameters,
    confirmed: bool,
) -> Result<Response, PageRefusal> {
    let hint = parameters
        .get("id_token_hint")
        .map(|token| id_token(shared, token))
        .transpose()?;
    let application = application(shared, parameters, hint.as_ref()).await?;
    let target = target(application.as_ref(), parameters)?;

    let session = of_browser(shared, headers).await?;
    if let Some(session) = &session
        && !(confirmed || is_meant(session, hint.as_ref(), parameters))
    {
        // §2: without proof that the application means this session, the person is asked.
        return Ok(ConfirmPage {
            parameters,
            application: application.as_ref(),
        }
        .into_response());
    }
    // Where the cookie did not come along, the ID token says which session it was.
    let sid = session
        .map(|session| session.sid)
        .or_else(|| text(hint.as_ref()?, "sid"));
    let ended = match sid {
        Some(sid) => end_session(shared, &sid).await?,
        None => None,
    };
    let who = ended.map_or_else(
        || "Nobody was logged in".to_owned(),
        |session| format!("{} logged out", session.sub),
    );
    shared
        .journal
        .granted(PATH, format!("{who}; {}.", landing(target.as_ref())));
    Ok(without_cookie(match target {
        Some(target) => answer::redirect(target.as_str()),
        None => LoggedOutPage.into_response(),
    }))
}

/// The claims of an ID token of this tenant. It may have expired (§2), and its audience is an application.
fn id_token(shared: &Shared, token: &str) -> Result<Map<String, Value>, PageRefusal> {
    shared
        .with_keys(|keys| keys.claims_of(token))
        .filter(|claims| claims.get("iss") == Some(&json!(shared.issuer)))
        .filter(|claims| {
            claims.get("aud").is_some_and(Value::is_string) && claims.get("azp").is_none()
        })
        .ok_or_else(|| {
            PageRefusal::new(
                StatusCode::BAD_REQUEST,
                "The id_token_hint is not valid",
                "The id_token_hint is not an ID token of this tenant.",
                "The application sends the ID token that it received at login.",
            )
        })
}

async fn application(
    shared: &Shared,
    parameters: &Parameters,
    hint: Option<&Map<String, Value>>,
) -> Result<Option<Application>, PageRefusal> {
    let audience = hint.and_then(|claims| text(claims, "aud"));
    let sent = parameters.owned("client_id");
    // §2: when both are there, they name the same application.
    if let (Some(audience), Some(sent)) = (&audience, &sent)
        && audience != sent
    {
        return Err(PageRefusal::new(
            StatusCode::BAD_REQUEST,
            "The client ID does not fit",
            "The client_id is not the one that the id_token_hint was issued to.",
            "The application sends its own client ID and its own ID token.",
        ));
    }
    match sent.or(audience) {
        None => Ok(None),
        Some(client_id) => {
            let mut connection = shared.store.connection().await?;
            validation::known_application(&mut connection, Some(&client_id))
                .await
                .map(Some)
        }
    }
}

/// Where the browser goes afterwards: a registered URL with the `state` of the request, or nowhere.
fn target(
    application: Option<&Application>,
    parameters: &Parameters,
) -> Result<Option<Url>, PageRefusal> {
    let Some(sent) = parameters.get("post_logout_redirect_uri") else {
        return Ok(None);
    };
    let registered = application
        .map(|application| application.logout_urls.as_slice())
        .unwrap_or_default();
    // §3.1: character by character.
    let allowed = registered.iter().any(|url| url == sent);
    let Some(mut url) = Url::parse(sent).ok().filter(|_| allowed) else {
        return Err(not_registered(
            "post_logout_redirect_uri",
            sent,
            application,
        ));
    };
    if let Some(state) = parameters.get("state") {
        url.query_pairs_mut().append_pair("state", state);
    }
    Ok(Some(url))
}

/// Whether the application proved which session it means: by the ID token, or by the `sid` as `logout_hint`.
fn is_meant(session: &Session, hint: Option<&Map<String, Value>>, parameters: &Parameters) -> bool {
    let by_token = hint.is_some_and(|claims| {
        text(claims, "sid").as_deref() == Some(&session.sid)
            || text(claims, "sub").as_deref() == Some(&session.sub)
    });
    by_token || parameters.get("logout_hint") == Some(session.sid.as_str())
}

pub(super) fn not_registered(
    parameter: &str,
    sent: &str,
    application: Option<&Application>,
) -> PageRefusal {
    let fix = match application {
        Some(application) => format!(
            "Allowed Logout URLs of the application {}: {}.",
            application.name,
            application.logout_urls.join(", ")
        ),
        None => {
            "Send client_id or id_token_hint, so that the application's Allowed Logout URLs apply."
                .to_owned()
        }
    };
    PageRefusal::new(
        StatusCode::BAD_REQUEST,
        "The logout URL is not allowed",
        &format!(
            "The provided {parameter} {} is not in the list of allowed logout URLs.",
            quoted(sent)
        ),
        &fix,
    )
}

pub(super) fn landing(target: Option<&Url>) -> String {
    match target {
        Some(url) => format!(
            "the browser was sent to {}",
            quoted(&url[..url::Position::AfterPath])
        ),
        None => "the browser was shown the tenant's own page".to_owned(),
    }
}

fn text(claims: &Map<String, Value>, name: &str) -> Option<String> {
    claims.get(name).and_then(Value::as_str).map(str::to_owned)
}
