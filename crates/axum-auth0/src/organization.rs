//! The organization of a login (Auth0 Organizations).

use serde::{Deserialize, Serialize};

use crate::jwt::{Claims, decode_unverified};

/// The prefix of organization identifiers. Everything else is a name.
const ID_PREFIX: &str = "org_";

/// The organization that a user logged in to: `org_id` and `org_name` of the verified ID token.
///
/// A refresh does not change it: only a new login does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organization {
    id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
}

/// The reason why an ID token does not satisfy the organization of a login.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum UnmetOrganization {
    /// The token names no organization.
    #[error("org_id is missing")]
    IdMissing,
    /// The login named the organization by its name, and the token has none.
    #[error("org_name is missing")]
    NameMissing,
    /// The token is for another organization.
    #[error("it is for another organization than the one asked for")]
    Other,
    /// The access token is for another organization than the ID token.
    #[error("the access token is for another organization than the ID token")]
    OtherInAccessToken,
}

/// What a login requires of the organization in its ID token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum RequiredOrganization<'a> {
    /// Any organization, or none.
    #[default]
    Optional,
    /// Any organization.
    Any,
    /// The organization with this identifier or name.
    Named(&'a str),
}

impl Organization {
    /// Reads the claims of an ID token. A claim of the wrong type counts as absent, so it satisfies no requirement.
    pub(crate) fn of(claims: &Claims) -> Option<Self> {
        let text = |name| claims.string(name).ok().flatten().map(str::to_owned);
        Some(Self {
            id: text("org_id")?,
            name: text("org_name"),
        })
    }

    /// Returns `org_id`: the identifier of the organization, which never changes.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Returns `org_name`, the unique name. Auth0 sends it if *Allow Organization Names in Authentication API* is on.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Returns whether this is `organization`: an identifier (`org_…`), which is compared exactly, or a name, which is
    /// compared without case.
    pub fn is(&self, organization: &str) -> bool {
        self.unmet(organization).is_none()
    }

    fn unmet(&self, organization: &str) -> Option<UnmetOrganization> {
        let is_same = if organization.starts_with(ID_PREFIX) {
            self.id == organization
        } else {
            let Some(name) = &self.name else {
                return Some(UnmetOrganization::NameMissing);
            };
            name.eq_ignore_ascii_case(organization)
        };
        (!is_same).then_some(UnmetOrganization::Other)
    }

    #[cfg(feature = "testing")]
    pub(crate) fn for_test(id: String, name: Option<String>) -> Self {
        Self { id, name }
    }
}

impl RequiredOrganization<'_> {
    /// Returns why `found`, the organization of an ID token, does not satisfy the requirement; `None` if it does.
    pub(crate) fn unmet_by(self, found: Option<&Organization>) -> Option<UnmetOrganization> {
        match (self, found) {
            (Self::Optional, _) | (Self::Any, Some(_)) => None,
            (Self::Named(organization), Some(found)) => found.unmet(organization),
            (Self::Any | Self::Named(_), None) => Some(UnmetOrganization::IdMissing),
        }
    }
}

/// Returns whether `access_token` may belong to a login with `organization`: it is not a JWT, or has the same `org_id` or
/// none.
pub(crate) fn is_token_of(organization: Option<&str>, access_token: &str) -> bool {
    let Some(organization) = organization else {
        return true;
    };
    decode_unverified(access_token).ok().is_none_or(|claims| {
        let found = claims.unverified().get("org_id");
        found.is_none_or(|found| found.as_str() == Some(organization))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn organization(id: &str, name: Option<&str>) -> Organization {
        Organization {
            id: id.to_owned(),
            name: name.map(str::to_owned),
        }
    }

    #[test]
    fn identifiers_are_compared_exactly_and_names_without_case() {
        let acme = organization("org_Abc", Some("acme"));
        for (asked, expected) in [
            ("org_Abc", true),
            ("org_abc", false),
            ("ORG_Abc", false),
            ("org_", false),
            ("acme", true),
            ("ACME", true),
            ("acme2", false),
            ("", false),
        ] {
            assert_eq!(acme.is(asked), expected, "{asked}");
        }
        // An identifier is never compared with the name, nor the other way round.
        assert!(!organization("org_1", Some("org_2")).is("org_2"));
        assert!(!organization("acme", None).is("acme"));
    }

    #[test]
    fn a_missing_claim_satisfies_no_requirement() {
        use UnmetOrganization::{IdMissing, NameMissing, Other};
        let unnamed = organization("org_1", None);
        for (required, found, unmet) in [
            (RequiredOrganization::Optional, None, None),
            (RequiredOrganization::Optional, Some(&unnamed), None),
            (RequiredOrganization::Any, None, Some(IdMissing)),
            (RequiredOrganization::Any, Some(&unnamed), None),
            (RequiredOrganization::Named("org_1"), None, Some(IdMissing)),
            (
                RequiredOrganization::Named("acme"),
                Some(&unnamed),
                Some(NameMissing),
            ),
            (
                RequiredOrganization::Named("org_2"),
                Some(&unnamed),
                Some(Other),
            ),
        ] {
            assert_eq!(required.unmet_by(found), unmet, "{required:?} {found:?}");
        }
    }
}
