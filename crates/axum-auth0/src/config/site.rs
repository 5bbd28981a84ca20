//! The URL and the secrets of the site.

use std::collections::HashSet;

use secrecy::SecretString;
use url::Url;

use super::{
    base_path::{self, BasePath},
    problems::Problems,
    variable,
};
use crate::http_client::is_loopback;

/// Reads `APP_BASE_URL` and `NEXT_PUBLIC_BASE_PATH`. The path of the URL is the base path.
pub(super) fn base_url(problems: &mut Problems<'_>) -> Option<(Url, BasePath)> {
    let (mut url, in_url) = read_base_url(problems)?;
    let base_path = base_path::read(problems, in_url);
    url.set_path(base_path.home());
    Some((url, base_path))
}

fn read_base_url(problems: &mut Problems<'_>) -> Option<(Url, BasePath)> {
    let Some(value) = problems.get(variable::BASE_URL) else {
        problems.add(variable::BASE_URL, "is missing; it is the URL of this site");
        return None;
    };
    let problem = match Url::parse(value) {
        _ if value.contains(',') => "must be one URL, not a list".to_owned(),
        Err(error) => format!("is not a URL ({error})"),
        Ok(url) if !matches!(url.scheme(), "http" | "https") => {
            "must begin with https://".to_owned()
        }
        Ok(url) if url.scheme() == "http" && !is_loopback(&url) && !is_local_name(&url) => {
            "must be https; http is possible on localhost only".to_owned()
        }
        Ok(url) if url.query().is_some() || url.fragment().is_some() => {
            "must not contain a query or a fragment".to_owned()
        }
        Ok(url) if !url.username().is_empty() || url.password().is_some() => {
            "must not contain a user name or a password".to_owned()
        }
        Ok(url) => match base_path::in_url(&url) {
            Ok(path) => return Some((url, path)),
            Err(problem) => problem,
        },
    };
    problems.add(variable::BASE_URL, problem);
    None
}

/// Returns whether the host is a subdomain of `localhost`, which browsers resolve to loopback (RFC 6761 §6.3).
fn is_local_name(url: &Url) -> bool {
    url.domain()
        .is_some_and(|name| name.ends_with(".localhost"))
}

pub(super) fn secrets(problems: &mut Problems<'_>) -> Vec<SecretString> {
    let Some(value) = problems.get(variable::SECRET) else {
        problems.add(
            variable::SECRET,
            "is missing; it encrypts sessions and tokens, at least 32 random bytes",
        );
        return Vec::new();
    };
    let secrets: Vec<&str> = value.split(',').map(str::trim).collect();
    for (position, secret) in secrets.iter().enumerate() {
        let which = if secrets.len() == 1 {
            String::new()
        } else {
            format!("number {} ", position + 1)
        };
        if secret.len() < 32 {
            let problem = format!(
                "{which}is {} bytes long; it must be at least 32",
                secret.len()
            );
            problems.add(variable::SECRET, problem);
        } else if secret.bytes().collect::<HashSet<_>>().len() < 10 {
            let problem =
                format!("{which}is too easy to guess: it uses fewer than 10 different characters");
            problems.add(variable::SECRET, problem);
        }
    }
    secrets
        .into_iter()
        .map(|secret| SecretString::from(secret.to_owned()))
        .collect()
}
