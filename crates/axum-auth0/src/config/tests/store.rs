//! `AUTH0_SESSION_STORE` with the URL of a database server.

use super::*;

const URL: &str = "postgres://user:planted-password@db.example/site";

#[cfg(feature = "postgres")]
#[test]
fn a_url_of_postgresql_is_read_and_its_password_is_never_shown() {
    for url in [URL, "postgresql://user:planted-password@db.example/site"] {
        let config = read(&with(url)).unwrap();
        let StoreLocation::Postgres(read) = config.session_store() else {
            panic!("{:?}", config.session_store());
        };
        assert_eq!(read.expose(), url);
        assert!(!format!("{config:?} {read}").contains("planted-password"));
    }
}

#[cfg(not(feature = "postgres"))]
#[test]
fn a_store_that_is_not_compiled_in_is_a_problem_that_names_the_feature() {
    let error = read(&with(URL)).unwrap_err().to_string();
    assert!(error.contains("enable feature postgres"), "{error}");
    assert!(!error.contains("planted-password"), "{error}");
}

#[test]
fn an_invalid_url_is_a_problem_that_does_not_repeat_it() {
    for url in [
        "postgres://user:planted-password@db.example:port/site",
        "postgres:planted-password",
        "postgresql://user:planted-password@/[",
    ] {
        let error = read(&with(url)).unwrap_err().to_string();
        assert!(error.contains("AUTH0_SESSION_STORE"), "{error}");
        assert!(!error.contains("planted-password"), "{error}");
    }
}

fn with(url: &str) -> Variables {
    let mut variables = good();
    variables.set("AUTH0_SESSION_STORE", url);
    variables
}
