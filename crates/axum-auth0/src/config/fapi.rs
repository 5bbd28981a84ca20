//! `AUTH0_FAPI2`: the FAPI 2.0 Security Profile. It switches nothing on; it refuses a configuration in which a part of the
//! profile is missing. What only the provider's metadata says is checked by `oauth/fapi.rs`.

use std::collections::BTreeMap;

use url::Url;

use super::{ApiSettings, ClientCredentials, problems::Problems, variable};
use crate::{http_client::is_loopback, jwt::Algorithm, provider::Issuer};

/// The signature algorithms of the profile (FAPI 2.0 Security Profile §5.4.1).
pub(crate) const ALGORITHMS: [Algorithm; 3] =
    [Algorithm::Ps256, Algorithm::Es256, Algorithm::EdDsa];

/// The settings that the profile restricts.
pub(super) struct Settings<'a> {
    pub(super) credentials: Option<&'a ClientCredentials>,
    pub(super) issuer: Option<&'a Issuer>,
    pub(super) internal_url: Option<&'a Url>,
    pub(super) base_url: Option<&'a Url>,
    pub(super) apis: &'a BTreeMap<&'static str, ApiSettings>,
    pub(super) pushes_requests: bool,
    pub(super) binds_tokens_to_certificate: bool,
}

/// Returns whether the profile is on. Every missing part is a problem.
pub(super) fn read(
    problems: &mut Problems<'_>,
    settings: &Settings<'_>,
    id_token_algorithms: &mut Vec<Algorithm>,
) -> bool {
    if !problems.flag(variable::FAPI2, false) {
        return false;
    }
    if !settings.pushes_requests {
        problems.add(
            variable::PUSHED_REQUESTS,
            "must be true, because AUTH0_FAPI2 is: FAPI 2.0 requires pushed authorization requests (RFC 9126)",
        );
    }
    check_credentials(problems, settings.credentials);
    let has_dpop = matches!(problems.get_named("AUTH0_DPOP"), Some("true" | "1"));
    if !has_dpop && !settings.binds_tokens_to_certificate {
        problems.add_named(
            "AUTH0_DPOP",
            "or AUTH0_MTLS_BOUND_ACCESS_TOKENS must be true, because AUTH0_FAPI2 is: FAPI 2.0 requires sender-constrained \
             access tokens (RFC 9449, RFC 8705)",
            "AUTH0_DPOP=true",
        );
    }
    if problems.get(variable::ID_TOKEN_ALGORITHM).is_none() {
        *id_token_algorithms = ALGORITHMS.to_vec();
    } else if !id_token_algorithms.iter().copied().all(is_allowed) {
        problems.add(
            variable::ID_TOKEN_ALGORITHM,
            "must be PS256, ES256 or EdDSA, because AUTH0_FAPI2 is true",
        );
    }
    check_urls(problems, settings);
    true
}

fn is_allowed(algorithm: Algorithm) -> bool {
    ALGORITHMS.contains(&algorithm)
}

fn check_credentials(problems: &mut Problems<'_>, credentials: Option<&ClientCredentials>) {
    match credentials {
        Some(ClientCredentials::PrivateKey { key, .. }) if !is_allowed(key.algorithm()) => {
            let problem = format!(
                "must be PS256, ES256 or EdDSA, because AUTH0_FAPI2 is true; it is {}",
                key.algorithm()
            );
            problems.add(variable::CLIENT_ASSERTION_ALGORITHM, problem);
        }
        Some(ClientCredentials::Secret(_)) => problems.add(
            variable::CLIENT_ASSERTION_KEY,
            "is missing; instead of AUTH0_CLIENT_SECRET, FAPI 2.0 requires a private key or a client certificate (AUTH0_MTLS), \
             because AUTH0_FAPI2 is true",
        ),
        // A certificate, or credentials whose own problem is reported.
        _ => {}
    }
}

/// Plain http is allowed on loopback, for development.
fn check_urls(problems: &mut Problems<'_>, settings: &Settings<'_>) {
    const PROBLEM: &str = "must begin with https://, because AUTH0_FAPI2 is true";
    let is_plain = |url: &Url| url.scheme() != "https" && !is_loopback(url);
    let urls = [
        (variable::BASE_URL, settings.base_url),
        (variable::DOMAIN, settings.issuer.map(Issuer::url)),
        (variable::PROVIDER_INTERNAL_URL, settings.internal_url),
    ];
    for (variable, url) in urls {
        if url.is_some_and(is_plain) {
            problems.add(variable, PROBLEM);
        }
    }
    for api in settings
        .apis
        .values()
        .filter(|api| is_plain(api.base_url()))
    {
        let name = format!("{}_API_URL", api.name());
        problems.add_named(&name, PROBLEM, format!("{name}=https://api.example.com"));
    }
}
