//! The variables of the configuration. The readers, the check for unknown names, `.env.example` and
//! `docs/configuration.md` follow this table.

/// A variable with a fixed name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Variable {
    /// Its name in the environment.
    pub name: &'static str,
    /// The kind of characters that its value may contain.
    pub(super) characters: Characters,
    /// The default value; `None` if there is none, or if it is derived from other variables.
    pub default: Option<&'static str>,
    /// A value that would be accepted.
    pub example: &'static str,
    /// Its purpose, in one line.
    pub description: &'static str,
}

/// The content of a variable, which determines the characters it may contain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Characters {
    /// One word of printable ASCII: an identifier, a URL, a number.
    Word,
    /// Words of printable ASCII, separated by spaces: a scope.
    Words,
    /// Printable ASCII, including inner spaces and quotation marks (RFC 6749 appendix A: `VSCHAR`).
    Secret,
    /// Several secrets, separated by commas.
    Secrets,
    /// A file name, which may contain letters of any script.
    Path,
    /// A key in PEM, with line breaks.
    Pem,
}

use Characters::{Path, Pem, Secret, Secrets, Word, Words};

const fn variable(
    name: &'static str,
    characters: Characters,
    default: Option<&'static str>,
    example: &'static str,
    description: &'static str,
) -> Variable {
    Variable {
        name,
        characters,
        default,
        example,
        description,
    }
}

macro_rules! variables {
    ($($constant:ident: $name:literal, $characters:expr, $default:expr, $example:literal, $description:literal;)*) => {
        $(pub(super) const $constant: Variable = variable($name, $characters, $default, $example, $description);)*

        /// Every variable with a fixed name, in the order of the documentation.
        pub const VARIABLES: &[Variable] = &[$($constant),*];
    };
}

