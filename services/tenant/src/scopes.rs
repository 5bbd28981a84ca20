//! Which scopes are granted. Auth0 drops what an API does not define, without a word.

use crate::{
    settings::{ApiSettings, ResourcePolicy},
    store::grants::Grant,
};

/// The scopes of OpenID Connect that this tenant knows (Core §5.4, §11).
pub(crate) const OIDC: [&str; 4] = ["openid", "profile", "email", "offline_access"];

/// What became of the scopes that were asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Granted {
    pub(crate) scopes: Vec<String>,
    pub(crate) dropped: Vec<String>,
}

/// The scopes of a login. `offline_access` needs an application and an API that allow it.
pub(crate) fn at_login(
    requested: &str,
    api: Option<&ApiSettings>,
    refresh_tokens: bool,
) -> Granted {
    let mut granted = Granted::default();
    for scope in requested.split_ascii_whitespace() {
        let known = match scope {
            "offline_access" => refresh_tokens && api.is_none_or(|api| api.offline_access),
            _ => {
                OIDC.contains(&scope)
                    || api.is_some_and(|api| api.scopes.iter().any(|defined| defined == scope))
            }
        };
        let list = if known {
            &mut granted.scopes
        } else {
            &mut granted.dropped
        };
        if !list.iter().any(|seen| seen == scope) {
            list.push(scope.to_owned());
        }
    }
    granted
}

/// The scopes of a refresh for the API of the login: those of the grant, or fewer (RFC 6749 §6).
pub(crate) fn at_refresh(grant: &Grant, requested: Option<&str>) -> Vec<String> {
    narrowed(grant.scopes().map(str::to_owned).collect(), requested)
}

/// The scopes of a refresh for another API: those that policy and API both allow, beside the grant's own scopes of OpenID Connect.
pub(crate) fn at_refresh_for(
    grant: &Grant,
    policy: &ResourcePolicy,
    api: &ApiSettings,
    requested: Option<&str>,
) -> Vec<String> {
    let allowed = grant
        .scopes()
        .filter(|scope| OIDC.contains(scope))
        .map(str::to_owned)
        .chain(
            policy
                .scopes
                .iter()
                .filter(|scope| api.scopes.contains(scope))
                .cloned(),
        )
        .collect();
    narrowed(allowed, requested)
}

/// What a user gets of the scopes: those that are no permissions of an API, and those that the user has. None: all of them.
pub(crate) fn permitted(scopes: &[String], permissions: Option<&[String]>) -> Granted {
    let (scopes, dropped) = scopes.iter().cloned().partition(|scope| {
        OIDC.contains(&scope.as_str())
            || permissions.is_none_or(|permissions| permissions.contains(scope))
    });
    Granted { scopes, dropped }
}

fn narrowed(allowed: Vec<String>, requested: Option<&str>) -> Vec<String> {
    match requested {
        None => allowed,
        Some(requested) => {
            let wanted: Vec<&str> = requested.split_ascii_whitespace().collect();
            allowed
                .into_iter()
                .filter(|scope| wanted.contains(&scope.as_str()))
                .collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    fn grant(scope: &str) -> Grant {
        Grant {
            id: String::new(),
            client_id: String::new(),
            sub: String::new(),
            sid: String::new(),
            audience: None,
            scope: scope.to_owned(),
            auth_time: 0,
            show_auth_time: false,
            created_at: 0,
            expires_at: 0,
        }
    }

    #[test]
    fn scopes_that_the_api_does_not_define_are_dropped() {
        let granted = at_login(
            "openid read:products delete:world openid",
            Some(&ApiSettings::products()),
            true,
        );
        assert_eq!(granted.scopes, words("openid read:products"));
        assert_eq!(granted.dropped, words("delete:world"));
    }

    #[test]
    fn api_scopes_without_an_api_are_dropped() {
        assert_eq!(
            at_login("openid read:products", None, true).scopes,
            words("openid")
        );
    }

    #[test]
    fn offline_access_needs_the_application_and_the_api() {
        let closed = ApiSettings {
            offline_access: false,
            ..ApiSettings::products()
        };
        assert_eq!(
            at_login("offline_access", None, true).scopes,
            words("offline_access")
        );
        assert!(at_login("offline_access", None, false).scopes.is_empty());
        assert!(
            at_login("offline_access", Some(&closed), true)
                .scopes
                .is_empty()
        );
    }

    #[test]
    fn a_user_gets_the_scopes_that_are_permitted_and_those_of_openid_connect() {
        let asked = words("openid email read:products write:products");
        assert_eq!(permitted(&asked, None).scopes, asked);
        let some = permitted(&asked, Some(&words("read:products read:orders")));
        assert_eq!(some.scopes, words("openid email read:products"));
        assert_eq!(some.dropped, words("write:products"));
        assert_eq!(permitted(&asked, Some(&[])).scopes, words("openid email"));
    }

    #[test]
    fn a_refresh_narrows_and_never_widens() {
        let grant = grant("openid read:products");
        assert_eq!(at_refresh(&grant, None), words("openid read:products"));
        assert_eq!(
            at_refresh(&grant, Some("read:products write:products")),
            words("read:products")
        );
    }

    #[test]
    fn a_refresh_for_another_api_gives_what_policy_and_api_both_allow() {
        let grant = grant("openid offline_access read:other");
        let policy = ResourcePolicy {
            audience: "https://products.example.com".to_owned(),
            scopes: words("read:products delete:world"),
        };
        let api = ApiSettings::products();
        assert_eq!(
            at_refresh_for(&grant, &policy, &api, None),
            words("openid offline_access read:products")
        );
        assert_eq!(
            at_refresh_for(&grant, &policy, &api, Some("read:products write:products")),
            words("read:products")
        );
    }
}
