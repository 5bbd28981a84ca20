-- Tables that each start replaces with the settings.
CREATE TABLE IF NOT EXISTS applications (
    client_id   TEXT PRIMARY KEY,
    secret_hash TEXT NOT NULL,
    definition  TEXT NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS apis (
    identifier TEXT PRIMARY KEY,
    definition TEXT NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS users (
    sub           TEXT PRIMARY KEY,
    email         TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL,
    given_name    TEXT NOT NULL,
    family_name   TEXT NOT NULL,
    updated_at    INTEGER NOT NULL
) STRICT;

-- The API scopes of a user; a user without a row has all.
CREATE TABLE IF NOT EXISTS permissions (
    sub    TEXT PRIMARY KEY REFERENCES users ON DELETE CASCADE,
    scopes TEXT NOT NULL
) STRICT;

-- Tables of the tenant's own state. Codes, tokens, cookies and opaque IDs are stored as SHA-256 hashes.
CREATE TABLE IF NOT EXISTS signing_keys (
    kid        TEXT PRIMARY KEY,
    pkcs1_der  BLOB NOT NULL,
    state      TEXT NOT NULL CHECK (state IN ('current', 'previous')) UNIQUE
) STRICT;

CREATE TABLE IF NOT EXISTS pushed_requests (
    handle_hash TEXT PRIMARY KEY,
    client_id   TEXT NOT NULL REFERENCES applications ON DELETE CASCADE,
    request     TEXT NOT NULL,
    expires_at  INTEGER NOT NULL
) STRICT;

-- Logins that their user approves on another device (CIBA).
CREATE TABLE IF NOT EXISTS backchannel_requests (
    id_hash         TEXT PRIMARY KEY,
    client_id       TEXT NOT NULL REFERENCES applications ON DELETE CASCADE,
    sub             TEXT NOT NULL REFERENCES users ON DELETE CASCADE,
    audience        TEXT,
    scope           TEXT NOT NULL,
    binding_message TEXT NOT NULL,
    approved        INTEGER,
    polled_at       INTEGER NOT NULL,
    expires_at      INTEGER NOT NULL
) STRICT;

-- The client assertions that were used, until they expire.
CREATE TABLE IF NOT EXISTS client_assertions (
    client_id  TEXT NOT NULL REFERENCES applications ON DELETE CASCADE,
    id_hash    TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (client_id, id_hash)
) STRICT;

CREATE TABLE IF NOT EXISTS session_transfer_tokens (
    token_hash TEXT PRIMARY KEY,
    sub        TEXT NOT NULL REFERENCES users ON DELETE CASCADE,
    expires_at INTEGER NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS login_transactions (
    handle_hash TEXT PRIMARY KEY,
    client_id   TEXT NOT NULL REFERENCES applications ON DELETE CASCADE,
    request     TEXT NOT NULL,
    sid         TEXT,
    expires_at  INTEGER NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS sso_sessions (
    sid         TEXT PRIMARY KEY,
    cookie_hash TEXT NOT NULL UNIQUE,
    sub         TEXT NOT NULL REFERENCES users ON DELETE CASCADE,
    auth_time   INTEGER NOT NULL,
    idle_until  INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS session_applications (
    sid       TEXT NOT NULL REFERENCES sso_sessions ON DELETE CASCADE,
    client_id TEXT NOT NULL REFERENCES applications ON DELETE CASCADE,
    PRIMARY KEY (sid, client_id)
) STRICT;

CREATE TABLE IF NOT EXISTS grants (
    id             TEXT PRIMARY KEY,
    client_id      TEXT NOT NULL REFERENCES applications ON DELETE CASCADE,
    sub            TEXT NOT NULL REFERENCES users ON DELETE CASCADE,
    sid            TEXT NOT NULL,
    audience       TEXT,
    scope          TEXT NOT NULL,
    auth_time      INTEGER NOT NULL,
    show_auth_time INTEGER NOT NULL,
    created_at     INTEGER NOT NULL,
    expires_at     INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS grants_of_user ON grants (client_id, sub, created_at);

-- The authorization details of a grant (RFC 9396), a JSON array; a grant without a row has none.
CREATE TABLE IF NOT EXISTS grant_details (
    grant_id TEXT PRIMARY KEY REFERENCES grants ON DELETE CASCADE,
    details  TEXT NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS codes (
    code_hash      TEXT PRIMARY KEY,
    grant_id       TEXT NOT NULL REFERENCES grants ON DELETE CASCADE,
    redirect_uri   TEXT NOT NULL,
    code_challenge TEXT,
    nonce          TEXT,
    expires_at     INTEGER NOT NULL,
    used           INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX IF NOT EXISTS codes_of_grant ON codes (grant_id);

CREATE TABLE IF NOT EXISTS refresh_tokens (
    token_hash  TEXT PRIMARY KEY,
    grant_id    TEXT NOT NULL REFERENCES grants ON DELETE CASCADE,
    idle_until  INTEGER NOT NULL,
    consumed_at INTEGER
) STRICT;
CREATE INDEX IF NOT EXISTS refresh_tokens_of_grant ON refresh_tokens (grant_id);

CREATE TABLE IF NOT EXISTS access_tokens (
    token_hash TEXT PRIMARY KEY,
    grant_id   TEXT NOT NULL REFERENCES grants ON DELETE CASCADE,
    scope      TEXT NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS access_tokens_of_grant ON access_tokens (grant_id);

-- Opaque access tokens of APIs, which introspect them.
CREATE TABLE IF NOT EXISTS api_access_tokens (
    token_hash TEXT PRIMARY KEY,
    grant_id   TEXT NOT NULL REFERENCES grants ON DELETE CASCADE,
    audience   TEXT NOT NULL,
    scope      TEXT NOT NULL,
    issued_at  INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS api_access_tokens_of_grant ON api_access_tokens (grant_id);

-- The keys that codes and opaque access tokens are bound to (DPoP).
CREATE TABLE IF NOT EXISTS bound_keys (
    secret_hash TEXT PRIMARY KEY,
    thumbprint  TEXT NOT NULL,
    expires_at  INTEGER NOT NULL
) STRICT;

-- The client certificates that opaque access tokens are bound to (mutual TLS).
CREATE TABLE IF NOT EXISTS bound_certificates (
    secret_hash TEXT PRIMARY KEY,
    thumbprint  TEXT NOT NULL,
    expires_at  INTEGER NOT NULL
) STRICT;

-- The secrets of RFC 6238. `last_period` is that of the last accepted code, which is not accepted again.
CREATE TABLE IF NOT EXISTS second_factors (
    sub           TEXT PRIMARY KEY REFERENCES users ON DELETE CASCADE,
    secret        BLOB NOT NULL,
    last_period   INTEGER NOT NULL DEFAULT -1,
    failures      INTEGER NOT NULL DEFAULT 0,
    blocked_until INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Secrets that their user has not confirmed with a code yet.
CREATE TABLE IF NOT EXISTS pending_second_factors (
    sid    TEXT PRIMARY KEY REFERENCES sso_sessions ON DELETE CASCADE,
    secret BLOB NOT NULL
) STRICT;

-- Users who have set up their second factor, or whose second factor was removed: the settings no longer decide.
CREATE TABLE IF NOT EXISTS changed_second_factors (
    sub TEXT PRIMARY KEY REFERENCES users ON DELETE CASCADE
) STRICT;

CREATE TABLE IF NOT EXISTS session_second_factors (
    sid      TEXT PRIMARY KEY REFERENCES sso_sessions ON DELETE CASCADE,
    given_at INTEGER NOT NULL
) STRICT;

-- The grants of logins with a second factor.
CREATE TABLE IF NOT EXISTS grant_second_factors (
    grant_id TEXT PRIMARY KEY REFERENCES grants ON DELETE CASCADE
) STRICT;

-- The roles of a user.
CREATE TABLE IF NOT EXISTS user_roles (
    sub   TEXT PRIMARY KEY REFERENCES users ON DELETE CASCADE,
    roles TEXT NOT NULL
) STRICT;

-- Auth0 Organizations: invitations, the members who accepted one, and the organizations of grants.
CREATE TABLE IF NOT EXISTS invitations (
    ticket_hash  TEXT PRIMARY KEY,
    organization TEXT NOT NULL,
    expires_at   INTEGER NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS organization_members (
    organization TEXT NOT NULL,
    sub          TEXT NOT NULL REFERENCES users ON DELETE CASCADE,
    PRIMARY KEY (organization, sub)
) STRICT;

CREATE TABLE IF NOT EXISTS grant_organizations (
    grant_id     TEXT PRIMARY KEY REFERENCES grants ON DELETE CASCADE,
    organization TEXT NOT NULL
) STRICT;
