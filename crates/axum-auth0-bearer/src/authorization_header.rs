//! Extraction of the token from the `Authorization` header.

use http::{HeaderMap, header::AUTHORIZATION};

use super::{error_kind::BearerErrorKind, presented_token::Scheme};

/// Returns the token in the `Authorization` header
/// ([RFC 6750 §2.1](https://www.rfc-editor.org/rfc/rfc6750#section-2.1)). Tokens in the query, the body or a cookie are
/// ignored.
pub(super) fn bearer_token(headers: &HeaderMap) -> Result<&str, BearerErrorKind> {
    presented_token(headers, false).map(|(_, token)| token)
}

/// Returns scheme and token as [`bearer_token`] does; with `accepts_dpop`, also those of the scheme `DPoP`
/// ([RFC 9449 §7.1](https://www.rfc-editor.org/rfc/rfc9449#section-7.1)).
pub(super) fn presented_token(
    headers: &HeaderMap,
    accepts_dpop: bool,
) -> Result<(Scheme, &str), BearerErrorKind> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let value = match (values.next(), values.next()) {
        (None, _) => return Err(BearerErrorKind::NoToken),
        (Some(value), None) => value,
        // With several headers, two components could read different ones.
        (Some(_), Some(_)) => return Err(BearerErrorKind::MalformedRequest),
    };
    let value = value
        .to_str()
        .map_err(|_| BearerErrorKind::MalformedRequest)?;
    let (scheme, token) = value.split_once(' ').unwrap_or((value, ""));
    let scheme = if scheme.eq_ignore_ascii_case("bearer") {
        Scheme::Bearer
    } else if accepts_dpop && scheme.eq_ignore_ascii_case("dpop") {
        Scheme::Dpop
    } else {
        return Err(BearerErrorKind::NoToken);
    };
    let token = token.trim_matches(' ');
    if is_b64token(token) {
        Ok((scheme, token))
    } else {
        Err(BearerErrorKind::MalformedRequest)
    }
}

/// Checks the grammar of RFC 6750: `1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="`.
fn is_b64token(text: &str) -> bool {
    let token = text.trim_end_matches('=');
    !token.is_empty()
        && token
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn found(values: &[&str]) -> Result<String, BearerErrorKind> {
        let headers = values
            .iter()
            .map(|value| (AUTHORIZATION, value.parse().unwrap()))
            .collect();
        bearer_token(&headers).map(str::to_owned)
    }

    #[test]
    fn the_scheme_is_read_in_any_case() {
        for value in [
            "Bearer abc.def.ghi",
            "bearer abc.def.ghi",
            "BEARER abc.def.ghi",
            "Bearer  abc.def.ghi",
        ] {
            assert_eq!(found(&[value]), Ok("abc.def.ghi".to_owned()), "{value}");
        }
    }

    #[test]
    fn no_token_is_not_an_error_but_a_challenge() {
        assert_eq!(found(&[]), Err(BearerErrorKind::NoToken));
        assert_eq!(
            found(&["Basic YWxpY2U6c2VjcmV0"]),
            Err(BearerErrorKind::NoToken)
        );
        assert_eq!(found(&["DPoP abc.def.ghi"]), Err(BearerErrorKind::NoToken));
        assert_eq!(found(&["Bearerabc"]), Err(BearerErrorKind::NoToken));
        assert_eq!(found(&[""]), Err(BearerErrorKind::NoToken));
    }

    #[test]
    fn what_can_be_read_in_two_ways_is_malformed() {
        assert_eq!(
            found(&["Bearer a.b.c", "Bearer a.b.c"]),
            Err(BearerErrorKind::MalformedRequest)
        );
        for value in [
            "Bearer",
            "Bearer ",
            "Bearer a.b.c, Bearer d.e.f",
            "Bearer a.b.c d",
            "Bearer \u{e9}",
            "Bearer =",
            "Bearer a,b",
            "Bearer \"a\"",
        ] {
            assert_eq!(
                found(&[value]),
                Err(BearerErrorKind::MalformedRequest),
                "{value}"
            );
        }
        assert_eq!(found(&["Bearer\ta.b.c"]), Err(BearerErrorKind::NoToken));
    }
}
