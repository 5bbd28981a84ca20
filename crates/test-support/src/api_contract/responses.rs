//! Assertions about error responses and the `OpenAPI` description.

use std::collections::BTreeSet;

use reqwest::{Method, StatusCode};
use serde_json::Value;

use super::{ApiTestEnv, send};

impl ApiTestEnv {
    /// Asserts that `POST path` accepts JSON objects only, and not more than 16 KiB.
    pub async fn assert_only_json_objects_are_accepted(&self, path: &str) {
        let json = "application/json";
        for (media_type, body, status) in [
            (json, b"{".to_vec(), 400),
            (json, b"[]".to_vec(), 400),
            (json, b"".to_vec(), 400),
            (json, b"\xff".to_vec(), 400),
            (json, "[".repeat(10_000).into_bytes(), 400),
            ("application/x-www-form-urlencoded", b"name=x".to_vec(), 415),
            ("text/plain", b"{}".to_vec(), 415),
            (json, vec![b' '; 17 * 1024], 413),
        ] {
            let request = self
                .request(Method::POST, path)
                .bearer_auth(self.token("auth0|alice", self.scopes))
                .header("content-type", media_type);
            let response = send(request.body(body)).await;
            assert_eq!(response.status, status, "{media_type}");
            assert_eq!(response.error(), "invalid_request");
            assert!(!response.description().is_empty());
        }
    }

    /// Asserts that unknown paths answer 404 and unknown methods 405, as JSON and without CORS headers.
    pub async fn assert_unknown_routes_are_json_errors(
        &self,
        unknown_paths: &[(&str, &str)],
        unknown_methods: &[(&str, &str)],
    ) {
        let not_found = unknown_paths.iter().map(|route| (route, 404, "not_found"));
        let not_allowed = unknown_methods
            .iter()
            .map(|route| (route, 405, "method_not_allowed"));
        for ((method, path), status, error) in not_found.chain(not_allowed) {
            let request = self
                .request(method.parse().unwrap(), path)
                .header("origin", "https://evil.example.com");
            let response = send(request).await;
            assert_eq!(
                (response.status.as_u16(), response.error()),
                (status, error),
                "{method} {path}"
            );
            assert_eq!(response.header("content-type"), "application/json");
            assert_eq!(response.header("x-content-type-options"), "nosniff");
            assert_eq!(response.header("access-control-allow-origin"), "");
            if status == 405 {
                assert!(!response.header("allow").is_empty(), "{method} {path}");
            }
        }
    }

    /// Asserts that `/openapi.json` describes these routes and no others, and that they exist.
    pub async fn assert_openapi_describes(&self, routes: &[&str]) {
        let document = send(self.request(Method::GET, "/openapi.json")).await;
        assert_eq!(
            (document.status, document.header("content-type")),
            (StatusCode::OK, "application/json")
        );
        assert_eq!(document.body["openapi"], "3.1.0");
        let mut described = BTreeSet::new();
        for (path, item) in document.body["paths"].as_object().unwrap() {
            let members = item.as_object().unwrap().iter();
            for (method, operation) in members.filter(|(name, _)| *name != "parameters") {
                described.insert(format!("{} {path}", method.to_uppercase()));
                self.assert_operation_exists(method, path, operation).await;
            }
        }
        let expected: BTreeSet<String> = routes.iter().map(|&route| route.to_owned()).collect();
        assert_eq!(described, expected);
        assert_references_resolve(&document.body, &document.body);
    }

    async fn assert_operation_exists(&self, method: &str, path: &str, operation: &Value) {
        let responses = &operation["responses"];
        let protected = operation["security"]
            .as_array()
            .is_some_and(|security| !security.is_empty());
        let expected = if protected {
            assert!(responses["401"].is_object() && responses["403"].is_object());
            StatusCode::UNAUTHORIZED
        } else {
            StatusCode::OK
        };
        let path = path.replace("{id}", "0123456789abcdef0123456789abcdef");
        let method: Method = method.to_uppercase().parse().unwrap();
        let response = send(self.request(method.clone(), &path)).await;
        assert_eq!(response.status, expected, "{method} {path}");
        assert!(
            responses[expected.as_str()].is_object(),
            "{method} {path} lacks {expected}"
        );
    }
}

fn assert_references_resolve(document: &Value, part: &Value) {
    match part {
        Value::Object(members) => {
            if let Some(reference) = members.get("$ref") {
                let pointer = reference.as_str().unwrap().trim_start_matches('#');
                assert!(document.pointer(pointer).is_some(), "{reference}");
            }
            members
                .values()
                .for_each(|member| assert_references_resolve(document, member));
        }
        Value::Array(items) => items
            .iter()
            .for_each(|item| assert_references_resolve(document, item)),
        _ => {}
    }
}
