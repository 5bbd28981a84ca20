//! Checks that the provider accepts the application's credentials.
//!
//! The token endpoint receives a refresh request with a token that cannot exist, and the same request with a wrong
//! secret. The first response is conclusive only if the two differ, because some providers check the token before the
//! client.

mod credential;
mod refresh;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::Request;
use secrecy::ExposeSecret;

use super::{
    Check, Problem,
    context::{CheckContext, without_metadata},
    page_text::quoted,
    problem::sentence,
};
use crate::page_text::printable;
use axum_auth0::{
    Diagnosis, DiagnosisCode, config::Config, http_client::HttpError, oauth::EndpointError,
    provider::Metadata, random,
};

pub(super) const CLIENT: &str = "client";

/// The token endpoint's response to a refresh request with a token that cannot exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// An error response (RFC 6749 §5.2).
    Refused {
        code: String,
        description: Option<String>,
    },
    /// The connection fails.
    Unreachable(String),
    /// No conclusion is possible. The text completes “The provider …”.
    Unclear(String),
}

/// The result of the credentials check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Credentials {
    Accepted,
    Rejected(Diagnosis),
    /// The reason why this is unknown, as a sentence.
    Unknown(String),
}

/// The responses to the configured credentials and to wrong ones.
#[derive(Clone, Debug)]
pub(super) struct Answers {
    pub(super) real: Answer,
    pub(super) control: Answer,
    /// What the control request has instead of the configured credentials.
    pub(super) control_has: &'static str,
}

pub(super) async fn check(context: &CheckContext) -> Vec<Check> {
    let Some(metadata) = context.metadata().await else {
        return without_metadata(&[CLIENT, refresh::REFRESH]);
    };
    if metadata.token_endpoint.is_none() {
        let why = "Not checked: the provider's metadata names no token endpoint.";
        return vec![
            Check::skipped(CLIENT, why),
            Check::skipped(refresh::REFRESH, why),
        ];
    }
    let answers = ask_twice(context, &metadata).await;
    vec![
        client(context.config(), &answers),
        refresh::check(context.config(), &metadata, &answers),
    ]
}

/// Sends both requests in sequence, so that a provider that counts failures does not count the configured secret among
/// them.
async fn ask_twice(context: &CheckContext, metadata: &Metadata) -> Answers {
    let config = context.config();
    let real = ask(context, config, metadata).await;
    let control = match &real {
        Answer::Refused { .. } => {
            let wrong = credential::with_wrong(config, context.random());
            ask(context, &wrong, metadata).await
        }
        _ => Answer::Unclear("was not asked".to_owned()),
    };
    Answers {
        real,
        control,
        control_has: credential::wrong(config),
    }
}

async fn ask(context: &CheckContext, config: &Config, metadata: &Metadata) -> Answer {
    let endpoint = context.token_endpoint(config);
    let unknown_token = format!(
        "no-such-token-{}",
        random::base64url::<24>(context.random().as_ref())
    );
    match endpoint.refresh(&unknown_token, None, &[]).await.tokens {
        Ok(_) => {
            Answer::Unclear("issued tokens for a refresh token that does not exist".to_owned())
        }
        Err(EndpointError::ErrorResponse { code, description }) => Answer::Refused {
            code,
            description: description.filter(|text| !repeats_secret(config, text)),
        },
        Err(EndpointError::UnexpectedStatus { status }) => Answer::Refused {
            code: format!("status {}", status.as_u16()),
            description: None,
        },
        Err(error) => match no_connection(context, metadata).await {
            Some(why) => Answer::Unreachable(why),
            None => Answer::Unclear(format!("gave no clear answer ({error})")),
        },
    }
}

/// Returns the connection error of the token endpoint, if any. Any response proves that it is reachable.
async fn no_connection(context: &CheckContext, metadata: &Metadata) -> Option<String> {
    let endpoint = metadata.token_endpoint.as_ref()?;
    let request = Request::get(endpoint.as_str()).body(Vec::new()).ok()?;
    match context.http_client().send(request).await {
        Err(error @ HttpError::Connect { .. }) => Some(sentence(&error)),
        _ => None,
    }
}

