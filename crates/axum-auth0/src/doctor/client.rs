//! Whether the provider accepts this application's credentials, and lets it refresh.

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use secrecy::ExposeSecret as _;

use super::{
    Check, Finding,
    examination::{Examiner, without_metadata},
};
use crate::{
    chance,
    config::Config,
    diagnosis::{Cause, Diagnosis, printable},
    provider::Metadata,
    tokens::{EndpointError, TokenEndpoint},
};

const CLIENT: &str = "client";
const REFRESH: &str = "refresh";

/// What the token endpoint says to a refresh with a token that cannot exist.
enum Answer {
    /// The application was accepted; the token was not.
    Accepted,
    /// The application was accepted, but may not refresh.
    NoRefresh(Diagnosis),
    /// The application was not accepted.
    Rejected(Diagnosis),
    /// The provider does not answer now.
    Unavailable(String),
    /// Nothing can be concluded.
    Unclear(String),
}

/// Asks for a refresh with a token that cannot exist (RFC 6749 §5.2): a provider looks at the client first.
pub(super) async fn check(examiner: &Examiner) -> Vec<Check> {
    let Some(metadata) = examiner.metadata().await else {
        return without_metadata(&[CLIENT, REFRESH]);
    };
    if metadata.token_endpoint.is_none() {
        let why = "Not checked: the provider's metadata names no token endpoint.";
        return vec![Check::skipped(CLIENT, why), Check::skipped(REFRESH, why)];
    }
    let config = examiner.config();
    let answer = ask(examiner).await;
    vec![client(config, &answer), refresh(config, &metadata, &answer)]
}

async fn ask(examiner: &Examiner) -> Answer {
    let endpoint = TokenEndpoint::new(
        examiner.config(),
        examiner.provider().clone(),
        examiner.outbound().clone(),
        Arc::clone(examiner.clock()),
    );
    let nobodys = format!(
        "no-such-token-{}",
        chance::text::<24>(examiner.chance().as_ref())
    );
    match endpoint.refresh(&nobodys, None, &[]).await {
        Ok(_) => Answer::Unclear("it issued tokens for a refresh token that nobody has".to_owned()),
        Err(EndpointError::Unavailable { .. }) => {
            Answer::Unavailable("its token endpoint does not answer".to_owned())
        }
        Err(EndpointError::Refused { code, description }) => {
            let description = description.filter(|text| !repeats_secret(examiner.config(), text));
            of_refusal(&code, description.as_deref())
        }
        Err(error) => Answer::Unclear(error.to_string()),
    }
}

/// Whether a provider repeats what it was sent; a report is pasted into tickets, and what is cut short cannot be
/// recognised later.
fn repeats_secret(config: &Config, text: &str) -> bool {
    let encode =
        |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let secret = config.client_secret.expose_secret();
    let pair = format!("{}:{}", encode(&config.client_id), encode(secret));
    [secret.to_owned(), encode(secret), STANDARD.encode(pair)]
        .iter()
        .any(|form| text.contains(form))
}

fn of_refusal(code: &str, description: Option<&str>) -> Answer {
    // Keycloak says unauthorized_client of wrong credentials, too.
    let credentials = description.is_some_and(|text| {
        let text = text.to_ascii_lowercase();
        text.contains("credentials") || text.contains("client secret")
    });
    let diagnosis = Diagnosis::of_refusal(code, description, None);
    match (code, diagnosis.code) {
        ("invalid_grant", _) => Answer::Accepted,
        (_, Cause::ClientRejected) => Answer::Rejected(diagnosis),
        ("unauthorized_client", _) if credentials => Answer::Rejected(Diagnosis::client_rejected()),
        (_, Cause::GrantNotAllowed) => Answer::NoRefresh(diagnosis),
        ("unsupported_grant_type", _) => {
            Answer::NoRefresh(Diagnosis::grant_not_allowed(description))
        }
        _ => {
            let says = description
                .map(|text| format!(" ({})", printable(text)))
                .unwrap_or_default();
            Answer::Unclear(format!("it said {}{says}", printable(code)))
        }
    }
}

