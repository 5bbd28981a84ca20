//! The settings of the application at the provider.

use secrecy::SecretString;

use super::{
    certificate::{self, CertificateFiles},
    problems::Problems,
    variable,
};
use crate::jwt::{Algorithm, SigningKey};

/// The authentication method at the token endpoint (OpenID Connect Core 1.0 §9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientAuthentication {
    /// `client_secret_post`.
    Post,
    /// `client_secret_basic`.
    Basic,
    /// `private_key_jwt`: a token that is signed with the client's private key (RFC 7523 §2.2).
    PrivateKeyJwt,
    /// `tls_client_auth` or `self_signed_tls_client_auth`: the client's certificate (RFC 8705 §2).
    Tls,
}

/// How the application proves its identity at the provider.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ClientCredentials {
    /// `AUTH0_CLIENT_SECRET`.
    Secret(SecretString),
    /// `AUTH0_CLIENT_ASSERTION_SIGNING_KEY`.
    PrivateKey {
        /// The key.
        key: SigningKey,
        /// `AUTH0_CLIENT_ASSERTION_SIGNING_KEY_ID`: the `kid` of the key at the provider, if it is needed there.
        id: Option<String>,
    },
    /// `AUTH0_MTLS`: a client certificate.
    Certificate(CertificateFiles),
}

impl ClientAuthentication {
    /// Returns its name in the provider's metadata (OpenID Connect Core 1.0 §9).
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Post => "client_secret_post",
            Self::Basic => "client_secret_basic",
            Self::PrivateKeyJwt => "private_key_jwt",
            Self::Tls => "tls_client_auth",
        }
    }

    /// Returns the other method with the same credentials, if there is one.
    pub(crate) fn other(self) -> Option<Self> {
        match self {
            Self::Post => Some(Self::Basic),
            Self::Basic => Some(Self::Post),
            Self::PrivateKeyJwt | Self::Tls => None,
        }
    }
}

const NOT_AN_ALGORITHM: &str =
    "must be an asymmetric algorithm such as RS256, PS256, ES256 or EdDSA";

/// Reads a variable of the application's settings at the provider.
fn required(
    problems: &mut Problems<'_>,
    variable: variable::Variable,
    what: &str,
) -> Option<String> {
    let value = problems.get(variable).map(str::to_owned);
    if value.is_none() {
        problems.add(
            variable,
            format!("is missing; it is {what} (Auth0 dashboard > Applications > your application > Settings)"),
        );
    }
    value
}

pub(super) fn client_id(problems: &mut Problems<'_>) -> Option<String> {
    required(
        problems,
        variable::CLIENT_ID,
        "the Client ID of your application",
    )
}

/// Reads the certificate, the private key or the secret. If a key and a secret are set, the key is used, like by nextjs-auth0.
pub(super) fn credentials(
    problems: &mut Problems<'_>,
    uses_mtls: bool,
) -> Option<ClientCredentials> {
    if uses_mtls {
        return certificate::files(problems).map(ClientCredentials::Certificate);
    }
    certificate::report_unused(problems);
    if problems.get(variable::CLIENT_ASSERTION_KEY).is_some() {
        if problems.get(variable::CLIENT_SECRET).is_some() {
            problems.warn(
                variable::CLIENT_SECRET.name,
                "has no effect, because AUTH0_CLIENT_ASSERTION_SIGNING_KEY is set; remove it"
                    .to_owned(),
                "",
            );
        }
        return private_key(problems);
    }
    for variable in [
        variable::CLIENT_ASSERTION_ALGORITHM,
        variable::CLIENT_ASSERTION_KEY_ID,
    ] {
        if problems.get(variable).is_some() {
            problems.add(
                variable,
                "is set, but AUTH0_CLIENT_ASSERTION_SIGNING_KEY is not; set both or neither",
            );
        }
    }
    required(
        problems,
        variable::CLIENT_SECRET,
        "the Client Secret of your application",
    )
    .map(|secret| ClientCredentials::Secret(secret.into()))
}