variables! {
    DOMAIN: "AUTH0_DOMAIN", Word, None, "your-tenant.eu.auth0.com",
        "domain of the tenant, or the issuer URL of another OpenID Provider";
    TOKEN_ISSUER: "AUTH0_TOKEN_ISSUER", Word, None, "https://sts.windows.net/your-tenant-id/",
        "issuer of access tokens, if it differs from the provider's issuer";
    PROVIDER_INTERNAL_URL: "AUTH0_PROVIDER_INTERNAL_URL", Word, None, "http://keycloak:8080",
        "origin at which this server reaches the provider, if browsers use another one";
    CLIENT_ID: "AUTH0_CLIENT_ID", Word, None, "…",
        "the application's Client ID";
    CLIENT_SECRET: "AUTH0_CLIENT_SECRET", Secret, None, "…",
        "the application's Client Secret";
    CLIENT_AUTHENTICATION: "AUTH0_CLIENT_AUTHENTICATION", Word, None, "client_secret_post",
        "`client_secret_post`, `client_secret_basic`, `private_key_jwt`, `tls_client_auth` or `self_signed_tls_client_auth`; by default what the credentials and the provider allow";
    CLIENT_ASSERTION_KEY: "AUTH0_CLIENT_ASSERTION_SIGNING_KEY", Pem, None, "\"-----BEGIN PRIVATE KEY-----\\n…\\n-----END PRIVATE KEY-----\"",
        "private key for `private_key_jwt` instead of a Client Secret: RSA, P-256, P-384 or Ed25519 in PEM";
    CLIENT_ASSERTION_ALGORITHM: "AUTH0_CLIENT_ASSERTION_SIGNING_ALG", Word, None, "RS256",
        "signature algorithm of that key; by default `RS256`, `ES256`, `ES384` or `EdDSA`, depending on the key";
    CLIENT_ASSERTION_KEY_ID: "AUTH0_CLIENT_ASSERTION_SIGNING_KEY_ID", Word, None, "my-key-1",
        "key ID (`kid`) of that key at the provider; by default none is sent";
    MTLS: "AUTH0_MTLS", Word, Some("false"), "true",
        "a client certificate authenticates the application (RFC 8705) instead of a Client Secret or a private key";
    MTLS_CERTIFICATE: "AUTH0_MTLS_CERTIFICATE_FILE", Path, None, "/run/secrets/client.crt",
        "file with that certificate, and with those of its issuers if the provider needs them, in PEM; read again every minute";
    MTLS_KEY: "AUTH0_MTLS_KEY_FILE", Path, None, "/run/secrets/client.key",
        "file with the private key of that certificate in PEM";
    MTLS_AUTHORITIES: "AUTH0_MTLS_CA_FILE", Path, None, "/run/secrets/ca.crt",
        "file with authorities in PEM that are trusted there in addition to those of the system; by default none";
    MTLS_BOUND_TOKENS: "AUTH0_MTLS_BOUND_ACCESS_TOKENS", Word, Some("false"), "true",
        "access tokens must be bound to that certificate (`cnf`), which calls of the APIs then present";
    PUSHED_REQUESTS: "AUTH0_PUSHED_AUTHORIZATION_REQUESTS", Word, Some("false"), "true",
        "logins push their authorization request to the provider (RFC 9126); always, if the provider requires it";
    DPOP: "AUTH0_DPOP", Word, Some("false"), "true",
        "access tokens are bound to a key of each login (DPoP, RFC 9449); a provider that issues bearer tokens is refused";
    DPOP_CLOCK_SKEW: "AUTH0_DPOP_CLOCK_SKEW", Word, Some("0"), "-10",
        "seconds to add to the time in proofs of DPoP, -300 to 300, if the clock of this server cannot be set right";
    SIGNED_REQUESTS: "AUTH0_SIGNED_REQUEST_OBJECT", Word, Some("false"), "true",
        "logins sign their authorization request with `AUTH0_CLIENT_ASSERTION_SIGNING_KEY` (RFC 9101); always, if the provider requires it";
    FAPI2: "AUTH0_FAPI2", Word, Some("false"), "true",
        "refuse to start, and to log users in, unless every part of the FAPI 2.0 Security Profile is in place";
    ACCEPT_SESSION_TRANSFER: "AUTH0_ACCEPT_SESSION_TRANSFER", Word, Some("false"), "true",
        "the login route forwards `session_transfer_token`, with which another application of the tenant starts a session here";
    ID_TOKEN_ALGORITHM: "AUTH0_ID_TOKEN_SIGNING_ALG", Word, None, "RS256",
        "signature algorithm that is registered for the application's ID tokens and logout tokens; by default every asymmetric one";
    ROLES_CLAIM: "AUTH0_ROLES_CLAIM", Word, None, "https://example.com/roles",
        "claim of the ID token with the roles of the user, which pages contain then; by default `roles`, which they do not";
    PERMISSIONS_CLAIM: "AUTH0_PERMISSIONS_CLAIM", Word, None, "https://example.com/permissions",
        "claim of the ID token with the permissions of the user, which pages contain then; by default `permissions`, which they do not";
    BASE_URL: "APP_BASE_URL", Word, None, "https://www.example.com",
        "URL of this site; its path is the base path";
    BASE_PATH: "NEXT_PUBLIC_BASE_PATH", Word, None, "/shop",
        "base path of this site, if `APP_BASE_URL` has no path";
    SECRET: "AUTH0_SECRET", Secrets, None, "<the output of `openssl rand -hex 32`>",
        "encrypts sessions and tokens, at least 32 bytes; a comma-separated list rotates: the first encrypts, all decrypt";
    AUDIENCE: "AUTH0_AUDIENCE", Word, None, "https://api.example.com",
        "identifier of the API that a login requests an access token for";
    AUDIENCE_PARAMETER: "AUTH0_AUDIENCE_PARAMETER", Word, None, "audience",
        "`audience` (Auth0) or `resource` (RFC 8707); by default it follows from the issuer";
    REFRESH_BUFFER: "AUTH0_TOKEN_REFRESH_BUFFER", Word, Some("60"), "60",
        "seconds before its expiry at which an access token is refreshed, 0 to 3600";
    EXPOSE: "AUTH0_EXPOSE_ACCESS_TOKENS_FOR", Words, None, "https://api.example.com",
        "audiences whose access tokens `/auth/access-token` returns to the browser; by default none";
    SCOPE: "AUTH0_SCOPE", Words, Some("openid profile email offline_access"), "openid profile email offline_access",
        "scopes that a login requests, in addition to those of the APIs";
    PROMPT: "AUTH0_PROMPT", Words, None, "consent",
        "`prompt` of every login: `login`, `consent` or `select_account`";
    ORGANIZATION: "AUTH0_ORGANIZATION", Word, None, "org_…",
        "organization that a login asks for if its link names none: identifier (`org_…`) or name; the ID token must confirm it";
    ORGANIZATION_REQUIRED: "AUTH0_ORGANIZATION_REQUIRED", Word, Some("false"), "true",
        "every session belongs to `AUTH0_ORGANIZATION`, or to any organization if that is not set";
    SILENT_LOGIN: "AUTH0_SILENT_LOGIN", Words, None, "/",
        "pages, separated by spaces, that sign in a visitor with a session at the provider without a click; `/` is every page; by default none";
    LOGOUT_RETURN_TO: "AUTH0_LOGOUT_RETURN_TO", Word, Some("/signed-out"), "/",
        "page of this site that a logout ends at, as a path or as its registered URL";
    LOGOUT_STRATEGY: "AUTH0_LOGOUT_STRATEGY", Word, Some("auto"), "oidc",
        "how a logout ends the provider's session: `auto`, `oidc` (its `end_session_endpoint` only) or `v2` (Auth0's `/v2/logout`)";
    LOGOUT_PARAMETER: "AUTH0_LOGOUT_PARAMETER", Word, Some("post_logout_redirect_uri"), "logout_uri",
        "`post_logout_redirect_uri` or `logout_uri` (Amazon Cognito)";
    HTTP_TIMEOUT: "AUTH0_HTTP_TIMEOUT", Word, Some("5000"), "5000",
        "total time of one request to the provider in milliseconds, 100 to 12500";
    NO_CONTENT_PROFILE: "AUTH0_NO_CONTENT_PROFILE_RESPONSE", Word, Some("false"), "true",
        "`/auth/profile` responds with 204 instead of 401 if no user is signed in";
    EXPOSE_DIAGNOSES: "AUTH0_EXPOSE_DIAGNOSES", Word, None, "true",
        "responses explain a misconfiguration, which the log always does; by default in debug builds only";
    SESSION_STORE: "AUTH0_SESSION_STORE", Path, Some("sqlite:data/sessions.db"), "sqlite:data/sessions.db",
        "where sessions and tokens are stored: `sqlite:PATH`, `postgres://…` (feature `postgres`), `redis://…` or `rediss://…` (feature `redis`), or `memory:`";
    SESSION_INACTIVITY: "AUTH0_SESSION_INACTIVITY_DURATION", Word, Some("86400"), "86400",
        "seconds without a request after which a session ends";
    SESSION_ABSOLUTE: "AUTH0_SESSION_ABSOLUTE_DURATION", Word, Some("259200"), "259200",
        "seconds after the login at which a session ends";
    COOKIE_NAME: "AUTH0_COOKIE_NAME", Word, Some("session"), "my_app_session",
        "name of the session cookie, without a prefix";
    COOKIE_DOMAIN: "AUTH0_COOKIE_DOMAIN", Word, None, "example.com",
        "`Domain` of the session cookie; by default none";
    COOKIE_PATH: "AUTH0_COOKIE_PATH", Word, None, "/",
        "`Path` of the session cookie: the base path, by default, or `/`";
    COOKIE_TRANSIENT: "AUTH0_COOKIE_TRANSIENT", Word, Some("false"), "true",
        "the session cookie ends with the browser";
    COOKIE_SECURE: "AUTH0_COOKIE_SECURE", Word, None, "true",
        "`Secure` of the session cookie; by default it follows from `APP_BASE_URL`";
    COOKIE_SAME_SITE: "AUTH0_COOKIE_SAME_SITE", Word, Some("lax"), "lax",
        "`SameSite` of the session cookie: `lax` or `none`";
    TRUSTED_PROXIES: "TRUSTED_PROXIES", Words, None, "10.0.0.0/8,127.0.0.1",
        "addresses and networks of reverse proxies, whose `X-Forwarded-*` or `Forwarded` headers are believed; by default none";
    LOGIN_RATE_LIMIT: "AUTH0_LOGIN_RATE_LIMIT", Word, Some("300"), "300",
        "requests per minute and client address to the login route, and as many to the callback; `0` for no limit";
    BACKCHANNEL_RATE_LIMIT: "AUTH0_BACKCHANNEL_LOGOUT_RATE_LIMIT", Word, Some("6000"), "6000",
        "requests per minute and client address to the route for back-channel logouts; `0` for no limit";
    LOGIN_ROUTE: "NEXT_PUBLIC_LOGIN_ROUTE", Word, Some("/auth/login"), "/auth/login",
        "path of the login route";
    PROFILE_ROUTE: "NEXT_PUBLIC_PROFILE_ROUTE", Word, Some("/auth/profile"), "/auth/profile",
        "path of the profile route";
    ACCESS_TOKEN_ROUTE: "NEXT_PUBLIC_ACCESS_TOKEN_ROUTE", Word, Some("/auth/access-token"), "/auth/access-token",
        "path of the access token route";
}

/// A variable of each API, after the prefix `<NAME>_API_`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ApiVariable {
    /// The suffix of its name: `URL` for `PRODUCTS_API_URL`.
    pub ending: &'static str,
    pub(super) characters: Characters,
    /// Its purpose, in one line.
    pub description: &'static str,
}

/// Every variable of an API.
pub const API_VARIABLES: &[ApiVariable] = &[
    ApiVariable {
        ending: "URL",
        characters: Word,
        description: "base URL of the API; its access tokens are sent to this origin only",
    },
    ApiVariable {
        ending: "AUDIENCE",
        characters: Word,
        description: "identifier of the API at the provider; by default `AUTH0_AUDIENCE` for the API of the login",
    },
    ApiVariable {
        ending: "SCOPE",
        characters: Words,
        description: "scopes to request for the API; by default those that the application declares, none if it is empty",
    },
    ApiVariable {
        ending: "TOKEN_FORMAT",
        characters: Word,
        description: "`jwt` (checked before use) or `opaque` (passed on unchecked); by default `jwt`",
    },
];

/// Returns the variable with this fixed name.
pub(super) fn find(name: &str) -> Option<&'static Variable> {
    VARIABLES.iter().find(|variable| variable.name == name)
}
