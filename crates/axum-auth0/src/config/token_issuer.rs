//! The issuer of access tokens, for a provider that has another name in them than in ID tokens.

use url::Url;

use super::faults::Problems;

const VARIABLE: &str = "AUTH0_TOKEN_ISSUER";

/// Reads `AUTH0_TOKEN_ISSUER`. It is compared with `iss` and never fetched, so plain `http` is no danger: AD FS writes it so.
pub(super) fn read(faults: &mut Problems<'_>) -> Option<String> {
    let value = faults.get(VARIABLE)?;
    let problem = match Url::parse(value) {
        _ if value
            .chars()
            .any(|character| character.is_whitespace() || character.is_control()) =>
        {
            "contains spaces or control characters"
        }
        Ok(url) if matches!(url.scheme(), "https" | "http") && url.has_host() => {
            return Some(value.to_owned());
        }
        _ => "must be the whole issuer URL as access tokens have it in iss, to the letter",
    };
    faults.add(
        VARIABLE,
        problem,
        format!("{VARIABLE}=https://sts.windows.net/your-tenant-id/"),
    );
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Variables;

    #[test]
    fn an_issuer_is_kept_to_the_letter_and_nothing_else_is_taken_for_one() {
        let read = |value: &str| {
            let variables = Variables::from_iter([(VARIABLE, value)]);
            let mut faults = Problems::new(&variables);
            let issuer = super::read(&mut faults);
            assert_eq!(
                issuer.is_none() && !value.is_empty(),
                faults.finish().is_err()
            );
            issuer
        };
        for issuer in [
            "http://adfs.example.com/adfs/services/trust",
            "https://sts.windows.net/9188040d/",
            "https://OP.example.com",
        ] {
            assert_eq!(read(issuer).as_deref(), Some(issuer));
        }
        for wrong in [
            "adfs.example.com",
            "https://",
            "https://a.example https://b.example",
            "urn:x",
            "file:///x",
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
        assert_eq!(read(""), None);
    }
}
