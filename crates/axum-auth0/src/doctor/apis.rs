//! Whether an API that the application calls answers, and whether the provider issues tokens for it.

use http::Request;

use super::{
    Check, Finding,
    examination::Examiner,
    finding::sentence,
    login::{is_one_api, of_api},
    probe,
    provider::Manner,
};
use crate::{
    config::{ApiSettings, Config},
    diagnosis::Diagnosis,
};

const ADDRESS: &str = "api";
const AUDIENCE: &str = "api_audience";

/// Examines the API with this prefix of its variables.
pub(super) async fn check(examiner: &Examiner, name: &'static str) -> Vec<Check> {
    let Some(api) = examiner.config().apis.get(name) else {
        let check = Check::warning(
            ADDRESS,
            "The application can call this API, but nothing is configured for it.",
            Diagnosis::api_not_configured(name),
        );
        return vec![check.about(name)];
    };
    let (address, audience) = tokio::join!(address(examiner, api), audience(examiner, api));
    let checks = std::iter::once(address).chain(audience);
    checks.map(|check| check.about(name)).collect()
}

/// Any answer will do, also a refusal: without a token there is nothing else to be had.
async fn address(examiner: &Examiner, api: &ApiSettings) -> Check {
    let url = &api.base_url;
    let Ok(request) = Request::get(url.as_str()).body(Vec::new()) else {
        return Check::skipped(ADDRESS, format!("Not checked: {url} is no address."));
    };
    match examiner.outbound().send(request).await {
        Ok(_) => Check::ok(ADDRESS, format!("The API at {url} answers.")),
        Err(error) => Check::warning(
            ADDRESS,
            format!("The API at {url} does not answer."),
            Finding::new(
                "api_unreachable",
                sentence(&error),
                format!("Start the API, or set {}_API_URL to where it is.", api.name),
            ),
        ),
    }
}

/// Nothing where the login's own check says it already.
async fn audience(examiner: &Examiner, api: &ApiSettings) -> Option<Check> {
    let config = examiner.config();
    let variable = api.audience_variable.as_str();
    let Some(audience) = api.audience.as_deref() else {
        let missing = Check::warning(
            AUDIENCE,
            "No audience is configured for this API, so there are no tokens for it.",
            Diagnosis::audience_missing(variable),
        );
        return (variable != "AUTH0_AUDIENCE").then_some(missing);
    };
    if is_checked_by_login(config, audience) {
        return None;
    }
    let metadata = examiner.metadata().await?;
    let endpoint = metadata.authorization_endpoint.as_ref()?;
    let mut scope = vec!["openid".to_owned()];
    scope.extend(api.scope.iter().cloned());
    let outcome = probe::ask(examiner, endpoint, &[audience], &scope).await;
    let manner = Manner::of(config, &metadata);
    Some(of_api(AUDIENCE, (audience, variable), manner, &outcome))
}

fn is_checked_by_login(config: &Config, audience: &str) -> bool {
    is_one_api(config) && config.audience.as_deref() == Some(audience)
}
