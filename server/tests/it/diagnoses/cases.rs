//! The list of cases, and one test for each.

use std::pin::Pin;

use axum_auth0::DiagnosisCode;

use super::{
    apis, audience, audience_parameter, clocks, doctor_checks, dpop, issued_tokens, refreshes,
    rejections, reported::ReportedDiagnosis, scopes, table,
};

/// A condition and its diagnosis.
pub(crate) struct Case {
    /// Name of the test.
    pub(crate) name: &'static str,
    /// The expected cause.
    pub(crate) cause: DiagnosisCode,
    /// The condition, in a sentence.
    pub(crate) when: &'static str,
    /// Creates the condition and returns the reported diagnosis, with the ports of the local services.
    pub(crate) run: fn() -> Pin<Box<dyn Future<Output = ReportedDiagnosis>>>,
}

impl Case {
    /// Runs the case and asserts that the documentation contains its diagnosis.
    async fn is_documented(&self) {
        let diagnosis = self.diagnosis().await;
        if !table::is_being_written() {
            table::has_row(self, &diagnosis);
        }
    }

    /// Runs the case.
    pub(crate) async fn diagnosis(&self) -> ReportedDiagnosis {
        let diagnosis = (self.run)().await;
        assert_eq!(diagnosis.code, self.cause, "{diagnosis}");
        for sentence in [&diagnosis.cause, &diagnosis.fix] {
            assert!(sentence.ends_with('.'), "{sentence}");
            assert!(!sentence.contains("  "), "{sentence}");
        }
        diagnosis
    }
}

macro_rules! cases {
    ($($module:ident::$name:ident: $cause:ident, $when:literal;)+) => {
        /// All cases, by topic.
        pub(crate) const CASES: &[Case] = &[$(Case {
            name: stringify!($name),
            cause: DiagnosisCode::$cause,
            when: $when,
            run: || Box::pin($module::$name()),
        },)+];

        mod one {
            $(#[tokio::test]
            async fn $name() {
                let mut cases = super::CASES.iter();
                let case = cases.find(|case| case.name == stringify!($name));
                case.unwrap().is_documented().await;
            })+
        }
    };
}

