//! Classification of tokens for diagnostics.

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use serde_json::Value;

use super::{compact::CompactJwt, error::JwtParseError};

/// The apparent kind of a token, without verification. Used in messages about the token that the provider should issue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenKind {
    /// A JWT that is signed with an asymmetric algorithm or not signed.
    Signed,
    /// A JWT that is signed with a shared secret (`HS256`, `HS384`, `HS512`:
    /// [RFC 7518 §3.2](https://www.rfc-editor.org/rfc/rfc7518#section-3.2)).
    Symmetric,
    /// An encrypted token, with five segments ([RFC 7516 §3.1](https://www.rfc-editor.org/rfc/rfc7516#section-3.1)).
    Encrypted,
    /// A token longer than [`MAX_TOKEN_BYTES`](super::MAX_TOKEN_BYTES). It is not parsed and may be of any kind.
    TooLong {
        /// Length of the token in bytes.
        bytes: usize,
    },
    /// A token that starts like a JWT but is malformed.
    Malformed(JwtParseError),
    /// Any other token. Only its issuer can read it.
    Opaque,
}

impl TokenKind {
    /// Returns the kind of a token.
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

    /// Returns whether the content of the token is unknown because it is encrypted or too long.
    pub fn is_unreadable(self) -> bool {
        matches!(self, Self::TooLong { .. } | Self::Encrypted)
    }
}

/// Returns whether the first segment is a JSON object with `alg`. Decodes it more leniently than the parser does.
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
