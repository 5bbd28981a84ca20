//! The values that identify users to pages.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use super::PageUser;
use crate::seal::Keyring;

/// Bytes of a tag: 128 bits.
const LENGTH: usize = 16;

const LABEL: &str = "page-user";

/// Computes tags: a pseudorandom function of issuer and subject, keyed with `AUTH0_SECRET`. New tags use the first
/// secret; tags of all secrets are accepted.
#[derive(Clone, Debug)]
pub(crate) struct PageUserTags {
    keys: Keyring,
    issuer: String,
}

impl PageUserTags {
    pub(crate) fn new(keys: Keyring, issuer: &str) -> Self {
        Self {
            keys,
            issuer: issuer.to_owned(),
        }
    }

    /// Returns the value for pages of the user with this subject.
    pub(crate) fn tag(&self, subject: &str) -> PageUser {
        let tag = self.keys.derive::<LENGTH>(LABEL, &self.input(subject));
        PageUser(URL_SAFE_NO_PAD.encode(tag).into())
    }

    /// Returns whether `page` was rendered for the user with this subject.
    pub(crate) fn matches(&self, page: &PageUser, subject: &str) -> bool {
        self.keys
            .derive_each::<LENGTH>(LABEL, &self.input(subject))
            .any(|tag| URL_SAFE_NO_PAD.encode(tag) == page.as_str())
    }

    /// Returns the input of the function. An issuer is a URL and contains no NUL, so two users never have the same
    /// input.
    fn input(&self, subject: &str) -> Vec<u8> {
        [self.issuer.as_bytes(), &[0], subject.as_bytes()].concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SystemRandom;

    const NEW: &str = "a-new-secret-of-more-than-32-bytes";
    const OLD: &str = "an-old-secret-of-more-than-32-bytes";
    const ISSUER: &str = "https://op.example/";

    fn tags(secrets: &[&str], issuer: &str) -> PageUserTags {
        let secrets: Vec<_> = secrets.iter().map(|&secret| secret.into()).collect();
        PageUserTags::new(Keyring::new(&secrets, SystemRandom::shared()), issuer)
    }

    #[test]
    fn a_user_has_the_same_tag_in_every_login_and_no_other_user_has_it() {
        let tags = tags(&[NEW], ISSUER);
        assert_eq!(tags.tag("auth0|alice"), tags.tag("auth0|alice"));
        assert!(tags.matches(&tags.tag("auth0|alice"), "auth0|alice"));
        for other in ["auth0|bob", "auth0|alic", "auth0|alice ", "AUTH0|ALICE", ""] {
            assert!(!tags.matches(&tags.tag("auth0|alice"), other), "{other}");
        }
    }

    #[test]
    fn the_same_subject_at_another_issuer_is_another_user() {
        let here = tags(&[NEW], ISSUER);
        let there = tags(&[NEW], "https://other.example/");
        assert!(!there.matches(&here.tag("1"), "1"));
    }

    #[test]
    fn a_page_stays_valid_when_the_secret_is_rotated() {
        let before = tags(&[OLD], ISSUER).tag("auth0|alice");
        let during = tags(&[NEW, OLD], ISSUER);
        assert_ne!(during.tag("auth0|alice"), before);
        assert!(during.matches(&before, "auth0|alice"));
        assert!(!during.matches(&before, "auth0|bob"));
        assert!(!tags(&[NEW], ISSUER).matches(&before, "auth0|alice"));
    }

    #[test]
    fn a_tag_does_not_reveal_the_subject_and_is_ascii() {
        let tag = tags(&[NEW], ISSUER).tag("auth0|alice");
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
