//! Token exchange (RFC 8693).

use http::Response;
use serde_json::Value;

use super::{
    error::EndpointError,
    lenient::{parse_members, string_member},
    response::EndpointResponse,
    token_endpoint::TokenEndpoint,
};
use crate::{config::TokenFormat, dpop::DpopKey, http_client::strip_bom};

/// The grant type (RFC 8693 §2.1).
pub(crate) const TOKEN_EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";

/// Token types (RFC 8693 §3).
pub(crate) const ACCESS_TOKEN_TYPE: &str = "urn:ietf:params:oauth:token-type:access_token";
pub(crate) const REFRESH_TOKEN_TYPE: &str = "urn:ietf:params:oauth:token-type:refresh_token";
pub(crate) const ID_TOKEN_TYPE: &str = "urn:ietf:params:oauth:token-type:id_token";

/// The type of Auth0's session transfer tokens.
pub(crate) const SESSION_TRANSFER_TYPE: &str =
    "urn:auth0:params:oauth:token-type:session_transfer_token";

const OTHER_TYPE: &str = "the issued token is of another type than the requested one";

/// What the response to a token exchange has to say about the type of its token.
#[derive(Clone, Copy, Debug)]
pub(crate) enum IssuedTokenType {
    /// An access token. `issued_token_type`, which RFC 8693 §2.2.1 requires, may be missing: the token is inspected.
    AccessToken,
    /// A token of this type. It is opaque, so `issued_token_type` is all that there is to check.
    Exactly(&'static str),
}

impl IssuedTokenType {
    /// Returns the rule for an access token, which may be opaque.
    pub(crate) fn of_access_token(format: TokenFormat) -> Self {
        match format {
            TokenFormat::Jwt => Self::AccessToken,
            TokenFormat::Opaque => Self::Exactly(ACCESS_TOKEN_TYPE),
        }
    }

    fn is_access_token(self) -> bool {
        match self {
            Self::AccessToken => true,
            Self::Exactly(kind) => kind == ACCESS_TOKEN_TYPE,
        }
    }

    fn allows(self, issued: Option<&str>) -> bool {
        match self {
            Self::AccessToken => issued.is_none_or(|issued| issued == ACCESS_TOKEN_TYPE),
            Self::Exactly(required) => issued == Some(required),
        }
    }
}

impl TokenEndpoint {
    /// Exchanges a token, with a proof of `key`. A new access token must be bound to it; a token of another type is not of this provider's
    /// APIs and is not bound. The response is refused if its token is of another type than expected.
    pub(crate) async fn exchange_token(
        &self,
        form: &[(&str, &str)],
        expected: IssuedTokenType,
        key: Option<&DpopKey>,
    ) -> EndpointResponse {
        match self.send_grant(form, key).await {
            Ok((response, certificate)) => {
                let key = key.filter(|_| expected.is_access_token());
                let read = self.read_exchange(&response, expected, key);
                read.with_certificate(certificate)
            }
            Err(error) => EndpointResponse::failed(error),
        }
    }

    fn read_exchange<B: AsRef<[u8]>>(
        &self,
        response: &Response<B>,
        expected: IssuedTokenType,
        key: Option<&DpopKey>,
    ) -> EndpointResponse {
        let Some(mut members) = parse_members(strip_bom(response.body().as_ref()))
            .filter(|members| string_member(members, "access_token").is_some())
        else {
            return self.read_bound(response, key);
        };
        let is_expected = expected.allows(string_member(&members, "issued_token_type"));
        // RFC 8693 §2.2.1: the `token_type` of a token that is no access token is `N_A`.
        let is_not_applicable = string_member(&members, "token_type")
            .is_some_and(|kind| kind.eq_ignore_ascii_case("N_A"));
        let read = if is_not_applicable && !expected.is_access_token() {
            members.insert("token_type".to_owned(), Value::from("Bearer"));
            let mut normalized = Response::new(Value::Object(members).to_string());
            *normalized.status_mut() = response.status();
            self.read_bound(&normalized, key)
        } else {
            self.read_bound(response, key)
        };
        if is_expected || read.tokens.is_err() {
            return read;
        }
        // A new refresh token is kept.
        EndpointResponse {
            refused: read.issued(),
            tokens: Err(EndpointError::InvalidResponse(OTHER_TYPE)),
            ..read
        }
    }
}
