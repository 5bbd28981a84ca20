//! Sentences about tokens that cannot be read, trusted or used.

use super::{
    Cause, Diagnosis, Expectation, audience_sentences::named_no_api_at_login, printable,
    without_full_stop,
};
use crate::config::{ApiSettings, AudienceParameter, Config};

impl Diagnosis {
    pub(super) fn opaque_token(expected: &Expectation<'_>, audience: &str) -> Self {
        if named_no_api_at_login(expected) {
            return Self::login_without_api(audience);
        }
        let config = expected.config();
        let other = match config.audience_parameter() {
            AudienceParameter::Audience => {
                "For a provider other than Auth0, set AUTH0_AUDIENCE_PARAMETER=resource (RFC 8707). "
            }
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
                 {name}_API_TOKEN_FORMAT=opaque passes them on unchecked."
            ),
        )
    }

    pub(super) fn encrypted_token(api: &ApiSettings, audience: &str) -> Self {
        Self::new(
            Cause::EncryptedToken,
            format!(
                "The provider encrypts access tokens for `{audience}` (JWE), so that only the API can read them: neither \
                 its audience nor its scope can be checked here."
            ),
            format!(
                "Switch the encryption off (Auth0 dashboard > Applications > APIs > your API > Settings > JSON Web \
                 Encryption (JWE)); or, where it has to stay, set {}_API_TOKEN_FORMAT=opaque, which passes the tokens on \
                 unchecked, and restart. Then log in again.",
                api.name
            ),
        )
    }

    pub(crate) fn wrong_issuer(config: &Config, found: &str) -> Self {
        let second = config
            .token_issuer()
            .map(|issuer| format!(" and AUTH0_TOKEN_ISSUER for `{issuer}`"))
            .unwrap_or_default();
        Self::new(
            Cause::WrongIssuer,
            format!(
                "The access token is from the issuer `{}`, but AUTH0_DOMAIN stands for `{}`{second}.",
                printable(found),
                config.issuer()
            ),
            "Set AUTH0_DOMAIN to the domain that issues the tokens, the custom domain where the tenant has one, see that \
             the API trusts the same one, and restart. If the provider issues access tokens under another name than ID \
             tokens, set AUTH0_TOKEN_ISSUER to that name.",
        )
    }

    pub(super) fn symmetric_signature(api: &ApiSettings, audience: &str) -> Self {
        Self::new(
            Cause::SymmetricSignature,
            format!(
                "The access token for `{audience}` is signed with a shared secret (HS256), which an API that checks tokens \
                 with the provider's public keys must refuse."
            ),
            format!(
                "Register the API anew with the signing algorithm RS256, since Auth0 does not change it afterwards (Auth0 \
                 dashboard > Applications > APIs > Create API > Signing Algorithm): under another Identifier, which {} and \
                 the API itself then have to name, or under the same one once the old API is deleted. Then restart and log \
                 in again.",
                api.audience_variable
            ),
        )
    }

    /// `ahead` is by how many seconds the clock of this server is ahead of the provider's; negative where it is behind.
    pub(crate) fn clock_skew(ahead: i64) -> Self {
        let (seconds, direction) = (
            ahead.saturating_abs(),
            if ahead > 0 { "ahead of" } else { "behind" },
        );
        Self::new(
            Cause::ClockSkew,
            format!(
                "The clock of this server is {} {direction} the provider's, so tokens seem to come from another time.",
                in_words(seconds)
            ),
            "Set the clock of this server by NTP (`timedatectl set-ntp true` on most Linux systems); a virtual machine \
             that slept may need a restart of its time service.",
        )
    }

    pub(super) fn expired_token(seconds: i64) -> Self {
        Self::new(
            Cause::ExpiredToken,
            format!("The access token expired {} ago.", in_words(seconds)),
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
            .map(|text| format!(" It says: “{}”.", without_full_stop(&text)))
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
                 registered under Auth0 dashboard > Applications > APIs), or let the API check `{audience}`; restart what \
                 you changed, and log in again.",
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

fn in_words(seconds: i64) -> String {
    let plural = if seconds == 1 { "" } else { "s" };
    format!("{seconds} second{plural}")
}

/// The `error_description` of a `WWW-Authenticate` header (RFC 6750 §3).
fn error_description(header: &str) -> Option<String> {
    let (_, rest) = header.split_once("error_description=\"")?;
    let (text, _) = rest.split_once('"')?;
    Some(printable(text))
}
