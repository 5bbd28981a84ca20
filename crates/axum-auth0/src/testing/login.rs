//! The login of a test.

use std::{fmt, time::Duration};

use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Map, Value};

use super::{
    TestLoginError,
    token::{Target, TestToken},
};
use crate::{
    auth0::NewTestLogin,
    config::{Api, ApiRegistration, Config},
    jwt,
    login::remove_protocol_claims,
    organization::Organization,
    step_up::Authentication,
    tokens::{RequestedGrant, TokenSet},
};

/// A user to sign in for a test, with claims and tokens.
///
/// ```
/// # struct ProductsApi;
/// # impl axum_auth0::Api for ProductsApi {
/// #     const ENV_PREFIX: &'static str = "PRODUCTS";
/// #     const SCOPES: &'static [&'static str] = &["read:products"];
/// # }
/// use axum_auth0::testing::TestLogin;
/// use serde_json::json;
///
/// let alice = TestLogin::new("auth0|alice")
///     .claim("name", "Alice Example")
///     .claim("https://example.com/roles", json!(["admin"]))
///     .token::<ProductsApi>("eyJ…");
/// ```
#[derive(Clone)]
#[must_use = "`Auth0::sign_in_for_test` signs the user in"]
pub struct TestLogin {
    subject: String,
    claims: Map<String, Value>,
    tokens: Vec<(Target, TestToken)>,
    /// The APIs of the tokens.
    pub(super) apis: Vec<ApiRegistration>,
    refresh_token: Option<SecretString>,
    id_token: Option<SecretString>,
    age: Duration,
    idle: Duration,
    provider_end: Option<Duration>,
    authenticated_ago: Option<Duration>,
    acr: Option<String>,
    amr: Vec<String>,
    organization: Option<Organization>,
}

impl TestLogin {
    /// Returns the login of the user with this `sub`, without other claims and without tokens.
    pub fn new(subject: impl Into<String>) -> Self {
        Self {
            subject: subject.into(),
            claims: Map::new(),
            tokens: Vec::new(),
            apis: Vec::new(),
            refresh_token: None,
            id_token: None,
            age: Duration::ZERO,
            idle: Duration::ZERO,
            provider_end: None,
            authenticated_ago: None,
            acr: None,
            amr: Vec::new(),
            organization: None,
        }
    }

    /// Sets a claim about the user. `sub` is that of [`Self::new`].
    pub fn claim(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.claims.insert(name.into(), value.into());
        self
    }

    /// Sets several claims about the user.
    pub fn claims(mut self, claims: impl IntoIterator<Item = (String, Value)>) -> Self {
        self.claims.extend(claims);
        self
    }

    /// Sets the access token that [`access_token::<A>`](crate::SignedInUser::access_token) returns.
    pub fn token<A: Api>(mut self, token: impl Into<TestToken>) -> Self {
        let api = ApiRegistration::further::<A>();
        if !self.apis.contains(&api) {
            self.apis.push(api);
        }
        self.tokens.push((Target::Api(A::ENV_PREFIX), token.into()));
        self
    }

    /// Sets the access token for the API with this audience, where the type of the API is not known.
    pub fn token_for(mut self, audience: impl Into<String>, token: impl Into<TestToken>) -> Self {
        self.tokens
            .push((Target::Audience(audience.into()), token.into()));
        self
    }

    /// Sets a refresh token. Tokens that are missing or expired are then requested from the provider, which the
    /// configuration must name.
    pub fn refresh_token(mut self, token: impl Into<String>) -> Self {
        self.refresh_token = Some(token.into().into());
        self
    }

    /// Sets the ID token: `id_token_hint` of a logout. Its claims about the user are added to those of the test. The
    /// signature is not checked.
    pub fn id_token(mut self, token: impl Into<String>) -> Self {
        self.id_token = Some(token.into().into());
        self
    }

