//! Validation of RSA public keys.

use super::skipped_key::SkipReason;

/// Accepted sizes of RSA keys, in bits. Smaller keys are too weak; larger ones make each verification expensive.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=4096;

/// The odd primes up to 167, which divide the generator product of ROCA keys.
const SMALL_PRIMES: [u32; 38] = [
    3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97,
    101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
];

/// Checks the size and the form of a key. Neither number may have leading zeros.
pub(super) fn check(modulus: &[u8], exponent: &[u8]) -> Result<(), SkipReason> {
    let (Some(first), Some(last)) = (modulus.first(), modulus.last()) else {
        return Err(SkipReason::UnsoundRsa);
    };
    let bits = modulus.len() * 8 - first.leading_zeros() as usize;
    if !RSA_BITS.contains(&bits) {
        return Err(SkipReason::RsaSize { bits });
    }
    let exponent_is_sound = match exponent {
        // With the exponent 1, every message is its own signature.
        [only] => *only >= 3 && only % 2 == 1,
        [.., last] => exponent.len() <= 4 && last % 2 == 1,
        [] => false,
    };
    if last % 2 == 0 || !exponent_is_sound {
        return Err(SkipReason::UnsoundRsa);
    }
    if has_roca_fingerprint(modulus) {
        return Err(SkipReason::Roca);
    }
    Ok(())
}

/// Returns whether the modulus is a power of 65537 modulo every small prime, as the keys of CVE-2017-15361 are (Nemec
/// et al., “The Return of Coppersmith's Attack”, CCS 2017, §3). For a sound modulus, the probability is below 2⁻²⁷.
fn has_roca_fingerprint(modulus: &[u8]) -> bool {
    SMALL_PRIMES
        .iter()
        .all(|&prime| is_power_of_65537(remainder(modulus, prime), prime))
}

fn remainder(number: &[u8], divisor: u32) -> u32 {
    number.iter().fold(0, |remainder, &byte| {
        (remainder * 256 + u32::from(byte)) % divisor
    })
}

fn is_power_of_65537(value: u32, prime: u32) -> bool {
    let generator = 65_537 % prime;
    let mut power = 1;
    loop {
        if power == value {
            return true;
        }
        power = power * generator % prime;
        if power == 1 {
            return false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The fingerprint matches the powers of 65537 modulo the product of the primes. The test does not need 2048 bits.
    #[test]
    fn a_power_of_65537_has_the_fingerprint_and_its_neighbours_do_not() {
        // 65537³ and 65537⁷, as integers.
        let third: u128 = 65_537_u128.pow(3);
        let seventh: u128 = 65_537_u128.pow(7);
        for power in [1, 65_537, third, seventh] {
            assert!(has_roca_fingerprint(&power.to_be_bytes()), "{power}");
            assert!(!has_roca_fingerprint(&(power + 2).to_be_bytes()), "{power}");
        }
    }

    #[test]
    fn size_and_exponent_are_checked_first() {
        let mut modulus = vec![0xff; 256];
        modulus[255] = 0xf5;
        assert_eq!(check(&modulus, &[1, 0, 1]), Ok(()));
        assert_eq!(check(&modulus, &[3]), Ok(()));
        for exponent in [&[][..], &[1], &[2], &[1, 0, 0], &[1, 0, 0, 0, 1]] {
            assert_eq!(check(&modulus, exponent), Err(SkipReason::UnsoundRsa));
        }
        assert_eq!(
            check(&modulus[..128], &[3]),
            Err(SkipReason::RsaSize { bits: 1024 })
        );
        assert_eq!(
            check(&vec![0xff; 513], &[3]),
            Err(SkipReason::RsaSize { bits: 4104 })
        );
        assert_eq!(check(&[], &[3]), Err(SkipReason::UnsoundRsa));
    }
}
