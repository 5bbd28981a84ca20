//! The paths of the routes, and session lifetimes.

use std::time::Duration;

use super::*;

fn read_with(routes: Option<&Routes>, changes: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let mut variables = good();
    for (name, value) in changes {
        variables.set(*name, *value);
    }
    Config::read(&variables, &[PRODUCTS], routes)
}

#[test]
fn the_routes_are_those_of_nextjs_auth0_and_can_be_moved() {
    let routes = read_with(None, &[]).unwrap().routes().clone();
    assert_eq!(routes, Routes::default());
    assert_eq!(routes.login_path(), "/auth/login");

    let variables = [("NEXT_PUBLIC_LOGIN_ROUTE", "/in")];
    let config = read_with(None, &variables).unwrap();
    assert_eq!(config.routes().login_path(), "/in");

    let code = Routes::default().login("/login").signed_out("/bye");
    let config = read_with(Some(&code), &variables).unwrap();
    assert_eq!(config.routes().login_path(), "/login", "code wins");
    assert_eq!(config.logout().return_to().as_str(), "/bye");
}

#[test]
fn a_route_is_a_plain_path_of_its_own() {
    for path in [
        "",
        "login",
        "/",
        "//login",
        "/a//b",
        "/a/",
        "/{login}",
        "/*login",
        "/lo%67in",
        "/a/../b",
        "/login?x",
        "/login#x",
        "https://evil.example/",
        "/ä",
    ] {
        let routes = Routes::default().login(path);
        let error = read_with(Some(&routes), &[]).unwrap_err();
        let [problem] = error.problems() else {
            panic!("{path}: {error}");
        };
        assert_eq!(problem.variable, "NEXT_PUBLIC_LOGIN_ROUTE", "{path}");
    }
    let routes = Routes::default().callback("/auth/login");
    let error = read_with(Some(&routes), &[]).unwrap_err();
    assert_eq!(error.problems()[0].variable, "Routes::callback");
    assert!(error.problems()[0].problem.contains("login route"));
}

#[test]
fn a_logout_does_not_end_at_a_route_of_the_engine() {
    let routes = Routes::default().login("/login");
    for (page, expected) in [("/login", false), ("/login?x=1", false), ("/logins", true)] {
        let config = read_with(Some(&routes), &[("AUTH0_LOGOUT_RETURN_TO", page)]);
        assert_eq!(config.is_ok(), expected, "{page}");
    }
}

const INACTIVITY: &str = "AUTH0_SESSION_INACTIVITY_DURATION";
const ABSOLUTE: &str = "AUTH0_SESSION_ABSOLUTE_DURATION";

#[test]
fn a_session_ends_after_inactivity_and_after_an_absolute_time() {
    let lifetime = |changes: &[(&str, &str)]| {
        let lifetime = read_with(None, changes).unwrap().session_lifetime();
        (
            lifetime.inactivity().as_secs(),
            lifetime.absolute().as_secs(),
        )
    };
    assert_eq!(lifetime(&[]), (86_400, 259_200));
    assert_eq!(lifetime(&[(INACTIVITY, "3600")]), (3_600, 259_200));
    assert_eq!(lifetime(&[(ABSOLUTE, "7200")]), (7_200, 7_200));
    assert_eq!(
        lifetime(&[(INACTIVITY, "300"), (ABSOLUTE, "300")]),
        (300, 300)
    );
    for (changes, variable) in [
        (vec![(INACTIVITY, "119")], INACTIVITY),
        (vec![(INACTIVITY, "1 day")], INACTIVITY),
        (vec![(ABSOLUTE, "-1")], ABSOLUTE),
        (vec![(ABSOLUTE, "34560001")], ABSOLUTE),
        (vec![(INACTIVITY, "7200"), (ABSOLUTE, "3600")], INACTIVITY),
        (vec![(INACTIVITY, "259201")], INACTIVITY),
    ] {
        assert_eq!(problems(&changes), [variable], "{changes:?}");
    }
    let _: Duration = read_with(None, &[]).unwrap().session_lifetime().absolute();
}

#[test]
fn two_apis_have_two_prefixes_and_one_of_them_at_most_is_of_the_login() {
    let further = ApiRegistration {
        prefix: "ORDERS",
        is_of_login: true,
        ..PRODUCTS
    };
    for (second, says) in [(PRODUCTS, "ENV_PREFIX"), (further, "login_api")] {
        let error = Config::from_variables(&good(), &[PRODUCTS, second]).unwrap_err();
        assert!(error.to_string().contains(says), "{error}");
    }
}
