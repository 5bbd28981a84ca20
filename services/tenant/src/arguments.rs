//! The arguments of the program, and the settings that follow from them.

use std::{
    io,
    net::{IpAddr, Ipv4Addr},
    path::{Path, PathBuf},
    time::Duration,
};

use clap::Parser;
use tenant::{
    ApiSettings, CertificateError, Database, DpopProofs, PublicKey, PublicKeyError,
    RegisteredCertificate, ResourcePolicy, Settings, SigningAlgorithm,
};
use url::Url;

/// A local OpenID Provider that behaves like an Auth0 tenant. For development only; it listens on loopback only.
#[derive(Parser)]
#[command(version)]
#[expect(clippy::struct_excessive_bools, reason = "independent switches")]
pub(crate) struct Arguments {
    /// The address to listen on. It must be a loopback address.
    #[arg(long, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    pub(crate) host: IpAddr,
    /// The port to listen on.
    #[arg(long, default_value_t = 4000)]
    pub(crate) port: u16,
    /// The database file for keys, logins and grants. If absent, they are kept in memory.
    #[arg(long, value_name = "PATH")]
    database: Option<PathBuf>,
    /// The URL of the application. Its callback and logout URLs are derived from it.
    #[arg(long, value_name = "URL", default_value = "http://localhost:3000")]
    pub(crate) app_base_url: Url,
    /// The application's client ID.
    #[arg(long, default_value = "leptos-auth0-sample")]
    client_id: String,
    /// The application's client secret.
    #[arg(long, default_value = "local-client-secret", hide_default_value = true)]
    client_secret: String,
    /// A file with a public key of the application in PEM or as a JWK, or with a JWK Set. The application then has to authenticate
    /// with `private_key_jwt`. Can be repeated.
    #[arg(long = "public-key", value_name = "PATH")]
    public_keys: Vec<PathBuf>,
    /// Require that the application signs its authorization requests (JAR, RFC 9101) with a key of --public-key.
    #[arg(long, requires = "public_keys")]
    require_signed_requests: bool,
    /// A type of `authorization_details` (RFC 9396) that can be requested. Can be repeated.
    #[arg(long = "authorization-details-type", value_name = "TYPE", default_values_t = ["payment_initiation".to_owned()])]
    authorization_detail_types: Vec<String>,
    /// A further callback URL of the application. Can be repeated.
    #[arg(long = "callback-url", value_name = "URL")]
    callback_urls: Vec<String>,
    /// The URL that receives logout tokens when a session ends. Default: /auth/backchannel-logout of the application.
    #[arg(long, value_name = "URL")]
    backchannel_logout_url: Option<Url>,
    /// An API's identifier and its scopes, in one argument. Can be repeated. Default: the products API and the orders API, with
    /// refresh tokens for both.
    #[arg(long = "api", value_name = "IDENTIFIER SCOPE…", value_parser = parse_api)]
    apis: Vec<ApiSettings>,
    /// The identifier of an API with the scopes of --scope. Can be repeated.
    #[arg(long = "audience", value_name = "IDENTIFIER")]
    audiences: Vec<String>,
    /// A scope of the APIs of --audience. Can be repeated.
    #[arg(long = "scope", value_name = "SCOPE", default_values_t = ["read:products".to_owned(), "write:products".to_owned()])]
    scopes: Vec<String>,
    /// The identifier of an API whose access tokens are opaque, so that it has to introspect them. Can be repeated.
    #[arg(long = "opaque", value_name = "IDENTIFIER")]
    opaque: Vec<String>,
    /// Accept the application's refresh tokens for all APIs (multi-resource refresh tokens).
    #[arg(long)]
    multi_resource: bool,
    /// Treat `resource` (RFC 8707) as `audience` ("Resource Parameter Compatibility Profile").
    #[arg(long)]
    resource_parameter: bool,
    /// Disable refresh token rotation.
    #[arg(long)]
    no_rotation: bool,
    /// How long a consumed refresh token is still accepted, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    refresh_leeway: u64,
    /// The lifetime of access tokens, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 24 * 60 * 60)]
    access_token_lifetime: u64,
    /// What to do with `DPoP` proofs (RFC 9449): `accepted`; `ignored`, so that all access tokens are bearer tokens; or
    /// `with-nonce`, which requires a nonce.
    #[arg(long, value_name = "PROOFS", value_parser = parse_dpop, default_value = "accepted")]
    dpop: DpopProofs,
    /// Serve TLS, too, for client certificates (RFC 8705). The folder keeps the development authority and the client certificate, which
    /// are generated if they do not exist.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) mutual_tls: Option<PathBuf>,
    /// The port of --mutual-tls.
    #[arg(long, value_name = "PORT", default_value_t = 4443)]
    pub(crate) mutual_tls_port: u16,
    /// A file with a self-signed certificate of the application in PEM, instead of the generated one. Can be repeated.
    #[arg(
        long = "client-certificate",
        value_name = "PATH",
        requires = "mutual_tls",
        conflicts_with = "public_keys"
    )]
    client_certificates: Vec<PathBuf>,
    /// Bind access tokens to the client certificate.
    #[arg(long, requires = "mutual_tls")]
    certificate_bound_access_tokens: bool,
    /// Require that authorization requests are pushed (PAR, RFC 9126).
    #[arg(long)]
    require_pushed_authorization_requests: bool,
    /// The algorithm of the tenant's signatures: `RS256`, or `PS256` as FAPI 2.0 requires.
    #[arg(long, value_name = "ALGORITHM", value_parser = parse_algorithm, default_value = "RS256")]
    signing_algorithm: SigningAlgorithm,
    /// Add this many users: user-1@example.com and so on.
    #[arg(long, value_name = "COUNT", default_value_t = 0)]
    users: u32,
    /// A delay between the consumption of a refresh token and the response, in milliseconds.
    #[arg(long, value_name = "MILLISECONDS", default_value_t = 0)]
    refresh_delay_ms: u64,
}

