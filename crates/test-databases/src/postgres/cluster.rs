//! The data folder of a server. `initdb` takes a second, so it runs once on a machine, and each server has a copy.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use super::{
    USER,
    programs::{command, hand_over, is_root},
};
use crate::folder::{allow_traversal, temporary_folder};

/// A test kills processes and not the machine, so nothing has to wait for the disk.
const CONFIGURATION: &str = "\
fsync = off
full_page_writes = off
autovacuum = off
max_connections = 200
shared_buffers = 32MB
listen_addresses = '127.0.0.1'
log_min_messages = warning
";
/// Changes when the content of the template changes.
const TEMPLATE_VERSION: u32 = 2;

/// Creates the data folder `data` in `folder`.
pub(super) fn create(programs: &Path, folder: &Path) -> PathBuf {
    let template = template(programs);
    let data = folder.join("data");
    let copy = Command::new("cp")
        .arg("-a")
        .arg(template)
        .arg(&data)
        .output();
    check("cp", &copy.expect("the system has the program cp"));
    data
}

fn template(programs: &Path) -> PathBuf {
    let version = Command::new(programs.join("postgres"))
        .arg("--version")
        .output();
    let version = version.expect("the server is installed").stdout;
    let version: String = String::from_utf8_lossy(&version)
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect();
    // Another user must not be able to plant it.
    let user = if is_root() {
        "root".to_owned()
    } else {
        rustix::process::geteuid().as_raw().to_string()
    };
    let name = format!("test-databases-{user}-{version}-{TEMPLATE_VERSION}");
    let template = std::env::temp_dir().join(name);
    if !template.join("data/postgresql.conf").is_file() {
        initialize(programs, &template);
    }
    template.join("data")
}

/// Several processes may do this at once: the first rename wins.
fn initialize(programs: &Path, template: &Path) {
    let new = temporary_folder("test-databases-new");
    hand_over(&new);
    let data = new.join("data");
    let mut initdb = command(programs, "initdb");
    initdb
        .args(["--no-sync", "--no-instructions", "--auth=trust"])
        .args(["--encoding=UTF8", "--locale=C"])
        .args([
            format!("--username={USER}"),
            format!("--pgdata={}", data.display()),
        ])
        .stdin(Stdio::null());
    check("initdb", &initdb.output().expect("initdb is installed"));
    let configuration = data.join("postgresql.conf");
    let default = fs::read_to_string(&configuration).expect("initdb writes it");
    fs::write(&configuration, default + CONFIGURATION).expect("the folder is ours");
    allow_traversal(&new);
    if fs::rename(&new, template).is_err() {
        let _ = fs::remove_dir_all(new);
    }
}

pub(super) fn check(program: &str, output: &Output) {
    assert!(
        output.status.success(),
        "{program} failed: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}
