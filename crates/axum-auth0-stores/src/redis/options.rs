//! What a connection needs to know.

use std::{fmt, time::Duration};

use axum_auth0_core::store::StoreError;
use redis::{
    Client, ConnectionAddr, ConnectionInfo, IntoConnectionInfo as _, ProtocolVersion,
    TlsCertificates,
    io::tcp::{TcpSettings, socket2::TcpKeepalive},
};
use url::Url;

/// The beginning of all keys, unless the URL names another one.
const DEFAULT_PREFIX: &str = "auth0:";

const MAX_PREFIX_LENGTH: usize = 64;

/// How long the host may be silent before the operating system closes the connection.
const TCP_TIMEOUT: Duration = Duration::from_secs(5);

/// Address, credentials and key prefix of a Redis server.
#[derive(Clone)]
pub struct RedisOptions {
    pub(super) connection: ConnectionInfo,
    /// Host and port, for messages.
    pub(super) address: String,
    pub(super) prefix: String,
    pub(super) root_certificates: Option<Vec<u8>>,
}

impl RedisOptions {
    /// Parses `redis://[user[:password]@]host[:port][/database][?prefix=auth0:]`, or `rediss://` for TLS. A cluster is
    /// recognized by any of its nodes.
    ///
    /// # Errors
    ///
    /// If the URL is none of these. The message does not contain the URL.
    pub fn from_url(url: &str) -> Result<Self, StoreError> {
        let problem = |message: &str| StoreError(message.to_owned());
        let mut url = Url::parse(url).map_err(|_| problem("is not a URL"))?;
        if !matches!(url.scheme(), "redis" | "rediss") {
            return Err(problem("must begin with redis:// or rediss://"));
        }
        // Would switch off the verification of certificates.
        if url.fragment().is_some() {
            return Err(problem("must not contain #"));
        }
        let host = url.host_str().filter(|host| !host.is_empty());
        let host = host.ok_or_else(|| problem("has no host"))?;
        let address = format!("{host}:{}", url.port().unwrap_or(6379));
        let prefix = prefix(&url)?;
        url.set_query(None);
        let connection = url
            .into_connection_info()
            .map_err(|error| StoreError(format!("is not usable: {error}")))?;
        Ok(Self {
            connection: connection.set_tcp_settings(tcp_settings()),
            address,
            prefix,
            root_certificates: None,
        })
    }

    /// Trusts these certificates (PEM) for `rediss://`, instead of those of the operating system.
    #[must_use]
    pub fn root_certificates(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.root_certificates = Some(pem.into());
        self
    }

    pub(super) fn client(&self) -> redis::RedisResult<Client> {
        self.client_of(self.connection.clone())
    }

    /// Returns a client that receives messages besides responses, for the server at `node` or the configured one.
    pub(super) fn subscriber(&self, node: Option<(String, u16)>) -> redis::RedisResult<Client> {
        let settings = self.connection.redis_settings().clone();
        let settings = settings.set_protocol(ProtocolVersion::RESP3);
        let mut connection = self.connection.clone().set_redis_settings(settings);
        if let Some((host, port)) = node {
            let address = match self.connection.addr() {
                ConnectionAddr::TcpTls {
                    insecure,
                    tls_params,
                    ..
                } => ConnectionAddr::TcpTls {
                    host,
                    port,
                    insecure: *insecure,
                    tls_params: tls_params.clone(),
                },
                _ => ConnectionAddr::Tcp(host, port),
            };
            connection = connection.set_addr(address);
        }
        self.client_of(connection)
    }

    fn client_of(&self, connection: ConnectionInfo) -> redis::RedisResult<Client> {
        match self.certificates() {
            Some(certificates) => Client::build_with_tls(connection, certificates),
            None => Client::open(connection),
        }
    }

    pub(super) fn certificates(&self) -> Option<TlsCertificates> {
        let root_cert = self.root_certificates.clone()?;
        Some(TlsCertificates {
            client_tls: None,
            root_cert: Some(root_cert),
        })
    }

