//! The nonces that servers sent, by origin (RFC 9449 §8.2).

use std::{
    collections::HashMap,
    fmt,
    sync::{Mutex, PoisonError},
};

use http::HeaderMap;
use url::Url;

use crate::core_dpop::NONCE_HEADER;

/// Maximum number of origins: the provider and the APIs of the configuration, with room to spare.
const MAX_ORIGINS: usize = 64;

/// Maximum length of a nonce, in bytes. A proof has to fit into a header.
const MAX_NONCE: usize = 512;

/// The newest nonce of each origin. A nonce is not secret, and says nothing about a user.
#[derive(Default)]
pub(super) struct Nonces(Mutex<HashMap<String, String>>);

impl Nonces {
    pub(super) fn of(&self, url: &Url) -> Option<String> {
        let nonces = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        nonces.get(&origin(url)).cloned()
    }

    /// Remembers the nonce of a response, and returns it. `None` if there is none, or more than one, or an invalid one.
    pub(super) fn remember(&self, url: &Url, headers: &HeaderMap) -> Option<String> {
        let mut values = headers.get_all(NONCE_HEADER).iter();
        let (Some(nonce), None) = (values.next(), values.next()) else {
            return None;
        };
        let nonce = nonce.to_str().ok().filter(|nonce| is_nonce(nonce))?;
        let mut nonces = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let origin = origin(url);
        if nonces.len() >= MAX_ORIGINS && !nonces.contains_key(&origin) {
            nonces.clear();
        }
        nonces.insert(origin, nonce.to_owned());
        Some(nonce.to_owned())
    }
}

fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

/// The grammar of RFC 9449 §8.1: `1*NQCHAR` of RFC 6749 appendix A.
fn is_nonce(text: &str) -> bool {
    let is_character = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\');
    (1..=MAX_NONCE).contains(&text.len()) && text.bytes().all(is_character)
}

impl fmt::Debug for Nonces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Nonces")
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn headers(values: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(NONCE_HEADER, value.parse().unwrap());
        }
        headers
    }

    fn url(text: &str) -> Url {
        text.parse().unwrap()
    }

    #[test]
    fn the_newest_nonce_of_each_origin_is_remembered() {
        let nonces = Nonces::default();
        let api = url("https://api.example.com/products");
        assert_eq!(nonces.of(&api), None);
        assert_eq!(
            nonces.remember(&api, &headers(&["a"])),
            Some("a".to_owned())
        );
        assert_eq!(
            nonces.of(&url("https://api.example.com:443/")),
            Some("a".to_owned())
        );
        assert_eq!(nonces.of(&url("https://api.example.com:444/")), None);
        nonces.remember(&api, &headers(&["b"]));
        assert_eq!(nonces.of(&api), Some("b".to_owned()));
    }

    #[test]
    fn a_header_without_one_valid_nonce_changes_nothing() {
        let nonces = Nonces::default();
        let api = url("https://api.example.com/");
        nonces.remember(&api, &headers(&["a"]));
        let long = "x".repeat(MAX_NONCE + 1);
        for values in [
            &[][..],
            &["b", "c"],
            &[""],
            &["b c"],
            &["\"b\""],
            &[long.as_str()],
        ] {
            assert_eq!(nonces.remember(&api, &headers(values)), None, "{values:?}");
            assert_eq!(nonces.of(&api), Some("a".to_owned()));
        }
    }

    #[test]
    fn the_number_of_origins_is_bounded() {
        let nonces = Nonces::default();
        for port in 1..1_000 {
            nonces.remember(&url(&format!("http://127.0.0.1:{port}/")), &headers(&["a"]));
        }
        assert!(nonces.0.lock().unwrap().len() <= MAX_ORIGINS);
    }
}
