//! The requested and the granted scopes.

use leptos::prelude::*;

/// Scopes of the login, not of an API (OpenID Connect Core, sections 5.4 and 11).
const LOGIN_SCOPES: &[&str] = &[
    "openid",
    "profile",
    "email",
    "address",
    "phone",
    "offline_access",
];

/// Shows each scope once, with its outcome as a sign and in words.
pub(super) fn scopes(requested: &[String], granted: &[String]) -> AnyView {
    let asked = requested.iter().map(|scope| {
        if granted.contains(scope) {
            scope_item("granted", "✓", None, scope)
        } else {
            scope_item("missing", "✗", Some(" not granted"), scope)
        }
    });
    let (of_login, beyond): (Vec<_>, Vec<_>) = granted
        .iter()
        .filter(|scope| !requested.contains(scope))
        .partition(|scope| LOGIN_SCOPES.contains(&scope.as_str()));
    let beyond = beyond
        .into_iter()
        .map(|scope| scope_item("beyond", "+", Some(" not asked for"), scope));
    let list = list(asked.chain(beyond).collect());
    let of_login = (!of_login.is_empty()).then(|| {
        let of_login: Vec<_> = of_login.into_iter().map(String::as_str).collect();
        view! { <p class="small">"And those of the login: " {of_login.join(" ")}</p> }
    });
    view! { {list} {of_login} }.into_any()
}

/// Shows the scopes that a request would ask for.
pub(super) fn requested_scopes(requested: &[String]) -> AnyView {
    list(
        requested
            .iter()
            .map(|scope| scope_item("wanted", "○", None, scope))
            .collect(),
    )
}

fn list(scopes: Vec<AnyView>) -> AnyView {
    if scopes.is_empty() {
        view! { <p class="small">"No scopes."</p> }.into_any()
    } else {
        view! { <ul class="scopes" aria-label="Scopes">{scopes}</ul> }.into_any()
    }
}

fn scope_item(
    fate: &'static str,
    sign: &'static str,
    words: Option<&'static str>,
    scope: &str,
) -> AnyView {
    view! {
        <li data-fate=fate>
            <span class="sign" aria-hidden="true">{sign}</span>
            " "
            <code>{scope.to_owned()}</code>
            {words.map(|words| view! { <span class="fate">{words}</span> })}
        </li>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::scopes;
    use leptos::prelude::*;

    #[test]
    fn a_scope_that_was_not_granted_is_named_and_not_only_coloured() {
        let list = |words: &[&str]| {
            words
                .iter()
                .map(|&word| word.to_owned())
                .collect::<Vec<_>>()
        };
        let html = scopes(
            &list(&["read:orders", "write:orders"]),
            &list(&["read:orders", "openid", "read:all"]),
        )
        .to_html();
        let items: Vec<_> = html.split("<li").skip(1).collect();
        assert!(
            items[0].contains("read:orders") && !items[0].contains("not "),
            "{html}"
        );
        assert!(
            items[1].contains("write:orders") && items[1].contains("not granted"),
            "{html}"
        );
        assert!(
            items[2].contains("read:all") && items[2].contains("not asked for"),
            "{html}"
        );
        // The scopes of the login are listed separately.
        assert!(
            items.len() == 3 && html.contains("those of the login"),
            "{html}"
        );
    }
}
