//! Descriptions of authorization requests for the activity log.

use super::authorization_details;
use crate::{
    activity_log::quoted, state::AppState, store::authorization_request::AuthorizationRequest,
};

/// Logs what a login requested and what it will receive. The text starts with `event` and the name of the application.
pub(super) fn log_login(
    state: &AppState,
    endpoint: &'static str,
    event: &str,
    request: &AuthorizationRequest,
) {
    let text = format!(
        "{event} {}, which {}",
        request.application_name,
        describe(request)
    );
    state
        .activity_log
        .granted_or_unexpected(endpoint, is_unexpected(request), text);
}

/// Describes what the request asked for and what it will receive.
fn describe(request: &AuthorizationRequest) -> String {
    let mut text = match (&request.audience, request.ignored_resource) {
        (Some(audience), ignored_resource) if request.uses_default_audience => format!(
            "{requested} → a JWT for {audience}, the tenant's Default Audience, scopes {scopes}. To get one for another \
             API, send its identifier as `audience`",
            requested = if ignored_resource {
                "sent `resource`, which this tenant ignores"
            } else {
                "asked for no audience"
            },
            scopes = request.scopes.join(" ")
        ),
        (Some(audience), _) => format!(
            "asked for audience {audience} → a JWT for that API, scopes {}",
            request.scopes.join(" ")
        ),
        (None, true) => "sent `resource`, which this tenant ignores (its setting Resource Parameter Compatibility \
             Profile is off) → an opaque access token that only /userinfo accepts. To get a JWT, send `audience`"
            .to_owned(),
        (None, false) => "asked for no audience → an opaque access token that only /userinfo accepts. To get a \
             JWT, send `audience`"
            .to_owned(),
    };
    if !request.authorization_details.is_empty() {
        text.push_str("; authorization details: ");
        text.push_str(&quoted(&authorization_details::types(
            &request.authorization_details,
        )));
    }
    if !request.dropped_scopes.is_empty() {
        text.push_str("; undefined scopes dropped: ");
        text.push_str(&quoted(&request.dropped_scopes.join(" ")));
    }
    text.push('.');
    text
}

/// Returns whether the request receives less than its application may expect.
fn is_unexpected(request: &AuthorizationRequest) -> bool {
    request.audience.is_none()
        || request.uses_default_audience
        || !request.dropped_scopes.is_empty()
}
