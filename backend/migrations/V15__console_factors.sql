-- Users who can be switched off, initial passwords, and users who come from the company's own sign-in. A removed user
-- keeps the row, without name and password: the audit log refers to it.
ALTER TABLE console_user ADD COLUMN state TEXT NOT NULL DEFAULT 'active'
    CHECK (state IN ('active', 'disabled', 'removed'));
-- Until when the password is an initial one, which must be replaced at the first sign-in.
ALTER TABLE console_user ADD COLUMN initial_until INTEGER;
-- May sign in with a password although local sign-in is switched off.
ALTER TABLE console_user ADD COLUMN is_emergency INTEGER NOT NULL DEFAULT 0 CHECK (is_emergency IN (0, 1));
-- A digest of issuer and subject of a user who signs in at the company's provider; empty for local users.
ALTER TABLE console_user ADD COLUMN subject TEXT;
ALTER TABLE console_user ADD COLUMN last_sign_in_at INTEGER;
CREATE UNIQUE INDEX console_user_by_subject ON console_user (instance, subject) WHERE subject IS NOT NULL;

-- A session whose second factor is still missing opens nothing.
ALTER TABLE console_session ADD COLUMN awaits_factor INTEGER NOT NULL DEFAULT 0 CHECK (awaits_factor IN (0, 1));
-- What its owner recognises it by.
ALTER TABLE console_session ADD COLUMN client_address TEXT NOT NULL DEFAULT '';
ALTER TABLE console_session ADD COLUMN browser TEXT NOT NULL DEFAULT '';

-- One authenticator app for each user. `secret` is sealed under a key that is not in the database; no code of
-- `last_step` or an earlier step works (again).
CREATE TABLE console_app (
    user_id   INTEGER PRIMARY KEY REFERENCES console_user (id),
    secret    TEXT NOT NULL,
    last_step INTEGER NOT NULL,
    added_at  INTEGER NOT NULL
) STRICT;

-- Public credentials. `body` is the library's own record.
CREATE TABLE console_passkey (
    digest       TEXT PRIMARY KEY,
    user_id      INTEGER NOT NULL REFERENCES console_user (id),
    body         TEXT NOT NULL,
    is_synced    INTEGER NOT NULL CHECK (is_synced IN (0, 1)),
    added_at     INTEGER NOT NULL,
    last_used_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX console_passkey_by_user ON console_passkey (user_id, added_at);

-- The recovery codes in force of each user, hashed with the salt of their set. A code that was used is deleted.
CREATE TABLE console_recovery_set (
    user_id   INTEGER PRIMARY KEY REFERENCES console_user (id),
    salt      TEXT NOT NULL,
    issued_at INTEGER NOT NULL
) STRICT;
CREATE TABLE console_recovery_code (
    user_id INTEGER NOT NULL REFERENCES console_recovery_set (user_id) ON DELETE CASCADE,
    digest  TEXT NOT NULL,
    PRIMARY KEY (user_id, digest)
) STRICT, WITHOUT ROWID;

-- What waits for the browser of a session: the sealed secret of an app that is not confirmed yet, or the challenge of a
-- passkey. It goes with its session.
CREATE TABLE console_challenge (
    cookie_digest TEXT NOT NULL REFERENCES console_session (cookie_digest) ON DELETE CASCADE,
    purpose       TEXT NOT NULL CHECK (purpose IN ('add_app', 'add_passkey', 'answer_passkey')),
    state         TEXT NOT NULL,
    expires_at    INTEGER NOT NULL,
    PRIMARY KEY (cookie_digest, purpose)
) STRICT, WITHOUT ROWID;
