//! The methods and paths that a proxy forwards.

use std::collections::BTreeMap;

use http::Method;

/// What a proxy forwards below one path.
#[derive(Clone, Debug, Default)]
pub(super) struct Allowed {
    pub(super) methods: Vec<Method>,
    pub(super) websocket: bool,
}

impl Allowed {
    pub(super) fn allow(&mut self, method: Method) {
        if !self.methods.contains(&method) {
            self.methods.push(method);
        }
    }

    fn extend(&mut self, other: &Self) {
        for method in &other.methods {
            self.allow(method.clone());
        }
        self.websocket |= other.websocket;
    }
}

/// Returns for each path what it and all paths that cover it allow.
///
/// The router takes the most specific path of those that match a request. Without this, `/orders` for POST would prevent
/// `GET /orders`, which `/{*path}` allows, and only as long as the client encodes no letter of it.
pub(super) fn with_covering_paths(
    allowed: BTreeMap<String, Allowed>,
) -> impl Iterator<Item = (String, Allowed)> {
    let paths: Vec<String> = allowed.keys().cloned().collect();
    paths.into_iter().map(move |path| {
        let mut all = allowed.get(&path).cloned().unwrap_or_default();
        for (other, other_allowed) in &allowed {
            if covers(other, &path) {
                all.extend(other_allowed);
            }
        }
        (path, all)
    })
}

/// Returns whether `general` matches every path that `special` matches.
fn covers(general: &str, special: &str) -> bool {
    let (mut general, mut special) = (general.split('/'), special.split('/'));
    loop {
        match (general.next(), special.next()) {
            (None, None) => return true,
            (Some(part), Some(other)) if part.starts_with("{*") => {
                // A rest is not empty.
                return !other.is_empty() || special.next().is_some();
            }
            (Some(part), Some(other)) if part == other => {}
            (Some(part), Some(other)) if is_parameter(part) => {
                if other.is_empty() || other.starts_with("{*") {
                    return false;
                }
            }
            _ => return false,
        }
    }
}

/// Returns whether the segment of a path matches any segment. Two braces are one literal brace.
fn is_parameter(segment: &str) -> bool {
    segment.starts_with('{') && !segment.starts_with("{{")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_with_parameters_covers_the_paths_that_it_matches() {
        for (general, special, expected) in [
            ("/{*path}", "/orders", true),
            ("/{*path}", "/orders/", true),
            ("/{*path}", "/orders/{id}", true),
            ("/{*path}", "/", false),
            ("/orders/{id}", "/orders/export", true),
            ("/orders/{id}", "/orders/{*rest}", false),
            ("/orders/{id}", "/orders/", false),
            ("/orders/{id}", "/orders", false),
            ("/orders/{id}", "/orders/1/lines", false),
            ("/orders/{id}", "/users/1", false),
            ("/{kind}/1", "/orders/1", true),
            ("/{kind}/1", "/orders/2", false),
            ("/orders/export", "/orders/{id}", false),
            ("/{{a}}", "/b", false),
            ("/orders", "/orders", true),
        ] {
            assert_eq!(covers(general, special), expected, "{general} {special}");
        }
    }
}
