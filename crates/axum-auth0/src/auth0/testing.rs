//! What the module `testing` needs of the engine: a configuration without a provider, and a login without a request.

use std::sync::Arc;

use http::HeaderMap;
use serde_json::{Map, Value};
use tower_sessions::{SessionStore as _, session::Id};

use super::{Auth0, Auth0Builder};
use crate::{
    config::Variables,
    organization::Organization,
    random::base64url,
    session::{
        LoginContext, ProviderSession, SessionData, SessionTimes, SignedInUser, empty_record,
        store_error,
    },
    step_up::Authentication,
    store::{LoginId, LoginRecord, LoginState, StoreError},
    tokens::{LoginSnapshot, OpenedLogin, TokenSet},
};

/// The host of the provider and of the APIs. Names below `.invalid` never resolve (RFC 6761 §6.4).
const NO_HOST: &str = "test.invalid";

/// Length of the generated secrets, in bytes.
const SECRET_LENGTH: usize = 32;

/// A login to store.
pub(crate) struct NewTestLogin {
    pub(crate) subject: String,
    pub(crate) claims: Map<String, Value>,
    /// `sid` of the ID token.
    pub(crate) sid: Option<String>,
    pub(crate) tokens: TokenSet,
    /// In seconds since 1970, as the others.
    pub(crate) created_at: i64,
    pub(crate) last_seen_at: i64,
    pub(crate) provider_end: Option<i64>,
    pub(crate) authentication: Authentication,
    pub(crate) organization: Option<Organization>,
}

impl Auth0Builder {
    /// Completes the configuration for a test, without a provider: a provider that does not exist, random secrets, the
    /// site `http://localhost`, sessions in memory, and a URL and an audience for every registered API.
    ///
    /// Call it last: it replaces the environment ([`Self::env`], [`Self::variables`]), so that a test does not depend
    /// on the machine. What is set in code is kept, for example `.set("PRODUCTS_API_URL", mock_server.uri())`.
    ///
    /// [`Auth0::sign_in_for_test`] then signs in users. Building contacts nothing, and neither does a signed-in user
    /// with the tokens of the test.
    ///
    /// ```
    /// # struct ProductsApi;
    /// # impl axum_auth0::Api for ProductsApi {
    /// #     const ENV_PREFIX: &'static str = "PRODUCTS";
    /// #     const SCOPES: &'static [&'static str] = &["read:products"];
    /// # }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), axum_auth0::BuildError> {
    /// use axum_auth0::Auth0;
    ///
    /// let auth0 = Auth0::builder().login_api::<ProductsApi>().for_test().build().await?;
    /// # assert_eq!(auth0.config().base_url().as_str(), "http://localhost/");
    /// # Ok(())
    /// # }
    /// ```
    pub fn for_test(mut self) -> Self {
        let random = || base64url::<SECRET_LENGTH>(self.random.as_ref());
        let mut variables: Variables = [
            ("AUTH0_DOMAIN", NO_HOST.to_owned()),
            ("AUTH0_CLIENT_ID", "test-client".to_owned()),
            ("AUTH0_CLIENT_SECRET", random()),
            ("AUTH0_SECRET", random()),
            ("APP_BASE_URL", "http://localhost".to_owned()),
            ("AUTH0_AUDIENCE", format!("https://api.{NO_HOST}")),
            ("AUTH0_SESSION_STORE", "memory:".to_owned()),
        ]
        .into_iter()
        .collect();
        for api in &self.apis {
            let prefix = api.prefix();
            let name = prefix.to_ascii_lowercase().replace('_', "-");
            let url = format!("https://{name}.api.{NO_HOST}");
            if !api.is_of_login {
                variables.set(format!("{prefix}_API_AUDIENCE"), url.clone());
            }
            variables.set(format!("{prefix}_API_URL"), url);
        }
        self.environment = Ok(variables);
        self
    }
}

impl Auth0 {
    /// Returns the current time, in seconds since 1970.
    pub(crate) fn unix_seconds(&self) -> i64 {
        self.state.clock.unix_seconds()
    }

    /// Stores `login` and its session. Returns the identifier of the session, and the user.
    pub(crate) async fn store_login(
        &self,
        login: NewTestLogin,
    ) -> Result<(Id, SignedInUser), StoreError> {
        let (state, now) = (&self.state, self.unix_seconds());
        let id = LoginId::random(state.login.random.as_ref());
        let lifetime = state.config.session_lifetime();
        let absolute_end = login.created_at.saturating_add(lifetime.absolute_seconds());
        let row = LoginRecord {
            id,
            issuer: state.config.issuer().as_str().to_owned(),
            subject: login.subject,
            provider_session: login.sid.clone(),
            created_at: login.created_at,
            last_seen_at: login.last_seen_at,
            expires_at: login
                .provider_end
                .map_or(absolute_end, |end| end.min(absolute_end)),
            version: 0,
            tokens: login.tokens.seal(&state.keys, &id),
            details: Vec::new(),
        };
        let data = SessionData {
            login: id,
            issuer: state.config.issuer().as_str().to_owned(),
            claims: login.claims,
            provider_session: Some(ProviderSession { sid: login.sid }),
            provider_end: login.provider_end,
            is_unclaimed: false,
            context: LoginContext {
                authentication: login.authentication,
                organization: login.organization,
                actor: None,
                replaced: None,
                replaced_before: Vec::new(),
                authorization_details: Vec::new(),
            },
        };
        state.store.create_login(row.clone()).await?;
        let mut record = empty_record(Id::default(), row.expires_at)?;
        data.write_to(&mut record)?;
        let created = state.records.create(&mut record).await;
        created.map_err(store_error)?;
        let times = SessionTimes::new(row.created_at, LoginState::from(&row), data.provider_end);
        let user = state.session.user(
            LoginSnapshot::new(Arc::new(OpenedLogin::new(row)), now),
            Arc::new(data.claims),
            Arc::new(data.context),
            times.expiry(lifetime, now),
            &HeaderMap::new(),
        );
        Ok((record.id, user))
    }
}
