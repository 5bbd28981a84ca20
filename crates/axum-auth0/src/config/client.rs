//! The settings of the application at the provider.

use secrecy::SecretString;

use super::{problems::Problems, variable};
use crate::jwt::Algorithm;

/// The authentication method at the token endpoint (OpenID Connect Core 1.0 §9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientAuthentication {
    /// `client_secret_post`.
    Post,
    /// `client_secret_basic`.
    Basic,
}

impl ClientAuthentication {
    /// Returns its name in the provider's metadata (OpenID Connect Core 1.0 §9).
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Post => "client_secret_post",
            Self::Basic => "client_secret_basic",
        }
    }

    /// Returns the other method.
    pub(crate) fn other(self) -> Self {
        match self {
            Self::Post => Self::Basic,
            Self::Basic => Self::Post,
        }
    }
}

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

pub(super) fn client_secret(problems: &mut Problems<'_>) -> Option<SecretString> {
    required(
        problems,
        variable::CLIENT_SECRET,
        "the Client Secret of your application",
    )
    .map(SecretString::from)
}

pub(super) fn id_token_algorithms(problems: &mut Problems<'_>) -> Vec<Algorithm> {
    match problems.get(variable::ID_TOKEN_ALGORITHM).map(str::parse) {
        None => Algorithm::ALL.to_vec(),
        Some(Ok(algorithm)) => vec![algorithm],
        Some(Err(_)) => {
            let problem = "must be an asymmetric algorithm such as RS256, PS256, ES256 or EdDSA";
            problems.add(variable::ID_TOKEN_ALGORITHM, problem);
            Vec::new()
        }
    }
}

pub(super) fn client_authentication(problems: &mut Problems<'_>) -> Option<ClientAuthentication> {
    match problems.get(variable::CLIENT_AUTHENTICATION)? {
        "client_secret_post" => Some(ClientAuthentication::Post),
        "client_secret_basic" => Some(ClientAuthentication::Basic),
        other => {
            let problem =
                format!("must be client_secret_post or client_secret_basic, not `{other}`");
            problems.add(variable::CLIENT_AUTHENTICATION, problem);
            None
        }
    }
}
