//! The OpenID Provider: its identity, and the address at which this server reaches it.

use url::Url;

use super::{problems::Problems, variable};
use crate::provider::Issuer;

pub(super) fn issuer(problems: &mut Problems<'_>) -> Option<Issuer> {
    let Some(value) = problems.get(variable::DOMAIN) else {
        problems.add(variable::DOMAIN, "is missing; it is the Domain of your Auth0 tenant, or the issuer URL of another OpenID Provider");
        return None;
    };
    Issuer::parse(value)
        .map_err(|error| problems.add(variable::DOMAIN, error.to_string()))
        .ok()
}

/// Reads `AUTH0_PROVIDER_INTERNAL_URL`, an origin at which the provider's endpoints keep their paths. Plain http is
/// allowed to any host, because the variable is for container networks.
pub(super) fn internal_url(problems: &mut Problems<'_>) -> Option<Url> {
    let value = problems.get(variable::PROVIDER_INTERNAL_URL)?;
    let problem = match Url::parse(value) {
        Err(error) => format!("is not a URL ({error})"),
        Ok(url) if !matches!(url.scheme(), "http" | "https") => {
            "must begin with http:// or https://".to_owned()
        }
        Ok(url) if !url.username().is_empty() || url.password().is_some() => {
            "must not contain a user name or a password".to_owned()
        }
        Ok(url) if url.path() != "/" || url.query().is_some() || url.fragment().is_some() => {
            "must be an origin, without a path or a query: the provider's endpoints keep their paths".to_owned()
        }
        Ok(url) => return Some(url),
    };
    problems.add(variable::PROVIDER_INTERNAL_URL, problem);
    None
}

/// Reads `AUTH0_TOKEN_ISSUER`. It is compared with `iss` and never fetched, so plain `http`, which AD FS uses, is
/// allowed.
pub(super) fn token_issuer(problems: &mut Problems<'_>) -> Option<String> {
    let value = problems.get(variable::TOKEN_ISSUER)?;
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
        _ => "must be the whole issuer URL, exactly as access tokens have it in iss",
    };
    problems.add(variable::TOKEN_ISSUER, problem);
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Variables;

    #[test]
    fn a_token_issuer_is_kept_exactly_and_must_be_a_url() {
        let read = |value: &str| {
            let variables = Variables::from_iter([(variable::TOKEN_ISSUER.name, value)]);
            let mut problems = Problems::new(&variables);
            let issuer = super::token_issuer(&mut problems);
            assert_eq!(
                issuer.is_none() && !value.is_empty(),
                problems.finish().is_err()
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
