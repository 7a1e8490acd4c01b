-- People who read the console. `password_hash` is an argon2id PHC string.
CREATE TABLE console_user (
    id            INTEGER PRIMARY KEY,
    instance      TEXT NOT NULL,
    name          TEXT NOT NULL COLLATE NOCASE,
    password_hash TEXT NOT NULL,
    role          TEXT NOT NULL CHECK (role IN ('viewer', 'analyst', 'admin')),
    created_at    INTEGER NOT NULL,
    UNIQUE (instance, name)
) STRICT;

-- Running sessions, by digest of their cookie.
CREATE TABLE console_session (
    cookie_digest TEXT PRIMARY KEY,
    user_id       INTEGER NOT NULL REFERENCES console_user (id),
    created_at    INTEGER NOT NULL,
    last_seen_at  INTEGER NOT NULL,
    expires_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX console_session_by_user ON console_session (user_id);
CREATE INDEX console_session_by_expiry ON console_session (expires_at);

-- Sign-in attempts, by a keyed digest of user name, client address or both. Names that belong to nobody are counted
-- like the others, so that the back-off tells nothing about who exists.
CREATE TABLE console_attempt (
    digest       TEXT PRIMARY KEY,
    failures     INTEGER NOT NULL,
    last_at      INTEGER NOT NULL,
    next_at      INTEGER NOT NULL,
    succeeded_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX console_attempt_by_time ON console_attempt (last_at);

-- What people did in the console. Append-only.
CREATE TABLE console_audit (
    id             INTEGER PRIMARY KEY,
    instance       TEXT NOT NULL,
    at             INTEGER NOT NULL,
    user_id        INTEGER REFERENCES console_user (id),
    user_name      TEXT NOT NULL,
    action         TEXT NOT NULL,
    subject        TEXT NOT NULL,
    client_address TEXT NOT NULL
) STRICT;
CREATE INDEX console_audit_by_time ON console_audit (instance, at);
CREATE TRIGGER console_audit_is_never_deleted BEFORE DELETE ON console_audit
    BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER console_audit_is_never_rewritten BEFORE UPDATE ON console_audit
    BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;

-- The filters of the verifications table, in its order.
CREATE INDEX verification_by_status ON verification (instance, status, created_at, id);
CREATE INDEX verification_by_risk ON verification (instance, risk_level, created_at, id);
