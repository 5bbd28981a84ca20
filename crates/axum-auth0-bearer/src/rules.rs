//! What makes a signed JWT an access token for this API: [RFC 9068 §4](https://www.rfc-editor.org/rfc/rfc9068#section-4), and what
//! providers do differently, as data.

use std::borrow::Cow;

/// The name or the value of a claim.
pub(super) type Text = Cow<'static, str>;

pub(super) fn names<const N: usize>(names: [&'static str; N]) -> Vec<Text> {
    names.map(Cow::Borrowed).into()
}

/// The rules of a profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rules {
    pub(super) mark: Mark,
    /// The media types in `typ` of the header, in lower case; an empty one stands for none.
    pub(super) types: Vec<Text>,
    /// The claims that hold the client; the first with a value counts.
    pub(super) client_claims: Vec<Text>,
    pub(super) subject_claim: Text,
    pub(super) required_claims: Vec<Text>,
    pub(super) refused_claims: Vec<Text>,
    pub(super) refused_jti_prefix: Option<Text>,
    pub(super) recipient: Recipient,
    pub(super) client_in_audience: ClientInAudience,
    pub(super) nonce: Nonce,
    /// What tells the tokens of applications.
    pub(super) applications: Vec<Principal>,
}

/// What tells an access token from an ID token of the same provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// The media type `at+jwt`.
    Type,
    /// The value of a claim.
    Value(Text, Text),
    /// All of these claims.
    Claims(Vec<Text>),
    /// One of these claims at least.
    AnyClaim(Vec<Text>),
    /// The client, which an ID token is always for, is not among the audiences.
    NotForClient,
}

/// Whom a token must name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Recipient {
    Audience,
    Client,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ClientInAudience {
    Refused,
    Accepted,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Nonce {
    Refused,
    Accepted,
}

/// A sign that a token belongs to an application and to no user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Principal {
    Lacks(Text),
    Has(Text, Text),
    /// The claim is `service-account-` and the client.
    ServiceAccount(Text),
}

impl Rules {
    /// The rules of RFC 9068 with another mark.
    pub(super) fn new(mark: Mark) -> Self {
        Self {
            mark,
            types: Vec::new(),
            client_claims: names(["client_id"]),
            subject_claim: "sub".into(),
            required_claims: Vec::new(),
            refused_claims: Vec::new(),
            refused_jti_prefix: None,
            recipient: Recipient::Audience,
            client_in_audience: ClientInAudience::Refused,
            nonce: Nonce::Refused,
            applications: Vec::new(),
        }
    }
}
