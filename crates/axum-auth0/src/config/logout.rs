//! The logout settings: the logout request at the provider, and the page to return to.

use url::Url;

use super::{problems::Problems, routes::Routes, variable};
use crate::return_to::ReturnTo;

/// The parameter with which the provider's logout endpoint accepts the URL to return to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum LogoutParameter {
    /// `post_logout_redirect_uri` (OpenID Connect RP-Initiated Logout 1.0 §2).
    #[default]
    PostLogoutRedirectUri,
    /// `logout_uri`, used by Amazon Cognito. Only it and `client_id` are sent.
    LogoutUri,
}

/// The endpoint that ends the session at the provider.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum LogoutStrategy {
    /// The `end_session_endpoint` of the provider's metadata, or else `/v2/logout` of an Auth0 tenant.
    #[default]
    Auto,
    /// The `end_session_endpoint` only (OpenID Connect RP-Initiated Logout 1.0). Without it, a logout ends at this site.
    Oidc,
    /// `/v2/logout` of an Auth0 tenant.
    V2,
}

/// The logout request at the provider, and the page to return to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogoutSettings {
    pub(crate) return_to: ReturnTo,
    pub(crate) return_to_url: String,
    pub(crate) parameter: LogoutParameter,
    pub(crate) strategy: LogoutStrategy,
}

impl LogoutSettings {
    /// Returns `AUTH0_LOGOUT_RETURN_TO` as a path of this site.
    pub fn return_to(&self) -> &ReturnTo {
        &self.return_to
    }

    /// Returns [`Self::return_to`] as a URL, exactly as it has to be registered at the provider.
    pub fn return_to_url(&self) -> &str {
        &self.return_to_url
    }

    /// Returns `AUTH0_LOGOUT_STRATEGY`.
    pub fn strategy(&self) -> LogoutStrategy {
        self.strategy
    }

    /// Returns `AUTH0_LOGOUT_PARAMETER`.
    pub fn parameter(&self) -> LogoutParameter {
        self.parameter
    }
}

pub(super) fn read(
    problems: &mut Problems<'_>,
    base_url: Option<&Url>,
    routes: &Routes,
) -> LogoutSettings {
    let (return_to, return_to_url) = return_to(problems, base_url, routes);
    LogoutSettings {
        return_to,
        return_to_url,
        parameter: parameter(problems),
        strategy: strategy(problems),
    }
}

fn strategy(problems: &mut Problems<'_>) -> LogoutStrategy {
    match problems.get(variable::LOGOUT_STRATEGY) {
        None | Some("auto") => LogoutStrategy::Auto,
        Some("oidc") => LogoutStrategy::Oidc,
        Some("v2") => LogoutStrategy::V2,
        Some(other) => {
            let problem = format!("must be auto, oidc or v2, not `{other}`");
            problems.add(variable::LOGOUT_STRATEGY, problem);
            LogoutStrategy::default()
        }
    }
}

fn parameter(problems: &mut Problems<'_>) -> LogoutParameter {
    match problems.get(variable::LOGOUT_PARAMETER) {
        None | Some("post_logout_redirect_uri") => LogoutParameter::PostLogoutRedirectUri,
        Some("logout_uri") => LogoutParameter::LogoutUri,
        Some(other) => {
            let problem = format!("must be post_logout_redirect_uri or logout_uri, not `{other}`");
            problems.add(variable::LOGOUT_PARAMETER, problem);
            LogoutParameter::default()
        }
    }
}

/// Reads `AUTH0_LOGOUT_RETURN_TO`: a path, relative to the base path, or an absolute URL of this site. The URL is kept unchanged, because providers
/// compare it with the registered one exactly: `https://www.example.com` and `https://www.example.com/` are different.
fn return_to(
    problems: &mut Problems<'_>,
    base_url: Option<&Url>,
    routes: &Routes,
) -> (ReturnTo, String) {
    let origin = base_url.map(|url| url.origin().ascii_serialization());
    let default = || ReturnTo::parse(routes.signed_out_path()).unwrap_or_else(|_| routes.home());
    let absolute = |path: &ReturnTo| format!("{}{path}", origin.as_deref().unwrap_or_default());
    let Some(value) = problems.get(variable::LOGOUT_RETURN_TO) else {
        return (default(), absolute(&default()));
    };
    let parsed = if value.starts_with('/') {
        routes
            .return_to(&routes.full(value))
            .map(|path| (path.clone(), absolute(&path)))
    } else {
        path_on_this_site(value, base_url)
            .and_then(|path| routes.return_to(&path))
            .map(|path| (path, value.to_owned()))
    };
    parsed
        .filter(|_| !value.contains('#'))
        .unwrap_or_else(|| {
            let problem = "must be a page of this site: a path below that of APP_BASE_URL such as / or /signed-out, or its whole \
                           URL as it is registered at the provider; not below /auth, and without a fragment";
            problems.add(variable::LOGOUT_RETURN_TO, problem);
            (default(), absolute(&default()))
        })
}

/// Returns the path of a URL of this site. Without a valid `APP_BASE_URL`, which is reported separately, every URL
/// counts.
fn path_on_this_site(value: &str, base_url: Option<&Url>) -> Option<String> {
    let url = Url::parse(value).ok()?;
    let is_ours = base_url.is_none_or(|base| base.origin() == url.origin())
        && url.username().is_empty()
        && url.password().is_none();
    let query = url.query().map(|query| format!("?{query}"));
    is_ours.then(|| format!("{}{}", url.path(), query.unwrap_or_default()))
}
