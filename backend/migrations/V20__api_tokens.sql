-- Tokens with which other systems read what the console shows. Only the digest of a token is kept. A name is never given
-- twice, not even after its token was revoked: the audit log knows a token by its name.
CREATE TABLE api_token (
    id             INTEGER PRIMARY KEY,
    instance       TEXT NOT NULL,
    name           TEXT NOT NULL COLLATE NOCASE,
    digest         TEXT NOT NULL UNIQUE,
    -- Names of what it may read, and networks that it may be used from (none: all), each with blanks between them.
    scopes         TEXT NOT NULL,
    networks       TEXT NOT NULL,
    created_at     INTEGER NOT NULL,
    created_by     TEXT NOT NULL,
    expires_at     INTEGER NOT NULL,
    revoked_at     INTEGER,
    last_used_at   INTEGER,
    last_used_from TEXT,
    UNIQUE (instance, name)
) STRICT;
