//! Checks that the provider's metadata announces what the configuration and the code of the site use. Only a login shows
//! it for certain.

mod authentication_context;
mod authorization_details;
mod dpop;
mod fapi2;
mod grants;
mod pushed_requests;
mod signed_requests;

use super::{
    Check, SiteFeatures,
    context::{CheckContext, without_metadata},
};
use axum_auth0::config::Config;

/// Returns the checks that the configuration and the code need, whatever the metadata says.
pub(super) fn ids(config: &Config, features: &SiteFeatures) -> Vec<&'static str> {
    [
        (pushed_requests::ID, config.push_authorization_requests()),
        (signed_requests::ID, config.signs_authorization_requests()),
        (dpop::ID, config.dpop()),
        (fapi2::ID, config.fapi2()),
        (authentication_context::ID, !features.acr_values.is_empty()),
        (
            authorization_details::ID,
            !features.authorization_details.is_empty(),
        ),
        (grants::ID, !features.grants.is_empty()),
    ]
    .into_iter()
    .filter_map(|(id, is_used)| is_used.then_some(id))
    .collect()
}

pub(super) async fn check(context: &CheckContext) -> Vec<Check> {
    let (config, features) = (context.config(), context.features());
    let Some(metadata) = context.metadata().await else {
        return without_metadata(&ids(config, features));
    };
    let mut checks: Vec<Check> = [
        pushed_requests::check(config, &metadata),
        signed_requests::check(config, &metadata),
        dpop::check(config, &metadata),
        fapi2::check(config, &metadata),
    ]
    .into_iter()
    .flatten()
    .collect();
    checks.extend(authentication_context::check(features, &metadata));
    checks.extend(authorization_details::check(features, &metadata));
    checks.extend(grants::check(features, &metadata));
    checks
}

/// Returns whether a list of the metadata has one of `names`; `None` if the metadata has no such list.
fn lists<N: AsRef<str>>(list: Option<&Vec<String>>, names: &[N]) -> Option<bool> {
    let has = |listed: &String| names.iter().any(|name| name.as_ref() == listed);
    list.map(|list| list.iter().any(has))
}
