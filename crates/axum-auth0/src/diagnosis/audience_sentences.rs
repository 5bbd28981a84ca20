//! Sentences about tokens that are for somebody else than the API that was asked for.

use super::{Cause, Diagnosis, Expectation, expectation::is_ignored_resource, list};
use crate::config::{ApiSettings, AudienceParameter};

impl Diagnosis {
    /// `variable` is the one that would name the audience: that of the login, or that of a further API.
    pub(crate) fn audience_missing(variable: &str) -> Self {
        if variable != "AUTH0_AUDIENCE" {
            return Self::new(
                Cause::AudienceMissing,
                format!(
                    "{variable} is not set, so nobody can be asked for an access token for that API."
                ),
                format!(
                    "Set {variable} to the Identifier of the API (Auth0 dashboard > Applications > APIs > your API > \
                     Settings > Identifier), and restart."
                ),
            );
        }
        Self::new(
            Cause::AudienceMissing,
            format!(
                "{variable} is not set, so the login did not ask for a token for your API: the provider issued an \
                 access token that only its own /userinfo accepts (an opaque string, not a JWT), or, where the tenant has \
                 one, a token for its Default Audience."
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
        let is_userinfo = |aud: &str| aud.ends_with("/userinfo");
        if !found.is_empty() && found.iter().all(|aud| is_userinfo(aud)) {
            return Self::userinfo_token(api, audience);
        }
        // Beside an API it is nothing special: every token with the scope openid has it.
        let found: Vec<&str> = found
            .iter()
            .filter(|aud| !is_userinfo(aud))
            .copied()
            .collect();
        let found = found.as_slice();
        let login = config.audience().filter(|login| *login != audience);
        if expected.is_just_issued() && login.is_some_and(|login| found.contains(&login)) {
            return Self::refresh_not_allowed_for_api(audience, found);
        }
        if named_no_api_at_login(expected) && !found.is_empty() {
            return Self::default_audience_of_login(audience, found);
        }
        let is_configured = |aud: &str| {
            config
                .apis()
                .any(|api| api.audience.as_deref() == Some(aud))
        };
        if found.iter().any(|aud| is_configured(aud)) {
            return Self::wrong_audience(expected, audience, found);
        }
        if is_ignored_resource(config) {
            return Self::resource_ignored(audience);
        }
        let is_of_nobody = found.is_empty() || found.contains(&config.client_id());
        if config.issuer().has_auth0_form() && !is_of_nobody {
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
            "Remove AUTH0_AUDIENCE_PARAMETER or set it to audience, and restart; or switch on Resource Parameter \
             Compatibility Profile (Auth0 dashboard > Settings > Advanced). Then log in again.",
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

    /// The tenant chose for a login that named no API, and its refresh token is good for nothing else.
    fn default_audience_of_login(audience: &str, found: &[&str]) -> Self {
        Self::new(
            Cause::DefaultAudience,
            format!(
                "A token for the audience `{audience}` was asked for, but the provider issued one for {}: AUTH0_AUDIENCE \
                 is not set, so the login named no API, and the tenant took its Default Audience.",
                list(found)
            ),
            "Set AUTH0_AUDIENCE to the Identifier of your API (Auth0 dashboard > Applications > APIs > your API > \
             Settings > Identifier), so that every login names it whatever the Default Audience is (Settings > General > \
             API Authorization Settings). Then restart and log in again.",
        )
    }

    fn wrong_audience(expected: &Expectation<'_>, audience: &str, found: &[&str]) -> Self {
        let variable = &expected.api().audience_variable;
        if !expected.is_just_issued() {
            return Self::new(
                Cause::WrongAudience,
                format!(
                    "The access token is for {}, not for the audience `{audience}`.",
                    list(found)
                ),
                format!(
                    "Send each API the token that was issued for it: `access_token::<…>()` with the type of the API gets \
                     the one for {variable}."
                ),
            );
        }
        let other = match expected.config().audience_parameter() {
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

    /// A refresh token of a login that named no API is good for none, unless the provider's policy says otherwise.
    pub(super) fn login_without_api(audience: &str) -> Self {
        Self::new(
            Cause::RefreshNotAllowedForApi,
            format!(
                "AUTH0_AUDIENCE is not set, so the login named no API, and its refresh token is good for none: asked for \
                 the audience `{audience}`, the provider issued an opaque access token."
            ),
            format!(
                "Set AUTH0_AUDIENCE to the Identifier of your API (Auth0 dashboard > Applications > APIs > your API > \
                 Settings > Identifier) and restart; or let the application's refresh tokens be used for that API \
                 (Applications > your application > Settings > Multi-Resource Refresh Token > add `{audience}` with its \
                 scopes). Then log in again."
            ),
        )
    }
}

/// Whether the token comes from a refresh of a login that named no API, at a provider that would have to be told.
pub(super) fn named_no_api_at_login(expected: &Expectation<'_>) -> bool {
    let config = expected.config();
    expected.is_just_issued()
        && config.audience().is_none()
        && config.audience_parameter() == AudienceParameter::Audience
}
