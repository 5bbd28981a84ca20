//! Sentences about scopes, and about refresh tokens, which are a scope too (`offline_access`).

use super::{Cause, Diagnosis, Expectation, list, printable, without_full_stop};
use crate::config::{ApiSettings, Config, ScopeVariable};

impl Diagnosis {
    /// The token lacks scopes: they were never asked for, or not granted.
    pub(crate) fn scope_missing(expected: &Expectation<'_>, missing: &[String]) -> Self {
        let api = expected.api();
        let audience = api.audience.as_deref().unwrap_or("(none)");
        let asked = expected.scopes();
        if missing.iter().any(|scope| !asked.contains(scope)) {
            return Self::missing_scope(api, audience, missing);
        }
        // One scope may well be forgotten; all of them together are those of another API.
        if asked.len() > 1 && asked.iter().all(|scope| missing.contains(scope)) {
            return Self::no_scope_at_all(api, audience, missing);
        }
        let is_of_login = expected.config().audience() == api.audience();
        let elsewhere = if is_of_login {
            ""
        } else {
            ", let the application's refresh tokens have it there (Applications > your application > Settings > \
             Multi-Resource Refresh Token)"
        };
        Self::new(
            Cause::ScopeNotGranted,
            format!(
                "The scope {} was asked for, but the access token for `{audience}` lacks it: the API does not define it, or \
                 the person may not have it or did not consent.",
                list(missing)
            ),
            format!(
                "Add it to the API's permissions (Auth0 dashboard > Applications > APIs > your API > Permissions), let the \
                 person have it (User Management > Users > Permissions, where RBAC is on){elsewhere}, and log in again."
            ),
        )
    }

    fn no_scope_at_all(api: &ApiSettings, audience: &str, missing: &[String]) -> Self {
        let variable = &api.audience_variable;
        Self::new(
            Cause::ScopeNotGranted,
            format!(
                "The access token for `{audience}` has none of the scopes that the API at {} needs ({}): {variable} \
                 probably names another API than that one, or the person may not have them.",
                api.base_url,
                list(missing),
            ),
            format!(
                "Set {variable} to the Identifier of the API that answers there (Auth0 dashboard > Applications > APIs > \
                 your API > Settings > Identifier). If it is that already, add the scopes under its Permissions, and let \
                 the person have them (User Management > Users > Permissions, where RBAC is on). Then restart and log in \
                 again."
            ),
        )
    }

    /// A scope that the application did not ask for.
    pub(crate) fn missing_scope(api: &ApiSettings, audience: &str, missing: &[String]) -> Self {
        let name = api.name;
        Self::new(
            Cause::MissingScope,
            format!(
                "The access token for `{audience}` lacks the scope {}, which the application did not ask for.",
                list(missing)
            ),
            format!(
                "Add it to {name}_API_SCOPE (now: {}) or to the scopes of the API's type, see that the API defines it \
                 (Auth0 dashboard > Applications > APIs > your API > Permissions), restart, and log in again.",
                api.scope.join(" ")
            ),
        )
    }

    /// A login that was refused with `invalid_scope` (RFC 6749 §4.1.2.1). Providers seldom say which scope they mean, so
    /// all are listed, each with the variable that asks for it.
    pub(crate) fn scope_refused(config: &Config, description: Option<&str>) -> Self {
        let variables = config.scope_variables();
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
        let of_apis: Vec<&str> = variables[1..]
            .iter()
            .map(|of| of.variable.as_str())
            .collect();
        let without = of_apis
            .first()
            .map(|variable| format!(" `{variable}=` asks for none."))
            .unwrap_or_default();
        Self::new(
            Cause::ScopeRefused,
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

    pub(crate) fn no_refresh_token(asked: bool) -> Self {
        let cause =
            "When the access token expires, there is no refresh token to get a new one with";
        if asked {
            Self::new(
                Cause::NoRefreshToken,
                format!("{cause}: the provider did not grant offline_access."),
                "Switch on Allow Offline Access for the API (Auth0 dashboard > Applications > APIs > your API > \
                 Settings) and the Refresh Token grant for the application (Applications > your application > \
                 Advanced Settings > Grant Types). Other providers may want AUTH0_PROMPT=consent. Then log in again.",
            )
        } else {
            Self::new(
                Cause::NoRefreshToken,
                format!("{cause}: AUTH0_SCOPE lacks offline_access."),
                "Add offline_access to AUTH0_SCOPE (the default, openid profile email offline_access, has it), \
                 restart, and log in again.",
            )
        }
    }

    /// What `invalid_grant` means where an earlier refresh ended without an answer.
    pub(crate) fn refresh_token_reused() -> Self {
        Self::new(
            Cause::RefreshTokenReused,
            "A refresh ended without an answer (the server was killed or the connection was lost), so its refresh token \
             had to be sent a second time; the provider took that for theft and ended the session (RFC 9700 §4.14.2).",
            "The person logs in again, once. To let a lost answer pass, give the application a Rotation Overlap Period of \
             some seconds (Auth0 dashboard > Applications > your application > Settings > Refresh Token Rotation).",
        )
    }

    /// What `invalid_grant` means otherwise.
    pub(crate) fn refresh_token_ended() -> Self {
        Self::new(
            Cause::RefreshTokenEnded,
            "The provider does not accept the refresh token any more: it expired, was revoked there, or was used by \
             somebody else.",
            "The person logs in again. If this happens often, lengthen the Refresh Token Lifetime (Auth0 dashboard > \
             Applications > your application > Settings), and see that no other program uses the same sessions.",
        )
    }
}

/// All of `scopes`, each as code: unlike [`list`] it leaves none out, since any of them may be the one.
fn each(scopes: &[String]) -> String {
    let scopes: Vec<String> = scopes.iter().map(|scope| format!("`{scope}`")).collect();
    scopes.join(", ")
}

/// Whether `text` contains `scope` as a word of its own.
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