    /// Converts an error. Some servers repeat the arguments of a command that they refuse.
    pub(super) fn error(&self, error: &redis::RedisError) -> StoreError {
        let mut text = error.to_string();
        let password = self.connection.redis_settings().password();
        if let Some(password) = password.filter(|password| !password.is_empty()) {
            text = text.replace(password, "[redacted]");
        }
        StoreError(format!("Redis at {}: {text}", self.address))
    }
}

impl fmt::Debug for RedisOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisOptions")
            .field("address", &self.address)
            .field("prefix", &self.prefix)
            .finish_non_exhaustive()
    }
}

fn prefix(url: &Url) -> Result<String, StoreError> {
    let mut prefix = DEFAULT_PREFIX.to_owned();
    for (name, value) in url.query_pairs() {
        if name != "prefix" {
            return Err(StoreError(format!(
                "has the unknown parameter {name}; the only one is prefix"
            )));
        }
        prefix = value.into_owned();
    }
    // Braces would put all keys of a cluster into one slot.
    let is_valid = |c: char| c.is_ascii_graphic() && !matches!(c, '{' | '}');
    if prefix.len() > MAX_PREFIX_LENGTH || !prefix.chars().all(is_valid) {
        return Err(StoreError(format!(
            "has a prefix with other characters than printable ASCII without spaces and braces, or with more than \
             {MAX_PREFIX_LENGTH}"
        )));
    }
    Ok(prefix)
}

/// Notices a host that has disappeared. A server that is paused keeps its connections.
fn tcp_settings() -> TcpSettings {
    let keepalive = TcpKeepalive::new()
        .with_time(TCP_TIMEOUT)
        .with_interval(Duration::from_secs(2));
    let settings = TcpSettings::default()
        .set_nodelay(true)
        .set_keepalive(keepalive);
    #[cfg(target_os = "linux")]
    let settings = settings.set_user_timeout(TCP_TIMEOUT);
    settings
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_url_has_address_credentials_database_and_prefix() {
        let url = "rediss://site:s%2Fcret@redis.example/3?prefix=shop:";
        let options = RedisOptions::from_url(url).unwrap();
        assert_eq!(options.address, "redis.example:6379");
        assert_eq!(options.prefix, "shop:");
        let settings = options.connection.redis_settings();
        assert_eq!(settings.username(), Some("site"));
        assert_eq!(settings.password(), Some("s/cret"));
        assert_eq!(settings.db(), 3);
        let options = RedisOptions::from_url("redis://127.0.0.1:7000").unwrap();
        assert_eq!(options.address, "127.0.0.1:7000");
        assert_eq!(options.prefix, "auth0:");
    }

    #[test]
    fn what_is_wrong_with_a_url_is_said_without_the_url() {
        for (url, expected) in [
            ("not a url", "is not a URL"),
            ("http://:secret@h", "must begin with redis:// or rediss://"),
            ("rediss://:secret@h#insecure", "must not contain #"),
            ("redis://", "has no host"),
            ("redis://:secret@h/zero", "is not usable"),
            ("redis://:secret@h?prefx=a", "unknown parameter prefx"),
            ("redis://:secret@h?prefix={a}", "braces"),
            ("redis://:secret@h?prefix=a%20b", "spaces"),
        ] {
            let StoreError(error) = RedisOptions::from_url(url).unwrap_err();
            assert!(error.contains(expected), "{url}: {error}");
            assert!(!error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn the_password_is_in_no_debug_output_and_no_error() {
        let options = RedisOptions::from_url("redis://:hunter2@h").unwrap();
        assert!(!format!("{options:?}").contains("hunter2"));
        let echo = (
            redis::ErrorKind::Client,
            "refused",
            "AUTH hunter2".to_owned(),
        );
        let StoreError(error) = options.error(&echo.into());
        assert!(error.contains("[redacted]"), "{error}");
        assert!(!error.contains("hunter2"), "{error}");
    }
}
