//! The external APIs that the application calls.

use std::collections::BTreeMap;

use url::Url;

use super::{faults::Faults, values};
use crate::api::Api;

/// What the application says of an API that it calls; made from a type by [`ApiDeclaration::of`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ApiDeclaration {
    /// The prefix of its variables, `PRODUCTS` for `PRODUCTS_API_URL`.
    pub name: &'static str,
    /// The scopes that the application needs there.
    pub scopes: &'static [&'static str],
}

impl ApiDeclaration {
    /// The declaration of `A`.
    pub fn of<A: Api>() -> Self {
        Self {
            name: A::NAME,
            scopes: A::SCOPES,
        }
    }
}

/// Where an API is and how tokens for it are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ApiSettings {
    /// `<NAME>_API_URL`: its base, with a trailing slash. Tokens for it are sent to this origin only.
    pub base_url: Url,
    /// `<NAME>_API_AUDIENCE`, or `AUTH0_AUDIENCE` for the first API: its identifier at the provider.
    pub audience: Option<String>,
    /// The variable that `audience` comes from, or would come from.
    pub audience_variable: String,
    /// `<NAME>_API_SCOPE`, or the scopes that the application declares.
    pub scope: Vec<String>,
}

pub(super) fn read(
    declarations: &[ApiDeclaration],
    login_audience: Option<&str>,
    faults: &mut Faults<'_>,
) -> BTreeMap<&'static str, ApiSettings> {
    let mut apis = BTreeMap::new();
    for (position, api) in declarations.iter().enumerate() {
        let url_variable = format!("{}_API_URL", api.name);
        let own_audience_variable = format!("{}_API_AUDIENCE", api.name);
        let scope_variable = format!("{}_API_SCOPE", api.name);

        let base_url = if let Some(value) = faults.get(&url_variable) {
            values::api_url(faults, &url_variable, value)
        } else {
            faults.add(
                &url_variable,
                "is missing; it is where the API answers",
                format!("{url_variable}=https://api.example.com"),
            );
            None
        };
        let own_audience = faults.get(&own_audience_variable).map(str::to_owned);
        let is_login_api = position == 0;
        let audience_variable = if is_login_api && own_audience.is_none() {
            "AUTH0_AUDIENCE".to_owned()
        } else {
            own_audience_variable
        };
        let audience = own_audience.or_else(|| {
            is_login_api
                .then(|| login_audience.map(str::to_owned))
                .flatten()
        });
        let scope = faults.get(&scope_variable).map_or_else(
            || api.scopes.iter().map(|&scope| scope.to_owned()).collect(),
            values::split_scope,
        );
        if let Some(base_url) = base_url {
            apis.insert(
                api.name,
                ApiSettings {
                    base_url,
                    audience,
                    audience_variable,
                    scope,
                },
            );
        }
    }
    apis
}
