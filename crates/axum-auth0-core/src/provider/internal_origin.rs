//! The internal origin of the provider.

use url::Url;

use super::Issuer;

/// An optional origin that replaces the issuer's in the URLs of requests that this program sends.
#[derive(Clone, Debug, Default)]
pub(super) struct InternalOrigin(Option<Url>);

impl InternalOrigin {
    pub(super) fn new(url: Option<&Url>) -> Self {
        Self(url.cloned())
    }

    /// Returns `url` at this origin if it is at the issuer's origin. Other URLs (such as keys on a CDN) are not
    /// changed.
    pub(super) fn of(&self, url: Url, issuer: &Issuer) -> Url {
        let Some(internal) = self
            .0
            .as_ref()
            .filter(|_| url.origin() == issuer.url().origin())
        else {
            return url;
        };
        let mut moved = internal.clone();
        moved.set_path(url.path());
        moved.set_query(url.query());
        moved
    }

    /// Returns whether `url` is already at this origin. A provider may publish endpoints at the origin of the request.
    pub(super) fn contains(&self, url: &Url) -> bool {
        self.0
            .as_ref()
            .is_some_and(|internal| internal.origin() == url.origin())
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn only_the_origin_changes_and_only_of_what_is_at_the_issuers() {
        let issuer = Issuer::parse("https://idp.example.com/realms/a").unwrap();
        for (internal, url, expected) in [
            (
                "http://keycloak:8080",
                "https://idp.example.com/realms/a/token?x=%20y",
                "http://keycloak:8080/realms/a/token?x=%20y",
            ),
            (
                "https://10.0.0.5:8443/",
                "https://idp.example.com:443/keys",
                "https://10.0.0.5:8443/keys",
            ),
            (
                "http://keycloak",
                "https://idp.example.com/a//b",
                "http://keycloak/a//b",
            ),
            (
                "http://keycloak:8080",
                "https://keys.example.com/keys",
                "https://keys.example.com/keys",
            ),
            (
                "http://keycloak:8080",
                "https://idp.example.com:8443/keys",
                "https://idp.example.com:8443/keys",
            ),
        ] {
            let internal = InternalOrigin::new(Some(&internal.parse().unwrap()));
            let moved = internal.of(url.parse().unwrap(), &issuer);
            assert_eq!(moved.as_str(), expected);
        }
        let unset = InternalOrigin::default();
        let url: Url = "https://idp.example.com/keys".parse().unwrap();
        assert_eq!(unset.of(url.clone(), &issuer), url);
        assert!(!unset.contains(&url));
    }
}
