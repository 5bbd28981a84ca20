//! Error pages: the problem and how to fix it.

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};

use super::layout::{Escaped, Page};
use crate::{
    activity_log::quoted,
    http::{InternalError, OAuthError, ParametersError},
};

const RESTART_LOGIN: &str = "Go back to the application and start again.";

/// A page that reports an error.
#[derive(Debug)]
pub(crate) struct ErrorPage {
    status: StatusCode,
    title: String,
    message: String,
    fix: String,
    source: Option<Box<InternalError>>,
}

impl ErrorPage {
    pub(crate) fn new(status: StatusCode, title: &str, message: &str, fix: &str) -> Self {
        Self {
            status,
            title: title.to_owned(),
            message: message.to_owned(),
            fix: fix.to_owned(),
            source: None,
        }
    }

    pub(crate) fn login_not_found() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "This login is over",
            "The login has finished, was started in another browser, or took too long.",
            RESTART_LOGIN,
        )
    }

    pub(crate) fn cross_site_form() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "The form comes from another site",
            "Only the tenant's own pages may send this form.",
            RESTART_LOGIN,
        )
    }

    pub(crate) fn user_not_found() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "This user does not exist",
            "The tenant has no such user. The user may have been removed since the login page was opened.",
            RESTART_LOGIN,
        )
    }

    pub(crate) fn not_found() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "Not found",
            "The tenant has no such page.",
            "The dashboard is at the path /.",
        )
    }

    pub(crate) fn message(&self) -> &str {
        &self.message
    }
}

impl IntoResponse for ErrorPage {
    fn into_response(self) -> Response {
        if let Some(source) = &self.source {
            source.log();
        }
        let main = format!(
            "<h1>{title}</h1>\n<p role=\"alert\">{message}</p>\n<p>{fix}</p>\n<p><a href=\"/\">Dashboard of the \
             tenant</a></p>",
            title = Escaped(&self.title),
            message = Escaped(&self.message),
            fix = Escaped(&self.fix),
        );
        Page {
            status: self.status,
            ..Page::narrow(&self.title, main)
        }
        .into_response()
    }
}

impl From<sqlx::Error> for ErrorPage {
    fn from(error: sqlx::Error) -> Self {
        Self {
            source: Some(Box::new(error.into())),
            ..Self::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "The tenant failed",
                "A database operation of the tenant failed.",
                "The output of the program that started the tenant contains the cause.",
            )
        }
    }
}

impl From<ParametersError> for ErrorPage {
    fn from(error: ParametersError) -> Self {
        let message = match error {
            ParametersError::Duplicate(name) => {
                format!("The parameter {} was sent more than once.", quoted(&name))
            }
            ParametersError::InvalidBody => "The body of the request is not valid.".to_owned(),
        };
        Self::new(
            StatusCode::BAD_REQUEST,
            "The request is not valid",
            &message,
            RESTART_LOGIN,
        )
    }
}

/// An endpoint that responds with JSON uses the message of the page as the description.
impl From<ErrorPage> for OAuthError {
    fn from(page: ErrorPage) -> Self {
        match page.source {
            Some(source) => (*source).into(),
            None => Self::invalid_request(page.message),
        }
    }
}
