//! Time-based one-time passwords (RFC 6238): six digits, 30 seconds, HMAC-SHA-1, as in every authenticator app.

use data_encoding::BASE32_NOPAD;
use ring::hmac;
use url::Url;

/// How long a code is valid, in seconds.
const PERIOD: i64 = 30;
const MODULUS: u32 = 1_000_000;

/// The name of the tenant in an authenticator app.
const ISSUER: &str = "Local tenant";

/// Returns a new secret of 160 bits (RFC 4226 §4).
pub(crate) fn new_secret() -> [u8; 20] {
    rand::random()
}

/// Returns the secret as users type it into an authenticator app.
pub(crate) fn key(secret: &[u8]) -> String {
    BASE32_NOPAD.encode(secret)
}

/// Returns the URI that sets up an authenticator app, as its link or QR code.
pub(crate) fn setup_uri(email: &str, secret: &[u8]) -> String {
    let Ok(mut uri) = Url::parse("otpauth://totp/") else {
        return String::new();
    };
    if let Ok(mut path) = uri.path_segments_mut() {
        path.clear().push(&format!("{ISSUER}:{email}"));
    }
    let issuer = ISSUER.replace(' ', "%20");
    uri.set_query(Some(&format!(
        "secret={}&issuer={issuer}&algorithm=SHA1&digits=6&period={PERIOD}",
        key(secret)
    )));
    uri.into()
}

/// Returns the period whose code was typed: the current, the previous or the next one (RFC 6238 §5.2).
pub(crate) fn period_of(secret: &[u8], typed: &str, now: i64) -> Option<i64> {
    let current = period(now);
    (current - 1..=current + 1).find(|period| is_code(typed, &code(secret, *period)))
}

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
fn is_code(typed: &str, code: &str) -> bool {
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
    fn the_setup_uri_is_that_of_authenticator_apps() {
        assert_eq!(
            setup_uri("alice@example.com", b"12345678901234567890"),
            "otpauth://totp/Local%20tenant:alice@example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Local%20tenant\
             &algorithm=SHA1&digits=6&period=30"
        );
    }

    #[test]
    fn a_typed_code_may_contain_spaces() {
        assert!(is_code(" 287 082", "287082"));
        for wrong in ["28708", "2870820", "287083", ""] {
            assert!(!is_code(wrong, "287082"), "{wrong}");
        }
    }
}
