-- The grant of a pass: one for each passed verification with an action that a connector performs. `body` is the
-- aggregate as JSON; the columns are what the spending statement and the sweep ask for, written in the same statement.
CREATE TABLE action_grant (
    verification_id  TEXT PRIMARY KEY REFERENCES verification (id),
    instance         TEXT NOT NULL,
    ticket_table     TEXT NOT NULL,
    ticket_sys_id    TEXT NOT NULL,
    requester_sys_id TEXT NOT NULL,
    action           TEXT NOT NULL,
    state            TEXT NOT NULL,
    is_open          INTEGER NOT NULL CHECK (is_open IN (0, 1)),
    attempts         INTEGER NOT NULL,
    expires_at       INTEGER NOT NULL,
    wakes_at         INTEGER,
    body             TEXT NOT NULL
) STRICT;
CREATE INDEX action_grant_open ON action_grant (instance, requester_sys_id) WHERE is_open = 1;
CREATE INDEX action_grant_by_ticket ON action_grant (instance, ticket_table, ticket_sys_id) WHERE is_open = 1;
CREATE INDEX action_grant_wakes ON action_grant (wakes_at) WHERE wakes_at IS NOT NULL;

-- Receipts, by id: a webhook's later word names only this.
CREATE TABLE action_receipt (
    receipt         TEXT PRIMARY KEY,
    instance        TEXT NOT NULL,
    verification_id TEXT NOT NULL REFERENCES action_grant (verification_id),
    started_at      INTEGER NOT NULL
) STRICT;

-- Links of notices ("this was not me"), by the digest of their secret.
CREATE TABLE alarm_link (
    token_digest    TEXT PRIMARY KEY,
    instance        TEXT NOT NULL,
    verification_id TEXT NOT NULL REFERENCES action_grant (verification_id),
    expires_at      INTEGER NOT NULL,
    used_at         INTEGER
) STRICT;
