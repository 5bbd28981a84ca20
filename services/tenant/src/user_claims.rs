//! Claims about a user (OpenID Connect Core §5.4), for ID tokens and `/userinfo`.

use serde_json::{Map, Value, json};
use time::{OffsetDateTime, format_description::BorrowedFormatItem, macros::format_description};

use crate::store::users::User;

/// Auth0 formats `updated_at` as a string with milliseconds, where OpenID Connect Core §5.1 requires a number.
const UPDATED_AT: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");

/// Returns the claims that the scopes `profile` and `email` request.
pub(crate) fn user_claims(user: &User, granted: impl Fn(&str) -> bool) -> Map<String, Value> {
    let mut claims = Map::new();
    if granted("profile") {
        let nickname = user.email.split('@').next().unwrap_or_default();
        claims.insert(
            "name".to_owned(),
            json!(format!("{} {}", user.given_name, user.family_name)),
        );
        claims.insert("nickname".to_owned(), json!(nickname));
        claims.insert("given_name".to_owned(), json!(user.given_name));
        claims.insert("family_name".to_owned(), json!(user.family_name));
        if let Some(updated_at) = format_like_auth0(user.updated_at) {
            claims.insert("updated_at".to_owned(), json!(updated_at));
        }
    }
    if granted("email") {
        claims.insert("email".to_owned(), json!(user.email));
        claims.insert("email_verified".to_owned(), json!(true));
    }
    claims
}

fn format_like_auth0(unix_seconds: i64) -> Option<String> {
    OffsetDateTime::from_unix_timestamp(unix_seconds)
        .ok()?
        .format(UPDATED_AT)
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alice() -> User {
        User {
            sub: "auth0|alice".to_owned(),
            email: "alice@example.com".to_owned(),
            given_name: "Alice".to_owned(),
            family_name: "Example".to_owned(),
            updated_at: 1_700_000_000,
        }
    }

    #[test]
    fn the_scopes_select_the_claims() {
        assert!(user_claims(&alice(), |_| false).is_empty());
        let email = user_claims(&alice(), |scope| scope == "email");
        assert_eq!(
            Value::Object(email),
            json!({ "email": "alice@example.com", "email_verified": true })
        );
        let profile = user_claims(&alice(), |scope| scope == "profile");
        assert_eq!(profile["name"], "Alice Example");
        assert_eq!(profile["nickname"], "alice");
    }

    #[test]
    fn updated_at_is_a_string_like_at_auth0() {
        assert_eq!(
            user_claims(&alice(), |_| true)["updated_at"],
            "2023-11-14T22:13:20.000Z"
        );
    }
}
