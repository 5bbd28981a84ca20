//! Reverse proxies and rate limits.

use super::*;

fn with(name: &'static str, value: &str) -> Config {
    let mut variables = good();
    variables.set(name, value);
    read(&variables).unwrap()
}

#[test]
fn rate_limits_have_generous_defaults_and_zero_turns_them_off() {
    let limits = read(&good()).unwrap().rate_limits();
    assert_eq!(limits.login().unwrap().get(), 300);
    assert_eq!(limits.backchannel_logout().unwrap().get(), 6_000);
    let limits = with("AUTH0_LOGIN_RATE_LIMIT", "0").rate_limits();
    assert_eq!(limits.login(), None);
    assert!(limits.backchannel_logout().is_some());
    let limits = with("AUTH0_LOGIN_RATE_LIMIT", "20").rate_limits();
    assert_eq!(limits.login().unwrap().get(), 20);
    for name in [
        "AUTH0_LOGIN_RATE_LIMIT",
        "AUTH0_BACKCHANNEL_LOGOUT_RATE_LIMIT",
    ] {
        for value in ["-1", "off", "1000001", "1.5", "99999999999"] {
            assert_eq!(problems(&[(name, value)]), [name], "{value}");
        }
    }
}

#[test]
fn proxies_are_addresses_and_networks() {
    let trusted = |config: &Config, address: &str| {
        config
            .trusted_proxies()
            .is_trusted(address.parse().unwrap())
    };
    assert!(!trusted(&read(&good()).unwrap(), "127.0.0.1"));
    let config = with("TRUSTED_PROXIES", "10.0.0.0/8, 127.0.0.1");
    assert!(trusted(&config, "10.1.2.3") && trusted(&config, "127.0.0.1"));
    assert_eq!(config.warnings(), []);
    for value in ["nginx", "10.0.0.0/33", "10.0.0.1:80", "10.0.0.1;10.0.0.2"] {
        let name = "TRUSTED_PROXIES";
        assert_eq!(problems(&[(name, value)]), [name], "{value}");
    }
}

#[test]
fn trusting_everyone_is_a_warning() {
    let config = with("TRUSTED_PROXIES", "0.0.0.0/0");
    assert_eq!(config.warnings().len(), 1);
    assert_eq!(config.warnings()[0].variable, "TRUSTED_PROXIES");
}
