//! What the tenant tells developers and applications about mutual TLS.

use std::fs;

use serde_json::Value;
use tenant::{OpenError, Settings, Tenant};

use super::MtlsEnv;

/// RFC 8705 §5.
#[tokio::test]
async fn the_metadata_has_the_methods_and_the_endpoints_for_certificates() {
    let env = MtlsEnv::start().await;
    let document: Value = env
        .env
        .get(".well-known/openid-configuration")
        .await
        .json()
        .await
        .unwrap();
    let methods = document["token_endpoint_auth_methods_supported"]
        .as_array()
        .unwrap();
    for method in ["tls_client_auth", "self_signed_tls_client_auth"] {
        assert!(methods.iter().any(|listed| listed == method), "{methods:?}");
    }
    assert_eq!(document["tls_client_certificate_bound_access_tokens"], true);
    let aliases = document["mtls_endpoint_aliases"].as_object().unwrap();
    for (name, path) in [
        ("token_endpoint", "oauth/token"),
        ("userinfo_endpoint", "userinfo"),
        ("revocation_endpoint", "oauth/revoke"),
        ("introspection_endpoint", "oauth/introspect"),
        ("pushed_authorization_request_endpoint", "oauth/par"),
        ("backchannel_authentication_endpoint", "bc-authorize"),
    ] {
        assert_eq!(aliases[name], format!("{}{path}", env.base));
        assert_eq!(document[name], env.env.url(path), "{name}");
    }
    assert_eq!(document["issuer"], env.env.issuer.as_str());
}

#[tokio::test]
async fn the_dashboard_has_the_variables_of_a_site_with_the_generated_certificate() {
    let env = MtlsEnv::start().await;
    let html = env.env.get("").await.text().await.unwrap();
    let html = html_escape::decode_html_entities(&html);
    let variables = env.env.tenant.certificate_variables();
    assert_eq!(variables.len(), 4);
    for (name, value) in &variables {
        assert!(html.contains(&format!("{name}={value}")), "{name}: {html}");
    }
    for (_, path) in &variables[1..] {
        assert!(fs::read_to_string(path).unwrap().starts_with("-----BEGIN"));
    }
    assert!(html.contains("tls_client_auth"), "{html}");
    let off = crate::test_env::TestEnv::start().await;
    let html = off.get("").await.text().await.unwrap();
    assert!(html.contains("AUTH0_MTLS=true"), "{html}");
    assert!(!html.contains("AUTH0_MTLS_CERTIFICATE_FILE"), "{html}");
}

#[cfg(unix)]
#[tokio::test]
async fn private_keys_are_readable_by_their_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let env = MtlsEnv::start().await;
    for name in ["ca.key", "client.key"] {
        let path = env.folder.path().join("mutual-tls").join(name);
        let mode = fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{name}");
    }
}

#[tokio::test]
async fn a_restart_keeps_the_authority_and_the_client_certificate() {
    let folder = tempfile::tempdir().unwrap();
    let settings = |folder: &std::path::Path| {
        let site = "http://localhost:3000".parse().unwrap();
        let issuer = "http://127.0.0.1:4000/".parse().unwrap();
        Settings::local(issuer, &site, "secret").with_mutual_tls(
            "https://127.0.0.1:4443/".parse().unwrap(),
            folder.to_owned(),
        )
    };
    Tenant::open(settings(folder.path())).await.unwrap();
    let names = ["ca.crt", "ca.key", "client.crt", "client.key"];
    let content = || names.map(|name| fs::read_to_string(folder.path().join(name)).unwrap());
    let before = content();
    Tenant::open(settings(folder.path())).await.unwrap();
    assert_eq!(content(), before);
    fs::remove_file(folder.path().join("client.crt")).unwrap();
    Tenant::open(settings(folder.path())).await.unwrap();
    assert_eq!(content()[..2], before[..2]);
    assert_ne!(content()[2..], before[2..]);
    fs::write(folder.path().join("ca.key"), "damaged").unwrap();
    let error = Tenant::open(settings(folder.path())).await.unwrap_err();
    assert!(matches!(error, OpenError::MutualTls(_)), "{error}");
    assert!(error.to_string().contains("ca.key"), "{error}");
}

#[tokio::test]
async fn the_listener_must_be_local_and_https() {
    for url in [
        "http://127.0.0.1:4443/",
        "https://192.0.2.1:4443/",
        "https://example.com/",
        "https://127.0.0.1:4443/path",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let site = "http://localhost:3000".parse().unwrap();
        let issuer = "http://127.0.0.1:4000/".parse().unwrap();
        let settings = Settings::local(issuer, &site, "secret")
            .with_mutual_tls(url.parse().unwrap(), folder.path().to_owned());
        let error = Tenant::open(settings).await.unwrap_err();
        assert!(matches!(error, OpenError::MutualTlsUrl), "{url}: {error}");
    }
}
