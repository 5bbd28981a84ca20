//! Validation of authorization requests.

use axum::http::StatusCode;
use sqlx::SqliteConnection;
use url::Url;

use super::{
    audience::{Audience, find_audience},
    authorization_details,
    error::{AuthorizationError, ErrorRedirect},
    organization, prompt, requested_acr,
};
use crate::{
    activity_log::quoted,
    clients::{self, request_object},
    dpop::is_thumbprint,
    http::Parameters,
    pages::error_page::ErrorPage,
    scopes::{self, GrantedScopes},
    settings::DpopProofs,
    state::AppState,
    store::{applications::Application, authorization_request::AuthorizationRequest},
};

/// The name of the tenant's user database, which is Auth0's default.
const CONNECTION: &str = "Username-Password-Authentication";

/// Validates the parameters of `/authorize` or `/oauth/par`.
pub(super) async fn validate(
    state: &AppState,
    connection: &mut SqliteConnection,
    parameters: &Parameters,
) -> Result<AuthorizationRequest, AuthorizationError> {
    // 1. Client and callback. Until both are valid, an error must not be sent to the callback.
    let application = clients::find_application(connection, parameters.get("client_id")).await?;
    let opened = parameters
        .get("request")
        .map(|jwt| request_object::open(state, &application, jwt))
        .transpose()?;
    let is_signed = opened.is_some();
    let parameters = opened.as_ref().unwrap_or(parameters);
    let redirect_uri = find_redirect_uri(&application, parameters.get("redirect_uri"))?;
    let error_redirect = |error, description: &str| ErrorRedirect {
        redirect_uri: redirect_uri.clone(),
        state: parameters.get_owned("state"),
        error,
        description: description.to_owned(),
        fix: String::new(),
    };

    if application.require_signed_requests && !is_signed {
        return Err(error_redirect(
            "invalid_request",
            "The application must send its authorization requests as signed request objects.",
        )
        .into());
    }

    // 2. Flow: the code flow with a response in the query, and S256 if PKCE is used.
    check_flow(parameters).map_err(|(error, description)| error_redirect(error, description))?;

    // 3. Pages. The user sees authorization details before they are granted.
    let details =
        authorization_details::parse(parameters, &state.config.authorization_detail_types)
            .map_err(|description| error_redirect("invalid_authorization_details", &description))?;
    let mut prompt =
        prompt::parse(parameters.get("prompt").unwrap_or_default()).ok_or_else(|| {
            error_redirect("invalid_request", "The parameter prompt is not understood.")
        })?;
    if !details.is_empty() {
        if prompt.none {
            let description = "The user has to consent to the authorization details.";
            return Err(error_redirect("consent_required", description).into());
        }
        prompt.consent = true;
    }
    let max_age = match parameters.get("max_age") {
        None => None,
        Some(text) => Some(text.parse::<u32>().map(i64::from).map_err(|_| {
            error_redirect(
                "invalid_request",
                "The parameter max_age is not a number of seconds.",
            )
        })?),
    };

    let second_factor = requested_acr::requested(parameters)
        .map_err(|description| error_redirect("invalid_request", description))?;

    if parameters
        .get("connection")
        .is_some_and(|name| name != CONNECTION)
    {
        return Err(error_redirect("invalid_request", "The connection was not found.").into());
    }

    // 4. Audience and scopes.
    let Audience {
        api,
        is_default,
        ignored_resource,
    } = find_audience(state, connection, &application, parameters, &redirect_uri).await?;
    let GrantedScopes { scopes, dropped } = scopes::for_login(
        parameters.get("scope").unwrap_or_default(),
        api.as_ref(),
        application.refresh_tokens,
    );

    // 5. Organization.
    let organization = organization::requested(state, connection, parameters)
        .await?
        .map_err(|description| error_redirect("invalid_request", description))?;

    Ok(AuthorizationRequest {
        client_id: application.client_id.clone(),
        application_name: application.name.clone(),
        form_targets: form_targets(&application),
        redirect_uri: redirect_uri.clone(),
        state: parameters.get_owned("state"),
        nonce: parameters.get_owned("nonce"),
        code_challenge: parameters.get_owned("code_challenge"),
        dpop_jkt: parameters
            .get_owned("dpop_jkt")
            .filter(|_| state.config.dpop != DpopProofs::Ignored),
        uses_default_audience: is_default,
        ignored_resource,
        audience: api.map(|api| api.identifier),
        scopes,
        dropped_scopes: dropped,
        authorization_details: details,
        prompt,
        max_age,
        login_hint: parameters.get_owned("login_hint"),
        sign_up: parameters.get("screen_hint") == Some("signup")
            || parameters.get("prompt") == Some("create"),
        second_factor,
        organization,
        session_transfer_token: parameters.get_owned("session_transfer_token"),
    })
}

