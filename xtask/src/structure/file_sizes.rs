//! Files stay small: one idea each.

use crate::failure::{Failure, Result};
use crate::process;
use crate::workspace::Workspace;

const MAX_MEDIAN: usize = 122;
const MAX_90TH_PERCENTILE: usize = 237;

/// Counts the lines of the source files of all crates, tests beside the code included.
pub(super) fn check(workspace: &Workspace) -> Result<()> {
    let mut git = std::process::Command::new("git");
    git.current_dir(&workspace.root)
        .args(["ls-files", "--", "crates/*/src/*.rs"]);
    let files = process::output_of(&mut git)
        .ok_or_else(|| Failure::Failed("`git ls-files` failed".into()))?;
    let mut sizes: Vec<usize> = files
        .lines()
        .filter_map(|file| std::fs::read_to_string(workspace.root.join(file)).ok())
        .map(|text| text.lines().count())
        .collect();
    sizes.sort_unstable();
    let (Some(median), Some(high)) = (percentile(&sizes, 50), percentile(&sizes, 90)) else {
        return Err(Failure::Failed("there are no files in crates/*/src".into()));
    };
    let measured = format!(
        "{} files in crates/*/src: median {median} lines (at most {MAX_MEDIAN}), \
         90th percentile {high} lines (at most {MAX_90TH_PERCENTILE})",
        sizes.len()
    );
    println!("{measured}");
    if median > MAX_MEDIAN || high > MAX_90TH_PERCENTILE {
        return Err(Failure::Failed(measured));
    }
    Ok(())
}

fn percentile(sorted: &[usize], percent: usize) -> Option<usize> {
    sorted.get(sorted.len() * percent / 100).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_measured_sizes() {
        let sizes = [1, 2, 3, 4, 5, 6, 7, 8, 9, 100];
        assert_eq!(percentile(&sizes, 50), Some(6));
        assert_eq!(percentile(&sizes, 90), Some(100));
        assert_eq!(percentile(&[], 50), None);
    }
}
