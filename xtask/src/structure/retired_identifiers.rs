//! Words that the project gave up stay out of it: `xtask/retired-identifiers.txt` lists them.

use std::fmt::Write as _;

use crate::failure::{Failure, Result};
use crate::workspace::Workspace;

const LIST: &str = "xtask/retired-identifiers.txt";
/// Where they are looked for. The history of the project may name them.
const FILES: &[&str] = &[
    "*.rs",
    "*.ts",
    "*.md",
    "*.toml",
    "*.css",
    ".env.example",
    ":!CHANGELOG.md",
];
/// A letter and two digits in a comment: an identifier of a catalogue that is not in the repository.
const CATALOGUE: &str = r"//.*\b[A-Z][0-9]{2}\b";

pub(super) fn check(workspace: &Workspace) -> Result<()> {
    let path = workspace.root.join(LIST);
    let text = std::fs::read_to_string(&path).map_err(|e| Failure::io("read", &path, &e))?;
    let retired = parse(&text)?;
    let pattern = pattern(&retired);
    let mut problems = String::new();
    let mut count = 0;
    for (place, word) in grep(workspace, &["--word-regexp"], &pattern, FILES)? {
        count += 1;
        let new = replacement(&retired, &word).unwrap_or("?");
        _ = write!(problems, "\n  {place}: {word} is retired: {new}");
    }
    for (place, comment) in grep(workspace, &[], CATALOGUE, &["*.rs", "*.ts"])? {
        count += 1;
        _ = write!(
            problems,
            "\n  {place}: an identifier of a catalogue that is not in the repository: {comment}"
        );
    }
    if count == 0 {
        println!("None of {} retired identifiers is in use.", retired.len());
        Ok(())
    } else {
        Err(Failure::Failed(format!(
            "{count} uses of retired identifiers:{problems}"
        )))
    }
}

struct Retired<'a> {
    old: &'a str,
    new: &'a str,
}

fn parse(text: &str) -> Result<Vec<Retired<'_>>> {
    text.lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| match line.split_once(" → ") {
            Some((old, new)) => Ok(Retired { old, new }),
            None => Err(Failure::Failed(format!(
                "{LIST}: {line:?} is not `old → new`"
            ))),
        })
        .collect()
}

fn pattern(retired: &[Retired<'_>]) -> String {
    let words: Vec<String> = retired
        .iter()
        .map(|entry| entry.old.replace('*', "[A-Za-z0-9_]+"))
        .collect();
    words.join("|")
}

fn replacement<'a>(retired: &[Retired<'a>], word: &str) -> Option<&'a str> {
    let is_word = |entry: &&Retired<'_>| match entry.old.strip_suffix('*') {
        Some(beginning) => word.starts_with(beginning),
        None => word == entry.old,
    };
    retired.iter().find(is_word).map(|entry| entry.new)
}

/// Returns `file:line` and what matches, for each match in a tracked file.
fn grep(
    workspace: &Workspace,
    options: &[&str],
    pattern: &str,
    files: &[&str],
) -> Result<Vec<(String, String)>> {
    let mut git = std::process::Command::new("git");
    git.current_dir(&workspace.root)
        .args([
            "grep",
            "--line-number",
            "--only-matching",
            "--extended-regexp",
        ])
        .args(options)
        .args(["-e", pattern, "--"])
        .args(files);
    let output = git
        .output()
        .map_err(|e| Failure::Failed(format!("cannot run git: {e}")))?;
    // 1 means that nothing matches.
    if !matches!(output.status.code(), Some(0 | 1)) {
        return Err(Failure::Failed(format!(
            "`git grep` failed: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        )));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text.lines().filter_map(place_and_match).collect())
}

/// From `file:line:match`.
fn place_and_match(line: &str) -> Option<(String, String)> {
    let (file, rest) = line.split_once(':')?;
    let (number, found) = rest.split_once(':')?;
    Some((format!("{file}:{number}"), found.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_list_is_an_old_and_a_new_word() {
        let list = parse("# comment\n\nOld → New\nOLD_* → NEW_*\n").expect("a good list");
        assert_eq!(pattern(&list), "Old|OLD_[A-Za-z0-9_]+");
        assert_eq!(replacement(&list, "Old"), Some("New"));
        assert_eq!(replacement(&list, "OLD_BYTES"), Some("NEW_*"));
        assert_eq!(replacement(&list, "Older"), None);
        assert!(parse("Old New").is_err());
    }

    #[test]
    fn the_list_of_the_project_is_understood() {
        let list = parse(include_str!("../../retired-identifiers.txt")).expect("a good list");
        assert!(list.len() > 50);
    }

    #[test]
    fn a_match_may_hold_colons() {
        let found = place_and_match("a/b.rs:12:use a::b;");
        assert_eq!(found, Some(("a/b.rs:12".into(), "use a::b;".into())));
    }
}