fn find_redirect_uri(
    application: &Application,
    redirect_uri: Option<&str>,
) -> Result<String, ErrorPage> {
    let sent = match (redirect_uri, application.callback_urls.as_slice()) {
        (Some(sent), _) => sent,
        // RFC 6749 §3.1.2.3: it may be omitted if only one is registered.
        (None, [only]) => return Ok(only.clone()),
        (None, _) => "",
    };
    // RFC 9700 §2.1: exact string comparison.
    if application
        .callback_urls
        .iter()
        .any(|registered| registered == sent)
    {
        return Ok(sent.to_owned());
    }
    Err(ErrorPage::new(
        StatusCode::FORBIDDEN,
        "Callback URL mismatch.",
        &format!(
            "The provided redirect_uri {} is not in the list of allowed callback URLs.",
            quoted(sent)
        ),
        &format!(
            "Allowed Callback URLs of the application {}: {}. The callback URL is derived from APP_BASE_URL.",
            application.name,
            application.callback_urls.join(", ")
        ),
    ))
}

fn check_flow(parameters: &Parameters) -> Result<(), (&'static str, &'static str)> {
    match parameters.get("response_type") {
        Some("code") => {}
        None => {
            return Err((
                "invalid_request",
                "Missing required parameter: response_type",
            ));
        }
        Some(_) => {
            return Err((
                "unsupported_response_type",
                "This tenant supports the response type code only.",
            ));
        }
    }
    if parameters
        .get("response_mode")
        .is_some_and(|mode| mode != "query")
    {
        return Err((
            "invalid_request",
            "This tenant supports the response mode query only.",
        ));
    }
    if parameters
        .get("dpop_jkt")
        .is_some_and(|jkt| !is_thumbprint(jkt))
    {
        return Err((
            "invalid_request",
            "The dpop_jkt is not the thumbprint of a key.",
        ));
    }
    match (
        parameters.get("code_challenge"),
        parameters.get("code_challenge_method"),
    ) {
        (None, None) => Ok(()),
        // RFC 7636 §4.2: 43 base64url characters.
        (Some(challenge), Some("S256")) if challenge.len() == 43 => Ok(()),
        (Some(_), Some("S256")) => Err((
            "invalid_request",
            "The code_challenge is not an S256 challenge.",
        )),
        (None, Some(_)) => Err((
            "invalid_request",
            "Missing required parameter: code_challenge",
        )),
        (Some(_), _) => Err(("invalid_request", "The code_challenge_method must be S256.")),
    }
}

/// Returns the application's origins. Chromium applies `form-action` to the redirects that follow a form, so the policy must
/// contain them.
fn form_targets(application: &Application) -> Vec<String> {
    let mut origins: Vec<String> = application
        .callback_urls
        .iter()
        .chain(&application.origins)
        .filter_map(|url| Url::parse(url).ok())
        .map(|url| url.origin().ascii_serialization())
        .collect();
    origins.sort();
    origins.dedup();
    origins
}
