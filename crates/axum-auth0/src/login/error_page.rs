//! The page of a failed login, with a reason and a link to continue. The status is 4xx, or 5xx if the provider or the
//! store failed.

use http::StatusCode;

use super::error::LoginError;
use crate::{
    config::Config,
    diagnosis::{Diagnosis, DiagnosisVisibility, printable},
    page::Page,
    return_to::ReturnTo,
};

const TRY_AGAIN: &str = "Try again";

impl LoginError {
    /// Returns the page. Its links to another attempt have the `requirements` of the login.
    pub(super) fn page(&self, config: &Config, requirements: &[(&'static str, String)]) -> Page {
        let routes = config.routes();
        let login_url = |return_to: &ReturnTo| routes.login_url_with(return_to, requirements);
        let visibility = DiagnosisVisibility::of(config);
        let page = match self {
            Self::InvalidParameter(_)
            | Self::OtherInitiator { .. }
            | Self::TargetOfOtherSite
            | Self::NotANavigation
            | Self::MalformedCallback(_)
            | Self::UnknownTransaction
            | Self::WrongIssuer => {
                let (status, title, paragraph) = self.unusable_request();
                Page::new(status, title)
                    .paragraph(paragraph)
                    .link("Log in", routes.login_path())
            }
            Self::ProviderError {
                code,
                description,
                return_to,
            } => provider_error(code, description.as_deref())
                .link(TRY_AGAIN, login_url(return_to)),
            Self::Misconfigured(diagnosis) => Page::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "This site's login is not set up correctly",
            )
            .diagnosis(diagnosis, visibility),
            Self::AlreadyUsed(return_to) => {
                Page::new(StatusCode::BAD_REQUEST, "This login is already finished")
                    .paragraph("Its address can be used only once. If you are not logged in, please log in again.")
                    .link("Log in", login_url(return_to))
            }
            Self::Expired(return_to)
            | Self::NotCompleted(return_to)
            | Self::InvalidCode(_, return_to) => {
                let (title, paragraph) = self.unsuccessful_login();
                Page::new(StatusCode::BAD_REQUEST, title)
                    .paragraph(paragraph)
                    .link(TRY_AGAIN, login_url(return_to))
            }
            Self::InvalidIdToken(_, return_to) => Page::new(
                StatusCode::BAD_GATEWAY,
                "The provider's response cannot be trusted",
            )
            .paragraph("It does not prove who you are, so you were not logged in.")
            .link(TRY_AGAIN, login_url(return_to)),
            Self::StepUp(unmet, return_to) => {
                let diagnosis = Diagnosis::StepUpNotSatisfied { unmet: *unmet };
                step_up_page(&diagnosis, visibility).link(TRY_AGAIN, login_url(return_to))
            }
            Self::Organization(unmet, return_to) => {
                let diagnosis = Diagnosis::OrganizationNotConfirmed { unmet: *unmet };
                organization_page(&diagnosis, visibility).link(TRY_AGAIN, login_url(return_to))
            }
            Self::DetailsNotGranted(_, return_to) => details_page(return_to),
            Self::UnsupportedIdToken(_, diagnosis, return_to) => Page::new(
                StatusCode::BAD_GATEWAY,
                "The provider's response cannot be verified",
            )
            .paragraph("It does not prove who you are, so you were not logged in.")
            .diagnosis(diagnosis, visibility)
            .link(TRY_AGAIN, login_url(return_to)),
            Self::ProviderUnavailable {
                retry_after,
                return_to,
                ..
            } => unavailable(
                "The service that verifies who you are is not available. Please try again in a moment.",
            )
            .retry_after(retry_after.unwrap_or(5))
            .link(TRY_AGAIN, login_url(return_to)),
            Self::StoreUnavailable(_, return_to) => unavailable(
                "This site cannot store sessions at the moment. Please try again in a moment.",
            )
            .retry_after(5)
            .link(TRY_AGAIN, login_url(return_to)),
            Self::SignedOut(return_to) => Page::new(
                StatusCode::FORBIDDEN,
                "You were signed out",
            )
            .paragraph("Your session was ended while you were logging in. If you did not do this, log in again.")
            .link("Log in", login_url(return_to)),
            Self::Hook(_, return_to) => Page::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "This site could not complete your login",
            )
            .paragraph("The provider confirmed who you are, but you were not logged in to this site.")
            .link(TRY_AGAIN, login_url(return_to)),
        };
        page.link("Go to the start page", routes.home_path())
    }

