//! The tree: the login, its refresh token, and a branch for each API.

use app::server::apis;
use axum_auth0::{PageUser, SignedInUser, TokensOverview};
use leptos::prelude::*;

use super::{
    REVOKE_PATH,
    api_card::{ApiCard, api_card},
    claims::claims,
    problem::problem,
    site::{Site, page_user_field},
    status::Status,
};

/// Shows the whole tree of the tokens of `user`.
pub(super) fn tree(
    site: &Site,
    user: &SignedInUser,
    overview: &TokensOverview,
) -> impl IntoView + use<> {
    let page_user = user.page_user();
    let cards = apis().map(|declared| {
        let api = overview
            .apis
            .iter()
            .find(|api| api.name == declared.prefix());
        let asked_by_login = declared.prefix() == apis()[0].prefix();
        let can_ask = overview.is_refreshable;
        let card = ApiCard {
            site,
            page_user: &page_user,
            declared,
            api,
            asked_by_login,
            can_ask,
            now: overview.now,
        };
        view! {
            <li class="branch">
                {api_card(&card)}
            </li>
        }
    });
    view! {
        <div class="tree">
            {login(user.subject(), overview)}
            {refresh_token(site, &page_user, overview)}
            <ul class="branches">{cards}</ul>
        </div>
    }
}

fn login(subject: &str, overview: &TokensOverview) -> impl IntoView + use<> {
    let (status, words) = if overview.is_outdated {
        (Status::Wrong, "made with another configuration")
    } else {
        (Status::Good, "signed in")
    };
    let outdated = overview.is_outdated.then(|| {
        view! {
            <div class="fault">
                <p>
                    "The provider or the application in the configuration is another one than at this login, so its tokens "
                    "are not used."
                </p>
                <p><strong>"How to fix it: "</strong> "Log out and in again."</p>
            </div>
        }
    });
    let id_token = overview.id_token.as_ref().map(|token| {
        view! {
            <h3>"ID token"</h3>
            {claims(token)}
        }
    });
    view! {
        <section class="node" data-state=status.name()>
            <header>
                <h2>"Login"</h2>
                {status.label(words)}
            </header>
            <p><code>{subject.to_owned()}</code></p>
            {outdated}
            {id_token}
        </section>
    }
}

fn refresh_token(
    site: &Site,
    page_user: &PageUser,
    overview: &TokensOverview,
) -> impl IntoView + use<> {
    let (status, words) = match (overview.is_refreshable, overview.refresh_outcome_unknown) {
        (false, _) => (Status::Wrong, "none"),
        (true, true) => (Status::Waiting, "held; the last refresh had no answer"),
        (true, false) => (Status::Good, "held"),
    };
    let content = if overview.is_refreshable {
        view! {
            <p>
                "Good for new access tokens, of every API that the application may use. It never leaves the server, and the "
                "provider may exchange it at each use."
            </p>
            <form method="post" action=site.path(REVOKE_PATH)>
                {page_user_field(page_user)}
                <button class="button button-danger" type="submit">"Revoke it"</button>
            </form>
        }
        .into_any()
    } else {
        view! {
            <p>"The access tokens below live to their end. After that, and for any other API, there has to be a new login."</p>
            {overview.problem.as_ref().map(problem)}
        }
        .into_any()
    };
    view! {
        <section class="node" data-state=status.name()>
            <header>
                <h2>"Refresh token"</h2>
                {status.label(words)}
            </header>
            {content}
        </section>
    }
}
