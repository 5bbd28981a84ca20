//! The log of the server under test: printed when a test fails, and searched for secrets.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use crate::failure::{Failure, Result};

/// The number of lines to print after a failure.
const TAIL_LINES: usize = 40;

pub(super) fn print_tail(log: &Path) {
    let text = std::fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().collect();
    println!("The last lines of {}:", log.display());
    for line in &lines[lines.len().saturating_sub(TAIL_LINES)..] {
        println!("  {line}");
    }
}

/// Fails if the log contains a signed token, a password, a bearer credential, an authorization code, or one of the
/// `known` secrets, which this run generated.
pub(super) fn contains_no_secret(log: &Path, known: &[String]) -> Result<()> {
    let file = File::open(log).map_err(|e| Failure::io("read", log, &e))?;
    let mut lines = 0;
    for line in BufReader::new(file).split(b'\n') {
        let line = line.map_err(|e| Failure::io("read", log, &e))?;
        lines += 1;
        let line = String::from_utf8_lossy(&line);
        let is_known = known.iter().any(|secret| line.contains(secret.as_str()));
        if let Some(what) = secret_in(&line).or(is_known.then_some("a secret of this run")) {
            return Err(Failure::Failed(format!(
                "line {lines} of {} contains {what}",
                log.display()
            )));
        }
    }
    if lines == 0 {
        return Err(Failure::Failed(format!(
            "{} is empty: nothing was checked",
            log.display()
        )));
    }
    println!("{lines} log lines at trace level contain no secret");
    Ok(())
}

fn secret_in(line: &str) -> Option<&'static str> {
    if contains_jwt(line) {
        return Some("a signed token");
    }
    // The password of the local users, which the banner prints.
    let words: Vec<&str> = line.split_whitespace().collect();
    if line.contains("local-only") && !words.ends_with(&["password", "local-only"]) {
        return Some("a password");
    }
    [
        ("bearer ", "a bearer credential"),
        ("authorization: basic ", "a client secret"),
        ("code=", "an authorization code"),
        ("refresh_token=", "a refresh token"),
        ("client_secret=", "a client secret"),
    ]
    .into_iter()
    .find_map(|(prefix, what)| {
        let lower = line.to_ascii_lowercase();
        lower
            .match_indices(prefix)
            .any(|(at, _)| is_credential(&line[at + prefix.len()..]))
            .then_some(what)
    })
}

/// Returns whether the line has two base64url parts that start like JSON objects.
fn contains_jwt(line: &str) -> bool {
    line.match_indices("eyJ").any(|(at, _)| {
        let token = &line[at..];
        let end = token
            .find(|c: char| !is_base64url(c) && c != '.')
            .unwrap_or(token.len());
        let mut parts = token[..end].split('.');
        parts.next().is_some_and(|header| header.len() > 10)
            && parts
                .next()
                .is_some_and(|claims| claims.starts_with("eyJ") && claims.len() > 10)
    })
}

/// Returns whether the text starts with a long word; `[redacted]` is none.
fn is_credential(text: &str) -> bool {
    text.chars()
        .take_while(|c| is_base64url(*c) || *c == '.' || *c == '%')
        .count()
        >= 16
}

fn is_base64url(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-' || c == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_found() {
        assert_eq!(
            secret_in("token eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhdXRoMHxhIn0.c2ln"),
            Some("a signed token")
        );
        assert_eq!(
            secret_in("Authorization: Bearer 1234567890abcdefgh"),
            Some("a bearer credential")
        );
        assert_eq!(
            secret_in("GET /auth/callback?code=Abcdefgh_12345678&state=x"),
            Some("an authorization code")
        );
        assert_eq!(
            secret_in("body username=alice&password=local-only"),
            Some("a password")
        );
        assert_eq!(
            secret_in("refresh_token=v1.abcdefghijklmnop"),
            Some("a refresh token")
        );
    }

    #[test]
    fn ordinary_lines_are_accepted() {
        for line in [
            "Bearer [redacted]",
            "status=200 code=access_denied",
            "    log in as     alice@example.com   password  local-only",
            "eyJ is how a token starts",
            "WWW-Authenticate: Bearer error=\"invalid_token\"",
        ] {
            assert_eq!(secret_in(line), None, "{line}");
        }
    }
}
