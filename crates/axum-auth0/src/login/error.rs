//! Why a login did not happen, as a page with a 4xx (5xx where the provider or the store failed), a reason, and a way
//! back.

use axum::response::{IntoResponse, Response};
use http::StatusCode;

use crate::{
    config::{Config, Routes},
    diagnosis::{Diagnosis, printable},
    oauth::{EndpointError, IdTokenError},
    page::Page,
    provider::ProviderError,
    return_to::ReturnTo,
    store::StoreError,
};

/// Why a login did not happen.
#[derive(Debug)]
pub(super) enum LoginError {
    /// A parameter of `/auth/login` is malformed.
    Parameter(&'static str),
    /// The request does not come from a person who follows a link.
    NotANavigation,
    /// The callback's query is not one of a provider.
    MalformedCallback(&'static str),
    /// There is no login under way that the callback belongs to.
    UnknownTransaction,
    /// The person took too long.
    Expired(ReturnTo),
    /// The same callback came before.
    AlreadyUsed(ReturnTo),
    /// The response is not from the provider that the login began at (RFC 9207 §2.4).
    WrongIssuer,
    /// An error response without `iss` from a provider that announces it (RFC 9207 §2.4). What it says is not used.
    NotCompleted(ReturnTo),
    /// The provider answered with an error (RFC 6749 §4.1.2.1).
    ByProvider {
        code: String,
        description: Option<String>,
        return_to: ReturnTo,
    },
    /// The configuration cannot work.
    Misconfigured(Diagnosis),
    /// The code was not accepted.
    Code(ReturnTo),
    /// The provider sent no ID token, or one that is refused.
    IdToken(Option<IdTokenError>, ReturnTo),
    /// The provider sent an ID token of a kind that cannot be verified, which a setting there changes.
    IdTokenKind(IdTokenError, Box<Diagnosis>, ReturnTo),
    /// The provider does not answer.
    ProviderUnavailable {
        retry_after: Option<u64>,
        return_to: ReturnTo,
    },
    /// The store does not answer.
    StoreUnavailable(ReturnTo),
}

const HOME: (&str, &str) = ("Go to the start page", "/");
const AGAIN: &str = "Try again";

impl LoginError {
    pub(super) fn provider(error: &ProviderError, return_to: ReturnTo) -> Self {
        let retry_after = error.retry_after().map(|wait| wait.as_secs());
        tracing::error!(%error, "the provider cannot be used");
        Self::ProviderUnavailable {
            retry_after,
            return_to,
        }
    }

    pub(super) fn store(error: &StoreError, return_to: ReturnTo) -> Self {
        tracing::error!(%error, "login");
        Self::StoreUnavailable(return_to)
    }

    pub(super) fn endpoint(
        error: EndpointError,
        config: &Config,
        audience: Option<&str>,
        return_to: ReturnTo,
    ) -> Self {
        match error {
            EndpointError::ErrorResponse { code, .. } if code == "invalid_grant" => {
                Self::Code(return_to)
            }
            EndpointError::UnexpectedStatus { status } => {
                Self::Misconfigured(Diagnosis::of_refusal(
                    &format!("status {}", status.as_u16()),
                    None,
                    audience.map(|audience| (audience, "AUTH0_AUDIENCE")),
                ))
            }
            EndpointError::ErrorResponse { code, description } => {
                let description = description.as_deref();
                Self::Misconfigured(Diagnosis::of_login_refusal(
                    config,
                    &code,
                    description,
                    audience,
                ))
            }
            EndpointError::Unavailable { retry_after, .. } => {
                tracing::warn!(%error, "failed to exchange the code");
                Self::ProviderUnavailable {
                    retry_after: retry_after.map(|wait| wait.as_secs()),
                    return_to,
                }
            }
            error @ (EndpointError::Intercepted { .. }
            | EndpointError::InvalidResponse(_)
            | EndpointError::NoRevocationEndpoint) => {
                tracing::error!(%error, "failed to exchange the code");
                Self::ProviderUnavailable {
                    retry_after: None,
                    return_to,
                }
            }
        }
    }

    /// Whether the provider gave up because the user took too long there: `temporarily_unavailable` with this
    /// description.
    pub(super) fn is_expired_authentication(&self, expired: &str) -> bool {
        matches!(
            self,
            Self::ByProvider { code, description: Some(description), .. }
                if code == "temporarily_unavailable" && description.trim() == expired
        )
    }

    /// Logs the error and returns its page.
    pub(super) fn into_response(self, routes: &Routes) -> Response {
        self.log();
        self.page(routes).into_response()
    }

    fn page(&self, routes: &Routes) -> Page {
        let bad = StatusCode::BAD_REQUEST;
        match self {
            Self::Parameter(name) => Page::new(bad, "This login link does not work")
                .paragraph(format!("Its parameter {name} is malformed or given twice."))
                .link("Log in", routes.login_path()),
            Self::NotANavigation => Page::new(StatusCode::FORBIDDEN, "A login begins with a click")
                .paragraph("This request was made in the background, so no login was started.")
                .link("Log in", routes.login_path()),
            Self::MalformedCallback(why) => Page::new(bad, "This is not the end of a login")
                .paragraph(format!("The address that you came by is incomplete or was changed: {why}."))
                .link("Log in", routes.login_path()),
            Self::UnknownTransaction => Page::new(bad, "This login was not started here")
                .paragraph(
                    "There is no login under way in this browser that this address belongs to. Perhaps it was opened \
                     from a bookmark or the history, or the browser does not keep cookies for this site.",
                )
                .link("Log in", routes.login_path()),
            Self::Expired(return_to) => Page::new(bad, "This login took too long")
                .paragraph("For your safety a login must be finished within ten minutes.")
                .link(AGAIN, routes.login_url(return_to)),
            Self::AlreadyUsed(return_to) => Page::new(bad, "This login is already finished")
                .paragraph("Its address can be used only once. If you are not logged in, please log in again.")
                .link("Log in", routes.login_url(return_to)),
            Self::WrongIssuer => Page::new(bad, "The answer came from somebody else")
                .paragraph("It is not from the provider that this login began at, so it was not used.")
                .link("Log in", routes.login_path()),
            Self::NotCompleted(return_to) => Page::new(bad, "This login did not complete")
                .paragraph("The provider reported an error, or the login was cancelled there. You were not logged in.")
                .link(AGAIN, routes.login_url(return_to)),
            Self::ByProvider { code, description, return_to } => {
                by_provider(code, description.as_deref(), routes.login_url(return_to))
            }
            Self::Misconfigured(diagnosis) => {
                Page::new(StatusCode::INTERNAL_SERVER_ERROR, "This site's login is not set up right").diagnosis(diagnosis)
            }
            Self::Code(return_to) => Page::new(bad, "The provider did not accept this login")
                .paragraph("Its one-time code was already used, or is too old.")
                .link(AGAIN, routes.login_url(return_to)),
            Self::IdToken(_, return_to) => {
                Page::new(StatusCode::BAD_GATEWAY, "The provider's answer cannot be trusted")
                    .paragraph("It does not prove who you are, so you were not logged in.")
                    .link(AGAIN, routes.login_url(return_to))
            }
            Self::IdTokenKind(_, diagnosis, return_to) => {
                Page::new(StatusCode::BAD_GATEWAY, "The provider's answer cannot be verified")
                    .paragraph("It does not prove who you are, so you were not logged in.")
                    .diagnosis(diagnosis)
                    .link(AGAIN, routes.login_url(return_to))
            }
            Self::ProviderUnavailable { retry_after, return_to } => {
                Page::new(StatusCode::SERVICE_UNAVAILABLE, "Logging in is not possible right now")
                    .paragraph("The service that checks who you are does not answer. It is not your fault; please try again in a moment.")
                    .retry_after(retry_after.unwrap_or(5))
                    .link(AGAIN, routes.login_url(return_to))
            }
            Self::StoreUnavailable(return_to) => {
                Page::new(StatusCode::SERVICE_UNAVAILABLE, "Logging in is not possible right now")
                    .paragraph("This site cannot keep sessions at the moment. It is not your fault; please try again in a moment.")
                    .retry_after(5)
                    .link(AGAIN, routes.login_url(return_to))
            }
        }
        .link(HOME.0, HOME.1)
    }

    fn log(&self) {
        match self {
            Self::Misconfigured(diagnosis) => diagnosis.log(),
            Self::IdTokenKind(error, diagnosis, _) => {
                tracing::error!(%error, "login refused");
                diagnosis.log();
            }
            Self::IdToken(Some(error), _) => tracing::error!(%error, "login refused"),
            Self::IdToken(None, _) => {
                tracing::error!("login refused: the token response has no ID token");
            }
            Self::ByProvider {
                code, description, ..
            } => tracing::warn!(
                code = %printable(code),
                description = %printable(description.as_deref().unwrap_or_default()),
                "login refused by the provider"
            ),
            Self::Parameter(what) | Self::MalformedCallback(what) => {
                tracing::info!(what, "login refused");
            }
            Self::NotANavigation => {
                tracing::debug!("a login was not started for a request in the background");
            }
            Self::UnknownTransaction => tracing::info!("login refused: unknown transaction"),
            Self::Expired(_) => tracing::info!("login refused: it took too long"),
            Self::AlreadyUsed(_) => tracing::info!("login refused: already used"),
            Self::WrongIssuer => tracing::warn!("login refused: the response is of another issuer"),
            Self::NotCompleted(_) => tracing::info!(
                "login refused: error response without iss, although the provider announces it"
            ),
            Self::Code(_) => tracing::warn!("login refused: invalid_grant"),
            Self::ProviderUnavailable { .. } => {
                tracing::warn!("login refused: the provider does not answer");
            }
            Self::StoreUnavailable(_) => tracing::warn!("login refused: the store does not answer"),
        }
    }
}

/// The errors of RFC 6749 §4.1.2.1 and OpenID Connect Core 1.0 §3.1.2.6, in words for the person.
fn by_provider(code: &str, description: Option<&str>, login_url: String) -> Page {
    let (status, title, paragraph) = match code {
        "access_denied" => (
            StatusCode::FORBIDDEN,
            "You were not logged in",
            "The login was cancelled, or the provider does not let you into this site.",
        ),
        "login_required"
        | "interaction_required"
        | "consent_required"
        | "account_selection_required" => (
            StatusCode::UNAUTHORIZED,
            "Please log in",
            "The provider wants to ask you something, which this login did not allow.",
        ),
        "temporarily_unavailable" => (
            StatusCode::SERVICE_UNAVAILABLE,
            "Logging in is not possible right now",
            "The provider is overloaded; please try again in a moment.",
        ),
        "server_error" => (
            StatusCode::BAD_GATEWAY,
            "Logging in is not possible right now",
            "Something went wrong at the provider; please try again in a moment.",
        ),
        _ => (
            StatusCode::BAD_REQUEST,
            "The provider refused this login",
            "The site asked for something that the provider does not allow.",
        ),
    };
    let detail = match description
        .map(printable)
        .filter(|text| !text.trim().is_empty())
    {
        Some(text) => format!("The provider says: “{text}” ({}).", printable(code)),
        None => format!("The provider says: {}.", printable(code)),
    };
    Page::new(status, title)
        .paragraph(paragraph)
        .paragraph(detail)
        .link(AGAIN, login_url)
}
