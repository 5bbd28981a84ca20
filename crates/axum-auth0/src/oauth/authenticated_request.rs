//! Requests to endpoints of the provider that authenticate the client.

use http::{Request, header};
use url::{Url, form_urlencoded};

use super::token_endpoint::TokenEndpoint;
use crate::{config::ClientAuthentication, http_client::ProviderEndpoint, jwt::SignatureError};

impl TokenEndpoint {
    /// Returns a POST request with `form` and the client's credentials. `None` if `url` is no URL of HTTP.
    ///
    /// It is built without openidconnect, which rejects endpoints with `http` even on a loopback address, as for the local
    /// tenant.
    ///
    /// # Errors
    ///
    /// If a client assertion cannot be signed.
    pub(super) fn authenticated_request<'f>(
        &self,
        url: &Url,
        method: ClientAuthentication,
        form: impl IntoIterator<Item = (&'f str, &'f str)>,
        endpoint: ProviderEndpoint,
    ) -> Result<Option<Request<Vec<u8>>>, SignatureError> {
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(form);
        for (name, value) in self.client.parameters(method)? {
            body.append_pair(name, &value);
        }
        let mut request = Request::post(url.as_str())
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .extension(endpoint);
        if let Some(authorization) = self.client.authorization(method) {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        Ok(request.body(body.finish().into_bytes()).ok())
    }
}
