//! Reads `.env` files.

use std::{fs, io, path::Path};

use super::{ConfigError, ConfigProblem, Variables, plain_values::quote_plain_values};

/// The files, in their order of precedence.
const FILES: [&str; 2] = [".env.local", ".env"];

/// Error of [`Variables::from_env_files`]: a `.env` file exists, but cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file} cannot be read: {reason}")]
pub struct EnvFileError {
    file: &'static str,
    reason: String,
}

impl Variables {
    /// Returns the variables of the process environment, completed from `.env.local` and then `.env` in `folder`, as
    /// nextjs-auth0 does. A variable of the environment takes precedence, and a missing file is no error. The
    /// environment of the process is not changed.
    ///
    /// ```
    /// # fn main() -> Result<(), axum_auth0::config::EnvFileError> {
    /// let variables = axum_auth0::Variables::from_env_files(".")?;
    /// let auth0 = axum_auth0::Auth0::builder().variables(variables);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// If a file exists but cannot be read or parsed. The reason names the position of the line, but not its text, which
    /// may be a secret.
    pub fn from_env_files(folder: impl AsRef<Path>) -> Result<Self, EnvFileError> {
        let mut variables = Self::from_environment();
        variables.add_env_files(folder.as_ref())?;
        Ok(variables)
    }

    fn add_env_files(&mut self, folder: &Path) -> Result<(), EnvFileError> {
        for file in FILES {
            let text = match fs::read(folder.join(file)) {
                Ok(bytes) => decode(bytes).map_err(|reason| EnvFileError { file, reason })?,
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(unreadable(file, &dotenvy::Error::Io(error), None)),
            };
            let text = quote_plain_values(&text);
            let mut last = None;
            for pair in dotenvy::from_read_iter(text.as_bytes()) {
                let (name, value) =
                    pair.map_err(|error| unreadable(file, &error, last.as_deref()))?;
                last = Some(name.clone());
                self.set_default(name, value);
            }
        }
        Ok(())
    }
}

impl From<EnvFileError> for ConfigError {
    fn from(error: EnvFileError) -> Self {
        Self {
            problems: vec![ConfigProblem {
                variable: error.file.to_owned(),
                problem: format!("cannot be read: {}", error.reason),
                example: "AUTH0_DOMAIN=your-tenant.eu.auth0.com".to_owned(),
            }],
        }
    }
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
fn unreadable(file: &'static str, error: &dotenvy::Error, last: Option<&str>) -> EnvFileError {
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
    EnvFileError { file, reason }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn read(folder: &Path) -> Result<Variables, EnvFileError> {
        let mut variables = Variables::default();
        variables.add_env_files(folder)?;
        Ok(variables)
    }

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

    #[test]
    fn a_variable_that_is_set_takes_precedence_over_the_files() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(".env"), "AUTH0_DOMAIN=a\nPATH=b\n").unwrap();
        let mut variables = Variables::default();
        variables.set("AUTH0_DOMAIN", "c");
        variables.add_env_files(folder.path()).unwrap();
        assert_eq!(variables.get("AUTH0_DOMAIN"), Some("c"));
        let variables = Variables::from_env_files(folder.path()).unwrap();
        assert_eq!(variables.get("AUTH0_DOMAIN"), Some("a"));
        assert_eq!(variables.get("PATH"), std::env::var("PATH").ok().as_deref());
    }

    #[test]
    fn missing_files_are_no_error() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(read(folder.path()).unwrap().names().count(), 0);
    }

    fn read_file(bytes: &[u8]) -> Result<Variables, EnvFileError> {
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
            "AUTH0_SECRET='canary' two",
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
