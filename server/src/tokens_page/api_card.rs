//! One API: its configuration, its cached access tokens, and their problems.

use axum_auth0::{ApiOverview, ApiRegistration, CachedTokenOverview, PageUser};
use leptos::prelude::*;

use super::{
    RENEW_PATH,
    access_token::access_token,
    problem::problem,
    scopes::requested_scopes,
    site::{Site, page_user_field},
    status::Status,
};

/// The data of one API.
pub(super) struct ApiCard<'a> {
    pub(super) site: &'a Site,
    /// The user that the page is rendered for.
    pub(super) page_user: &'a PageUser,
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

/// Shows one API.
pub(super) fn api_card(card: &ApiCard<'_>) -> AnyView {
    let name = card.declared.prefix();
    let Some(api) = card.api else {
        return not_configured(name).into_any();
    };
    let (status, words) = match (&api.problem, &api.cached[..]) {
        (Some(_), _) => (Status::Wrong, "no token for it"),
        (None, []) => (Status::Waiting, "not asked for yet"),
        (None, tokens) if tokens.iter().all(|token| token.problem.is_none()) => {
            (Status::Good, "ready")
        }
        (None, _) => (Status::Wrong, "something is wrong below"),
    };
    let asks = if card.asked_by_login {
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
    let tokens = api.cached.iter().map(|cached| {
        view! {
            <li>
                {access_token(cached, card.now, button(card, &extra_scopes(api, cached), "Renew this token"))}
            </li>
        }
    });
    let tokens: Vec<_> = tokens.collect();
    // Without an audience no token can be requested.
    let none = (tokens.is_empty() && api.audience.is_some()).then(|| {
        view! {
            <li>
                <section class="node" data-state=Status::Waiting.name()>
                    <header>
                        <h3>"Access token"</h3>
                        {Status::Waiting.label("none yet")}
                    </header>
                    <p>"The first call of the API asks for one with these scopes:"</p>
                    {requested_scopes(&api.scope)}
                    {button(card, "", "Get a token")}
                </section>
            </li>
        }
    });
    view! {
        <section class="node" data-state=status.name()>
            <header>
                <h2>{title(name)}</h2>
                {status.label(words)}
            </header>
            <p class="small">{asks}</p>
            <dl class="facts">
                <div><dt>"Audience"</dt>{audience}</div>
                <div><dt>"Set by"</dt><dd><code>{api.audience_variable.clone()}</code></dd></div>
                <div><dt>"Called at"</dt><dd><code>{api.base_url.to_string()}</code></dd></div>
            </dl>
            {api.problem.as_ref().map(problem)}
        </section>
        <ul class="leaves">{tokens}{none}</ul>
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

/// Returns the scopes of `cached` that only a call requested, not the API's configuration.
fn extra_scopes(api: &ApiOverview, cached: &CachedTokenOverview) -> String {
    let extra = cached
        .requested
        .iter()
        .filter(|scope| !api.scope.contains(scope));
    extra.map(String::as_str).collect::<Vec<_>>().join(" ")
}

/// Offers a login instead, if no token can be requested without one.
fn button(card: &ApiCard<'_>, scope: &str, label: &'static str) -> AnyView {
    if !card.can_ask {
        let login = card.site.login_path();
        return view! { <p><a class="button button-quiet" href=login>"Log in again"</a></p> }
            .into_any();
    }
    let name = card.declared.prefix();
    view! {
        <form method="post" action=card.site.path(RENEW_PATH)>
            {page_user_field(card.page_user)}
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
        <section class="node" data-state=Status::Waiting.name()>
            <header>
                <h2>{title(name)}</h2>
                {Status::Waiting.label("not configured")}
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
