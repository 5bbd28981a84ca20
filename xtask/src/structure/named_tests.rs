//! A test that the documentation names exists: the text of a link to a source file, if it is code, is in that file.

use std::fmt::Write as _;
use std::path::Path;

use crate::failure::{Failure, Result};
use crate::workspace::Workspace;

const FOLDER: &str = "docs";

pub(super) fn check(workspace: &Workspace) -> Result<()> {
    let folder = workspace.root.join(FOLDER);
    let entries = std::fs::read_dir(&folder).map_err(|e| Failure::io("read", &folder, &e))?;
    let (mut count, mut problems) = (0, String::new());
    for entry in entries {
        let path = entry.map_err(|e| Failure::io("read", &folder, &e))?.path();
        if path.extension().is_none_or(|extension| extension != "md") {
            continue;
        }
        let page = read(&path)?;
        for (name, target) in named_tests(&page) {
            count += 1;
            let source = std::fs::read_to_string(folder.join(target)).unwrap_or_default();
            if !source.contains(name) {
                _ = write!(problems, "\n  {}: {target} has no {name}", path.display());
            }
        }
    }
    if problems.is_empty() {
        println!("{count} tests that the documentation names exist.");
        Ok(())
    } else {
        Err(Failure::Failed(format!(
            "the documentation names tests that do not exist:{problems}"
        )))
    }
}

fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).map_err(|e| Failure::io("read", path, &e))
}

/// Returns the text and the target of each link such as ``[`a_test`](../tests/file.rs)``.
fn named_tests(page: &str) -> impl Iterator<Item = (&str, &str)> {
    page.split("[`").skip(1).filter_map(|rest| {
        let (name, rest) = rest.split_once("`](")?;
        let (target, _) = rest.split_once(')')?;
        let is_source = [".rs", ".ts"].iter().any(|end| target.ends_with(end));
        (is_source && !name.contains(['\n', '/'])).then_some((name, target))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_to_source_files_whose_text_is_code_are_tests() {
        let page = "See [`a_test`](../a.rs), [`b`](b.md), [c](c.rs), [`d e`](../d.spec.ts) and [`broken`].";
        let found: Vec<_> = named_tests(page).collect();
        assert_eq!(found, [("a_test", "../a.rs"), ("d e", "../d.spec.ts")]);
    }
}
