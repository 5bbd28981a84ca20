//! The proofs of a token request (RFC 9449 §5, §8).

use http::{HeaderValue, Method, Response, StatusCode};
use url::Url;

use super::lenient::{parse_members, string_member};
use crate::{
    dpop::{DpopKey, DpopSigner, ProofTarget},
    http_client::strip_bom,
    jwt::SignatureError,
};

/// The proofs of the attempts of one request: the second one has the nonce that the provider asked for, and is the last.
#[derive(Debug)]
pub(super) struct Proofs<'a> {
    signer: &'a DpopSigner,
    key: Option<&'a DpopKey>,
    nonce: Option<String>,
}

impl<'a> Proofs<'a> {
    /// `key` is `None` for a request without a proof.
    pub(super) fn new(signer: &'a DpopSigner, key: Option<&'a DpopKey>) -> Self {
        Self {
            signer,
            key,
            nonce: None,
        }
    }

    /// Returns the proof of the next attempt.
    pub(super) fn next(&self, url: &Url) -> Result<Option<HeaderValue>, SignatureError> {
        let target = ProofTarget {
            method: &Method::POST,
            url,
            access_token: None,
        };
        self.key
            .map(|key| self.signer.proof(key, target, self.nonce.as_deref()))
            .transpose()
    }

    /// Returns whether to send the request once more, because the provider asks for a nonce (RFC 9449 §8). It did nothing
    /// with the first one.
    ///
    /// The next proof has the nonce of this response, and not one that another request received meanwhile.
    pub(super) fn needs_retry<B: AsRef<[u8]>>(
        &mut self,
        url: &Url,
        response: &Response<B>,
    ) -> bool {
        if self.key.is_none() {
            return false;
        }
        let nonce = self.signer.remember_nonce(url, response.headers());
        let may_ask = matches!(
            response.status(),
            StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED
        );
        if self.nonce.is_some() || nonce.is_none() || !may_ask {
            return false;
        }
        let members = parse_members(strip_bom(response.body().as_ref())).unwrap_or_default();
        let asks = string_member(&members, "error") == Some("use_dpop_nonce");
        if asks {
            self.nonce = nonce;
        }
        asks
    }
}
