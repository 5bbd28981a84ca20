//! When and how the user logged in: `max_age` and `auth_time`, and authentication context classes (`acr`).

use std::time::Duration;

use http::StatusCode;

use crate::site::SiteBuilder;

const SECOND_FACTOR: &str = "urn:example:second-factor";

const STEP_UP: &str =
    "/auth/login?acr_values=urn%3Aexample%3Asecond-factor&require_acr=true&returnTo=%2Fhand-over";

/// A provider with a second factor. `claims` is whether it supports the parameter `claims`.
fn site(claims: &str) -> SiteBuilder {
    SiteBuilder::new()
        .feature("ACR_VALUES", SECOND_FACTOR)
        .feature("CLAIMS", claims)
}

#[tokio::test]
async fn a_required_class_is_satisfied_as_an_essential_claim_and_as_acr_values() {
    for (claims, parameter) in [("1", "claims"), ("0", "acr_values")] {
        let Some(mut site) = site(claims).start().await else {
            return;
        };
        let request = site.browser.get(STEP_UP).await;
        assert!(request.redirect_parameter(parameter).is_some());
        let response = site.log_in_at(STEP_UP).await;
        assert_eq!(response.status, StatusCode::SEE_OTHER, "{}", response.body);
        let user = site.user().await;
        assert_eq!(user.authentication().acr(), Some(SECOND_FACTOR));
        assert!(user.require_acr([SECOND_FACTOR]).is_ok());
        assert!(user.require_acr(["urn:example:other"]).is_err());
    }
}

/// With the session of a login without the second factor, only an essential claim makes this provider ask for it.
#[tokio::test]
async fn a_session_at_the_provider_is_stepped_up_by_an_essential_claim_only() {
    for (claims, status) in [("1", StatusCode::SEE_OTHER), ("0", StatusCode::BAD_GATEWAY)] {
        let Some(mut site) = site(claims).start().await else {
            return;
        };
        let user = site.log_in().await;
        assert_eq!(user.authentication().acr(), None);
        assert!(user.require_acr([SECOND_FACTOR]).is_err());
        let response = site.log_in_at(STEP_UP).await;
        assert_eq!(response.status, status, "claims: {claims}");
        let user = site.user().await;
        let satisfies = user.require_acr([SECOND_FACTOR]).is_ok();
        assert_eq!(satisfies, status == StatusCode::SEE_OTHER);
    }
}

#[tokio::test]
async fn a_recent_login_is_proven_if_it_was_asked_for() {
    let Some(mut site) = SiteBuilder::new().start().await else {
        return;
    };
    let minute = Duration::from_mins(1);
    let user = site.log_in().await;
    // The provider has `auth_time` in ID tokens only if a login asks for it.
    assert!(user.require_recent_auth(minute).is_err());
    let response = site
        .log_in_at("/auth/login?max_age=60&returnTo=%2Fhand-over")
        .await;
    assert_eq!(response.status, StatusCode::SEE_OTHER, "{}", response.body);
    let user = site.user().await;
    assert!(user.require_recent_auth(minute).is_ok());
    assert!(user.authentication().auth_time().is_some());
}
