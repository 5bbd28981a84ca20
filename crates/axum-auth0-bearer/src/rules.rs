//! The rules that distinguish access tokens from other signed JWTs:
//! [RFC 9068 §4](https://www.rfc-editor.org/rfc/rfc9068#section-4) and the deviations of providers, as data.

use std::borrow::Cow;

/// The name or the value of a claim.
pub(super) type Text = Cow<'static, str>;

pub(super) fn names<const N: usize>(names: [&'static str; N]) -> Vec<Text> {
    names.map(Cow::Borrowed).into()
}

/// The rules of a profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rules {
    pub(super) marker: AccessTokenMarker,
    /// Accepted media types in `typ` of the header, in lower case. The empty string means that `typ` is absent.
    pub(super) types: Vec<Text>,
    /// The claims that hold the client. The first claim with a value is used.
    pub(super) client_claims: Vec<Text>,
    pub(super) subject_claim: Text,
    pub(super) required_claims: Vec<Text>,
    pub(super) rejected_claims: Vec<Text>,
    pub(super) rejected_jti_prefix: Option<Text>,
    pub(super) recipient: Recipient,
    pub(super) client_in_audience: ClientInAudience,
    pub(super) nonce: Nonce,
    /// Markers of tokens with a client as principal.
    pub(super) client_markers: Vec<ClientMarker>,
}

/// The marker that distinguishes an access token from an ID token of the same provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum AccessTokenMarker {
    /// The media type `at+jwt`.
    MediaType,
    /// The value of a claim.
    Value(Text, Text),
    /// All of these claims have a value.
    Claims(Vec<Text>),
    /// At least one of these claims has a value.
    AnyClaim(Vec<Text>),
    /// The audiences do not include the client, which is the audience of every ID token.
    NotForClient,
}

/// The party that a token must be issued for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Recipient {
    Audience,
    Client,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ClientInAudience {
    Rejected,
    Accepted,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Nonce {
    Rejected,
    Accepted,
}

/// A marker of tokens whose principal is a client and not a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ClientMarker {
    Lacks(Text),
    Has(Text, Text),
    /// The claim is `service-account-` followed by the client.
    ServiceAccount(Text),
}

impl Rules {
    /// Returns the rules of RFC 9068 with this marker.
    pub(super) fn new(marker: AccessTokenMarker) -> Self {
        Self {
            marker,
            types: Vec::new(),
            client_claims: names(["client_id"]),
            subject_claim: "sub".into(),
            required_claims: Vec::new(),
            rejected_claims: Vec::new(),
            rejected_jti_prefix: None,
            recipient: Recipient::Audience,
            client_in_audience: ClientInAudience::Rejected,
            nonce: Nonce::Rejected,
            client_markers: Vec::new(),
        }
    }
}
