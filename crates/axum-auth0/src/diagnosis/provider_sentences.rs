//! Sentences about what the provider refuses, and about the configuration.

use super::{
    Cause, Diagnosis, is_about_number, is_unauthorized_for_api, is_unknown_audience, printable,
    without_full_stop,
};
use crate::config::Config;

impl Diagnosis {
    /// `variable` is the one that names the audience.
    pub(crate) fn audience_unknown(audience: &str, variable: &str) -> Self {
        Self::new(
            Cause::AudienceUnknown,
            format!(
                "The provider knows no API with the identifier `{}`, which {variable} names.",
                printable(audience)
            ),
            format!(
                "Set {variable} to the Identifier of an API that is registered at your tenant, to the letter (Auth0 \
                 dashboard > Applications > APIs > your API > Settings > Identifier), and restart; or register the API \
                 there under this Identifier."
            ),
        )
    }

    /// What a refusal of the token endpoint means. Auth0 answers a wrong client secret with `access_denied` and
    /// “Unauthorized”, an API that it does not know with “Service not found: …”, and one that the application may not
    /// use with “Client … is not authorized to access resource server …”. `audience` comes with its variable.
    pub(crate) fn of_refusal(
        code: &str,
        description: Option<&str>,
        audience: Option<(&str, &str)>,
    ) -> Self {
        let (audience, variable) = audience.unwrap_or(("(none)", "AUTH0_AUDIENCE"));
        match (code, description) {
            ("invalid_client", _) | ("access_denied", Some("Unauthorized")) => {
                Self::client_rejected()
            }
            ("unauthorized_client", _) if !is_unauthorized_for_api(description) => {
                Self::grant_not_allowed(code, description)
            }
            ("invalid_target", Some(says)) if is_about_number(says) => {
                Self::several_audiences(says)
            }
            _ if is_unauthorized_for_api(description) => Self::api_not_authorized(audience),
            _ if is_unknown_audience(code, description) => {
                Self::audience_unknown(audience, variable)
            }
            _ => Self::refused_by_provider(code, description),
        }
    }

    /// As [`Self::of_refusal`], of a login for `audience`: a refused scope is named with its variable.
    pub(crate) fn of_login_refusal(
        config: &Config,
        code: &str,
        description: Option<&str>,
        audience: Option<&str>,
    ) -> Self {
        let audience = audience.map(|audience| (audience, "AUTH0_AUDIENCE"));
        let diagnosis = Self::of_refusal(code, description, audience);
        if code == "invalid_scope" && diagnosis.code == Cause::RefusedByProvider {
            Self::scope_refused(config, description)
        } else {
            diagnosis
        }
    }

    /// RFC 8707 §2 lets a provider refuse several resources at once.
    fn several_audiences(says: &str) -> Self {
        Self::new(
            Cause::AudienceUnknown,
            format!(
                "The provider does not let a login name several APIs at once with `resource`. It says: “{}”.",
                without_full_stop(&printable(says))
            ),
            "Set AUTH0_AUDIENCE_PARAMETER=audience where the provider understands it, as Auth0 does. Otherwise it is good \
             for one API only: take the variables of the others out. Then restart.",
        )
    }

    pub(crate) fn grant_not_allowed(code: &str, description: Option<&str>) -> Self {
        Self::new(
            Cause::GrantNotAllowed,
            format!(
                "The provider does not let this application use the grant ({code}{}).",
                says(description)
            ),
            "Switch the grants Authorization Code and Refresh Token on (Auth0 dashboard > Applications > your application \
             > Settings > Advanced Settings > Grant Types), and log in again.",
        )
    }

    pub(crate) fn api_not_authorized(audience: &str) -> Self {
        Self::new(
            Cause::ApiNotAuthorized,
            format!(
                "The provider does not let this application have tokens for `{}`.",
                printable(audience)
            ),
            "Let the application use the API (Auth0 dashboard > Applications > APIs > your API > Application Access, or \
             Machine to Machine Applications on older tenants), and log in again.",
        )
    }

    pub(crate) fn client_rejected() -> Self {
        Self::new(
            Cause::ClientRejected,
            "The provider does not accept this application's credentials.",
            "Compare AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET with Auth0 dashboard > Applications > your application > \
             Settings. If they are right, the provider may want them in another place: try \
             AUTH0_CLIENT_AUTHENTICATION=client_secret_basic or client_secret_post. Then restart.",
        )
    }

    pub(crate) fn callback_not_registered(callback: &str) -> Self {
        Self::new(
            Cause::CallbackNotRegistered,
            format!(
                "The provider does not know `{callback}` as a callback URL of this application."
            ),
            format!(
                "Add {callback} to the Allowed Callback URLs (Auth0 dashboard > Applications > your application > \
                 Settings), character by character: it follows from APP_BASE_URL."
            ),
        )
    }

    /// `why` completes “`AUTH0_SECRET` …”.
    pub(crate) fn insecure_secret(why: &str) -> Self {
        Self::new(
            Cause::InsecureSecret,
            format!(
                "AUTH0_SECRET {why}: whoever guesses it can make sessions of anybody and read the tokens in the store."
            ),
            "Set AUTH0_SECRET to 32 random bytes, for example the output of `openssl rand -hex 32`, and restart. Sessions \
             from before end.",
        )
    }

    pub(crate) fn refused_by_provider(code: &str, description: Option<&str>) -> Self {
        let code = printable(code);
        let says = description
            .map(|text| format!(" ({})", without_full_stop(&printable(text))))
            .unwrap_or_default();
        Self::new(
            Cause::RefusedByProvider,
            format!("The provider refused the request: {code}{says}."),
            "The provider's own log says more (Auth0 dashboard > Monitoring > Logs). Check what the login asks for beside \
             its API (AUTH0_SCOPE, AUTH0_PROMPT, the parameters of the link to /auth/login), and the application's grant \
             types.",
        )
    }

    pub(crate) fn undeclared_api(name: &str) -> Self {
        Self::new(
            Cause::UndeclaredApi,
            format!(
                "The application asks for a token for the API {name}, which it did not declare at its start."
            ),
            "Register it with `.api::<…>()` at `Auth0::builder()`.",
        )
    }

    pub(crate) fn api_not_configured(name: &str) -> Self {
        Self::new(
            Cause::ApiNotConfigured,
            format!("{name}_API_URL is not set, so nobody knows where the API {name} answers."),
            format!(
                "Set {name}_API_URL to its base URL and {name}_API_AUDIENCE to its Identifier (Auth0 dashboard > \
                 Applications > APIs), and restart."
            ),
        )
    }
}

fn says(description: Option<&str>) -> String {
    description
        .map(|text| format!(": “{}”", printable(text)))
        .unwrap_or_default()
}
