//! `prompt` and `max_age`: whether the person is shown something (OpenID Connect Core §3.1.2.1).

use serde::{Deserialize, Serialize};

use crate::store::sessions::Session;

/// What `prompt` asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Prompt {
    /// Show nothing; answer with an error where something would have to be shown.
    pub(crate) none: bool,
    /// Ask for the password even if somebody is logged in.
    pub(crate) login: bool,
    /// Ask whether the application may have what it asks for.
    pub(crate) consent: bool,
}

impl Prompt {
    /// Reads the parameter; `None` if a value is unknown or `none` comes with another.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut prompt = Self::default();
        for value in text.split_ascii_whitespace() {
            match value {
                "none" => prompt.none = true,
                // There is one account per password here: choosing another means to log in.
                "login" | "select_account" => prompt.login = true,
                "consent" => prompt.consent = true,
                _ => return None,
            }
        }
        let alone = !(prompt.login || prompt.consent);
        (!prompt.none || alone).then_some(prompt)
    }
}

/// What happens next with an authorization request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Show the login page.
    Login,
    /// Show the consent page.
    Consent,
    /// Send the browser back with a code.
    Answer,
    /// Send the browser back with `login_required`.
    LoginRequired,
}

impl Step {
    /// The step for a browser that has (or has not) a session.
    pub(crate) fn first(
        prompt: Prompt,
        max_age: Option<i64>,
        session: Option<&Session>,
        now: i64,
    ) -> Self {
        let recent = session.is_some_and(|session| {
            // `max_age=0` is `prompt=login` (OpenID Connect Core errata, §3.1.2.1).
            max_age.is_none_or(|max_age| max_age > 0 && now - session.auth_time <= max_age)
        });
        match (recent && !prompt.login, prompt.none) {
            (true, _) => Self::after_login(prompt),
            (false, true) => Self::LoginRequired,
            (false, false) => Self::Login,
        }
    }

    /// The step after the password was right.
    pub(crate) fn after_login(prompt: Prompt) -> Self {
        if prompt.consent {
            Self::Consent
        } else {
            Self::Answer
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
        Prompt::parse(text).unwrap_or_default()
    }

    #[test]
    fn prompt_none_stands_alone() {
        assert_eq!(Prompt::parse("none login"), None);
        assert_eq!(Prompt::parse("create"), None);
        assert!(prompt("login consent").consent);
    }

    #[test]
    fn a_session_makes_the_login_silent_unless_prompt_or_max_age_say_otherwise() {
        let session = session(1000);
        let first = |prompt: Prompt, max_age| Step::first(prompt, max_age, Some(&session), 1060);
        assert_eq!(first(Prompt::default(), None), Step::Answer);
        assert_eq!(first(prompt("none"), None), Step::Answer);
        assert_eq!(first(prompt("login"), None), Step::Login);
        assert_eq!(first(prompt("consent"), None), Step::Consent);
        assert_eq!(first(Prompt::default(), Some(60)), Step::Answer);
        assert_eq!(first(Prompt::default(), Some(59)), Step::Login);
        assert_eq!(first(prompt("none"), Some(59)), Step::LoginRequired);
        assert_eq!(first(Prompt::default(), Some(0)), Step::Login);
    }

    #[test]
    fn without_a_session_there_is_a_login_page_or_login_required() {
        assert_eq!(Step::first(Prompt::default(), None, None, 0), Step::Login);
        assert_eq!(
            Step::first(prompt("none"), None, None, 0),
            Step::LoginRequired
        );
    }
}
