-- One row per verification. `body` is the aggregate as JSON; the columns beside it are what lists, limits and
-- look-ups ask for, and are written from it in the same statement.
CREATE TABLE verification (
    id                 TEXT PRIMARY KEY,
    instance           TEXT NOT NULL,
    ticket_table       TEXT NOT NULL,
    ticket_sys_id      TEXT NOT NULL,
    ticket_number      TEXT NOT NULL,
    category           TEXT NOT NULL,
    requester_sys_id   TEXT NOT NULL,
    requester_name     TEXT NOT NULL,
    requester_email    TEXT NOT NULL,
    agent_sys_id       TEXT NOT NULL,
    agent_name         TEXT NOT NULL,
    destination_digest TEXT NOT NULL,
    status             TEXT NOT NULL,
    outcome            TEXT,
    risk_level         TEXT,
    risk_score         INTEGER,
    created_at         INTEGER NOT NULL,
    ended_at           INTEGER,
    expires_at         INTEGER,
    body               TEXT NOT NULL
) STRICT;
CREATE INDEX verification_by_ticket ON verification (instance, ticket_table, ticket_sys_id, created_at);
CREATE INDEX verification_by_time ON verification (instance, created_at, id);
CREATE INDEX verification_by_requester ON verification (instance, requester_sys_id, created_at);
CREATE INDEX verification_by_agent ON verification (instance, agent_sys_id, created_at);
CREATE INDEX verification_by_destination ON verification (instance, destination_digest, created_at);
CREATE INDEX verification_by_expiry ON verification (expires_at) WHERE expires_at IS NOT NULL;

-- Only one verification of a ticket may run at a time, whatever the application does.
CREATE UNIQUE INDEX verification_running ON verification (instance, ticket_table, ticket_sys_id)
    WHERE expires_at IS NOT NULL;

-- Links, old ones too: a replaced link has its own page. Only the digest of the secret is kept.
CREATE TABLE link (
    token_digest    TEXT PRIMARY KEY,
    instance        TEXT NOT NULL,
    verification_id TEXT NOT NULL REFERENCES verification (id),
    link_id         TEXT NOT NULL,
    issued_at       INTEGER NOT NULL
) STRICT;
CREATE INDEX link_by_verification ON link (verification_id);

-- Portal sessions, by digest of their cookie.
CREATE TABLE portal_session (
    cookie_digest   TEXT PRIMARY KEY,
    instance        TEXT NOT NULL,
    verification_id TEXT NOT NULL REFERENCES verification (id),
    created_at      INTEGER NOT NULL
) STRICT;

-- Messages per destination, for limits that outlive a verification.
CREATE TABLE message_log (
    id                 INTEGER PRIMARY KEY,
    instance           TEXT NOT NULL,
    destination_digest TEXT NOT NULL,
    at                 INTEGER NOT NULL
) STRICT;
CREATE INDEX message_log_by_destination ON message_log (instance, destination_digest, at);

-- Spent agent tokens, kept until they would have expired anyway.
CREATE TABLE spent_token (
    instance   TEXT NOT NULL,
    jti        TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (instance, jti)
) STRICT, WITHOUT ROWID;

-- Answers to state-changing calls, by Idempotency-Key.
CREATE TABLE idempotency (
    instance        TEXT NOT NULL,
    agent_sys_id    TEXT NOT NULL,
    key             TEXT NOT NULL,
    request_digest  TEXT NOT NULL,
    verification_id TEXT NOT NULL REFERENCES verification (id),
    created_at      INTEGER NOT NULL,
    PRIMARY KEY (instance, agent_sys_id, key)
) STRICT, WITHOUT ROWID;

-- Append-only, hash-chained per instance. `body` may be erased by retention; `commitment` = SHA-256(salt || body)
-- keeps the chain verifiable without it.
CREATE TABLE evidence (
    instance        TEXT NOT NULL,
    number          INTEGER NOT NULL,
    verification_id TEXT NOT NULL,
    at              INTEGER NOT NULL,
    kind            TEXT NOT NULL,
    salt            TEXT,
    body            TEXT,
    commitment      TEXT NOT NULL,
    previous        TEXT NOT NULL,
    hash            TEXT NOT NULL,
    PRIMARY KEY (instance, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX evidence_by_verification ON evidence (verification_id, number);
CREATE TRIGGER evidence_is_never_deleted BEFORE DELETE ON evidence
    BEGIN SELECT RAISE(ABORT, 'evidence is append-only'); END;
CREATE TRIGGER evidence_is_never_rewritten
    BEFORE UPDATE OF instance, number, verification_id, at, kind, commitment, previous, hash ON evidence
    BEGIN SELECT RAISE(ABORT, 'evidence is append-only'); END;

-- Everything that leaves the process. `lane` keeps an order: of one lane only the oldest open row may run.
CREATE TABLE outbox (
    id              INTEGER PRIMARY KEY,
    instance        TEXT NOT NULL,
    verification_id TEXT NOT NULL,
    lane            TEXT NOT NULL,
    kind            TEXT NOT NULL,
    payload         TEXT NOT NULL,
    state           TEXT NOT NULL CHECK (state IN ('open', 'done', 'dead')),
    attempts        INTEGER NOT NULL DEFAULT 0,
    next_at         INTEGER NOT NULL,
    created_at      INTEGER NOT NULL,
    ended_at        INTEGER,
    last_error      TEXT
) STRICT;
CREATE INDEX outbox_open ON outbox (next_at, id) WHERE state = 'open';
CREATE INDEX outbox_lane ON outbox (lane, id) WHERE state = 'open';
CREATE INDEX outbox_by_verification ON outbox (verification_id, id);
