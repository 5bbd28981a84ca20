//! Client certificates (mutual TLS, RFC 8705).

mod applications;
mod authentication;
mod bound_tokens;

use std::{fs, future::IntoFuture as _, path::Path};

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose,
};
use reqwest::{Certificate, Client, Identity, Method, StatusCode, redirect::Policy};
use tempfile::TempDir;
use tenant::{Settings, TlsPeer};
use tokio::{net::TcpListener, task::JoinHandle};

use crate::test_env::{CALLBACK, CLIENT_ID, JsonResponse, TestEnv, VERIFIER, parameter};

/// A tenant with a TLS listener.
struct MtlsEnv {
    env: TestEnv,
    base: String,
    folder: TempDir,
    server: JoinHandle<()>,
}

impl Drop for MtlsEnv {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl MtlsEnv {
    async fn start() -> Self {
        Self::with(|_| {}).await
    }

    async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        Self::at(tempfile::tempdir().unwrap(), change).await
    }

    async fn at(folder: TempDir, change: impl FnOnce(&mut Settings)) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("https://{}/", listener.local_addr().unwrap());
        let env = TestEnv::with(|settings| {
            let files = folder.path().join("mutual-tls");
            *settings = settings
                .clone()
                .with_mutual_tls(base.parse().unwrap(), files);
            settings.applications[0].certificate_bound_access_tokens = true;
            change(settings);
        })
        .await;
        let listener = env.tenant.tls_listener(listener).unwrap();
        let service = env
            .tenant
            .router()
            .into_make_service_with_connect_info::<TlsPeer>();
        let server = tokio::spawn(async move {
            axum::serve(listener, service).into_future().await.unwrap();
        });
        Self {
            env,
            base,
            folder,
            server,
        }
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join("mutual-tls").join(name)).unwrap()
    }

    /// Returns the generated certificate with its key, in PEM.
    fn generated(&self) -> String {
        self.read("client.crt") + &self.read("client.key")
    }

    /// Returns a client that trusts the authority of the tenant.
    fn client(&self, identity: Option<&str>) -> Client {
        let authority = Certificate::from_pem(self.read("ca.crt").as_bytes()).unwrap();
        let mut builder = Client::builder()
            .tls_certs_only([authority])
            .redirect(Policy::none())
            .no_proxy();
        if let Some(pem) = identity {
            builder = builder.identity(Identity::from_pem(pem.as_bytes()).unwrap());
        }
        builder.build().unwrap()
    }

    /// Sends a form with this certificate and the client ID.
    async fn post(
        &self,
        identity: Option<&str>,
        path: &str,
        form: &[(&str, &str)],
    ) -> JsonResponse {
        let mut form = form.to_vec();
        form.push(("client_id", CLIENT_ID));
        let request = self
            .client(identity)
            .post(format!("{}{path}", self.base))
            .form(&form);
        JsonResponse::read(request.send().await.unwrap()).await
    }

    /// Pushes an authorization request, which needs no login.
    async fn push(&self, identity: Option<&str>) -> JsonResponse {
        let form = [("response_type", "code"), ("redirect_uri", CALLBACK)];
        self.post(identity, "oauth/par", &form).await
    }

    /// Logs in as Alice and returns the response to the code exchange.
    async fn tokens(&self, identity: Option<&str>, more: &[(&str, &str)]) -> JsonResponse {
        let mut browser = self.env.browser();
        let callback = browser.log_in("alice@example.com", more).await;
        let code = parameter(&callback, "code").unwrap();
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
        ];
        self.post(identity, "oauth/token", &form).await
    }

    async fn userinfo(&self, identity: Option<&str>, token: &str) -> StatusCode {
        let request = self
            .client(identity)
            .request(Method::GET, format!("{}userinfo", self.base));
        let response = request.bearer_auth(token).send().await.unwrap();
        response.status()
    }
}

/// A certificate with its key in PEM, issued by the authority in `folder`, valid between these years.
fn issued(folder: &Path, name: &str, years: std::ops::Range<i32>) -> String {
    let key = fs::read_to_string(folder.join("mutual-tls/ca.key")).unwrap();
    issue(KeyPair::from_pem(&key).unwrap(), name, years)
}

/// A certificate with its key in PEM, of an authority with the name of the tenant's, but with another key.
fn foreign(name: &str) -> String {
    issue(KeyPair::generate().unwrap(), name, 2000..2100)
}

fn issue(authority: KeyPair, name: &str, years: std::ops::Range<i32>) -> String {
    let mut authority_params = CertificateParams::default();
    authority_params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    authority_params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    authority_params.distinguished_name = DistinguishedName::new();
    authority_params.distinguished_name.push(
        DnType::CommonName,
        "Development authority of the local tenant",
    );
    let mut params = CertificateParams::new([name.to_owned()]).unwrap();
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    params.not_before = rcgen::date_time_ymd(years.start, 1, 1);
    params.not_after = rcgen::date_time_ymd(years.end, 1, 1);
    let key = KeyPair::generate().unwrap();
    let issuer = Issuer::new(authority_params, authority);
    let certificate = params.signed_by(&key, &issuer).unwrap();
    certificate.pem() + &key.serialize_pem()
}

/// A self-signed certificate: the certificate in PEM, and both with the key.
fn self_signed() -> (String, String) {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(["my-site.example".to_owned()]).unwrap();
    let pem = params.self_signed(&key).unwrap().pem();
    let identity = pem.clone() + &key.serialize_pem();
    (pem, identity)
}

/// Returns `x5t#S256` of the first certificate in PEM.
fn thumbprint(pem: &str) -> String {
    let registered = tenant::RegisteredCertificate::self_signed(pem).unwrap();
    match registered {
        tenant::RegisteredCertificate::SelfSigned { thumbprint } => thumbprint,
        other => panic!("{other:?}"),
    }
}
