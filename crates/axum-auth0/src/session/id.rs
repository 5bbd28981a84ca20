//! Session identifiers: 112 random bits and a 16-bit tag of this site.
//!
//! The tag distinguishes an identifier of this site whose session has ended from one of another application on the same
//! host, whose cookie must not be removed. Security rests on the 112 random bits, not on the tag.

use tower_sessions::session::Id;

use crate::seal::Keyring;

/// Length of the tag, in bytes.
const TAG: usize = 2;

/// Must not change: sites would not recognise the identifiers that they issued before.
const TAG_LABEL: &str = "session-id-mark";

/// Returns `id` with the tag of this site in its last bytes.
pub(crate) fn tagged(keys: &Keyring, id: Id) -> Id {
    let mut bytes = id.0.to_le_bytes();
    let (random, tag) = bytes.split_at_mut(16 - TAG);
    tag.copy_from_slice(&keys.derive::<TAG>(TAG_LABEL, random));
    Id(i128::from_le_bytes(bytes))
}

/// Returns whether this site issued `id`, with any of its secrets. One foreign identifier in 65,536 has the same tag.
pub(crate) fn is_ours(keys: &Keyring, id: Id) -> bool {
    let bytes = id.0.to_le_bytes();
    let (random, tag) = bytes.split_at(16 - TAG);
    keys.derive_each::<TAG>(TAG_LABEL, random)
        .any(|expected| expected == tag)
}

/// Returns the identifier of the session that a login transaction creates. Only this site and the browser with the
/// sealed transaction can compute it.
pub(crate) fn of_transaction(keys: &Keyring, verifier: &str) -> Id {
    let bytes = keys.derive::<16>("session-id", verifier.as_bytes());
    tagged(keys, Id(i128::from_le_bytes(bytes)))
}

/// Like [`of_transaction`], for each of the secrets.
pub(crate) fn of_transaction_with_each_secret(keys: &Keyring, verifier: &str) -> Vec<Id> {
    keys.derive_each::<16>("session-id", verifier.as_bytes())
        .enumerate()
        .filter_map(|(secret, mut bytes)| {
            let (random, tag) = bytes.split_at_mut(16 - TAG);
            let derived = keys.derive_each::<TAG>(TAG_LABEL, random).nth(secret)?;
            tag.copy_from_slice(&derived);
            Some(Id(i128::from_le_bytes(bytes)))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SystemRandom;

    fn keyring(secrets: &[&str]) -> Keyring {
        let secrets: Vec<_> = secrets.iter().map(|&secret| secret.into()).collect();
        Keyring::new(&secrets, SystemRandom::shared())
    }

    #[test]
    fn a_site_recognises_the_identifiers_that_it_issued() {
        let site = keyring(&["one secret of at least 32 bytes, or more"]);
        let rotated = keyring(&[
            "a new secret of at least 32 bytes, or more",
            "one secret of at least 32 bytes, or more",
        ]);
        let other = keyring(&["another secret of at least 32 bytes, or so"]);
        let ids: Vec<_> = (0..64)
            .map(|number| tagged(&site, Id(i128::MAX / 3 - number)))
            .collect();
        assert!(ids.iter().all(|&id| is_ours(&site, id)));
        assert!(ids.iter().all(|&id| is_ours(&rotated, id)));
        // The false-positive rate is 1 in 65,536.
        assert!(ids.iter().filter(|&&id| is_ours(&other, id)).count() < 3);
    }

    #[test]
    fn a_transaction_has_one_session_identifier() {
        let site = keyring(&["one secret of at least 32 bytes, or more"]);
        let other = keyring(&["another secret of at least 32 bytes, or so"]);
        let id = of_transaction(&site, "verifier");
        assert_eq!(id, of_transaction(&site, "verifier"));
        assert_ne!(id, of_transaction(&site, "another"));
        assert_ne!(id, of_transaction(&other, "verifier"));
        assert!(is_ours(&site, id));
    }
}
