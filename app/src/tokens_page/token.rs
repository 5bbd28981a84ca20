//! One access token.

use super::{claims::claims, fault::fault, life::life, scopes::scopes, state::State};
use axum_auth0::CachedTokenOverview;
use leptos::prelude::*;
use serde_json::{Map, Value};

/// What is known of the token, without the token itself; `button` is its action.
pub(super) fn token(
    held: &CachedTokenOverview,
    now: i64,
    button: AnyView,
) -> impl IntoView + use<> {
    let has_ended = held.expires_at.is_some_and(|end| end <= now);
    let (state, words) = match (&held.problem, has_ended) {
        (Some(_), _) => (State::Wrong, "not as it should be"),
        (None, true) => (State::Waiting, "expired"),
        (None, false) => (State::Good, "good"),
    };
    let facts = held.claims.as_ref().map_or_else(
        || {
            view! { <p>"It is opaque: only the provider and the API can read it, so nothing could be checked here."</p> }
                .into_any()
        },
        |claims| facts(claims).into_any(),
    );
    let claims = held.claims.as_ref().map(claims);
    view! {
        <section class="node" data-state=state.name()>
            <header>
                <h3>"Access token"</h3>
                {state.said(words)}
            </header>
            {life(held, now)}
            {scopes(&held.requested, &held.scope)}
            {held.problem.as_ref().map(fault)}
            {facts}
            {claims}
            {button}
        </section>
    }
}

/// Audience and issuer.
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
