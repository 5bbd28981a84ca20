//! The program of the API.

use products_api::{Database, Settings, router};
use test_support::api_contract::ApiProgram;

use crate::test_env::AUDIENCE;

const PROGRAM: ApiProgram = ApiProgram {
    binary: env!("CARGO_BIN_EXE_products-api"),
    audience_variable: "AUTH0_AUDIENCE",
    audience: AUDIENCE,
};

#[test]
fn missing_settings_are_named_with_their_variables() {
    PROGRAM.assert_missing_settings_are_named();
}

#[test]
fn invalid_settings_are_explained_in_a_sentence() {
    PROGRAM.assert_invalid_settings_are_explained(tempfile::tempdir().unwrap().path());
}

#[test]
fn a_used_port_is_named() {
    PROGRAM.assert_used_port_is_named();
}

#[test]
fn it_logs_its_address_and_stops_on_sigterm() {
    PROGRAM.assert_stops_on_sigterm();
}

#[tokio::test]
async fn the_api_starts_while_the_provider_is_down() {
    let settings = Settings {
        issuer: "http://127.0.0.1:9/".to_owned(),
        audience: AUDIENCE.to_owned(),
        public_url: None,
        database: Database::Memory,
    };
    assert!(router(settings).await.is_ok());
}
