//! Refusals as pages: what is wrong, and what to do about it.

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};

use super::layout::{Page, Text};
use crate::parameters::ParametersError;

/// A page that refuses.
#[derive(Clone, Debug)]
pub(crate) struct PageRefusal {
    status: StatusCode,
    title: String,
    message: String,
    fix: String,
}

impl PageRefusal {
    pub(crate) fn new(status: StatusCode, title: &str, message: &str, fix: &str) -> Self {
        Self {
            status,
            title: title.to_owned(),
            message: message.to_owned(),
            fix: fix.to_owned(),
        }
    }

    pub(crate) fn login_gone() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "This login is over",
            "The login was finished before, was started in another browser, or took too long.",
            "Go back to the application and start again.",
        )
    }

    pub(crate) fn foreign_form() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "The form comes from another site",
            "Only the tenant's own pages may send this form.",
            "Go back to the application and start again.",
        )
    }

    pub(crate) fn not_found() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "Not found",
            "There is no such page at this tenant.",
            "The dashboard is at the address without a path.",
        )
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }

    pub(crate) fn message(&self) -> &str {
        &self.message
    }
}

impl IntoResponse for PageRefusal {
    fn into_response(self) -> Response {
        let main = format!(
            "<h1>{title}</h1>\n<p role=\"alert\">{message}</p>\n<p>{fix}</p>\n<p><a href=\"/\">Dashboard of the \
             tenant</a></p>",
            title = Text(&self.title),
            message = Text(&self.message),
            fix = Text(&self.fix),
        );
        Page {
            status: self.status,
            ..Page::narrow(&self.title, main)
        }
        .into_response()
    }
}

impl From<sqlx::Error> for PageRefusal {
    fn from(error: sqlx::Error) -> Self {
        tracing::error!(%error, "the database failed");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "The tenant failed",
            "The tenant's database did not answer.",
            "The output of the program that started the tenant says why.",
        )
    }
}

impl From<ParametersError> for PageRefusal {
    fn from(error: ParametersError) -> Self {
        let message = match error {
            ParametersError::Duplicate(name) => {
                format!(
                    "The parameter {} was sent more than once.",
                    crate::journal::quoted(&name)
                )
            }
            ParametersError::Unreadable => "The body of the request cannot be read.".to_owned(),
        };
        Self::new(
            StatusCode::BAD_REQUEST,
            "The request is not valid",
            &message,
            "Go back to the application and start again.",
        )
    }
}
