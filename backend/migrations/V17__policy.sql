-- Policies that administrators put in force in the console, numbered within each instance. Without a text, the policy of
-- the configuration is in force again. Verifications name the number that was the newest when they began.
CREATE TABLE policy_activation (
    instance  TEXT NOT NULL,
    number    INTEGER NOT NULL,
    at        INTEGER NOT NULL,
    user_id   INTEGER,
    user_name TEXT NOT NULL,
    note      TEXT NOT NULL,
    text      TEXT,
    version   TEXT NOT NULL,
    digest    TEXT NOT NULL,
    PRIMARY KEY (instance, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX policy_activation_by_version ON policy_activation (instance, version, number);
CREATE TRIGGER policy_activation_is_never_deleted BEFORE DELETE ON policy_activation
    BEGIN SELECT RAISE(ABORT, 'activations of policies are append-only'); END;
CREATE TRIGGER policy_activation_is_never_rewritten BEFORE UPDATE ON policy_activation
    BEGIN SELECT RAISE(ABORT, 'activations of policies are append-only'); END;

-- What somebody has written and not put in force yet, with what came of replaying it.
CREATE TABLE policy_draft (
    instance TEXT NOT NULL,
    user_id  INTEGER NOT NULL,
    text     TEXT NOT NULL,
    digest   TEXT NOT NULL,
    saved_at INTEGER NOT NULL,
    replay   TEXT,
    PRIMARY KEY (instance, user_id)
) STRICT, WITHOUT ROWID;
