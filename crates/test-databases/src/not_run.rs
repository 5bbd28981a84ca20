//! Reports tests that cannot run because a program is missing.

use std::{
    env,
    fs::OpenOptions,
    io::{self, Write as _},
    path::{Path, PathBuf},
    thread,
};

use crate::Missing;

/// The variable that makes a missing database server a failure.
pub const REQUIRE_DATABASES: &str = "REQUIRE_DATABASES";

/// The variable that makes a missing reverse proxy a failure.
pub const REQUIRE_PROXIES: &str = "REQUIRE_PROXIES";

/// The variable with the path of a file to which each test that was not run adds a line: its program, its name, and the
/// reason, separated by tabs. `cargo xtask test` reads it, because a test that returns early counts as passed.
pub const NOT_RUN_FILE: &str = "NOT_RUN_FILE";

/// Returns what was found, or `None` after reporting that the test was not run.
///
/// # Panics
/// If the program is missing and the variable `require` is `1`.
pub fn or_skip<T>(found: Result<T, Missing>, require: &str) -> Option<T> {
    found
        .map_err(|missing| {
            assert_optional(&missing, require, env::var(require).ok().as_deref());
            let file = env::var_os(NOT_RUN_FILE).map(PathBuf::from);
            report(&missing, file.as_deref()).expect("the file of NOT_RUN_FILE is writable");
        })
        .ok()
}

fn assert_optional(missing: &Missing, require: &str, value: Option<&str>) {
    assert!(value != Some("1"), "{missing}, and {require}=1");
}

/// Several tests write at once: each line is one append.
fn report(missing: &Missing, file: Option<&Path>) -> io::Result<()> {
    eprintln!("not run: {missing}");
    let Some(file) = file else {
        return Ok(());
    };
    let program = env::current_exe()?;
    let test = thread::current();
    let line = format!(
        "{}\t{}\t{missing}\n",
        program.display(),
        test.name().unwrap_or("a test")
    );
    let mut file = OpenOptions::new().create(true).append(true).open(file)?;
    file.write_all(line.as_bytes())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const MISSING: Missing = Missing {
        server: "nginx",
        install: "apt-get install nginx",
    };

    #[test]
    fn a_test_that_was_not_run_is_a_line_with_its_name_and_the_reason() {
        let folder = crate::temporary_folder("test-not-run");
        let file = folder.join("not-run");
        report(&MISSING, Some(&file)).expect("the folder is ours");
        report(&MISSING, Some(&file)).expect("the folder is ours");
        let text = fs::read_to_string(&file).expect("it was written");
        fs::remove_dir_all(folder).expect("the folder is ours");
        let lines: Vec<_> = text.lines().collect();
        let [first, second] = lines[..] else {
            panic!("{text}");
        };
        assert_eq!(first, second);
        let fields: Vec<_> = first.split('\t').collect();
        assert!(fields[0].contains("test_databases"), "{first}");
        assert!(fields[1].ends_with("its_name_and_the_reason"), "{first}");
        let reason = "nginx is not installed; install it with: apt-get install nginx";
        assert_eq!(fields[2..], [reason]);
    }

    #[test]
    fn what_was_found_is_returned() {
        assert_eq!(or_skip(Ok(7), "REQUIRE_NOTHING"), Some(7));
        report(&MISSING, None).expect("nothing is written");
    }

    #[test]
    #[should_panic(expected = "nginx is not installed")]
    fn a_required_program_that_is_missing_is_a_failure() {
        assert_optional(&MISSING, REQUIRE_PROXIES, None);
        assert_optional(&MISSING, REQUIRE_PROXIES, Some("0"));
        assert_optional(&MISSING, REQUIRE_PROXIES, Some("1"));
    }
}
