//! Why a token is refused, with the claim that decided.

use std::borrow::Cow;

use super::reason::Reason;
use axum_auth0_core::jwt::{ClaimError, JwtError, JwtParseError, TokenKind};

/// Why a token is refused.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    pub(super) reason: Reason,
    pub(super) detail: Option<Detail>,
}

/// What decided. Names and constant texts, except for `found`.
#[derive(Clone, Debug)]
pub(super) struct Detail {
    /// The claim or the header parameter, for the log.
    pub(super) name: Cow<'static, str>,
    /// The same in words, for the log and, in development, for the answer.
    pub(super) text: Cow<'static, str>,
    /// What the token has instead, for the log: an issuer, an audience or a client, which are no secrets.
    pub(super) found: Option<String>,
}

impl Refusal {
    /// A refusal because of a claim. `problem` completes “the claim NAME …”.
    pub(super) fn claim(reason: Reason, name: impl Into<Cow<'static, str>>, problem: &str) -> Self {
        let name = name.into();
        let text = format!("the claim {name} {problem}").into();
        Self::with(reason, name, text)
    }

    /// A refusal because of a header parameter. `problem` completes “the header parameter NAME …”.
    pub(super) fn header(reason: Reason, name: &'static str, problem: &str) -> Self {
        let text = format!("the header parameter {name} {problem}").into();
        Self::with(reason, name.into(), text)
    }

    /// Adds what the token has instead.
    pub(super) fn found(mut self, found: &str) -> Self {
        if let Some(detail) = &mut self.detail {
            detail.found = Some(found.chars().take(200).collect());
        }
        self
    }

    fn with(reason: Reason, name: Cow<'static, str>, text: Cow<'static, str>) -> Self {
        let detail = Some(Detail {
            name,
            text,
            found: None,
        });
        Self { reason, detail }
    }

    /// Logs the refusal, once. A request without a token is nothing to report.
    pub(super) fn log(&self) {
        let Self { reason, detail } = self;
        match detail {
            _ if *reason == Reason::NoToken => {}
            Some(detail) => tracing::info!(
                ?reason,
                claim = %detail.name,
                problem = %detail.text,
                found = detail.found.as_deref(),
                fix = reason.fix(),
                "refused an access token"
            ),
            None => tracing::info!(?reason, fix = reason.fix(), "refused an access token"),
        }
    }
}

impl From<Reason> for Refusal {
    fn from(reason: Reason) -> Self {
        Self {
            reason,
            detail: None,
        }
    }
}

impl From<ClaimError> for Refusal {
    fn from(error: ClaimError) -> Self {
        let text = error.to_string().into();
        Self::with(Reason::MalformedToken, error.claim().into(), text)
    }
}

impl From<JwtParseError> for Refusal {
    fn from(error: JwtParseError) -> Self {
        match error {
            JwtParseError::Segments => Reason::OpaqueToken.into(),
            JwtParseError::TooLong { bytes } => Reason::TooLong { bytes }.into(),
            JwtParseError::Encoding => Self::whole("its segments are not canonical base64url"),
            JwtParseError::Json => {
                Self::whole("its header or its claims are not JSON with one reading only")
            }
            JwtParseError::Header => Self::header(
                Reason::MalformedToken,
                "alg",
                "is missing, or another parameter is not a string",
            ),
        }
    }
}

impl Refusal {
    fn whole(problem: &'static str) -> Self {
        Self::with(Reason::MalformedToken, "(all)".into(), problem.into())
    }

    /// Why `token` cannot be taken apart.
    pub(super) fn unreadable(error: JwtParseError, token: &str) -> Self {
        if TokenKind::of(token) == TokenKind::Encrypted {
            let problem =
                "the issuer encrypts access tokens for this API (JWE), and must only sign them";
            return Self::with(Reason::OpaqueToken, "(all)".into(), problem.into());
        }
        error.into()
    }

    /// What a failed signature check means for `token`.
    pub(super) fn signature(error: &JwtError, token: &str) -> Self {
        let header = |name, problem| Self::header(Reason::WrongSignature, name, problem);
        match error {
            JwtError::Malformed(error) => (*error).into(),
            JwtError::Extension => Self::header(
                Reason::MalformedToken,
                "crit",
                "or b64 or zip asks for an extension that is not supported",
            ),
            JwtError::AlgorithmNotAllowed if TokenKind::of(token) == TokenKind::Symmetric => {
                header(
                    "alg",
                    "is HS256 or a sibling, a shared secret; the issuer must sign access tokens for this API with RS256",
                )
            }
            JwtError::AlgorithmNotAllowed => header("alg", "is not an algorithm of this API"),
            JwtError::UnknownKey => header("kid", "is that of no key that the issuer publishes"),
            JwtError::AmbiguousKey => header("kid", "is that of several keys of the issuer"),
            JwtError::BadSignature => Reason::WrongSignature.into(),
            JwtError::Unavailable(_) => Reason::KeysUnavailable.into(),
        }
    }
}
