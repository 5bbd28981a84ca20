//! Session identifiers: 128 bits, the last 16 of which are a mark of this site.
//!
//! The mark tells an identifier of ours that has ended from one of another application on the same host, whose cookie is
//! not ours to remove. It is no protection; the other 112 bits are.

use tower_sessions::session::Id;

use crate::seal::Keyring;

const MARK: usize = 2;

/// `id` with the mark of this site in its last bytes.
pub(crate) fn marked(keys: &Keyring, id: Id) -> Id {
    let mut bytes = id.0.to_le_bytes();
    let (random, mark) = bytes.split_at_mut(16 - MARK);
    mark.copy_from_slice(&keys.derive::<MARK>("session-id-mark", random));
    Id(i128::from_le_bytes(bytes))
}

/// Whether this site, with one of its secrets, issued `id`. One identifier of others in 65,536 looks like it.
pub(crate) fn is_ours(keys: &Keyring, id: Id) -> bool {
    let bytes = id.0.to_le_bytes();
    let (random, mark) = bytes.split_at(16 - MARK);
    keys.derive_each::<MARK>("session-id-mark", random)
        .any(|expected| expected == mark)
}

/// The identifier of the session that a login transaction ends in. Only the browser with the sealed transaction and this
/// site can know it.
pub(crate) fn of_transaction(keys: &Keyring, verifier: &str) -> Id {
    let bytes = keys.derive::<16>("session-id", verifier.as_bytes());
    marked(keys, Id(i128::from_le_bytes(bytes)))
}

/// As [`of_transaction`], with each of the secrets.
pub(crate) fn of_transaction_with_each_secret(keys: &Keyring, verifier: &str) -> Vec<Id> {
    keys.derive_each::<16>("session-id", verifier.as_bytes())
        .enumerate()
        .filter_map(|(secret, mut bytes)| {
            let (random, mark) = bytes.split_at_mut(16 - MARK);
            let derived = keys
                .derive_each::<MARK>("session-id-mark", random)
                .nth(secret)?;
            mark.copy_from_slice(&derived);
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
    fn an_identifier_is_recognised_by_the_site_that_issued_it() {
        let site = keyring(&["one secret of at least 32 bytes, or more"]);
        let rotated = keyring(&[
            "a new secret of at least 32 bytes, or more",
            "one secret of at least 32 bytes, or more",
        ]);
        let other = keyring(&["another secret of at least 32 bytes, or so"]);
        let ids: Vec<_> = (0..64)
            .map(|number| marked(&site, Id(i128::MAX / 3 - number)))
            .collect();
        assert!(ids.iter().all(|&id| is_ours(&site, id)));
        assert!(ids.iter().all(|&id| is_ours(&rotated, id)));
        // One in 65,536 may be mistaken; 64 of them are not.
        assert!(ids.iter().filter(|&&id| is_ours(&other, id)).count() < 3);
    }

    #[test]
    fn a_transaction_leads_to_one_identifier() {
        let site = keyring(&["one secret of at least 32 bytes, or more"]);
        let other = keyring(&["another secret of at least 32 bytes, or so"]);
        let id = of_transaction(&site, "verifier");
        assert_eq!(id, of_transaction(&site, "verifier"));
        assert_ne!(id, of_transaction(&site, "another"));
        assert_ne!(id, of_transaction(&other, "verifier"));
        assert!(is_ours(&site, id));
    }
}
