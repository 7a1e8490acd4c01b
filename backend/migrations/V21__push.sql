-- How far each destination has been told: one row for decided verifications (by their number in the chain of evidence),
-- one for entries of the console's log (by their id). `sending_to` is set before a batch is first sent, so that the same
-- batch is sent again after a crash, under the same id.
CREATE TABLE push_state (
    instance    TEXT NOT NULL,
    destination TEXT NOT NULL,
    stream      TEXT NOT NULL CHECK (stream IN ('verification', 'audit')),
    since       INTEGER NOT NULL,
    sent_to     INTEGER NOT NULL,
    sending_to  INTEGER,
    sent        INTEGER NOT NULL DEFAULT 0,
    attempts    INTEGER NOT NULL DEFAULT 0,
    next_at     INTEGER NOT NULL DEFAULT 0,
    last_at     INTEGER,
    last_error  TEXT,
    PRIMARY KEY (instance, destination, stream)
) STRICT, WITHOUT ROWID;
CREATE INDEX evidence_decided ON evidence (instance, number) WHERE kind = 'verification.decided';
