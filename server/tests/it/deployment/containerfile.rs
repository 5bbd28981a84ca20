//! The Containerfile, as far as that is possible without an engine and its registries.

use std::{fs, path::Path, process::Command};

use super::reverse_proxy::deployed;

/// Returns the instructions, each on one line, without comments.
fn instructions(text: &str) -> Vec<String> {
    let lines = text
        .lines()
        .filter(|line| !line.trim_start().starts_with('#') && !line.trim().is_empty());
    let mut instructions = vec![String::new()];
    for line in lines {
        let (part, continues) = match line.strip_suffix('\\') {
            Some(part) => (part, true),
            None => (line, false),
        };
        let last = instructions.last_mut().unwrap();
        if !last.is_empty() {
            last.push(' ');
        }
        last.push_str(part.trim());
        if !continues {
            instructions.push(String::new());
        }
    }
    instructions.retain(|instruction| !instruction.is_empty());
    instructions
}

/// Returns the instructions of each stage; the first of each is `FROM`.
fn stages() -> [Vec<String>; 2] {
    let mut stages = Vec::new();
    for instruction in instructions(&deployed("Containerfile")) {
        if instruction.starts_with("FROM ") {
            stages.push(Vec::new());
        }
        stages.last_mut().unwrap().push(instruction);
    }
    stages.try_into().unwrap()
}

fn source(name: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    fs::read_to_string(root.join(name)).unwrap()
}

#[test]
fn the_container_runs_as_an_ordinary_user_who_owns_none_of_its_files() {
    let [_, image] = stages();
    assert!(
        image[0].starts_with("FROM gcr.io/distroless/cc-"),
        "{image:?}"
    );
    assert!(image[0].ends_with(":nonroot"), "{image:?}");
    let users: Vec<_> = image.iter().filter(|it| it.starts_with("USER ")).collect();
    assert_eq!(users, ["USER 65532:65532"]);
    for instruction in &image {
        // Without a shell, and from the first stage only.
        assert!(!instruction.starts_with("RUN "), "{instruction}");
        assert!(!instruction.starts_with("ADD "), "{instruction}");
        // Nothing is written at run time, so the file system can be read-only.
        assert!(!instruction.starts_with("VOLUME "), "{instruction}");
        if instruction.starts_with("COPY ") {
            assert!(
                instruction.starts_with("COPY --from=build --chown=0:0 "),
                "{instruction}"
            );
        }
    }
    assert!(image.contains(&"ENTRYPOINT [\"/site/server\"]".to_owned()));
    // The server shuts down gracefully after it.
    assert!(image.contains(&"STOPSIGNAL SIGTERM".to_owned()));
}

#[test]
fn the_container_has_the_variables_of_a_release() {
    let [_, image] = stages();
    let variables = image.iter().find_map(|it| it.strip_prefix("ENV "));
    let documented = source("docs/configuration.md");
    let mut names = Vec::new();
    for pair in variables.unwrap().split_whitespace() {
        let (name, value) = pair.split_once('=').unwrap();
        assert!(documented.contains(&format!("`{name}`")), "{name}");
        assert!(!name.contains("SECRET") && !value.is_empty(), "{pair}");
        names.push(name);
    }
    assert!(names.contains(&"LEPTOS_HASH_FILES") && names.contains(&"LEPTOS_SITE_ROOT"));
}

#[test]
fn the_compiler_is_that_of_the_workspace_and_sources_alone_are_copied() {
    let [build, _] = stages();
    let toolchain = source("rust-toolchain.toml");
    let channel = toolchain.split("channel = \"").nth(1).unwrap();
    let version: Vec<_> = channel.split('"').next().unwrap().split('.').collect();
    let expected = format!("library/rust:{}.{}-", version[0], version[1]);
    assert!(build[0].contains(&expected), "{build:?}");
    let ignored = source(".containerignore");
    for folder in [".git", ".env", "**/node_modules", "**/target"] {
        assert!(ignored.lines().any(|line| line == folder), "{folder}");
    }
}

#[test]
fn the_packages_of_the_build_exist() {
    let [build, _] = stages();
    let install = build.iter().find(|it| it.contains("apt-get install"));
    let (_, packages) = install
        .unwrap()
        .split_once("--no-install-recommends ")
        .unwrap();
    let packages: Vec<_> = packages
        .split_whitespace()
        .take_while(|it| *it != "&&")
        .collect();
    assert!(packages.contains(&"nodejs"), "{packages:?}");
    let listed = |package: &str| {
        let output = Command::new("apt-cache").args(["show", package]).output();
        output.ok().map(|output| output.status.success())
    };
    // A package of Debian that is seldom installed: it is known only if there are lists.
    if listed("hello") != Some(true) {
        println!("not run: there are no lists of Debian packages");
        return;
    }
    for package in packages {
        assert_eq!(listed(package), Some(true), "{package}");
    }
}
