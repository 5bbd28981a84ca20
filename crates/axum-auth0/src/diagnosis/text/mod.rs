//! The sentences of a diagnosis. They are created only here.

mod application;
mod audience;
mod dpop;
mod provider;
mod scope;
mod token;
mod unreadable;

use std::fmt;

use super::Diagnosis;

/// A cause and its fix, as sentences.
struct Text {
    cause: String,
    fix: String,
}

impl Text {
    fn new(cause: impl Into<String>, fix: impl Into<String>) -> Self {
        Self {
            cause: cause.into(),
            fix: fix.into(),
        }
    }
}

impl Diagnosis {
    /// Returns the cause, in one or two sentences.
    pub fn cause(&self) -> String {
        self.text().cause
    }

    /// Returns the setting to change and its location.
    pub fn fix(&self) -> String {
        self.text().fix
    }

    #[expect(clippy::too_many_lines, reason = "one arm for each diagnosis")]
    fn text(&self) -> Text {
        match self {
            Self::AudienceMissing { variable } => audience::missing(variable),
            Self::AudienceUnknown { audience, variable } => {
                audience::unknown(audience.as_deref(), variable)
            }
            Self::SeveralAudiencesRefused { description } => audience::several_refused(description),
            Self::ResourceIgnored { audience } => audience::resource_ignored(audience),
            Self::DefaultAudience {
                audience,
                variable,
                found,
            } => audience::default(audience, variable, found),
            Self::DefaultAudienceAtLogin { audience, found } => {
                audience::default_at_login(audience, found)
            }
            Self::WrongAudienceIssued {
                audience,
                variable,
                found,
                parameter,
            } => audience::wrong_issued(audience, variable, found, *parameter),
            Self::WrongAudience {
                audience,
                variable,
                found,
            } => audience::wrong(audience, variable, found),
            Self::UserinfoToken { audience, variable } => audience::userinfo(audience, variable),
            Self::RefreshNotAllowedForApi { audience, found } => {
                audience::refresh_not_allowed(audience, found)
            }
            Self::LoginWithoutApi { audience } => audience::login_without_api(audience),
            Self::OpaqueToken {
                audience,
                api,
                parameter,
            } => unreadable::opaque(audience, api, *parameter),
            Self::EncryptedToken { audience, api } => unreadable::encrypted(audience, api),
            Self::EncryptedIdToken => unreadable::encrypted_id_token(),
            Self::WrongIssuer {
                found,
                issuer,
                token_issuer,
            } => token::wrong_issuer(found.as_deref(), issuer, token_issuer.as_deref()),
            Self::SymmetricSignature { audience, variable } => {
                token::symmetric_signature(audience, variable)
            }
            Self::SymmetricIdToken => token::symmetric_id_token(),
            Self::TokenTooLong { audience, bytes } => unreadable::too_long(audience, *bytes),
            Self::IdTokenTooLong { bytes } => unreadable::id_token_too_long(*bytes),
            Self::MalformedToken { audience, error } => unreadable::malformed(audience, *error),
            Self::MalformedClaim { audience, claim } => {
                unreadable::malformed_claim(audience, claim)
            }
            Self::IssuedExpired { audience, seconds } => token::issued_expired(audience, *seconds),
            Self::ExpiredToken { seconds } => token::expired(*seconds),
            Self::ClockSkew { ahead } => token::clock_skew(*ahead),
            Self::UnusableToken { audience } => unreadable::unusable(audience),
            Self::ScopeNotGranted {
                audience,
                missing,
                is_login_api,
            } => scope::not_granted(audience, missing, *is_login_api),
            Self::ScopeNotGrantedToClient { audience, missing } => {
                scope::not_granted_to_client(audience, missing)
            }
            Self::NoScopeGranted {
                audience,
                variable,
                missing,
                base_url,
            } => scope::none_granted(audience, variable, missing, base_url),
            Self::MissingScope {
                audience,
                missing,
                api,
                configured,
            } => scope::missing(audience, missing, api, configured),
            Self::ScopeRefused {
                description,
                requested,
            } => scope::refused(description.as_deref(), requested),
            Self::NoRefreshToken { is_requested } => scope::no_refresh_token(*is_requested),
            Self::RefreshTokenReused => provider::refresh_token_reused(),
            Self::RefreshTokenEnded => provider::refresh_token_ended(),
            Self::GrantNotAllowed { error, description } => {
                provider::grant_not_allowed(error, description.as_deref())
            }
            Self::ApiNotAuthorized { audience } => {
                provider::api_not_authorized(audience.as_deref())
            }
            Self::ClientRejected => provider::client_rejected(),
            Self::CallbackNotRegistered { callback } => provider::callback_not_registered(callback),
            Self::InsecureSecret { weakness, number } => {
                application::insecure_secret(*weakness, *number)
            }
            Self::RefusedByApi {
                audience,
                variable,
                base_url,
                description,
            } => application::refused_by_api(audience, variable, base_url, description.as_deref()),
            Self::RefusedByProvider { error, description } => {
                provider::refused(error, description.as_deref())
            }
            Self::StepUpNotSatisfied { unmet } => provider::step_up_not_satisfied(*unmet),
            Self::DpopIgnored => dpop::ignored(),
            Self::NotBoundToKey {
                audience,
                is_other_key,
            } => dpop::not_bound(audience, *is_other_key),
            Self::DpopProofRefused { description } => dpop::proof_refused(description.as_deref()),
            Self::DpopProofRequired { description } => dpop::proof_required(description.as_deref()),
            Self::ApiWithoutDpop { base_url } => dpop::api_without(base_url),
            Self::NotSupportedByProvider { setting, missing } => {
                provider::not_supported(setting, missing)
            }
            Self::OrganizationNotConfirmed { unmet } => {
                provider::organization_not_confirmed(*unmet)
            }
            Self::UndeclaredApi { api } => application::undeclared_api(api),
            Self::ApiNotConfigured { api } => application::api_not_configured(api),
            Self::InsecureApiUrl { api } => application::insecure_api_url(api),
        }
    }
}

impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Text { cause, fix } = self.text();
        write!(f, "{cause} {fix}")
    }
}

/// Returns at most 200 characters of an external text, without control characters.
///
/// A description can name the user, so e-mail addresses are left out.
pub(crate) fn printable(text: &str) -> String {
    let text: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(200)
        .collect();
    if !text.contains('@') {
        return text;
    }
    let words = text.split(' ');
    let words = words.map(|word| {
        if is_address(word) {
            "(an e-mail address)"
        } else {
            word
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

fn is_address(word: &str) -> bool {
    word.split_once('@')
        .is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty())
        && !word.contains("://")
}

/// Returns a quoted sentence without its full stop, because the enclosing sentence has one.
fn without_full_stop(text: &str) -> &str {
    text.trim_end().trim_end_matches('.')
}

/// Returns at most five items, each formatted as code.
fn list<S: AsRef<str>>(items: &[S]) -> String {
    if items.is_empty() {
        return "no API".to_owned();
    }
    let items: Vec<String> = items
        .iter()
        .take(5)
        .map(|item| format!("`{}`", printable(item.as_ref())))
        .collect();
    items.join(", ")
}

#[cfg(test)]
mod tests {
    use super::printable;

    #[test]
    fn a_description_is_printed_without_control_characters_and_e_mail_addresses() {
        for (text, printed) in [
            ("a\nb", "a b"),
            (
                "user alice@example.com is blocked",
                "user (an e-mail address) is blocked",
            ),
            ("(alice@example.com)", "(an e-mail address)"),
            ("https://user@api.example", "https://user@api.example"),
            ("at @ home", "at @ home"),
        ] {
            assert_eq!(printable(text), printed);
        }
    }
}
