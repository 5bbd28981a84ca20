//! A profile for a provider that none of the named ones fits.

use std::{borrow::Cow, sync::Arc};

use super::rules::{ClientInAudience, Mark, Nonce, Principal, Recipient, Rules, names};

/// Claims that ID tokens have ([OpenID Connect Core §2](https://openid.net/specs/openid-connect-core-1_0.html#IDToken), §3.1.3.6, §5.1): none of
/// them marks an access token.
const OF_ID_TOKENS: [&str; 36] = [
    "iss",
    "sub",
    "aud",
    "exp",
    "iat",
    "nbf",
    "auth_time",
    "nonce",
    "acr",
    "amr",
    "azp",
    "at_hash",
    "c_hash",
    "s_hash",
    "sid",
    "name",
    "given_name",
    "family_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "profile",
    "picture",
    "website",
    "email",
    "email_verified",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
    "phone_number",
    "phone_number_verified",
    "address",
    "updated_at",
    "org_id",
    "session_state",
];

/// What the marks of ID tokens are called in the claims that name the kind of a token (`typ`, `token_use`).
const KINDS_OF_ID_TOKENS: [&str; 5] = ["id", "id_token", "idtoken", "id+jwt", "jwt"];

/// A claim that does not tell an access token from an ID token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{claim}` does not mark an access token: ID tokens have it, too; name a claim that only access tokens of the provider have"
)]
pub struct InvalidMark {
    claim: String,
}

/// A profile for the access tokens of a provider that no named [`Profile`](super::Profile) fits.
///
/// It begins with the *mark*: what access tokens of this provider have and its ID tokens do not. A token without the mark is
/// refused. The defaults are those of RFC 9068 except for the mark: the client in `client_id` and not in `aud`, no `nonce`, the user in
/// `sub`; `typ` is `JWT`, `at+jwt` or absent.
///
/// ```
/// use axum_auth0_bearer::CustomProfile;
///
/// # fn main() -> Result<(), axum_auth0_bearer::InvalidMark> {
/// // Zitadel: only access tokens have `jti`; the clients of the project are in `aud`.
/// let zitadel = CustomProfile::marked_by_claims(["jti"])?
///     .client_claims(["client_id", "azp"])
///     .accept_client_in_audience()
///     .refuse_claims(["auth_time", "amr", "acr"]);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomProfile(Arc<Rules>);

impl CustomProfile {
    /// Access tokens have the media type `at+jwt` in their header ([RFC 9068 §2.1](https://www.rfc-editor.org/rfc/rfc9068#section-2.1)).
    pub fn marked_by_type() -> Self {
        Self::new(Mark::Type)
    }

    /// Access tokens have this value in this claim, for example `access` in `token_use`.
    ///
    /// # Errors
    /// [`InvalidMark`] if ID tokens have the claim, or if the value is what ID tokens are called.
    pub fn marked_by_value(
        claim: impl Into<Cow<'static, str>>,
        value: impl Into<Cow<'static, str>>,
    ) -> Result<Self, InvalidMark> {
        let (claim, value) = (checked(claim.into())?, value.into());
        if value.is_empty() || KINDS_OF_ID_TOKENS.contains(&value.to_ascii_lowercase().as_str()) {
            return Err(InvalidMark {
                claim: format!("{claim}={value}"),
            });
        }
        Ok(Self::new(Mark::Value(claim, value)))
    }

