//! What an access token is bound to, in words.

use axum_auth0::TokenBinding;
use leptos::prelude::*;

/// Shows who can use the token: anyone who has it, or only the holder of a key or of a certificate.
pub(super) fn binding(binding: &TokenBinding) -> impl IntoView + use<> {
    let (words, thumbprint) = in_words(binding);
    let thumbprint = thumbprint.map(|thumbprint| {
        view! { <div><dt>"Thumbprint"</dt><dd><code>{thumbprint.to_owned()}</code></dd></div> }
    });
    view! {
        <dl class="facts">
            <div><dt>"Bound to"</dt><dd>{words}</dd></div>
            {thumbprint}
        </dl>
    }
}

fn in_words(binding: &TokenBinding) -> (&'static str, Option<&str>) {
    match binding {
        TokenBinding::Bearer => (
            "nothing: it is a bearer token, which anyone who has it can use",
            None,
        ),
        TokenBinding::Key {
            thumbprint,
            is_of_login,
        } => {
            let words = if *is_of_login {
                "the DPoP key of this session, which stays at the server"
            } else {
                "another DPoP key than that of this session, so it cannot be used here"
            };
            (words, Some(thumbprint))
        }
        TokenBinding::Certificate {
            thumbprint,
            is_of_application,
        } => {
            let words = if *is_of_application {
                "the client certificate of this application (mutual TLS)"
            } else {
                "another client certificate than that of this application, so it cannot be used here"
            };
            (words, Some(thumbprint))
        }
        _ => ("unknown: only the provider and the API can tell", None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_or_a_certificate_of_another_owner_is_told_from_the_own_one() {
        let key = |is_of_login| TokenBinding::Key {
            thumbprint: "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I".to_owned(),
            is_of_login,
        };
        let certificate = |is_of_application| TokenBinding::Certificate {
            thumbprint: "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2".to_owned(),
            is_of_application,
        };
        for (binding, words, thumbprint) in [
            (key(true), "the DPoP key of this session", "0ZcOCORZ"),
            (key(false), "another DPoP key", "0ZcOCORZ"),
            (
                certificate(true),
                "certificate of this application",
                "bwcK0esc",
            ),
            (certificate(false), "another client certificate", "bwcK0esc"),
            (TokenBinding::Bearer, "a bearer token", ""),
            (TokenBinding::Unknown, "unknown", ""),
        ] {
            let shown = super::binding(&binding).to_html();
            assert!(
                shown.contains(words) && shown.contains(thumbprint),
                "{shown}"
            );
            assert_eq!(
                shown.contains("Thumbprint"),
                !thumbprint.is_empty(),
                "{shown}"
            );
        }
    }
}
