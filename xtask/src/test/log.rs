//! The log of the server under test: useful when something fails, and free of secrets always.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use crate::failure::{Failure, Result};

/// What a reader wants to see first.
const LAST_LINES: usize = 40;

pub(super) fn print_end(log: &Path) {
    let text = std::fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().collect();
    println!("The end of {}:", log.display());
    for line in &lines[lines.len().saturating_sub(LAST_LINES)..] {
        println!("  {line}");
    }
}

/// Neither a signed token, nor a password, nor a bearer credential, nor an authorization code, nor one of `canaries`:
/// secrets that are known because this run made them.
pub(super) fn holds_no_secret(log: &Path, canaries: &[String]) -> Result<()> {
    let file = File::open(log).map_err(|e| Failure::io("read", log, &e))?;
    let mut lines = 0;
    for line in BufReader::new(file).split(b'\n') {
        let line = line.map_err(|e| Failure::io("read", log, &e))?;
        lines += 1;
        let line = String::from_utf8_lossy(&line);
        let canary = canaries.iter().any(|canary| line.contains(canary.as_str()));
        if let Some(what) = secret_in(&line).or(canary.then_some("a secret of this run")) {
            return Err(Failure::Failed(format!(
                "line {lines} of {} holds {what}",
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
    println!("{lines} lines of log at trace level: no secret among them");
    Ok(())
}

fn secret_in(line: &str) -> Option<&'static str> {
    if holds_jwt(line) {
        return Some("a signed token");
    }
    // The password of the local users, which the banner tells.
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

/// Two base64url parts that start as JSON objects do.
fn holds_jwt(line: &str) -> bool {
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

/// Long, without spaces, and not `[redacted]`.
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
    fn ordinary_lines_are_fine() {
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
