//! What an action requires of the login of its user.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Authentication;

/// Clock leeway, in seconds. Same as for ID tokens, so that a login that was just accepted satisfies the guard.
const LEEWAY: i64 = 60;

/// The authentication context class of Auth0 for a second factor (OpenID Provider Authentication Policy Extension 1.0).
const MULTI_FACTOR: &str = "http://schemas.openid.net/pape/policies/2007/06/multi-factor";

/// What an action requires of the login of its user: that it is recent, or of a certain strength, such as with a second
/// factor.
///
/// ```
/// use std::time::Duration;
///
/// use axum_auth0::StepUp;
///
/// let recent = StepUp::recent_auth(Duration::from_mins(5));
/// let second_factor = StepUp::multi_factor();
/// let both = recent.and(second_factor);
/// # assert_eq!(both.max_age(), Some(Duration::from_mins(5)));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepUp {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    max_age: Option<u32>,
    /// `None` requires nothing; an empty list is never satisfied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    acr_values: Option<Vec<String>>,
}

/// The reason why a login does not satisfy a [`StepUp`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum UnmetStepUp {
    /// `max_age` is required, and the ID token does not say when the user logged in.
    #[error("auth_time is missing")]
    AuthTimeMissing,
    /// `auth_time` is in the future.
    #[error("auth_time is in the future")]
    AuthTimeInFuture,
    /// The user logged in too long ago.
    #[error("auth_time is longer ago than max_age allows")]
    TooLongAgo,
    /// `acr` is required, and the ID token has none.
    #[error("acr is missing")]
    AcrMissing,
    /// `acr` is none of the required values.
    #[error("acr is none of the required values")]
    AcrNotAccepted,
}

impl StepUp {
    /// Requires that the user proved their identity at the provider at most this long ago, in whole seconds.
    pub fn recent_auth(max_age: Duration) -> Self {
        let seconds = u32::try_from(max_age.as_secs()).unwrap_or(u32::MAX);
        Self {
            max_age: Some(seconds),
            acr_values: None,
        }
    }

    /// Requires one of these authentication context classes, in order of preference. An empty list is never satisfied.
    pub fn acr<V: Into<String>>(values: impl IntoIterator<Item = V>) -> Self {
        Self {
            max_age: None,
            acr_values: Some(values.into_iter().map(Into::into).collect()),
        }
    }

    /// Requires a second factor, with the class that Auth0 has for it.
    pub fn multi_factor() -> Self {
        Self::acr([MULTI_FACTOR])
    }