fn client(config: &Config, answer: &Answer) -> Check {
    match answer {
        Answer::Accepted | Answer::NoRefresh(_) => Check::ok(
            CLIENT,
            format!(
                "The provider accepts the application {} and its secret.",
                config.client_id
            ),
        ),
        Answer::Rejected(diagnosis) => Check::problem(
            CLIENT,
            "The provider does not accept this application's credentials.",
            diagnosis.clone(),
        ),
        Answer::Unavailable(why) => Check::problem(
            CLIENT,
            "The provider could not be asked about the application.",
            Finding::new(
                "token_endpoint_unavailable",
                format!("The provider is there, but {why}."),
                "Try again in a moment. If it stays so, look at the provider's state and at the limits of its rate.",
            ),
        ),
        Answer::Unclear(why) => Check::warning(
            CLIENT,
            "Whether the provider accepts the application's credentials cannot be told.",
            Finding::new(
                "token_endpoint_unclear",
                format!("Asked for a refresh with a token that cannot exist, {why}."),
                "Log in once: the page says what the provider thinks of the credentials.",
            ),
        ),
    }
}

/// A site without refresh works until the access token ends, so only what was asked for and is refused is a problem.
fn refresh(config: &Config, metadata: &Metadata, answer: &Answer) -> Check {
    let lists = |list: &Option<Vec<String>>, word: &str| {
        list.as_ref()
            .is_none_or(|words| words.iter().any(|known| known == word))
    };
    if !config.scope.iter().any(|scope| scope == "offline_access") {
        return Check::warning(
            REFRESH,
            "Nothing can be refreshed: people have to log in anew whenever their access token ends.",
            Diagnosis::no_refresh_token(false),
        );
    }
    match answer {
        Answer::NoRefresh(diagnosis) => Check::problem(
            REFRESH,
            "The application may not refresh tokens.",
            diagnosis.clone(),
        ),
        _ if !lists(&metadata.grant_types_supported, "refresh_token") => Check::warning(
            REFRESH,
            "The provider does not list the grant refresh_token.",
            Diagnosis::no_refresh_token(true),
        ),
        _ if !lists(&metadata.scopes_supported, "offline_access") => Check::warning(
            REFRESH,
            "The provider does not list the scope offline_access.",
            Diagnosis::no_refresh_token(true),
        ),
        Answer::Accepted => Check::ok(REFRESH, "Tokens can be refreshed."),
        Answer::Rejected(_) => Check::skipped(
            REFRESH,
            "Not checked: the provider does not accept the application.",
        ),
        Answer::Unavailable(_) | Answer::Unclear(_) => Check::skipped(
            REFRESH,
            "Not checked: the provider's token endpoint gave no clear answer.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(code: &str, description: Option<&str>) -> &'static str {
        match of_refusal(code, description) {
            Answer::Accepted => "accepted",
            Answer::NoRefresh(_) => "no refresh",
            Answer::Rejected(_) => "rejected",
            Answer::Unavailable(_) => "unavailable",
            Answer::Unclear(_) => "unclear",
        }
    }

    #[test]
    fn the_refusals_of_real_providers_are_told_apart() {
        for (code, description, expected) in [
            (
                "invalid_grant",
                Some("Unknown or invalid refresh token."),
                "accepted",
            ),
            ("invalid_grant", None, "accepted"),
            ("invalid_client", None, "rejected"),
            ("access_denied", Some("Unauthorized"), "rejected"),
            (
                "unauthorized_client",
                Some("Invalid client or Invalid client credentials"),
                "rejected",
            ),
            (
                "unauthorized_client",
                Some("Grant type 'refresh_token' not allowed for the client."),
                "no refresh",
            ),
            ("unsupported_grant_type", None, "no refresh"),
            ("invalid_request", Some("wrong format"), "unclear"),
            ("status 403", None, "unclear"),
        ] {
            assert_eq!(kind(code, description), expected, "{code} {description:?}");
        }
    }
}
