//! Temporary folders of servers.

use std::{
    fs, io,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
};

/// Creates a new folder, whose name begins with `prefix`. The [`Watchdog`](crate::Watchdog) deletes it.
pub fn temporary_folder(prefix: &str) -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    loop {
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("{prefix}-{}-{count}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        match fs::create_dir(&folder) {
            Ok(()) => {
                allow_traversal(&folder);
                return folder;
            }
            // Of a former process with the same identifier.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => panic!("cannot create {}: {error}", folder.display()),
        }
    }
}

/// Lets another user reach what is in the folder: a server does not run as root.
pub fn allow_traversal(folder: &Path) {
    let permissions = fs::Permissions::from_mode(0o755);
    fs::set_permissions(folder, permissions).expect("the folder is ours");
}
