//! The parameters `prompt` and `max_age`: which page a login shows first (OpenID Connect Core §3.1.2.1).

use crate::store::{authorization_request::Prompt, sessions::Session};

/// Parses the parameter `prompt`. Returns `None` if a value is unknown, or if `none` is combined with another value.
pub(super) fn parse(text: &str) -> Option<Prompt> {
    let mut prompt = Prompt::default();
    for value in text.split_ascii_whitespace() {
        match value {
            "none" => prompt.none = true,
            // A browser has one account, so selecting or creating another one requires a login.
            "login" | "select_account" | "create" => prompt.login = true,
            "consent" => prompt.consent = true,
            _ => return None,
        }
    }
    let is_valid = !prompt.none || !(prompt.login || prompt.consent);
    is_valid.then_some(prompt)
}

/// What the login of a user who has authenticated still needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    Nothing,
    /// The code of the second factor.
    Code,
    /// The setup of a second factor, which the user does not have.
    Enrollment,
    /// A second factor that the user cannot have.
    Unavailable,
}

/// The next step of a login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Show the login page.
    Login,
    /// Show the page of the second factor.
    SecondFactor,
    /// Show the page on which the user sets up a second factor.
    Enrollment,
    /// Show the consent page.
    Consent,
    /// Redirect the browser to the callback with a code.
    IssueCode,
    /// Redirect the browser to the callback with `login_required`.
    LoginRequired,
    /// Redirect the browser to the callback with `interaction_required`.
    InteractionRequired,
    /// Redirect the browser to the callback with `unmet_authentication_requirements`.
    Unmet,
}

impl Step {
    /// Returns the first step. `session` is the session of the browser, `need` what a login in it still needs; `max_age` and `now`
    /// are in seconds.
    pub(super) fn first(
        prompt: Prompt,
        max_age: Option<i64>,
        session: Option<&Session>,
        need: Need,
        now: i64,
    ) -> Self {
        let recent = session.is_some_and(|session| {
            // `max_age=0` means `prompt=login` (OpenID Connect Core errata, §3.1.2.1).
            max_age.is_none_or(|max_age| max_age > 0 && now - session.auth_time <= max_age)
        });
        match (recent && !prompt.login, prompt.none) {
            (true, true) if matches!(need, Need::Code | Need::Enrollment) => {
                Self::InteractionRequired
            }
            (true, _) => Self::after_login(prompt, need),
            (false, true) => Self::LoginRequired,
            (false, false) => Self::Login,
        }
    }

    /// Returns the step after the user has authenticated.
    pub(super) fn after_login(prompt: Prompt, need: Need) -> Self {
        match need {
            Need::Code => Self::SecondFactor,
            Need::Enrollment => Self::Enrollment,
            Need::Unavailable => Self::Unmet,
            Need::Nothing if prompt.consent => Self::Consent,
            Need::Nothing => Self::IssueCode,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(auth_time: i64) -> Session {
        Session {
            sid: "s".to_owned(),
            sub: "auth0|alice".to_owned(),
            auth_time,
        }
    }

    fn prompt(text: &str) -> Prompt {
        parse(text).unwrap_or_default()
    }

    #[test]
    fn prompt_none_cannot_be_combined() {
        assert_eq!(parse("none login"), None);
        assert_eq!(parse("none create"), None);
        assert_eq!(parse("unknown"), None);
        assert!(prompt("login consent").consent);
    }

    #[test]
    fn a_session_makes_the_login_silent_unless_prompt_or_max_age_forbid_it() {
        let session = session(1000);
        let first = |prompt: Prompt, max_age| {
            Step::first(prompt, max_age, Some(&session), Need::Nothing, 1060)
        };
        assert_eq!(first(Prompt::default(), None), Step::IssueCode);
        assert_eq!(first(prompt("none"), None), Step::IssueCode);
        assert_eq!(first(prompt("login"), None), Step::Login);
        assert_eq!(first(prompt("consent"), None), Step::Consent);
        assert_eq!(first(Prompt::default(), Some(60)), Step::IssueCode);
        assert_eq!(first(Prompt::default(), Some(59)), Step::Login);
        assert_eq!(first(prompt("none"), Some(59)), Step::LoginRequired);
        assert_eq!(first(Prompt::default(), Some(0)), Step::Login);
    }

    #[test]
    fn without_a_session_the_first_step_is_the_login_page_or_login_required() {
        assert_eq!(
            Step::first(Prompt::default(), None, None, Need::Nothing, 0),
            Step::Login
        );
        assert_eq!(
            Step::first(prompt("none"), None, None, Need::Nothing, 0),
            Step::LoginRequired
        );
    }

    #[test]
    fn a_second_factor_comes_after_the_login_and_before_the_consent() {
        let session = session(1000);
        let first = |text, need| Step::first(prompt(text), None, Some(&session), need, 1060);
        assert_eq!(first("consent", Need::Code), Step::SecondFactor);
        assert_eq!(first("login", Need::Code), Step::Login);
        assert_eq!(first("none", Need::Code), Step::InteractionRequired);
        assert_eq!(first("none", Need::Unavailable), Step::Unmet);
        assert_eq!(first("", Need::Unavailable), Step::Unmet);
        assert_eq!(first("consent", Need::Enrollment), Step::Enrollment);
        assert_eq!(first("none", Need::Enrollment), Step::InteractionRequired);
    }
}
