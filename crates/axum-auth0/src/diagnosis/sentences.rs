//! The sentences: for each cause what is wrong, and exactly what to set and where.

use super::{Cause, Diagnosis, is_unknown_audience, printable};
use crate::config::ApiSettings;

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

    pub(crate) fn audience_unknown(audience: &str) -> Self {
        Self::new(
            Cause::AudienceUnknown,
            format!("The provider knows no API with the identifier `{audience}`, which AUTH0_AUDIENCE names."),
            "Set AUTH0_AUDIENCE to the Identifier of an API that is registered at your tenant, to the letter (Auth0 \
             dashboard > Applications > APIs > your API > Settings > Identifier), or register the API there; then \
             restart."
                .to_owned(),
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

    pub(crate) fn opaque_token(audience: &str, encrypted: bool) -> Self {
        let what = if encrypted {
            "an encrypted access token (JWE)"
        } else {
            "an opaque access token instead of a JWT"
        };
        Self::new(
            Cause::OpaqueToken,
            format!("A token for the audience `{audience}` was asked for, but the provider issued {what}."),
            "If the provider is not Auth0, set AUTH0_AUDIENCE_PARAMETER=resource (RFC 8707); if it is Auth0, set \
             AUTH0_AUDIENCE_PARAMETER=audience. Check that the API is registered there and issues JWTs; then restart \
             and log in again."
                .to_owned(),
        )
    }

    pub(crate) fn wrong_audience(audience: &str, found: &[&str]) -> Self {
        Self::new(
            Cause::WrongAudience,
            format!(
                "A token for the audience `{audience}` was asked for, but the provider issued one for {}.",
                list(found)
            ),
            "Check AUTH0_AUDIENCE, and that the application may use this API (Auth0 dashboard > Applications > APIs > \
             your API > Application Access; a default audience in the tenant's settings answers in its place \
             otherwise). For a provider other than Auth0, set AUTH0_AUDIENCE_PARAMETER=resource. Then restart and log \
             in again."
                .to_owned(),
        )
    }

    pub(crate) fn wrong_issuer(expected: &str, found: &str) -> Self {
        Self::new(
            Cause::WrongIssuer,
            format!("The access token is from the issuer `{found}`, but AUTH0_DOMAIN stands for `{expected}`."),
            "Set AUTH0_DOMAIN to the domain that issues the tokens, the custom domain where the tenant has one, and \
             restart."
                .to_owned(),
        )
    }

    pub(crate) fn missing_scope(
        api: &ApiSettings,
        audience: &str,
        missing: &[String],
        api_name: &str,
    ) -> Self {
        // One scope may well be forgotten; all of them together are those of another API.
        if api.scope.len() > 1 && api.scope.iter().all(|scope| missing.contains(scope)) {
            return Self::new(
                Cause::MissingScope,
                format!(
                    "The access token for `{audience}` has none of the scopes that the API at {} needs ({}): {} probably \
                     names another API than that one.",
                    api.base_url,
                    list(missing),
                    api.audience_variable
                ),
                format!(
                    "Set {} to the Identifier of the API that answers there (Auth0 dashboard > Applications > APIs > \
                     your API > Settings > Identifier). If it is that already, add the scopes under its Permissions. Then \
                     restart and log in again.",
                    api.audience_variable
                ),
            );
        }
        Self::new(
            Cause::MissingScope,
            format!(
                "The access token for `{audience}` lacks the scope {}.",
                list(missing)
            ),
            format!(
                "Add it to the API's permissions (Auth0 dashboard > Applications > APIs > your API > Permissions), \
                 let the user have it (User Management > Users > Permissions, where RBAC is on), make sure that \
                 {api_name}_API_SCOPE or AUTH0_SCOPE asks for it, and log in again."
            ),
        )
    }

    pub(crate) fn no_refresh_token(asked: bool) -> Self {
        let cause = "The access token expired, and there is no refresh token to get a new one with";
        if asked {
            Self::new(
                Cause::NoRefreshToken,
                format!("{cause}: the provider did not grant offline_access."),
                "Switch on Allow Offline Access for the API (Auth0 dashboard > Applications > APIs > your API > \
                 Settings) and the Refresh Token grant for the application (Applications > your application > \
                 Advanced Settings > Grant Types). Other providers may want AUTH0_PROMPT=consent. Then log in again."
                    .to_owned(),
            )
        } else {
            Self::new(
                Cause::NoRefreshToken,
                format!("{cause}: AUTH0_SCOPE lacks offline_access."),
                "Add offline_access to AUTH0_SCOPE (the default, openid profile email offline_access, has it), \
                 restart, and log in again."
                    .to_owned(),
            )
        }
    }

    /// What a refusal of the token endpoint means. Auth0 answers a wrong client secret with `access_denied` and
    /// “Unauthorized”, and an API that it does not know with “Service not found: …”.
    pub(crate) fn of_refusal(
        code: &str,
        description: Option<&str>,
        audience: Option<&str>,
    ) -> Self {
        match (code, description) {
            ("invalid_client", _) | ("access_denied", Some("Unauthorized")) => {
                Self::client_rejected()
            }
            _ if is_unknown_audience(code, description) => {
                Self::audience_unknown(audience.unwrap_or("(none)"))
            }
            _ => Self::refused_by_provider(code, description),
        }
    }

    pub(crate) fn client_rejected() -> Self {
        Self::new(
            Cause::ClientRejected,
            "The provider does not accept this application's credentials (invalid_client).".to_owned(),
            "Compare AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET with Auth0 dashboard > Applications > your application > \
             Settings. If they are right, the provider may want them in another place: try \
             AUTH0_CLIENT_AUTHENTICATION=client_secret_basic or client_secret_post. Then restart."
                .to_owned(),
        )
    }

    pub(crate) fn refused_by_provider(code: &str, description: Option<&str>) -> Self {
        let code = printable(code);
        let says = description
            .map(|text| format!(" ({})", printable(text)))
            .unwrap_or_default();
        Self::new(
            Cause::RefusedByProvider,
            format!("The provider refused the request: {code}{says}."),
            "The provider's own log says more (Auth0 dashboard > Monitoring > Logs). Check the application's grant \
             types, its allowed APIs, and AUTH0_SCOPE."
                .to_owned(),
        )
    }

    pub(crate) fn unusable_token(audience: &str) -> Self {
        Self::new(
            Cause::UnusableToken,
            format!(
                "The access token for `{audience}` contains characters that no HTTP header can carry."
            ),
            "This is a fault of the provider; log in again, and tell whoever runs it.".to_owned(),
        )
    }

    pub(crate) fn undeclared_api(name: &str) -> Self {
        Self::new(
            Cause::UndeclaredApi,
            format!(
                "The application asks for a token for the API {name}, which it did not declare at its start."
            ),
            "Add ApiDeclaration::of::<…>() for it where the configuration is read.".to_owned(),
        )
    }
}

fn list<S: AsRef<str>>(items: &[S]) -> String {
    if items.is_empty() {
        return "nobody".to_owned();
    }
    let items: Vec<String> = items
        .iter()
        .take(5)
        .map(|item| format!("`{}`", printable(item.as_ref())))
        .collect();
    items.join(", ")
}

/// The `error_description` of a `WWW-Authenticate` header (RFC 6750 §3).
fn error_description(header: &str) -> Option<String> {
    let (_, rest) = header.split_once("error_description=\"")?;
    let (text, _) = rest.split_once('"')?;
    Some(printable(text))
}
