//! Sources of the configuration: the environment, then `.env.local`, then `.env`.

use std::{fs, io, path::Path};

use axum_auth0::Variables;

/// A `.env` file that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("{file} cannot be read: {reason}")]
pub struct UnreadableFile {
    file: &'static str,
    reason: String,
}

/// Returns the variables of the environment, completed from `.env.local` and `.env` in `folder`, as in nextjs-auth0.
///
/// # Errors
///
/// [`UnreadableFile`] if a file exists but cannot be parsed. The reason contains the line number, but not the value,
/// which may be a secret.
pub fn read(folder: &Path) -> Result<Variables, UnreadableFile> {
    let mut variables = Variables::from_environment();
    for file in [".env.local", ".env"] {
        let text = match fs::read(folder.join(file)) {
            Ok(bytes) => decode(bytes).map_err(|reason| UnreadableFile { file, reason })?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(unreadable(file, &dotenvy::Error::Io(error), None)),
        };
        let mut last = None;
        for pair in dotenvy::from_read_iter(text.as_bytes()) {
            let (name, value) = pair.map_err(|error| unreadable(file, &error, last.as_deref()))?;
            last = Some(name.clone());
            variables.set_default(name, value);
        }
    }
    Ok(variables)
}

/// Decodes a file, and removes the byte order mark that some editors write.
fn decode(bytes: Vec<u8>) -> Result<String, String> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err("it is UTF-16; save it as UTF-8".to_owned());
    }
    let text =
        String::from_utf8(bytes).map_err(|_| "it is not UTF-8; save it as UTF-8".to_owned())?;
    Ok(match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_owned(),
        None => text,
    })
}

/// Describes an error. `last` is the variable before the malformed line. The text of the line is omitted, because it
/// may be a secret.
fn unreadable(file: &'static str, error: &dotenvy::Error, last: Option<&str>) -> UnreadableFile {
    let reason = match error {
        dotenvy::Error::LineParse(..) => {
            let line = last.map_or_else(
                || "the first line with a variable".to_owned(),
                |name| format!("the line after that of {name}"),
            );
            format!("{line} is malformed; write NAME=VALUE, and put the value in single quotes")
        }
        dotenvy::Error::Io(error) => error.to_string(),
        _ => "it is malformed".to_owned(),
    };
    UnreadableFile { file, reason }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn the_local_file_takes_precedence() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(
            folder.path().join(".env"),
            "AUTH0_DOMAIN=a.example.com\nAUTH0_SCOPE='openid profile'\n",
        )
        .unwrap();
        fs::write(
            folder.path().join(".env.local"),
            "AUTH0_DOMAIN=b.example.com\n",
        )
        .unwrap();
        let variables = read(folder.path()).unwrap();
        assert_eq!(variables.get("AUTH0_DOMAIN"), Some("b.example.com"));
        assert_eq!(variables.get("AUTH0_SCOPE"), Some("openid profile"));
    }

    fn read_file(bytes: &[u8]) -> Result<Variables, UnreadableFile> {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(".env"), bytes).unwrap();
        read(folder.path())
    }

    #[test]
    fn byte_order_mark_and_crlf_are_not_part_of_a_variable() {
        let text = "\u{feff}AUTH0_DOMAIN=a.example.com\r\nAUTH0_SCOPE='openid profile'\r\n";
        let variables = read_file(text.as_bytes()).unwrap();
        assert_eq!(variables.get("AUTH0_DOMAIN"), Some("a.example.com"));
        assert_eq!(variables.get("AUTH0_SCOPE"), Some("openid profile"));
    }

    #[test]
    fn an_unsupported_encoding_is_named() {
        for (bytes, says) in [
            (&b"\xff\xfeA\0=\0c\0a\0n\0a\0r\0y\0"[..], "UTF-16"),
            (b"\xfe\xff\0A\0=\0b", "UTF-16"),
            (b"AUTH0_SECRET=canary-\xfc", "not UTF-8"),
        ] {
            let error = read_file(bytes).unwrap_err().to_string();
            assert!(error.contains(says) && !error.contains("canary"), "{error}");
        }
    }

    #[test]
    fn a_malformed_line_is_named_by_its_position_and_never_by_its_text() {
        for line in [
            "AUTH0_SECRET='canary",
            "AUTH0_SECRET=canary two",
            "AUTH0_SECRET='canary' two",
            "AUTH0_SECRET=ca\\qcanary",
            "AUTH0_SECRET=ab${canary",
            "AUTH0_SECRET canary",
            "canary",
        ] {
            let folder = tempfile::tempdir().unwrap();
            let text = format!("AUTH0_DOMAIN=a.example.com\n{line}\n");
            fs::write(folder.path().join(".env"), text).unwrap();
            let error = read(folder.path()).unwrap_err().to_string();
            assert!(error.starts_with(".env cannot be read"), "{error}");
            assert!(error.contains("after that of AUTH0_DOMAIN"), "{error}");
            assert!(!error.contains("canary"), "{line}: {error}");
        }
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(".env"), "canary two\n").unwrap();
        let error = read(folder.path()).unwrap_err().to_string();
        assert!(error.contains("the first line with a variable"), "{error}");
    }
}
