//! The authorization and the logout endpoint.

use http::HeaderMap;

use super::{
    AuthorizationResponse, CLIENT_ID, Endpoint, FakeProvider, ORDERS, PRODUCTS, RecordedRequest,
    Reply, grants::Grant, request_log::pairs,
};

impl FakeProvider {
    /// Follows the redirect to the provider, authenticates `user`, and returns the authorization response.
    pub fn authorize(&self, location: &str, user: &str) -> AuthorizationResponse {
        let url = url::Url::parse(location).unwrap();
        let request = RecordedRequest {
            endpoint: Endpoint::Authorize,
            form: pairs(url.query().unwrap_or_default().as_bytes()),
            authorization: None,
            path: url.path().to_owned(),
            headers: HeaderMap::new(),
            certificate: None,
        };
        let request = self.resolve(request);
        let required = |name: &str| {
            request
                .get(name)
                .unwrap_or_else(|| panic!("the authorization request lacks {name}"))
                .to_owned()
        };
        assert_eq!(required("response_type"), "code");
        assert_eq!(required("client_id"), CLIENT_ID);
        assert_eq!(required("code_challenge_method"), "S256");
        assert!(required("scope").split(' ').any(|word| word == "openid"));
        let (state, nonce) = (required("state"), required("nonce"));
        assert!(nonce.len() <= 43, "the conformance suite's limit");
        self.0.secrets.add("state", &state);
        self.0.secrets.add("nonce", &nonce);

        let by_resource = self.state().policy.resource_indicators;
        let name = if by_resource { "resource" } else { "audience" };
        // RFC 8707 §2 allows several `resource` parameters. The code is for the first one.
        let audience = request.all(name).first().copied().map(str::to_owned);
        let known = |audience: &String| [PRODUCTS, ORDERS].contains(&audience.as_str());
        let error = self.state().policy.authorization_errors.pop_front();
        let response = if let Some((code, description)) = error {
            AuthorizationResponse::new(&[
                ("error", code),
                ("error_description", description),
                ("state", &state),
            ])
        } else if let Some(unknown) = audience.as_ref().filter(|name| !known(name)) {
            let text = format!("Service not found: {unknown}");
            AuthorizationResponse::new(&[
                ("error", "access_denied"),
                ("error_description", &text),
                ("state", &state),
            ])
        } else {
            let mut provider = self.state();
            let code = provider.grants.unique("code");
            provider.grants.counter += 1;
            let family = provider.grants.counter;
            let grant = Grant {
                user: user.to_owned(),
                audience,
                scope: required("scope"),
                nonce,
                details: request
                    .get("authorization_details")
                    .map(|text| serde_json::from_str(text).unwrap()),
                redirect_uri: required("redirect_uri"),
                challenge: required("code_challenge"),
                key: request.get("dpop_jkt").map(str::to_owned),
                family,
            };
            provider.grants.codes.insert(code.clone(), grant);
            self.0.secrets.add("code", &code);
            AuthorizationResponse::new(&[("code", &code), ("state", &state)])
        };
        self.record(request);
        response
    }

    /// Responds with an error of the policy, `login_required` for `prompt=none`, or a login page.
    pub(super) fn authorize_over_http(&self, request: &RecordedRequest) -> Reply {
        let (error, checks) = {
            let mut state = self.state();
            let error = state.policy.authorization_errors.pop_front();
            (error, state.policy.authorization.clone())
        };
        let redirect = |code: &str, description: &str| {
            let mut response = vec![("error", code)];
            if !description.is_empty() {
                response.push(("error_description", description));
            }
            response.push(("state", request.get("state").unwrap_or_default()));
            let url = AuthorizationResponse::new(&response)
                .url(request.get("redirect_uri").unwrap_or_default());
            Reply::status(302).with_header("location", &url)
        };
        if let Some((code, description)) = error {
            return redirect(code, description);
        }
        let is_silent = request.get("prompt") == Some("none");
        if let Some(status) = checks
            .error_page
            .or(checks.prompt_none_page.filter(|_| is_silent))
        {
            return Reply::status(status);
        }
        if let Some((status, text)) = checks.unknown_client
            && request.get("client_id") != Some(CLIENT_ID)
        {
            return Reply::text(status, "text/html", text);
        }
        if let Some((callbacks, status, text)) = &checks.registered_callbacks {
            let requested = request.get("redirect_uri").unwrap_or_default();
            if !callbacks.iter().any(|callback| callback == requested) {
                return Reply::text(*status, "text/html", text);
            }
        }
        let name = if self.state().policy.resource_indicators {
            "resource"
        } else {
            "audience"
        };
        let unknown = request
            .all(name)
            .into_iter()
            .find(|audience| ![PRODUCTS, ORDERS].contains(audience))
            .map(str::to_owned);
        if let Some(unknown) = unknown.filter(|_| checks.rejects_unknown_audience) {
            return match checks.unknown_audience_page {
                Some(status) => Reply::status(status),
                None => redirect("access_denied", &format!("Service not found: {unknown}")),
            };
        }
        let scope: Vec<&str> = request
            .get("scope")
            .unwrap_or_default()
            .split(' ')
            .collect();
        if let Some(rejected) = checks
            .rejected_scopes
            .iter()
            .find(|rejected| scope.contains(rejected))
        {
            let description = format!("The client may not have the scope '{rejected}'.");
            return redirect(
                "invalid_scope",
                if checks.describes_rejected_scopes {
                    &description
                } else {
                    ""
                },
            );
        }
        if checks.offline_access_requires_consent
            && scope.contains(&"offline_access")
            && request.get("prompt") != Some("consent")
        {
            return redirect(
                "invalid_request",
                "offline_access requires the prompt consent",
            );
        }
        if is_silent {
            redirect("login_required", "Login required")
        } else {
            Reply::text(200, "text/html", "<h1>Log in</h1>")
        }
    }

    /// Logs out without a session.
    pub(super) fn end_session(&self, request: &RecordedRequest) -> Reply {
        let checks = self.state().policy.logout.clone();
        if checks.requires_confirmation {
            return Reply::text(200, "text/html", "<h1>Do you want to log out?</h1>");
        }
        let names = ["post_logout_redirect_uri", "logout_uri", "returnTo"];
        let Some(url) = names.iter().find_map(|name| request.get(name)) else {
            return Reply::text(200, "text/html", "<h1>You are logged out</h1>");
        };
        if checks.requires_id_token_hint && request.get("id_token_hint").is_none() {
            let text = "post_logout_redirect_uri is set but id_token_hint is missing";
            return Reply::text(400, "text/plain", text);
        }
        if let Some((urls, status, text)) = &checks.registered_urls
            && !urls.iter().any(|registered| registered == url)
        {
            return Reply::text(*status, "text/html", text);
        }
        Reply::status(302).with_header("location", url)
    }
}
