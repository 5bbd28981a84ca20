//! Sentences about tokens that cannot be read: opaque, encrypted, too long or malformed.

use super::Text;
use crate::{
    config::AudienceParameter,
    jwt::{JwtParseError, MAX_TOKEN_BYTES},
};

const SMALLER: &str = "Let the provider put less into it: fewer groups, roles, permissions or custom claims (Auth0: \
the Actions that add \
                       claims, and APIs > your API > Settings > Add Permissions in the Access Token; Entra ID: Token \
                       configuration > \
                       Groups assigned to the application). Then log in again.";

pub(super) const MALFORMED_FIX: &str = "This is a fault of the provider, or of a hook, an Action or a proxy that \
rewrites its tokens. Log in again, \
                             and if it stays so, look at the token's claims with the provider's own tools.";

pub(super) fn opaque(audience: &str, api: &str, parameter: AudienceParameter) -> Text {
    let other = match parameter {
        AudienceParameter::Audience => {
            "For a provider other than Auth0, set AUTH0_AUDIENCE_PARAMETER=resource (RFC 8707). "
        }
        AudienceParameter::Resource => {
            "If the provider is Auth0 or understands `audience`, set AUTH0_AUDIENCE_PARAMETER=audience. "
        }
    };
    Text::new(
        format!(
            "A token for the audience `{audience}` was asked for, but the provider issued an opaque access token \
             instead of a JWT."
        ),
        format!(
            "{other}Check that the API is registered at the provider and issues JWTs; then restart and log in again. \
             If your API really takes opaque tokens and asks the provider about them (RFC 7662), say so: \
             {api}_API_TOKEN_FORMAT=opaque passes them on unchecked."
        ),
    )
}

pub(super) fn encrypted(audience: &str, api: &str) -> Text {
    Text::new(
        format!(
            "The provider encrypts access tokens for `{audience}` (JWE), so that only the API can read them: neither \
             its audience nor its scope can be checked here."
        ),
        format!(
            "Switch the encryption off (Auth0 dashboard > Applications > APIs > your API > Settings > JSON Web \
             Encryption (JWE)); or, if it has to stay, set {api}_API_TOKEN_FORMAT=opaque, which passes the tokens on \
             unchecked, and restart. Then log in again."
        ),
    )
}

pub(super) fn encrypted_id_token() -> Text {
    Text::new(
        "The ID token is encrypted (JWE), and this application has no key to decrypt it with.",
        "Let the provider send ID tokens that are signed and not encrypted: remove the client's \
         id_token_encrypted_response_alg and id_token_encrypted_response_enc, or its encryption key and certificate. \
         Then \
         log in again.",
    )
}

pub(super) fn too_long(audience: &str, bytes: usize) -> Text {
    Text::new(
        format!(
            "The access token for `{audience}` has {bytes} bytes. At most {MAX_TOKEN_BYTES} are read, and few servers \
             accept \
             a header that is longer."
        ),
        SMALLER,
    )
}

pub(super) fn id_token_too_long(bytes: usize) -> Text {
    Text::new(
        format!("The ID token has {bytes} bytes, and at most {MAX_TOKEN_BYTES} are read."),
        SMALLER,
    )
}

pub(super) fn malformed(audience: &str, error: JwtParseError) -> Text {
    Text::new(
        format!("The access token for `{audience}` begins as a JWT and cannot be read: {error}."),
        MALFORMED_FIX,
    )
}

pub(super) fn malformed_claim(audience: &str, claim: &str) -> Text {
    Text::new(
        format!(
            "The access token for `{audience}` cannot be used: the claim {claim} is malformed."
        ),
        format!(
            "See what writes the claim {claim} at the provider (a mapper, a hook, an Action). Times are numbers of \
             seconds (RFC \
             7519 §2); an audience and a scope are a string or an array of strings. Then log in again."
        ),
    )
}

pub(super) fn unusable(audience: &str) -> Text {
    Text::new(
        format!(
            "The access token for `{audience}` contains characters that no HTTP header can carry."
        ),
        "This is a fault of the provider; log in again, and tell its operator.",
    )
}
