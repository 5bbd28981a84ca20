//! The programs of `PostgreSQL`, and the user that runs them.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use crate::programs::{Missing, find_program, versioned_folders};

const MISSING: Missing = Missing {
    server: "PostgreSQL",
    install: if cfg!(target_os = "macos") {
        "brew install postgresql@17"
    } else {
        "sudo apt-get install postgresql"
    },
};

/// Returns the folder with the programs of `PostgreSQL`.
///
/// # Errors
/// If they are not installed.
pub fn find() -> Result<PathBuf, Missing> {
    let mut folders = vec![PathBuf::from("/usr/local/bin")];
    folders.extend(versioned_folders(Path::new("/usr/lib/postgresql"), ""));
    folders.extend(versioned_folders(Path::new("/usr"), "pgsql-"));
    for homebrew in ["/usr/local/opt", "/opt/homebrew/opt"] {
        folders.extend(versioned_folders(Path::new(homebrew), "postgresql"));
    }
    // `postgres` may be a link into the folder of its version, in which the other programs are.
    let server = find_program("postgres", &folders).and_then(|path| path.canonicalize().ok());
    let folder = server.as_deref().and_then(Path::parent);
    folder
        .filter(|folder| folder.join("initdb").is_file())
        .map(Path::to_owned)
        .ok_or(MISSING)
}

/// Returns the command for a program of `folder`. `PostgreSQL` refuses to run as root, so root runs it as another user.
pub(super) fn command(folder: &Path, program: &str) -> Command {
    let program = folder.join(program);
    let mut command = if is_root() {
        let mut command = Command::new("setpriv");
        let user = unprivileged_user();
        command.args([
            format!("--reuid={user}"),
            format!("--regid={}", group_of(user)),
            "--clear-groups".to_owned(),
        ]);
        command.arg(program);
        command
    } else {
        Command::new(program)
    };
    command.current_dir("/").env("LC_ALL", "C");
    command
}

/// Gives a folder to the user that runs the programs.
pub(super) fn hand_over(folder: &Path) {
    if is_root() {
        let owner = format!(
            "{0}:{1}",
            unprivileged_user(),
            group_of(unprivileged_user())
        );
        let chown = Command::new("chown").arg(owner).arg(folder).status();
        assert!(chown.is_ok_and(|status| status.success()), "chown failed");
    }
}

pub(super) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

pub(super) fn unprivileged_user() -> &'static str {
    let exists = |user: &&str| {
        let id = Command::new("id").args(["-u", user]).output();
        id.is_ok_and(|output| output.status.success())
    };
    ["postgres"].into_iter().find(exists).unwrap_or("nobody")
}

fn group_of(user: &str) -> String {
    let output = Command::new("id").args(["-g", user]).output();
    let output = output.expect("the system has the program id");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}