    /// Sets how long ago the user logged in, for a test of `AUTH0_SESSION_ABSOLUTE_DURATION`.
    pub fn logged_in_ago(mut self, age: Duration) -> Self {
        self.age = age;
        self
    }

    /// Sets how long ago the session was last used, for a test of `AUTH0_SESSION_INACTIVITY_DURATION`.
    pub fn last_used_ago(mut self, idle: Duration) -> Self {
        self.idle = idle;
        self
    }

    /// Sets in what time the provider ends the session, as with the claim `session_expiry` of an ID token.
    pub fn provider_ends_in(mut self, remaining: Duration) -> Self {
        self.provider_end = Some(remaining);
        self
    }

    /// Sets how long ago the user proved their identity at the provider (`auth_time`), for a test of a guard such as
    /// [`SignedInUser::require_recent_auth`](crate::SignedInUser::require_recent_auth).
    pub fn authenticated_ago(mut self, age: Duration) -> Self {
        self.authenticated_ago = Some(age);
        self
    }

    /// Sets the authentication context class of the login (`acr`).
    pub fn acr(mut self, acr: impl Into<String>) -> Self {
        self.acr = Some(acr.into());
        self
    }

    /// Sets the methods of the login (`amr`).
    pub fn amr<M: Into<String>>(mut self, methods: impl IntoIterator<Item = M>) -> Self {
        self.amr = methods.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the organization that the user logged in to: `org_id`, and `org_name` unless it is empty.
    pub fn organization(mut self, id: impl Into<String>, name: impl Into<String>) -> Self {
        let name = Some(name.into()).filter(|name: &String| !name.is_empty());
        self.organization = Some(Organization::for_test(id.into(), name));
        self
    }

    /// Returns what to store. `now` is in seconds since 1970.
    pub(super) fn resolve(self, config: &Config, now: i64) -> Result<NewTestLogin, TestLoginError> {
        let mut claims = self.claims;
        let mut sid = None;
        if let Some(id_token) = &self.id_token {
            let decoded = jwt::decode_unverified(id_token.expose_secret())
                .map_err(|_| TestLoginError::InvalidIdToken)?;
            let mut more = decoded.unverified().as_map().clone();
            sid = more.get("sid").and_then(Value::as_str).map(str::to_owned);
            remove_protocol_claims(&mut more);
            for (name, value) in more {
                claims.entry(name).or_insert(value);
            }
        }
        claims.insert("sub".to_owned(), self.subject.clone().into());
        let expose = |token: SecretString| token.expose_secret().to_owned();
        let mut tokens = TokenSet {
            requested_grant: Some(RequestedGrant::of(config)),
            // Without a refresh token, the login ends with its access tokens. That is intended, and not a problem of the
            // configuration.
            revoked: self.refresh_token.is_none(),
            refresh_token: self.refresh_token.map(expose),
            id_token: self.id_token.map(expose),
            ..TokenSet::default()
        };
        for (target, token) in &self.tokens {
            tokens.insert(token.to_cached(target.find(config)?, now)?);
        }
        Ok(NewTestLogin {
            subject: self.subject,
            claims,
            sid,
            tokens,
            authentication: Authentication::for_test(
                self.authenticated_ago
                    .map(|age| now.saturating_sub(seconds(age))),
                self.acr,
                self.amr,
            ),
            organization: self.organization,
            created_at: now.saturating_sub(seconds(self.age.max(self.idle))),
            last_seen_at: now.saturating_sub(seconds(self.idle)),
            provider_end: self
                .provider_end
                .map(|end| now.saturating_add(seconds(end))),
        })
    }
}

fn seconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_secs()).unwrap_or(i64::MAX)
}

/// Omits the tokens, which may be those of a real provider.
impl fmt::Debug for TestLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestLogin")
            .field("subject", &self.subject)
            .field("claims", &self.claims)
            .field("tokens", &self.tokens)
            .finish_non_exhaustive()
    }
}
