//! An executable that a tool's own project publishes, checked against the checksum beside it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::failure::{Failure, Result};
use crate::process;
use crate::workspace::{create_folder, remove_folder};

/// A `.tar.gz` on a web server, and its SHA-256.
#[derive(Debug)]
pub(crate) struct Archive {
    pub(crate) url: String,
    pub(crate) checksum_url: String,
}

impl Archive {
    pub(super) fn host(&self) -> &str {
        self.url.split('/').nth(2).unwrap_or(&self.url)
    }

    /// Puts `executable` into `folder`.
    pub(super) fn unpack(&self, executable: &str, folder: &Path) -> Result<()> {
        let work = folder.with_extension("download");
        remove_folder(&work)?;
        create_folder(&work)?;
        let outcome = self.fetch(&work).and_then(|archive| {
            let mut tar = Command::new("tar");
            tar.arg("-xzf").arg(&archive).arg("-C").arg(&work);
            process::run("tar", &mut tar, Duration::from_mins(2))?;
            let name = format!("{executable}{}", std::env::consts::EXE_SUFFIX);
            let found = find_file(&work, &name)
                .ok_or_else(|| Failure::Failed(format!("the archive holds no {name}")))?;
            create_folder(folder)?;
            let place = folder.join(name);
            std::fs::rename(&found, &place).map_err(|e| Failure::io("write", &place, &e))
        });
        remove_folder(&work)?;
        outcome
    }

    /// The checksum first: where the server cannot be reached, that is known after five seconds.
    fn fetch(&self, work: &Path) -> Result<PathBuf> {
        let checksum_file = work.join("checksum");
        download(&self.checksum_url, &checksum_file)?;
        let archive = work.join("archive.tar.gz");
        download(&self.url, &archive)?;
        let expected = std::fs::read_to_string(&checksum_file)
            .map_err(|e| Failure::io("read", &checksum_file, &e))?;
        let expected = first_word(&expected);
        let actual = sha256(&archive)?;
        if expected.len() == 64 && expected.eq_ignore_ascii_case(&actual) {
            Ok(archive)
        } else {
            Err(Failure::Failed(format!(
                "{} has another SHA-256 than {} says",
                self.url, self.checksum_url
            )))
        }
    }
}

fn download(url: &str, to: &Path) -> Result<()> {
    let mut curl = Command::new("curl");
    curl.args([
        "--proto",
        "=https",
        "--tlsv1.2",
        "--fail",
        "--silent",
        "--show-error",
        "--location",
    ])
    .args(["--connect-timeout", "5", "--max-time", "300", "--output"])
    .arg(to)
    .arg(url);
    process::run("curl", &mut curl, Duration::from_secs(330))
}

fn sha256(file: &Path) -> Result<String> {
    let path = file.to_string_lossy();
    process::ask("sha256sum", &[&path])
        .or_else(|| process::ask("shasum", &["-a", "256", &path]))
        .map(|text| first_word(&text).to_owned())
        .ok_or_else(|| Failure::Failed("neither sha256sum nor shasum is installed".into()))
}

fn first_word(text: &str) -> &str {
    // `sha256sum` starts the line with a backslash where it had to escape the file's name.
    text.trim_start_matches('\\')
        .split_whitespace()
        .next()
        .unwrap_or_default()
}

/// Archives hold one folder with the files in it, or the files alone.
fn find_file(folder: &Path, name: &str) -> Option<PathBuf> {
    let direct = folder.join(name);
    if direct.is_file() {
        return Some(direct);
    }
    std::fs::read_dir(folder)
        .ok()?
        .filter_map(std::result::Result::ok)
        .map(|entry| entry.path().join(name))
        .find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksum_files_with_and_without_a_file_name_are_understood() {
        assert_eq!(first_word("abc123\n"), "abc123");
        assert_eq!(first_word("abc123  *tool.tar.gz\n"), "abc123");
        assert_eq!(first_word("\\abc123  odd\\nname"), "abc123");
        assert_eq!(first_word(""), "");
    }

    #[test]
    fn the_host_is_what_we_tell_the_person() {
        let archive = Archive {
            url: "https://github.com/a/b.tar.gz".into(),
            checksum_url: String::new(),
        };
        assert_eq!(archive.host(), "github.com");
    }
}
