//! Detects changed source files by polling.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

const FOLDERS: &[&str] = &[
    "app", "crates", "frontend", "public", "server", "services", "style",
];
const SUFFIXES: &[&str] = &[
    "rs", "css", "toml", "svg", "sql", "html", "json", "png", "ico", "txt",
];

#[derive(Debug)]
pub(super) struct Sources {
    root: PathBuf,
    last: Snapshot,
}

/// The time of the newest change, and the number of files to detect deleted ones.
type Snapshot = (Option<SystemTime>, usize);

impl Sources {
    pub(super) fn scan(root: &Path) -> Self {
        Self {
            last: snapshot(root),
            root: root.to_path_buf(),
        }
    }

    /// Returns whether anything changed since the last call.
    pub(super) fn changed(&mut self) -> bool {
        let now = snapshot(&self.root);
        std::mem::replace(&mut self.last, now) != now
    }
}

fn snapshot(root: &Path) -> Snapshot {
    let mut found = (None, 0);
    for folder in FOLDERS {
        visit(&root.join(folder), &mut found);
    }
    found
}

fn visit(folder: &Path, found: &mut Snapshot) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for entry in entries.filter_map(Result::ok) {
        let path = entry.path();
        if path.is_dir() {
            visit(&path, found);
        } else if path
            .extension()
            .is_some_and(|e| SUFFIXES.iter().any(|suffix| e == *suffix))
        {
            let changed = entry.metadata().and_then(|m| m.modified()).ok();
            *found = (found.0.max(changed), found.1 + 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn added_and_deleted_sources_are_detected_once() {
        let root = std::env::temp_dir().join(format!("xtask-sources-{}", std::process::id()));
        let folder = root.join("app").join("src");
        std::fs::create_dir_all(&folder).expect("a temporary folder");
        let file = folder.join("page.rs");
        let mut sources = Sources::scan(&root);
        assert!(!sources.changed());
        std::fs::write(&file, "fn page() {}").expect("a file");
        std::fs::write(folder.join("notes.swp"), "").expect("a file");
        assert!(sources.changed());
        assert!(!sources.changed());
        std::fs::remove_file(&file).expect("the file is there");
        assert!(sources.changed());
        std::fs::remove_dir_all(&root).expect("the folder is there");
    }
}
