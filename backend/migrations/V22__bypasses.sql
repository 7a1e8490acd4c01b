-- Tickets that were resolved although their policy asked for a verification and none had passed, as the app in ServiceNow
-- has recorded them. Named by the app's own row, so that what is read twice is there once.
CREATE TABLE bypass (
    instance        TEXT NOT NULL,
    event_sys_id    TEXT NOT NULL,
    recorded_at     INTEGER NOT NULL,
    resolved_at     INTEGER NOT NULL,
    ticket_table    TEXT NOT NULL,
    ticket_sys_id   TEXT NOT NULL,
    ticket_number   TEXT NOT NULL,
    agent_sys_id    TEXT NOT NULL,
    agent_user_name TEXT NOT NULL,
    agent_name      TEXT NOT NULL,
    policy          TEXT NOT NULL,
    action          TEXT,
    reason          TEXT,
    verification_id TEXT,
    PRIMARY KEY (instance, event_sys_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX bypass_by_time ON bypass (instance, resolved_at, event_sys_id, agent_sys_id);
CREATE INDEX bypass_by_ticket ON bypass (instance, ticket_sys_id, resolved_at);

-- How far each instance was read, and how the last attempt went.
CREATE TABLE bypass_pull (
    instance   TEXT PRIMARY KEY,
    position   TEXT NOT NULL DEFAULT '',
    tried_at   INTEGER NOT NULL,
    fine_at    INTEGER,
    is_too_old INTEGER NOT NULL CHECK (is_too_old IN (0, 1)),
    error      TEXT,
    skipped    INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
