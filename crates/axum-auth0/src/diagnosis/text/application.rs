//! Sentences about the application's configuration and the APIs that it calls.

use super::{Text, without_full_stop};
use crate::config::SecretWeakness;

pub(super) fn insecure_secret(weakness: SecretWeakness, number: Option<usize>) -> Text {
    let holds = number
        .map(|number| format!("holds, as number {number}, a secret that "))
        .unwrap_or_default();
    let weakness = match weakness {
        SecretWeakness::IsClientSecret => "is the client secret, too, which others know",
        SecretWeakness::Predictable => {
            "is made of words, repetitions or sequences, as examples in documentation are"
        }
    };
    Text::new(
        format!(
            "AUTH0_SECRET {holds}{weakness}: an attacker who guesses it can forge the session of any user and read \
             the tokens in the store."
        ),
        "Set AUTH0_SECRET to 32 random bytes, for example the output of `openssl rand -hex 32`, and restart. Sessions \
         from before end.",
    )
}

pub(super) fn refused_by_api(
    audience: &str,
    variable: &str,
    base_url: &str,
    description: Option<&str>,
) -> Text {
    let says = description
        .map(|text| format!(" It says: “{}”.", without_full_stop(text)))
        .unwrap_or_default();
    Text::new(
        format!(
            "The API at {base_url} refused a fresh access token for the audience `{audience}`: it expects another \
             audience \
             or another issuer.{says}"
        ),
        format!(
            "Set {variable} to the identifier that this API checks (its own configuration names it; it must also be \
             registered under Auth0 dashboard > Applications > APIs), or let the API check `{audience}`; restart what \
             you changed, and log in again."
        ),
    )
}

pub(super) fn undeclared_api(api: &str) -> Text {
    Text::new(
        format!(
            "The application asks for a token for the API {api}, which it did not declare at its start."
        ),
        "Register it with `.api::<…>()` at `Auth0::builder()`.",
    )
}

pub(super) fn api_not_configured(api: &str) -> Text {
    Text::new(
        format!("{api}_API_URL is not set, so there is no address of the API {api}."),
        format!(
            "Set {api}_API_URL to its base URL and {api}_API_AUDIENCE to its Identifier (Auth0 dashboard > \
             Applications > APIs), and restart."
        ),
    )
}

/// RFC 6750 §5.3: bearer tokens are sent over TLS only.
pub(super) fn insecure_api_url(api: &str) -> Text {
    Text::new(
        format!(
            "The {api} API was not asked: {api}_API_URL is neither https nor on this machine, or has credentials in it."
        ),
        format!("Set {api}_API_URL to the API's https address, and restart."),
    )
}
