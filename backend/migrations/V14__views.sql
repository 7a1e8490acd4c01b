-- Views of the verifications table that a user has saved: the query of its address, filters, order and columns.
CREATE TABLE console_view (
    id         INTEGER PRIMARY KEY,
    user_id    INTEGER NOT NULL REFERENCES console_user (id),
    name       TEXT NOT NULL COLLATE NOCASE,
    query      TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (user_id, name)
) STRICT;

-- The audit log is read from its end, by instance, action or user.
CREATE INDEX console_audit_by_instance ON console_audit (instance, id);
CREATE INDEX console_audit_by_action ON console_audit (instance, action, id);
CREATE INDEX console_audit_by_user ON console_audit (instance, user_name COLLATE NOCASE, id);
