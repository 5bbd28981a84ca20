//! `cargo xtask dev` and `cargo xtask test` compile each dependency once: the server half of the site has the features of
//! dependencies that the tests have.

use std::collections::BTreeMap;

use crate::failure::{Failure, Result};
use crate::process;
use crate::site::SERVER_FEATURES;
use crate::test::SERVER_HALF;
use crate::workspace::Workspace;

/// The features of each version of a dependency.
type Features = BTreeMap<String, Vec<String>>;

pub(super) fn check(workspace: &Workspace) -> Result<()> {
    if !cfg!(target_os = "linux") {
        println!("compared on Linux only: the dependencies of other systems differ");
        return Ok(());
    }
    let site = features(
        workspace,
        &[
            "--edges=normal,build",
            "--package=server",
            "--no-default-features",
            "--features",
            SERVER_FEATURES,
        ],
    )?;
    let tests = features(
        workspace,
        &[&["--edges=normal,build,dev"], SERVER_HALF].concat(),
    )?;
    let differing = differing(&site, &tests);
    println!("{} dependencies of the server half", site.len());
    if differing.is_empty() {
        return Ok(());
    }
    Err(Failure::Failed(format!(
        "the tests select other features than the site; add them to `features-of-tests` in server/Cargo.toml, or to the \
         dependencies of a test:\n{}",
        differing.join("\n")
    )))
}

fn features(workspace: &Workspace, arguments: &[&str]) -> Result<Features> {
    let mut cargo = workspace.cargo();
    cargo
        .args(["tree", "--prefix=none", "--format={p} {f}"])
        .args(arguments);
    let tree = process::output_of(&mut cargo)
        .ok_or_else(|| Failure::Failed("`cargo tree` failed".into()))?;
    Ok(parse(&tree))
}

/// Parses lines of `name version features`; a package occurs once for each set of features.
fn parse(tree: &str) -> Features {
    let mut found = Features::new();
    for line in tree.lines() {
        let line = line.trim_end_matches(" (*)");
        // Packages of the workspace have a path.
        if line.contains(" (/") || line.contains(":\\") {
            continue;
        }
        let line = line.replace(" (proc-macro)", "");
        let mut words = line.split(' ');
        if let (Some(name), Some(version)) = (words.next(), words.next()) {
            let features = words.next().unwrap_or_default().to_owned();
            let all = found.entry(format!("{name} {version}")).or_default();
            if !all.contains(&features) {
                all.push(features);
            }
        }
    }
    found
}

/// Returns the packages that the site compiles with features with which the tests do not compile them.
fn differing(site: &Features, tests: &Features) -> Vec<String> {
    let missing = |package: &String, features: &String| {
        !tests.get(package).is_some_and(|all| all.contains(features))
    };
    site.iter()
        .flat_map(|(package, all)| all.iter().map(move |features| (package, features)))
        .filter(|(package, features)| missing(package, features))
        .map(|(package, features)| {
            let tests = tests.get(package).map(|all| all.join(" or "));
            format!(
                "{package}: {features}; the tests: {}",
                tests.unwrap_or_default()
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dependency_with_other_features_is_found() {
        let site =
            parse("server v0.1.0 (/server) \ntokio v1.2.3 net,time\nserde v1.0.0 derive (*)\n");
        let tests =
            parse("tokio v1.2.3 net,test-util,time\nserde v1.0.0 derive\nserde v1.0.0 std\n");
        assert_eq!(
            differing(&site, &tests),
            ["tokio v1.2.3: net,time; the tests: net,test-util,time"]
        );
    }
}
