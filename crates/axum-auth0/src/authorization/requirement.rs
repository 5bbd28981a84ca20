//! What a page or an action requires of its user, besides a login.

use super::{AccessDenied, GrantKind, MissingGrant};

/// Roles and permissions that a page or an action requires. The names are those of `axum-auth0-bearer`, which requires the
/// same of an access token.
///
/// A list without elements is never satisfied, so a list that was not configured opens nothing.
///
/// ```
/// use axum_auth0::Requirement;
///
/// let manager = Requirement::any_role(["manager", "owner"]);
/// let report = manager.and(Requirement::permission("read:reports"));
/// # assert_ne!(report, Requirement::role("manager"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement(Vec<RequiredGrants>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct RequiredGrants {
    kind: GrantKind,
    mode: Mode,
    values: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    All,
    Any,
}

impl Requirement {
    fn new<V: Into<String>>(
        kind: GrantKind,
        mode: Mode,
        values: impl IntoIterator<Item = V>,
    ) -> Self {
        let values = values.into_iter().map(Into::into).collect();
        Self(vec![RequiredGrants { kind, mode, values }])
    }

    /// Requires a role of the user.
    pub fn role(role: impl Into<String>) -> Self {
        Self::new(GrantKind::Role, Mode::All, [role])
    }

    /// Requires all of these roles.
    pub fn all_roles<V: Into<String>>(roles: impl IntoIterator<Item = V>) -> Self {
        Self::new(GrantKind::Role, Mode::All, roles)
    }

    /// Requires at least one of these roles.
    pub fn any_role<V: Into<String>>(roles: impl IntoIterator<Item = V>) -> Self {
        Self::new(GrantKind::Role, Mode::Any, roles)
    }

    /// Requires a permission of the user.
    pub fn permission(permission: impl Into<String>) -> Self {
        Self::new(GrantKind::Permission, Mode::All, [permission])
    }

    /// Requires all of these permissions.
    pub fn all_permissions<V: Into<String>>(permissions: impl IntoIterator<Item = V>) -> Self {
        Self::new(GrantKind::Permission, Mode::All, permissions)
    }

    /// Requires at least one of these permissions.
    pub fn any_permission<V: Into<String>>(permissions: impl IntoIterator<Item = V>) -> Self {
        Self::new(GrantKind::Permission, Mode::Any, permissions)
    }

    /// Requires `other` as well.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// Checks the roles and permissions of a user.
    pub(crate) fn check(&self, roles: &[&str], permissions: &[&str]) -> Result<(), AccessDenied> {
        let unsatisfied: Vec<_> = self
            .0
            .iter()
            .filter_map(|required| {
                required.missing(match required.kind {
                    GrantKind::Role => roles,
                    GrantKind::Permission => permissions,
                })
            })
            .collect();
        if unsatisfied.is_empty() {
            return Ok(());
        }
        let mut missing: Vec<MissingGrant> = Vec::new();
        for grant in unsatisfied.into_iter().flatten() {
            if !missing.contains(&grant) {
                missing.push(grant);
            }
        }
        Err(AccessDenied { missing })
    }
}

impl RequiredGrants {
    /// Returns the missing grants; `None` if the requirement is satisfied.
    fn missing(&self, granted: &[&str]) -> Option<Vec<MissingGrant>> {
        let is_granted = |value: &&String| granted.contains(&value.as_str());
        let missing = |any_of| MissingGrant {
            kind: self.kind,
            any_of,
        };
        match self.mode {
            _ if self.values.is_empty() => Some(Vec::new()),
            Mode::Any if self.values.iter().any(|value| is_granted(&value)) => None,
            Mode::Any => Some(vec![missing(self.values.clone())]),
            Mode::All => {
                let values = self.values.iter().filter(|value| !is_granted(value));
                let grants: Vec<_> = values.map(|value| missing(vec![value.clone()])).collect();
                (!grants.is_empty()).then_some(grants)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Requirement;

    fn denied(requirement: &Requirement) -> Option<String> {
        let denied = requirement.check(&["clerk"], &["read:a", "write:a"]).err();
        denied.map(|denied| denied.to_string())
    }

    #[test]
    fn a_requirement_is_satisfied_or_says_what_is_missing() {
        let none: [&str; 0] = [];
        for (requirement, expected) in [
            (Requirement::role("clerk"), None),
            (
                Requirement::role("manager"),
                Some("the user lacks the role manager"),
            ),
            (Requirement::any_role(["manager", "clerk"]), None),
            (
                Requirement::any_role(["manager", "owner"]),
                Some("the user lacks one of the roles manager, owner"),
            ),
            (
                Requirement::all_roles(["manager", "clerk", "owner"]),
                Some("the user lacks the role manager and the role owner"),
            ),
            (Requirement::all_permissions(["read:a", "write:a"]), None),
            (
                Requirement::permission("clerk"),
                Some("the user lacks the permission clerk"),
            ),
            (
                Requirement::any_permission(["read:a"]).and(Requirement::role("Clerk")),
                Some("the user lacks the role Clerk"),
            ),
            (
                Requirement::all_roles(none),
                Some("the user is not allowed to do this"),
            ),
            (
                Requirement::any_permission(none),
                Some("the user is not allowed to do this"),
            ),
        ] {
            assert_eq!(denied(&requirement).as_deref(), expected, "{requirement:?}");
        }
    }
}
