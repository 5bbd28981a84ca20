//! What a route requires of a token, besides its validity.

use std::time::Duration;

use super::{error_kind::BearerErrorKind, rejection::Rejection, token_identity::TokenIdentity};

/// What a route requires of a token: scopes, permissions, roles, and a recent or a strong login of the user.
///
/// A list without elements is never satisfied, so a list that was not configured does not open a route.
///
/// ```
/// use std::time::Duration;
///
/// use axum_auth0_bearer::Requirement;
///
/// let read = Requirement::any_scope(["read:products", "admin:products"]);
/// let delete = Requirement::scope("write:products")
///     .and(Requirement::role("manager"))
///     .and(Requirement::recent_auth(Duration::from_mins(5)));
/// # assert_ne!(read, delete);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    grants: Vec<RequiredGrants>,
    authentication: Authentication,
    /// Whether the token has to be bound to a key or a certificate.
    sender_constrained: bool,
}

/// Scopes, permissions or roles.
#[derive(Clone, Debug, PartialEq, Eq)]
struct RequiredGrants {
    kind: GrantKind,
    mode: Mode,
    values: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum GrantKind {
    Scope,
    Permission,
    Role,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    All,
    Any,
}

/// What the login of the user must be like ([RFC 9470](https://www.rfc-editor.org/rfc/rfc9470)).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Authentication {
    /// Accepted values of `acr`.
    acr_values: Option<Vec<String>>,
    max_age: Option<Duration>,
}

impl Requirement {
    fn grants<V: Into<String>>(
        kind: GrantKind,
        mode: Mode,
        values: impl IntoIterator<Item = V>,
    ) -> Self {
        let values = values.into_iter().map(Into::into).collect();
        Self {
            grants: vec![RequiredGrants { kind, mode, values }],
            authentication: Authentication::default(),
            sender_constrained: false,
        }
    }

    fn authentication(authentication: Authentication) -> Self {
        Self {
            grants: Vec::new(),
            authentication,
            sender_constrained: false,
        }
    }

    /// Requires a token that is bound to a key ([`Dpop`](super::Dpop)) or to a client certificate
    /// ([`ClientCertificate`](super::ClientCertificate)). A bearer token does not satisfy it.
    pub fn sender_constrained() -> Self {
        Self {
            grants: Vec::new(),
            authentication: Authentication::default(),
            sender_constrained: true,
        }
    }

    /// Requires a scope. Scopes are compared exactly.
    pub fn scope(scope: impl Into<String>) -> Self {
        Self::grants(GrantKind::Scope, Mode::All, [scope])
    }

    /// Requires all of these scopes.
    pub fn all_scopes<V: Into<String>>(scopes: impl IntoIterator<Item = V>) -> Self {
        Self::grants(GrantKind::Scope, Mode::All, scopes)
    }

    /// Requires at least one of these scopes.
    pub fn any_scope<V: Into<String>>(scopes: impl IntoIterator<Item = V>) -> Self {
        Self::grants(GrantKind::Scope, Mode::Any, scopes)
    }

    /// Requires a permission of the user. Auth0 writes permissions into tokens if *RBAC* and *Add Permissions in the
    /// Access Token* are enabled for the API.
    pub fn permission(permission: impl Into<String>) -> Self {
        Self::grants(GrantKind::Permission, Mode::All, [permission])
    }

    /// Requires all of these permissions.
    pub fn all_permissions<V: Into<String>>(permissions: impl IntoIterator<Item = V>) -> Self {
        Self::grants(GrantKind::Permission, Mode::All, permissions)
    }

    /// Requires at least one of these permissions.
    pub fn any_permission<V: Into<String>>(permissions: impl IntoIterator<Item = V>) -> Self {
        Self::grants(GrantKind::Permission, Mode::Any, permissions)
    }

    /// Requires a role of the user. [`ClaimNames::roles`](super::ClaimNames::roles) sets the claim.
    pub fn role(role: impl Into<String>) -> Self {
        Self::grants(GrantKind::Role, Mode::All, [role])
    }

    /// Requires all of these roles.
    pub fn all_roles<V: Into<String>>(roles: impl IntoIterator<Item = V>) -> Self {
        Self::grants(GrantKind::Role, Mode::All, roles)
    }

    /// Requires at least one of these roles.
    pub fn any_role<V: Into<String>>(roles: impl IntoIterator<Item = V>) -> Self {
        Self::grants(GrantKind::Role, Mode::Any, roles)
    }

    /// Requires that the user logged in at most this long ago, in whole seconds. A token without `auth_time` does not
    /// satisfy it.
    pub fn recent_auth(max_age: Duration) -> Self {
        Self::authentication(Authentication {
            acr_values: None,
            max_age: Some(max_age),
        })
    }

    /// Requires one of these authentication context classes, in order of preference. A token without `acr` does not
    /// satisfy it.
    pub fn acr<V: Into<String>>(values: impl IntoIterator<Item = V>) -> Self {
        Self::authentication(Authentication {
            acr_values: Some(values.into_iter().map(Into::into).collect()),
            max_age: None,
        })
    }

