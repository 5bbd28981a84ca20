//! Sentences about tokens that are not what was asked for.

use super::{Cause, Diagnosis, Expectation, expectation::is_ignored_resource, list, printable};
use crate::config::{ApiSettings, AudienceParameter};

impl Diagnosis {
    pub(crate) fn audience_missing(variable: &str) -> Self {
        Self::new(
            Cause::AudienceMissing,
            format!(
                "{variable} is not set, so the login did not ask for a token for your API: the provider issued an \
                 access token that only its own /userinfo accepts (an opaque string, not a JWT)."
            ),
            format!(
                "Set {variable} to the Identifier of your API (Auth0 dashboard > Applications > APIs > your API > \
                 Settings > Identifier), restart, and log in again."
            ),
        )
    }

    /// A JWT whose `aud` does not name the API that it was asked for.
    pub(super) fn not_for(expected: &Expectation<'_>, audience: &str, found: &[&str]) -> Self {
        let (config, api) = (expected.config(), expected.api());
        if !found.is_empty() && found.iter().all(|aud| aud.ends_with("/userinfo")) {
            return Self::userinfo_token(api, audience);
        }
        let login = config
            .audience
            .as_deref()
            .filter(|login| *login != audience);
        if login.is_some_and(|login| found.contains(&login)) {
            return Self::refresh_not_allowed_for_api(audience, found);
        }
        let is_configured = |aud: &str| {
            config
                .apis
                .values()
                .any(|api| api.audience.as_deref() == Some(aud))
        };
        if found.iter().any(|aud| is_configured(aud)) {
            return Self::wrong_audience(expected, audience, found);
        }
        if is_ignored_resource(config) {
            return Self::resource_ignored(audience);
        }
        let is_of_nobody = found.is_empty() || found.contains(&config.client_id.as_str());
        if config.issuer.is_like_auth0() && !is_of_nobody {
            return Self::default_audience(api, audience, found);
        }
        Self::wrong_audience(expected, audience, found)
    }

    pub(crate) fn resource_ignored(audience: &str) -> Self {
        Self::new(
            Cause::ResourceIgnored,
            format!(
                "`resource={audience}` was sent (AUTH0_AUDIENCE_PARAMETER=resource), but Auth0 ignores that parameter: \
                 it issued a token as if no API had been named."
            ),
            "Remove AUTH0_AUDIENCE_PARAMETER or set it to audience, restart, and log in again; or switch on Resource \
             Parameter Compatibility Profile (Auth0 dashboard > Settings > Advanced).",
        )
    }

    fn default_audience(api: &ApiSettings, audience: &str, found: &[&str]) -> Self {
        Self::new(
            Cause::DefaultAudience,
            format!(
                "A token for the audience `{audience}` was asked for, but the provider issued one for {}, which this \
                 application does not know: probably the Default Audience of the tenant, which answers where a request \
                 names no API that it accepts.",
                list(found)
            ),
            format!(
                "Check {} against the Identifier of your API (Auth0 dashboard > Applications > APIs > your API > \
                 Settings), and the tenant's Default Audience (Settings > General > API Authorization Settings). Then \
                 restart and log in again.",
                api.audience_variable
            ),
        )
    }

    fn wrong_audience(expected: &Expectation<'_>, audience: &str, found: &[&str]) -> Self {
        let variable = &expected.api().audience_variable;
        let other = match expected.config().audience_parameter {
            AudienceParameter::Audience => {
                "For a provider other than Auth0, set AUTH0_AUDIENCE_PARAMETER=resource."
            }
            AudienceParameter::Resource => {
                "If the provider understands `audience`, set AUTH0_AUDIENCE_PARAMETER=audience."
            }
        };
        Self::new(
            Cause::WrongAudience,
            format!(
                "A token for the audience `{audience}` was asked for, but the provider issued one for {}.",
                list(found)
            ),
            format!(
                "Check {variable}, and that the application may use this API (Auth0 dashboard > Applications > APIs > your \
                 API > Application Access). {other} Then restart and log in again."
            ),
        )
    }

    fn userinfo_token(api: &ApiSettings, audience: &str) -> Self {
        Self::new(
            Cause::UserinfoToken,
            format!(
                "The access token is good for the provider's own /userinfo only; it was asked for the audience \
                 `{audience}`, which the provider did not take."
            ),
            format!(
                "Check that {} is the Identifier of an API that is registered at the provider (Auth0 dashboard > \
                 Applications > APIs), and that AUTH0_AUDIENCE_PARAMETER is what the provider understands: audience for \
                 Auth0, resource for most others. Then restart and log in again.",
                api.audience_variable
            ),
        )
    }

    fn refresh_not_allowed_for_api(audience: &str, found: &[&str]) -> Self {
        Self::new(
            Cause::RefreshNotAllowedForApi,
            format!(
                "The refresh token of this login is not good for the audience `{audience}`: without a word, the provider \
                 issued a token for {} instead, the API of the login.",
                list(found)
            ),
            format!(
                "Let the application's refresh tokens be used for that API: Auth0 dashboard > Applications > your \
                 application > Settings > Multi-Resource Refresh Token > add `{audience}` with its scopes. Then log in \
                 again."
            ),
        )
    }

