//! Sentences about access tokens that are bound to a key (RFC 9449).

use super::{Text, without_full_stop};

pub(super) fn ignored() -> Text {
    Text::new(
        "The provider issued a bearer token, although AUTH0_DPOP is true and the request had a DPoP proof: an attacker \
         who obtains such a token can use it.",
        "Let the provider bind access tokens by DPoP (Auth0 dashboard > Applications > APIs > your API > Settings > Token \
         Sender-Constraining: DPoP; Keycloak: the client's Require DPoP bound tokens), or set AUTH0_DPOP=false if bearer \
         tokens are acceptable. Then restart, and log in again.",
    )
}

pub(super) fn not_bound(audience: &str, is_other_key: bool) -> Text {
    let problem = if is_other_key {
        "names another key"
    } else {
        "is missing"
    };
    Text::new(
        format!(
            "The access token for `{audience}` is not bound to the key of the login, although its token_type is DPoP: its \
             claim cnf.jkt {problem}."
        ),
        "This is a fault of the provider (RFC 9449 §6.1); tell its operator. If its access tokens for this API are not \
         meant to be read here, set <NAME>_API_TOKEN_FORMAT=opaque, and restart.",
    )
}

pub(super) fn proof_required(description: Option<&str>) -> Text {
    Text::new(
        format!(
            "The provider issues tokens to this application with a DPoP proof only, and AUTH0_DPOP is false{}.",
            words(description)
        ),
        "Set AUTH0_DPOP=true, or let the provider issue bearer tokens to this application (Keycloak: the \
         client's Require DPoP bound tokens). Then restart.",
    )
}

pub(super) fn proof_refused(description: Option<&str>) -> Text {
    Text::new(
        format!(
            "The provider does not accept the DPoP proof of this server{}.",
            words(description)
        ),
        "Usually a clock is wrong: set that of this server by NTP (`timedatectl set-ntp true` on most Linux systems), or \
         AUTH0_DPOP_CLOCK_SKEW to the seconds that the provider is ahead. If the provider reports the URL (htu), \
         AUTH0_DOMAIN must be the address by which it knows itself. Then restart.",
    )
}

pub(super) fn api_without(base_url: &str) -> Text {
    Text::new(
        format!(
            "The API at {base_url} refused an access token that is bound to a key, and its challenge does not offer DPoP: \
             it accepts bearer tokens only."
        ),
        "Let the API verify DPoP proofs (`Verifier::dpop` of axum-auth0-bearer), or set AUTH0_DPOP=false, and restart \
         what you changed.",
    )
}

/// Returns the words of the provider.
fn words(description: Option<&str>) -> String {
    description
        .map(|text| format!(": “{}”", without_full_stop(text)))
        .unwrap_or_default()
}
