//! The tree: the login, its refresh token, and a branch for each API.

use super::{
    api::RevokeToken,
    branch::{Branch, branch},
    claims::claims,
    fault::fault,
    state::State,
};
use crate::server::apis;
use axum_auth0::TokensOverview;
use leptos::{prelude::*, server_fn::ServerFn as _};
use leptos_auth0::PageUserField;

/// The whole tree.
pub(super) fn drawing(subject: &str, overview: &TokensOverview) -> impl IntoView + use<> {
    let branches = apis().map(|declared| {
        let api = overview.apis.iter().find(|api| api.name == declared.prefix());
        let asked_by_login = declared.prefix() == apis()[0].prefix();
        view! {
            <li class="branch">
                {branch(&Branch { declared, api, asked_by_login, can_ask: overview.is_refreshable, now: overview.now })}
            </li>
        }
    });
    view! {
        <div class="tree">
            {login(subject, overview)}
            {refresh_token(overview)}
            <ul class="branches">{branches}</ul>
        </div>
    }
}

fn login(subject: &str, overview: &TokensOverview) -> impl IntoView + use<> {
    let (state, words) = if overview.is_outdated {
        (State::Wrong, "made with another configuration")
    } else {
        (State::Good, "signed in")
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
        <section class="node" data-state=state.name()>
            <header>
                <h2>"Login"</h2>
                {state.said(words)}
            </header>
            <p><code>{subject.to_owned()}</code></p>
            {outdated}
            {id_token}
        </section>
    }
}

fn refresh_token(overview: &TokensOverview) -> impl IntoView + use<> {
    let (state, words) = match (overview.is_refreshable, overview.refresh_outcome_unknown) {
        (false, _) => (State::Wrong, "none"),
        (true, true) => (State::Waiting, "held; the last refresh had no answer"),
        (true, false) => (State::Good, "held"),
    };
    let told = if overview.is_refreshable {
        view! {
            <p>
                "Good for new access tokens, of every API that the application may use. It never leaves the server, and the "
                "provider may exchange it at each use."
            </p>
            <form method="post" action=RevokeToken::PATH>
                <PageUserField/>
                <button class="button button-danger" type="submit">"Revoke it"</button>
            </form>
        }
        .into_any()
    } else {
        view! {
            <p>"The access tokens below live to their end. After that, and for any other API, there has to be a new login."</p>
            {overview.problem.as_ref().map(fault)}
        }
        .into_any()
    };
    view! {
        <section class="node" data-state=state.name()>
            <header>
                <h2>"Refresh token"</h2>
                {state.said(words)}
            </header>
            {told}
        </section>
    }
}
