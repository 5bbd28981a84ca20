//! W3C Trace Context (<https://www.w3.org/TR/trace-context/>): propagates the trace of a request to the calls that it
//! causes.

use std::fmt;

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::random::{self, RandomSource};

pub(crate) const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
pub(crate) const TRACESTATE: HeaderName = HeaderName::from_static("tracestate");

/// Length of a `traceparent` of version 00 (§3.2.2). Later versions begin with the same number of characters.
const TRACEPARENT_LENGTH: usize = 55;

/// Limits of a propagated `tracestate`: 512 characters, 32 members (§3.3.1). If it is longer, members of more than 128
/// characters are dropped first (§3.3.1.5).
const MAX_STATE: usize = 512;
const MAX_MEMBERS: usize = 32;
const LARGE_MEMBER: usize = 128;

/// The trace of a request.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct TraceContext {
    trace_id: u128,
    is_sampled: bool,
    state: Option<HeaderValue>,
}

impl TraceContext {
    /// Returns the trace of the request with `headers`, or a new one.
    pub(crate) fn of(headers: &HeaderMap, random: &dyn RandomSource) -> Self {
        let mut parents = headers.get_all(TRACEPARENT).iter();
        let parsed = match (parents.next(), parents.next()) {
            (Some(parent), None) => parent.to_str().ok().and_then(parse),
            _ => None,
        };
        match parsed {
            Some((trace_id, is_sampled)) => Self {
                trace_id,
                is_sampled,
                state: state(headers),
            },
            // §3.3: without a valid traceparent, a tracestate is ignored.
            None => Self {
                trace_id: u128::from_be_bytes(random::bytes(random)).max(1),
                is_sampled: false,
                state: None,
            },
        }
    }

    /// Writes the trace to the headers of a call, with a new parent-id (§3.2.2.4).
    pub(crate) fn write(&self, headers: &mut HeaderMap, random: &dyn RandomSource) {
        let parent_id = u64::from_be_bytes(random::bytes(random)).max(1);
        let flags = u8::from(self.is_sampled);
        let parent = format!("00-{:032x}-{parent_id:016x}-{flags:02x}", self.trace_id);
        if let Ok(parent) = HeaderValue::try_from(parent) {
            headers.insert(TRACEPARENT, parent);
            if let Some(state) = &self.state {
                headers.insert(TRACESTATE, state.clone());
            }
        }
    }
}

/// Formats the trace-id as hexadecimal digits.
impl fmt::Display for TraceContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.trace_id)
    }
}

impl fmt::Debug for TraceContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TraceContext({self})")
    }
}

/// Parses trace-id and sampled flag of a `traceparent` (§3.2.2): `version-traceid-parentid-flags`, in lower case.
fn parse(parent: &str) -> Option<(u128, bool)> {
    let known = parent.get(..TRACEPARENT_LENGTH)?;
    let rest = &parent[TRACEPARENT_LENGTH..];
    let mut fields = known.split('-');
    let version = hexadecimal(fields.next()?, 2)?;
    let trace_id = hexadecimal(fields.next()?, 32)?;
    let parent_id = hexadecimal(fields.next()?, 16)?;
    let flags = hexadecimal(fields.next()?, 2)?;
    // Later versions may append fields; 255 is invalid.
    let ends_well = match version {
        0 => rest.is_empty(),
        255 => false,
        _ => rest.is_empty() || rest.starts_with('-'),
    };
    let is_good = fields.next().is_none() && ends_well && trace_id != 0 && parent_id != 0;
    is_good.then_some((trace_id, flags & 1 == 1))
}

fn hexadecimal(digits: &str, length: usize) -> Option<u128> {
    let is_lower = |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    let is_good = digits.len() == length && digits.bytes().all(is_lower);
    is_good
        .then(|| u128::from_str_radix(digits, 16).ok())
        .flatten()
}

/// Returns the part of the `tracestate` to propagate; `None` if any part of it is invalid (§3.3.1).
fn state(headers: &HeaderMap) -> Option<HeaderValue> {
    let mut members: Vec<(&str, &str)> = Vec::new();
    for value in headers.get_all(TRACESTATE) {
        for member in value.to_str().ok()?.split(',') {
            let member = member.trim_matches([' ', '\t']);
            if member.is_empty() {
                continue;
            }
            let key = key_of(member)?;
            let is_known = members.iter().any(|(known, _)| *known == key);
            if is_known || members.len() == MAX_MEMBERS {
                return None;
            }
            members.push((key, member));
        }
    }
    let length: usize = members.iter().map(|(_, member)| member.len() + 1).sum();
    if length > MAX_STATE + 1 {
        members.retain(|(_, member)| member.len() <= LARGE_MEMBER);
    }
    let mut written = String::new();
    for (_, member) in members {
        if written.len() + 1 + member.len() > MAX_STATE {
            break;
        }
        if !written.is_empty() {
            written.push(',');
        }
        written.push_str(member);
    }
    if written.is_empty() {
        return None;
    }
    HeaderValue::try_from(written).ok()
}

/// Returns the key of a member `key=value` (§3.3.1.3).
fn key_of(member: &str) -> Option<&str> {
    let (key, value) = member.split_once('=')?;
    let in_key =
        |byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' | b'*' | b'/' | b'@');
    let in_value = |byte| matches!(byte, b' '..=b'~') && byte != b'=';
    let is_good = (1..=256).contains(&key.len())
        && key.starts_with(|first: char| first.is_ascii_lowercase() || first.is_ascii_digit())
        && key.bytes().all(in_key)
        && (1..=256).contains(&value.len())
        && value.bytes().all(in_value);
    is_good.then_some(key)
}

#[cfg(test)]
mod tests;
