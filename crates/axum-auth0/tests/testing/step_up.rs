//! Users of tests that logged in at a certain time, or with a second factor.

use std::time::Duration;

use axum_auth0::{Auth0, testing::TestLogin};

const FIVE_MINUTES: Duration = Duration::from_mins(5);

#[tokio::test]
async fn a_user_of_a_test_has_the_login_of_the_test() {
    let auth0 = Auth0::builder().for_test().build().await.unwrap();
    let login = TestLogin::new("auth0|alice").authenticated_ago(FIVE_MINUTES);
    let login = login.acr("gold").amr(["otp"]);
    let session = auth0.sign_in_for_test(login).await.unwrap();
    let user = session.user();
    assert!(user.require_recent_auth(FIVE_MINUTES).is_ok());
    assert!(user.require_recent_auth(FIVE_MINUTES / 2).is_err());
    assert!(user.require_acr(["silver", "gold"]).is_ok());
    assert!(user.require_acr(["silver"]).is_err());
    assert!(user.require_acr::<&str>([]).is_err());
    assert_eq!(user.authentication().amr(), ["otp"]);
}
