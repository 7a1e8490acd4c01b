-- Keys between an instance of ServiceNow and this service that were made in the console: `tokens` sign agent tokens,
-- `events` sign what is sent to the instance. Sealed under the master key while they are of use, gone afterwards. At most
-- one is new (valid beside the one before) and one current (then those of the configuration are refused).
CREATE TABLE instance_key (
    instance TEXT NOT NULL,
    purpose  TEXT NOT NULL CHECK (purpose IN ('tokens', 'events')),
    kid      TEXT NOT NULL,
    state    TEXT NOT NULL CHECK (state IN ('new', 'current', 'ended')),
    sealed   TEXT,
    begun_at INTEGER NOT NULL,
    begun_by TEXT NOT NULL,
    ended_at INTEGER,
    PRIMARY KEY (instance, purpose, kid),
    CHECK ((sealed IS NULL) = (state = 'ended'))
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX instance_key_one_of_each ON instance_key (instance, purpose, state) WHERE state <> 'ended';

-- When a key last signed an agent token that was accepted, to the minute.
CREATE TABLE instance_key_use (
    instance TEXT NOT NULL,
    kid      TEXT NOT NULL,
    last_at  INTEGER NOT NULL,
    PRIMARY KEY (instance, kid)
) STRICT, WITHOUT ROWID;
