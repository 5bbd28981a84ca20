//! The document, and the error of the last action.

use super::drawing::drawing;
use crate::{
    AppError,
    components::{Layout, problem},
    shell::document,
};
use axum_auth0::SignedInUser;
use http::request::Parts;
use leptos::prelude::*;
use leptos_auth0::{AuthError, provide_auth, server::require_user, set_page_status};
use leptos_router::components::Router;
use url::form_urlencoded;

/// The styles that only this page uses.
pub const STYLE: &str = include_str!("../../../style/tokens.css");

/// The path at which the server serves [`STYLE`].
pub const STYLE_PATH: &str = "/tokens/style.css";

/// Returns the document, for a route of the server.
pub fn tokens_document(options: LeptosOptions) -> impl IntoView {
    let style = view! { <link rel="stylesheet" href=STYLE_PATH/> };
    document(options, "Tokens · Stockroom", style, || {
        provide_auth();
        view! {
            <Router>
                <Layout>
                    <TokensPage/>
                </Layout>
            </Router>
        }
    })
}

#[component]
fn TokensPage() -> impl IntoView {
    let user = require_user();
    let drawn = Suspend::new(async move {
        drawn(user).await.unwrap_or_else(|error| {
            set_page_status(&error);
            problem(error)
        })
    });
    view! {
        <header class="page-head">
            <p class="eyebrow">"Development only"</p>
            <h1 tabindex="-1">"Tokens"</h1>
            <p class="lede">
                "What this login holds at the server, and what each API would be asked for. The tokens themselves are not "
                "on this page."
            </p>
        </header>
        {failed()}
        <Suspense>{drawn}</Suspense>
    }
}

async fn drawn(user: Result<SignedInUser, AuthError>) -> Result<AnyView, AppError> {
    let user = user?;
    let overview = user.tokens_overview().await?;
    Ok(drawing(user.subject(), &overview).into_any())
}

/// Returns the error of a button of this page, after the redirect back to the page.
fn failed() -> Option<impl IntoView> {
    let parts = use_context::<Parts>()?;
    let query = parts.uri.query()?.as_bytes();
    let (_, code) = form_urlencoded::parse(query).find(|(name, _)| name == "error")?;
    let error = AppError::from_code(code.clone().into_owned());
    Some(if code == "misconfigured" {
        view! {
            <p class="notice" role="alert">
                "The provider did not give what was asked for. The reason is below, beside the token; the server's log has "
                "it, too."
            </p>
        }
        .into_any()
    } else if error == AppError::Auth(AuthError::SignInRequired) {
        // The user has logged in since.
        ().into_any()
    } else {
        problem(error).into_any()
    })
}
