-- How an instance appears to its people, where administrators have changed it: what is NULL is the configuration's.
CREATE TABLE look (
    instance        TEXT PRIMARY KEY,
    company         TEXT,
    support_contact TEXT,
    colour          TEXT,
    logo            BLOB,
    has_no_logo     INTEGER NOT NULL CHECK (has_no_logo IN (0, 1)),
    changed_at      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- How long things are kept, in days, where administrators have changed it.
CREATE TABLE retention_rule (
    instance       TEXT PRIMARY KEY,
    addresses_days INTEGER NOT NULL,
    personal_days  INTEGER NOT NULL,
    evidence_days  INTEGER NOT NULL,
    origins_days   INTEGER NOT NULL,
    messages_days  INTEGER NOT NULL,
    audit_days     INTEGER NOT NULL,
    changed_at     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- When the service last looked after something of an instance, and what it found, as JSON: `retention` each run,
-- `erasure` the last one that erased something, `evidence` the last check of the chain.
CREATE TABLE upkeep (
    instance TEXT NOT NULL,
    what     TEXT NOT NULL CHECK (what IN ('retention', 'erasure', 'evidence')),
    at       INTEGER NOT NULL,
    found    TEXT NOT NULL,
    PRIMARY KEY (instance, what)
) STRICT, WITHOUT ROWID;
