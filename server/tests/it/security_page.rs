//! `docs/security.md` names a test for each of its claims.

use std::{collections::BTreeSet, fs, path::Path};

#[test]
fn every_test_named_in_the_security_page_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let page = fs::read_to_string(root.join("docs/security.md")).unwrap();
    let words = page.split('`').skip(1).step_by(2);
    // The names of tests are sentences.
    let named: BTreeSet<_> = words.filter(|word| is_sentence(word)).collect();
    assert!(named.len() > 30, "{named:?}");
    let mut sources = String::new();
    for folder in ["crates", "server"] {
        read(&root.join(folder), &mut sources);
    }
    for name in named {
        assert!(sources.contains(&format!("fn {name}()")), "no test {name}");
    }
}

fn is_sentence(word: &str) -> bool {
    word.matches('_').count() > 2
        && word
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

fn read(folder: &Path, sources: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read(&path, sources);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            *sources += &fs::read_to_string(path).unwrap();
        }
    }
}
