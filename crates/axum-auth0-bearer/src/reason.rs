//! What can be wrong with a token, or with a request for having none.

use http::StatusCode;

/// What is wrong. No value of a claim gets into an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// There is no token.
    NoToken,
    /// There are several `Authorization` headers, or there is none that can be read.
    MalformedRequest,
    /// No JWT: what Auth0 issues when no audience is asked for.
    OpaqueToken,
    /// Longer than [`MAX_TOKEN_BYTES`](axum_auth0_core::jwt::MAX_TOKEN_BYTES).
    TooLong {
        /// How long it is.
        bytes: usize,
    },
    /// Not a token that can be read, or claims are missing or have the wrong type.
    MalformedToken,
    /// Signed by someone else, with another algorithm, or with an unknown key.
    WrongSignature,
    /// From another issuer.
    WrongIssuer,
    /// For another API.
    WrongAudience,
    /// Issued to an application that this API does not serve.
    WrongClient,
    /// Too late.
    Expired,
    /// Too early, or from the future.
    NotYetValid,
    /// An ID token, a logout token, or something else that is no access token.
    NotAnAccessToken,
    /// Bound to a key (`cnf`), and sent without a proof of it.
    SenderConstrained,
    /// Issued to an application, where only users are served.
    NotAUser,
    /// The token is good and lacks a scope.
    InsufficientScope(String),
    /// The provider's keys cannot be had.
    KeysUnavailable,
}

impl Reason {
    pub(super) fn status(&self) -> StatusCode {
        match self {
            Self::MalformedRequest => StatusCode::BAD_REQUEST,
            Self::InsufficientScope(_) => StatusCode::FORBIDDEN,
            Self::KeysUnavailable => StatusCode::SERVICE_UNAVAILABLE,
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
            | Self::NotAUser => StatusCode::UNAUTHORIZED,
        }
    }

    /// The codes of [RFC 6750 §3.1](https://www.rfc-editor.org/rfc/rfc6750#section-3.1), and two of our own for what it does not name.
    pub(super) fn code(&self) -> &'static str {
        match self.status() {
            _ if *self == Self::NoToken => "unauthorized",
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
            Self::NotAUser => {
                "the access token was issued to an application, and this API serves users"
            }
            Self::InsufficientScope(_) => {
                "the access token lacks the scope that this request needs"
            }
            Self::KeysUnavailable => "the keys of the issuer cannot be fetched at the moment",
        }
    }

    /// What to do, for the log, if that is known.
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
            Self::TooLong { .. } => {
                Some("make the token smaller at the provider: fewer groups, roles or custom claims")
            }
            _ => None,
        }
    }
}
