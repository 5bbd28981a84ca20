//! `DPoP` (RFC 9449).

use super::*;

fn with(changes: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let mut variables = good();
    for (name, value) in changes {
        variables.set(*name, *value);
    }
    read(&variables)
}

fn names(problems: &[ConfigProblem]) -> Vec<&str> {
    problems
        .iter()
        .map(|problem| problem.variable.as_str())
        .collect()
}

#[test]
fn tokens_are_bound_if_the_switch_is_on() {
    assert!(!with(&[]).unwrap().dpop());
    let config = with(&[("AUTH0_DPOP", "true"), ("AUTH0_DPOP_CLOCK_SKEW", "-20")]).unwrap();
    assert!(config.dpop());
    assert_eq!(config.dpop_clock_skew(), -20);
}

/// A configuration of nextjs-auth0 that has a key expects bound tokens.
#[test]
fn a_shared_key_is_an_error_unless_tokens_are_bound_by_keys_of_their_logins() {
    for name in ["AUTH0_DPOP_PRIVATE_KEY", "AUTH0_DPOP_PUBLIC_KEY"] {
        let error = with(&[(name, "key")]).unwrap_err();
        assert_eq!(names(error.problems()), [name]);
        let config = with(&[(name, "key"), ("AUTH0_DPOP", "true")]).unwrap();
        assert_eq!(names(config.warnings()), [name]);
    }
}

#[test]
fn bound_tokens_cannot_be_exposed_to_the_browser() {
    let exposed = ("AUTH0_EXPOSE_ACCESS_TOKENS_FOR", "https://api.example.com");
    let error = with(&[("AUTH0_DPOP", "true"), exposed]).unwrap_err();
    assert!(
        names(error.problems()).contains(&"AUTH0_EXPOSE_ACCESS_TOKENS_FOR"),
        "{error}"
    );
}

#[test]
fn the_tolerance_of_nextjs_auth0_has_no_effect() {
    let config = with(&[("AUTH0_DPOP_CLOCK_TOLERANCE", "30")]).unwrap();
    assert_eq!(names(config.warnings()), ["AUTH0_DPOP_CLOCK_TOLERANCE"]);
}