    /// Requires `other` as well.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.grants.extend(other.grants);
        self.sender_constrained |= other.sender_constrained;
        let (own, other) = (&mut self.authentication, other.authentication);
        own.acr_values = match (own.acr_values.take(), other.acr_values) {
            (Some(mut own), Some(other)) => {
                own.retain(|value| other.contains(value));
                Some(own)
            }
            (own, other) => own.or(other),
        };
        own.max_age = match (own.max_age, other.max_age) {
            (Some(own), Some(other)) => Some(own.min(other)),
            (own, other) => own.or(other),
        };
        self
    }

    /// Checks a token. What a new login cannot fix is checked first.
    ///
    /// - `now`: seconds since 1970-01-01T00:00:00Z.
    /// - `leeway`: accepted clock skew, in seconds.
    pub(super) fn check(
        &self,
        token: &TokenIdentity,
        now: i64,
        leeway: i64,
    ) -> Result<(), Rejection> {
        if self.sender_constrained && !token.confirmation.is_bound() {
            return Err(BearerErrorKind::NotBoundToKey.into());
        }
        for kind in [GrantKind::Role, GrantKind::Permission, GrantKind::Scope] {
            let required = self.grants.iter().filter(|required| required.kind == kind);
            let unsatisfied: Vec<_> = required
                .filter_map(|required| required.missing(token))
                .collect();
            if !unsatisfied.is_empty() {
                return Err(kind.rejection(unsatisfied.concat(), token));
            }
        }
        self.authentication.check(token, now, leeway)
    }
}

impl RequiredGrants {
    /// Returns the values that the token lacks; `None` if the requirement is satisfied. If one of several is required,
    /// all of them are returned.
    fn missing(&self, token: &TokenIdentity) -> Option<Vec<&str>> {
        let granted = self.kind.granted(token);
        let is_granted = |value: &&str| granted.iter().any(|granted| granted == value);
        let values = self.values.iter().map(String::as_str);
        let missing: Vec<_> = match self.mode {
            Mode::All => values.clone().filter(|value| !is_granted(value)).collect(),
            Mode::Any if values.clone().any(|value| is_granted(&value)) => return None,
            Mode::Any => values.collect(),
        };
        (self.values.is_empty() || !missing.is_empty()).then_some(missing)
    }
}

impl GrantKind {
    fn granted(self, token: &TokenIdentity) -> &[String] {
        match self {
            Self::Scope => &token.scopes,
            Self::Permission => &token.authorization.permissions,
            Self::Role => &token.authorization.roles,
        }
    }

    fn rejection(self, mut missing: Vec<&str>, token: &TokenIdentity) -> Rejection {
        let mut seen = Vec::new();
        missing.retain(|value| {
            let is_new = !seen.contains(value);
            seen.push(*value);
            is_new
        });
        let missing = missing.join(" ");
        let lacks = "was read, and does not have it";
        let rejection = match (self, token.scope_claim) {
            (Self::Scope, Some(claim)) => {
                Rejection::claim(BearerErrorKind::InsufficientScope(missing), claim, lacks)
            }
            (Self::Scope, None) => Rejection::claim(
                BearerErrorKind::InsufficientScope(missing),
                "scope or scp",
                "is missing",
            ),
            (Self::Permission, _) => Rejection::claim(
                BearerErrorKind::InsufficientPermission(missing),
                "with the permissions",
                lacks,
            ),
            (Self::Role, _) => Rejection::claim(
                BearerErrorKind::InsufficientRole,
                "with the roles",
                "does not have the required role",
            ),
        };
        rejection.found(&self.granted(token).join(" "))
    }
}

impl Authentication {
    fn check(&self, token: &TokenIdentity, now: i64, leeway: i64) -> Result<(), Rejection> {
        let reject = |name: &'static str, problem| {
            let kind = BearerErrorKind::InsufficientUserAuthentication {
                acr_values: self.acr_values.clone().unwrap_or_default(),
                max_age: self.max_age,
            };
            Err(Rejection::claim(kind, name, problem))
        };
        if let Some(accepted) = &self.acr_values {
            match &token.authorization.acr {
                Some(acr) if accepted.contains(acr) => {}
                Some(_) => return reject("acr", "is not one of the required values"),
                None => return reject("acr", "is missing"),
            }
        }
        if let Some(max_age) = self.max_age {
            let max_age = i64::try_from(max_age.as_secs()).unwrap_or(i64::MAX);
            match token.authorization.auth_time {
                // A time in the future says nothing about the age of the login.
                Some(time) if time > now.saturating_add(leeway) => {
                    return reject("auth_time", "is in the future");
                }
                Some(time) if now.saturating_sub(time) > max_age.saturating_add(leeway) => {
                    return reject("auth_time", "is too long ago");
                }
                Some(_) => {}
                None => return reject("auth_time", "is missing"),
            }
        }
        Ok(())
    }
}
