//! Values that look right but are wrong.

use super::*;

/// Returns the problems of the variable `name` with `value`.
fn problems(name: &str, value: &str) -> Vec<String> {
    let mut variables = good();
    variables.set(name, value);
    let error = read(&variables).err().unwrap_or_default();
    let problems = error.problems().iter();
    problems
        .map(|problem| format!("{} {}", problem.variable, problem.problem))
        .collect()
}

/// Variable, value, and the expected message.
const REFUSED: &[(&str, &str, &str)] = &[
    ("AUTH0_CLIENT_ID", "\"client\"", "a quotation mark"),
    (
        "AUTH0_CLIENT_ID",
        "client\r",
        "a line break (U+000D) at its end",
    ),
    ("AUTH0_CLIENT_SECRET", "'secret'", "a quotation mark"),
    (
        "AUTH0_CLIENT_SECRET",
        "secret\n",
        "a line break (U+000A) at its end",
    ),
    (
        "AUTH0_CLIENT_SECRET",
        "\u{feff}secret",
        "a byte order mark (U+FEFF) at its beginning",
    ),
    (
        "AUTH0_AUDIENCE",
        "\u{feff}https://api.example.com",
        "a byte order mark",
    ),
    (
        "AUTH0_AUDIENCE",
        "\"https://api.example.com\"",
        "a quotation mark",
    ),
    // Other characters that copying introduces.
    ("AUTH0_CLIENT_ID", "`client`", "a quotation mark"),
    ("AUTH0_CLIENT_ID", "client\"", "a quotation mark"),
    ("AUTH0_CLIENT_ID", " client", "begins or ends with a space"),
    ("AUTH0_CLIENT_ID", "client # of staging", "contains a space"),
    (
        "AUTH0_CLIENT_ID",
        "cli\u{200b}ent",
        "an invisible character (U+200B) as character 4",
    ),
    (
        "AUTH0_CLIENT_ID",
        "cliеnt",
        "a character that is not ASCII (U+0435)",
    ),
    (
        "AUTH0_CLIENT_SECRET",
        "\u{201c}secret\u{201d}",
        "a typographic quotation mark (U+201C)",
    ),
    (
        "AUTH0_CLIENT_SECRET",
        "sec\u{ad}ret",
        "an invisible character (U+00AD) inside",
    ),
    ("AUTH0_CLIENT_SECRET", "secret\t", "a tab"),
    (
        "AUTH0_CLIENT_SECRET",
        "secr\u{fffd}t",
        "bytes that are not UTF-8",
    ),
    (
        "AUTH0_AUDIENCE",
        "https://api.example.com\u{a0}",
        "an unusual space (U+00A0)",
    ),
    (
        "AUTH0_AUDIENCE",
        "https://api.example.com ",
        "begins or ends with a space",
    ),
    (
        "AUTH0_DOMAIN",
        "\"tenant.eu.auth0.com\"",
        "a quotation mark",
    ),
    (
        "AUTH0_DOMAIN",
        "ten\u{200d}ant.eu.auth0.com",
        "an invisible character",
    ),
    (
        "AUTH0_DOMAIN",
        "täglich.example",
        "in its ASCII form (xn--…)",
    ),
    (
        "AUTH0_SECRET",
        "\"0123456789abcdef0123456789abcdef\"",
        "a quotation mark",
    ),
    (
        "AUTH0_SECRET",
        "0123456789abcdef0123456789abcdef,'fedcba9876543210fedcba9876543210'",
        "a quotation mark",
    ),
    (
        "AUTH0_SECRET",
        "0123456789abcdef0123456789abcdef\n",
        "a line break",
    ),
    ("AUTH0_SCOPE", "openid \"profile\"", "a quotation mark"),
    ("AUTH0_SCOPE", "openid pro\"file", "a quotation mark"),
    ("AUTH0_SCOPE", "openid\nprofile", "a line break"),
    (
        "PRODUCTS_API_SCOPE",
        "read:products\u{2028}",
        "a line break",
    ),
    ("PRODUCTS_API_SCOPE", "'read:products'", "a quotation mark"),
    (
        "PRODUCTS_API_AUDIENCE",
        "\u{ab}https://api.example.com\u{bb}",
        "a typographic quotation mark",
    ),
    (
        "PRODUCTS_API_URL",
        "https://api.example.com/v1 x",
        "contains a space",
    ),
    ("PRODUCTS_API_TOKEN_FORMAT", "\"jwt\"", "a quotation mark"),
    (
        "APP_BASE_URL",
        "https://www.example.com\u{200b}",
        "an invisible character",
    ),
    (
        "AUTH0_SESSION_STORE",
        "'sqlite:data/sessions.db'",
        "a quotation mark",
    ),
    (
        "AUTH0_SESSION_STORE",
        "sqlite:data/sessions\u{202e}.db",
        "an invisible character",
    ),
    ("AUTH0_COOKIE_SAME_SITE", "\"lax\"", "a quotation mark"),
    (
        "AUTH0_LOGOUT_RETURN_TO",
        "\u{2018}/\u{2019}",
        "a typographic quotation mark",
    ),
];