    /// Access tokens have all of these claims, and ID tokens do not.
    ///
    /// # Errors
    /// [`InvalidMark`] if the list is empty, or if ID tokens have one of them by the specification.
    pub fn marked_by_claims<C: Into<Cow<'static, str>>>(
        claims: impl IntoIterator<Item = C>,
    ) -> Result<Self, InvalidMark> {
        let claims = claims
            .into_iter()
            .map(|claim| checked(claim.into()))
            .collect::<Result<Vec<_>, _>>()?;
        if claims.is_empty() {
            return Err(InvalidMark {
                claim: "(none)".to_owned(),
            });
        }
        Ok(Self::new(Mark::Claims(claims)))
    }

    fn new(mark: Mark) -> Self {
        let types = match mark {
            Mark::Type => names(["at+jwt"]),
            _ => names(["", "jwt", "at+jwt"]),
        };
        Self(Arc::new(Rules {
            types,
            ..Rules::new(mark)
        }))
    }

    fn with(mut self, change: impl FnOnce(&mut Rules)) -> Self {
        change(Arc::make_mut(&mut self.0));
        self
    }

    /// The claims that hold the client; the first that has a value counts. `client_id` by default.
    #[must_use]
    pub fn client_claims<C: Into<Cow<'static, str>>>(
        self,
        claims: impl IntoIterator<Item = C>,
    ) -> Self {
        self.with(|rules| rules.client_claims = claims.into_iter().map(Into::into).collect())
    }

    /// The claim that identifies the user, and is unique and never given to another one at this provider. `sub` by default.
    #[must_use]
    pub fn subject_claim(self, claim: impl Into<Cow<'static, str>>) -> Self {
        self.with(|rules| rules.subject_claim = claim.into())
    }

    /// Claims that must have a value, beside those of the mark.
    #[must_use]
    pub fn require_claims<C: Into<Cow<'static, str>>>(
        self,
        claims: impl IntoIterator<Item = C>,
    ) -> Self {
        self.with(|rules| {
            rules
                .required_claims
                .extend(claims.into_iter().map(Into::into));
        })
    }

    /// Claims that only ID tokens of this provider have.
    #[must_use]
    pub fn refuse_claims<C: Into<Cow<'static, str>>>(
        self,
        claims: impl IntoIterator<Item = C>,
    ) -> Self {
        self.with(|rules| {
            rules
                .refused_claims
                .extend(claims.into_iter().map(Into::into));
        })
    }

    /// The client may be among the audiences.
    #[must_use]
    pub fn accept_client_in_audience(self) -> Self {
        self.with(|rules| rules.client_in_audience = ClientInAudience::Accepted)
    }

    /// `nonce` may be there: the provider copies it from the login into access tokens.
    #[must_use]
    pub fn accept_nonce(self) -> Self {
        self.with(|rules| rules.nonce = Nonce::Accepted)
    }

    /// The client is checked instead of the audience, for a provider whose access tokens have none: see
    /// [`Profile::Cognito`](super::Profile::Cognito) for what that gives up.
    #[must_use]
    pub fn client_instead_of_audience(self) -> Self {
        self.with(|rules| rules.recipient = Recipient::Client)
    }

    /// A token with this value in this claim belongs to an application and to no user. So does, always, one whose subject is its client.
    #[must_use]
    pub fn application_if(
        self,
        claim: impl Into<Cow<'static, str>>,
        value: impl Into<Cow<'static, str>>,
    ) -> Self {
        self.with(|rules| {
            rules
                .applications
                .push(Principal::Has(claim.into(), value.into()));
        })
    }

    pub(super) fn rules(&self) -> Arc<Rules> {
        Arc::clone(&self.0)
    }
}

fn checked(claim: Cow<'static, str>) -> Result<Cow<'static, str>, InvalidMark> {
    if claim.is_empty() || OF_ID_TOKENS.contains(&claim.as_ref()) {
        return Err(InvalidMark {
            claim: claim.into_owned(),
        });
    }
    Ok(claim)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn what_id_tokens_have_marks_no_access_token() {
        for claim in ["sub", "aud", "azp", "at_hash", "sid", "email", ""] {
            assert!(CustomProfile::marked_by_claims([claim]).is_err(), "{claim}");
            assert!(CustomProfile::marked_by_claims(["scp", claim]).is_err());
            assert!(CustomProfile::marked_by_value(claim, "x").is_err());
        }
        assert!(CustomProfile::marked_by_claims::<&str>([]).is_err());
        for value in ["ID", "id", "id_token", "id+jwt", "JWT", ""] {
            assert!(CustomProfile::marked_by_value("typ", value).is_err());
        }
        assert!(CustomProfile::marked_by_value("token_use", "access").is_ok());
        assert!(CustomProfile::marked_by_claims(["client_id", "scp"]).is_ok());
        let error = CustomProfile::marked_by_claims(["azp"]).unwrap_err();
        assert!(error.to_string().starts_with("`azp` does not mark"));
    }
}
