//! Client-Initiated Backchannel Authentication in poll mode (OpenID Connect CIBA Core 1.0).

use std::{fmt, time::Duration};

use secrecy::{ExposeSecret as _, SecretString};

use super::{
    client_endpoint::ClientEndpoint,
    error::{EndpointError, UnavailableReason},
    lenient::{lifetime, parse_members, string_member},
    response::EndpointResponse,
    token_endpoint::TokenEndpoint,
};
use crate::{
    config::AudienceParameter,
    dpop::DpopKey,
    http_client::{ProviderEndpoint, strip_bom},
    json,
};

/// The grant type (§10.1).
pub(crate) const CIBA: &str = "urn:openid:params:grant-type:ciba";

/// The interval between two polls if the provider does not say (§7.3), and its lower bound, in seconds.
const DEFAULT_INTERVAL: i64 = 5;
const MIN_INTERVAL: i64 = 1;

/// Maximum length of `auth_req_id`, in bytes.
const MAX_ID: usize = 2_048;

/// A request that waits for the user (§7.3).
pub(crate) struct BackchannelRequest {
    pub(crate) id: SecretString,
    /// In seconds.
    pub(crate) expires_in: i64,
    pub(crate) interval: Duration,
}

/// Does not show the identifier, which is a credential.
impl fmt::Debug for BackchannelRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BackchannelRequest")
            .field("expires_in", &self.expires_in)
            .field("interval", &self.interval)
            .finish_non_exhaustive()
    }
}

impl TokenEndpoint {
    /// Asks the provider to authenticate a user (§7.1). `None` if the provider does not support it.
    ///
    /// # Errors
    ///
    /// See [`EndpointError`].
    pub(crate) async fn request_backchannel_login(
        &self,
        form: &[(&str, &str)],
    ) -> Result<Option<BackchannelRequest>, EndpointError> {
        let metadata = self.provider.metadata().await?;
        let Some(connection) = self
            .connection(&metadata, ClientEndpoint::BackchannelAuthentication)
            .await?
        else {
            return Ok(None);
        };
        let method = self.client.token_endpoint_method(&metadata);
        let form = form.iter().copied().filter(|(_, value)| !value.is_empty());
        let request = self
            .authenticated_request(
                &connection.url,
                method,
                form,
                ProviderEndpoint::BackchannelAuthentication,
            )?
            .ok_or(EndpointError::InvalidResponse(
                "the endpoint for backchannel authentication is not a URL",
            ))?;
        let response = connection.http_client.send(request).await?;
        let members = parse_members(strip_bom(response.body().as_ref())).unwrap_or_default();
        let id = string_member(&members, "auth_req_id").filter(|_| response.status().is_success());
        let Some(id) = id else {
            let error = self.read(&response).tokens.err();
            return Err(error.unwrap_or(EndpointError::InvalidResponse("auth_req_id is missing")));
        };
        if id.len() > MAX_ID || id.chars().any(char::is_control) {
            return Err(EndpointError::InvalidResponse("auth_req_id is malformed"));
        }
        let seconds = |name| json::member(&members, name).and_then(lifetime);
        let expires_in = seconds("expires_in").filter(|seconds| *seconds > 0).ok_or(
            EndpointError::InvalidResponse("expires_in is missing or not a lifetime"),
        )?;
        let interval = seconds("interval").unwrap_or(DEFAULT_INTERVAL);
        Ok(Some(BackchannelRequest {
            id: SecretString::from(id),
            expires_in,
            interval: Duration::from_secs(interval.max(MIN_INTERVAL).unsigned_abs()),
        }))
    }

    /// Asks whether the user has decided (§10.1), with a proof of `key`.
    pub(crate) async fn poll_backchannel_login(
        &self,
        id: &SecretString,
        audience: &str,
        key: Option<&DpopKey>,
    ) -> EndpointResponse {
        let mut form = vec![("grant_type", CIBA), ("auth_req_id", id.expose_secret())];
        // RFC 8707 §2.2: each token request names its API, as after a login.
        if self.audience_parameter == AudienceParameter::Resource {
            form.push(("resource", audience));
        }
        self.request_grant(&form, key).await
    }
}

/// The meaning of an error of a poll (§11).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PollError {
    /// The user has not decided.
    Pending,
    /// The client polls too often.
    SlowDown,
    /// The provider failed; a later poll may succeed.
    Transient,
    /// There was no response. The next polls come at longer intervals, as RFC 8628 §3.5 requires it for the same kind of polls.
    NoResponse,
    Expired,
    /// Any other error. The user may have denied the request.
    Final,
}

impl PollError {
    pub(crate) fn of(error: &EndpointError) -> Self {
        match error {
            EndpointError::ErrorResponse { code, .. } => match code.as_str() {
                "authorization_pending" => Self::Pending,
                "expired_token" => Self::Expired,
                _ => Self::Final,
            },
            EndpointError::Unavailable { reason, .. } => match reason {
                UnavailableReason::ErrorCode("slow_down")
                | UnavailableReason::Status(http::StatusCode::TOO_MANY_REQUESTS) => Self::SlowDown,
                UnavailableReason::Http(_) => Self::NoResponse,
                _ => Self::Transient,
            },
            EndpointError::Intercepted { .. } | EndpointError::UnexpectedStatus { .. } => {
                Self::Transient
            }
            EndpointError::InvalidResponse(_)
            | EndpointError::NotBound
            | EndpointError::NotSupported { .. }
            | EndpointError::NoRevocationEndpoint => Self::Final,
        }
    }
}
