//! Pages for signed-in users. Other requests are redirected to the login before the page renders.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};

use super::{
    Guard, access::refuse_without_access, protected_pages::ProtectedPages,
    require_login::refuse_anonymous, step_up::refuse_without_step_up,
};
use crate::{config::Routes, request::original_uri};

/// Layer that, without a session, redirects a navigation to the login with 303, and responds to all other requests with
/// 401.
///
/// `leptos_axum::redirect` does not replace it: without `Accept: text/html` it leaves the status at 200 and renders the
/// page. A script, an event stream or a WebSocket cannot log in, and would read the login page as its response.
pub(crate) async fn guard_pages(
    State(guard): State<Guard>,
    request: Request,
    next: Next,
) -> Response {
    let routes = guard.config.routes();
    let landing = routes.local(guard.config.logout().return_to().path());
    if !needs_user(&request, routes, &guard.paths.protected, landing) {
        return next.run(request).await;
    }
    let paths = paths(&request, routes).map(str::to_owned);
    let paths = [paths[0].as_str(), paths[1].as_str()];
    // A new login does not help a user without access.
    if let Some(requirement) = guard.paths.access.required(&paths)
        && let Some(refusal) = refuse_without_access(&guard, &request, requirement).await
    {
        return refusal;
    }
    let parameters = guard.paths.logins.parameters(&paths);
    let refusal = match guard.paths.step_up.required(&paths) {
        Some(step_up) => refuse_without_step_up(&guard, &request, &step_up, parameters),
        None => refuse_anonymous(&guard, &request, parameters),
    };
    match refusal {
        Some(refusal) => refusal,
        None => next.run(request).await,
    }
}

/// Returns the path of the request, and its path below the base path, which differs below a `Router::nest`.
fn paths<'r>(request: &'r Request, routes: &Routes) -> [&'r str; 2] {
    let below_base = routes.local(original_uri(request).path());
    [request.uri().path(), below_base]
}

/// Returns whether the request is for a protected page, by its path below the base path, or below a `Router::nest`.
///
/// All paths are relative to the base path. The engine's routes and `landing`, the page that a logout ends at, are never
/// protected: otherwise a login could not start, or a logout would end in a login.
fn needs_user(
    request: &Request,
    routes: &Routes,
    protected: &ProtectedPages,
    landing: &str,
) -> bool {
    let path = request.uri().path();
    let below_base = routes.local(original_uri(request).path());
    // An exact match, like that of the router: another spelling is not a route of the engine.
    !routes.contains(&routes.full(path))
        && path != routes.local(routes.signed_out_path())
        // The page that a logout ends at is protected only if it is listed itself; a logout then ends in a login.
        && (path != landing || protected.lists(landing))
        && (protected.contains(path) || protected.contains(below_base))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use axum::{body::Body, extract::OriginalUri};

    use super::*;

    fn paths(paths: &[&str]) -> ProtectedPages {
        let mut pages = ProtectedPages::default();
        pages.list(paths.iter().map(|&path| path.to_owned()));
        pages
    }

    fn needs_user_at(path: &str, protected: &[&str], landing: &str) -> bool {
        needs_user(
            &request(path),
            &Routes::default(),
            &paths(protected),
            landing,
        )
    }

    const SIGNED_OUT: &str = "/signed-out";

    fn request(path: &str) -> Request {
        Request::builder().uri(path).body(Body::empty()).unwrap()
    }

    #[test]
    fn the_engines_own_routes_are_never_guarded() {
        for protected in [&["/"][..], &[""], &["/auth"], &["/auth/"], &["/signed-out"]] {
            for path in [
                "/auth/login",
                "/auth/login?returnTo=%2F",
                "/auth/callback",
                "/auth/logout",
                "/auth/profile",
                "/auth/access-token",
                "/auth/user",
                "/signed-out",
            ] {
                assert!(!needs_user_at(path, protected, SIGNED_OUT), "{path}");
            }
        }
    }

    #[test]
    fn moved_routes_are_not_guarded_and_their_default_paths_are() {
        let routes = Routes::default().login("/login").signed_out("/bye");
        let needs_user = |path| needs_user(&request(path), &routes, &paths(&["/"]), "/bye");
        assert!(!needs_user("/login") && !needs_user("/bye") && !needs_user("/auth/callback"));
        assert!(needs_user("/auth/login") && needs_user("/signed-out"));
    }

    #[test]
    fn paths_that_only_resemble_the_engines_routes_are_guarded() {
        for path in [
            "/",
            "/products",
            "/auth",
            "/auth/settings",
            "/auth/login/",
            "/auth/login/x",
            "/%61uth/login",
            "//auth/login",
            "/signed-out/x",
        ] {
            assert!(needs_user_at(path, &["/"], SIGNED_OUT), "{path}");
        }
    }

    #[test]
    fn the_page_that_a_logout_ends_at_is_open_unless_it_is_listed() {
        for (path, landing, protected, expected) in [
            ("/bye", "/bye", &["/"][..], false),
            ("/bye/x", "/bye", &["/"], true),
            ("/bye", "/bye", &["/bye"], true),
            ("/", "/", &["/"], true),
            ("/", "/", &[""], true),
            ("/products", "/", &["/"], true),
        ] {
            let found = needs_user_at(path, protected, landing);
            assert_eq!(found, expected, "{path} {landing} {protected:?}");
        }
    }

    #[test]
    fn below_a_prefix_both_paths_are_compared() {
        let mut request = request("/products");
        let full = OriginalUri("/shop/products".parse().unwrap());
        request.extensions_mut().insert(full);
        for (protected, expected) in [
            (&["/products"][..], true),
            (&["/shop/products"], true),
            (&["/shop"], true),
            (&["/orders", "/products/7"], false),
        ] {
            assert_eq!(
                needs_user(&request, &Routes::default(), &paths(protected), SIGNED_OUT),
                expected,
                "{protected:?}"
            );
        }
    }
}