#[test]
fn an_unintended_character_is_a_problem_of_its_variable() {
    for &(name, value, says) in REFUSED {
        let problems = problems(name, value);
        let [problem] = problems.as_slice() else {
            panic!("{name}={value:?}: {problems:?}");
        };
        assert!(
            problem.starts_with(&format!("{name} ")) && problem.contains(says),
            "{name}={value:?}: {problem}"
        );
    }
}

#[test]
fn an_intended_value_is_accepted() {
    for (name, value) in [
        (
            "AUTH0_CLIENT_SECRET",
            "a secret with blanks, 'quotes' and \"quotes\" inside.",
        ),
        ("AUTH0_SECRET", "0123456789abcdef\"0123456789abcdef"),
        (
            "AUTH0_AUDIENCE",
            "https://api.example.com/o'neil?a=b&c=%20#d",
        ),
        ("AUTH0_AUDIENCE", "urn:products:v1"),
        ("AUTH0_SESSION_STORE", "sqlite:/srv/Größe & Maß/sessions.db"),
        ("AUTH0_SCOPE", "openid  profile"),
        ("AUTH0_CLIENT_ID", "s6BhdRkqt3~_.-"),
        // Counts as unset.
        ("AUTH0_AUDIENCE", ""),
        ("AUTH0_PROMPT", "  "),
    ] {
        assert_eq!(
            problems(name, value),
            Vec::<String>::new(),
            "{name}={value:?}"
        );
    }
}

#[test]
fn a_domain_name_in_another_script_is_shown_in_its_ascii_form() {
    for (name, value, example) in [
        ("AUTH0_DOMAIN", "täglich.example", "xn--tglich-bua.example"),
        (
            "AUTH0_DOMAIN",
            "https://täglich.example/a",
            "https://xn--tglich-bua.example/a",
        ),
        (
            "APP_BASE_URL",
            "https://пример.example",
            "https://xn--e1afmkfd.example/",
        ),
        (
            "PRODUCTS_API_URL",
            "https://\u{200b}api.example",
            "https://api.example.com",
        ),
    ] {
        let mut variables = good();
        variables.set(name, value);
        let error = read(&variables).unwrap_err();
        assert_eq!(error.problems()[0].example, format!("{name}={example}"));
    }
}

#[test]
fn a_problem_never_repeats_the_value() {
    for value in [
        "\"canary-secret\"",
        "canary-secret\r",
        "canary\u{200b}-secret",
    ] {
        for name in ["AUTH0_CLIENT_SECRET", "AUTH0_SECRET", "AUTH0_CLIENT_ID"] {
            let problems = problems(name, value);
            assert!(!problems.concat().contains("canary"), "{problems:?}");
        }
    }
}

#[test]
fn a_variable_name_with_an_invisible_character_is_a_problem_of_the_intended_one() {
    for name in [
        "\u{feff}AUTH0_CLIENT_ID",
        "AUTH0_CLIENT_ID\u{200b}",
        "AUTH0_CLIENT_ID\r",
    ] {
        let mut variables = good();
        variables.remove("AUTH0_CLIENT_ID");
        variables.set(name, "client");
        let error = read(&variables).unwrap_err();
        let [problem] = error.problems() else {
            panic!("{error}");
        };
        assert_eq!(problem.variable, "AUTH0_CLIENT_ID");
        assert!(
            problem.problem.contains("under a name that contains"),
            "{error}"
        );
    }
    // Variables of other programs may have any name.
    let mut variables = good();
    variables.set("TÜR\u{200b}", "\"offen\"");
    assert!(read(&variables).is_ok());
}

#[cfg(unix)]
#[test]
fn a_value_that_is_not_unicode_is_not_reported_as_missing() {
    use std::os::unix::ffi::OsStringExt as _;
    let shown = std::ffi::OsString::from_vec(b"secr\xfft".to_vec());
    // The form in which `Variables::from_environment` reads it.
    let problems = problems("AUTH0_CLIENT_SECRET", &shown.to_string_lossy());
    assert!(problems[0].contains("not UTF-8"), "{problems:?}");
}
