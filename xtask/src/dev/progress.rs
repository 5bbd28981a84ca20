//! How far the builds of both halves are.

use std::collections::HashSet;
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::process;
use crate::report::duration;

const INTERVAL: Duration = Duration::from_secs(10);

/// The builds that run at once.
#[derive(Debug)]
pub(super) struct Progress {
    started: Instant,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    reported: Instant,
    builds: Vec<Build>,
}

#[derive(Debug)]
struct Build {
    name: &'static str,
    /// Packages of which something is compiled.
    packages: HashSet<String>,
    total: usize,
}

impl Progress {
    /// Starts with nothing built. `builds` are the names and numbers of packages.
    pub(super) fn new(builds: &[(&'static str, usize)]) -> Self {
        let builds = builds.iter().map(|&(name, total)| Build {
            name,
            packages: HashSet::new(),
            total,
        });
        let started = Instant::now();
        Self {
            started,
            state: Mutex::new(State {
                reported: started,
                builds: builds.collect(),
            }),
        }
    }

    /// Records a line of `cargo build --message-format=json`, and prints from time to time how far the builds are.
    pub(super) fn record(&self, name: &str, line: &str) {
        let Some(package) = compiled_package(line) else {
            return;
        };
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(build) = state.builds.iter_mut().find(|b| b.name == name) {
            build.packages.insert(package.to_owned());
        }
        if state.reported.elapsed() > INTERVAL {
            state.reported = Instant::now();
            println!(
                "{:>12}  {}",
                duration(self.started.elapsed()),
                state.describe()
            );
        }
    }

    pub(super) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }
}

impl State {
    fn describe(&self) -> String {
        let builds = self.builds.iter().map(|build| {
            format!(
                "{}: {} of {} crates",
                build.name,
                build.packages.len(),
                build.total
            )
        });
        builds.collect::<Vec<_>>().join(", ")
    }
}

/// Returns the package of a message about a compiled target.
fn compiled_package(line: &str) -> Option<&str> {
    let (_, rest) = line
        .strip_prefix("{\"reason\":\"compiler-artifact\"")?
        .split_once("\"package_id\":\"")?;
    rest.split('"').next()
}

/// Returns the number of packages in the graph that `cargo tree` prints with `arguments`.
pub(super) fn count_packages(cargo: &mut Command, arguments: &[&str]) -> usize {
    cargo
        .args([
            "tree",
            "--edges=normal,build",
            "--prefix=none",
            "--format={p}",
        ])
        .args(arguments);
    let tree = process::output_of(cargo).unwrap_or_default();
    let packages = tree.lines().filter_map(|line| {
        let mut words = line.split(' ');
        words.next().zip(words.next())
    });
    packages.collect::<HashSet<_>>().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_with_a_build_script_is_counted_once() {
        let progress = Progress::new(&[("server half", 2)]);
        for line in [
            r#"{"reason":"compiler-artifact","package_id":"registry#libc@0.2.1","target":{"kind":["custom-build"]}}"#,
            r#"{"reason":"build-script-executed","package_id":"registry#libc@0.2.1"}"#,
            r#"{"reason":"compiler-artifact","package_id":"registry#libc@0.2.1","target":{"kind":["lib"]}}"#,
        ] {
            progress.record("server half", line);
        }
        let state = progress.state.lock().expect("no panic");
        assert_eq!(state.describe(), "server half: 1 of 2 crates");
    }
}