    /// Requires `other` as well.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let max_age = match (self.max_age, other.max_age) {
            (Some(own), Some(other)) => Some(own.min(other)),
            (own, other) => own.or(other),
        };
        let acr_values = match (self.acr_values, other.acr_values) {
            (Some(mut own), Some(other)) => {
                own.retain(|value| other.contains(value));
                Some(own)
            }
            (own, other) => own.or(other),
        };
        Self {
            max_age,
            acr_values,
        }
    }

    /// Requires what an API names with `insufficient_user_authentication` (RFC 9470 §3): `max_age`, one of `acr_values`
    /// unless that is empty. An API that names neither requires a new login.
    pub fn required_by_api(max_age: Option<Duration>, acr_values: Vec<String>) -> Self {
        let acr = (!acr_values.is_empty()).then(|| Self::acr(acr_values));
        match (max_age.map(Self::recent_auth), acr) {
            (Some(recent), Some(acr)) => recent.and(acr),
            (recent, acr) => recent
                .or(acr)
                .unwrap_or_else(|| Self::recent_auth(Duration::ZERO)),
        }
    }

    /// Returns the maximum time since the user proved their identity.
    pub fn max_age(&self) -> Option<Duration> {
        self.max_age
            .map(|seconds| Duration::from_secs(seconds.into()))
    }

    /// Returns the accepted authentication context classes; empty if none is required.
    pub fn acr_values(&self) -> &[String] {
        self.acr_values.as_deref().unwrap_or_default()
    }

    /// Returns why `authentication` does not satisfy the requirement at `now`, in seconds since 1970. `None` if it does.
    ///
    /// A claim that is missing satisfies nothing. [`Self::multi_factor`] is also satisfied by `mfa` in `amr`, which Auth0
    /// issues without `acr`.
    pub fn unmet_by(&self, authentication: &Authentication, now: i64) -> Option<UnmetStepUp> {
        self.unmet_age(authentication, now)
            .or_else(|| self.unmet_acr(authentication))
    }

    fn unmet_age(&self, authentication: &Authentication, now: i64) -> Option<UnmetStepUp> {
        let max_age = i64::from(self.max_age?);
        match authentication.auth_time() {
            None => Some(UnmetStepUp::AuthTimeMissing),
            Some(time) if time > now.saturating_add(LEEWAY) => Some(UnmetStepUp::AuthTimeInFuture),
            Some(time) if time < now.saturating_sub(max_age + LEEWAY) => {
                Some(UnmetStepUp::TooLongAgo)
            }
            Some(_) => None,
        }
    }

    fn unmet_acr(&self, authentication: &Authentication) -> Option<UnmetStepUp> {
        let accepted = self.acr_values.as_ref()?;
        let is_accepted = |acr: &str| accepted.iter().any(|value| value == acr);
        let has_mfa = authentication.amr().iter().any(|method| method == "mfa");
        match authentication.acr() {
            Some(acr) if is_accepted(acr) => None,
            _ if has_mfa && is_accepted(MULTI_FACTOR) => None,
            Some(_) => Some(UnmetStepUp::AcrNotAccepted),
            None => Some(UnmetStepUp::AcrMissing),
        }
    }

    /// Returns the parameters of the login route that ask for such a login, and require it.
    pub fn login_parameters(&self) -> Vec<(&'static str, String)> {
        let mut parameters = Vec::new();
        parameters.extend(self.max_age.map(|seconds| ("max_age", seconds.to_string())));
        let values = self.acr_values();
        if !values.is_empty() {
            parameters.push(("acr_values", values.join(" ")));
            parameters.push(("require_acr", "true".to_owned()));
        }
        parameters
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: i64 = 1_700_000_000;

    fn login(claims: serde_json::Value) -> Authentication {
        serde_json::from_value(claims).unwrap()
    }

    #[test]
    fn a_recent_login_is_within_max_age_and_the_leeway() {
        let recent = StepUp::recent_auth(Duration::from_mins(5));
        for (auth_time, expected) in [
            (json!(NOW), None),
            (json!(NOW - 360), None),
            (json!(NOW - 361), Some(UnmetStepUp::TooLongAgo)),
            (json!(NOW + 60), None),
            (json!(NOW + 61), Some(UnmetStepUp::AuthTimeInFuture)),
            (json!(i64::MIN), Some(UnmetStepUp::TooLongAgo)),
            (json!(null), Some(UnmetStepUp::AuthTimeMissing)),
        ] {
            let login = login(json!({ "auth_time": auth_time }));
            assert_eq!(recent.unmet_by(&login, NOW), expected, "{auth_time}");
        }
    }

    #[test]
    fn acr_is_one_of_the_values_and_an_empty_list_is_never_satisfied() {
        let gold = login(json!({ "acr": "gold" }));
        let unmet = |values: &[&str]| StepUp::acr(values.to_vec()).unmet_by(&gold, NOW);
        assert_eq!(unmet(&["silver", "gold"]), None);
        assert_eq!(unmet(&["silver"]), Some(UnmetStepUp::AcrNotAccepted));
        assert_eq!(unmet(&[]), Some(UnmetStepUp::AcrNotAccepted));
        let none = login(json!({}));
        let gold = StepUp::acr(["gold"]);
        assert_eq!(gold.unmet_by(&none, NOW), Some(UnmetStepUp::AcrMissing));
    }

    #[test]
    fn the_method_mfa_satisfies_only_the_class_of_a_second_factor() {
        let mfa = login(json!({ "acr": "other", "amr": ["pwd", "mfa"] }));
        assert_eq!(StepUp::multi_factor().unmet_by(&mfa, NOW), None);
        assert!(StepUp::acr(["gold"]).unmet_by(&mfa, NOW).is_some());
        let password = login(json!({ "amr": ["pwd"] }));
        let unmet = StepUp::multi_factor().unmet_by(&password, NOW);
        assert_eq!(unmet, Some(UnmetStepUp::AcrMissing));
    }

    #[test]
    fn both_of_two_requirements_apply() {
        let seconds = |seconds| StepUp::recent_auth(Duration::from_secs(seconds));
        let both = seconds(300).and(StepUp::acr(["a", "b"]));
        let both = both.and(seconds(60)).and(StepUp::acr(["b", "c"]));
        assert_eq!(both, seconds(60).and(StepUp::acr(["b"])));
        let neither = StepUp::acr(["a"]).and(StepUp::acr(["b"]));
        assert!(
            neither
                .unmet_by(&login(json!({ "acr": "a" })), NOW)
                .is_some()
        );
    }

    #[test]
    fn an_api_that_names_no_requirement_requires_a_new_login() {
        let five = Duration::from_secs(5);
        let values = || vec!["a".to_owned()];
        let both = StepUp::recent_auth(five).and(StepUp::acr(["a"]));
        assert_eq!(StepUp::required_by_api(Some(five), values()), both);
        assert_eq!(StepUp::required_by_api(None, values()), StepUp::acr(["a"]));
        let new_login = StepUp::recent_auth(Duration::ZERO);
        assert_eq!(StepUp::required_by_api(None, Vec::new()), new_login);
    }

    #[test]
    fn the_login_gets_what_is_required() {
        let both = StepUp::recent_auth(Duration::from_mins(1)).and(StepUp::acr(["a", "b"]));
        let parameters = both.login_parameters();
        let expected = [
            ("max_age", "60"),
            ("acr_values", "a b"),
            ("require_acr", "true"),
        ];
        assert_eq!(
            parameters,
            expected.map(|(name, value)| (name, value.to_owned()))
        );
    }
}
