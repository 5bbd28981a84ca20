//! The checks of an authorization request, in their order.

use axum::http::StatusCode;
use sqlx::SqliteConnection;
use url::Url;

use super::{
    audience::{self, Audience},
    prompt::Prompt,
    request::{AuthorizationRequest, RedirectRefusal, Rejection},
};
use crate::{
    journal::quoted,
    pages::error::PageRefusal,
    parameters::Parameters,
    scopes::{self, Granted},
    store::registry::{self, Application},
    tenant::Shared,
};

/// Checks the parameters of `/authorize` or `/oauth/par`.
pub(crate) async fn validate(
    shared: &Shared,
    connection: &mut SqliteConnection,
    parameters: &Parameters,
) -> Result<AuthorizationRequest, Rejection> {
    // 1. Client and callback. Until both are known to belong together, nothing is sent anywhere.
    let application = known_application(connection, parameters.get("client_id"))
        .await
        .map_err(Rejection::Page)?;
    let redirect_uri =
        known_callback(&application, parameters.get("redirect_uri")).map_err(Rejection::Page)?;
    let refuse = |error, description: String| {
        Rejection::Redirect(RedirectRefusal {
            redirect_uri: redirect_uri.clone(),
            state: parameters.owned("state"),
            error,
            description,
            fix: String::new(),
        })
    };

    // 2. Flow: the code flow, answered in the query, with PKCE S256 where PKCE is used.
    check_flow(parameters).map_err(|(error, description)| refuse(error, description.to_owned()))?;

    // 3. What the person is shown.
    let prompt = Prompt::parse(parameters.get("prompt").unwrap_or_default()).ok_or_else(|| {
        refuse(
            "invalid_request",
            "The parameter prompt is not understood.".to_owned(),
        )
    })?;
    let max_age = match parameters.get("max_age") {
        None => None,
        Some(text) => Some(text.parse::<u32>().map(i64::from).map_err(|_| {
            refuse(
                "invalid_request",
                "The parameter max_age is not a number of seconds.".to_owned(),
            )
        })?),
    };

    // 4. Audience and scopes.
    let Audience {
        api,
        by_default,
        ignored_resource,
    } = audience::of(shared, connection, &application, parameters, &redirect_uri).await?;
    let Granted { scopes, dropped } = scopes::at_login(
        parameters.get("scope").unwrap_or_default(),
        api.as_ref(),
        application.refresh_tokens,
    );

    Ok(AuthorizationRequest {
        client_id: application.client_id.clone(),
        application_name: application.name.clone(),
        form_targets: form_targets(&application),
        redirect_uri: redirect_uri.clone(),
        state: parameters.owned("state"),
        nonce: parameters.owned("nonce"),
        code_challenge: parameters.owned("code_challenge"),
        by_default,
        ignored_resource,
        audience: api.map(|api| api.identifier),
        scopes,
        dropped_scopes: dropped,
        prompt,
        max_age,
        login_hint: parameters.owned("login_hint"),
    })
}

/// The application with this client ID, or the page that says there is none.
pub(crate) async fn known_application(
    connection: &mut SqliteConnection,
    client_id: Option<&str>,
) -> Result<Application, PageRefusal> {
    let client_id = client_id.ok_or_else(|| {
        PageRefusal::new(
            StatusCode::BAD_REQUEST,
            "Missing client ID",
            "The request has no parameter client_id.",
            "An application sends its client ID with every login.",
        )
    })?;
    registry::application(connection, client_id).await?.ok_or_else(|| {
        PageRefusal::new(
            StatusCode::BAD_REQUEST,
            "Unknown client",
            &format!("Unknown client: {}", quoted(client_id)),
            "Check the application's client ID (AUTH0_CLIENT_ID); the dashboard lists the applications of this tenant.",
        )
    })
}

fn known_callback(
    application: &Application,
    redirect_uri: Option<&str>,
) -> Result<String, PageRefusal> {
    let sent = match (redirect_uri, application.callback_urls.as_slice()) {
        (Some(sent), _) => sent,
        // RFC 6749 §3.1.2.3: it may be left out where only one is registered.
        (None, [only]) => return Ok(only.clone()),
        (None, _) => "",
    };
    // RFC 9700 §2.1: character by character.
    if application
        .callback_urls
        .iter()
        .any(|registered| registered == sent)
    {
        return Ok(sent.to_owned());
    }
    Err(PageRefusal::new(
        StatusCode::FORBIDDEN,
        "Callback URL mismatch.",
        &format!(
            "The provided redirect_uri {} is not in the list of allowed callback URLs.",
            quoted(sent)
        ),
        &format!(
            "Allowed Callback URLs of the application {}: {}. The callback URL follows from APP_BASE_URL.",
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
    if parameters.get("request").is_some() {
        return Err((
            "request_not_supported",
            "Request objects are not supported.",
        ));
    }
    match (
        parameters.get("code_challenge"),
        parameters.get("code_challenge_method"),
    ) {
        (None, None) => Ok(()),
        // RFC 7636 §4.2: 43 characters of base64url.
        (Some(challenge), Some("S256")) if challenge.len() == 43 => Ok(()),
        (Some(_), Some("S256")) => {
            Err(("invalid_request", "The code_challenge is not one of S256."))
        }
        (None, Some(_)) => Err((
            "invalid_request",
            "Missing required parameter: code_challenge",
        )),
        (Some(_), _) => Err(("invalid_request", "The code_challenge_method must be S256.")),
    }
}

/// Chromium applies `form-action` to the redirects after a form too, so the application's origins belong into the policy.
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
