CREATE TABLE IF NOT EXISTS logins (
    id BLOB PRIMARY KEY,
    subject TEXT NOT NULL,
    provider_session TEXT,
    created_at INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    version INTEGER NOT NULL,
    tokens BLOB NOT NULL,
    issuer TEXT NOT NULL DEFAULT '',
    details BLOB NOT NULL DEFAULT x''
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS logins_by_end ON logins (expires_at);
CREATE INDEX IF NOT EXISTS logins_by_last_seen ON logins (last_seen_at);
CREATE INDEX IF NOT EXISTS logins_by_subject ON logins (subject);
CREATE INDEX IF NOT EXISTS logins_by_provider_session ON logins (provider_session)
    WHERE provider_session IS NOT NULL;

-- Records of tower-sessions. The key is the SHA-256 of the session's identifier, so a copy of this table opens no session.
CREATE TABLE IF NOT EXISTS records (
    key BLOB PRIMARY KEY,
    record BLOB NOT NULL,
    expires_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS records_by_end ON records (expires_at);

-- Consumed login transactions. Each is accepted once.
CREATE TABLE IF NOT EXISTS transactions (
    key BLOB PRIMARY KEY,
    expires_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS transactions_by_end ON transactions (expires_at);

-- Refresh leases. An expired row belongs to a process that crashed.
CREATE TABLE IF NOT EXISTS leases (
    login BLOB PRIMARY KEY,
    holder BLOB NOT NULL,
    until INTEGER NOT NULL
) WITHOUT ROWID;

-- Deletes the lease of a deleted login.
CREATE TRIGGER IF NOT EXISTS leases_end_with_logins AFTER DELETE ON logins BEGIN
    DELETE FROM leases WHERE login = old.id;
END;

PRAGMA user_version = 3;
