//! The paths of server functions.

use leptos::server_fn::axum::server_fn_paths;

/// Returns whether `path` is the path of a server function, with any prefix and inside any `Router::nest`. Pass it to
/// `Auth0Builder::data_routes`, so that other sites cannot call server functions that read data.
pub fn is_server_function(path: &str) -> bool {
    server_fn_paths().any(|(function, _)| is_mounted_at(function, path))
}

/// Returns whether `path` ends with the path of the function. A nested router adds a prefix.
fn is_mounted_at(function: &str, path: &str) -> bool {
    let path = path.trim_end_matches('/');
    let function = function.trim_end_matches('/');
    !function.is_empty()
        && path
            .strip_suffix(function)
            .is_some_and(|prefix| prefix.is_empty() || prefix.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::is_mounted_at;

    #[test]
    fn a_server_function_is_found_below_every_prefix() {
        for (function, path, expected) in [
            ("/api/list", "/api/list", true),
            ("/api/list", "/api/list/", true),
            ("/api/list", "/shop/api/list", true),
            ("/rpc/list123", "/rpc/list123", true),
            ("/api/list", "/api/lists", false),
            ("/api/list", "/api/list/7", false),
            ("/api/list", "/", false),
            ("/api/list", "/list", false),
            ("", "/products", false),
            ("/", "/products/", false),
        ] {
            assert_eq!(is_mounted_at(function, path), expected, "{function} {path}");
        }
    }
}
