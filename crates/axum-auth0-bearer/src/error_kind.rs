//! Kinds of errors with their statuses, codes and descriptions.

use std::time::Duration;

use http::StatusCode;

/// The kind of an error in a token or a request. It holds no claim values.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BearerErrorKind {
    /// The request has no bearer token.
    NoToken,
    /// The request has several `Authorization` headers, or a malformed one.
    MalformedRequest,
    /// The token is not a JWT. Auth0 issues opaque tokens for requests without an audience.
    OpaqueToken,
    /// The token is longer than [`MAX_TOKEN_BYTES`](axum_auth0_core::jwt::MAX_TOKEN_BYTES).
    TooLong {
        /// Length of the token in bytes.
        bytes: usize,
    },
    /// The token cannot be parsed, or claims are missing or have the wrong type.
    MalformedToken,
    /// The signature is wrong, or the key is unknown, or the algorithm is not allowed.
    WrongSignature,
    /// The issuer is not trusted.
    WrongIssuer,
    /// The audience is another API.
    WrongAudience,
    /// The client is not accepted.
    WrongClient,
    /// The token has expired.
    Expired,
    /// The token is not valid yet.
    NotYetValid,
    /// The token is an ID token, a logout token, or another kind of token.
    NotAnAccessToken,
    /// The token is bound to a key (`cnf`), and the request has no proof of possession.
    SenderConstrained,
    /// The token is a bearer token, and one that is bound to a key is required.
    NotBoundToKey,
    /// The `DPoP` proof is missing or invalid ([RFC 9449 §4.3](https://www.rfc-editor.org/rfc/rfc9449#section-4.3)).
    InvalidProof,
    /// The `DPoP` proof was used before.
    ProofReplayed,
    /// The `DPoP` proof has no nonce of this API, or an old one
    /// ([RFC 9449 §9](https://www.rfc-editor.org/rfc/rfc9449#section-9)).
    NonceRequired,
    /// More `DPoP` proofs arrived than [`Dpop::replay_cache`](super::Dpop::replay_cache) remembers.
    TooManyProofs,
    /// The principal is a client, and the API accepts users only.
    ClientCredentialsNotAllowed,
    /// The token is valid but lacks scopes: these, separated by spaces.
    InsufficientScope(String),
    /// The token is valid, but the user lacks permissions: these, separated by spaces.
    InsufficientPermission(String),
    /// The token is valid, but the user lacks a role.
    InsufficientRole,
    /// The token is valid, but the user has to log in again, more recently or more strongly
    /// ([RFC 9470](https://www.rfc-editor.org/rfc/rfc9470)).
    InsufficientUserAuthentication {
        /// The accepted values of `acr`; empty if any is accepted.
        acr_values: Vec<String>,
        /// The maximum time since the login.
        max_age: Option<Duration>,
    },
    /// The provider says that the token is not active: it expired, was revoked, or is unknown (RFC 7662).
    NotActive,
    /// The provider's keys are unavailable.
    KeysUnavailable,
    /// The provider's introspection endpoint is unavailable.
    IntrospectionUnavailable,
}

impl BearerErrorKind {
    pub(super) fn status(&self) -> StatusCode {
        match self {
            Self::MalformedRequest => StatusCode::BAD_REQUEST,
            Self::InsufficientScope(_)
            | Self::InsufficientPermission(_)
            | Self::InsufficientRole => StatusCode::FORBIDDEN,
            Self::KeysUnavailable | Self::IntrospectionUnavailable | Self::TooManyProofs => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::NoToken
            | Self::OpaqueToken
            | Self::TooLong { .. }
            | Self::MalformedToken
            | Self::WrongSignature
            | Self::WrongIssuer
            | Self::WrongAudience
            | Self::WrongClient
            | Self::Expired
            | Self::NotYetValid
            | Self::NotAnAccessToken
            | Self::SenderConstrained
            | Self::NotBoundToKey
            | Self::InvalidProof
            | Self::ProofReplayed
            | Self::NonceRequired
            | Self::ClientCredentialsNotAllowed
            | Self::NotActive
            | Self::InsufficientUserAuthentication { .. } => StatusCode::UNAUTHORIZED,
        }
    }

