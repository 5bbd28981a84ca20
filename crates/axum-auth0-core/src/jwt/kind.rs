//! What kind of token a string looks like.

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use serde_json::Value;

use super::{compact::CompactJwt, error::JwtParseError};

/// What a string looks like, before anything in it is believed: for messages that say what the provider should issue
/// instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenKind {
    /// A JWT with a signature of some asymmetric algorithm, or with none.
    Signed,
    /// A JWT that is signed with a shared secret (`HS256` and its siblings,
    /// [RFC 7518 §3.2](https://www.rfc-editor.org/rfc/rfc7518#section-3.2)).
    Symmetric,
    /// Five segments: an encrypted token ([RFC 7516 §3.1](https://www.rfc-editor.org/rfc/rfc7516#section-3.1)).
    Encrypted,
    /// Longer than [`MAX_TOKEN_BYTES`](super::MAX_TOKEN_BYTES). It is not read, so it may be of any kind.
    TooLong {
        /// How long it is.
        bytes: usize,
    },
    /// It begins as a JWT does and is none.
    Malformed(JwtParseError),
    /// None of these: only its issuer can read it.
    Opaque,
}

impl TokenKind {
    /// Looks at a token.
    pub fn of(token: &str) -> Self {
        match CompactJwt::parse(token) {
            Ok(token) if token.algorithm_name().starts_with("HS") => Self::Symmetric,
            Ok(_) => Self::Signed,
            Err(JwtParseError::TooLong { bytes }) => Self::TooLong { bytes },
            Err(_) if token.split('.').count() == 5 => Self::Encrypted,
            Err(error) if begins_as_jwt(token) => Self::Malformed(error),
            Err(_) => Self::Opaque,
        }
    }

    /// Returns whether the token cannot be read here, so that nothing can be said about its content.
    pub fn is_unreadable(self) -> bool {
        matches!(self, Self::TooLong { .. } | Self::Encrypted)
    }
}

/// Returns whether the first segment is a JSON object with `alg`, read more leniently than a token that is accepted.
fn begins_as_jwt(token: &str) -> bool {
    const LENIENT: GeneralPurpose = GeneralPurpose::new(
        &alphabet::URL_SAFE,
        GeneralPurposeConfig::new()
            .with_decode_padding_mode(DecodePaddingMode::Indifferent)
            .with_decode_allow_trailing_bits(true),
    );
    let header = token.split('.').next().unwrap_or_default();
    LENIENT
        .decode(header)
        .ok()
        .and_then(|json| serde_json::from_slice::<Value>(&json).ok())
        .is_some_and(|header| header.get("alg").is_some())
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};

    use super::*;
    use crate::jwt::MAX_TOKEN_BYTES;

    fn token(header: &str, payload: &str) -> String {
        let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
        format!("{}.{}.c2ln", encode(header), encode(payload))
    }

    #[test]
    fn a_token_is_told_by_its_segments_and_its_header() {
        let long = "a".repeat(MAX_TOKEN_BYTES + 1);
        let padded = format!("{}.e30=.c2ln", URL_SAFE.encode(r#"{"alg":"RS256" }"#));
        for (token, kind) in [
            (token(r#"{"alg":"ES256"}"#, "{}"), TokenKind::Signed),
            (token(r#"{"alg":"none"}"#, "{}"), TokenKind::Signed),
            (token(r#"{"alg":"HS256"}"#, "{}"), TokenKind::Symmetric),
            (token(r#"{"alg":"HS512"}"#, "{}"), TokenKind::Symmetric),
            ("eyJhbGciOiJkaXIifQ..a.b.c".to_owned(), TokenKind::Encrypted),
            ("a.b.c.d.e".to_owned(), TokenKind::Encrypted),
            (
                token(r#"{"alg":"RS256"}"#, r#"{"exp":1e999}"#),
                TokenKind::Malformed(JwtParseError::Json),
            ),
            (
                token(r#"{"alg":"RS256"}"#, r#"{"a":1,"a":2}"#),
                TokenKind::Malformed(JwtParseError::Json),
            ),
            (padded, TokenKind::Malformed(JwtParseError::Encoding)),
            ("opaque".to_owned(), TokenKind::Opaque),
            ("v2.local.payload".to_owned(), TokenKind::Opaque),
            ("ory_at_a.b".to_owned(), TokenKind::Opaque),
            (String::new(), TokenKind::Opaque),
            (
                long.clone(),
                TokenKind::TooLong {
                    bytes: MAX_TOKEN_BYTES + 1,
                },
            ),
            (
                format!("{long}.{long}.{long}"),
                TokenKind::TooLong {
                    bytes: 3 * MAX_TOKEN_BYTES + 5,
                },
            ),
        ] {
            assert_eq!(TokenKind::of(&token), kind, "{token:.60}");
        }
    }
}
