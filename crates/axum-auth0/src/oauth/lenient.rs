//! Parses token responses that openidconnect rejects.
//!
//! openidconnect builds and sends the requests to the token endpoint. [`CapturingHttpClient`] hides the response from
//! its parser, which rejects a whole response because of one unusual member; a new refresh token would be lost with it.
//! This module reads the members instead. Each leniency, and a provider that needs it:
//!
//! | response | read as | provider |
//! |---|---|---|
//! | `scope` is an array | its elements | Twitch ([openidconnect-rs#163]) |
//! | `expires_in` is a string | the number | Azure AD B2C and Naver ([oauth4webapi#112]), SAP ([fastmcp#237]) |
//! | `expires_in` is out of range or not a lifetime | absent | WSO2 (`9223372036854775` for "never", [product-apim#9941]) |
//! | a member is `null` or `""` | absent | Ping (`"id_token": null`, [AppAuth-Android#1055]) |
//! | status 200 with `error` | an error response | GitHub ([auth-oauth-app.js#13]) |
//! | one member is not UTF-8 or a number out of range | that member is absent | no known provider; it would cost the refresh token |
//! | a byte order mark before the JSON | ignored | no known provider |
//!
//! Two more are elsewhere because they concern requests: the revocation request is built without openidconnect, which
//! rejects `http` on a loopback address, as for the local tenant; and `scope` of the authorization request is not
//! extended by `openid`, which `AUTH0_SCOPE` already contains.
//!
//! openidconnect's ID-token verifier is too lenient rather than too strict: see `id_token.rs`.
//!
//! [openidconnect-rs#163]: https://github.com/ramosbugs/openidconnect-rs/issues/163
//! [oauth4webapi#112]: https://github.com/panva/oauth4webapi/pull/112
//! [fastmcp#237]: https://github.com/punkpeye/fastmcp/pull/237
//! [product-apim#9941]: https://github.com/wso2/product-apim/issues/9941
//! [AppAuth-Android#1055]: https://github.com/openid/AppAuth-Android/issues/1055
//! [auth-oauth-app.js#13]: https://github.com/octokit/auth-oauth-app.js/issues/13

use std::{
    collections::HashMap,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;
use http::{HeaderValue, Response};
use openidconnect::{
    AsyncHttpClient, HttpRequest, HttpResponse, RequestTokenError, StandardErrorResponse,
    core::CoreErrorResponseType,
};
use serde_json::{Map, Value, value::RawValue};

use super::{error::EndpointError, token_response::TokenResponse};
use crate::{
    core_dpop::PROOF_HEADER,
    dpop::DpopKey,
    http_client::{HttpClient, HttpError, ProviderEndpoint},
    json, jwt,
};

/// Upper bound for `expires_in`, in seconds: ten years. More is a mistake or means "never".
const MAX_LIFETIME: i64 = 315_360_000;

/// An HTTP client for openidconnect that keeps the response and returns an empty one to the parser.
pub(super) struct CapturingHttpClient {
    http_client: HttpClient,
    /// The proof of `DPoP`.
    proof: Option<HeaderValue>,
    captured: Arc<Mutex<Option<Response<Bytes>>>>,
}

impl<'c> AsyncHttpClient<'c> for CapturingHttpClient {
    type Error = HttpError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'c>>;

    fn call(&'c self, mut request: HttpRequest) -> Self::Future {
        request.extensions_mut().insert(ProviderEndpoint::Token);
        if let Some(proof) = &self.proof {
            request.headers_mut().insert(PROOF_HEADER, proof.clone());
        }
        Box::pin(async move {
            let response = self.http_client.send(request).await?;
            *self.captured.lock().unwrap_or_else(PoisonError::into_inner) = Some(response);
            Ok(Response::new(Vec::new()))
        })
    }
}

/// The error of openidconnect's `request_async`.
type RequestError = RequestTokenError<HttpError, StandardErrorResponse<CoreErrorResponseType>>;

impl CapturingHttpClient {
    pub(super) fn new(http_client: HttpClient) -> Self {
        Self {
            http_client,
            proof: None,
            captured: Arc::default(),
        }
    }

    /// Sends the request with this proof.
    pub(super) fn with_proof(mut self, proof: Option<HeaderValue>) -> Self {
        self.proof = proof;
        self
    }

    /// Returns the response to the request that openidconnect sent. `parsed` is openidconnect's result, which is used
    /// only if there is no response.
    ///
    /// # Errors
    ///
    /// [`EndpointError::Unavailable`] if there is no response.
    pub(super) fn captured<T>(
        &self,
        parsed: Result<T, RequestError>,
    ) -> Result<Response<Bytes>, EndpointError> {
        let captured = self
            .captured
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        match (captured, parsed) {
            (Some(response), _) => Ok(response),
            (None, Err(RequestTokenError::Request(error))) => Err(error.into()),
            (None, _) => Err(EndpointError::InvalidResponse("there is none")),
        }
    }
}

/// Parses the members of a JSON object. Skips a member that is not UTF-8 or a number out of range, because the object
/// may contain a new refresh token.
pub(super) fn parse_members(body: &[u8]) -> Option<Map<String, Value>> {
    if let Ok(members) = serde_json::from_slice(body) {
        return Some(members);
    }
    let text = String::from_utf8_lossy(body);
    if let Ok(members) = serde_json::from_str(&text) {
        return Some(members);
    }
    let members: HashMap<String, &RawValue> = serde_json::from_str(&text).ok()?;
    let readable = members.into_iter().filter_map(|(name, value)| {
        let value = serde_json::from_str(value.get()).ok()?;
        Some((name, value))
    });
    Some(readable.collect())
}

/// Returns the member `name`, or `None` if it is empty, `null`, absent or not a string.
pub(super) fn string_member<'m>(members: &'m Map<String, Value>, name: &str) -> Option<&'m str> {
    json::member(members, name).and_then(Value::as_str)
}

