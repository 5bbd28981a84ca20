//! The page: the tree, below the error of the last button.

use axum::{
    extract::{Query, State},
    response::{Html, IntoResponse, Response},
};
use axum_auth0::{SignedInUser, TokenError};
use leptos::prelude::*;
use serde::Deserialize;

use super::{action_error::ActionError, layout::document, site::Site, tree::tree};

/// The query of the page, after the redirect of a button that failed.
#[derive(Debug, Deserialize)]
pub(super) struct PageQuery {
    error: Option<String>,
}

/// Responds with the page: `GET /tokens`.
pub(super) async fn show(
    State(site): State<Site>,
    Query(query): Query<PageQuery>,
    user: SignedInUser,
) -> Response {
    match user.tokens_overview().await {
        Ok(overview) => {
            let tree = tree(&site, &user, &overview).into_any();
            let error = query.error.as_deref().and_then(ActionError::from_code);
            html(&site, error, tree).into_response()
        }
        Err(TokenError::SignInRequired) => site.login_redirect(),
        Err(error) => {
            let error = ActionError::from(&error);
            let page = html(&site, Some(error), ().into_any());
            (error.status(), page).into_response()
        }
    }
}

fn html(site: &Site, error: Option<ActionError>, tree: AnyView) -> Html<String> {
    let error = error.map(|error| view! { <p class="notice" role="alert">{error.to_string()}</p> });
    let main = view! {
        <header class="page-head">
            <p class="eyebrow">"Development only"</p>
            <h1 tabindex="-1">"Tokens"</h1>
            <p class="lede">
                "What this login holds at the server, and what each API would be asked for. The tokens themselves are not "
                "on this page."
            </p>
        </header>
        {error}
        {tree}
    };
    Html(document(site, main).to_html())
}
