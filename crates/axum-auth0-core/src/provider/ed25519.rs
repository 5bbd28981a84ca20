//! Validation of Ed25519 public keys.

use curve25519_dalek::edwards::CompressedEdwardsY;

use super::skipped_key::SkipReason;

/// Checks that the bytes are a point on the curve and not one of the eight points of small order, in any encoding. With
/// a key of small order, one signature is valid for all messages or for a large part of them.
/// [RFC 8032 §5.1.7](https://www.rfc-editor.org/rfc/rfc8032#section-5.1.7) does not exclude such keys.
pub(super) fn check(point: &[u8]) -> Result<(), SkipReason> {
    let point = CompressedEdwardsY::from_slice(point)
        .map_err(|_| SkipReason::Malformed("x"))?
        .decompress()
        .ok_or(SkipReason::NotOnCurve)?;
    if point.is_small_order() {
        return Err(SkipReason::SmallOrder);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The y coordinates of the points of small order, in little-endian: canonical, and plus the prime if that fits.
    const SMALL_ORDER: [&str; 7] = [
        // Order 1: y = 1.
        "0100000000000000000000000000000000000000000000000000000000000000",
        // Order 2: y = −1.
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        // Order 4: y = 0.
        "0000000000000000000000000000000000000000000000000000000000000000",
        // Order 8.
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        // Not canonical: y = p, which is 0, and y = p + 1, which is 1.
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ];

    fn bytes(hex: &str) -> Vec<u8> {
        hex.as_bytes()
            .chunks(2)
            .filter_map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
            .collect()
    }

    #[test]
    fn every_point_of_small_order_is_refused_in_every_spelling() {
        for hex in SMALL_ORDER {
            let mut point = bytes(hex);
            assert_eq!(check(&point), Err(SkipReason::SmallOrder), "{hex}");
            // The other sign of x.
            point[31] |= 0x80;
            assert!(check(&point).is_err(), "{hex} with the sign bit");
        }
    }

    #[test]
    fn a_point_of_the_prime_order_is_accepted() {
        // The base point, and the key of test 1 in RFC 8032 §7.1.
        for hex in [
            "5866666666666666666666666666666666666666666666666666666666666666",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        ] {
            assert_eq!(check(&bytes(hex)), Ok(()), "{hex}");
        }
        assert_eq!(check(&[2; 31]), Err(SkipReason::Malformed("x")));
        // No point on the curve has y = 2.
        let mut not_a_point = [0; 32];
        not_a_point[0] = 2;
        assert_eq!(check(&not_a_point), Err(SkipReason::NotOnCurve));
    }
}
