//! Profiles for providers without a named one.

use std::{borrow::Cow, sync::Arc};

use super::rules::{
    AccessTokenMarker, ClientInAudience, ClientMarker, Nonce, Recipient, Rules, names,
};

/// Claims of ID tokens ([OpenID Connect Core §2](https://openid.net/specs/openid-connect-core-1_0.html#IDToken),
/// §3.1.3.6, §5.1). They cannot mark an access token.
const ID_TOKEN_CLAIMS: [&str; 36] = [
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

/// Values that mark ID tokens in the claims for the kind of a token (`typ`, `token_use`).
const ID_TOKEN_MARKERS: [&str; 5] = ["id", "id_token", "idtoken", "id+jwt", "jwt"];

/// The error for a claim that does not distinguish access tokens from ID tokens.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{claim}` does not mark an access token: ID tokens have it, too; name a claim that only access tokens of the provider have"
)]
pub struct InvalidMarker {
    claim: String,
}

/// A profile for the access tokens of a provider without a named [`Profile`](super::Profile).
///
/// A profile has a *marker*, which the provider's access tokens have and its ID tokens do not. A token without the
/// marker is rejected. The other defaults are those of RFC 9068: the client is in `client_id` and not in `aud`, there
/// is no `nonce`, and the user is in `sub`. `typ` is `JWT`, `at+jwt` or absent.
///
/// ```
/// use axum_auth0_bearer::CustomProfile;
///
/// # fn main() -> Result<(), axum_auth0_bearer::InvalidMarker> {
/// // Zitadel: only access tokens have `jti`; the clients of the project are in `aud`.
/// let zitadel = CustomProfile::marked_by_claims(["jti"])?
///     .client_claims(["client_id", "azp"])
///     .accept_client_in_audience()
///     .reject_claims(["auth_time", "amr", "acr"]);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomProfile(Arc<Rules>);

impl CustomProfile {
    /// Creates a profile with the media type `at+jwt` in the header as the marker
    /// ([RFC 9068 §2.1](https://www.rfc-editor.org/rfc/rfc9068#section-2.1)).
    pub fn marked_by_type() -> Self {
        Self::new(AccessTokenMarker::MediaType)
    }

    /// Creates a profile with this value of this claim as the marker, for example `access` in `token_use`.
    ///
    /// # Errors
    /// [`InvalidMarker`] if ID tokens have the claim, or if the value marks ID tokens.
    pub fn marked_by_value(
        claim: impl Into<Cow<'static, str>>,
        value: impl Into<Cow<'static, str>>,
    ) -> Result<Self, InvalidMarker> {
        let (claim, value) = (check_marker(claim.into())?, value.into());
        if value.is_empty() || ID_TOKEN_MARKERS.contains(&value.to_ascii_lowercase().as_str()) {
            return Err(InvalidMarker {
                claim: format!("{claim}={value}"),
            });
        }
        Ok(Self::new(AccessTokenMarker::Value(claim, value)))
    }

    /// Creates a profile with these claims as the marker. Access tokens have all of them, and ID tokens do not.
    ///
    /// # Errors
    /// [`InvalidMarker`] if the list is empty, or if one of the claims is specified for ID tokens.
    pub fn marked_by_claims<C: Into<Cow<'static, str>>>(
        claims: impl IntoIterator<Item = C>,
    ) -> Result<Self, InvalidMarker> {
        let claims = claims
            .into_iter()
            .map(|claim| check_marker(claim.into()))
            .collect::<Result<Vec<_>, _>>()?;
        if claims.is_empty() {
            return Err(InvalidMarker {
                claim: "(none)".to_owned(),
            });
        }
        Ok(Self::new(AccessTokenMarker::Claims(claims)))
    }

    fn new(marker: AccessTokenMarker) -> Self {
        let types = match marker {
            AccessTokenMarker::MediaType => names(["at+jwt"]),
            _ => names(["", "jwt", "at+jwt"]),
        };
        Self(Arc::new(Rules {
            types,
            ..Rules::new(marker)
        }))
    }

    fn with(mut self, change: impl FnOnce(&mut Rules)) -> Self {
        change(Arc::make_mut(&mut self.0));
        self
    }

    /// Sets the claims that hold the client. The first claim with a value is used. `client_id` by default.
    #[must_use]
    pub fn client_claims<C: Into<Cow<'static, str>>>(
        self,
        claims: impl IntoIterator<Item = C>,
    ) -> Self {
        self.with(|rules| rules.client_claims = claims.into_iter().map(Into::into).collect())
    }

    /// Sets the claim that identifies the user. The provider must never reassign its value to another user. `sub` by
    /// default.
    #[must_use]
    pub fn subject_claim(self, claim: impl Into<Cow<'static, str>>) -> Self {
        self.with(|rules| rules.subject_claim = claim.into())
    }

    /// Adds required claims.
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

    /// Adds claims that only ID tokens of this provider have. A token with one of them is rejected.
    #[must_use]
    pub fn reject_claims<C: Into<Cow<'static, str>>>(
        self,
        claims: impl IntoIterator<Item = C>,
    ) -> Self {
        self.with(|rules| {
            rules
                .rejected_claims
                .extend(claims.into_iter().map(Into::into));
        })
    }

    /// Accepts tokens whose audiences include the client.
    #[must_use]
    pub fn accept_client_in_audience(self) -> Self {
        self.with(|rules| rules.client_in_audience = ClientInAudience::Accepted)
    }

    /// Accepts tokens with `nonce`, which some providers copy from the login into access tokens.
    #[must_use]
    pub fn accept_nonce(self) -> Self {
        self.with(|rules| rules.nonce = Nonce::Accepted)
    }

    /// Checks the client instead of the audience, for a provider whose access tokens have no audience. See
    /// [`Profile::Cognito`](super::Profile::Cognito) for the check that this omits.
    #[must_use]
    pub fn client_instead_of_audience(self) -> Self {
        self.with(|rules| rules.recipient = Recipient::Client)
    }

    /// Treats the client as the principal of a token with this value in this claim. If the subject of a token is its
    /// client, the client is always the principal.
    #[must_use]
    pub fn client_principal_if(
        self,
        claim: impl Into<Cow<'static, str>>,
        value: impl Into<Cow<'static, str>>,
    ) -> Self {
        self.with(|rules| {
            rules
                .client_markers
                .push(ClientMarker::Has(claim.into(), value.into()));
        })
    }

    pub(super) fn rules(&self) -> Arc<Rules> {
        Arc::clone(&self.0)
    }
}

fn check_marker(claim: Cow<'static, str>) -> Result<Cow<'static, str>, InvalidMarker> {
    if claim.is_empty() || ID_TOKEN_CLAIMS.contains(&claim.as_ref()) {
        return Err(InvalidMarker {
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
