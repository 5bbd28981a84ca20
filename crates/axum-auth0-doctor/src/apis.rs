//! Checks that the APIs respond and that the provider issues tokens for them.

use http::{Request, StatusCode};

use super::{
    Check, Problem, api_metadata, audience, context::CheckContext, login::is_one_api,
    problem::sentence,
};
use axum_auth0::{
    Diagnosis,
    config::{ApiSettings, Config},
    http_client::HttpError,
};

const ADDRESS: &str = "api";
const AUDIENCE: &str = "api_audience";

/// Checks the API whose environment variables have the prefix `name`.
pub(super) async fn check(context: &CheckContext, name: &'static str) -> Vec<Check> {
    let Some(api) = context.config().api(name) else {
        let check = Check::warning(
            ADDRESS,
            "The application can call this API, but nothing is configured for it.",
            Diagnosis::ApiNotConfigured {
                api: name.to_owned(),
            },
        );
        return vec![check.about(name)];
    };
    let (address, audience, metadata) = tokio::join!(
        address(context, api),
        audience(context, api),
        api_metadata::check(context, api)
    );
    let checks = std::iter::once(address).chain(audience).chain(metadata);
    checks.map(|check| check.about(name)).collect()
}

/// Checks that the API responds. An error is sufficient because the request has no token. A gateway error is not: the
/// gateway responds even if the API is down.
async fn address(context: &CheckContext, api: &ApiSettings) -> Check {
    let url = api.base_url();
    let Ok(request) = Request::get(url.as_str()).body(Vec::new()) else {
        return Check::skipped(ADDRESS, format!("Not checked: {url} is no address."));
    };
    let why = match context.http_client().send(request).await {
        Ok(response) if is_of_a_gateway(response.status()) => format!(
            "It answers with status {}, as a gateway does for an API that is down.",
            response.status().as_u16()
        ),
        Ok(_) | Err(HttpError::TooLarge { .. }) => {
            return Check::ok(ADDRESS, format!("The API at {url} answers."));
        }
        Err(error) => sentence(&error),
    };
    Check::warning(
        ADDRESS,
        format!("The API at {url} does not answer."),
        Problem::new(
            "api_unreachable",
            why,
            format!(
                "Start the API, or set {}_API_URL to where it is.",
                api.name()
            ),
        ),
    )
}

fn is_of_a_gateway(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT
    )
}

/// Checks the audience. Returns `None` if the login check covers it.
async fn audience(context: &CheckContext, api: &ApiSettings) -> Option<Check> {
    let config = context.config();
    let variable = api.audience_variable();
    let Some(audience) = api.audience() else {
        let missing = Check::warning(
            AUDIENCE,
            "No audience is configured for this API, so there are no tokens for it.",
            Diagnosis::AudienceMissing {
                variable: variable.to_owned(),
            },
        );
        return (variable != "AUTH0_AUDIENCE").then_some(missing);
    };
    if is_checked_by_login(config, audience) {
        return None;
    }
    let metadata = context.metadata().await?;
    let endpoint = metadata.authorization_endpoint.as_ref()?;
    Some(audience::examine(context, endpoint, AUDIENCE, (audience, variable)).await)
}

fn is_checked_by_login(config: &Config, audience: &str) -> bool {
    is_one_api(config) && config.audience() == Some(audience)
}