    /// Returns the error code: one of [RFC 6750 §3.1](https://www.rfc-editor.org/rfc/rfc6750#section-3.1),
    /// [RFC 9449 §7.1](https://www.rfc-editor.org/rfc/rfc9449#section-7.1) and
    /// [RFC 9470 §3](https://www.rfc-editor.org/rfc/rfc9470#section-3), or `unauthorized` or `temporarily_unavailable`,
    /// which the RFCs do not define.
    pub(super) fn code(&self) -> &'static str {
        match self.status() {
            _ if *self == Self::NoToken => "unauthorized",
            _ if matches!(self, Self::InsufficientUserAuthentication { .. }) => {
                "insufficient_user_authentication"
            }
            _ if matches!(self, Self::InvalidProof | Self::ProofReplayed) => "invalid_dpop_proof",
            _ if *self == Self::NonceRequired => "use_dpop_nonce",
            StatusCode::BAD_REQUEST => "invalid_request",
            StatusCode::FORBIDDEN => "insufficient_scope",
            StatusCode::SERVICE_UNAVAILABLE => "temporarily_unavailable",
            _ => "invalid_token",
        }
    }

    pub(super) fn description(&self) -> &'static str {
        match self {
            Self::NoToken => "an access token is required",
            Self::MalformedRequest => {
                "the request must have one Authorization header with one bearer token"
            }
            Self::OpaqueToken => {
                "the access token is not a JWT: it was requested without the audience of this API"
            }
            Self::TooLong { .. } => "the access token is too long",
            Self::MalformedToken => "the access token is malformed",
            Self::WrongSignature => {
                "the access token is not signed by the issuer that this API trusts"
            }
            Self::WrongIssuer => {
                "the access token is from another issuer than the one that this API trusts"
            }
            Self::WrongAudience => "the access token was not issued for this API",
            Self::WrongClient => {
                "the access token was issued to an application that this API does not serve"
            }
            Self::Expired => "the access token expired",
            Self::NotYetValid => "the access token is not valid yet",
            Self::NotAnAccessToken => "the token is not an access token",
            Self::SenderConstrained => {
                "the access token is bound to a key and cannot be used as a bearer token"
            }
            Self::NotBoundToKey => {
                "the access token is not bound to a key, and this request needs one that is"
            }
            Self::InvalidProof => "the DPoP proof is invalid",
            Self::ProofReplayed => "the DPoP proof was used before",
            Self::NonceRequired => "the DPoP proof needs the nonce of this response",
            Self::TooManyProofs => "too many DPoP proofs arrive at the moment",
            Self::ClientCredentialsNotAllowed => {
                "the access token was issued to an application, and this API serves users"
            }
            Self::InsufficientScope(_) => {
                "the access token lacks the scope that this request needs"
            }
            Self::InsufficientPermission(_) => {
                "the user lacks the permission that this request needs"
            }
            Self::InsufficientRole => "the user lacks the role that this request needs",
            Self::InsufficientUserAuthentication { .. } => {
                "this request needs a more recent or a stronger login of the user"
            }
            Self::NotActive => {
                "the access token is not active: it expired, was revoked, or is unknown to its issuer"
            }
            Self::KeysUnavailable => "the keys of the issuer cannot be fetched at the moment",
            Self::IntrospectionUnavailable => {
                "the issuer cannot be asked about the access token at the moment"
            }
        }
    }

    /// Returns the fix for the log, if one is known.
    pub(super) fn fix(&self) -> Option<&'static str> {
        match self {
            Self::WrongAudience | Self::OpaqueToken => Some(
                "the application must ask for a token with the audience of this API (AUTH0_AUDIENCE of the application)",
            ),
            Self::WrongIssuer => Some(
                "if the token is from the right provider, name this issuer in the verifier (token_issuers, trust)",
            ),
            Self::NotAnAccessToken => Some(
                "if the token is an access token, choose the profile of its provider (Verifier::profile)",
            ),
            Self::SenderConstrained => Some(
                "let this API verify DPoP proofs (Verifier::dpop), or client certificates (ClientCertificate), by what the token is bound to",
            ),
            Self::InvalidProof => Some(
                "if the claim htu is wrong, give Dpop::new the URL by which clients call this API; if iat is, set the clocks",
            ),
            Self::TooManyProofs => {
                Some("raise Dpop::replay_cache above the requests of five minutes")
            }
            Self::TooLong { .. } => {
                Some("make the token smaller at the provider: fewer groups, roles or custom claims")
            }
            _ => None,
        }
    }
}