    pub(super) fn opaque_token(expected: &Expectation<'_>, audience: &str) -> Self {
        let config = expected.config();
        let other = match config.audience_parameter {
            AudienceParameter::Audience if !config.issuer.is_like_auth0() => {
                "Set AUTH0_AUDIENCE_PARAMETER=resource (RFC 8707), as providers other than Auth0 want it. "
            }
            AudienceParameter::Audience => "",
            AudienceParameter::Resource => {
                "If the provider is Auth0 or understands `audience`, set AUTH0_AUDIENCE_PARAMETER=audience. "
            }
        };
        let name = expected.api().name;
        Self::new(
            Cause::OpaqueToken,
            format!(
                "A token for the audience `{audience}` was asked for, but the provider issued an opaque access token \
                 instead of a JWT."
            ),
            format!(
                "{other}Check that the API is registered at the provider and issues JWTs; then restart and log in again. \
                 If your API really takes opaque tokens and asks the provider about them (RFC 7662), say so: \
                 {name}_API_TOKEN_FORMAT=opaque."
            ),
        )
    }

    pub(super) fn encrypted_token(audience: &str) -> Self {
        Self::new(
            Cause::EncryptedToken,
            format!(
                "The provider encrypts access tokens for `{audience}` (JWE), so that only the API can read them: neither \
                 its audience nor its scope can be checked here."
            ),
            "Switch the encryption off (Auth0 dashboard > Applications > APIs > your API > Settings > JSON Web Encryption \
             (JWE)), and log in again.",
        )
    }

    pub(crate) fn wrong_issuer(expected: &str, found: &str) -> Self {
        Self::new(
            Cause::WrongIssuer,
            format!(
                "The access token is from the issuer `{}`, but AUTH0_DOMAIN stands for `{expected}`.",
                printable(found)
            ),
            "Set AUTH0_DOMAIN to the domain that issues the tokens, the custom domain where the tenant has one, and \
             restart.",
        )
    }

    pub(super) fn symmetric_signature(audience: &str) -> Self {
        Self::new(
            Cause::SymmetricSignature,
            format!(
                "The access token for `{audience}` is signed with a shared secret (HS256), which an API that checks tokens \
                 with the provider's public keys must refuse."
            ),
            "Register the API anew with the signing algorithm RS256: Auth0 does not change it afterwards (Auth0 dashboard \
             > Applications > APIs > Create API > Signing Algorithm). Then log in again.",
        )
    }

    /// `ahead` is by how many seconds the clock of this server is ahead of the provider's; negative where it is behind.
    pub(crate) fn clock_skew(ahead: i64) -> Self {
        let (seconds, direction) = (
            ahead.unsigned_abs(),
            if ahead > 0 { "ahead of" } else { "behind" },
        );
        Self::new(
            Cause::ClockSkew,
            format!(
                "The clock of this server is {seconds} seconds {direction} the provider's, so tokens seem to come from \
                 another time."
            ),
            "Set the clock of this server by NTP (`timedatectl set-ntp true` on most Linux systems); a virtual machine \
             that slept may need a restart of its time service.",
        )
    }

    pub(super) fn expired_token(seconds: i64) -> Self {
        Self::new(
            Cause::ExpiredToken,
            format!("The access token expired {seconds} seconds ago."),
            "Ask for the access token at each call instead of keeping it: the held one is renewed in time. That needs \
             offline_access in AUTH0_SCOPE.",
        )
    }

    pub(crate) fn refused_by_api(
        api: &ApiSettings,
        audience: &str,
        www_authenticate: Option<&str>,
    ) -> Self {
        let says = www_authenticate
            .and_then(error_description)
            .map(|text| format!(" It says: “{text}”."))
            .unwrap_or_default();
        Self::new(
            Cause::RefusedByApi,
            format!(
                "The API at {} refused a fresh access token for the audience `{audience}`: it expects another audience \
                 or another issuer.{says}",
                api.base_url
            ),
            format!(
                "Set {} to the identifier that this API checks (its own configuration names it; it must also be \
                 registered under Auth0 dashboard > Applications > APIs), restart, and log in again.",
                api.audience_variable
            ),
        )
    }

    pub(crate) fn unusable_token(audience: &str) -> Self {
        Self::new(
            Cause::UnusableToken,
            format!(
                "The access token for `{audience}` contains characters that no HTTP header can carry."
            ),
            "This is a fault of the provider; log in again, and tell whoever runs it.",
        )
    }
}

/// The `error_description` of a `WWW-Authenticate` header (RFC 6750 §3).
fn error_description(header: &str) -> Option<String> {
    let (_, rest) = header.split_once("error_description=\"")?;
    let (text, _) = rest.split_once('"')?;
    Some(printable(text))
}
