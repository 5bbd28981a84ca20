//! Which certificates authenticate the application (RFC 8705 §2).

use reqwest::StatusCode;
use tenant::RegisteredCertificate;

use super::{MtlsEnv, foreign, issued, self_signed};
use crate::test_env::{CALLBACK, CLIENT_SECRET};

/// The DNS name of the generated certificate.
const NAME: &str = "site.local-tenant.example";

#[tokio::test]
async fn the_generated_certificate_authenticates_the_application() {
    let env = MtlsEnv::start().await;
    let identity = env.generated();
    assert_eq!(env.push(Some(&identity)).await.status, StatusCode::CREATED);
    let tokens = env
        .tokens(Some(&identity), &[("scope", "openid offline_access")])
        .await;
    assert_eq!(tokens.status, StatusCode::OK, "{:?}", tokens.json);
    let form = [("token", tokens.text("refresh_token"))];
    let revoked = env.post(Some(&identity), "oauth/revoke", &form).await;
    assert_eq!(revoked.status, StatusCode::OK);
}

/// RFC 8705 §2.1: the certificate chain is validated, and the name is the registered one.
#[tokio::test]
async fn only_a_valid_certificate_of_the_authority_for_the_registered_name_is_accepted() {
    let env = MtlsEnv::start().await;
    let folder = env.folder.path();
    let renewed = issued(folder, NAME, 2020..2040);
    assert_eq!(env.push(Some(&renewed)).await.status, StatusCode::CREATED);
    let not_issued = "the tenant's authority did not issue it, or it has expired";
    let none = "the request has none; the endpoints for clients with a certificate are in mtls_endpoint_aliases";
    for (identity, reason) in [
        (None, none),
        (
            Some(issued(folder, "other.example", 2020..2040)),
            "it is for another name than the registered one",
        ),
        (Some(issued(folder, NAME, 2020..2021)), not_issued),
        (Some(issued(folder, NAME, 2039..2040)), not_issued),
        (Some(foreign(NAME)), not_issued),
        (Some(self_signed().1), not_issued),
    ] {
        let refused = env.push(identity.as_deref()).await;
        refused.is_error(
            401,
            "invalid_client",
            &format!("The client certificate was refused: {reason}."),
        );
    }
}

/// RFC 8705 §2.2: no authority is needed, and no other certificate is accepted.
#[tokio::test]
async fn a_registered_self_signed_certificate_is_accepted_and_no_other() {
    let (pem, identity) = self_signed();
    let registered = RegisteredCertificate::self_signed(&pem).unwrap();
    let env = MtlsEnv::with(|settings| {
        settings.applications[0].client_certificates = vec![registered];
    })
    .await;
    assert_eq!(env.push(Some(&identity)).await.status, StatusCode::CREATED);
    for other in [self_signed().1, env.generated()] {
        env.push(Some(&other)).await.is_error(
            401,
            "invalid_client",
            "The client certificate was refused: it is not a registered one.",
        );
    }
}

#[tokio::test]
async fn certificates_can_be_replaced_without_a_pause() {
    let ((old_pem, old), (new_pem, new)) = (self_signed(), self_signed());
    let env = MtlsEnv::with(|settings| {
        settings.applications[0].client_certificates = [old_pem, new_pem]
            .map(|pem| RegisteredCertificate::self_signed(&pem).unwrap())
            .into();
    })
    .await;
    for identity in [old, new] {
        assert_eq!(env.push(Some(&identity)).await.status, StatusCode::CREATED);
    }
}

/// Like at Auth0, an application has one authentication method; RFC 6749 §2.3 allows one in a request.
#[tokio::test]
async fn a_client_secret_does_not_replace_the_certificate() {
    let env = MtlsEnv::start().await;
    let form = [
        ("response_type", "code"),
        ("redirect_uri", CALLBACK),
        ("client_secret", CLIENT_SECRET),
    ];
    for identity in [None, Some(env.generated())] {
        let refused = env.post(identity.as_deref(), "oauth/par", &form).await;
        refused.is_error(
            401,
            "invalid_client",
            "The application has a client certificate, so it must authenticate with mutual TLS.",
        );
    }
    let plain = env.env.post_as_application("oauth/par", &form[..2]).await;
    assert_eq!(plain.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn an_application_with_a_secret_can_use_the_tls_listener_as_well() {
    let env = MtlsEnv::with(|settings| {
        let application = &mut settings.applications[0];
        application.client_certificates.clear();
        application.certificate_bound_access_tokens = false;
    })
    .await;
    let form = [
        ("response_type", "code"),
        ("redirect_uri", CALLBACK),
        ("client_secret", CLIENT_SECRET),
    ];
    let identity = env.generated();
    let pushed = env.post(Some(&identity), "oauth/par", &form).await;
    assert_eq!(pushed.status, StatusCode::CREATED);
    let without = env.push(Some(&identity)).await;
    assert_eq!(without.status, StatusCode::UNAUTHORIZED);
}

/// The header of a proxy says nothing about a connection, and no header can claim a certificate.
#[tokio::test]
async fn the_plain_listener_accepts_no_certificate() {
    let env = MtlsEnv::start().await;
    let request = env
        .env
        .request(reqwest::Method::POST, "oauth/par")
        .header("client-cert", ":AQID:")
        .header("x-ssl-cert", env.read("client.crt").replace('\n', " "))
        .form(&[
            ("client_id", crate::test_env::CLIENT_ID),
            ("response_type", "code"),
            ("redirect_uri", CALLBACK),
        ]);
    assert_eq!(
        request.send().await.unwrap().status(),
        StatusCode::UNAUTHORIZED
    );
}