fn parse_algorithm(text: &str) -> Result<SigningAlgorithm, &'static str> {
    match text {
        "RS256" => Ok(SigningAlgorithm::Rs256),
        "PS256" => Ok(SigningAlgorithm::Ps256),
        _ => Err("it is RS256 or PS256"),
    }
}

fn parse_dpop(text: &str) -> Result<DpopProofs, String> {
    match text {
        "accepted" => Ok(DpopProofs::Accepted),
        "ignored" => Ok(DpopProofs::Ignored),
        "with-nonce" => Ok(DpopProofs::WithNonce),
        _ => Err("it is accepted, ignored or with-nonce".to_owned()),
    }
}

/// Parses an identifier and scopes, separated by spaces.
fn parse_api(text: &str) -> Result<ApiSettings, &'static str> {
    let parts: Vec<&str> = text.split_ascii_whitespace().collect();
    match parts.as_slice() {
        [identifier, scopes @ ..] => Ok(ApiSettings::new(identifier, identifier, scopes)),
        [] => Err("an API needs an identifier"),
    }
}

/// A file of an argument cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FileError {
    #[error("cannot read {path}: {source}")]
    Read { path: PathBuf, source: io::Error },
    #[error("{path}: {source}")]
    PublicKey {
        path: PathBuf,
        source: PublicKeyError,
    },
    #[error("{path}: {source}")]
    Certificate {
        path: PathBuf,
        source: CertificateError,
    },
}

fn read(path: &Path) -> Result<String, FileError> {
    std::fs::read_to_string(path).map_err(|source| FileError::Read {
        path: path.to_owned(),
        source,
    })
}

/// Reads the files with public keys.
fn public_keys(paths: &[PathBuf]) -> Result<Vec<PublicKey>, FileError> {
    let mut keys = Vec::new();
    for path in paths {
        let parsed = PublicKey::parse(&read(path)?);
        keys.extend(parsed.map_err(|source| FileError::PublicKey {
            path: path.clone(),
            source,
        })?);
    }
    Ok(keys)
}

/// Reads the files with certificates.
fn certificates(paths: &[PathBuf]) -> Result<Vec<RegisteredCertificate>, FileError> {
    let mut certificates = Vec::new();
    for path in paths {
        let parsed = RegisteredCertificate::self_signed(&read(path)?);
        certificates.push(parsed.map_err(|source| FileError::Certificate {
            path: path.clone(),
            source,
        })?);
    }
    Ok(certificates)
}

/// Returns the settings of the tenant. `tls_url` is the URL of the TLS listener, if there is one.
pub(crate) fn settings(
    arguments: Arguments,
    issuer: Url,
    tls_url: Option<Url>,
) -> Result<Settings, FileError> {
    let certificates = certificates(&arguments.client_certificates)?;
    let public_keys = public_keys(&arguments.public_keys)?;
    let mut settings = Settings::local(issuer, &arguments.app_base_url, &arguments.client_secret);
    settings = settings.with_users(arguments.users);
    settings.database = arguments.database.map_or(Database::Memory, Database::File);
    settings.rotation = !arguments.no_rotation;
    settings.resource_parameter = arguments.resource_parameter;
    settings.dpop = arguments.dpop;
    settings.signing_algorithm = arguments.signing_algorithm;
    settings.require_pushed_authorization_requests =
        arguments.require_pushed_authorization_requests;
    settings.authorization_detail_types = arguments.authorization_detail_types;
    settings.refresh_leeway = Duration::from_secs(arguments.refresh_leeway);
    settings.access_token_lifetime = Duration::from_secs(arguments.access_token_lifetime);
    settings.refresh_delay = Duration::from_millis(arguments.refresh_delay_ms);
    if arguments.apis.is_empty() && arguments.audiences.is_empty() {
        settings = settings.with_orders();
    } else {
        let scopes: Vec<&str> = arguments.scopes.iter().map(String::as_str).collect();
        let apis_of_audiences = arguments
            .audiences
            .iter()
            .map(|identifier| ApiSettings::new(identifier, identifier, &scopes));
        settings.apis = arguments
            .apis
            .into_iter()
            .chain(apis_of_audiences)
            .collect();
    }
    let base_url = arguments.app_base_url.as_str().trim_end_matches('/');
    let backchannel_logout_url = arguments
        .backchannel_logout_url
        .or_else(|| format!("{base_url}/auth/backchannel-logout").parse().ok());
    for api in &mut settings.apis {
        api.opaque = arguments.opaque.contains(&api.identifier);
    }
    for application in &mut settings.applications {
        application.client_id.clone_from(&arguments.client_id);
        application.public_keys.clone_from(&public_keys);
        application.require_signed_requests = arguments.require_signed_requests;
        application
            .callback_urls
            .extend(arguments.callback_urls.iter().cloned());
        application
            .backchannel_logout_url
            .clone_from(&backchannel_logout_url);
        if arguments.multi_resource {
            application.multi_resource = settings
                .apis
                .iter()
                .map(|api| ResourcePolicy {
                    audience: api.identifier.clone(),
                    scopes: api.scopes.clone(),
                })
                .collect();
        }
    }
    if let (Some(url), Some(folder)) = (tls_url, arguments.mutual_tls) {
        settings = settings.with_mutual_tls(url, folder);
        for application in &mut settings.applications {
            application.certificate_bound_access_tokens = arguments.certificate_bound_access_tokens;
            if !certificates.is_empty() {
                application.client_certificates.clone_from(&certificates);
            }
        }
    }
    Ok(settings)
}
