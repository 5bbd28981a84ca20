//! A JSON response.

use reqwest::{Response, StatusCode};
use serde_json::Value;

/// The status, headers and JSON body of a response.
#[derive(Debug)]
pub(crate) struct JsonResponse {
    pub(crate) status: StatusCode,
    pub(crate) json: Value,
    pub(crate) headers: reqwest::header::HeaderMap,
}

impl JsonResponse {
    pub(crate) async fn read(response: Response) -> Self {
        let status = response.status();
        let headers = response.headers().clone();
        let text = response.text().await.unwrap();
        Self {
            status,
            headers,
            json: serde_json::from_str(&text).unwrap_or(Value::Null),
        }
    }

    pub(crate) fn text(&self, name: &str) -> &str {
        self.json[name]
            .as_str()
            .unwrap_or_else(|| panic!("{name} is missing in {:?}", self.json))
    }

    /// Asserts that the response is this OAuth error.
    #[track_caller]
    pub(crate) fn is_error(&self, status: u16, error: &str, description: &str) {
        assert_eq!((self.status.as_u16(), self.text("error")), (status, error));
        assert_eq!(self.text("error_description"), description);
    }
}
