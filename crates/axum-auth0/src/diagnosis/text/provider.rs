//! Sentences about requests that the provider refuses.

use super::{Text, printable, without_full_stop};
use crate::{organization::UnmetOrganization, step_up::UnmetStepUp};

pub(super) fn grant_not_allowed(error: &str, description: Option<&str>) -> Text {
    let cause = format!(
        "The provider does not let this application use the grant ({error}{}).",
        says(description)
    );
    let place = "(Auth0 dashboard > Applications > your application > Settings > Advanced Settings > Grant Types)";
    match description.and_then(grant_without_login) {
        Some(grant) => Text::new(cause, format!("Switch the grant {grant} on {place}.")),
        None => Text::new(
            cause,
            format!(
                "Switch the grants Authorization Code and Refresh Token on {place}, and log in again."
            ),
        ),
    }
}

/// Returns the name of a grant besides those of a login in Auth0's dashboard, if `description` names its type.
fn grant_without_login(description: &str) -> Option<&'static str> {
    let names = [
        ("client_credentials", "Client Credentials"),
        ("federated-connection-access-token", "Token Vault"),
        ("token-exchange", "Token Exchange"),
        ("ciba", "Client Initiated Backchannel Authentication (CIBA)"),
    ];
    let found = names
        .into_iter()
        .find(|(kind, _)| description.contains(kind));
    found.map(|(_, name)| name)
}

pub(super) fn api_not_authorized(audience: Option<&str>) -> Text {
    Text::new(
        format!(
            "The provider does not let this application have tokens for `{}`.",
            printable(audience.unwrap_or("(none)"))
        ),
        "Let the application use the API (Auth0 dashboard > Applications > APIs > your API > Application Access, or \
         Machine to Machine Applications on older tenants), and log in again.",
    )
}

pub(super) fn client_rejected() -> Text {
    Text::new(
        "The provider does not accept this application's credentials.",
        "Compare AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET with Auth0 dashboard > Applications > your application > \
         Settings. If they are right, the provider may want them in another place: try \
         AUTH0_CLIENT_AUTHENTICATION=client_secret_basic or client_secret_post. With AUTH0_CLIENT_ASSERTION_SIGNING_KEY, \
         its public key and its algorithm must be registered there, with AUTH0_MTLS the certificate. Then restart.",
    )
}

pub(super) fn callback_not_registered(callback: &str) -> Text {
    Text::new(
        format!("The provider does not know `{callback}` as a callback URL of this application."),
        format!(
            "Add {callback} to the Allowed Callback URLs (Auth0 dashboard > Applications > your application > \
             Settings), character by character: it follows from APP_BASE_URL."
        ),
    )
}

pub(super) fn step_up_not_satisfied(unmet: UnmetStepUp) -> Text {
    let (cause, fix) = match unmet {
        UnmetStepUp::AuthTimeMissing => (
            "A recent login was required (max_age), but the ID token does not say when the user logged in: auth_time is \
             missing.",
            "Let the provider put auth_time into the ID token when a login has max_age, which OpenID Connect Core §2 \
             requires (Auth0 does; Entra ID: add the optional claim auth_time under Token configuration). Then log in \
             again.",
        ),
        UnmetStepUp::AuthTimeInFuture | UnmetStepUp::TooLongAgo => (
            "A recent login was required (max_age), but the provider took an older one: auth_time is not within the \
             time.",
            "See that the provider follows max_age (OpenID Connect Core §3.1.2.1), and that the clocks of this server \
             and of the provider are right. Then log in again.",
        ),
        UnmetStepUp::AcrMissing | UnmetStepUp::AcrNotAccepted => (
            "A certain strength of the login was required (acr_values), such as a second factor, but the acr of the ID \
             token is not one of the required values.",
            "Let the provider ask for it when a login has acr_values, and name it in acr or amr (Auth0 dashboard > \
             Security > Multi-factor Auth, and an Action that calls api.multifactor.enable when \
             event.transaction.acr_values names it). Then log in again.",
        ),
    };
    Text::new(cause, fix)
}

pub(super) fn not_supported(setting: &str, missing: &[String]) -> Text {
    Text::new(
        format!(
            "{setting} requires what the provider does not offer: {}.",
            missing.join("; ")
        ),
        format!(
            "Switch it on at the provider, for this application, and see that its metadata \
             (/.well-known/openid-configuration) announces it. Without {setting} the site works less securely."
        ),
    )
}

pub(super) fn organization_not_confirmed(unmet: UnmetOrganization) -> Text {
    let (cause, fix) = match unmet {
        UnmetOrganization::IdMissing => (
            "The login asked for an organization, but the ID token names none: org_id is missing.",
            "Let the application log in to organizations (Auth0 dashboard > Applications > your application > Login \
             Experience > Business Users), and enable the connection of the user for the organization. A provider \
             without Auth0 Organizations needs no AUTH0_ORGANIZATION. Then log in again.",
        ),
        UnmetOrganization::NameMissing => (
            "The login asked for an organization by its name, but the ID token has no name: org_name is missing.",
            "Turn on Allow Organization Names in Authentication API (Auth0 dashboard > Settings > Advanced), or use the \
             organization's identifier (org_…). Then log in again.",
        ),
        UnmetOrganization::Other => (
            "The provider logged the user in to another organization than the one that the login asked for.",
            "Compare AUTH0_ORGANIZATION, or the parameter organization of the login, with Auth0 dashboard > \
             Organizations: an identifier begins with org_, everything else is compared with org_name. Then log in again.",
        ),
        UnmetOrganization::OtherInAccessToken => (
            "The ID token and the access token are for different organizations: their org_id differs.",
            "See that no Action changes org_id in one of the tokens (Auth0 dashboard > Actions). Then log in again.",
        ),
    };
    Text::new(cause, fix)
}

pub(super) fn refused(error: &str, description: Option<&str>) -> Text {
    let error = printable(error);
    let says = description
        .map(|text| format!(" ({})", without_full_stop(&printable(text))))
        .unwrap_or_default();
    Text::new(
        format!("The provider refused the request: {error}{says}."),
        "The provider's own log says more (Auth0 dashboard > Monitoring > Logs). Check what the login asks for beside \
         its API (AUTH0_SCOPE, AUTH0_PROMPT, the parameters of the link to /auth/login), and the application's grant \
         types.",
    )
}

pub(super) fn refresh_token_reused() -> Text {
    Text::new(
        "A refresh ended without an answer (the server was killed or the connection was lost), so its refresh token \
         had to be sent a second time; the provider took that for theft and ended the session (RFC 9700 §4.14.2).",
        "The user logs in again, once. To let a lost answer pass, give the application a Rotation Overlap Period of \
         some seconds (Auth0 dashboard > Applications > your application > Settings > Refresh Token Rotation).",
    )
}

pub(super) fn refresh_token_ended() -> Text {
    Text::new(
        "The provider does not accept the refresh token any more: it expired, was revoked there, or was used by \
         another client.",
        "The user logs in again. If this happens often, lengthen the Refresh Token Lifetime (Auth0 dashboard > \
         Applications > your application > Settings), and see that no other program uses the same sessions.",
    )
}

fn says(description: Option<&str>) -> String {
    description
        .map(|text| format!(": “{}”", printable(text)))
        .unwrap_or_default()
}
