//! The names of the claims with roles and permissions.

use serde_json::{Map, Value};

use crate::jwt::scope_words;

const DEFAULT_ROLES: &str = "roles";
const DEFAULT_PERMISSIONS: &str = "permissions";

/// The names of the claims with roles and permissions; `None` if they are not configured.
///
/// A name that starts with `/` is a JSON Pointer (RFC 6901) to a nested member, as in `axum-auth0-bearer`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ClaimNames {
    pub(crate) roles: Option<String>,
    pub(crate) permissions: Option<String>,
}

impl ClaimNames {
    /// Returns the roles: an array of strings, or one role. A claim of another type grants nothing.
    pub(crate) fn read_roles<'c>(&self, claims: &'c Map<String, Value>) -> Vec<&'c str> {
        let name = self.roles.as_deref().unwrap_or(DEFAULT_ROLES);
        let roles = match find(claims, name) {
            // A role may contain spaces.
            Some(Value::String(role)) => Some(vec![role.as_str()]),
            Some(Value::Array(roles)) => roles.iter().map(Value::as_str).collect(),
            _ => None,
        };
        roles.unwrap_or_default()
    }

    /// Returns the permissions: an array of strings, or a string with spaces between them.
    pub(crate) fn read_permissions<'c>(&self, claims: &'c Map<String, Value>) -> Vec<&'c str> {
        let name = self.permissions.as_deref().unwrap_or(DEFAULT_PERMISSIONS);
        find(claims, name).and_then(scope_words).unwrap_or_default()
    }
}

fn find<'c>(claims: &'c Map<String, Value>, name: &str) -> Option<&'c Value> {
    let Some(pointer) = name.strip_prefix('/') else {
        return claims.get(name);
    };
    let (first, rest) = pointer.split_at(pointer.find('/').unwrap_or(pointer.len()));
    let first = first.replace("~1", "/").replace("~0", "~");
    claims.get(&first)?.pointer(rest)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use serde_json::json;

    use super::*;

    fn roles(name: Option<&str>, claims: Value) -> Vec<String> {
        let names = ClaimNames {
            roles: name.map(str::to_owned),
            permissions: None,
        };
        let claims = serde_json::from_value(claims).unwrap();
        let roles = names.read_roles(&claims);
        roles.into_iter().map(str::to_owned).collect()
    }

    #[test]
    fn roles_are_read_from_a_claim_of_any_name_or_place() {
        let expected = ["admin", "sales team"];
        let list = json!(expected);
        for (name, claims) in [
            (None, json!({ "roles": list })),
            (
                Some("https://example.com/roles"),
                json!({ "https://example.com/roles": list }),
            ),
            (
                Some("/realm_access/roles"),
                json!({ "realm_access": { "roles": list } }),
            ),
        ] {
            assert_eq!(roles(name, claims), expected, "{name:?}");
        }
        assert_eq!(
            roles(None, json!({ "roles": "sales team" })),
            ["sales team"]
        );
    }

    #[test]
    fn a_claim_of_another_type_grants_nothing() {
        for value in [
            json!(null),
            json!(7),
            json!({ "admin": true }),
            json!(["admin", 7]),
        ] {
            assert!(roles(None, json!({ "roles": value })).is_empty(), "{value}");
        }
        let claims = serde_json::from_value(json!({ "permissions": "read:a write:a" })).unwrap();
        let permissions = ClaimNames::default();
        let permissions = permissions.read_permissions(&claims);
        assert_eq!(permissions, ["read:a", "write:a"]);
    }
}
