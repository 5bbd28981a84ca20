CREATE TABLE IF NOT EXISTS owners (
    key INTEGER PRIMARY KEY,
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    UNIQUE (issuer, subject)
) STRICT;

CREATE TABLE IF NOT EXISTS orders (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    owner INTEGER NOT NULL REFERENCES owners (key) ON DELETE CASCADE,
    id TEXT NOT NULL UNIQUE,
    product TEXT NOT NULL,
    quantity INTEGER NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('placed', 'shipped', 'delivered')),
    placed_at TEXT NOT NULL,
    -- What the request that placed the order called itself; NULLs are all different.
    idempotency_key TEXT,
    UNIQUE (owner, idempotency_key)
) STRICT;

CREATE INDEX IF NOT EXISTS orders_of_an_owner ON orders (owner, position);
