//! The OAuth 2.0 and OpenID Connect client: authorization request, code exchange, refresh, revocation, logout URL, and
//! the validation of ID tokens.
//!
//! The public items are those that a configuration check needs, such as the crate `axum-auth0-doctor`.
//!
//! openidconnect provides the types, PKCE and the requests. `lenient` lists the cases in which it is too strict.

mod authenticated_request;
mod authorization_request;
mod backchannel_authentication;
mod client_authentication;
mod client_endpoint;
mod csp;
mod error;
mod fapi;
mod grant_request;
mod id_token;
mod issued;
mod lenient;
mod logout_token;
mod logout_url;
mod mtls;
mod proofs;
mod pushed_authorization;
mod request_delivery;
mod request_object;
mod response;
mod revocation;
mod token_endpoint;
mod token_exchange;
mod token_response;

pub use self::{
    authorization_request::{AuthorizationRequest, requested_audiences},
    error::{EndpointError, RequestEffect, UnavailableReason},
    fapi::missing_for_fapi2,
    id_token::{IdTokenError, LEEWAY, MAX_AGE_OF_IAT},
    logout_url::ProviderLogout,
    response::EndpointResponse,
    token_endpoint::TokenEndpoint,
    token_response::TokenResponse,
};
pub(crate) use self::{
    backchannel_authentication::{CIBA, PollError},
    client_endpoint::ClientEndpoint,
    csp::{form_action, provider_origins},
    fapi::check_profile,
    grant_request::CLIENT_CREDENTIALS,
    id_token::{IdTokenChecks, IdTokenVerifier, provider_end},
    issued::Issued,
    logout_token::{LogoutToken, LogoutTokenError, LogoutTokenVerifier},
    mtls::{MtlsCertificate, MtlsClient},
    token_exchange::{
        ACCESS_TOKEN_TYPE, ID_TOKEN_TYPE, IssuedTokenType, REFRESH_TOKEN_TYPE,
        SESSION_TRANSFER_TYPE, TOKEN_EXCHANGE,
    },
};

#[cfg(test)]
mod tests;
