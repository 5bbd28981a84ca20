//! What tokens say: access tokens (opaque or JWT) and ID tokens, as Auth0 writes them.

use serde::Serialize;
use serde_json::{Map, Value, json};
use sqlx::SqliteConnection;

use crate::{
    api_keys::Form,
    handle::unique,
    profile,
    refusal::Refusal,
    scopes::{self, Granted},
    settings::TokenSigning,
    store::{grants::Grant, tokens, users},
    tenant::Shared,
};

/// What is to be issued.
pub(crate) struct Issue<'a> {
    pub(crate) grant: &'a Grant,
    pub(crate) audience: Option<&'a str>,
    /// What the application gets, as far as the user may have it.
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
    audience: Option<(String, Form)>,
    /// The scopes that the user may not have.
    #[serde(skip)]
    not_permitted: Vec<String>,
}

impl TokenAnswer {
    /// What was given, for the live log.
    pub(crate) fn in_words(&self) -> String {
        let access = match &self.audience {
            Some((audience, form)) => access_in_words(audience, *form),
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
        let mut words = format!("{access}{id}{refresh}; scopes {}", self.scope);
        if !self.not_permitted.is_empty() {
            words.push_str("; dropped because the user lacks the permission (RBAC): ");
            words.push_str(&self.not_permitted.join(" "));
        }
        words
    }

    /// Whether it is less than somebody might expect, or something else.
    pub(crate) fn is_surprising(&self) -> bool {
        let plain = |form: &Form| form.signing == TokenSigning::Rs256 && !form.encrypted;
        !self.not_permitted.is_empty()
            || self.audience.as_ref().is_some_and(|(_, form)| !plain(form))
    }
}

fn access_in_words(audience: &str, form: Form) -> String {
    let signed = match form.signing {
        TokenSigning::Rs256 => "",
        TokenSigning::Hs256 => {
            " signed with HS256, a secret of the API, so that nobody else can verify it"
        }
    };
    if form.encrypted {
        format!("an encrypted token (JWE) for {audience}, which only the API can read{signed}")
    } else {
        format!("a JWT for {audience}{signed}")
    }
}

/// Makes the tokens of an answer.
pub(crate) async fn answer(
    shared: &Shared,
    connection: &mut SqliteConnection,
    issue: Issue<'_>,
) -> Result<TokenAnswer, Refusal> {
    let permissions = users::permissions(connection, &issue.grant.sub).await?;
    let Granted {
        scopes,
        dropped: not_permitted,
    } = scopes::permitted(issue.scopes, permissions.as_deref());
    let issue = Issue {
        scopes: &scopes,
        ..issue
    };
    let scope = scopes.join(" ");
    let audience = issue
        .audience
        .map(|audience| (audience.to_owned(), shared.api_keys.form(audience)));
    let access_token = if let Some((audience, form)) = &audience {
        let claims = access_claims(shared, &issue, audience, *form);
        shared.with_keys(|keys| shared.api_keys.write(keys, audience, &claims))?
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
        audience,
        not_permitted,
    })
}

/// The claims of Auth0's default access token profile: `typ` JWT, `azp` instead of `client_id`, two audiences with `openid` (where
/// `/userinfo` can verify the token).
fn access_claims(shared: &Shared, issue: &Issue<'_>, audience: &str, form: Form) -> Value {
    let now = shared.now();
    let aud = if has(issue.scopes, "openid") && form.signing == TokenSigning::Rs256 {
        json!([audience, shared.userinfo_audience()])
    } else {
        json!(audience)
    };
    json!({
        "iss": shared.access_token_issuer,
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
