//! Time-based one-time passwords (RFC 6238): six digits, 30 seconds, HMAC-SHA-1, as in every authenticator app.

use ring::hmac;

/// How long a code is valid, in seconds.
const PERIOD: i64 = 30;
const MODULUS: u32 = 1_000_000;

/// Returns the number of the period that contains `now`, in seconds since 1970.
pub(crate) fn period(now: i64) -> i64 {
    now.div_euclid(PERIOD)
}

/// Returns the code of a period (RFC 4226 §5.3).
pub(crate) fn code(secret: &[u8], period: i64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let tag = hmac::sign(&key, &period.to_be_bytes());
    let bytes = tag.as_ref();
    let offset = usize::from(bytes.last().copied().unwrap_or_default() & 0x0f);
    let truncated = bytes
        .iter()
        .skip(offset)
        .take(4)
        .fold(0_u32, |number, byte| (number << 8) | u32::from(*byte));
    format!("{:06}", (truncated & 0x7fff_ffff) % MODULUS)
}

/// Returns whether the user typed `code`; spaces do not matter.
pub(crate) fn is_code(typed: &str, code: &str) -> bool {
    typed
        .chars()
        .filter(|character| !character.is_whitespace())
        .eq(code.chars())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_are_those_of_rfc_6238_appendix_b() {
        let secret = b"12345678901234567890";
        for (time, expected) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(code(secret, period(time)), expected, "{time}");
        }
    }

    #[test]
    fn a_typed_code_may_contain_spaces() {
        assert!(is_code(" 287 082", "287082"));
        for wrong in ["28708", "2870820", "287083", ""] {
            assert!(!is_code(wrong, "287082"), "{wrong}");
        }
    }
}