/// No message contains a part of the key.
fn private_key(problems: &mut Problems<'_>) -> Option<ClientCredentials> {
    let pem = problems.get(variable::CLIENT_ASSERTION_KEY)?;
    let id = problems
        .get(variable::CLIENT_ASSERTION_KEY_ID)
        .map(str::to_owned);
    let algorithm = problems
        .get(variable::CLIENT_ASSERTION_ALGORITHM)
        .map(str::parse::<Algorithm>);
    let Ok(algorithm) = algorithm.transpose() else {
        problems.add(variable::CLIENT_ASSERTION_ALGORITHM, NOT_AN_ALGORITHM);
        return None;
    };
    match SigningKey::from_pem(pem, algorithm) {
        Ok(key) => Some(ClientCredentials::PrivateKey { key, id }),
        Err(error) => {
            problems.add(variable::CLIENT_ASSERTION_KEY, error.to_string());
            None
        }
    }
}

/// Reads whether authorization requests are signed, which needs a private key.
pub(super) fn signs_requests(problems: &mut Problems<'_>) -> bool {
    let signs = problems.flag(variable::SIGNED_REQUESTS, false);
    if signs && problems.get(variable::CLIENT_ASSERTION_KEY).is_none() {
        problems.add(
            variable::SIGNED_REQUESTS,
            "needs AUTH0_CLIENT_ASSERTION_SIGNING_KEY, which is missing",
        );
    }
    signs
}

pub(super) fn id_token_algorithms(problems: &mut Problems<'_>) -> Vec<Algorithm> {
    match problems.get(variable::ID_TOKEN_ALGORITHM).map(str::parse) {
        None => Algorithm::ALL.to_vec(),
        Some(Ok(algorithm)) => vec![algorithm],
        Some(Err(_)) => {
            problems.add(variable::ID_TOKEN_ALGORITHM, NOT_AN_ALGORITHM);
            Vec::new()
        }
    }
}

/// Returns the configured method. `None` if the provider's metadata decides.
pub(super) fn client_authentication(
    problems: &mut Problems<'_>,
    uses_mtls: bool,
) -> Option<ClientAuthentication> {
    let has_key = problems.get(variable::CLIENT_ASSERTION_KEY).is_some();
    let method = match problems.get(variable::CLIENT_AUTHENTICATION) {
        None if uses_mtls => return Some(ClientAuthentication::Tls),
        None => return has_key.then_some(ClientAuthentication::PrivateKeyJwt),
        Some("client_secret_post") => ClientAuthentication::Post,
        Some("client_secret_basic") => ClientAuthentication::Basic,
        Some("private_key_jwt") => ClientAuthentication::PrivateKeyJwt,
        Some("tls_client_auth" | "self_signed_tls_client_auth") => ClientAuthentication::Tls,
        Some(other) => {
            let problem = format!(
                "must be client_secret_post, client_secret_basic, private_key_jwt, tls_client_auth or \
                 self_signed_tls_client_auth, not `{other}`"
            );
            problems.add(variable::CLIENT_AUTHENTICATION, problem);
            return None;
        }
    };
    match (method, has_key) {
        (ClientAuthentication::Tls, _) if !uses_mtls => problems.add(
            variable::CLIENT_AUTHENTICATION,
            "needs AUTH0_MTLS=true and a client certificate",
        ),
        (ClientAuthentication::Tls, _) => {}
        _ if uses_mtls => problems.add(
            variable::CLIENT_AUTHENTICATION,
            "must be tls_client_auth or self_signed_tls_client_auth, because AUTH0_MTLS is true",
        ),
        (ClientAuthentication::PrivateKeyJwt, false) => problems.add(
            variable::CLIENT_AUTHENTICATION,
            "needs AUTH0_CLIENT_ASSERTION_SIGNING_KEY, which is missing",
        ),
        (ClientAuthentication::Post | ClientAuthentication::Basic, true) => problems.add(
            variable::CLIENT_AUTHENTICATION,
            "must be private_key_jwt, because AUTH0_CLIENT_ASSERTION_SIGNING_KEY is set",
        ),
        _ => {}
    }
    Some(method)
}
