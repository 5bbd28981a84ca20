//! Sentences about issuer, signature and times of tokens.

use super::{Text, printable, unreadable::MALFORMED_FIX};

pub(super) fn wrong_issuer(found: Option<&str>, issuer: &str, token_issuer: Option<&str>) -> Text {
    let second = token_issuer
        .map(|issuer| format!(" and AUTH0_TOKEN_ISSUER for `{issuer}`"))
        .unwrap_or_default();
    Text::new(
        format!(
            "The access token is from the issuer `{}`, but AUTH0_DOMAIN stands for `{issuer}`{second}.",
            printable(found.unwrap_or("(none)")),
        ),
        "Set AUTH0_DOMAIN to the domain that issues the tokens, the custom domain if the tenant has one, check that \
         the API trusts the same one, and restart. If the provider issues access tokens under another name than ID \
         tokens, set AUTH0_TOKEN_ISSUER to that name.",
    )
}

pub(super) fn symmetric_signature(audience: &str, variable: &str) -> Text {
    Text::new(
        format!(
            "The access token for `{audience}` is signed with a shared secret (HS256), which an API that checks tokens \
             with the provider's public keys must refuse."
        ),
        format!(
            "Register the API again with the signing algorithm RS256, since Auth0 does not change it afterwards (Auth0 \
             dashboard > Applications > APIs > Create API > Signing Algorithm): under another Identifier, which \
             {variable} and \
             the API itself then have to name, or under the same one once the old API is deleted. Then restart and log \
             in again."
        ),
    )
}

pub(super) fn symmetric_id_token() -> Text {
    Text::new(
        "The ID token is signed with a shared secret (HS256), which is not accepted: a client with the Client Secret \
         could sign in as any user.",
        "Let the provider sign ID tokens with its private key. Auth0 dashboard > Applications > your application > \
         Settings > Advanced Settings > OAuth > JsonWebToken Signature Algorithm: RS256. Other providers: the client's \
         id_token_signed_response_alg. Then log in again.",
    )
}

pub(super) fn clock_skew(ahead: i64) -> Text {
    let direction = if ahead > 0 { "ahead of" } else { "behind" };
    Text::new(
        format!(
            "The clock of this server is {} {direction} the provider's, so tokens seem to come from another time.",
            in_seconds(ahead.saturating_abs())
        ),
        "Set the clock of this server by NTP (`timedatectl set-ntp true` on most Linux systems); a virtual machine \
         that slept may need a restart of its time service.",
    )
}

pub(super) fn expired(seconds: i64) -> Text {
    Text::new(
        format!("The access token expired {} ago.", in_seconds(seconds)),
        "Ask for the access token at each call instead of keeping it: the held one is renewed in time. That needs \
         offline_access in AUTH0_SCOPE.",
    )
}

pub(super) fn issued_expired(audience: &str, seconds: i64) -> Text {
    Text::new(
        format!(
            "The access token for `{audience}` was expired when the provider issued it: its claim exp is {seconds} \
             seconds \
             ago, and its claim iat does not explain that by a clock that is wrong."
        ),
        MALFORMED_FIX,
    )
}

fn in_seconds(seconds: i64) -> String {
    let plural = if seconds == 1 { "" } else { "s" };
    format!("{seconds} second{plural}")
}
