//! Variables that are set but not read.

use super::*;

/// Returns the warnings if these variables are set in addition to a valid configuration.
fn warnings(changes: &[(&str, &str)]) -> Vec<ConfigProblem> {
    let mut variables = good();
    for (name, value) in changes {
        variables.set(*name, *value);
    }
    read(&variables).unwrap().warnings().to_vec()
}

#[test]
fn a_valid_configuration_has_no_warnings() {
    assert_eq!(warnings(&[]), []);
}

#[test]
fn an_unknown_variable_is_a_warning() {
    for name in [
        "AUTH0_MANAGEMENT_CLIENT_ID",
        "AUTH0_SESSION_ROLLING",
        "AUTH0_TENANT",
        "AUTH0_MFA_TOKEN_TTL",
        "AUTH0_RETRY_DELAY",
        "NEXT_PUBLIC_PASSKEY_REGISTER_ROUTE",
    ] {
        let warnings = warnings(&[(name, "x")]);
        let names: Vec<_> = warnings.iter().map(|it| it.variable.as_str()).collect();
        assert_eq!(names, [name]);
        assert!(
            warnings[0]
                .to_string()
                .starts_with(&format!("{name} is set, but "))
        );
    }
}

#[test]
fn a_misspelled_variable_is_a_problem_with_the_right_name() {
    for (name, intended) in [
        ("AUTH0_AUDIENC", "AUTH0_AUDIENCE"),
        ("AUTH0_DOMIAN", "AUTH0_DOMAIN"),
        ("AUTHO_DOMAIN", "AUTH0_DOMAIN"),
        ("AUTH0_SCOPES", "AUTH0_SCOPE"),
        ("AUTH0_CLIENTID", "AUTH0_CLIENT_ID"),
        ("AUTH0_COOKIE_SAMESITE", "AUTH0_COOKIE_SAME_SITE"),
        ("PRODUCTS_API_AUDIENSE", "PRODUCTS_API_AUDIENCE"),
        ("PRODUCTS_API_URI", "PRODUCTS_API_URL"),
    ] {
        let mut variables = good();
        variables.set(name, "x");
        let error = read(&variables).unwrap_err();
        let [problem] = error.problems() else {
            panic!("{name}: {error}");
        };
        assert_eq!(problem.variable, name);
        assert_eq!(problem.example, format!("{intended}=…"));
        assert!(
            problem
                .problem
                .contains(&format!("did you mean {intended}?"))
        );
    }
}

#[test]
fn a_variable_of_nextjs_auth0_that_protects_tokens_is_a_problem() {
    let name = "AUTH0_DPOP_PRIVATE_KEY";
    assert_eq!(problems(&[(name, "x")]), [name]);
}

#[test]
fn similar_variables_of_other_programs_are_ignored() {
    for name in [
        "API_BASE_URL",
        "APP_BASE_URI",
        "AUTH_SECRET",
        "ORDERS_API_URL",
    ] {
        assert_eq!(warnings(&[(name, "x")]), [], "{name}");
    }
}

#[test]
fn a_pattern_hides_variables_of_other_programs_and_none_of_this_crate() {
    let mut variables = good();
    for (name, value) in [
        ("AUTH0_MANAGEMENT_CLIENT_ID", "x"),
        ("AUTH0_SCOPES", "x"),
        ("AUTH0_OTHER", "x"),
    ] {
        variables.set(name, value);
    }
    variables.ignore("AUTH0_MANAGEMENT_*");
    variables.ignore("AUTH0_SCOPES");
    let config = read(&variables).unwrap();
    let names: Vec<_> = config.warnings().iter().map(|it| &*it.variable).collect();
    assert_eq!(names, ["AUTH0_OTHER"]);

    variables.ignore("AUTH0_*");
    assert_eq!(read(&variables).unwrap().warnings(), []);
    variables.set("AUTH0_SECRET", "short");
    let error = read(&variables).unwrap_err();
    assert_eq!(error.problems()[0].variable, "AUTH0_SECRET");
}

#[test]
fn a_missing_audience_is_a_warning() {
    let warnings = warnings(&[("AUTH0_AUDIENCE", "")]);
    assert_eq!(warnings.len(), 1);
    let text = warnings[0].to_string();
    assert!(
        text.starts_with("AUTH0_AUDIENCE is not set: users can log in"),
        "{text}"
    );
}
