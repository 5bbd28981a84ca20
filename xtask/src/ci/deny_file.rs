//! The parts of `deny.toml` that we need ourselves, where cargo-deny is not to be had.

use crate::failure::{Failure, Result};
use crate::workspace::Workspace;

#[derive(Debug, PartialEq, Eq)]
pub(super) struct DenyFile {
    /// Licences that any dependency may have.
    pub(super) licences: Vec<String>,
    /// Crates that nothing may depend on.
    pub(super) bans: Vec<String>,
}

impl DenyFile {
    pub(super) fn read(workspace: &Workspace) -> Result<Self> {
        let path = workspace.root.join("deny.toml");
        let text = std::fs::read_to_string(&path).map_err(|e| Failure::io("read", &path, &e))?;
        Self::parse(&text).ok_or_else(|| {
            Failure::Failed(
                "deny.toml has no [licenses] with `allow`, or no [bans] with `deny`".into(),
            )
        })
    }

    fn parse(text: &str) -> Option<Self> {
        let licences = strings_in(&array(section(text, "licenses")?, "allow")?);
        let bans = strings_in(&array(section(text, "bans")?, "deny")?);
        (!licences.is_empty() && !bans.is_empty()).then_some(Self { licences, bans })
    }
}

/// The lines between `[name]` and the next table.
fn section<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(&format!("\n[{name}]\n"))?;
    Some(rest.split_once("\n[").map_or(rest, |(section, _)| section))
}

/// What stands between the brackets of `key = […]`, without comments.
fn array(section: &str, key: &str) -> Option<String> {
    let start = section
        .lines()
        .position(|line| line.starts_with(&format!("{key} = [")))?;
    let mut inside = String::new();
    for line in section.lines().skip(start) {
        let line = line.split_once('#').map_or(line, |(code, _)| code);
        inside.push_str(line);
        inside.push('\n');
        if line.trim_end().ends_with(']') {
            let (_, inside) = inside.split_once('[')?;
            return inside.trim_end().strip_suffix(']').map(str::to_owned);
        }
    }
    None
}

/// Quoted strings; of an inline table the first, which is the crate's name.
fn strings_in(array: &str) -> Vec<String> {
    let mut found = Vec::new();
    for line in array.lines() {
        let entries: Vec<&str> = line.split('"').collect();
        let is_table = line.trim_start().starts_with('{');
        let quoted = entries.iter().skip(1).step_by(2).map(|s| (*s).to_owned());
        if is_table {
            found.extend(quoted.take(1));
        } else {
            found.extend(quoted);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn allowed_licences_and_banned_crates_are_read() {
        let text = r#"
[licenses]
confidence-threshold = 0.9
allow = [
  "MIT", # most
  "ISC",
]

[bans]
deny = [
  { crate = "openssl", reason = "one \"TLS\" is enough" },
  "git2",
]

[sources]
"#;
        let file = DenyFile::parse(text).expect("both are there");
        assert_eq!(file.licences, ["MIT", "ISC"]);
        assert_eq!(file.bans, ["openssl", "git2"]);
    }

    #[test]
    fn our_own_file_is_understood() {
        let file = DenyFile::parse(include_str!("../../../deny.toml")).expect("deny.toml");
        assert!(file.licences.iter().any(|l| l == "MIT"));
        assert!(file.bans.iter().any(|b| b == "openssl"));
    }

    #[test]
    fn a_file_without_rules_is_not_a_file_that_allows_everything() {
        assert_eq!(DenyFile::parse("\n[licenses]\nallow = []\n"), None);
    }
}
