//! A login as the fields of a hash.

use axum_auth0_core::store::{LoginId, LoginRecord, LoginState};

/// The fields in the order of [`record`].
pub(super) const FIELDS: [&str; 9] = [
    "issuer", "subject", "sid", "created", "seen", "expires", "version", "tokens", "details",
];

/// The fields in the order of [`state`].
pub(super) const STATE_FIELDS: [&str; 3] = ["version", "seen", "expires"];

/// The values of a hash, in the order in which they were requested.
pub(super) type Values = Vec<Option<Vec<u8>>>;

/// Returns fields and values. A login without a session at the provider has no field for it.
pub(super) fn fields(login: &LoginRecord) -> Vec<(&'static str, Vec<u8>)> {
    let text = |text: &str| text.as_bytes().to_vec();
    let number = |number: i64| number.to_string().into_bytes();
    let values = [
        Some(text(&login.issuer)),
        Some(text(&login.subject)),
        login.provider_session.as_deref().map(text),
        Some(number(login.created_at)),
        Some(number(login.last_seen_at)),
        Some(number(login.expires_at)),
        Some(number(login.version)),
        Some(login.tokens.clone()),
        Some(login.details.clone()),
    ];
    let fields = FIELDS.into_iter().zip(values);
    fields
        .filter_map(|(name, value)| Some((name, value?)))
        .collect()
}

/// Returns the login, or `None` if it does not exist or this version cannot read it: another version may be able to.
pub(super) fn record(id: &LoginId, values: Values) -> Option<LoginRecord> {
    let [
        issuer,
        subject,
        sid,
        created,
        seen,
        expires,
        version,
        tokens,
        details,
    ] = <[_; 9]>::try_from(values).ok()?;
    version.as_ref()?;
    let record = (|| {
        Some(LoginRecord {
            id: *id,
            issuer: text(issuer?)?,
            subject: text(subject?)?,
            provider_session: match sid {
                Some(sid) => Some(text(sid)?),
                None => None,
            },
            created_at: number(created)?,
            last_seen_at: number(seen)?,
            expires_at: number(expires)?,
            version: number(version)?,
            tokens: tokens?,
            details: details?,
        })
    })();
    if record.is_none() {
        tracing::warn!(login = ?id, "a login in Redis is unreadable: written by another version, or modified");
    }
    record
}

/// Returns the state of a login, or `None` as [`record`].
pub(super) fn state(values: Values) -> Option<LoginState> {
    let [version, seen, expires] = <[_; 3]>::try_from(values).ok()?;
    Some(LoginState {
        version: number(version)?,
        last_seen_at: number(seen)?,
        expires_at: number(expires)?,
    })
}

fn text(bytes: Vec<u8>) -> Option<String> {
    String::from_utf8(bytes).ok()
}

fn number(bytes: Option<Vec<u8>>) -> Option<i64> {
    text(bytes?)?.parse().ok()
}

/// The latest end that Redis takes, in seconds: it counts milliseconds.
const MAX_EXPIRY: i64 = 9_000_000_000_000_000;

/// Returns the end of a key in seconds.
pub(super) fn expiry(expires_at: i64) -> String {
    expires_at.clamp(1, MAX_EXPIRY).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn login() -> LoginRecord {
        LoginRecord {
            id: LoginId::from_bytes([1; 16]),
            issuer: "i".to_owned(),
            subject: "s".to_owned(),
            provider_session: None,
            created_at: 1,
            last_seen_at: 2,
            expires_at: 3,
            version: 4,
            tokens: vec![0, 255],
            details: Vec::new(),
        }
    }

    fn values(login: &LoginRecord) -> Values {
        let fields = fields(login);
        let value = |name| fields.iter().find(|field| field.0 == name);
        FIELDS
            .map(|name| value(name).map(|field| field.1.clone()))
            .to_vec()
    }

    #[test]
    fn a_login_is_read_as_it_was_written() {
        let with_session = LoginRecord {
            provider_session: Some(String::new()),
            ..login()
        };
        for login in [login(), with_session] {
            assert_eq!(record(&login.id, values(&login)), Some(login));
        }
    }

    #[test]
    fn an_unreadable_login_is_absent() {
        let login = login();
        for field in [0, 1, 3, 4, 5, 6, 7, 8] {
            let mut values = values(&login);
            values[field] = None;
            assert_eq!(record(&login.id, values), None, "without {}", FIELDS[field]);
        }
        let mut values = values(&login);
        values[3] = Some(b"yesterday".to_vec());
        assert_eq!(record(&login.id, values), None);
    }
}
