//! Ends a server when the test process ends, however that happens.

use std::{
    io,
    os::unix::process::CommandExt as _,
    path::Path,
    process::{Child, Command, Stdio},
};

/// A shell that waits for the end of its input. That is a pipe whose other end only this process has, so it ends when the
/// process ends. Then the shell kills the server and deletes its folder.
#[derive(Debug)]
pub struct Watchdog(Child);

/// `$1` is the folder, `$2` the file with the identifier of the server process.
const SCRIPT: &str = r#"
read -r _
if [ -f "$2" ] && read -r pid < "$2"; then
    kill -QUIT "$pid"; kill -CONT "$pid"
    for _ in 1 2 3 4 5 6 7 8 9 10; do kill -0 "$pid" || break; sleep 0.1; done
    kill -KILL "$pid"
fi
rm -rf "$1"
"#;

impl Watchdog {
    /// Watches this process. In the end, the server whose process identifier is in `pid_file` is killed, and `folder` is
    /// deleted.
    ///
    /// # Errors
    /// If the shell cannot be started.
    pub fn start(folder: &Path, pid_file: &Path) -> io::Result<Self> {
        Command::new("/bin/sh")
            .args(["-c", SCRIPT, "watchdog"])
            .args([folder, pid_file])
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // A test runner kills the process group of a test.
            .process_group(0)
            .spawn()
            .map(Self)
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}
