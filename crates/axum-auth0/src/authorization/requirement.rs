//! What a page or an action requires of its user, besides a login.

use std::collections::BTreeSet;

use super::{AccessDenied, GrantKind, MissingGrant};

/// Roles, permissions and scopes that a page or an action requires. The names are those of `axum-auth0-bearer`, which requires
/// the same of an access token.
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
    /// The API of a scope.
    api: Option<&'static str>,
    mode: Mode,
    values: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    All,
    Any,
}

impl Requirement {
    fn new<V: Into<String>>(
        kind: GrantKind,
        mode: Mode,
        values: impl IntoIterator<Item = V>,
    ) -> Self {
        Self(vec![RequiredGrants {
            kind,
            api: None,
            mode,
            values: values.into_iter().map(Into::into).collect(),
        }])
    }

    /// Requires scopes of the user's access token for the API `api`.
    pub(crate) fn scopes_of<V: Into<String>>(
        api: &'static str,
        mode: Mode,
        scopes: impl IntoIterator<Item = V>,
    ) -> Self {
        let mut requirement = Self::new(GrantKind::Scope, mode, scopes);
        for required in &mut requirement.0 {
            required.api = Some(api);
        }
        requirement
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

    /// Returns the APIs whose scopes are required.
    pub(crate) fn apis(&self) -> BTreeSet<&'static str> {
        self.0.iter().filter_map(|required| required.api).collect()
    }

    /// Checks the roles and permissions of a user. [`Self::check_scopes`] checks the scopes.
    pub(crate) fn check_claims(
        &self,
        roles: &[&str],
        permissions: &[&str],
    ) -> Result<(), AccessDenied> {
        self.check(|required| match required.kind {
            GrantKind::Role => Some(roles),
            GrantKind::Permission => Some(permissions),
            GrantKind::Scope => None,
        })
    }

    /// Checks the scopes of the user's access token for `api`.
    pub(crate) fn check_scopes(&self, api: &str, scopes: &[&str]) -> Result<(), AccessDenied> {
        self.check(|required| (required.api == Some(api)).then_some(scopes))
    }

    /// `granted` returns `None` for a requirement of another kind.
    fn check<'g>(
        &self,
        granted: impl Fn(&RequiredGrants) -> Option<&'g [&'g str]>,
    ) -> Result<(), AccessDenied> {
        let unsatisfied: Vec<_> = self
            .0
            .iter()
            .filter_map(|required| required.missing(granted(required)?))
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
    use super::{Mode, Requirement};

    fn denied(requirement: &Requirement) -> Option<String> {
        let denied = requirement
            .check_claims(&["clerk"], &["read:a", "write:a"])
            .err();
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

    #[test]
    fn scopes_are_those_of_their_api_and_no_roles_or_permissions() {
        let scope = Requirement::scopes_of("A", Mode::All, ["clerk", "read:a"]);
        assert_eq!(denied(&scope), None, "they are checked apart");
        let both = scope.and(Requirement::scopes_of("B", Mode::Any, ["x", "y"]));
        assert!(both.apis().into_iter().eq(["A", "B"]));
        let lacks = |api, scopes: &[&str]| {
            let denied = both.check_scopes(api, scopes).err();
            denied.map(|denied| denied.to_string())
        };
        assert_eq!(lacks("A", &["read:a", "clerk"]), None);
        assert_eq!(lacks("B", &["y"]), None);
        let missing = lacks("A", &["read:a"]);
        assert_eq!(missing.as_deref(), Some("the user lacks the scope clerk"));
        let missing = lacks("B", &["clerk", "read:a"]);
        assert_eq!(
            missing.as_deref(),
            Some("the user lacks one of the scopes x, y")
        );
        let none: [&str; 0] = [];
        let never = Requirement::scopes_of("A", Mode::All, none);
        assert!(never.check_scopes("A", &["clerk"]).is_err());
    }
}
