//! Two APIs on one page: each has its own audience and gets its own access token from the same login.

mod access_tokens;
mod outages;
mod placing;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;

use super::forms::names;
use crate::{
    browser::{Browser, Response},
    html::Form,
    test_env::{RecordedExchange, TestEnv, TestEnvBuilder},
};

const ORDER: &str = "/api/orders";

/// Returns the unverified claims of a call's token. The API has verified it.
pub(crate) fn claims(call: &RecordedExchange) -> Value {
    let payload = call.bearer_token().unwrap().split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

/// Returns the lines of the section *My orders*.
fn orders(page: &Response) -> Vec<String> {
    let section = page.html().texts_where("class", "orders").remove(0);
    let lines = section.split(" × ").skip(1);
    lines
        .map(|line| line.split(" 20").next().unwrap().to_owned())
        .collect()
}

fn section(page: &Response) -> String {
    page.html().texts_where("class", "orders").remove(0)
}

/// Returns the form that orders the first product of the page.
fn first_form(page: &Response) -> Form {
    page.html().form_with(ORDER, "product", &names(page)[0])
}

/// Returns the orders from the API, as the site reads them.
async fn listed(browser: &Browser) -> Vec<Value> {
    let list = browser.get_json(ORDER).await.assert_status(200).json();
    list["orders"].as_array().unwrap().clone()
}

async fn env_with_orders() -> TestEnv {
    TestEnv::with(TestEnvBuilder::add_orders).await
}
