//! The values that name users to pages.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hkdf::Hkdf;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::Sha256;

use super::PageUser;

/// Bytes of a tag: 128 bits.
const LENGTH: usize = 16;

/// Computes tags: HKDF-Expand (RFC 5869 §2.3) as a pseudorandom function of issuer and subject, under a key of its own
/// for each `AUTH0_SECRET`. The first secret writes, all are accepted.
#[derive(Clone)]
pub(crate) struct PageUserTags {
    keys: Vec<Hkdf<Sha256>>,
    issuer: String,
}

impl PageUserTags {
    pub(crate) fn new(secrets: &[SecretString], issuer: &str) -> Self {
        let keys = secrets
            .iter()
            .map(|secret| {
                Hkdf::new(
                    Some(b"axum-auth0/v1/page-user"),
                    secret.expose_secret().as_bytes(),
                )
            })
            .collect();
        Self {
            keys,
            issuer: issuer.to_owned(),
        }
    }

    /// The value for pages of the user with this subject.
    pub(crate) fn of(&self, subject: &str) -> PageUser {
        PageUser(self.tag(&self.keys[0], subject).into())
    }

    /// Returns whether `page` was rendered for the user with this subject.
    pub(crate) fn matches(&self, page: &PageUser, subject: &str) -> bool {
        self.keys
            .iter()
            .any(|key| self.tag(key, subject) == page.as_str())
    }

    fn tag(&self, key: &Hkdf<Sha256>, subject: &str) -> String {
        let mut tag = [0; LENGTH];
        // Neither part can run into the other: an issuer is a URL and holds no NUL.
        key.expand_multi_info(
            &[self.issuer.as_bytes(), &[0], subject.as_bytes()],
            &mut tag,
        )
        .expect("16 bytes are fewer than 255 hashes, the only limit of HKDF-Expand");
        URL_SAFE_NO_PAD.encode(tag)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEW: &str = "a-new-secret-of-more-than-32-bytes";
    const OLD: &str = "an-old-secret-of-more-than-32-bytes";
    const ISSUER: &str = "https://op.example/";

    fn tags(secrets: &[&str], issuer: &str) -> PageUserTags {
        let secrets: Vec<SecretString> = secrets
            .iter()
            .map(|&secret| secret.to_owned().into())
            .collect();
        PageUserTags::new(&secrets, issuer)
    }

    #[test]
    fn a_user_has_the_same_tag_in_every_login_and_nobody_else_has_it() {
        let tags = tags(&[NEW], ISSUER);
        assert_eq!(tags.of("auth0|alice"), tags.of("auth0|alice"));
        assert!(tags.matches(&tags.of("auth0|alice"), "auth0|alice"));
        for other in ["auth0|bob", "auth0|alic", "auth0|alice ", "AUTH0|ALICE", ""] {
            assert!(!tags.matches(&tags.of("auth0|alice"), other), "{other}");
        }
    }

    #[test]
    fn the_same_subject_at_another_issuer_is_another_user() {
        let here = tags(&[NEW], ISSUER);
        let there = tags(&[NEW], "https://other.example/");
        assert!(!there.matches(&here.of("1"), "1"));
    }

    #[test]
    fn a_page_survives_a_rotation_of_the_secret() {
        let before = tags(&[OLD], ISSUER).of("auth0|alice");
        let during = tags(&[NEW, OLD], ISSUER);
        assert_ne!(during.of("auth0|alice"), before);
        assert!(during.matches(&before, "auth0|alice"));
        assert!(!during.matches(&before, "auth0|bob"));
        assert!(!tags(&[NEW], ISSUER).matches(&before, "auth0|alice"));
    }

    #[test]
    fn a_tag_tells_nothing_of_the_subject_and_fits_everywhere() {
        let tag = tags(&[NEW], ISSUER).of("auth0|alice");
        assert_eq!(tag.as_str().len(), 22);
        assert!(
            tag.as_str()
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        );
        assert!(!tag.is_anonymous());
        assert!(PageUser::anonymous().is_anonymous());
    }
}
