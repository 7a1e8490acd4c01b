-- Passkeys, authenticator apps and recovery codes that requesters enrolled after a pass. Every row belongs to one
-- person of one instance; `enrolment` names what it came with.

-- Every enrolment, also those that were replaced or removed: for limits, and to know what is fresh.
CREATE TABLE enrolment (
    id               TEXT PRIMARY KEY,
    instance         TEXT NOT NULL,
    requester_sys_id TEXT NOT NULL,
    verification_id  TEXT NOT NULL REFERENCES verification (id),
    factor           TEXT NOT NULL CHECK (factor IN ('passkey', 'authenticator_app', 'recovery_codes')),
    at               INTEGER NOT NULL
) STRICT;
CREATE INDEX enrolment_by_verification ON enrolment (verification_id);

-- Public credentials. `body` is the library's own record: public key, counter, flags.
CREATE TABLE passkey (
    instance          TEXT NOT NULL,
    credential_digest TEXT NOT NULL,
    requester_sys_id  TEXT NOT NULL,
    enrolment         TEXT NOT NULL REFERENCES enrolment (id),
    enrolled_at       INTEGER NOT NULL,
    last_used_at      INTEGER,
    is_synced         INTEGER NOT NULL CHECK (is_synced IN (0, 1)),
    body              TEXT NOT NULL,
    PRIMARY KEY (instance, credential_digest)
) STRICT, WITHOUT ROWID;
CREATE INDEX passkey_by_requester ON passkey (instance, requester_sys_id, enrolled_at);

-- One authenticator app for each person. `secret` is sealed under a key that is not in the database. `last_step` is the
-- last time step whose code was used: no code works twice.
CREATE TABLE authenticator_app (
    instance         TEXT NOT NULL,
    requester_sys_id TEXT NOT NULL,
    enrolment        TEXT NOT NULL REFERENCES enrolment (id),
    enrolled_at      INTEGER NOT NULL,
    secret           TEXT NOT NULL,
    last_step        INTEGER NOT NULL,
    failures         INTEGER NOT NULL DEFAULT 0,
    locked_at        INTEGER,
    PRIMARY KEY (instance, requester_sys_id)
) STRICT, WITHOUT ROWID;

-- The set of recovery codes in force of each person; its codes are hashed with the salt of the set.
CREATE TABLE recovery_set (
    instance         TEXT NOT NULL,
    requester_sys_id TEXT NOT NULL,
    enrolment        TEXT NOT NULL REFERENCES enrolment (id),
    issued_at        INTEGER NOT NULL,
    salt             TEXT NOT NULL,
    failures         INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (instance, requester_sys_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE recovery_code (
    instance         TEXT NOT NULL,
    requester_sys_id TEXT NOT NULL,
    digest           TEXT NOT NULL,
    used_at          INTEGER,
    PRIMARY KEY (instance, requester_sys_id, digest),
    FOREIGN KEY (instance, requester_sys_id) REFERENCES recovery_set (instance, requester_sys_id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- What waits for the browser's answer: the challenge of a passkey, or the sealed secret of an app that is not
-- confirmed yet. One of each purpose for a verification; taking it removes it.
CREATE TABLE factor_challenge (
    verification_id TEXT NOT NULL REFERENCES verification (id),
    purpose         TEXT NOT NULL CHECK (purpose IN ('answer_passkey', 'add_passkey', 'add_app')),
    instance        TEXT NOT NULL,
    state           TEXT NOT NULL,
    failures        INTEGER NOT NULL DEFAULT 0,
    expires_at      INTEGER NOT NULL,
    PRIMARY KEY (verification_id, purpose)
) STRICT, WITHOUT ROWID;
CREATE INDEX factor_challenge_by_expiry ON factor_challenge (expires_at);

-- Links of the messages about an enrolment ("this was not me"), by the digest of their secret.
CREATE TABLE factor_alarm (
    token_digest    TEXT PRIMARY KEY,
    instance        TEXT NOT NULL,
    verification_id TEXT NOT NULL REFERENCES verification (id),
    expires_at      INTEGER NOT NULL,
    used_at         INTEGER
) STRICT;
CREATE INDEX factor_alarm_by_verification ON factor_alarm (verification_id);

-- Verifications after which nothing may be enrolled any more: somebody said that it was not them.
CREATE TABLE enrolment_closed (
    verification_id TEXT PRIMARY KEY REFERENCES verification (id),
    instance        TEXT NOT NULL,
    at              INTEGER NOT NULL
) STRICT;
