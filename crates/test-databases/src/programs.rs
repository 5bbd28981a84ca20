//! Finds installed programs.

use std::{
    env, fmt,
    path::{Path, PathBuf},
};

/// A program that is not installed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Missing {
    /// Its name.
    pub server: &'static str,
    /// The command that installs it.
    pub install: &'static str,
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} is not installed; install it with: {}",
            self.server, self.install
        )
    }
}

/// Returns the path of the program: in a folder of `PATH`, or in one of `folders`, the last one first.
pub fn find_program(name: &str, folders: &[PathBuf]) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .chain(folders.iter().rev().cloned())
        .map(|folder| folder.join(name))
        .find(|program| program.is_file())
}

/// Returns the folders `PARENT/*/bin`, sorted by version.
pub(crate) fn versioned_folders(parent: &Path, prefix: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(parent).into_iter().flatten().flatten();
    let mut folders: Vec<_> = entries
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix))
        .map(|entry| {
            (
                version(&entry.file_name().to_string_lossy()),
                entry.path().join("bin"),
            )
        })
        .collect();
    folders.sort();
    folders.into_iter().map(|(_, folder)| folder).collect()
}

/// Parses the first number: 15 of `postgresql@15`.
fn version(name: &str) -> u32 {
    let digits = name.trim_start_matches(|c: char| !c.is_ascii_digit());
    let end = digits
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(digits.len());
    digits[..end].parse().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_numbers() {
        let names = ["9.6", "15", "postgresql@17", "postgresql"];
        assert_eq!(names.map(version), [9, 15, 17, 0]);
    }

    #[test]
    fn a_missing_server_is_named_with_the_command_that_installs_it() {
        let missing = Missing {
            server: "PostgreSQL",
            install: "apt-get install postgresql",
        };
        let text = missing.to_string();
        assert!(text.contains("PostgreSQL is not installed"), "{text}");
        assert!(text.ends_with("apt-get install postgresql"), "{text}");
    }
}