cases! {
    audience::a_login_without_an_audience_gets_no_token_for_the_api:
        AudienceMissing, "`AUTH0_AUDIENCE` is not set.";
    apis::a_second_api_without_an_audience_gets_no_token:
        AudienceMissing, "The audience of a second API is not set.";
    audience::an_unknown_audience_is_rejected_at_login:
        AudienceUnknown, "The audience is the Identifier of no API of the tenant.";
    audience::a_deleted_api_is_reported_at_the_next_refresh:
        AudienceUnknown, "The API was deleted at the tenant after the login.";
    rejections::several_resources_in_one_request_are_rejected:
        AudienceUnknown, "Two APIs are named with `resource`, and the provider takes one.";
    audience_parameter::auth0_ignores_resource:
        ResourceIgnored, "Auth0 is asked with `resource`.";
    audience_parameter::a_login_without_an_audience_gets_the_default_audience:
        DefaultAudience, "The login names no API, and the tenant has a Default Audience.";
    audience_parameter::a_provider_without_audience_parameter_issues_a_token_for_another_api:
        WrongAudience, "The provider does not understand the parameter, and issues a token for an API of its choice.";
    audience::a_token_is_sent_to_another_api:
        WrongAudience, "A program checks the token of one API for another.";
    audience_parameter::a_provider_without_audience_parameter_issues_a_token_for_its_userinfo:
        UserinfoToken, "The provider does not understand the parameter, and issues a JWT for its own `/userinfo`.";
    audience_parameter::a_provider_without_audience_parameter_issues_an_opaque_token:
        OpaqueToken, "The provider does not understand the parameter, and issues an opaque token.";
    issued_tokens::the_api_requires_encrypted_tokens:
        EncryptedToken, "JSON Web Encryption is switched on for the API.";
    issued_tokens::the_api_requires_tokens_signed_with_a_secret:
        SymmetricSignature, "The API was registered with HS256.";
    issued_tokens::a_token_that_is_too_long_is_not_parsed:
        TokenTooLong, "The provider puts so much into the token that it is longer than 16 KiB.";
    issued_tokens::a_token_with_an_invalid_expiry_is_not_one_without_expiry:
        MalformedToken, "A claim has a type that it must not have, here a text in `exp`.";
    issued_tokens::the_tenant_issues_under_its_custom_domain:
        WrongIssuer, "The tenant has a custom domain, and `AUTH0_DOMAIN` is another one.";
    issued_tokens::a_token_that_is_no_valid_header_value_is_not_sent:
        UnusableToken, "The provider issues a token with a line break in it.";
    scopes::a_scope_that_was_never_requested_is_missing_at_the_api:
        MissingScope, "The API wants a scope that the application does not ask for.";
    scopes::a_user_without_the_permission_does_not_get_the_scope:
        ScopeNotGranted, "RBAC is on, and the user lacks a permission.";
    scopes::a_scope_that_the_api_does_not_define_is_dropped:
        ScopeNotGranted, "The API does not define a scope that is asked for.";
    scopes::an_audience_of_another_api_has_none_of_the_scopes:
        ScopeNotGranted, "The audience is that of another API, which has other scopes.";
    rejections::a_required_acr_that_the_provider_ignores_fails_the_login:
        StepUpNotSatisfied, "A second factor is required, and the provider does not ask for it.";
    rejections::a_provider_without_mutual_tls_fails_the_login:
        NotSupportedByProvider, "A client certificate is configured, and the provider has no endpoints for it.";
    rejections::an_organization_that_the_provider_ignores_fails_the_login:
        OrganizationNotConfirmed, "A login asks for an organization, and the provider ignores it.";
    rejections::an_unknown_scope_is_rejected_at_login:
        ScopeRefused, "The provider does not know a scope that the login asks for, and does not say which.";
    refreshes::without_offline_access_there_is_no_refresh_token:
        NoRefreshToken, "`AUTH0_SCOPE` lacks `offline_access`, and the access token has expired.";
    refreshes::an_api_that_allows_no_offline_access_gives_no_refresh_token:
        NoRefreshToken, "The API does not allow offline access, and the access token has expired.";
    refreshes::an_application_without_the_refresh_grant_gets_no_refresh_token:
        NoRefreshToken, "The application may not use refresh tokens, and the access token has expired.";
    refreshes::a_refresh_token_does_not_cover_another_api:
        RefreshNotAllowedForApi, "A second API is used, and no policy lets the refresh token have it.";
    refreshes::the_refresh_token_of_a_login_without_api_covers_no_api:
        RefreshNotAllowedForApi, "The login names no API, though the API has an audience of its own.";
    refreshes::a_refresh_whose_response_is_lost_ends_the_session_at_the_next_one:
        RefreshTokenReused, "The answer of a refresh was lost, so the used refresh token was shown again.";
    refreshes::a_refresh_token_that_was_revoked_ends_the_session:
        RefreshTokenEnded, "The refresh token was revoked at the tenant.";
    refreshes::a_reused_refresh_token_ends_the_session:
        RefreshTokenEnded, "Another client used the refresh token.";
    clocks::a_clock_that_is_ahead_sees_new_tokens_as_expired:
        ClockSkew, "The server's clock is ahead of the provider's by more than the life of a token.";
    clocks::a_cached_token_has_expired:
        ExpiredToken, "A program kept an access token beyond its end.";
    rejections::the_refresh_grant_of_the_application_was_removed:
        GrantNotAllowed, "The application lost the Refresh Token grant after the login.";
    rejections::an_unauthorized_application_is_rejected_at_login:
        ApiNotAuthorized, "The API's Application Access leaves the application out.";
    rejections::an_unauthorized_application_is_rejected_at_refresh:
        ApiNotAuthorized, "The same, for a second API.";
    rejections::a_wrong_client_secret_is_reported_on_the_page_of_the_failed_login:
        ClientRejected, "`AUTH0_CLIENT_SECRET` is wrong.";
    doctor_checks::an_unregistered_callback_fails_every_login:
        CallbackNotRegistered, "The callback URL is not registered for the application (found by `server doctor`).";
    doctor_checks::a_secret_from_a_documentation_can_be_guessed:
        InsecureSecret, "`AUTH0_SECRET` is an example from a documentation (found at the start and by `server doctor`).";
    apis::an_api_that_checks_another_audience_rejects_the_token:
        RefusedByApi, "The API checks another audience than the one that is configured here.";
    rejections::a_login_parameter_is_rejected:
        RefusedByProvider, "The provider does not take a parameter of the login, here an unknown `connection`.";
    dpop::a_provider_that_ignores_proofs_fails_the_login:
        DpopIgnored, "`AUTH0_DPOP` is true, and the provider issues bearer tokens anyway.";
    dpop::a_clock_that_is_behind_makes_proofs_too_old:
        DpopProofRefused, "`AUTH0_DPOP` is true, and the server's clock is two minutes behind the provider's.";
    apis::an_unregistered_api_has_no_settings:
        UndeclaredApi, "The code uses an API that is not in the list that the configuration was read with.";
    apis::an_api_without_variables_is_not_called:
        ApiNotConfigured, "Nothing is configured for an API of the list.";
}
