//! One access token.

use super::{
    binding::binding, claims::claims, expiry_bar::expiry_bar, problem::problem, scopes::scopes,
    status::Status,
};
use axum_auth0::CachedTokenOverview;
use leptos::prelude::*;
use serde_json::{Map, Value};

/// Shows what is known of the token, without the token itself; `button` is its action.
pub(super) fn access_token(
    cached: &CachedTokenOverview,
    now: i64,
    button: AnyView,
) -> impl IntoView + use<> {
    let has_expired = cached.expires_at.is_some_and(|end| end <= now);
    let (status, words) = match (&cached.problem, has_expired) {
        (Some(_), _) => (Status::Wrong, "not as it should be"),
        (None, true) => (Status::Waiting, "expired"),
        (None, false) => (Status::Good, "good"),
    };
    let facts = cached.claims.as_ref().map_or_else(
        || {
            view! { <p>"It is opaque: only the provider and the API can read it, so nothing could be checked here."</p> }
                .into_any()
        },
        |claims| facts(claims).into_any(),
    );
    let claims = cached.claims.as_ref().map(claims);
    view! {
        <section class="node" data-state=status.name()>
            <header>
                <h3>"Access token"</h3>
                {status.label(words)}
            </header>
            {expiry_bar(cached, now)}
            {scopes(&cached.requested, &cached.scope)}
            {cached.problem.as_ref().map(problem)}
            {facts}
            {binding(&cached.binding)}
            {claims}
            {button}
        </section>
    }
}

/// Shows audience and issuer.
fn facts(claims: &Map<String, Value>) -> impl IntoView + use<> {
    let audience = match claims.get("aud") {
        Some(Value::String(audience)) => audience.clone(),
        Some(Value::Array(all)) => all
            .iter()
            .filter_map(Value::as_str)
            .collect::<Vec<_>>()
            .join(", "),
        _ => "none".to_owned(),
    };
    let issuer = claims
        .get("iss")
        .and_then(Value::as_str)
        .unwrap_or("none")
        .to_owned();
    view! {
        <dl class="facts">
            <div><dt>"Audience"</dt><dd><code>{audience}</code></dd></div>
            <div><dt>"Issuer"</dt><dd><code>{issuer}</code></dd></div>
        </dl>
    }
}
