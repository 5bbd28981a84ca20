//! The compact serialization: header, payload, signature, with dots between them.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

use super::{
    algorithm::Algorithm,
    claims::Claims,
    error::{JwtError, JwtParseError},
    strict_json,
};
use crate::json;

/// Longer tokens are not looked at, in bytes.
pub const MAX_TOKEN_BYTES: usize = 16 * 1024;

/// A token whose structure is sound. Nothing in it may be believed yet.
pub struct Compact<'token> {
    header: Map<String, Value>,
    claims: Claims,
    signed: &'token str,
    signature: Vec<u8>,
}

/// Without the claims: they are not verified.
impl fmt::Debug for Compact<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Compact")
            .field("algorithm", &self.algorithm_name())
            .finish_non_exhaustive()
    }
}

/// What a header says once it passed the checks.
#[derive(Clone)]
pub(crate) struct Header {
    pub(crate) algorithm: Algorithm,
    pub(crate) key_id: Option<String>,
    pub(crate) media_type: Option<String>,
}

impl<'token> Compact<'token> {
    /// Parses a compact JWT. Cheap checks run first.
    ///
    /// # Errors
    /// [`JwtParseError`] says why the string is no JWT that is accepted.
    pub fn parse(token: &'token str) -> Result<Self, JwtParseError> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(JwtParseError::TooLong { bytes: token.len() });
        }
        let mut segments = token.split('.');
        let (Some(header), Some(payload), Some(signature), None) = (
            segments.next(),
            segments.next(),
            segments.next(),
            segments.next(),
        ) else {
            return Err(JwtParseError::Segments);
        };
        let signed = &token[..header.len() + 1 + payload.len()];
        let signature = decode(signature)?;
        let header = strict_json::object(&decode(header)?).ok_or(JwtParseError::Json)?;
        let claims = strict_json::object(&decode(payload)?).ok_or(JwtParseError::Json)?;
        if !matches!(header.get("alg"), Some(Value::String(_))) {
            return Err(JwtParseError::Header);
        }
        Ok(Self {
            header,
            claims: Claims::new(claims),
            signed,
            signature,
        })
    }

    /// Checks the header. `jku`, `jwk`, `x5u` and `x5c` are not even read: keys come from the provider's metadata and from nowhere else.
    pub(crate) fn header(&self, allowed: &[Algorithm]) -> Result<Header, JwtError> {
        let text = |name: &str| match json::member(&self.header, name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(JwtParseError::Header),
        };
        if ["crit", "b64", "zip"]
            .iter()
            .any(|extension| self.header.contains_key(*extension))
        {
            return Err(JwtError::Extension);
        }
        let algorithm = text("alg")?
            .and_then(|name| name.parse().ok())
            .filter(|algorithm| allowed.contains(algorithm))
            .ok_or(JwtError::AlgorithmNotAllowed)?;
        Ok(Header {
            algorithm,
            key_id: text("kid")?,
            media_type: text("typ")?,
        })
    }

    /// The bytes that are signed.
    pub(crate) fn signed(&self) -> &'token [u8] {
        self.signed.as_bytes()
    }

    pub(crate) fn signature(&self) -> &Vec<u8> {
        &self.signature
    }

    /// `alg`, which need not be an algorithm that is accepted.
    pub(crate) fn algorithm_name(&self) -> &str {
        self.header
            .get("alg")
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    /// Its claims, which nothing vouches for yet.
    pub fn claims(&self) -> &Claims {
        &self.claims
    }

    pub(crate) fn into_claims(self) -> Claims {
        self.claims
    }
}

/// The engine refuses padding, other alphabets and stray trailing bits, so that a token has one spelling only.
fn decode(segment: &str) -> Result<Vec<u8>, JwtParseError> {
    URL_SAFE_NO_PAD
        .decode(segment)
        .map_err(|_| JwtParseError::Encoding)
}

/// A token whose structure is sound and whose signature is the provider's. Nothing else about it was checked.
#[derive(Clone)]
pub struct VerifiedJwt {
    header: Header,
    claims: Claims,
}

impl VerifiedJwt {
    /// Only for whoever just verified the signature.
    pub(crate) fn new(header: Header, claims: Claims) -> Self {
        Self { header, claims }
    }

