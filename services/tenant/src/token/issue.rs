//! What tokens say: access tokens (opaque or JWT) and ID tokens, as Auth0 writes them.

use serde::Serialize;
use serde_json::{Map, Value, json};
use sqlx::SqliteConnection;

use crate::{
    handle::unique,
    profile,
    refusal::Refusal,
    store::{grants::Grant, tokens, users},
    tenant::Shared,
};

/// What is to be issued.
pub(crate) struct Issue<'a> {
    pub(crate) grant: &'a Grant,
    pub(crate) audience: Option<&'a str>,
    pub(crate) scopes: &'a [String],
    pub(crate) nonce: Option<&'a str>,
    pub(crate) refresh_token: Option<String>,
}

/// The answer of `/oauth/token` (RFC 6749 §5.1).
#[derive(Serialize)]
pub(crate) struct TokenAnswer {
    access_token: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<String>,
    scope: String,
    expires_in: i64,
    token_type: &'static str,
    #[serde(skip)]
    audience: Option<String>,
}

impl TokenAnswer {
    /// What was given, for the live log.
    pub(crate) fn in_words(&self) -> String {
        let access = match &self.audience {
            Some(audience) => format!("a JWT for {audience}"),
            None => "an opaque access token that only /userinfo accepts".to_owned(),
        };
        let refresh = if self.refresh_token.is_some() {
            ", a refresh token"
        } else {
            ""
        };
        let id = if self.id_token.is_some() {
            ", an ID token"
        } else {
            ""
        };
        format!("{access}{id}{refresh}; scopes {}", self.scope)
    }
}

/// Makes the tokens of an answer.
pub(crate) async fn answer(
    shared: &Shared,
    connection: &mut SqliteConnection,
    issue: Issue<'_>,
) -> Result<TokenAnswer, Refusal> {
    let scope = issue.scopes.join(" ");
    let access_token = if let Some(audience) = issue.audience {
        shared.with_keys(|keys| keys.sign("JWT", &access_claims(shared, &issue, audience)))?
    } else {
        let expires_at = shared.now() + shared.lifetimes.access_token;
        tokens::issue_access_token(connection, &issue.grant.id, &scope, expires_at).await?
    };
    let id_token = if has(issue.scopes, "openid") {
        let user = users::by_sub(connection, &issue.grant.sub)
            .await?
            .ok_or_else(|| Refusal::invalid_grant("The user does not exist any more."))?;
        let claims = id_claims(
            shared,
            &issue,
            profile::claims(&user, |name| has(issue.scopes, name)),
        );
        Some(shared.with_keys(|keys| keys.sign("JWT", &claims))?)
    } else {
        None
    };
    Ok(TokenAnswer {
        access_token,
        refresh_token: issue.refresh_token,
        id_token,
        scope,
        expires_in: shared.lifetimes.access_token,
        token_type: "Bearer",
        audience: issue.audience.map(str::to_owned),
    })
}

/// The claims of Auth0's default access token profile: `typ` JWT, `azp` instead of `client_id`, two audiences with `openid`.
fn access_claims(shared: &Shared, issue: &Issue<'_>, audience: &str) -> Value {
    let now = shared.now();
    let aud = if has(issue.scopes, "openid") {
        json!([audience, shared.userinfo_audience()])
    } else {
        json!(audience)
    };
    json!({
        "iss": shared.issuer,
        "sub": issue.grant.sub,
        "aud": aud,
        "iat": now,
        "exp": now + shared.lifetimes.access_token,
        "scope": issue.scopes.join(" "),
        "jti": unique(),
        "azp": issue.grant.client_id,
    })
}

/// OpenID Connect Core §2. No `at_hash`: Auth0 sends none in the code flow.
fn id_claims(
    shared: &Shared,
    issue: &Issue<'_>,
    mut claims: Map<String, Value>,
) -> Map<String, Value> {
    let now = shared.now();
    claims.insert("iss".to_owned(), json!(shared.issuer));
    claims.insert("sub".to_owned(), json!(issue.grant.sub));
    claims.insert("aud".to_owned(), json!(issue.grant.client_id));
    claims.insert("iat".to_owned(), json!(now));
    claims.insert("exp".to_owned(), json!(now + shared.lifetimes.id_token));
    claims.insert("sid".to_owned(), json!(issue.grant.sid));
    if issue.grant.show_auth_time {
        claims.insert("auth_time".to_owned(), json!(issue.grant.auth_time));
    }
    if let Some(nonce) = issue.nonce {
        claims.insert("nonce".to_owned(), json!(nonce));
    }
    claims
}

fn has(scopes: &[String], scope: &str) -> bool {
    scopes.iter().any(|granted| granted == scope)
}
