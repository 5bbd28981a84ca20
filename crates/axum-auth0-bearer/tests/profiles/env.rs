//! A provider with the tokens of another one.

use std::sync::Arc;

use axum_auth0_bearer::{
    BearerErrorKind, Profile, VerifiedToken, Verifier,
    clock::MockClock,
    http_client::{HttpClient, HttpClientOptions},
    provider::{Issuer, Provider},
};
use serde_json::{Value, json};
use test_support::{FakeProvider, SecretScanner, Signer};

pub(crate) const API: &str = "https://products.example.com";
pub(crate) const CLIENT: &str = "0oa1gjh63g214q0Hq0g4";
/// 2026-11-28T12:00:00Z
pub(crate) const NOW: i64 = 1_795_867_200;

/// Header and claims of a token. Its issuer is `ISSUER`, for which the fake provider puts its own.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) header: Value,
    pub(crate) claims: Value,
}

impl Token {
    pub(crate) fn new(header: Value, claims: Value) -> Self {
        Self { header, claims }
    }

    /// Changes claims; `null` removes one.
    pub(crate) fn with(&self, changes: Value) -> Self {
        Self {
            header: self.header.clone(),
            claims: changed(self.claims.clone(), changes),
        }
    }

    /// Changes header parameters; `null` removes one.
    pub(crate) fn with_header(&self, changes: Value) -> Self {
        Self {
            header: changed(self.header.clone(), changes),
            claims: self.claims.clone(),
        }
    }

    /// As it comes with a refresh: nothing in it is of the login.
    pub(crate) fn refreshed(&self) -> Self {
        self.with(json!({ "nonce": null, "at_hash": null, "c_hash": null }))
    }
}

fn changed(mut object: Value, changes: Value) -> Value {
    let members = object.as_object_mut().unwrap();
    let Value::Object(changes) = changes else {
        panic!("changes are an object");
    };
    for (name, value) in changes {
        if value.is_null() {
            members.remove(&name);
        } else {
            members.insert(name, value);
        }
    }
    object
}

/// A provider on a free port, and an API that trusts it.
pub(crate) struct TestEnv {
    pub(crate) fake: FakeProvider,
    pub(crate) provider: Provider,
}

impl TestEnv {
    pub(crate) async fn new() -> Self {
        Self::with_key(Signer::es256("first", 1)).await
    }

    pub(crate) async fn with_key(signer: Signer) -> Self {
        test_support::log_capture::start();
        let clock = MockClock::at(NOW);
        let fake = FakeProvider::start("/", Arc::clone(&clock), SecretScanner::default()).await;
        fake.sign_with(&signer);
        let issuer = Issuer::parse(fake.issuer()).unwrap();
        let http_client = HttpClient::new(HttpClientOptions::default()).unwrap();
        let provider = Provider::new(issuer, http_client, clock);
        Self { fake, provider }
    }

    /// A verifier for the API with this profile.
    pub(crate) fn verifier(&self, profile: impl Into<Profile>) -> Verifier {
        Verifier::with_provider(self.provider.clone(), API).profile(profile)
    }

    /// The token as the provider signs it.
    pub(crate) fn signed(&self, token: &Token) -> String {
        self.signed_by(&self.fake.signer(), token)
    }

    pub(crate) fn signed_by(&self, signer: &Signer, token: &Token) -> String {
        let mut header = changed(signer.header(), json!({ "typ": null }));
        header = changed(header, token.header.clone());
        let mut claims = token.claims.clone();
        if claims["iss"] == "ISSUER" {
            claims["iss"] = json!(self.fake.issuer());
        }
        signer.sign_with_header(&header, &claims)
    }

    pub(crate) async fn accepted(&self, verifier: &Verifier, token: &Token) -> VerifiedToken {
        let bearer = verifier.verify(&self.signed(token)).await;
        bearer.unwrap_or_else(|error| panic!("{error} ({token:?})"))
    }

    pub(crate) async fn rejected(&self, verifier: &Verifier, token: &Token) -> BearerErrorKind {
        match verifier.verify(&self.signed(token)).await {
            Err(error) => error.kind().clone(),
            Ok(_) => panic!("accepted: {token:?}"),
        }
    }

    /// What every profile refuses: a token for another API, from another issuer, with another signature, that has ended, that is
    /// bound to a key; and the ID token, as it is, as it comes with a refresh, and with the API among its audiences.
    pub(crate) async fn refuses_all_others(
        &self,
        verifier: &Verifier,
        access_token: &Token,
        id_token: &Token,
    ) {
        self.accepted(verifier, access_token).await;
        let case = |changes| access_token.with(changes);
        for (token, reason) in [
            (
                case(json!({ "aud": "https://orders.example.com" })),
                BearerErrorKind::WrongAudience,
            ),
            (
                case(json!({ "aud": [format!("{API}/"), "account"] })),
                BearerErrorKind::WrongAudience,
            ),
            (
                case(json!({ "iss": "https://evil.example.com/" })),
                BearerErrorKind::WrongIssuer,
            ),
            (
                case(json!({ "iss": format!("{}x", self.fake.issuer()) })),
                BearerErrorKind::WrongIssuer,
            ),
            (case(json!({ "exp": NOW - 31 })), BearerErrorKind::Expired),
            (
                case(json!({ "iat": NOW + 31 })),
                BearerErrorKind::NotYetValid,
            ),
            (
                case(json!({ "cnf": { "jkt": "thumbprint" } })),
                BearerErrorKind::SenderConstrained,
            ),
            (
                case(json!({ "at_hash": "hash" })),
                BearerErrorKind::NotAnAccessToken,
            ),
            (
                case(json!({ "exp": "tomorrow" })),
                BearerErrorKind::MalformedToken,
            ),
            (
                case(json!({ "exp": 1e308 })),
                BearerErrorKind::MalformedToken,
            ),
        ] {
            assert_eq!(self.rejected(verifier, &token).await, reason, "{token:?}");
        }
        let forged = self.signed_by(&Signer::es256("first", 66), access_token);
        let error = verifier.verify(&forged).await.unwrap_err();
        assert_eq!(error.kind(), &BearerErrorKind::WrongSignature);
        for token in [id_token.clone(), id_token.refreshed()] {
            self.rejected(verifier, &token).await;
            let client = token.claims["aud"].clone();
            self.rejected(verifier, &token.with(json!({ "aud": [client, API] })))
                .await;
        }
    }
}
