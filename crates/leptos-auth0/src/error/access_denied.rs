//! The roles, permissions and scopes that a user lacks.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The roles, permissions and scopes that an action requires and the user lacks. The engine's type of the same name has the same JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AccessDenied {
    /// What is missing.
    pub missing: Vec<MissingGrant>,
}

/// A role, a permission or a scope that is missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MissingGrant {
    /// The kind.
    pub kind: GrantKind,
    /// The missing value, or several if one of them is enough.
    pub any_of: Vec<String>,
}

/// A kind of grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GrantKind {
    /// A role of the user.
    Role,
    /// A permission of the user.
    Permission,
    /// A scope of the user's access token for an API.
    Scope,
}

impl fmt::Display for AccessDenied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Your account is not allowed to do this.")?;
        for (position, grant) in self.missing.iter().enumerate() {
            f.write_str(if position == 0 { " It lacks " } else { " and " })?;
            let kind = match grant.kind {
                GrantKind::Role => "role",
                GrantKind::Permission => "permission",
                GrantKind::Scope => "scope",
            };
            match grant.any_of.as_slice() {
                [one] => write!(f, "the {kind} {one}")?,
                several => write!(f, "one of the {kind}s {}", several.join(", "))?,
            }
        }
        if self.missing.is_empty() {
            Ok(())
        } else {
            f.write_str(".")
        }
    }
}
