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

use super::redirect_target::{describe, logged_out, not_registered};
use crate::{
    clients,
    http::{Parameters, is_same_origin},
    pages::{error_page::ErrorPage, logout::ConfirmLogoutPage},
    sso,
    state::AppState,
    store::{applications::Application, sessions::Session},
};

pub(crate) const PATH: &str = "/oidc/logout";

/// The parameters that the confirmation form repeats.
const REPEATED_PARAMETERS: [&str; 4] = [
    "id_token_hint",
    "client_id",
    "post_logout_redirect_uri",
    "state",
];

/// §2: the endpoint supports both methods.
pub(crate) async fn logout(
    State(state): State<Arc<AppState>>,
    method: Method,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, ErrorPage> {
    let parameters = if method == Method::POST {
        Parameters::from_body(&headers, &body)?
    } else {
        Parameters::from_query(query.as_deref())?
    };
    let confirmed =
        method == Method::POST && parameters.get("confirmed").is_some() && is_same_origin(&headers);
    respond(&state, &headers, &parameters, confirmed)
        .await
        .inspect_err(|page| state.activity_log.refused(PATH, page.message()))
}

async fn respond(
    state: &Arc<AppState>,
    headers: &HeaderMap,
    parameters: &Parameters,
    confirmed: bool,
) -> Result<Response, ErrorPage> {
    let hint = parameters
        .get("id_token_hint")
        .map(|token| id_token_claims(state, token))
        .transpose()?;
    let mut connection = state.store.connection().await?;
    let application = match client_id(parameters, hint.as_ref())? {
        None => None,
        client_id => Some(clients::find_application(&mut connection, client_id.as_deref()).await?),
    };
    let target = redirect_target(application.as_ref(), parameters)?;
    let session = sso::current_session(state, &mut connection, headers).await?;
    drop(connection);

    if let Some(session) = &session
        && !(confirmed || identifies_session(session, hint.as_ref(), parameters))
    {
        // §2: if the request does not identify the session, the user has to confirm.
        return Ok(confirm(application.as_ref(), parameters));
    }
    // Without a cookie, the ID token identifies the session.
    let sid = session
        .map(|session| session.sid)
        .or_else(|| string_claim(hint.as_ref()?, "sid"));
    let ended = match sid {
        Some(sid) => sso::end_session(state, &sid).await?,
        None => None,
    };
    let event = ended.map_or_else(
        || "No session".to_owned(),
        |(session, _)| format!("{} logged out", session.sub),
    );
    state
        .activity_log
        .granted(PATH, format!("{event}; {}.", describe(target.as_ref())));
    Ok(logged_out(target.as_ref()))
}

fn confirm(application: Option<&Application>, parameters: &Parameters) -> Response {
    let hidden_fields: Vec<(&str, &str)> = REPEATED_PARAMETERS
        .into_iter()
        .filter_map(|name| Some((name, parameters.get(name)?)))
        .collect();
    let form_targets: Vec<String> = application
        .map(|application| application.logout_urls.as_slice())
        .unwrap_or_default()
        .iter()
        .filter_map(|url| Url::parse(url).ok())
        .map(|url| url.origin().ascii_serialization())
        .collect();
    ConfirmLogoutPage {
        action: PATH,
        hidden_fields: &hidden_fields,
        form_targets: &form_targets,
    }
    .into_response()
}

/// Returns the claims of an ID token of this tenant. The token may have expired (§2).
fn id_token_claims(state: &AppState, token: &str) -> Result<Map<String, Value>, ErrorPage> {
    state
        .with_keys(|keys| keys.verify_signature(token))
        .filter(|claims| claims.get("iss") == Some(&json!(state.config.issuer)))
        // An access token has `azp`.
        .filter(|claims| {
            claims.get("aud").is_some_and(Value::is_string) && claims.get("azp").is_none()
        })
        .ok_or_else(|| {
            ErrorPage::new(
                StatusCode::BAD_REQUEST,
                "The id_token_hint is not valid",
                "The id_token_hint is not an ID token of this tenant.",
                "The application sends the ID token that it received at login.",
            )
        })
}

/// Returns the client ID of the request or of the ID token. §2: if both are present, they must be equal.
fn client_id(
    parameters: &Parameters,
    hint: Option<&Map<String, Value>>,
) -> Result<Option<String>, ErrorPage> {
    let audience = hint.and_then(|claims| string_claim(claims, "aud"));
    let client_id = parameters.get_owned("client_id");
    if let (Some(audience), Some(client_id)) = (&audience, &client_id)
        && audience != client_id
    {
        return Err(ErrorPage::new(
            StatusCode::BAD_REQUEST,
            "The client ID does not match",
            "The id_token_hint was issued to another client than client_id.",
            "The application sends its own client ID and its own ID token.",
        ));
    }
    Ok(client_id.or(audience))
}

/// Returns `post_logout_redirect_uri` with the `state` of the request, if the application has registered it.
fn redirect_target(
    application: Option<&Application>,
    parameters: &Parameters,
) -> Result<Option<Url>, ErrorPage> {
    let Some(sent) = parameters.get("post_logout_redirect_uri") else {
        return Ok(None);
    };
    let registered = application
        .map(|application| application.logout_urls.as_slice())
        .unwrap_or_default();
    // §3.1: exact string comparison.
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

/// Returns whether the ID token, or the `sid` in `logout_hint`, identifies this session.
fn identifies_session(
    session: &Session,
    hint: Option<&Map<String, Value>>,
    parameters: &Parameters,
) -> bool {
    let by_id_token = hint.is_some_and(|claims| {
        string_claim(claims, "sid").as_deref() == Some(&session.sid)
            || string_claim(claims, "sub").as_deref() == Some(&session.sub)
    });
    by_id_token || parameters.get("logout_hint") == Some(session.sid.as_str())
}

fn string_claim(claims: &Map<String, Value>, name: &str) -> Option<String> {
    claims.get(name).and_then(Value::as_str).map(str::to_owned)
}
