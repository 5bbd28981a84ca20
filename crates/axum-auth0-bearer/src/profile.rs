//! Profiles of the access tokens of known providers.

use std::sync::Arc;

use super::{
    custom_profile::CustomProfile,
    rules::{AccessTokenMarker, ClientInAudience, ClientMarker, Nonce, Recipient, Rules, names},
};

/// The form of a provider's access tokens, and what distinguishes them from its ID tokens.
///
/// All profiles check signature, issuer, times and subject. They reject tokens with `at_hash`, `c_hash` or `s_hash` (ID
/// tokens), `events` (logout tokens), `htm` or `htu` (`DPoP` proofs), and tokens bound to a key (`cnf`) without a proof of
/// it. No profile accepts an ID token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Profile {
    /// Auth0, both token profiles. `typ` is `JWT` or `at+jwt`, the client is in `client_id` or `azp` and not in `aud`,
    /// and `jti` may be absent.
    ///
    /// Compared with RFC 9068, the media type is not the marker of an access token. An ID token is recognized by its
    /// audience, which is the client.
    #[default]
    Auth0,
    /// [RFC 9068](https://www.rfc-editor.org/rfc/rfc9068) without deviations. `typ` is `at+jwt`, and `client_id` and
    /// `jti` are required. For Duende `IdentityServer` and for providers with a setting for RFC 9068.
    Rfc9068,
    /// Okta, custom authorization servers. `typ` may be absent, the client is in `cid`, which only access tokens have,
    /// and the scopes are an array in `scp`.
    ///
    /// The media type is not the marker. Access tokens of Okta's *org* authorization server are for Okta itself and are
    /// not accepted.
    Okta,
    /// Microsoft Entra ID, v1 and v2. The client is in `azp` (v2) or `appid` (v1), and the scopes are in `scp`. One of
    /// `scp`, `azpacr` and `appidacr` is required; only access tokens have them. The client may be in `aud`, because an
    /// application can call itself. The principal of a token without `scp`, or with `app` in `idtyp`, is a client.
    ///
    /// The media type is not the marker. v1 tokens have another issuer than v2 tokens; see
    /// [`Verifier::token_issuers`](super::Verifier::token_issuers).
    EntraId,
    /// Amazon Cognito. `typ` and `aud` may be absent. `token_use` must be `access`, and `client_id` must be one of
    /// [`Verifier::clients`](super::Verifier::clients) or, if these are not set, the verifier's audience. An `aud`,
    /// which Cognito adds for a `resource`, must contain the verifier's audience.
    ///
    /// The audience is not checked otherwise: a token that a client requested for another API of the same user pool is
    /// accepted. Only the scopes differ, because they start with the identifier of the API. Check them in every
    /// handler.
    Cognito,
    /// Keycloak. The claim `typ` must be `Bearer` (it is `ID` in ID tokens). The client is in `azp` and may be in
    /// `aud`. `nonce` is accepted, because versions before 24 copy it into access tokens.
    ///
    /// The media type is not the marker, and `nonce` does not mark an ID token.
    Keycloak,
    /// Any other provider.
    Custom(CustomProfile),
}

impl From<CustomProfile> for Profile {
    fn from(profile: CustomProfile) -> Self {
        Self::Custom(profile)
    }
}

impl Profile {
    pub(super) fn rules(&self) -> Arc<Rules> {
        let rules = match self {
            Self::Auth0 => Rules {
                types: names(["jwt", "at+jwt"]),
                client_claims: names(["client_id", "azp"]),
                ..Rules::new(AccessTokenMarker::NotForClient)
            },
            Self::Rfc9068 => Rules {
                types: names(["at+jwt"]),
                required_claims: names(["jti"]),
                client_in_audience: ClientInAudience::Accepted,
                ..Rules::new(AccessTokenMarker::MediaType)
            },
            Self::Okta => Rules {
                types: names(["", "jwt", "at+jwt"]),
                client_claims: names(["cid"]),
                rejected_jti_prefix: Some("ID.".into()),
                ..Rules::new(AccessTokenMarker::Claims(names(["cid"])))
            },
            Self::EntraId => Rules {
                types: names(["jwt", "at+jwt"]),
                client_claims: names(["azp", "appid"]),
                client_in_audience: ClientInAudience::Accepted,
                client_markers: vec![
                    ClientMarker::Lacks("scp".into()),
                    ClientMarker::Has("idtyp".into(), "app".into()),
                ],
                ..Rules::new(AccessTokenMarker::AnyClaim(names([
                    "scp", "azpacr", "appidacr",
                ])))
            },
            Self::Cognito => Rules {
                types: names(["", "jwt", "at+jwt"]),
                recipient: Recipient::Client,
                ..Rules::new(AccessTokenMarker::Value(
                    "token_use".into(),
                    "access".into(),
                ))
            },
            Self::Keycloak => Rules {
                types: names(["jwt", "at+jwt"]),
                client_claims: names(["azp", "client_id"]),
                client_in_audience: ClientInAudience::Accepted,
                nonce: Nonce::Accepted,
                client_markers: vec![ClientMarker::ServiceAccount("preferred_username".into())],
                ..Rules::new(AccessTokenMarker::Value("typ".into(), "Bearer".into()))
            },
            Self::Custom(profile) => return profile.rules(),
        };
        Arc::new(rules)
    }
}
