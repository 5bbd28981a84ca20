//! A key of the provider.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::DecodingKey;
use ring::agreement::{ECDH_P256, ECDH_P384};
use serde_json::{Map, Value};

use super::{ed25519, ring_backend, rsa, skipped_key::SkipReason};
use crate::{
    json,
    jwt::{Algorithm, CompactJwt},
};

/// Members of private and symmetric keys. A published key with one of them is compromised.
const PRIVATE_MEMBERS: [&str; 7] = ["d", "p", "q", "dp", "dq", "qi", "k"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum KeyType {
    Rsa,
    P256,
    P384,
    Ed25519,
}

/// A public signature key.
#[derive(Clone, Debug)]
pub(super) struct Key {
    id: Option<String>,
    alg: Option<Algorithm>,
    kty: KeyType,
    /// The components of the key, for comparison with other keys.
    components: Vec<Vec<u8>>,
    decoding: DecodingKey,
}

impl Key {
    /// Reads one entry of a JWK Set ([RFC 7517](https://www.rfc-editor.org/rfc/rfc7517)).
    ///
    /// # Errors
    /// [`SkipReason`] for an unsupported key type or curve, and for an encryption, symmetric, private or weak key.
    pub(super) fn from_json(entry: &Value) -> Result<Self, SkipReason> {
        let entry = entry.as_object().ok_or(SkipReason::NotAnObject)?;
        if !is_for_signatures(entry) {
            return Err(SkipReason::NotForSignatures);
        }
        if PRIVATE_MEMBERS
            .iter()
            .any(|member| json::member(entry, member).is_some())
        {
            return Err(SkipReason::Secret);
        }
        let id = text(entry, "kid")?.map(str::to_owned);
        let (kty, components) = key_components(entry)?;
        let alg = text(entry, "alg")?
            .map(|name| name.parse().map_err(|_| SkipReason::UnsupportedAlgorithm))
            .transpose()?;
        let decoding = build_decoding_key(kty, &components).ok_or(SkipReason::NotOnCurve)?;
        let key = Self {
            id,
            alg,
            kty,
            components,
            decoding,
        };
        if !Algorithm::ALL
            .iter()
            .any(|algorithm| key.supports(*algorithm))
        {
            return Err(SkipReason::UnsupportedAlgorithm);
        }
        Ok(key)
    }

    pub(super) fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// Returns whether this key verifies signatures of this algorithm.
    pub(super) fn supports(&self, algorithm: Algorithm) -> bool {
        self.alg.is_none_or(|alg| alg == algorithm) && key_type_of(algorithm) == self.kty
    }

    pub(super) fn is_same_key_as(&self, other: &Self) -> bool {
        self.kty == other.kty && self.components == other.components
    }

    /// Verifies a signature. The backend is fixed: a process-wide choice of another one has no effect.
    pub(super) fn verifies(
        &self,
        algorithm: Algorithm,
        signed: &[u8],
        signature: &Vec<u8>,
    ) -> bool {
        (ring_backend::PROVIDER.verifier_factory)(&algorithm.to_jsonwebtoken(), &self.decoding)
            .is_ok_and(|verifier| verifier.verify(signed, signature).is_ok())
    }
}

/// Returns whether `jwk`, which a token carries itself, verifies its signature. `None` if it is not a public signature
/// key for `algorithm`. Only a `DPoP` proof (RFC 9449) carries its key.
pub(crate) fn verify_with_own_key(
    token: &CompactJwt<'_>,
    jwk: &Value,
    algorithm: Algorithm,
) -> Option<bool> {
    let key = Key::from_json(jwk).ok()?;
    key.supports(algorithm)
        .then(|| key.verifies(algorithm, token.signing_input(), token.signature()))
}

/// Returns the `kid` of an entry for the log, if it can be read.
pub(super) fn kid_of(entry: &Value) -> Option<&str> {
    json::member(entry.as_object()?, "kid")?.as_str()
}

fn text<'entry>(
    entry: &'entry Map<String, Value>,
    name: &'static str,
) -> Result<Option<&'entry str>, SkipReason> {
    json::member(entry, name)
        .map(|value| value.as_str().ok_or(SkipReason::Malformed(name)))
        .transpose()
}

