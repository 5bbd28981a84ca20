//! Finds the application of a browser's request.

use axum::http::StatusCode;
use sqlx::SqliteConnection;

use crate::{
    activity_log::quoted,
    pages::error_page::ErrorPage,
    store::applications::{self, Application},
};

/// Returns the application with this client ID, or an error page if there is none.
pub(crate) async fn find_application(
    connection: &mut SqliteConnection,
    client_id: Option<&str>,
) -> Result<Application, ErrorPage> {
    let client_id = client_id.ok_or_else(|| {
        ErrorPage::new(
            StatusCode::BAD_REQUEST,
            "Missing client ID",
            "The request has no parameter client_id.",
            "An application sends its client ID with every login.",
        )
    })?;
    applications::find(connection, client_id).await?.ok_or_else(|| {
        ErrorPage::new(
            StatusCode::BAD_REQUEST,
            "Unknown client",
            &format!("Unknown client: {}", quoted(client_id)),
            "Check the application's client ID (AUTH0_CLIENT_ID). The dashboard lists the applications of this tenant.",
        )
    })
}