    /// `alg`: the algorithm it is signed with, one of those that were allowed.
    pub fn algorithm(&self) -> Algorithm {
        self.header.algorithm
    }

    /// `kid`: the id of the key it is signed with.
    pub fn key_id(&self) -> Option<&str> {
        self.header.key_id.as_deref()
    }

    /// `typ`: the media type it claims, such as `JWT` or `at+jwt`. Compare without regard to case.
    pub fn media_type(&self) -> Option<&str> {
        self.header.media_type.as_deref()
    }

    /// Its claims, signed by the provider.
    pub fn claims(&self) -> &Claims {
        &self.claims
    }

    /// Its claims, owned.
    pub fn into_claims(self) -> Claims {
        self.claims
    }
}

impl fmt::Debug for VerifiedJwt {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("VerifiedJwt")
            .field("algorithm", &self.header.algorithm)
            .field("claims", &self.claims)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn token(header: &str, payload: &str) -> String {
        format!(
            "{}.{}.{}",
            URL_SAFE_NO_PAD.encode(header),
            URL_SAFE_NO_PAD.encode(payload),
            URL_SAFE_NO_PAD.encode("signature")
        )
    }

    fn parse_error(token: &str) -> Option<JwtParseError> {
        Compact::parse(token).err()
    }

    #[test]
    fn a_sound_token_is_taken_apart() {
        let token = token(
            r#"{"alg":"RS256","kid":"1","typ":"JWT"}"#,
            r#"{"sub":"alice"}"#,
        );
        let compact = Compact::parse(&token).unwrap();
        let header = compact.header(Algorithm::ALL).unwrap();
        assert_eq!(header.algorithm, Algorithm::Rs256);
        assert_eq!(header.key_id.as_deref(), Some("1"));
        assert_eq!(header.media_type.as_deref(), Some("JWT"));
        assert_eq!(
            compact.signed(),
            token.rsplit_once('.').unwrap().0.as_bytes()
        );
        assert_eq!(compact.signature(), b"signature");
        assert_eq!(compact.into_claims().get("sub"), Some(&json!("alice")));
    }

