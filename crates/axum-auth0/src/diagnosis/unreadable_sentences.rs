//! Sentences about tokens that cannot be read: too long, malformed, signed or encrypted in a way that cannot be checked.

use super::{Cause, Diagnosis};
use crate::jwt::{ClaimError, JwtParseError, MAX_TOKEN_BYTES, TokenKind};

const SMALLER: &str = "Let the provider put less into it: fewer groups, roles, permissions or custom claims (Auth0: the Actions that add \
                       claims, and APIs > your API > Settings > Add Permissions in the Access Token; Entra ID: Token configuration > \
                       Groups assigned to the application). Then log in again.";

impl Diagnosis {
    pub(super) fn access_token_too_long(audience: &str, bytes: usize) -> Self {
        Self::new(
            Cause::TokenTooLong,
            format!(
                "The access token for `{audience}` has {bytes} bytes. At most {MAX_TOKEN_BYTES} are read, and few servers accept \
                 a header that is longer."
            ),
            SMALLER,
        )
    }

    pub(super) fn malformed_access_token(audience: &str, error: JwtParseError) -> Self {
        Self::new(
            Cause::MalformedToken,
            format!(
                "The access token for `{audience}` begins as a JWT and cannot be read: {error}."
            ),
            MALFORMED_FIX,
        )
    }

    pub(super) fn malformed_claim(audience: &str, error: ClaimError) -> Self {
        Self::new(
            Cause::MalformedToken,
            format!("The access token for `{audience}` cannot be used: {error}."),
            format!(
                "See what writes the claim {} at the provider (a mapper, a hook, an Action). Times are numbers of seconds (RFC \
                 7519 §2); an audience and a scope are a string or an array of strings. Then log in again.",
                error.claim()
            ),
        )
    }

    /// Its end lies before its beginning, whatever the clocks say.
    pub(super) fn issued_expired(audience: &str, seconds: i64) -> Self {
        Self::new(
            Cause::MalformedToken,
            format!(
                "The access token for `{audience}` was expired when the provider issued it: its claim exp is {seconds} seconds \
                 ago, and its claim iat does not explain that by a clock that is wrong."
            ),
            MALFORMED_FIX,
        )
    }

    /// Why an ID token of this kind cannot be verified; `None` if its kind is not the reason.
    pub(crate) fn of_id_token(kind: TokenKind) -> Option<Self> {
        match kind {
            TokenKind::Symmetric => Some(Self::new(
                Cause::SymmetricSignature,
                "The ID token is signed with a shared secret (HS256), which is not accepted: whoever has the Client Secret could \
                 sign in as anybody.",
                "Let the provider sign ID tokens with its private key. Auth0 dashboard > Applications > your application > \
                 Settings > Advanced Settings > OAuth > JsonWebToken Signature Algorithm: RS256. Other providers: the client's \
                 id_token_signed_response_alg. Then log in again.",
            )),
            TokenKind::Encrypted => Some(Self::new(
                Cause::EncryptedToken,
                "The ID token is encrypted (JWE), and this application has no key to decrypt it with.",
                "Let the provider send ID tokens that are signed and not encrypted: remove the client's \
                 id_token_encrypted_response_alg and id_token_encrypted_response_enc, or its encryption key and certificate. Then \
                 log in again.",
            )),
            TokenKind::TooLong { bytes } => Some(Self::new(
                Cause::TokenTooLong,
                format!("The ID token has {bytes} bytes, and at most {MAX_TOKEN_BYTES} are read."),
                SMALLER,
            )),
            _ => None,
        }
    }
}

const MALFORMED_FIX: &str = "This is a fault of the provider, or of a hook, an Action or a proxy that rewrites its tokens. Log in again, \
                             and if it stays so, look at the token's claims with the provider's own tools.";
