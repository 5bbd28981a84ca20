//! The access tokens of the providers, by name.

use std::sync::Arc;

use super::{
    custom_profile::CustomProfile,
    rules::{AccessTokenMarker, ClientInAudience, ClientMarker, Nonce, Recipient, Rules, names},
};

/// Which access tokens are accepted: what those of a provider look like, and what tells them from its ID tokens.
///
/// Common to all: signature, issuer, times and subject are checked; `at_hash`, `c_hash`, `s_hash` (ID tokens), `events` (logout tokens), `htm`
/// and `htu` (`DPoP` proofs) are refused, and so is a token bound to a key (`cnf`). No profile accepts an ID token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Profile {
    /// Auth0's access tokens, in both of its token dialects: `typ` is `JWT` or `at+jwt`, the client is in `client_id` or `azp` and not in
    /// `aud`, `jti` may be absent.
    ///
    /// Gives up, compared with RFC 9068: the media type as the mark of an access token. An ID token is told by its audience, which is
    /// the client.
    #[default]
    Auth0,
    /// [RFC 9068](https://www.rfc-editor.org/rfc/rfc9068) to the letter: `typ` is `at+jwt`, and `client_id` and `jti` are there. Duende
    /// `IdentityServer`, and whatever provider has a switch for it. Gives nothing up.
    Rfc9068,
    /// Okta, custom authorization servers: no `typ`, the client in `cid`, which only access tokens have, scopes as an array in `scp`.
    ///
    /// Gives up: the media type. Access tokens of Okta's *org* authorization server are for Okta itself and are not accepted.
    Okta,
    /// Microsoft Entra ID, v1 and v2: the client in `azp` (v2) or `appid` (v1), scopes in `scp`. One of `scp`, `azpacr` and `appidacr`
    /// must be there, which only access tokens have. The client may be in `aud`: an application can call itself. A token without
    /// `scp`, or with `idtyp` `app`, belongs to an application.
    ///
    /// Gives up: the media type. v1 tokens have another issuer than v2's: see [`Verifier::token_issuers`](super::Verifier::token_issuers).
    EntraId,
    /// Amazon Cognito: no `typ` and no `aud`. `token_use` must be `access`, and `client_id` one of [`Verifier::clients`](super::Verifier::clients) or,
    /// if that is not set, the verifier's audience. An `aud`, which Cognito adds for a `resource`, must contain the verifier's audience.
    ///
    /// Gives up: the audience. A token that a client got for another API of the same user pool is accepted; the scopes, which
    /// begin with the identifier of the API, are what separates them. Check them in every handler.
    Cognito,
    /// Keycloak: the claim `typ` must be `VerifiedToken` (`ID` in ID tokens). The client is in `azp` and may be in `aud`, and `nonce` may be
    /// there, which versions before 24 copy into access tokens.
    ///
    /// Gives up: the media type, and `nonce` as a sign of an ID token.
    Keycloak,
    /// Any other provider's.
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