/// Parses a successful response (RFC 6749 §5.1).
///
/// # Errors
///
/// If the access token is of another type than `DPoP` for a request with a proof of `key`, or than `Bearer` for one
/// without: a client must not use a token of an unknown type (RFC 6749 §7.1), and a token that is not bound to the key
/// could be used by anyone (RFC 9449 §5). If the refresh token is not a string: the next refresh would send the old one.
pub(super) fn normalize_token_response(
    members: &Map<String, Value>,
    key: Option<&DpopKey>,
) -> Result<TokenResponse, EndpointError> {
    let Some(kind) = string_member(members, "token_type") else {
        return Err(EndpointError::InvalidResponse(
            "token_type is missing or empty",
        ));
    };
    match key {
        None if kind.eq_ignore_ascii_case("bearer") => {}
        None => {
            return Err(EndpointError::InvalidResponse(
                "the access token is not a bearer token",
            ));
        }
        Some(_) if kind.eq_ignore_ascii_case("dpop") => {}
        Some(_) if kind.eq_ignore_ascii_case("bearer") => return Err(EndpointError::NotBound),
        Some(_) => {
            return Err(EndpointError::InvalidResponse(
                "the access token is neither bound to the key nor a bearer token",
            ));
        }
    }
    if !matches!(
        members.get("refresh_token"),
        None | Some(Value::Null | Value::String(_))
    ) {
        return Err(EndpointError::InvalidResponse(
            "refresh_token is not a string",
        ));
    }
    let owned = |name| string_member(members, name).map(str::to_owned);
    Ok(TokenResponse {
        access_token: owned("access_token").unwrap_or_default(),
        refresh_token: owned("refresh_token"),
        id_token: owned("id_token"),
        scope: json::member(members, "scope").and_then(granted_scope),
        expires_in: json::member(members, "expires_in").and_then(lifetime),
        dpop_key: key.cloned(),
        authorization_details: match json::member(members, "authorization_details") {
            Some(Value::Array(details)) => details.clone(),
            _ => Vec::new(),
        },
        certificate: None,
    })
}

/// Returns the granted scopes, or `None` if the value is neither a string nor an array. An array with a value that is
/// not a string grants nothing.
fn granted_scope(value: &Value) -> Option<Vec<String>> {
    let words = match jwt::scope_words(value) {
        None if value.is_array() => Vec::new(),
        words => words?,
    };
    Some(words.into_iter().map(str::to_owned).collect())
}

/// Parses seconds from a number or a string. Returns `None` if the value is not a lifetime.
pub(super) fn lifetime(value: &Value) -> Option<i64> {
    let seconds = match value {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a saturating cast; the range is checked below"
        )]
        Value::Number(number) => number
            .as_i64()
            .or_else(|| number.as_f64().map(|seconds| seconds as i64)),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    // -1 means "does not expire". Any other negative lifetime is in the past.
    seconds
        .map(|seconds| if seconds < -1 { 0 } else { seconds })
        .filter(|seconds| (0..=MAX_LIFETIME).contains(seconds))
}
