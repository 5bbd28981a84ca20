//! The stylesheet inside of the page, for the first page of a visit.
//!
//! A browser without the stylesheet in its cache would paint nothing until another round trip has fetched it. Such a page
//! contains the styles, and its link only fetches the file for the next pages, which use it from the cache.

use std::path::Path;

use app::InlineStylesheet;
use http::{HeaderMap, request::Parts};
use leptos::{
    config::LeptosOptions,
    prelude::{provide_context, use_context},
};

/// Reads the built stylesheet. Returns `None` in development, where cargo-leptos replaces the linked file while the page
/// is open, and if the file does not exist.
pub(crate) fn read(options: &LeptosOptions) -> Option<InlineStylesheet> {
    let executable = std::env::current_exe().ok()?;
    read_beside(executable.parent()?, options)
}

/// Reads the stylesheet whose hash is in the file of hashes in `folder`, where cargo-leptos writes it.
fn read_beside(folder: &Path, options: &LeptosOptions) -> Option<InlineStylesheet> {
    if !options.hash_files {
        return None;
    }
    let hashes = std::fs::read_to_string(folder.join(options.hash_file.as_ref())).ok()?;
    let hash = hashes
        .lines()
        .find_map(|line| line.trim().strip_prefix("css:"))?;
    let file = Path::new(options.site_root.as_ref())
        .join(options.site_pkg_dir.as_ref())
        .join(format!("{}.{}.css", options.output_name, hash.trim()));
    let text = std::fs::read_to_string(file).ok()?;
    Some(InlineStylesheet(text.into()))
}

/// Provides the stylesheet to the document if the request opens the first page of a visit.
pub(crate) fn provide(stylesheet: Option<&InlineStylesheet>) {
    let is_first = use_context::<Parts>().is_some_and(|parts| is_first_page(&parts.headers));
    if let Some(stylesheet) = stylesheet.filter(|_| is_first) {
        provide_context(stylesheet.clone());
    }
}

/// Returns whether the address bar or another site opened the page (W3C Fetch Metadata).
fn is_first_page(headers: &HeaderMap) -> bool {
    headers
        .get("sec-fetch-site")
        .is_some_and(|site| site != "same-origin")
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_is_opened_from_the_site_is_not_the_first_one() {
        let with = |site: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("sec-fetch-site", site.parse().unwrap());
            is_first_page(&headers)
        };
        assert!(with("none") && with("cross-site") && with("same-site"));
        assert!(!with("same-origin"));
        assert!(!is_first_page(&HeaderMap::new()));
    }

    #[test]
    fn the_stylesheet_is_found_by_its_hash() {
        let folder = tempfile::tempdir().unwrap();
        let built = folder.path().join("pkg");
        std::fs::create_dir(&built).unwrap();
        std::fs::write(folder.path().join("hash.txt"), "js: 1\ncss: 2-x\n").unwrap();
        std::fs::write(built.join("site.2-x.css"), "b{color:red}").unwrap();
        std::fs::write(built.join("site.1-old.css"), "b{color:blue}").unwrap();
        let options = |hash_files| {
            LeptosOptions::builder()
                .output_name("site")
                .site_root(folder.path().to_str().unwrap())
                .hash_files(hash_files)
                .build()
        };
        let found = read_beside(folder.path(), &options(true)).unwrap();
        assert_eq!(&*found.0, "b{color:red}");
        assert!(read_beside(folder.path(), &options(false)).is_none());
        std::fs::remove_file(built.join("site.2-x.css")).unwrap();
        assert!(read_beside(folder.path(), &options(true)).is_none());
    }
}
