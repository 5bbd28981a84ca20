-- Texts are bytes: PostgreSQL's type for texts has no zero byte, but a subject may contain one.
CREATE TABLE auth0_logins (
    id bytea PRIMARY KEY,
    issuer bytea NOT NULL,
    subject bytea NOT NULL,
    provider_session bytea,
    created_at bigint NOT NULL,
    last_seen_at bigint NOT NULL,
    -- Indexed instead of last_seen_at. A change of an indexed column writes to every index of the table; this one changes once
    -- an hour.
    last_seen_hour bigint GENERATED ALWAYS AS (last_seen_at / 3600) STORED,
    expires_at bigint NOT NULL,
    version bigint NOT NULL,
    tokens bytea NOT NULL,
    details bytea NOT NULL,
    lease_holder bytea,
    lease_until timestamptz
) WITH (fillfactor = 80, toast_tuple_target = 256);
-- Sealed values do not compress. Outside of the row, they are not copied when the last use changes.
ALTER TABLE auth0_logins ALTER COLUMN tokens SET STORAGE EXTERNAL;
CREATE INDEX auth0_logins_by_end ON auth0_logins (expires_at);
CREATE INDEX auth0_logins_by_last_use ON auth0_logins (last_seen_hour);
-- Hashes, because an index entry is limited to 2,704 bytes.
CREATE INDEX auth0_logins_by_subject ON auth0_logins (sha256(subject), created_at);
CREATE INDEX auth0_logins_by_provider_session ON auth0_logins (sha256(provider_session), created_at)
    WHERE provider_session IS NOT NULL;

-- Records of tower-sessions. The key is the SHA-256 of the session's identifier, so a copy of this table opens no session.
CREATE TABLE auth0_records (
    key bytea PRIMARY KEY,
    record bytea NOT NULL,
    expires_at bigint NOT NULL
);
CREATE INDEX auth0_records_by_end ON auth0_records (expires_at);

-- Consumed login transactions. Each is accepted once.
CREATE TABLE auth0_transactions (
    key bytea PRIMARY KEY,
    expires_at bigint NOT NULL
);
CREATE INDEX auth0_transactions_by_end ON auth0_transactions (expires_at);
