//! The statements. A condition and the change that depends on it are one statement.
//!
//! Expiry is compared with the clock of the server. `now()` is the time at which the statement began; an index can be used for it,
//! unlike for `clock_timestamp()`.

pub(super) const CREATE_LOGIN: &str = "\
    INSERT INTO auth0_logins (id, issuer, subject, provider_session, created_at, last_seen_at, expires_at, version, tokens, details) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";

pub(super) const LOAD_LOGIN: &str = "\
    SELECT id, issuer, subject, provider_session, created_at, last_seen_at, expires_at, version, tokens, details \
    FROM auth0_logins WHERE id = $1";

pub(super) const MARK_USED: &str =
    "UPDATE auth0_logins SET last_seen_at = $2 WHERE id = $1 AND last_seen_at < $2";

/// Locks the row, so that of several statements at once each sees the lease of the one before. Returns no row without a login.
pub(super) const LEASE_LOGIN: &str = "\
    WITH before AS ( \
        SELECT id, lease_holder <> $2 AS foreign_lease, lease_until FROM auth0_logins WHERE id = $1 FOR UPDATE \
    ), acquired AS ( \
        UPDATE auth0_logins AS login \
        SET lease_holder = $2, lease_until = clock_timestamp() + least($3, 1000000000) * interval '1 second' \
        FROM before WHERE login.id = before.id \
        AND NOT (coalesce(before.foreign_lease, false) AND before.lease_until > clock_timestamp()) \
        RETURNING login.id \
    ) \
    SELECT EXISTS (SELECT FROM acquired) AS acquired, coalesce(foreign_lease, false) AS foreign_lease FROM before";

pub(super) const END_LEASE: &str = "\
    UPDATE auth0_logins SET lease_holder = NULL, lease_until = NULL WHERE id = $1 AND lease_holder = $2";

pub(super) const SWAP_TOKENS: &str = "\
    WITH swapped AS ( \
        UPDATE auth0_logins SET tokens = $3, version = version + 1 WHERE id = $1 AND version = $2 RETURNING id \
    ) \
    SELECT EXISTS (SELECT FROM swapped) AS swapped, EXISTS (SELECT FROM auth0_logins WHERE id = $1) AS found";

pub(super) const DELETE_LOGIN: &str = "\
    DELETE FROM auth0_logins WHERE id = $1 \
    RETURNING id, issuer, subject, provider_session, created_at, last_seen_at, expires_at, version, tokens, details";

pub(super) const CREATE_RECORD: &str = "INSERT INTO auth0_records (key, record, expires_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";

pub(super) const UPDATE_RECORD: &str =
    "UPDATE auth0_records SET record = $2, expires_at = $3 WHERE key = $1";

pub(super) const LOAD_RECORD: &str = "\
    SELECT record FROM auth0_records WHERE key = $1 AND expires_at > floor(extract(epoch FROM now()))::bigint";

pub(super) const CHECK_SESSION: &str = "\
    SELECT version, last_seen_at, expires_at FROM auth0_logins WHERE id = $2 AND EXISTS ( \
        SELECT FROM auth0_records WHERE key = $1 AND expires_at > floor(extract(epoch FROM now()))::bigint \
    )";

pub(super) const DELETE_RECORD: &str = "DELETE FROM auth0_records WHERE key = $1";

pub(super) const CONSUME_TRANSACTION: &str =
    "INSERT INTO auth0_transactions (key, expires_at) VALUES ($1, $2) ON CONFLICT DO NOTHING";

pub(super) const FIND_BY_USER: &str = "\
    SELECT id, issuer, subject, provider_session, created_at, last_seen_at, expires_at, version, tokens, details \
    FROM auth0_logins WHERE sha256(subject) = sha256($2) AND subject = $2 AND issuer = $1 \
    ORDER BY created_at DESC LIMIT $3";

pub(super) const FIND_BY_PROVIDER_SESSION: &str = "\
    SELECT id, issuer, subject, provider_session, created_at, last_seen_at, expires_at, version, tokens, details \
    FROM auth0_logins WHERE sha256(provider_session) = sha256($2) AND provider_session = $2 AND issuer = $1 \
    ORDER BY created_at DESC LIMIT $3";

/// Skips rows that another replica deletes or changes at this moment.
pub(super) const DELETE_EXPIRED_LOGINS: &str = "\
    DELETE FROM auth0_logins WHERE id = ANY (ARRAY( \
        SELECT id FROM auth0_logins WHERE expires_at <= floor(extract(epoch FROM now()))::bigint \
        LIMIT $1 FOR UPDATE SKIP LOCKED \
    ))";

/// `$2` is the time without use, in seconds. The indexed hour finds the candidates.
pub(super) const DELETE_IDLE_LOGINS: &str = "\
    DELETE FROM auth0_logins WHERE id = ANY (ARRAY( \
        SELECT id FROM auth0_logins \
        WHERE last_seen_hour <= (floor(extract(epoch FROM now()))::bigint - $2) / 3600 \
        AND last_seen_at <= floor(extract(epoch FROM now()))::bigint - $2 \
        LIMIT $1 FOR UPDATE SKIP LOCKED \
    ))";

pub(super) const DELETE_EXPIRED_RECORDS: &str = "\
    DELETE FROM auth0_records WHERE key = ANY (ARRAY( \
        SELECT key FROM auth0_records WHERE expires_at <= floor(extract(epoch FROM now()))::bigint \
        LIMIT $1 FOR UPDATE SKIP LOCKED \
    ))";

pub(super) const DELETE_EXPIRED_TRANSACTIONS: &str = "\
    DELETE FROM auth0_transactions WHERE key = ANY (ARRAY( \
        SELECT key FROM auth0_transactions WHERE expires_at <= floor(extract(epoch FROM now()))::bigint \
        LIMIT $1 FOR UPDATE SKIP LOCKED \
    ))";
