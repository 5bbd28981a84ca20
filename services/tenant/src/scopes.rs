//! Selection of the granted scopes. Like Auth0, the tenant silently drops scopes that an API does not define.

use crate::{
    settings::{ApiSettings, ResourcePolicy},
    store::grants::Grant,
};

/// The supported scopes of OpenID Connect (Core §5.4, §11).
pub(crate) const OIDC_SCOPES: [&str; 4] = ["openid", "profile", "email", "offline_access"];

/// Requested scopes, divided into granted and dropped ones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct GrantedScopes {
    pub(crate) scopes: Vec<String>,
    pub(crate) dropped: Vec<String>,
}

/// Returns the scopes of a login. `offline_access` requires that the application and the API allow it.
pub(crate) fn for_login(
    requested: &str,
    api: Option<&ApiSettings>,
    refresh_tokens: bool,
) -> GrantedScopes {
    let mut granted = GrantedScopes::default();
    for scope in requested.split_ascii_whitespace() {
        let known = match scope {
            "offline_access" => refresh_tokens && api.is_none_or(|api| api.offline_access),
            _ => {
                OIDC_SCOPES.contains(&scope)
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

/// Returns the scopes of a refresh for the API of the login: those of the grant, or a subset (RFC 6749 §6).
pub(crate) fn for_refresh(grant: &Grant, requested: Option<&str>) -> Vec<String> {
    narrow(grant.scopes().map(str::to_owned).collect(), requested)
}

/// Returns the scopes of a refresh for another API: those that both the policy and the API allow, and the OpenID Connect scopes
/// of the grant.
pub(crate) fn for_refresh_of_api(
    grant: &Grant,
    policy: &ResourcePolicy,
    api: &ApiSettings,
    requested: Option<&str>,
) -> Vec<String> {
    let allowed = grant
        .scopes()
        .filter(|scope| OIDC_SCOPES.contains(scope))
        .map(str::to_owned)
        .chain(
            policy
                .scopes
                .iter()
                .filter(|scope| api.scopes.contains(scope))
                .cloned(),
        )
        .collect();
    narrow(allowed, requested)
}

/// Keeps the OpenID Connect scopes and the API scopes in `permissions`; `None` permits all.
pub(crate) fn permitted(scopes: &[String], permissions: Option<&[String]>) -> GrantedScopes {
    let (scopes, dropped) = scopes.iter().cloned().partition(|scope| {
        OIDC_SCOPES.contains(&scope.as_str())
            || permissions.is_none_or(|permissions| permissions.contains(scope))
    });
    GrantedScopes { scopes, dropped }
}

fn narrow(allowed: Vec<String>, requested: Option<&str>) -> Vec<String> {
    match requested {
        None => allowed,
        Some(requested) => {
            let requested: Vec<&str> = requested.split_ascii_whitespace().collect();
            allowed
                .into_iter()
                .filter(|scope| requested.contains(&scope.as_str()))
                .collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scopes(text: &str) -> Vec<String> {
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
            second_factor: false,
            created_at: 0,
            expires_at: 0,
        }
    }

    #[test]
    fn scopes_that_the_api_does_not_define_are_dropped() {
        let granted = for_login(
            "openid read:products delete:world openid",
            Some(&ApiSettings::products()),
            true,
        );
        assert_eq!(granted.scopes, scopes("openid read:products"));
        assert_eq!(granted.dropped, scopes("delete:world"));
    }

    #[test]
    fn api_scopes_without_an_api_are_dropped() {
        assert_eq!(
            for_login("openid read:products", None, true).scopes,
            scopes("openid")
        );
    }

    #[test]
    fn offline_access_requires_the_application_and_the_api() {
        let closed = ApiSettings {
            offline_access: false,
            ..ApiSettings::products()
        };
        assert_eq!(
            for_login("offline_access", None, true).scopes,
            scopes("offline_access")
        );
        assert!(for_login("offline_access", None, false).scopes.is_empty());
        assert!(
            for_login("offline_access", Some(&closed), true)
                .scopes
                .is_empty()
        );
    }

    #[test]
    fn a_user_receives_permitted_scopes_and_those_of_openid_connect() {
        let requested = scopes("openid email read:products write:products");
        assert_eq!(permitted(&requested, None).scopes, requested);
        let some = permitted(&requested, Some(&scopes("read:products read:orders")));
        assert_eq!(some.scopes, scopes("openid email read:products"));
        assert_eq!(some.dropped, scopes("write:products"));
        assert_eq!(
            permitted(&requested, Some(&[])).scopes,
            scopes("openid email")
        );
    }

    #[test]
    fn a_refresh_narrows_and_never_widens() {
        let grant = grant("openid read:products");
        assert_eq!(for_refresh(&grant, None), scopes("openid read:products"));
        assert_eq!(
            for_refresh(&grant, Some("read:products write:products")),
            scopes("read:products")
        );
    }

    #[test]
    fn a_refresh_for_another_api_grants_what_policy_and_api_both_allow() {
        let grant = grant("openid offline_access read:other");
        let policy = ResourcePolicy {
            audience: "https://products.example.com".to_owned(),
            scopes: scopes("read:products delete:world"),
        };
        let api = ApiSettings::products();
        assert_eq!(
            for_refresh_of_api(&grant, &policy, &api, None),
            scopes("openid offline_access read:products")
        );
        assert_eq!(
            for_refresh_of_api(&grant, &policy, &api, Some("read:products write:products")),
            scopes("read:products")
        );
    }
}
