//! The internal error for a rejected token.

use std::borrow::Cow;

use axum_auth0_core::{
    jwt::{ClaimError, JwtParseError, TokenKind},
    provider::VerifyError,
};

use super::error_kind::BearerErrorKind;

/// Maximum length of a logged token value, in characters.
const MAX_FOUND_CHARS: usize = 200;

/// The reason why a token is rejected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rejection {
    pub(super) kind: BearerErrorKind,
    pub(super) detail: Option<RejectionDetail>,
}

/// The problem with a token. Only `found` holds a value from the token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RejectionDetail {
    /// The claim or the header parameter, for the log.
    pub(super) name: Cow<'static, str>,
    /// The description for the log and, with [`ErrorDetail::WithClaim`](super::ErrorDetail::WithClaim), the response.
    pub(super) message: Cow<'static, str>,
    /// The value in the token, for the log. It is an issuer, an audience or a client, none of which is secret.
    pub(super) found: Option<String>,
}

impl Rejection {
    /// Returns a rejection for a claim. `problem` completes “the claim NAME …”.
    pub(super) fn claim(
        kind: BearerErrorKind,
        name: impl Into<Cow<'static, str>>,
        problem: &str,
    ) -> Self {
        let name = name.into();
        let message = format!("the claim {name} {problem}").into();
        Self::with_detail(kind, name, message)
    }

    /// Returns a rejection for a header parameter. `problem` completes “the header parameter NAME …”.
    pub(super) fn header(kind: BearerErrorKind, name: &'static str, problem: &str) -> Self {
        let message = format!("the header parameter {name} {problem}").into();
        Self::with_detail(kind, name.into(), message)
    }

    /// Returns a rejection for a `DPoP` proof. `message` is a whole clause.
    pub(super) fn proof(name: &'static str, message: String) -> Self {
        Self::with_detail(BearerErrorKind::InvalidProof, name.into(), message.into())
    }

    /// Adds the value in the token for the log.
    pub(super) fn found(mut self, found: &str) -> Self {
        if let Some(detail) = &mut self.detail {
            detail.found = Some(found.chars().take(MAX_FOUND_CHARS).collect());
        }
        self
    }

    /// Returns the rejection for a token that cannot be parsed.
    pub(super) fn from_parse_error(error: JwtParseError, token: &str) -> Self {
        if TokenKind::of(token) == TokenKind::Encrypted {
            let problem =
                "the issuer encrypts access tokens for this API (JWE), and must only sign them";
            return Self::with_detail(BearerErrorKind::OpaqueToken, "(all)".into(), problem.into());
        }
        error.into()
    }

    /// Returns the rejection for a token whose signature does not verify.
    pub(super) fn from_verify_error(error: &VerifyError, token: &str) -> Self {
        let header = |name, problem| Self::header(BearerErrorKind::WrongSignature, name, problem);
        match error {
            VerifyError::Malformed(error) => (*error).into(),
            VerifyError::Extension => Self::header(
                BearerErrorKind::MalformedToken,
                "crit",
                "or b64 or zip asks for an extension that is not supported",
            ),
            VerifyError::AlgorithmNotAllowed if TokenKind::of(token) == TokenKind::Symmetric => {
                header(
                    "alg",
                    "is HS256 or a sibling, a shared secret; the issuer must sign access tokens for this API with RS256",
                )
            }
            VerifyError::AlgorithmNotAllowed => header("alg", "is not an algorithm of this API"),
            VerifyError::UnknownKey => header("kid", "is that of no key that the issuer publishes"),
            VerifyError::AmbiguousKey => header("kid", "is that of several keys of the issuer"),
            VerifyError::BadSignature => BearerErrorKind::WrongSignature.into(),
            VerifyError::Unavailable(_) => BearerErrorKind::KeysUnavailable.into(),
        }
    }

    fn malformed(problem: &'static str) -> Self {
        Self::with_detail(
            BearerErrorKind::MalformedToken,
            "(all)".into(),
            problem.into(),
        )
    }

    fn with_detail(
        kind: BearerErrorKind,
        name: Cow<'static, str>,
        message: Cow<'static, str>,
    ) -> Self {
        let detail = Some(RejectionDetail {
            name,
            message,
            found: None,
        });
        Self { kind, detail }
    }
}

impl From<BearerErrorKind> for Rejection {
    fn from(kind: BearerErrorKind) -> Self {
        Self { kind, detail: None }
    }
}

impl From<ClaimError> for Rejection {
    fn from(error: ClaimError) -> Self {
        let message = error.to_string().into();
        Self::with_detail(
            BearerErrorKind::MalformedToken,
            error.claim().into(),
            message,
        )
    }
}

impl From<JwtParseError> for Rejection {
    fn from(error: JwtParseError) -> Self {
        match error {
            JwtParseError::Segments => BearerErrorKind::OpaqueToken.into(),
            JwtParseError::TooLong { bytes } => BearerErrorKind::TooLong { bytes }.into(),
            JwtParseError::Encoding => Self::malformed("its segments are not canonical base64url"),
            JwtParseError::Json => {
                Self::malformed("its header or its claims are not JSON with one reading only")
            }
            JwtParseError::Header => Self::header(
                BearerErrorKind::MalformedToken,
                "alg",
                "is missing, or another parameter is not a string",
            ),
        }
    }
}
