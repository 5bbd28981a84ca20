//! How an authorization request reaches the provider: in the URL, signed, pushed, or both.

use url::Url;

use super::{
    error::EndpointError, pushed_authorization::pushes_requests, request_object::signs_requests,
    token_endpoint::TokenEndpoint,
};
use crate::{config::Config, provider::Metadata};

impl TokenEndpoint {
    /// Signs and pushes `request`, a URL of the authorization endpoint, as far as the configuration or the provider requires
    /// it, and returns the URL for the browser.
    ///
    /// # Errors
    ///
    /// See [`EndpointError`].
    pub async fn deliver_authorization_request(
        &self,
        config: &Config,
        metadata: &Metadata,
        request: Url,
    ) -> Result<Url, EndpointError> {
        let request = if signs_requests(config, metadata) {
            self.sign_authorization_request(metadata, &request)?
        } else {
            request
        };
        if pushes_requests(config, metadata) {
            return self.push_authorization_request(metadata, &request).await;
        }
        Ok(request)
    }
}
