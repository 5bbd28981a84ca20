//! The user's data that pages may contain.

use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// The signed-in user as pages see them: a few claims of the ID token ([OpenID Connect Core, section 5.1][claims]).
///
/// It is part of the page's source, so it contains no token and no secret.
///
/// [claims]: https://openid.net/specs/openid-connect-core-1_0.html#StandardClaims
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct User {
    /// The user's identifier at the provider; the only claim that is always present and never reassigned.
    pub sub: String,
    /// Identifies the user to this site in the calls and forms of a page. Opaque, and identical in all logins. See
    /// [`PageUserField`](crate::PageUserField).
    pub page_user: String,
    /// Full name, in the form preferred by the user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Casual name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nickname: Option<String>,
    /// First name or names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub given_name: Option<String>,
    /// Surname or surnames.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub family_name: Option<String>,
    /// URL of a profile picture; `https` only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
    /// E-mail address. Not an identifier: it changes, and it can be unverified.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Whether the provider verified [`User::email`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email_verified: Option<bool>,
    /// When the user proved their identity at the provider, in seconds since 1970. The provider may not say it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<i64>,
    /// The authentication context class of the login.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acr: Option<String>,
    /// The methods of the login, such as `pwd` and `mfa`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub amr: Vec<String>,
    /// The organization that the user logged in to (Auth0 Organizations).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization: Option<Organization>,
    /// The roles, if the site has the setting `AUTH0_ROLES_CLAIM`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
    /// The permissions, if the site has the setting `AUTH0_PERMISSIONS_CLAIM`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub permissions: Vec<String>,
    /// Who acts as this user, in a delegation or an impersonation; empty if the provider does not name them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// Further claims, such as roles, as a JSON object: those of `Auth0Builder::public_claims`. [`User::claim`] reads
    /// one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claims: Option<String>,
}

/// The organization that a user logged in to: claims of the verified ID token.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organization {
    /// `org_id`: the identifier, which never changes.
    pub id: String,
    /// `org_name`: the unique name, if the provider sends it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl User {
    /// Returns the organization that the user logged in to, if any. A guard on the server is
    /// `leptos_auth0::server::require_organization`.
    pub fn organization(&self) -> Option<&Organization> {
        self.organization.as_ref()
    }

    /// Returns the roles of the user, if the site has the setting `AUTH0_ROLES_CLAIM`.
    ///
    /// Roles and permissions hide what a user cannot do. Guards run on the server, and an API decides itself.
    pub fn roles(&self) -> &[String] {
        &self.roles
    }

    /// Returns the permissions of the user, if the site has the setting `AUTH0_PERMISSIONS_CLAIM`.
    pub fn permissions(&self) -> &[String] {
        &self.permissions
    }

    /// Returns whether the user has the role.
    ///
    /// ```
    /// # use leptos_auth0::User;
    /// fn sees_report(user: &User) -> bool {
    ///     user.has_role("manager") || user.has_permission("read:reports")
    /// }
    /// ```
    pub fn has_role(&self, role: &str) -> bool {
        self.roles.iter().any(|own| own == role)
    }

    /// Returns whether the user has the permission.
    pub fn has_permission(&self, permission: &str) -> bool {
        self.permissions.iter().any(|own| own == permission)
    }

    /// Returns a further claim, one of `Auth0Builder::public_claims`, as `T`. `None` if it is missing or of another type.
    ///
    /// ```
    /// # use leptos_auth0::User;
    /// fn is_editor(user: &User) -> bool {
    ///     let roles: Vec<String> = user.claim("https://example.com/roles").unwrap_or_default();
    ///     roles.iter().any(|role| role == "editor")
    /// }
    /// ```
    pub fn claim<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        let claims = serde_json::from_str::<serde_json::Value>(self.claims.as_deref()?).ok()?;
        T::deserialize(claims.get(name)?).ok()
    }

    /// Returns the first non-blank value of name, nickname, given name, e-mail and subject.
    pub fn display_name(&self) -> &str {
        [&self.name, &self.nickname, &self.given_name, &self.email]
            .into_iter()
            .filter_map(|claim| claim.as_deref())
            .find(|claim| !claim.trim().is_empty())
            .unwrap_or(&self.sub)
    }
}

#[cfg(test)]
mod tests {
    use super::User;

    #[test]
    fn the_display_name_is_the_first_claim_that_is_not_blank() {
        let mut user = User {
            sub: "auth0|1".into(),
            email: Some("a@example.com".into()),
            ..User::default()
        };
        assert_eq!(user.display_name(), "a@example.com");
        user.name = Some("  ".into());
        user.nickname = Some("ali".into());
        assert_eq!(user.display_name(), "ali");
        user.name = Some("Alice Example".into());
        assert_eq!(user.display_name(), "Alice Example");
    }

    #[test]
    fn the_display_name_of_a_user_without_claims_is_the_subject() {
        let user = User {
            sub: "auth0|1".into(),
            ..User::default()
        };
        assert_eq!(user.display_name(), "auth0|1");
    }
}
