//! Responses whose body is read: content codings are rejected, JSON is parsed.

use bytes::Bytes;
use http::{HeaderValue, header::ACCEPT};
use url::Url;

use super::{
    body::{content_coding, media_type, strip_bom},
    client::HttpClient,
    error::{HttpError, RedactedUrl},
    observer::ProviderEndpoint,
    retry_after::retry_after,
};

impl HttpClient {
    /// Sends a request as [`HttpClient::send`] does, and rejects a successful response with a content coding.
    ///
    /// # Errors
    /// The errors of [`HttpClient::send`], and [`HttpError::Encoded`] if a successful response has a content coding.
    pub async fn send_for_body(
        &self,
        request: http::Request<Vec<u8>>,
    ) -> Result<http::Response<Bytes>, HttpError> {
        let to = Url::parse(&request.uri().to_string())
            .map_or_else(|_| RedactedUrl::unparsable(), |url| RedactedUrl::of(&url));
        let response = self.send(request).await?;
        match content_coding(response.headers()) {
            Some(encoding) if response.status().is_success() => {
                Err(HttpError::Encoded { to, encoding })
            }
            _ => Ok(response),
        }
    }

    /// Fetches a JSON document.
    ///
    /// # Errors
    /// The errors of [`HttpClient::send_for_body`], [`HttpError::Status`] if the status is not a success, and
    /// [`HttpError::NotJson`].
    pub async fn get_json(&self, url: &Url) -> Result<serde_json::Value, HttpError> {
        self.get_json_as(url, "application/json", None).await
    }

    /// Fetches a JSON document. `Accept` lists these media types.
    ///
    /// # Errors
    /// The errors of [`HttpClient::get_json`].
    pub(crate) async fn get_json_as(
        &self,
        url: &Url,
        accept: &'static str,
        endpoint: Option<ProviderEndpoint>,
    ) -> Result<serde_json::Value, HttpError> {
        let to = RedactedUrl::of(url);
        let mut request = http::Request::get(url.as_str())
            .header(ACCEPT, HeaderValue::from_static(accept))
            .body(Vec::new())
            .map_err(|_| HttpError::InsecureUrl { to: to.clone() })?;
        if let Some(endpoint) = endpoint {
            request.extensions_mut().insert(endpoint);
        }
        let response = Box::pin(self.send_for_body(request)).await?;
        if !response.status().is_success() {
            let retry_after = retry_after(response.headers(), self.options.clock.as_ref());
            return Err(HttpError::Status {
                to,
                status: response.status(),
                retry_after,
            });
        }
        // The media type is ignored: providers send JSON as application/jwk-set+json, text/json or text/plain, with or
        // without parameters.
        serde_json::from_slice(strip_bom(response.body())).map_err(|_| HttpError::NotJson {
            to,
            content_type: media_type(&response),
        })
    }
}
