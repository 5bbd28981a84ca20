//! Small made-up crates, and the cycles that are or are not in them.

use std::fs;
use std::path::PathBuf;

use module_graph::{Graph, Tree};
use tempfile::TempDir;

/// A crate in a temporary folder.
struct Sources {
    folder: TempDir,
}

impl Sources {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (name, text) in files {
            let path = folder.path().join(name);
            let parent = path.parent().expect("files are in a folder");
            fs::create_dir_all(parent).expect("a folder");
            fs::write(&path, text).expect("a file");
        }
        Self { folder }
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("lib.rs")
    }

    fn graph(&self) -> String {
        let tree = Tree::read(&self.root()).expect("the sources parse");
        Graph::new(&tree).to_string()
    }

    /// The modules of each cycle.
    fn cycles(&self) -> Vec<Vec<String>> {
        let tree = Tree::read(&self.root()).expect("the sources parse");
        let cycles = Graph::new(&tree).cycles();
        cycles.into_iter().map(|cycle| cycle.modules).collect()
    }
}

#[test]
fn two_modules_that_use_each_other_are_a_cycle() {
    let sources = Sources::new(&[
        ("lib.rs", "mod a;\nmod b;\nmod c;"),
        ("a.rs", "use crate::b::B;\npub struct A(B);"),
        (
            "b.rs",
            "// first line\npub struct B;\nfn make() -> Option<crate::a::A> { None }",
        ),
        ("c.rs", "use crate::{a::A, b::B};"),
    ]);
    assert_eq!(sources.cycles(), [["a", "b"]]);

    let tree = Tree::read(&sources.root()).expect("the sources parse");
    let cycles = Graph::new(&tree).cycles();
    let back = &cycles[0].edges[1];
    assert_eq!((back.from.as_str(), back.to.as_str()), ("b", "a"));
    assert_eq!(back.example.line, 3);
    assert!(back.example.file.ends_with("b.rs"));
}

#[test]
fn a_cycle_through_modules_below_is_found_at_the_level_of_their_parents() {
    let sources = Sources::new(&[
        ("lib.rs", "mod a;\nmod b;"),
        ("a/mod.rs", "mod one;\nmod two;"),
        ("a/one.rs", "fn f() { crate::b::g(); }"),
        ("a/two.rs", "pub fn h() {}"),
        ("b.rs", "pub fn g() { super::a::two::h() }"),
    ]);
    assert_eq!(sources.cycles(), [["a", "b"]]);
}

#[test]
fn a_cycle_inside_a_module_is_found() {
    let sources = Sources::new(&[
        ("lib.rs", "mod a;"),
        ("a.rs", "mod one;\nmod two;\nmod three;"),
        ("a/one.rs", "use super::two::T;"),
        ("a/two.rs", "use super::three::T;"),
        ("a/three.rs", "use crate::a::one::T;"),
    ]);
    assert_eq!(sources.cycles(), [["a::one", "a::two", "a::three"]]);
}

#[test]
fn a_child_may_use_what_its_parent_defines() {
    let sources = Sources::new(&[
        ("lib.rs", "mod a;\npub struct Root;"),
        (
            "a/mod.rs",
            "mod child;\npub use child::Child;\npub struct Parent(Child);",
        ),
        (
            "a/child.rs",
            "use super::Parent;\nuse crate::Root;\npub struct Child;",
        ),
    ]);
    assert!(sources.cycles().is_empty());
}

#[test]
fn a_re_export_counts_as_the_module_that_defines_the_name() {
    let sources = Sources::new(&[
        ("lib.rs", "mod a;\npub use a::One;\nmod b;"),
        (
            "a/mod.rs",
            "mod one;\nmod two;\npub use one::One;\npub use two::*;",
        ),
        ("a/one.rs", "pub struct One(super::Two);"),
        ("a/two.rs", "use super::One;\npub struct Two(Box<One>);"),
        ("b.rs", "use crate::One;"),
    ]);
    assert_eq!(sources.cycles(), [["a::one", "a::two"]]);
    assert!(sources.graph().contains("b -> a\n"), "{}", sources.graph());
}