fn is_for_signatures(entry: &Map<String, Value>) -> bool {
    let for_signatures = json::member(entry, "use").is_none_or(|purpose| purpose == "sig");
    let verifies = match entry.get("key_ops") {
        Some(Value::Array(operations)) => operations.iter().any(|operation| operation == "verify"),
        _ => true,
    };
    for_signatures && verifies
}

fn key_components(entry: &Map<String, Value>) -> Result<(KeyType, Vec<Vec<u8>>), SkipReason> {
    let number = |name: &'static str| {
        let text = text(entry, name)?.ok_or(SkipReason::Malformed(name))?;
        URL_SAFE_NO_PAD
            .decode(text)
            .map_err(|_| SkipReason::NotBase64Url(name))
    };
    let of_length = |name: &'static str, length: usize| {
        let bytes = number(name)?;
        if bytes.len() == length {
            Ok(bytes)
        } else {
            Err(SkipReason::Malformed(name))
        }
    };
    let kty = text(entry, "kty")?.ok_or(SkipReason::Malformed("kty"))?;
    match (kty, text(entry, "crv")?) {
        ("RSA", _) => {
            let modulus = without_leading_zeros(&number("n")?);
            let exponent = without_leading_zeros(&number("e")?);
            rsa::check(&modulus, &exponent)?;
            Ok((KeyType::Rsa, vec![modulus, exponent]))
        }
        ("EC", Some("P-256")) => {
            let (x, y) = (of_length("x", 32)?, of_length("y", 32)?);
            check_point(&ECDH_P256, &x, &y)?;
            Ok((KeyType::P256, vec![x, y]))
        }
        ("EC", Some("P-384")) => {
            let (x, y) = (of_length("x", 48)?, of_length("y", 48)?);
            check_point(&ECDH_P384, &x, &y)?;
            Ok((KeyType::P384, vec![x, y]))
        }
        ("OKP", Some("Ed25519")) => {
            let point = of_length("x", 32)?;
            ed25519::check(&point)?;
            Ok((KeyType::Ed25519, vec![point]))
        }
        _ => Err(SkipReason::UnsupportedType),
    }
}

fn check_point(
    curve: &'static ring::agreement::Algorithm,
    x: &[u8],
    y: &[u8],
) -> Result<(), SkipReason> {
    // SEC 1 §2.3.3: 0x04 introduces an uncompressed point.
    let point = [&[4], x, y].concat();
    ring_backend::is_on_curve(curve, &point)
        .then_some(())
        .ok_or(SkipReason::NotOnCurve)
}

/// Removes leading zero bytes. Some providers prepend one to the modulus, as ASN.1 does.
fn without_leading_zeros(bytes: &[u8]) -> Vec<u8> {
    bytes
        .iter()
        .copied()
        .skip_while(|byte| *byte == 0)
        .collect()
}

fn build_decoding_key(kty: KeyType, components: &[Vec<u8>]) -> Option<DecodingKey> {
    let encoded = |index: usize| {
        components
            .get(index)
            .map(|bytes| URL_SAFE_NO_PAD.encode(bytes))
    };
    match kty {
        KeyType::Rsa => Some(DecodingKey::from_rsa_raw_components(
            components.first()?,
            components.get(1)?,
        )),
        KeyType::P256 | KeyType::P384 => {
            DecodingKey::from_ec_components(&encoded(0)?, &encoded(1)?).ok()
        }
        KeyType::Ed25519 => DecodingKey::from_ed_components(&encoded(0)?).ok(),
    }
}

fn key_type_of(algorithm: Algorithm) -> KeyType {
    match algorithm {
        Algorithm::Rs256
        | Algorithm::Rs384
        | Algorithm::Rs512
        | Algorithm::Ps256
        | Algorithm::Ps384
        | Algorithm::Ps512 => KeyType::Rsa,
        Algorithm::Es256 => KeyType::P256,
        Algorithm::Es384 => KeyType::P384,
        Algorithm::EdDsa => KeyType::Ed25519,
    }
}
