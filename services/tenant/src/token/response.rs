//! The token response (RFC 6749 §5.1).

use serde::Serialize;
use serde_json::{Map, Value, json};
use sqlx::SqliteConnection;

use super::{
    authorization_claims::AuthorizationClaims,
    claims::{access_token_claims, id_token_claims},
    request::TokenRequest,
};
use crate::{
    binding::Binding,
    http::OAuthError,
    keys::TokenFormat,
    scopes::{self, GrantedScopes},
    settings::TokenSigning,
    state::AppState,
    store::{
        api_access_tokens::{self, NewApiAccessToken},
        bindings, grant_details, organizations, tokens, users,
    },
    user_claims::user_claims,
};

/// The response of the token endpoint.
#[derive(Serialize)]
pub(super) struct TokenResponse {
    pub(super) access_token: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) refresh_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) id_token: Option<String>,
    scope: String,
    /// The granted authorization details (RFC 9396 §7).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    authorization_details: Vec<Value>,
    expires_in: i64,
    token_type: &'static str,
    /// The API of the access token, and the format of its tokens.
    #[serde(skip)]
    audience: Option<(String, TokenFormat)>,
    /// What the access token is bound to.
    #[serde(skip)]
    binding: Binding,
    /// The scopes that the user's permissions exclude.
    #[serde(skip)]
    not_permitted: Vec<String>,
}

impl TokenResponse {
    /// Issues the tokens of a request.
    pub(super) async fn issue(
        state: &AppState,
        connection: &mut SqliteConnection,
        request: TokenRequest<'_>,
    ) -> Result<Self, OAuthError> {
        let details = grant_details::find(connection, &request.grant.id).await?;
        let permissions = users::permissions(connection, &request.grant.sub).await?;
        let GrantedScopes {
            scopes,
            dropped: not_permitted,
        } = scopes::permitted(request.scopes, permissions.as_deref());
        let request = TokenRequest {
            scopes: &scopes,
            ..request
        };
        let scope = scopes.join(" ");
        let lifetimes = state.config.lifetimes;
        let audience = request
            .audience
            .map(|audience| (audience.to_owned(), state.api_keys.format(audience)));
        let authorization =
            AuthorizationClaims::load(connection, &request.grant.sub, request.audience).await?;
        let organization = organization_claims(state, connection, &request.grant.id).await?;
        let access_token = if let Some((audience, TokenFormat { opaque: true, .. })) = &audience {
            let issued_at = state.now();
            let new = NewApiAccessToken {
                grant_id: &request.grant.id,
                audience,
                scope: &scope,
                issued_at,
                expires_at: issued_at + lifetimes.access_token,
            };
            api_access_tokens::issue(connection, new).await?
        } else if let Some((audience, format)) = &audience {
            let mut claims = access_token_claims(state, &request, audience, *format);
            authorization.add_to_access_token(state, &mut claims);
            if let Some(claims) = claims.as_object_mut() {
                claims.extend(organization.clone());
            }
            if !details.is_empty() {
                // RFC 9396 §9.1.
                claims["authorization_details"] = json!(details);
            }
            state.with_keys(|keys| state.api_keys.sign_access_token(keys, audience, &claims))?
        } else {
            let expires_at = state.now() + lifetimes.access_token;
            tokens::issue_access_token(connection, &request.grant.id, &scope, expires_at).await?
        };
        let is_opaque = audience.as_ref().is_none_or(|(_, format)| format.opaque);
        if is_opaque {
            let expires_at = state.now() + lifetimes.access_token;
            bindings::bind(connection, &access_token, request.binding, expires_at).await?;
        }
        let id_token = if request.has_scope("openid") {
            let user = users::find(connection, &request.grant.sub)
                .await?
                .ok_or_else(|| OAuthError::invalid_grant("The user does not exist any more."))?;
            let user_claims = user_claims(&user, |name| request.has_scope(name));
            let mut claims = id_token_claims(state, &request, user_claims);
            authorization.add_to_id_token(state, &mut claims);
            claims.extend(organization);
            Some(state.with_keys(|keys| keys.sign("JWT", &claims))?)
        } else {
            None
        };
        Ok(Self {
            access_token,
            refresh_token: request.refresh_token,
            id_token,
            scope,
            authorization_details: details,
            expires_in: lifetimes.access_token,
            token_type: request.binding.token_type(),
            binding: request.binding.clone(),
            audience,
            not_permitted,
        })
    }

    /// Describes the tokens for the activity log.
    pub(super) fn describe(&self) -> String {
        let access_token = match &self.audience {
            Some((audience, format)) => describe_access_token(audience, *format),
            None => "an opaque access token that only /userinfo accepts".to_owned(),
        };
        let bound = self.binding.describe();
        let refresh_token = if self.refresh_token.is_some() {
            ", a refresh token"
        } else {
            ""
        };
        let id_token = if self.id_token.is_some() {
            ", an ID token"
        } else {
            ""
        };
        let mut text = format!(
            "{access_token}{bound}{id_token}{refresh_token}; scopes {}",
            self.scope
        );
        if !self.not_permitted.is_empty() {
            text.push_str("; dropped because the user lacks the permission (RBAC): ");
            text.push_str(&self.not_permitted.join(" "));
        }
        text
    }

    /// Returns whether the application may expect other tokens.
    pub(super) fn is_unexpected(&self) -> bool {
        let is_plain_jwt = |format: &TokenFormat| {
            format.signing == TokenSigning::Rs256 && !format.encrypted && !format.opaque
        };
        !self.not_permitted.is_empty()
            || self
                .audience
                .as_ref()
                .is_some_and(|(_, format)| !is_plain_jwt(format))
    }
}

/// Returns `org_id` and `org_name` of the grant's organization.
async fn organization_claims(
    state: &AppState,
    connection: &mut SqliteConnection,
    grant_id: &str,
) -> Result<Map<String, Value>, OAuthError> {
    let mut claims = Map::new();
    let Some(id) = organizations::of_grant(connection, grant_id).await? else {
        return Ok(claims);
    };
    let all = &state.config.organizations;
    let organization = all.iter().find(|organization| organization.id == id);
    let organization = organization
        .ok_or_else(|| OAuthError::invalid_grant("The organization does not exist any more."))?;
    claims.insert("org_id".to_owned(), json!(organization.id));
    claims.insert("org_name".to_owned(), json!(organization.name));
    Ok(claims)
}

fn describe_access_token(audience: &str, format: TokenFormat) -> String {
    let signature = match format.signing {
        TokenSigning::Rs256 => "",
        TokenSigning::Hs256 => {
            " signed with HS256, a secret of the API, so that only the API can verify it"
        }
    };
    if format.opaque {
        format!("an opaque token for {audience}, which the API has to introspect")
    } else if format.encrypted {
        format!(
            "an encrypted token (JWE) for {audience}, which only the API can decrypt{signature}"
        )
    } else {
        format!("a JWT for {audience}{signature}")
    }
}
