//! The claims of a token.

use super::timestamp::timestamp;
use leptos::prelude::*;
use serde_json::{Map, Value};

/// Claims that bind a token to a login or to another token. They are not shown.
const BINDING_CLAIMS: &[&str] = &["nonce", "at_hash", "c_hash", "s_hash"];

/// Claims with a `NumericDate` (RFC 7519, section 2).
const DATES: &[&str] = &["exp", "iat", "nbf", "auth_time", "updated_at"];

/// Shows a collapsed list of all claims.
pub(super) fn claims(claims: &Map<String, Value>) -> impl IntoView + use<> {
    let shown = claims
        .iter()
        .filter(|(name, _)| !BINDING_CLAIMS.contains(&name.as_str()));
    let rows: Vec<_> = shown
        .map(|(name, value)| {
            view! { <div><dt><code>{name.clone()}</code></dt><dd>{claim_value(name, value)}</dd></div> }
        })
        .collect();
    view! {
        <details class="claims-of-token">
            <summary>"Claims (" {rows.len().to_string()} ")"</summary>
            <dl>{rows}</dl>
        </details>
    }
}

fn claim_value(name: &str, value: &Value) -> AnyView {
    match value {
        Value::Number(number) if DATES.contains(&name) => match number.as_i64() {
            Some(seconds) => timestamp(seconds).into_any(),
            None => number.to_string().into_any(),
        },
        Value::String(text) => text.clone().into_any(),
        Value::Array(items) if items.iter().all(Value::is_string) => {
            let items = items.iter().filter_map(Value::as_str);
            items.collect::<Vec<_>>().join(", ").into_any()
        }
        other => view! { <code>{other.to_string()}</code> }.into_any(),
    }
}
