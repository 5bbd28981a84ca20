//! A validated authorization request, as it is stored during a login.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// An authorization request whose client, callback and parameters are valid, with what it will be granted.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct AuthorizationRequest {
    pub(crate) client_id: String,
    pub(crate) application_name: String,
    pub(crate) redirect_uri: String,
    /// Origins to which the forms of this login may redirect.
    pub(crate) form_targets: Vec<String>,
    pub(crate) state: Option<String>,
    pub(crate) nonce: Option<String>,
    pub(crate) code_challenge: Option<String>,
    /// The thumbprint of the key that the code is bound to (RFC 9449 §10).
    #[serde(default)]
    pub(crate) dpop_jkt: Option<String>,
    /// The API of the access token; `None` if it is for `/userinfo` only.
    pub(crate) audience: Option<String>,
    /// Whether the request named no API and `audience` is the tenant's default.
    #[serde(default)]
    pub(crate) uses_default_audience: bool,
    /// Whether the request contained `resource` and the tenant ignored it.
    pub(crate) ignored_resource: bool,
    /// The granted scopes, in the order of the request.
    pub(crate) scopes: Vec<String>,
    /// The requested scopes that the tenant does not grant.
    pub(crate) dropped_scopes: Vec<String>,
    /// The granted authorization details (RFC 9396).
    #[serde(default)]
    pub(crate) authorization_details: Vec<Value>,
    pub(crate) prompt: Prompt,
    /// In seconds.
    pub(crate) max_age: Option<i64>,
    pub(crate) login_hint: Option<String>,
    #[serde(default)]
    pub(crate) second_factor: SecondFactor,
    /// A token that takes the place of the password.
    #[serde(default)]
    pub(crate) session_transfer_token: Option<String>,
    /// Whether the registration opens first.
    #[serde(default)]
    pub(crate) sign_up: bool,
    #[serde(default)]
    pub(crate) organization: Option<RequestedOrganization>,
}

/// The organization that a request names.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct RequestedOrganization {
    pub(crate) id: String,
    pub(crate) display_name: String,
    /// The ticket of an invitation, which makes the user a member.
    pub(crate) invitation: Option<String>,
}

/// The values of the parameter `prompt` (OpenID Connect Core §3.1.2.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Prompt {
    /// Show no page; respond with an error if one is required.
    pub(crate) none: bool,
    /// Ask for the password even if the browser has a session.
    pub(crate) login: bool,
    /// Ask the user to authorize the application.
    pub(crate) consent: bool,
}

/// Whether a login asks for a second factor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum SecondFactor {
    #[default]
    NotRequested,
    /// By `acr_values`: a user without a second factor logs in without it.
    Voluntary,
    /// As an essential claim: the login fails without it.
    Essential,
    /// The essential claim has another value, so the login fails.
    Unsupported,
}

impl SecondFactor {
    pub(crate) fn is_essential(self) -> bool {
        matches!(self, Self::Essential | Self::Unsupported)
    }
}