    /// Returns status, title and text for requests that belong to no pending login.
    fn unusable_request(&self) -> (StatusCode, &'static str, String) {
        let bad = StatusCode::BAD_REQUEST;
        match self {
            Self::InvalidParameter(name) => (
                bad,
                "This login link does not work",
                format!("Its parameter {name} is malformed or repeated."),
            ),
            Self::OtherInitiator { .. } => (
                bad,
                "This login is for another provider",
                "The link names a login provider that this site does not use, so no login was started.".to_owned(),
            ),
            Self::TargetOfOtherSite => (
                bad,
                "This link leads to another site",
                "The page that it names is not one of this site, so no login was started.".to_owned(),
            ),
            Self::NotANavigation => (
                StatusCode::FORBIDDEN,
                "A login begins with a click",
                "This request was made in the background, so no login was started.".to_owned(),
            ),
            Self::MalformedCallback(reason) => (
                bad,
                "This is not the end of a login",
                format!("The address of this page is incomplete or was changed: {reason}."),
            ),
            Self::WrongIssuer => (
                bad,
                "The response came from another provider",
                "It is not from the provider at which this login began, so it was not used."
                    .to_owned(),
            ),
            _ => (
                bad,
                "This login was not started here",
                "This browser has no pending login for this address. It may have been opened from a bookmark or the \
                 history, or the browser does not store cookies for this site."
                    .to_owned(),
            ),
        }
    }

    /// Returns title and text for logins that a second attempt can complete.
    fn unsuccessful_login(&self) -> (&'static str, &'static str) {
        match self {
            Self::Expired(_) => (
                "This login took too long",
                "For your safety a login must be finished within ten minutes.",
            ),
            Self::InvalidCode(..) => (
                "The provider did not accept this login",
                "Its one-time code was already used, or is too old.",
            ),
            _ => (
                "This login did not complete",
                "The provider reported an error, or the login was cancelled there. You were not logged in.",
            ),
        }
    }
}

fn step_up_page(diagnosis: &Diagnosis, visibility: DiagnosisVisibility) -> Page {
    Page::new(
        StatusCode::BAD_GATEWAY,
        "The provider did not confirm who you are again",
    )
    .paragraph(
        "This needs a recent login or a second factor, and the provider's response does not prove that. You are \
         signed in as before, and nothing was changed.",
    )
    .diagnosis(diagnosis, visibility)
}

fn organization_page(diagnosis: &Diagnosis, visibility: DiagnosisVisibility) -> Page {
    Page::new(
        StatusCode::BAD_GATEWAY,
        "The provider did not confirm your organization",
    )
    .paragraph(
        "This login was for one organization, and the provider's response does not prove that you logged in to it, so \
         you were not logged in.",
    )
    .diagnosis(diagnosis, visibility)
}

fn details_page(return_to: &ReturnTo) -> Page {
    Page::new(StatusCode::FORBIDDEN, "This was not authorized")
        .paragraph(
            "The provider did not grant everything that this needs, so nothing was done. You are signed in as before.",
        )
        .link("Continue", return_to.as_str())
}

fn unavailable(paragraph: &str) -> Page {
    Page::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "Logging in is not possible right now",
    )
    .paragraph(paragraph)
}

/// Describes the errors of RFC 6749 §4.1.2.1 and OpenID Connect Core 1.0 §3.1.2.6 to the user.
fn provider_error(code: &str, description: Option<&str>) -> Page {
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
}
