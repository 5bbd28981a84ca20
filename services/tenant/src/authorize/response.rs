//! Authorization responses: the callback URLs to which the browser is redirected.

use sqlx::SqliteConnection;
use url::Url;

use super::error::ErrorRedirect;
use crate::{
    binding::Binding,
    opaque_id::random_id,
    state::AppState,
    store::{
        authorization_request::AuthorizationRequest,
        bindings, codes, grant_details,
        grants::{self, Grant},
        organizations, second_factors,
        sessions::{self, Session},
    },
};

/// Creates the grant and its code, and returns the callback URL that contains the code.
pub(super) async fn success_url(
    state: &AppState,
    connection: &mut SqliteConnection,
    request: &AuthorizationRequest,
    session: &Session,
) -> Result<String, sqlx::Error> {
    let now = state.now();
    let grant = Grant {
        id: random_id(),
        client_id: request.client_id.clone(),
        sub: session.sub.clone(),
        sid: session.sid.clone(),
        audience: request.audience.clone(),
        scope: request.scopes.join(" "),
        auth_time: session.auth_time,
        // Optional without `max_age`. Auth0 omits it then; here, a new login is recent for the sample site at once.
        show_auth_time: true,
        second_factor: second_factors::given_at(connection, session)
            .await?
            .is_some(),
        created_at: now,
        expires_at: now + state.config.lifetimes.grant(&request.scopes),
    };
    grants::insert(connection, &grant).await?;
    if let Some(organization) = &request.organization {
        organizations::set_of_grant(connection, &grant.id, &organization.id).await?;
    }
    grant_details::insert(connection, &grant.id, &request.authorization_details).await?;
    sessions::add_application(connection, &session.sid, &request.client_id).await?;
    let code = codes::issue(
        connection,
        &grant.id,
        &request.redirect_uri,
        request.code_challenge.as_deref(),
        request.nonce.as_deref(),
        now,
    )
    .await?;
    if let Some(thumbprint) = request.dpop_jkt.clone() {
        let binding = Binding::Key(thumbprint);
        bindings::bind(connection, &code, &binding, grant.expires_at).await?;
    }
    Ok(callback_url(
        state,
        &request.redirect_uri,
        &[("code", &code)],
        request.state.as_deref(),
    ))
}

/// Returns the callback URL that contains an error (RFC 6749 §4.1.2.1).
pub(super) fn error_url(state: &AppState, error: &ErrorRedirect) -> String {
    callback_url(
        state,
        &error.redirect_uri,
        &[
            ("error", error.error),
            ("error_description", &error.description),
        ],
        error.state.as_deref(),
    )
}

fn callback_url(
    state: &AppState,
    redirect_uri: &str,
    parameters: &[(&str, &str)],
    request_state: Option<&str>,
) -> String {
    let Ok(mut url) = Url::parse(redirect_uri) else {
        // Unreachable: the tenant parses all registered URLs when it opens. The dashboard is a safe fallback.
        return "/".to_owned();
    };
    {
        let mut query = url.query_pairs_mut();
        query.extend_pairs(parameters);
        if let Some(request_state) = request_state {
            query.append_pair("state", request_state);
        }
        // RFC 9207 §2: every response, including errors, names the issuer.
        query.append_pair("iss", &state.config.issuer);
    }
    url.into()
}
