//! The names of the claims that authorization is decided by.

use std::borrow::Cow;

use axum_auth0_core::{
    json,
    jwt::{Claims, numeric_date, scope_words},
};
use serde_json::Value;

/// The names of the claims that hold permissions, roles and the login of the user. Providers name them differently.
///
/// A name that starts with `/` is a JSON Pointer ([RFC 6901](https://www.rfc-editor.org/rfc/rfc6901)) to a nested
/// member. A claim of an unexpected type grants nothing.
///
/// ```
/// use axum_auth0_bearer::ClaimNames;
///
/// // Auth0: roles are a custom claim, which an Action adds under a name of its own.
/// let auth0 = ClaimNames::default().roles("https://example.com/roles");
/// let keycloak = ClaimNames::default().roles("/realm_access/roles");
/// # assert_ne!(auth0, keycloak);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimNames {
    permissions: Cow<'static, str>,
    roles: Cow<'static, str>,
    acr: Cow<'static, str>,
    auth_time: Cow<'static, str>,
}

impl Default for ClaimNames {
    /// Returns `permissions` (Auth0), `roles`
    /// ([RFC 9068 §2.2.3.1](https://www.rfc-editor.org/rfc/rfc9068#section-2.2.3.1)), `acr` and `auth_time`
    /// ([RFC 9068 §2.2.1](https://www.rfc-editor.org/rfc/rfc9068#section-2.2.1)).
    fn default() -> Self {
        Self {
            permissions: "permissions".into(),
            roles: "roles".into(),
            acr: "acr".into(),
            auth_time: "auth_time".into(),
        }
    }
}

impl ClaimNames {
    /// Sets the claim with the permissions of the user: an array of strings, or a string with spaces between them.
    #[must_use]
    pub fn permissions(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.permissions = name.into();
        self
    }

    /// Sets the claim with the roles of the user: an array of strings, or one role.
    #[must_use]
    pub fn roles(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.roles = name.into();
        self
    }

    /// Sets the claim with the authentication context class of the login.
    #[must_use]
    pub fn acr(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.acr = name.into();
        self
    }

    /// Sets the claim with the time of the login.
    #[must_use]
    pub fn auth_time(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.auth_time = name.into();
        self
    }

    /// Reads the claims.
    pub(super) fn read(&self, claims: &Claims) -> AuthorizationClaims {
        let permissions = find(claims, &self.permissions).and_then(scope_words);
        let roles = find(claims, &self.roles).and_then(|value| match value {
            // A role may contain spaces.
            Value::String(role) => Some(vec![role.as_str()]),
            Value::Array(roles) => roles.iter().map(Value::as_str).collect(),
            _ => None,
        });
        AuthorizationClaims {
            permissions: owned(permissions),
            roles: owned(roles),
            acr: find(claims, &self.acr)
                .and_then(Value::as_str)
                .map(str::to_owned),
            auth_time: find(claims, &self.auth_time).and_then(numeric_date),
        }
    }
}

/// The claims that authorization is decided by, besides the scopes.
#[derive(Debug, Default)]
pub(super) struct AuthorizationClaims {
    pub(super) permissions: Vec<String>,
    pub(super) roles: Vec<String>,
    pub(super) acr: Option<String>,
    /// The time of the login, in seconds since 1970-01-01T00:00:00Z.
    pub(super) auth_time: Option<i64>,
}

fn find<'claims>(claims: &'claims Claims, name: &str) -> Option<&'claims Value> {
    let Some(pointer) = name.strip_prefix('/') else {
        return claims.get(name);
    };
    let (first, rest) = pointer.split_at(pointer.find('/').unwrap_or(pointer.len()));
    let first = first.replace("~1", "/").replace("~0", "~");
    let value = claims.get(&first)?.pointer(rest)?;
    (!json::is_empty(value)).then_some(value)
}

fn owned(words: Option<Vec<&str>>) -> Vec<String> {
    words
        .unwrap_or_default()
        .into_iter()
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(names: &ClaimNames, claims: Value) -> AuthorizationClaims {
        names.read(&Claims::new(serde_json::from_value(claims).unwrap()))
    }

    #[test]
    fn roles_are_read_from_a_claim_of_any_name_or_place() {
        for (name, claims) in [
            ("roles", json!({ "roles": ["admin", "sales team"] })),
            (
                "https://example.com/roles",
                json!({ "https://example.com/roles": ["admin", "sales team"] }),
            ),
            (
                "/realm_access/roles",
                json!({ "realm_access": { "roles": ["admin", "sales team"] } }),
            ),
            (
                "/resource_access/https:~1~1api/roles",
                json!({ "resource_access": { "https://api": { "roles": ["admin", "sales team"] } } }),
            ),
            (
                "/https:~1~1example.com~1roles",
                json!({ "https://example.com/roles": ["admin", "sales team"] }),
            ),
        ] {
            let roles = read(&ClaimNames::default().roles(name), claims).roles;
            assert_eq!(roles, ["admin", "sales team"], "{name}");
        }
        let one = read(&ClaimNames::default(), json!({ "roles": "sales team" }));
        assert_eq!(one.roles, ["sales team"]);
    }

    #[test]
    fn permissions_are_an_array_or_separated_by_spaces() {
        for permissions in [json!(["read:a", "write:a"]), json!("read:a write:a")] {
            let found = read(
                &ClaimNames::default(),
                json!({ "permissions": permissions }),
            );
            assert_eq!(found.permissions, ["read:a", "write:a"]);
        }
    }

    #[test]
    fn claims_of_another_type_grant_nothing() {
        for value in [
            json!(null),
            json!(""),
            json!(5),
            json!({ "admin": true }),
            json!(["admin", 5]),
            json!([["admin"]]),
        ] {
            let claims = json!({ "roles": value, "permissions": value, "acr": value });
            let found = read(&ClaimNames::default(), claims);
            assert!(found.roles.is_empty(), "{value}");
            assert!(found.permissions.is_empty(), "{value}");
            assert_eq!(found.acr, None, "{value}");
        }
        for time in [
            json!(null),
            json!("1767225600"),
            json!([1]),
            json!(1e308),
            json!(-1e308),
        ] {
            let found = read(&ClaimNames::default(), json!({ "auth_time": time }));
            assert_eq!(found.auth_time, None, "{time}");
        }
    }
}