#[test]
fn a_re_export_is_no_cycle_by_itself() {
    let sources = Sources::new(&[
        ("lib.rs", "mod a;"),
        (
            "a/mod.rs",
            "mod one;\nmod two;\npub use one::One;\npub use two::Two;",
        ),
        ("a/one.rs", "pub struct One;"),
        (
            "a/two.rs",
            "use super::One;\nuse std::fmt;\npub struct Two(One);",
        ),
    ]);
    assert!(sources.cycles().is_empty());
    assert_eq!(sources.graph(), "    a\n        two -> one\n        one\n");
}

#[test]
fn code_for_tests_is_ignored() {
    let sources = Sources::new(&[
        ("lib.rs", "mod a;\nmod b;\n#[cfg(test)]\nmod tests;"),
        (
            "a.rs",
            "#[cfg(all(test, unix))]\nuse crate::b::B;\npub struct A;\n\
             #[cfg(test)]\nmod tests { use crate::b::B; }\n\
             impl A { #[cfg(test)] fn b() -> crate::b::B { crate::b::B } }",
        ),
        ("b.rs", "use crate::a::A;\npub struct B;"),
    ]);
    assert!(sources.cycles().is_empty());
    assert_eq!(sources.graph(), "    b -> a\n    a\n");
}

#[test]
fn code_for_other_platforms_and_features_counts() {
    let sources = Sources::new(&[
        ("lib.rs", "mod a;\n#[cfg(feature = \"b\")]\nmod b;"),
        ("a.rs", "#[cfg(not(test))]\nuse crate::b::B;"),
        ("b.rs", "#[cfg(windows)]\nuse crate::a::A;"),
    ]);
    assert_eq!(sources.cycles(), [["a", "b"]]);
}

#[test]
fn paths_in_macro_calls_and_attributes_count() {
    let sources = Sources::new(&[
        ("lib.rs", "mod a;\nmod b;\nmod c;"),
        ("a.rs", "fn f() { println!(\"{}\", crate::b::g(1)); }"),
        (
            "b.rs",
            "#[derive(Deserialize)]\nstruct B { #[serde(with = \"crate::c::hex\")] x: u8 }",
        ),
        ("c.rs", "macro_rules! m { () => { $crate::a::f() } }"),
    ]);
    assert_eq!(sources.cycles(), [["a", "b", "c"]]);
}

#[test]
fn an_imported_module_leads_to_what_is_below_it() {
    let sources = Sources::new(&[
        ("lib.rs", "mod a;"),
        ("a.rs", "mod one;\nmod two;"),
        ("a/one.rs", "use crate::a;\nfn f() { a::two::g() }"),
        (
            "a/two.rs",
            "use super::one as first;\npub(in crate::a) fn g() { first::f() }",
        ),
    ]);
    assert_eq!(sources.cycles(), [["a::one", "a::two"]]);
}

#[test]
fn inline_modules_and_path_attributes_are_followed() {
    let sources = Sources::new(&[
        (
            "lib.rs",
            "mod a { pub mod inner; }\n#[path = \"other/place.rs\"]\nmod b;",
        ),
        ("a/inner.rs", "use crate::b::B;"),
        ("other/place.rs", "use crate::a::inner::A;"),
    ]);
    assert_eq!(sources.cycles(), [["a", "b"]]);
}

#[test]
fn other_crates_are_no_modules() {
    let sources = Sources::new(&[
        ("lib.rs", "mod http;\nmod url;"),
        (
            "http.rs",
            "use ::url::Url;\npub use crate::url::Url as Own;",
        ),
        ("url.rs", "use http::StatusCode;\npub use http::Uri;"),
    ]);
    assert!(sources.cycles().is_empty());
}

#[test]
fn a_missing_file_is_an_error_that_names_it() {
    let sources = Sources::new(&[("lib.rs", "mod gone;")]);
    let error = Tree::read(&sources.root()).expect_err("there is no such file");
    assert!(error.to_string().contains("gone"), "{error}");
}
