//! Sentences about scopes and about refresh tokens, which are requested by a scope (`offline_access`).

use super::{Text, list, printable, without_full_stop};
use crate::config::ScopeVariable;

pub(super) fn not_granted(audience: &str, missing: &[String], is_login_api: bool) -> Text {
    let elsewhere = if is_login_api {
        ""
    } else {
        ", let the application's refresh tokens have it there (Applications > your application > Settings > \
         Multi-Resource Refresh Token)"
    };
    Text::new(
        format!(
            "The scope {} was asked for, but the access token for `{audience}` lacks it: the API does not define it, or \
             the user may not have it or did not consent.",
            list(missing)
        ),
        format!(
            "Add it to the API's permissions (Auth0 dashboard > Applications > APIs > your API > Permissions), let \
             the user have it (User Management > Users > Permissions, if RBAC is on){elsewhere}, and log in again."
        ),
    )
}

pub(super) fn not_granted_to_client(audience: &str, missing: &[String]) -> Text {
    Text::new(
        format!(
            "The scope {} was asked for, but the access token for `{audience}` lacks it: the API does not define it, or \
             the application may not have it for itself or for this user.",
            list(missing)
        ),
        "Let the application have it (Auth0 dashboard > Applications > APIs > your API > Application Access, or \
         Machine to Machine Applications on older tenants), and restart.",
    )
}

pub(super) fn none_granted(
    audience: &str,
    variable: &str,
    missing: &[String],
    base_url: &str,
) -> Text {
    Text::new(
        format!(
            "The access token for `{audience}` has none of the scopes that the API at {base_url} needs ({}): {variable} \
             probably names another API than that one, or the user may not have them.",
            list(missing),
        ),
        format!(
            "Set {variable} to the Identifier of the API that answers there (Auth0 dashboard > Applications > APIs > \
             your API > Settings > Identifier). If it is that already, add the scopes under its Permissions, and let \
             the user have them (User Management > Users > Permissions, if RBAC is on). Then restart and log in \
             again."
        ),
    )
}

pub(super) fn missing(
    audience: &str,
    missing: &[String],
    api: &str,
    configured: &[String],
) -> Text {
    Text::new(
        format!(
            "The access token for `{audience}` lacks the scope {}, which the application did not ask for.",
            list(missing)
        ),
        format!(
            "Add it to {api}_API_SCOPE (now: {}) or to the scopes of the API's type, see that the API defines it \
             (Auth0 dashboard > Applications > APIs > your API > Permissions), restart, and log in again.",
            configured.join(" ")
        ),
    )
}

/// Providers seldom name the refused scope, so all are listed, each with its variable.
pub(super) fn refused(description: Option<&str>, variables: &[ScopeVariable]) -> Text {
    let words = description.map(printable).unwrap_or_default();
    let says = if words.trim().is_empty() {
        String::new()
    } else {
        format!(" (it says: “{}”)", without_full_stop(&words))
    };
    let asked: Vec<String> = variables
        .iter()
        .map(|ScopeVariable { variable, scopes }| format!("{variable}: {}", each(scopes)))
        .collect();
    let named: Vec<String> = variables
        .iter()
        .flat_map(|of| of.scopes.iter().map(|scope| (scope, &of.variable)))
        .filter(|(scope, _)| mentions(&words, scope))
        .map(|(scope, variable)| format!("`{scope}` ({variable})"))
        .collect();
    let named = if named.is_empty() {
        String::new()
    } else {
        format!(" It names {}.", named.join(", "))
    };
    let without = variables
        .get(1)
        .map(|of_api| format!(" `{}=` asks for none.", of_api.variable))
        .unwrap_or_default();
    Text::new(
        format!(
            "The provider refused the login with invalid_scope{says}: it does not grant a scope that was asked for. The \
             scopes and their variables are {}.{named}",
            asked.join("; ")
        ),
        format!(
            "Define the scope at the provider and let the application have it, or take it out of its variable.{without} \
             Some providers take offline_access only with AUTH0_PROMPT=consent. Then restart and log in again."
        ),
    )
}

pub(super) fn no_refresh_token(is_requested: bool) -> Text {
    let cause = "When the access token expires, there is no refresh token to get a new one with";
    if is_requested {
        Text::new(
            format!("{cause}: the provider did not grant offline_access."),
            "Switch on Allow Offline Access for the API (Auth0 dashboard > Applications > APIs > your API > \
             Settings) and the Refresh Token grant for the application (Applications > your application > \
             Advanced Settings > Grant Types). Other providers may want AUTH0_PROMPT=consent. Then log in again.",
        )
    } else {
        Text::new(
            format!("{cause}: AUTH0_SCOPE lacks offline_access."),
            "Add offline_access to AUTH0_SCOPE (the default, openid profile email offline_access, has it), \
             restart, and log in again.",
        )
    }
}

/// Returns all of `scopes`, each formatted as code. Unlike [`list`] it omits none, because any of them may be the
/// cause.
fn each(scopes: &[String]) -> String {
    let scopes: Vec<String> = scopes.iter().map(|scope| format!("`{scope}`")).collect();
    scopes.join(", ")
}

/// Returns whether `text` contains `scope` as a separate word.
fn mentions(text: &str, scope: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "_-:/".contains(c);
    text.match_indices(scope).any(|(start, _)| {
        let before = text[..start].chars().next_back();
        let after = &text[start + scope.len()..];
        let ends = match after.chars().next() {
            Some('.') => !after[1..].starts_with(is_part),
            next => !next.is_some_and(is_part),
        };
        ends && !before.is_some_and(|c| is_part(c) || c == '.')
    })
}

#[cfg(test)]
mod tests {
    use super::mentions;

    #[test]
    fn a_scope_is_found_as_a_whole_word_only() {
        for text in [
            "unknown scope: read:products",
            "The scope 'read:products' is not allowed.",
            "read:products.",
            "x=read:products,write",
        ] {
            assert!(mentions(text, "read:products"), "{text}");
        }
        for text in [
            "read:products:all",
            "my-read:products",
            "read:product",
            "",
            "read:products.all",
        ] {
            assert!(!mentions(text, "read:products"), "{text}");
        }
    }
}
