//! One API: its configuration, its cached access tokens, and their problems.

use super::{api::RenewToken, fault::fault, scopes::scopes_wanted, state::State, token::token};
use axum_auth0::{ApiOverview, ApiRegistration, CachedTokenOverview};
use leptos::{prelude::*, server_fn::ServerFn as _};
use leptos_auth0::{LoginLink, PageUserField};

/// The data of a branch.
pub(super) struct Branch<'a> {
    /// The registration of the API in the site's code.
    pub(super) declared: ApiRegistration,
    /// The API's configuration and tokens; `None` if it is not configured.
    pub(super) api: Option<&'a ApiOverview>,
    /// Whether a login requests its token. The others are requested with the refresh token.
    pub(super) asked_by_login: bool,
    /// Whether there is a refresh token.
    pub(super) can_ask: bool,
    /// In seconds since 1970.
    pub(super) now: i64,
}

pub(super) fn branch(branch: &Branch<'_>) -> AnyView {
    let name = branch.declared.prefix();
    let Some(api) = branch.api else {
        return not_configured(name).into_any();
    };
    let (state, words) = match (&api.problem, &api.cached[..]) {
        (Some(_), _) => (State::Wrong, "no token for it"),
        (None, []) => (State::Waiting, "not asked for yet"),
        (None, held) if held.iter().all(|held| held.problem.is_none()) => (State::Good, "ready"),
        (None, _) => (State::Wrong, "something is wrong below"),
    };
    let asks = if branch.asked_by_login {
        "The login asks for"
    } else {
        "The refresh token is exchanged for"
    };
    let audience = api.audience.clone().map_or_else(
        || {
            view! { <dd>"none: " <code>{api.audience_variable.clone()}</code> " is not set"</dd> }
                .into_any()
        },
        |audience| view! { <dd><code>{audience}</code></dd> }.into_any(),
    );
    let held = api.cached.iter().map(|held| {
        view! {
            <li>
                {token(held, branch.now, button(branch, &extra(api, held), "Renew this token"))}
            </li>
        }
    });
    let held: Vec<_> = held.collect();
    // Without an audience no token can be requested.
    let none = (held.is_empty() && api.audience.is_some()).then(|| {
        view! {
            <li>
                <section class="node" data-state=State::Waiting.name()>
                    <header>
                        <h3>"Access token"</h3>
                        {State::Waiting.said("none yet")}
                    </header>
                    <p>"The first call of the API asks for one with these scopes:"</p>
                    {scopes_wanted(&api.scope)}
                    {button(branch, "", "Get a token")}
                </section>
            </li>
        }
    });
    view! {
        <section class="node" data-state=state.name()>
            <header>
                <h2>{title(name)}</h2>
                {state.said(words)}
            </header>
            <p class="small">{asks}</p>
            <dl class="facts">
                <div><dt>"Audience"</dt>{audience}</div>
                <div><dt>"Set by"</dt><dd><code>{api.audience_variable.clone()}</code></dd></div>
                <div><dt>"Called at"</dt><dd><code>{api.base_url.to_string()}</code></dd></div>
            </dl>
            {api.problem.as_ref().map(fault)}
        </section>
        <ul class="leaves">{held}{none}</ul>
    }
    .into_any()
}

/// Returns the title of an API: `Products API` for `PRODUCTS`.
fn title(name: &str) -> String {
    let mut title = name.to_ascii_lowercase().replace('_', " ");
    if let Some(first) = title.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    title + " API"
}

/// Returns the scopes of `held` that only a call requested, not the API's configuration.
fn extra(api: &ApiOverview, held: &CachedTokenOverview) -> String {
    let extra = held
        .requested
        .iter()
        .filter(|scope| !api.scope.contains(scope));
    extra.map(String::as_str).collect::<Vec<_>>().join(" ")
}

/// Offers a login instead, if no token can be requested without one.
fn button(branch: &Branch<'_>, scope: &str, label: &'static str) -> AnyView {
    if !branch.can_ask {
        return view! { <p><LoginLink class="button button-quiet" label="Log in again"/></p> }
            .into_any();
    }
    let name = branch.declared.prefix();
    view! {
        <form method="post" action=RenewToken::PATH>
            <PageUserField/>
            <input type="hidden" name="api" value=name/>
            <input type="hidden" name="scope" value=scope.to_owned()/>
            <button class="button button-quiet" type="submit">
                {label} <span class="visually-hidden">" of the " {title(name)}</span>
            </button>
        </form>
    }
    .into_any()
}

fn not_configured(name: &str) -> impl IntoView + use<> {
    view! {
        <section class="node" data-state=State::Waiting.name()>
            <header>
                <h2>{title(name)}</h2>
                {State::Waiting.said("not configured")}
            </header>
            <p>
                "To call it, set " <code>{name.to_owned()} "_API_URL"</code> " to its address and "
                <code>{name.to_owned()} "_API_AUDIENCE"</code> " to its identifier at the provider, and restart."
            </p>
        </section>
    }
}

#[cfg(test)]
mod tests {
    use super::title;

    #[test]
    fn the_title_of_an_api_follows_from_the_prefix_of_its_variables() {
        assert_eq!(title("PRODUCTS"), "Products API");
        assert_eq!(title("PRICE_LIST"), "Price list API");
        assert_eq!(title(""), " API");
    }
}