/// Returns whether the provider repeats the secret. Users paste reports into tickets, and a truncated secret could no
/// longer be detected for redaction.
pub(super) fn repeats_secret(config: &Config, text: &str) -> bool {
    let encode =
        |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let Some(secret) = config.client_secret().map(ExposeSecret::expose_secret) else {
        return false;
    };
    let pair = format!("{}:{}", encode(config.client_id()), encode(secret));
    [secret.to_owned(), encode(secret), STANDARD.encode(pair)]
        .iter()
        .any(|form| text.contains(form))
}

/// Returns the diagnosis if the error response itself rejects the client (RFC 6749 §5.2 and variants).
fn rejection(answer: &Answer) -> Option<Diagnosis> {
    let Answer::Refused { code, description } = answer else {
        return None;
    };
    let description = description.as_deref();
    // Keycloak also sends unauthorized_client for wrong credentials.
    let is_about_credentials = description.is_some_and(|text| {
        let text = text.to_ascii_lowercase();
        text.contains("credentials") || text.contains("client secret")
    });
    let diagnosis = Diagnosis::of_error_response(code, description, None);
    if diagnosis.code() == DiagnosisCode::ClientRejected {
        Some(diagnosis)
    } else if code == "unauthorized_client" && is_about_credentials {
        Some(Diagnosis::ClientRejected)
    } else {
        None
    }
}

pub(super) fn credentials(answers: &Answers) -> Credentials {
    let Answers {
        real,
        control,
        control_has,
    } = answers;
    if let Some(diagnosis) = rejection(real) {
        return Credentials::Rejected(diagnosis);
    }
    let Answer::Refused { code, .. } = real else {
        return Credentials::Unknown(format!("the provider {}", describe(real)));
    };
    match control {
        _ if rejection(control).is_some() && !code.starts_with("status ") => Credentials::Accepted,
        // The responses differ by secret, and the provider checked the token of the request with the configured one.
        Answer::Refused { code: other, .. } if code == "invalid_grant" && other != code => {
            Credentials::Accepted
        }
        Answer::Refused { code: other, .. } if other == code => Credentials::Unknown(format!(
            "the provider gives the same answer to {control_has}: it {}",
            describe(real)
        )),
        _ => Credentials::Unknown(format!(
            "the provider {}, and with {control_has} it {}",
            describe(real),
            describe(control)
        )),
    }
}

/// Returns a phrase that completes “The provider …”.
pub(super) fn describe(answer: &Answer) -> String {
    match answer {
        Answer::Refused { code, description } => format!(
            "says {}{}",
            printable(code),
            quoted(description.as_deref().unwrap_or_default())
        ),
        Answer::Unreachable(why) => {
            format!("cannot be connected to ({})", why.trim_end_matches('.'))
        }
        Answer::Unclear(how) => how.clone(),
    }
}

fn client(config: &Config, answers: &Answers) -> Check {
    if let Answer::Unreachable(why) = &answers.real {
        return Check::problem(
            CLIENT,
            "The provider's token endpoint cannot be reached from here.",
            Problem::new(
                "token_endpoint_unreachable",
                why.clone(),
                "See that this machine may reach it: name resolution, firewall, root certificates. Where it is at another \
                 address for this server than for browsers, set AUTH0_PROVIDER_INTERNAL_URL.",
            ),
        );
    }
    match credentials(answers) {
        Credentials::Accepted => Check::ok(
            CLIENT,
            format!(
                "The provider accepts the application {} and its {}.",
                config.client_id(),
                credential::noun(config)
            ),
        ),
        Credentials::Rejected(diagnosis) => {
            let mut problem = Problem::from(diagnosis);
            if let Some(fix) = credential::fix_of_key(config) {
                problem.fix = fix;
            }
            problem.cause = format!(
                "{} Asked for a refresh, it {}.",
                problem.cause,
                describe(&answers.real)
            );
            let summary = "The provider does not accept this application's credentials.";
            Check::problem(CLIENT, summary, problem)
        }
        Credentials::Unknown(why) => Check::skipped(
            CLIENT,
            format!(
                "Could not be checked: asked for a refresh with a token that does not exist, {why}."
            ),
        ),
    }
}

#[cfg(test)]
mod tests;
