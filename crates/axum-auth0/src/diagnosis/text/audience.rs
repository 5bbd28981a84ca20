//! Sentences about tokens that are for another API than the requested one.

use super::{Text, list, printable, without_full_stop};
use crate::config::AudienceParameter;

/// The login uses the audience of its own variable; a token for an additional API is requested on first use.
pub(super) fn missing(variable: &str) -> Text {
    if variable != "AUTH0_AUDIENCE" {
        return Text::new(
            format!("{variable} is not set, so there is no access token for that API."),
            format!(
                "Set {variable} to the Identifier of the API (Auth0 dashboard > Applications > APIs > your API > \
                 Settings > Identifier), and restart."
            ),
        );
    }
    Text::new(
        format!(
            "{variable} is not set, so the login did not ask for a token for your API: the provider issued an \
             access token that only its own /userinfo accepts (an opaque string, not a JWT), or, if the tenant has \
             one, a token for its Default Audience."
        ),
        format!(
            "Set {variable} to the Identifier of your API (Auth0 dashboard > Applications > APIs > your API > \
             Settings > Identifier), restart, and log in again."
        ),
    )
}

pub(super) fn unknown(audience: Option<&str>, variable: &str) -> Text {
    Text::new(
        format!(
            "The provider knows no API with the identifier `{}`, which {variable} names.",
            printable(audience.unwrap_or("(none)"))
        ),
        format!(
            "Set {variable} to the Identifier of an API that is registered at your tenant, exactly (Auth0 \
             dashboard > Applications > APIs > your API > Settings > Identifier), and restart; or register the API \
             there under this Identifier."
        ),
    )
}

/// RFC 8707 §2 allows a provider to refuse several resources at once.
pub(super) fn several_refused(says: &str) -> Text {
    Text::new(
        format!(
            "The provider does not let a login name several APIs at once with `resource`. It says: “{}”.",
            without_full_stop(&printable(says))
        ),
        "Set AUTH0_AUDIENCE_PARAMETER=audience if the provider understands it, as Auth0 does. Otherwise a login is \
         for one API only: remove the variables of the others. Then restart.",
    )
}

pub(super) fn resource_ignored(audience: &str) -> Text {
    Text::new(
        format!(
            "`resource={audience}` was sent (AUTH0_AUDIENCE_PARAMETER=resource), but Auth0 ignores that parameter: \
             it issued a token as if no API had been named."
        ),
        "Remove AUTH0_AUDIENCE_PARAMETER or set it to audience, and restart; or switch on Resource Parameter \
         Compatibility Profile (Auth0 dashboard > Settings > Advanced). Then log in again.",
    )
}

pub(super) fn default(audience: &str, variable: &str, found: &[String]) -> Text {
    Text::new(
        format!(
            "A token for the audience `{audience}` was asked for, but the provider issued one for {}, which this \
             application does not know: probably the Default Audience of the tenant, which applies if a request names \
             no API that it accepts.",
            list(found)
        ),
        format!(
            "Check {variable} against the Identifier of your API (Auth0 dashboard > Applications > APIs > your API > \
             Settings), and the tenant's Default Audience (Settings > General > API Authorization Settings). Then \
             restart and log in again."
        ),
    )
}

pub(super) fn default_at_login(audience: &str, found: &[String]) -> Text {
    Text::new(
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

pub(super) fn wrong(audience: &str, variable: &str, found: &[String]) -> Text {
    Text::new(
        format!(
            "The access token is for {}, not for the audience `{audience}`.",
            list(found)
        ),
        format!(
            "Send each API the token that was issued for it: `access_token::<…>()` with the type of the API gets \
             the one for {variable}."
        ),
    )
}

pub(super) fn wrong_issued(
    audience: &str,
    variable: &str,
    found: &[String],
    parameter: AudienceParameter,
) -> Text {
    let other = match parameter {
        AudienceParameter::Audience => {
            "For a provider other than Auth0, set AUTH0_AUDIENCE_PARAMETER=resource."
        }
        AudienceParameter::Resource => {
            "If the provider understands `audience`, set AUTH0_AUDIENCE_PARAMETER=audience."
        }
    };
    Text::new(
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

pub(super) fn userinfo(audience: &str, variable: &str) -> Text {
    Text::new(
        format!(
            "The access token is good for the provider's own /userinfo only; it was asked for the audience \
             `{audience}`, which the provider did not take."
        ),
        format!(
            "Check that {variable} is the Identifier of an API that is registered at the provider (Auth0 dashboard > \
             Applications > APIs), and that AUTH0_AUDIENCE_PARAMETER is what the provider understands: audience for \
             Auth0, resource for most others. Then restart and log in again."
        ),
    )
}

pub(super) fn refresh_not_allowed(audience: &str, found: &[String]) -> Text {
    Text::new(
        format!(
            "The refresh token of this login is not good for the audience `{audience}`: the provider issued a token \
             for {} instead, the API of the login.",
            list(found)
        ),
        format!(
            "Let the application's refresh tokens be used for that API: Auth0 dashboard > Applications > your \
             application > Settings > Multi-Resource Refresh Token > add `{audience}` with its scopes. Then log in \
             again."
        ),
    )
}

/// The refresh token of a login that named no API is valid for none, unless the provider's policy allows it.
pub(super) fn login_without_api(audience: &str) -> Text {
    Text::new(
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