    #[test]
    fn only_three_segments_are_a_jwt() {
        assert_eq!(parse_error("opaque"), Some(JwtParseError::Segments));
        assert_eq!(parse_error("a.b"), Some(JwtParseError::Segments));
        assert_eq!(parse_error("a.b.c.d.e"), Some(JwtParseError::Segments));
        assert_eq!(parse_error(""), Some(JwtParseError::Segments));
        assert_eq!(
            parse_error(r#"{"payload":"e30","signatures":[]}"#),
            Some(JwtParseError::Segments)
        );
    }

    #[test]
    fn a_token_has_one_spelling_only() {
        let good = token(r#"{"alg":"RS256"}"#, "{}");
        assert_eq!(parse_error(&good), None);
        // "signature" has nine bytes: no spare bits. One byte more and the last character has some.
        let (signed, _) = good.rsplit_once('.').unwrap();
        assert_eq!(parse_error(&format!("{signed}.AA")), None);
        assert_eq!(
            parse_error(&format!("{signed}.AB")),
            Some(JwtParseError::Encoding)
        );
        assert_eq!(
            parse_error(&format!("{signed}.AA==")),
            Some(JwtParseError::Encoding)
        );
        assert_eq!(
            parse_error(&format!("{signed}.A+")),
            Some(JwtParseError::Encoding)
        );
        assert_eq!(
            parse_error(&format!("{signed}.A A")),
            Some(JwtParseError::Encoding)
        );
        assert_eq!(
            parse_error(&format!("{good}\n")),
            Some(JwtParseError::Encoding)
        );
    }

    #[test]
    fn long_tokens_are_not_looked_at() {
        for (text, bytes) in [
            (".".repeat(MAX_TOKEN_BYTES + 1), MAX_TOKEN_BYTES + 1),
            ("A".repeat(1024 * 1024), 1024 * 1024),
        ] {
            assert_eq!(parse_error(&text), Some(JwtParseError::TooLong { bytes }));
        }
        assert_eq!(
            parse_error(&".".repeat(MAX_TOKEN_BYTES)),
            Some(JwtParseError::Segments)
        );
        let told = JwtParseError::TooLong { bytes: 20_000 }.to_string();
        assert!(told.contains("20000") && told.contains("16384"), "{told}");
    }

    #[test]
    fn header_and_payload_are_unambiguous_objects() {
        assert_eq!(
            parse_error(&token(r#"{"alg":"RS256","alg":"none"}"#, "{}")),
            Some(JwtParseError::Json)
        );
        assert_eq!(
            parse_error(&token(r#"{"alg":"RS256"}"#, r#"{"sub":1,"sub":2}"#)),
            Some(JwtParseError::Json)
        );
        assert_eq!(
            parse_error(&token(r#"{"alg":"RS256"}"#, "[]")),
            Some(JwtParseError::Json)
        );
        assert_eq!(parse_error(&token("{}", "{}")), Some(JwtParseError::Header));
        assert_eq!(
            parse_error(&token(r#"{"alg":1}"#, "{}")),
            Some(JwtParseError::Header)
        );
    }

    #[test]
    fn headers_that_ask_for_more_are_refused() {
        let refusal = |header: &str| {
            Compact::parse(&token(header, "{}"))
                .unwrap()
                .header(Algorithm::ALL)
                .err()
        };
        for extension in [
            r#""crit":["exp"]"#,
            r#""crit":[]"#,
            r#""b64":false"#,
            r#""b64":true"#,
            r#""zip":"DEF""#,
        ] {
            let header = format!(r#"{{"alg":"RS256",{extension}}}"#);
            assert!(
                matches!(refusal(&header), Some(JwtError::Extension)),
                "{header}"
            );
        }
        for header in [
            r#"{"alg":"RS256","kid":1}"#,
            r#"{"alg":"RS256","typ":["JWT"]}"#,
        ] {
            assert!(
                matches!(
                    refusal(header),
                    Some(JwtError::Malformed(JwtParseError::Header))
                ),
                "{header}"
            );
        }
        for header in [
            r#"{"alg":"RS256","kid":null,"typ":null}"#,
            r#"{"alg":"RS256","kid":"","typ":""}"#,
        ] {
            let token = token(header, "{}");
            let header = Compact::parse(&token).unwrap().header(Algorithm::ALL);
            let header = header.unwrap();
            assert_eq!((header.key_id, header.media_type), (None, None));
        }
        for alg in ["none", "NonE", "HS256", "HS512", "rs256", "ES256K", "dir"] {
            let header = format!(r#"{{"alg":"{alg}"}}"#);
            assert!(
                matches!(refusal(&header), Some(JwtError::AlgorithmNotAllowed)),
                "{header}"
            );
        }
    }

    #[test]
    fn an_algorithm_that_is_not_on_the_list_is_refused() {
        let token = token(r#"{"alg":"RS256"}"#, "{}");
        let compact = Compact::parse(&token).unwrap();
        assert!(compact.header(&[Algorithm::Rs256]).is_ok());
        assert!(matches!(
            compact.header(&[Algorithm::Es256]),
            Err(JwtError::AlgorithmNotAllowed)
        ));
        assert!(matches!(
            compact.header(&[]),
            Err(JwtError::AlgorithmNotAllowed)
        ));
    }

    #[test]
    fn debug_shows_no_claim_values() {
        let header = Header {
            algorithm: Algorithm::Rs256,
            key_id: None,
            media_type: None,
        };
        let claims =
            Claims::new(serde_json::from_value(json!({"email": "alice@example.com"})).unwrap());
        assert!(!format!("{:?}", VerifiedJwt::new(header, claims)).contains("alice"));
    }

    proptest! {
        #[test]
        fn no_input_panics(text in ".{0,200}") {
            let _ = Compact::parse(&text);
        }

        #[test]
        fn no_near_token_panics(header in r#"\{"alg":"[A-Z]{2}256"(,"(kid|typ|crit)":("x"|1|null))?\}"#, payload in "[ -~]{0,40}", signature in "[A-Za-z0-9_=-]{0,20}") {
            let text = format!("{}.{}.{signature}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
            if let Ok(compact) = Compact::parse(&text) {
                let _ = compact.header(Algorithm::ALL);
            }
        }
    }
}
