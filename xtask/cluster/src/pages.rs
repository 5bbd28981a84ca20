//! Reads who the user is from the answers of the site.

use reqwest::StatusCode;
use serde_json::Value;

use crate::{
    browser::Reply,
    judgement::{Answer, RowOwners},
};

/// A page or a function of the site that names the user or shows the user's rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Page {
    /// `GET /auth/profile`: the claims as JSON.
    Claims,
    /// `GET /profile`: the claims as a page.
    Profile,
    /// `GET /api/products`: the rows of the API with their owner. Needs an access token.
    ProductsFunction,
    /// `GET /products`: the rows as a page. Needs an access token.
    Products,
}

impl Page {
    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::Claims => "/auth/profile",
            Self::Profile => "/profile",
            Self::ProductsFunction => "/api/products",
            Self::Products => "/products",
        }
    }

    pub(crate) fn is_navigation(self) -> bool {
        matches!(self, Self::Profile | Self::Products)
    }

    /// Returns what the reply says about the user.
    pub(crate) fn read(self, subject: &str, reply: &Reply, rows: &RowOwners) -> Answer {
        match reply.status {
            StatusCode::OK => self.read_user(subject, &reply.body, rows),
            StatusCode::UNAUTHORIZED => Answer::Anonymous,
            status if status.is_redirection() => match &reply.location {
                Some(location) if location.path() == "/auth/login" => Answer::Anonymous,
                _ => Answer::Failed(format!("{} elsewhere", status.as_u16())),
            },
            status => Answer::Failed(status.as_u16().to_string()),
        }
    }

    fn read_user(self, subject: &str, body: &str, rows: &RowOwners) -> Answer {
        let users = match self {
            Self::Claims => json_text(body, "sub").into_iter().collect(),
            Self::ProductsFunction => match json_text(body, "owner") {
                Some(owner) => {
                    let mut users = rows.owners(&owner, json_rows(body).iter().map(String::as_str));
                    users.push(owner);
                    users
                }
                None => Vec::new(),
            },
            Self::Profile => between(body, "<td>auth0|", "<")
                .map(|login| format!("auth0|{login}"))
                .collect(),
            Self::Products => rows.owners(subject, between(body, "?edit=", "#")),
        };
        if users.is_empty() {
            return Answer::Failed("200 without the user".to_owned());
        }
        Answer::Users(users)
    }
}

fn json_text(body: &str, member: &str) -> Option<String> {
    let json: Value = serde_json::from_str(body).ok()?;
    json.get(member)?.as_str().map(str::to_owned)
}

/// Returns the identifiers of `products`.
fn json_rows(body: &str) -> Vec<String> {
    let json: Value = serde_json::from_str(body).unwrap_or_default();
    let rows = json.get("products").and_then(Value::as_array);
    rows.into_iter()
        .flatten()
        .filter_map(|row| row.get("id")?.as_str().map(str::to_owned))
        .collect()
}

/// Returns every text between `start` and `end`.
fn between<'a>(text: &'a str, start: &'a str, end: &'a str) -> impl Iterator<Item = &'a str> {
    text.split(start)
        .skip(1)
        .filter_map(move |rest| rest.split_once(end).map(|(found, _)| found))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALICE: &str = "auth0|user-1";

    fn reply(status: u16, location: Option<&str>, body: &str) -> Reply {
        Reply {
            status: StatusCode::from_u16(status).expect("a status"),
            location: location.map(|url| url.parse().expect("a URL")),
            body: body.to_owned(),
        }
    }

    fn read(page: Page, body: &str) -> Answer {
        page.read(ALICE, &reply(200, None, body), &RowOwners::default())
    }

    fn users(users: &[&str]) -> Answer {
        Answer::Users(users.iter().map(|user| (*user).to_owned()).collect())
    }

    #[test]
    fn each_page_names_its_user() {
        let claims = r#"{"sub":"auth0|user-1","name":"User"}"#;
        assert_eq!(read(Page::Claims, claims), users(&[ALICE]));
        let page = "<tr><th><code>sub</code></th><td>auth0|user-2</td></tr>";
        assert_eq!(read(Page::Profile, page), users(&["auth0|user-2"]));
        let rows = r#"{"owner":"auth0|user-2","products":[{"id":"a"}]}"#;
        let expected = users(&["auth0|user-2", "auth0|user-2"]);
        assert_eq!(read(Page::ProductsFunction, rows), expected);
    }

    #[test]
    fn a_page_with_a_row_of_another_user_names_that_user() {
        let rows = RowOwners::default();
        let json = r#"{"owner":"auth0|user-2","products":[{"id":"b"}]}"#;
        Page::ProductsFunction.read(ALICE, &reply(200, None, json), &rows);
        let page =
            r#"<a href="/products?edit=a#editor">Edit</a><a href="/products?edit=b#editor">"#;
        let answer = Page::Products.read(ALICE, &reply(200, None, page), &rows);
        assert_eq!(answer, users(&[ALICE, "auth0|user-2"]));
    }

    #[test]
    fn a_401_and_a_redirect_to_the_login_are_anonymous() {
        let rows = RowOwners::default();
        let login = "http://127.0.0.1:8080/auth/login?returnTo=%2Fproducts";
        for reply in [reply(401, None, ""), reply(303, Some(login), "")] {
            let answer = Page::Products.read(ALICE, &reply, &rows);
            assert_eq!(answer, Answer::Anonymous);
        }
    }

    #[test]
    fn an_answer_without_a_user_is_a_failure_and_not_a_success() {
        for page in [
            Page::Claims,
            Page::Profile,
            Page::ProductsFunction,
            Page::Products,
        ] {
            assert!(
                matches!(read(page, "<html></html>"), Answer::Failed(_)),
                "{page:?}"
            );
        }
        let failed = Page::Claims.read(ALICE, &reply(503, None, ""), &RowOwners::default());
        assert_eq!(failed, Answer::Failed("503".to_owned()));
    }
}
